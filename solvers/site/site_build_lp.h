/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_BUILD_LP_H
#define KH_SOLVERS_SITE_SITE_BUILD_LP_H

#include "solvers/lp/lp.h"
#include "solvers/site/site_build_start.h"

/** The integer program of building, and where its columns are. For the site_build files. */
typedef struct kh_site_program {
    const kh_site_build_problem *problem;
    kh_arena *arena;
    kh_lp lp;
    size_t n_goods;    /**< flows kept apart: one a demand, or one for all demands from a site when that were too many */
    uint32_t *good_of; /**< [n_demands] */
    uint32_t *source;  /**< [n_goods] */
    uint32_t *site;    /**< [n_sites] column of opening in the first year; KH_NO_INDEX: never open */
    size_t n_site_columns, n_columns_a_year;
} kh_site_program;

/** Columns of what is bought, site by site and offer by offer, and flows, year by year. In @p arena.
 *  @return KH_OK; KH_ELIMIT: more columns than the program may have; KH_ENOMEM */
kh_status kh_site_program_make(const kh_site_build_problem *problem, kh_arena *arena, kh_site_program *program, kh_error *err);

size_t kh_site_program_site(const kh_site_program *program, size_t year, uint32_t site); /**< column; SIZE_MAX: none */
size_t kh_site_program_offer(const kh_site_program *program, size_t year, size_t offer); /**< column */

/** A building plan as a point of the program.
 *  @param years  [n_years]
 *  @param[out] point  [lp.n_columns] */
void kh_site_program_point(const kh_site_program *program, const kh_site_year *years, double *point);

#endif
