/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/site_rates.h"

#include "models/qkd/qkd.h"
#include "tools/study/offers.h"

#include <math.h>
#include <string.h>

static const double STEP_DB = 0.25, MOST_DB = 100;

static bool is_wanted(const kh_net *net, uint32_t device, const char *name)
{
    const kh_device *d = &net->devices[device];
    if (name != NULL && strcmp(name, "all") != 0)
        return strcmp(d->id, name) == 0;
    if (kh_device_is_for_space(d) || !(d->cost_eur >= 0))
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

static kh_status sample(const kh_device *device, kh_arena *arena, kh_site_table *table, kh_error *err)
{
    size_t room = (size_t)(MOST_DB / STEP_DB) + 1;
    double *rate_bps = KH_NEW(arena, double, room);
    if (rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a table of key rates");
    kh_qkd_key key = {0}, near;
    table->step_db = STEP_DB;
    table->rate_bps = rate_bps;
    do {
        near = key;
        KH_TRY(kh_qkd_device_rate_near(device, STEP_DB * (double)table->n, &near, &key, err));
        rate_bps[table->n++] = key.rate_bps * working_share(device);
    } while (table->n < room && key.rate_bps > 0);
    return KH_OK;
}

kh_status kh_site_rates_sample(const kh_net *net, const char *device, kh_arena *arena, kh_site_table **tables, size_t *n_tables,
                               double *reach_db, kh_error *err)
{
    kh_site_table *made = KH_NEW(arena, kh_site_table, net->n_devices);
    size_t n = 0;
    double reach = 0;
    if (made == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for tables of key rates");
    for (uint32_t i = 0; i < net->n_devices; i++) {
        if (!is_wanted(net, i, device))
            continue;
        made[n].device = (kh_device_id){i};
        KH_TRY(kh_while(err, sample(&net->devices[i], arena, &made[n], err), "device '%s'", net->devices[i].id));
        reach = fmax(reach, STEP_DB * (double)made[n++].n);
    }
    if (n == 0)
        return device != NULL && strcmp(device, "all") != 0
                   ? kh_offers_find(net, device, arena, &(kh_device_id){0}, err)
                   : kh_fail(err, KH_ERANGE, "'%s' has no device for fibre with a cost_eur on its links: name one", net->name);
    *tables = made;
    *n_tables = n;
    *reach_db = reach;
    return KH_OK;
}
