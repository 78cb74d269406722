/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/satellite.h"

#include "core/base/units.h"
#include "models/space/classes.h"
#include "models/space/timetable.h"

#include <math.h>
#include <string.h>

static const double TENTH = 1.2815516; /* standard deviations below the mean: one of ten is lower */
enum { DAYS = 365 };

typedef struct tally {
    const kh_classes *classes;
    kh_satellite_year *year;
    double day_bits[DAYS], day_share[DAYS];
    double last_block_s, passes_since_block;
    double best_offset_rad, best_bits;
    bool best_by_day;
} tally;

static void note_key(tally *t, const kh_passage *passage, double bits, double share)
{
    kh_satellite_rate *rate = &t->year->rate;
    rate->key_passes += 1.0;
    rate->clear_passes += share;
    rate->mean_pass_bits += bits; /* a sum so far */
    t->passes_since_block += 1.0;
    if (t->passes_since_block >= t->classes->setting->passes_per_block) {
        rate->longest_gap_s = fmax(rate->longest_gap_s, passage->culmination_s - t->last_block_s);
        t->last_block_s = passage->culmination_s;
        t->passes_since_block = 0.0;
    }
}

static void take_pass(const kh_passage *passage, void *user)
{
    tally *t = user;
    const kh_classes *s = t->classes;
    bool night = kh_classes_is_night(s, passage);
    const kh_sky_classes *k = night ? &s->night : &s->day;
    double bits = kh_classes_bits(s, passage), share = s->setting->clear_share[passage->month];
    t->year->rate.passes += 1.0;
    t->year->rate.night_passes += night ? 1.0 : 0.0;
    t->year->ceiling_bits_year += kh_classes_between(s, s->ceiling_bits, passage->offset_rad);
    t->year->detections_year += share * kh_classes_between(s, k->detections, passage->offset_rad);
    if (bits > t->best_bits || (t->best_bits == 0.0 && passage->offset_rad < t->best_offset_rad)) {
        t->best_bits = bits;
        t->best_offset_rad = passage->offset_rad;
        t->best_by_day = !night;
    }
    size_t day = (size_t)(passage->culmination_s / KH_S_PER_DAY);
    t->day_bits[day] += bits;
    t->day_share[day] = share;
    if (bits >= 1.0)
        note_key(t, passage, bits, share);
}

static void sum_up(const tally *t, kh_satellite_rate *rate)
{
    double variance = 0.0;
    for (int day = 0; day < DAYS; day++) {
        double share = t->day_share[day], bits = t->day_bits[day];
        rate->key_bits_year += share * bits;
        variance += share * (1.0 - share) * bits * bits;
    }
    rate->low_key_bits_year = fmax(0.0, rate->key_bits_year - TENTH * sqrt(variance));
    rate->mean_pass_bits = rate->key_passes > 0.0 ? rate->mean_pass_bits / rate->key_passes : 0.0;
    rate->best_pass_bits = t->best_bits;
    rate->longest_gap_s = fmax(rate->longest_gap_s, KH_PASSES_YEAR_S - t->last_block_s);
}

/* the best pass by itself, with its own window, as a system that effects can be taken out of */
static kh_status show_best(const tally *t, kh_error *err)
{
    const kh_classes *s = t->classes;
    const kh_sky_classes *k = t->best_by_day ? &s->day : &s->night;
    kh_satellite_year *year = t->year;
    const kh_track track = kh_classes_track(s, t->best_offset_rad);
    kh_profile profile;
    (void)kh_downlink_profile(&s->setting->downlink, &track, s->setting->station.horizon_rad, &profile);
    const kh_pass_steps steps = kh_profile_steps(&profile);
    kh_pass_key key = {.n_steps = steps.n};
    if (k->has_key)
        key = kh_pass_best_window(&k->of_pass, &steps, (kh_pass_search){.near = &k->best, .rough = true});
    kh_sight top = kh_track_sight(&track, 0.0);
    double most = kh_downlink_transmittance(&s->setting->downlink, top);
    year->n_steps = key.n_steps;
    for (size_t i = 0; i < key.n_steps; i++) {
        year->seconds[i] = profile.seconds[i];
        year->transmittance[i] = profile.transmittance[i] / most;
        year->rate.best_window_s += profile.seconds[i];
    }
    year->range_km = top.range_km;
    year->rate.best_elevation_deg = top.elevation_rad * 180.0 / KH_PI;
    year->system = k->system;
    year->system.loss_b_db = -kh_db_from_linear(most);
    year->system.detector.dark_per_gate = fmin(year->system.detector.dark_per_gate, 0.49); /* blinded: no key, but no mistake */
    year->system.stray_per_gate = fmin(year->system.stray_per_gate, year->system.detector.dark_per_gate);
    const kh_pass_steps shown = {year->seconds, year->transmittance, year->n_steps};
    kh_qkd_system system = year->system;
    const kh_qkd_key near = {.rate_bps = key.key_bits,
                             .parameters = {key.choice.mu[0], key.choice.mu[1], key.choice.p[0], key.choice.p[1], key.choice.p_x}};
    system.pass = &shown;
    system.near = key.key_bits > 0.0 ? &near : NULL;
    return kh_qkd_compute(&kh_qkd_pass, &system, &year->key, err);
}

static kh_status check_bits(const kh_classes *s, const kh_sky_classes *k, kh_error *err)
{
    for (int c = 0; c < KH_CLASSES; c++)
        if (!(k->bits[c] <= s->ceiling_bits[c]) && s->setting->passes_per_block <= 1.0)
            return kh_fail(err, KH_EINTERNAL, "a pass gives %g bit, the bound of its channel is %g bit", k->bits[c],
                           s->ceiling_bits[c]);
    return KH_OK;
}

kh_status kh_satellite_year_compute(const kh_net *net, const kh_qkd_link *link, kh_arena *arena, kh_satellite_year *year,
                                    kh_error *err)
{
    const kh_satellite_setting setting = kh_satellite_setting_of(net, link);
    kh_classes classes;
    kh_classes_prepare(&setting, &net->devices[link->device.i], link->noise_per_gate, &classes);
    kh_classes_fill(&classes);
    KH_TRY(check_bits(&classes, &classes.night, err));
    KH_TRY(check_bits(&classes, &classes.day, err));
    kh_satellite_year made = {.rate = {.night_noise_per_gate = classes.night.noise_per_gate,
                                       .day_noise_per_gate = classes.day.noise_per_gate,
                                       .n_assumed = setting.n_assumed}};
    memcpy(made.rate.assumed, setting.assumed, sizeof setting.assumed);
    tally t = {.classes = &classes, .year = &made, .best_offset_rad = (double)INFINITY};
    kh_passes_visit(&setting.orbit, &setting.station, take_pass, &t);
    sum_up(&t, &made.rate);
    if (made.rate.passes > 0.0)
        KH_TRY(show_best(&t, err));
    if (arena != NULL)
        KH_TRY(kh_timetable_make(&classes, arena, &made.passes, &made.n_passes, err));
    *year = made;
    return KH_OK;
}

double kh_satellite_pass_bits(const kh_net *net, const kh_qkd_link *link, double offset_rad, bool by_day)
{
    const kh_satellite_setting setting = kh_satellite_setting_of(net, link);
    kh_classes classes;
    kh_classes_prepare(&setting, &net->devices[link->device.i], link->noise_per_gate, &classes);
    const kh_sky_classes *k = by_day ? &classes.day : &classes.night;
    if (kh_classes_is_hopeless(&classes, k))
        return 0.0;
    const kh_track track = kh_classes_track(&classes, offset_rad);
    kh_profile profile;
    (void)kh_downlink_profile(&setting.downlink, &track, setting.station.horizon_rad, &profile);
    const kh_pass_steps steps = kh_profile_steps(&profile);
    return kh_pass_best_window(&k->of_pass, &steps, (kh_pass_search){0}).key_bits / k->of_pass.passes;
}
