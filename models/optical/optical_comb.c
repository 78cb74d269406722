/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "models/optical/optical.h"
#include "models/optical/optical_range.h"

#include <math.h>

static const double lowest_hz = 180e12, highest_hz = 210e12;
static const double launch_min_dbm = -40.0, launch_max_dbm = 30.0;
static const double overlap_slack_hz = 1e3; /* rounding of frequencies given in THz */

static kh_status check_channel(const kh_optical_comb *comb, size_t i, kh_error *err)
{
    double half_hz = comb->slot_hz[i] / 2.0;
    if (!(comb->baud_hz[i] >= 1e6 && comb->baud_hz[i] <= comb->slot_hz[i]))
        return kh_fail(err, KH_ERANGE, "symbol rate of channel %zu is %g GBd, must be above 0 and at most its spacing of %g GHz",
                       i + 1, comb->baud_hz[i] * 1e-9, comb->slot_hz[i] * 1e-9);
    if (!(comb->freq_hz[i] - half_hz >= lowest_hz && comb->freq_hz[i] + half_hz <= highest_hz))
        return kh_fail(err, KH_ERANGE, "channel %zu at %.10g THz is outside the bands, must be in [%g, %g] THz", i + 1,
                       comb->freq_hz[i] * 1e-12, lowest_hz * 1e-12, highest_hz * 1e-12);
    double launch_dbm = comb->launch_w[i] > 0.0 ? kh_dbm_from_watt(comb->launch_w[i]) : -(double)INFINITY;
    if (!(launch_dbm >= launch_min_dbm - 1e-9 && launch_dbm <= launch_max_dbm + 1e-9))
        return kh_fail(err, KH_ERANGE, "launch_dbm of channel %zu is %g, must be in [%g, %g]", i + 1, launch_dbm, launch_min_dbm,
                       launch_max_dbm);
    if (i > 0 && comb->freq_hz[i] - half_hz < comb->freq_hz[i - 1] + comb->slot_hz[i - 1] / 2.0 - overlap_slack_hz)
        return kh_fail(err, KH_ERANGE, "channel %zu at %.10g THz overlaps the one before it at %.10g THz", i + 1,
                       comb->freq_hz[i] * 1e-12, comb->freq_hz[i - 1] * 1e-12);
    return KH_OK;
}

static kh_status check_count(double count, kh_error *err)
{
    if (count >= 1.0 && count <= KH_OPTICAL_CHANNELS_MAX && count == floor(count))
        return KH_OK;
    return kh_fail(err, KH_ERANGE, "channels is %g, must be a whole number in [1, %d]", count, KH_OPTICAL_CHANNELS_MAX);
}

kh_status kh_optical_comb_check(const kh_optical_comb *comb, kh_error *err)
{
    KH_TRY(check_count((double)comb->n, err));
    for (size_t i = 0; i < comb->n; i++)
        KH_TRY(check_channel(comb, i, err));
    return KH_OK;
}

static kh_status check_grid(const kh_optical_grid *grid, kh_error *err)
{
    KH_TRY(check_count(grid->channels, err));
    KH_TRY(kh_optical_range_check("launch_dbm", grid->launch_dbm, launch_min_dbm, launch_max_dbm, err));
    KH_TRY(kh_optical_range_check("spacing_ghz", grid->spacing_ghz, 1.0, 10000.0, err));
    double half_thz = grid->spacing_ghz / 2.0 * 1e-3;
    double last_thz = grid->first_thz + (grid->channels - 1.0) * grid->spacing_ghz * 1e-3;
    if (!(grid->first_thz - half_thz >= lowest_hz * 1e-12 && last_thz + half_thz <= highest_hz * 1e-12))
        return kh_fail(err, KH_ERANGE, "%g channels of %g GHz from first_thz %.10g end at %.10g THz, must lie in [%g, %g] THz",
                       grid->channels, grid->spacing_ghz, grid->first_thz, last_thz, lowest_hz * 1e-12, highest_hz * 1e-12);
    return KH_OK;
}

kh_status kh_optical_comb_grid(const kh_optical_grid *grid, kh_arena *arena, kh_optical_comb *comb, kh_error *err)
{
    KH_TRY(check_grid(grid, err));
    size_t n = (size_t)grid->channels;
    double *all = KH_NEW(arena, double, 4 * n);
    if (all == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu channels", n);
    kh_optical_comb made = {.n = n, .freq_hz = all, .baud_hz = all + n, .slot_hz = all + 2 * n, .launch_w = all + 3 * n};
    for (size_t i = 0; i < n; i++) {
        made.freq_hz[i] = grid->first_thz * 1e12 + (double)i * grid->spacing_ghz * 1e9;
        made.baud_hz[i] = grid->baud_gbd * 1e9;
        made.slot_hz[i] = grid->spacing_ghz * 1e9;
        made.launch_w[i] = kh_watt_from_dbm(grid->launch_dbm);
    }
    KH_TRY(kh_optical_comb_check(&made, err));
    *comb = made;
    return KH_OK;
}
