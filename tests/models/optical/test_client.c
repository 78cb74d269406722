/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/client.h"
#include "tests/solvers/near.h"

typedef struct expected {
    double service_gbps, wavelength_gbps;
    size_t wavelengths, ports;
    double port_gbps;
    size_t slots_used, slots, otuc, tributary_used, tributary;
    double fill;
} expected;

static const expected table[] = {
    {1200, 1200, 1, 3, 400, 240, 240, 12, 240, 240, 1.0},
    {1200, 800, 2, 3, 400, 240, 240, 8, 240, 320, 0.75},
    {1200, 600, 2, 6, 200, 240, 240, 6, 240, 240, 1.0},
    {1200, 400, 3, 3, 400, 240, 240, 4, 240, 240, 1.0},
    {1200, 300, 4, 12, 100, 240, 240, 3, 240, 240, 1.0},
    {1200, 200, 6, 6, 200, 240, 240, 2, 240, 240, 1.0},
    {1000, 600, 2, 5, 200, 200, 200, 6, 200, 240, 1.0 / 1.2},
    {1000, 400, 3, 3, 400, 200, 240, 4, 240, 240, 1.0 / 1.2},
    {1203, 400, 4, 4, 400, 241, 320, 4, 320, 320, 1203.0 / 1600},
    {10, 100, 1, 1, 100, 2, 20, 1, 20, 20, 0.1},
    {130, 150, 1, 3, 50, 26, 30, 2, 30, 30, 130.0 / 150},
    {70, 75, 1, 0, 0, 0, 0, 1, 14, 15, 70.0 / 75},
    {7.5, 2.5, 3, 0, 0, 0, 0, 0, 0, 0, 1.0},
};

static void services_are_cut_into_ports_and_wavelengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const expected *e = &table[i];
        kh_client_map map;
        assert_int_equal(kh_client_map_service(e->service_gbps, e->wavelength_gbps, &map, NULL), KH_OK);
        assert_int_equal(map.wavelengths, e->wavelengths);
        assert_int_equal(map.ports, e->ports);
        assert_near(map.port_gbps, e->port_gbps, 0);
        assert_int_equal(map.slots_used, e->slots_used);
        assert_int_equal(map.slots, e->slots);
        assert_int_equal(map.otuc, e->otuc);
        assert_int_equal(map.tributary_used, e->tributary_used);
        assert_int_equal(map.tributary, e->tributary);
        assert_near(map.fill, e->fill, 1e-12);
    }
}

static void what_is_carried_fits_at_every_rate(void **state)
{
    (void)state;
    for (double wavelength_gbps = 10; wavelength_gbps <= 1600; wavelength_gbps += 5) {
        for (double service_gbps = 1; service_gbps < 5000; service_gbps *= 1.37) {
            kh_client_map map;
            assert_int_equal(kh_client_map_service(service_gbps, wavelength_gbps, &map, NULL), KH_OK);
            assert_true(map.fill > 0 && map.fill <= 1 + 1e-12);
            assert_true(map.slots_used <= map.slots && map.tributary_used <= map.tributary);
            assert_true((double)map.ports * map.port_gbps <= (double)map.wavelengths * wavelength_gbps * (1 + 1e-12));
            assert_true(map.wavelengths >= 1);
        }
    }
}

/* G.709 gives 104,817,727.434 kbit/s for the payload of OPUC1, 20 slots of 5,240,886.372, and 239/226 * 99,532,800 for ODUC1. */
static void frames_have_the_bit_rates_of_the_standard(void **state)
{
    (void)state;
    kh_client_map map;
    assert_int_equal(kh_client_map_service(400, 400, &map, NULL), KH_OK);
    assert_near(20 * KH_CLIENT_TRIBUTARY_GBPS, 104.817727434, 1e-8);
    assert_near(map.oduc_gbps, 4 * 99.5328 * 239 / 226, 1e-6);
    assert_near(map.overhead, 1 - 226 / (239 * 0.995328) * (1 - 1.0 / 20461), 1e-8);
    static const double ports_gbps[] = {50, 100, 200, 400};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(kh_client_port_tributaries(ports_gbps[i]), (size_t)(ports_gbps[i] / 5));
}

static void absurd_rates_are_refused(void **state)
{
    (void)state;
    kh_client_map map = {.fill = 7};
    kh_error err = {0};
    assert_int_equal(kh_client_map_service(0, 400, &map, &err), KH_ERANGE);
    assert_int_equal(kh_client_map_service(100, 0, &map, &err), KH_ERANGE);
    assert_int_equal(kh_client_map_service((double)NAN, 400, &map, &err), KH_ERANGE);
    assert_near(map.fill, 7, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_are_cut_into_ports_and_wavelengths),
        cmocka_unit_test(what_is_carried_fits_at_every_rate),
        cmocka_unit_test(frames_have_the_bit_rates_of_the_standard),
        cmocka_unit_test(absurd_rates_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
