/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_BUILD_START_H
#define KH_SOLVERS_SITE_SITE_BUILD_START_H

#include "solvers/site/site_build.h"

/** One year of a building plan, each demand on one route. For the site_build files. */
typedef struct kh_site_year {
    uint32_t **route; /**< [n_demands] spans from demands[k][0] on */
    size_t *n_route;  /**< [n_demands] */
    bool *open;       /**< [n_sites] */
    uint32_t *pairs;  /**< [n_offers] */
    double price;     /**< of what this year adds */
} kh_site_year;

/** What is there already and what may be had. NULL: nothing; anything. */
typedef struct kh_site_frame {
    size_t year;                 /**< whose costs count */
    const double *rate_bps;      /**< [n_demands] */
    const bool *stands;          /**< [n_sites] */
    const uint32_t *installed;   /**< [n_offers] */
    const kh_site_year *at_most; /**< only its sites and pairs */
} kh_site_frame;

/** Routes demands one by one, the largest first, over what costs least to add; then takes demands off and routes them again, and
 *  tries to do without each site, while that helps.
 *  @param deadline_s     by kh_clock_s(): no more improving then
 *  @param[out] unserved  n_demands, or a demand for which there is no room
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_site_year_find(const kh_site_build_problem *problem, const kh_site_frame *frame, double deadline_s, kh_arena *arena,
                            kh_site_year *year, size_t *unserved, kh_error *err);

/** What a demand alone costs at least, built in the year: sites and pairs of its cheapest route, pairs taken in parts. INFINITY:
 * there is no route. */
kh_status kh_site_year_alone(const kh_site_build_problem *problem, size_t year, size_t demand, double *price, kh_error *err);

#endif
