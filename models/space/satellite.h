/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_SATELLITE_H
#define KH_MODELS_SPACE_SATELLITE_H

#include "core/base/status.h"
#include "models/qkd/qkd.h"
#include "models/space/satellite_setting.h"

/** The year of a satellite link: the door of this room.
 *
 *  - Every pass of the year is found; its key, for a clear sky by night or by day, is read off a table of classes: passes of equal
 *    spacing in the least central angle, each with its own best parameters and window, joined by a cubic curve.
 *  - One finite block a pass, or one of passes_per_block passes: then parameters are common, the block is the mean of the passes of
 *    the year, and a pass brings the share of its detections.
 *  - Expected key: times the share of clear days of its month. Low key: 1.2816 standard deviations less, days independent.
 *  - Passes in daylight count when their noise leaves key.
 *
 *  What is not in it: parameters that cannot be changed between passes, acquisition time, the satellite's own limits (power; that
 *  it serves one station at a time is for pass_share), light that the satellite reflects, turbulence, weather that lasts. */
typedef struct kh_satellite_year {
    kh_satellite_rate rate;
    kh_qkd_system system; /**< the best pass: loss at its culmination, noise of its sky; pass is to be set to steps */
    double seconds[KH_PROFILE_CELLS], transmittance[KH_PROFILE_CELLS]; /**< its window, relative to the culmination */
    size_t n_steps;                                                    /**< 0: no pass at all */
    double range_km;                                                   /**< at its culmination */
    kh_qkd_key key;                                                    /**< of it; as of a block */
    double ceiling_bits_year;                                          /**< PLOB bound of all passes, clear or not */
    double detections_year;                                            /**< in the key basis, expected */
    kh_pass *passes;                                                   /**< [n_passes] the timetable: those that give key */
    size_t n_passes;
} kh_satellite_year;

/** @param link  with kh_satellite_has_model()
 *  @param arena  where the timetable lives; NULL: none is made
 *  @return KH_OK (also without key); KH_ERANGE for a value outside what the models allow; KH_EINTERNAL when a pass gives more key
 *          than the PLOB bound; KH_ENOMEM
 *  Cost: see tests/bench/bench_sat.c. Pure function. */
kh_status kh_satellite_year_compute(const kh_net *net, const kh_qkd_link *link, kh_arena *arena, kh_satellite_year *year,
                                    kh_error *err);

/** Key of one pass alone, searched from scratch, for checking the classes.
 *  @param offset_rad  least central angle to the station @param by_day  with the noise of the day @return bits, >= 0 */
double kh_satellite_pass_bits(const kh_net *net, const kh_qkd_link *link, double offset_rad, bool by_day);

#endif
