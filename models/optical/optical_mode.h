/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_MODE_H
#define KH_MODELS_OPTICAL_OPTICAL_MODE_H

#include "models/optical/optical.h"

/** Whether a transceiver mode works on some channels of a path, and with what margin. */
typedef enum kh_optical_obstacle {
    KH_OPTICAL_CLEAR,
    KH_OPTICAL_LACKS_OSNR,   /**< GSNR less penalties misses requirement and margin */
    KH_OPTICAL_TOO_MUCH_CD,  /**< beyond max_cd_ps_nm or the penalty table */
    KH_OPTICAL_TOO_MUCH_PMD, /**< beyond max_pmd_ps or the penalty table */
    KH_OPTICAL_TOO_MUCH_PDL  /**< beyond the penalty table */
} kh_optical_obstacle;

typedef struct kh_optical_verdict {
    kh_optical_obstacle obstacle; /**< CLEAR: it works */
    size_t worst;                 /**< channel of the least margin, index in the comb */
    double gsnr_01nm_db;          /**< of that channel, transmitter included */
    double penalty_db;            /**< of that channel; of impairments outside their tables nothing is counted */
    double margin_db;             /**< of that channel: GSNR less penalties, requirement and margin; 0 for a generic mode that has
                                     lowered its rate */
    double rate_gbps;             /**< of every one of the channels; 0 when it does not work */
} kh_optical_verdict;

/** Channels of a comb, by index. */
typedef struct kh_optical_selection {
    const size_t *index; /**< [n] */
    size_t n;
} kh_optical_selection;

/** Judges a mode on channels that all run it; the worst one decides.
 *  Works when round(GSNR - penalties, 0.01 dB) > required OSNR + margin, all in 0.1 nm (the rule of GNPy's request.py), and every
 *  impairment is within its limit and its table. Spacing and symbol rate are the caller's to check.
 *  @param margin_db  system margin, dB
 *  @param path       of a run without transmitter noise: that of the mode is added here
 *  @param which      NULL: all channels; else at least one
 *  Threads: pure function. */
kh_optical_verdict kh_optical_mode_judge(const kh_mode *mode, double margin_db, const kh_optical_path *path,
                                         const kh_optical_comb *comb, const kh_optical_selection *which);

/** What stands in the way, to follow the name of the mode: "misses 12 dB + 2 dB margin by 0.4 dB (GSNR 13.6 dB in 0.1 nm)".
 *  @param verdict  of kh_optical_mode_judge() with the same arguments, not clear
 *  @return a text in the arena; NULL when memory is out */
const char *kh_optical_mode_explain(const kh_mode *mode, double margin_db, const kh_optical_path *path,
                                    const kh_optical_verdict *verdict, kh_arena *arena);

/** Straight line between the points of a table; a table whose first x is above 0 starts at (0, 0). Outside: INFINITY. No table: 0.
 */
double kh_optical_mode_penalty_db(const kh_points *table, double x);

#endif
