/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/classes.h"

#include "models/qkd/lim2014_search.h"

#include <math.h>
#include <stdlib.h>

static const double MOST_QBER = 0.1101; /* where 1 - 2 h(Q) is 0 */

enum { POOLED_STEPS = KH_CLASSES * KH_PROFILE_CELLS, JOINED = 4 };

/* about the best for telescopes of a metre and a low orbit: a search from there takes a third of the time (0.2 % off at worst) */
static const kh_lim2014_choice LOW_ORBIT = {.mu = {0.7, 0.25, KH_LIM2014_MU_3}, .p = {0.7, 0.2, 0.1}, .p_x = 0.8};

kh_track kh_classes_track(const kh_classes *s, double offset_rad)
{
    return (kh_track){.altitude_km = s->setting->orbit.altitude_km, .rate_rad_s = s->rate_rad_s, .offset_rad = offset_rad};
}

static double offset_of(const kh_classes *s, int c)
{
    return s->widest_rad * c / KH_CLASSES; /* the last one would be the horizon itself: no key */
}

kh_pass_steps kh_profile_steps(const kh_profile *profile)
{
    return (kh_pass_steps){profile->seconds, profile->transmittance, KH_PROFILE_CELLS};
}

/* --- between classes --- */

static double class_of(const kh_classes *s, double offset_rad)
{
    return KH_CLASSES * offset_rad / s->widest_rad;
}

/* cubic with slopes from the neighbours, symmetric at the zenith, never beyond the two values that it joins */
double kh_classes_between(const kh_classes *s, const double *value, double offset_rad)
{
    double x = class_of(s, offset_rad), at[4];
    int k = (int)x;
    if (k >= KH_CLASSES)
        return 0.0;
    for (int j = 0; j < 4; j++) {
        int i = abs(k - 1 + j);
        at[j] = i < KH_CLASSES ? value[i] : 0.0;
    }
    double t = x - k, before = 0.5 * (at[2] - at[0]), after = 0.5 * (at[3] - at[1]), step = at[2] - at[1];
    double cubic = at[1] + t * (before + t * (3.0 * step - 2.0 * before - after + t * (before + after - 2.0 * step)));
    return fmin(fmax(cubic, fmin(at[1], at[2])), fmax(at[1], at[2]));
}

/* --- what passes give --- */

static void make_sky(const kh_satellite_setting *setting, const kh_device *device, double link_noise, double radiance,
                     kh_sky_classes *made)
{
    const kh_qkd_channel channel = {.noise_per_gate = link_noise};
    kh_qkd_system system = kh_qkd_system_of(&kh_qkd_pass, device, &channel);
    made->noise_per_gate = kh_background_noise_per_gate(&setting->background, device->detector_efficiency, radiance);
    system.stray_per_gate += made->noise_per_gate;
    system.detector.dark_per_gate += made->noise_per_gate;
    system.block_bits = setting->passes_per_block;
    made->system = system;
    made->of_pass = kh_pass_system_of(&system);
}

/* Single photons of the best second with more errors than BB84 can take: no search is needed to know that there is no key. */
bool kh_classes_is_hopeless(const kh_classes *s, const kh_sky_classes *k)
{
    const kh_detector *detector = &k->of_pass.setting.detector;
    if (!(detector->dark_per_gate < 0.25))
        return true;
    kh_clicks clicks = kh_detector_clicks(detector, s->profiles[0].transmittance[0]);
    return clicks.error > MOST_QBER * clicks.click;
}

static void keep(kh_sky_classes *k, int c, const kh_pass_key *key)
{
    double passes = k->of_pass.passes;
    k->bits[c] = key->key_bits / passes;
    k->detections[c] = key->n_x / passes;
    if (key->key_bits > 0.0 && !k->has_key) {
        k->best = key->choice;
        k->has_key = true;
    }
}

static void fill_single(const kh_classes *s, kh_sky_classes *k)
{
    kh_lim2014_choice near = k->best;
    for (int c = 0; c < KH_CLASSES; c++) {
        const kh_pass_steps steps = kh_profile_steps(&s->profiles[c]);
        kh_pass_search how = {.near = &near, .rough = c > 0};
        kh_pass_key key = kh_pass_best_window(&k->of_pass, &steps, how);
        if (key.key_bits <= 0.0)
            break; /* lower passes give less */
        keep(k, c, &key);
        near = key.choice;
    }
}

/* steps of all classes in one list, the most transparent first, so that a window is one elevation for all */
typedef struct pool {
    double seconds[POOLED_STEPS], transmittance[POOLED_STEPS];
    size_t n;
} pool;

static void insert(pool *p, double seconds, double transmittance)
{
    if (!(seconds > 0.0))
        return;
    size_t i = p->n++;
    for (; i > 0 && p->transmittance[i - 1] < transmittance; i--) {
        p->seconds[i] = p->seconds[i - 1];
        p->transmittance[i] = p->transmittance[i - 1];
    }
    p->seconds[i] = seconds;
    p->transmittance[i] = transmittance;
}

/* neighbours joined: forty steps tell as much as the 160 of all classes */
static void thin_out(pool *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; n++) {
        double seconds = 0.0, light = 0.0;
        for (size_t end = i + JOINED; i < end && i < p->n; i++) {
            seconds += p->seconds[i];
            light += p->seconds[i] * p->transmittance[i];
        }
        p->seconds[n] = seconds;
        p->transmittance[n] = light / seconds;
    }
    p->n = n;
}

/* light that arrives in one pass of a class while the window is open */
static double light_of(const kh_profile *profile, double least_transmittance)
{
    double sum = 0.0;
    for (int i = 0; i < KH_PROFILE_CELLS && profile->transmittance[i] >= least_transmittance; i++)
        sum += profile->seconds[i] * profile->transmittance[i];
    return sum;
}

/* The mean pass of the year, so many times as passes make a block; every class then has the share of its light. */
static void fill_pooled(const kh_classes *s, const double passes[KH_CLASSES], kh_sky_classes *k)
{
    pool p = {.n = 0};
    double n_passes = 0.0, mean_light = 0.0;
    for (int c = 0; c < KH_CLASSES; c++)
        n_passes += passes[c];
    for (int c = 0; c < KH_CLASSES && n_passes > 0.0; c++)
        for (int i = 0; i < KH_PROFILE_CELLS; i++)
            insert(&p, s->profiles[c].seconds[i] * passes[c] / n_passes, s->profiles[c].transmittance[i]);
    thin_out(&p);
    const kh_pass_steps steps = {p.seconds, p.transmittance, p.n};
    kh_pass_key key = kh_pass_best_window(&k->of_pass, &steps, (kh_pass_search){.near = &k->best});
    if (key.key_bits <= 0.0)
        return;
    double least = p.transmittance[key.n_steps - 1];
    for (int c = 0; c < KH_CLASSES; c++)
        mean_light += passes[c] / n_passes * light_of(&s->profiles[c], least);
    for (int c = 0; c < KH_CLASSES; c++) {
        double share = light_of(&s->profiles[c], least) / mean_light;
        kh_pass_key part = key;
        part.key_bits *= share;
        part.n_x *= share;
        keep(k, c, &part);
    }
}

static void fill_sky(const kh_classes *s, const double passes[KH_CLASSES], kh_sky_classes *k)
{
    if (kh_classes_is_hopeless(s, k))
        return;
    if (s->setting->passes_per_block > 1.0)
        fill_pooled(s, passes, k);
    else
        fill_single(s, k);
}

bool kh_classes_is_night(const kh_classes *s, const kh_passage *passage)
{
    return passage->sun_elevation_rad < s->setting->night_below_rad;
}

/* passes of the year by night and by day, each shared between the two classes around it */
typedef struct counts {
    const kh_classes *classes;
    double by_night[KH_CLASSES], by_day[KH_CLASSES];
} counts;

static void count_pass(const kh_passage *passage, void *user)
{
    counts *n = user;
    double x = class_of(n->classes, passage->offset_rad);
    int c = (int)fmin(x, KH_CLASSES - 1); /* rounding may take a pass at the horizon one further */
    double *passes = kh_classes_is_night(n->classes, passage) ? n->by_night : n->by_day;
    passes[c] += 1.0 - (x - c);
    if (c + 1 < KH_CLASSES)
        passes[c + 1] += x - c;
}

void kh_classes_prepare(const kh_satellite_setting *setting, const kh_device *device, double link_noise, kh_classes *classes)
{
    *classes = (kh_classes){.setting = setting,
                            .widest_rad = kh_orbit_central_angle(setting->orbit.altitude_km, setting->station.horizon_rad),
                            .rate_rad_s = kh_passes_rate(&setting->orbit, setting->station.lat_deg)};
    make_sky(setting, device, link_noise, setting->night_radiance_w_m2_sr_um, &classes->night);
    make_sky(setting, device, link_noise, setting->day_radiance_w_m2_sr_um, &classes->day);
    for (int c = 0; c < KH_CLASSES; c++) {
        const kh_track track = kh_classes_track(classes, offset_of(classes, c));
        (void)kh_downlink_profile(&setting->downlink, &track, setting->station.horizon_rad, &classes->profiles[c]);
        const kh_pass_steps steps = kh_profile_steps(&classes->profiles[c]);
        classes->ceiling_bits[c] = kh_pass_ceiling_bits(classes->night.system.clock_hz, &steps);
    }
}

void kh_classes_fill(kh_classes *classes)
{
    counts n = {.classes = classes};
    if (classes->setting->passes_per_block > 1.0)
        kh_passes_visit(&classes->setting->orbit, &classes->setting->station, count_pass, &n);
    classes->night.best = LOW_ORBIT;
    fill_sky(classes, n.by_night, &classes->night);
    classes->day.best = classes->night.best;
    fill_sky(classes, n.by_day, &classes->day);
}

double kh_classes_bits(const kh_classes *s, const kh_passage *passage)
{
    return kh_classes_between(s, kh_classes_is_night(s, passage) ? s->night.bits : s->day.bits, passage->offset_rad);
}
