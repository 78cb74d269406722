/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/site_rates.h"

#include "core/base/clock.h"
#include "models/qkd/qkd.h"
#include "tools/study/offers.h"

#include <math.h>
#include <string.h>

static const double STEP_DB = 0.25, MOST_DB = 100;

static bool is_one_named(const kh_site_rates_wish *wish)
{
    return wish->device != NULL && strcmp(wish->device, "all") != 0;
}

static bool is_wanted(const kh_net *net, uint32_t device, const kh_site_rates_wish *wish)
{
    const kh_device *d = &net->devices[device];
    const char *name = wish->device;
    if (is_one_named(wish))
        return strcmp(d->id, name) == 0;
    if (kh_device_is_for_space(d) || !(d->cost_eur >= 0) || (wish->alone && kh_protocol_has_station(d->protocol)))
        return false;
    for (size_t e = 0; name == NULL && e < net->n_qkd_links; e++)
        if (net->qkd_links[e].device.i == device)
            return true;
    return name != NULL;
}

/* Share of time in which a device makes key between calibrations. */
static double working_share(const kh_device *d)
{
    return d->calibration_every_h > 0 ? 1 - d->calibration_min / 60 / d->calibration_every_h : 1;
}

static bool is_late(const kh_site_rates_wish *wish)
{
    return wish->until_s > 0 && kh_clock_s() >= wish->until_s;
}

static kh_status sample(const kh_device *device, const kh_site_rates_wish *wish, kh_arena *arena, kh_site_table *table,
                        kh_error *err)
{
    size_t room = (size_t)(MOST_DB / STEP_DB) + 1;
    double *rate_bps = KH_NEW(arena, double, room);
    if (rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a table of key rates");
    kh_qkd_key key = {0}, near;
    table->step_db = STEP_DB;
    table->rate_bps = rate_bps;
    do {
        if (is_late(wish))
            return kh_fail(err, KH_TIMELIMIT, "no time is left for its key rates beyond %g dB%s", STEP_DB * (double)table->n,
                           is_one_named(wish) ? "" : "; --device NAME takes one device alone");
        near = key;
        KH_TRY(kh_qkd_device_rate_near(device, STEP_DB * (double)table->n, &near, &key, err));
        rate_bps[table->n++] = key.rate_bps * working_share(device);
    } while (table->n < room && key.rate_bps > 0);
    return KH_OK;
}

/* Why there is none. */
static kh_status refuse(const kh_net *net, const kh_site_rates_wish *wish, kh_arena *arena, kh_error *err)
{
    return is_one_named(wish) ? kh_offers_find(net, wish->device, arena, &(kh_device_id){0}, err)
                              : kh_fail(err, KH_ERANGE, "'%s' has no device for fibre with a cost_eur%s on its links: name one",
                                        net->name, wish->alone ? " that needs no station between the ends" : "");
}

kh_status kh_site_rates_sample(const kh_net *net, const kh_site_rates_wish *wish, kh_arena *arena, kh_site_rates *rates,
                               kh_error *err)
{
    kh_site_rates made = {.tables = KH_NEW(arena, kh_site_table, net->n_devices)};
    if (made.tables == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for tables of key rates");
    for (uint32_t i = 0; i < net->n_devices; i++) {
        kh_site_table *table = &made.tables[made.n];
        if (!is_wanted(net, i, wish))
            continue;
        table->device = (kh_device_id){i};
        KH_TRY(kh_while(err, sample(&net->devices[i], wish, arena, table, err), "device '%s'", net->devices[i].id));
        made.reach_db = fmax(made.reach_db, STEP_DB * (double)table->n);
        made.n++;
    }
    if (made.n == 0)
        return refuse(net, wish, arena, err);
    *rates = made;
    return KH_OK;
}
