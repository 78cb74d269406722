/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_CLASSES_H
#define KH_MODELS_SPACE_CLASSES_H

#include "models/qkd/qkd.h"
#include "models/space/pass.h"
#include "models/space/satellite_setting.h"

/** Passes of a satellite by classes, so that a year of a thousand passes costs a dozen searches. Class c of KH_CLASSES culminates
 * at c / KH_CLASSES of the central angle at which a pass stays below the horizon; what lies between is read off a cubic curve. */
enum { KH_CLASSES = 10 };

/** What passes of each class give under one kind of sky. */
typedef struct kh_sky_classes {
    kh_qkd_system system; /**< loss 0, noise of the sky included */
    kh_pass_system of_pass;
    double noise_per_gate;                           /**< of the sky */
    double bits[KH_CLASSES], detections[KH_CLASSES]; /**< of one pass, clear; detections in the key basis */
    kh_lim2014_choice best;                          /**< of the highest class with key; before that, where the search starts */
    bool has_key;
} kh_sky_classes;

typedef struct kh_classes {
    const kh_satellite_setting *setting;
    double widest_rad, rate_rad_s; /**< least central angle at which a pass stays below the horizon; over the ground */
    kh_profile profiles[KH_CLASSES];
    double ceiling_bits[KH_CLASSES];
    kh_sky_classes night, day;
} kh_classes;

/** Geometry, light and noise of all classes, no search yet. @param link_noise  per gate and detector, besides the sky's
 *  @param[out] classes  keeps @p setting */
void kh_classes_prepare(const kh_satellite_setting *setting, const kh_device *device, double link_noise, kh_classes *classes);

/** Key of all classes. Single: best parameters and window for each class. Pooled (passes_per_block > 1): the mean pass of the year
 * so many times, one choice and one elevation for all; a class then has the share of its light. */
void kh_classes_fill(kh_classes *classes);

/** True when the noise alone forbids key: no search is needed. */
bool kh_classes_is_hopeless(const kh_classes *classes, const kh_sky_classes *sky);

bool kh_classes_is_night(const kh_classes *classes, const kh_passage *passage);
kh_track kh_classes_track(const kh_classes *classes, double offset_rad);
kh_pass_steps kh_profile_steps(const kh_profile *profile);

/** Key of one pass of the year with a clear sky, by its own light; bits, >= 0. */
double kh_classes_bits(const kh_classes *classes, const kh_passage *passage);

/** The value of a pass between classes; 0 at the horizon. @param value  [KH_CLASSES], falling */
double kh_classes_between(const kh_classes *classes, const double *value, double offset_rad);

#endif
