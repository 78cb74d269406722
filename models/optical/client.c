/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/client.h"

#include "models/optical/optical_range.h"

#include <math.h>

static const double rounding = 1e-9;                                     /* of quotients of rates */
static const double line_code = 66.0 / 64.0;                             /* 64B/66B */
static const double oduflex = 239.0 / 238.0;                             /* frame around the port's blocks */
static const double oduc_gbps = KH_CLIENT_TRIBUTARY_GBPS * 3824 / 190.4; /* G.709 table 7-7, turned round */
static const double flexe_share = 1.0 / (1023 * 20 + 1);                 /* one overhead block each 1023 rounds of 20 */

static size_t round_up(double quotient)
{
    return (size_t)ceil(quotient - rounding);
}

size_t kh_client_port_tributaries(double port_gbps)
{
    return round_up(port_gbps * line_code * oduflex / KH_CLIENT_TRIBUTARY_GBPS);
}

static double choose_port(double wavelength_gbps)
{
    static const double ports_gbps[] = {400, 200, 100, 50};
    for (size_t i = 0; i < sizeof ports_gbps / sizeof *ports_gbps; i++) {
        double times = wavelength_gbps / ports_gbps[i];
        if (times >= 1 - rounding && fabs(times - round(times)) <= rounding)
            return ports_gbps[i];
    }
    return 0;
}

static void fill_group(kh_client_map *map)
{
    map->slots_used = round_up(map->service_gbps / KH_CLIENT_SLOT_GBPS);
    map->ports = round_up((double)map->slots_used * KH_CLIENT_SLOT_GBPS / map->port_gbps);
    map->slots = map->ports * (size_t)round(map->port_gbps / KH_CLIENT_SLOT_GBPS);
    map->wavelengths = round_up((double)map->ports * map->port_gbps / map->wavelength_gbps);
    map->tributary_used = map->ports * kh_client_port_tributaries(map->port_gbps);
}

/* Without ports that fit, the service is cut over the wavelengths' tributary slots as it comes. */
static void fill_slots(kh_client_map *map)
{
    map->wavelengths = round_up(map->service_gbps / map->wavelength_gbps);
    if (map->otuc > 0)
        map->tributary_used = round_up(map->service_gbps * line_code * oduflex / KH_CLIENT_TRIBUTARY_GBPS);
}

kh_status kh_client_map_service(double service_gbps, double wavelength_gbps, kh_client_map *map, kh_error *err)
{
    KH_TRY(kh_optical_range_check("service_gbps", service_gbps, 1e-6, 1e9, err));
    KH_TRY(kh_optical_range_check("wavelength_gbps", wavelength_gbps, 1e-6, 1e6, err));
    kh_client_map made = {.service_gbps = service_gbps,
                          .wavelength_gbps = wavelength_gbps,
                          .port_gbps = choose_port(wavelength_gbps),
                          .otuc = wavelength_gbps < 5 ? 0 : round_up(wavelength_gbps / 100)};
    if (made.port_gbps > 0)
        fill_group(&made);
    else
        fill_slots(&made);
    made.tributary = made.wavelengths * (size_t)floor(wavelength_gbps / 5 + rounding);
    made.oduc_gbps = oduc_gbps * wavelength_gbps / 100;
    made.fill = service_gbps / ((double)made.wavelengths * wavelength_gbps);
    made.overhead = 1 - (made.port_gbps > 0 ? 1 - flexe_share : 1) * wavelength_gbps / made.oduc_gbps;
    *map = made;
    return KH_OK;
}
