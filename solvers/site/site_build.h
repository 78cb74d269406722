/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_BUILD_H
#define KH_SOLVERS_SITE_SITE_BUILD_H

#include "core/base/arena.h"
#include "solvers/site/site.h"

#include <stdio.h>

/** What to build so that demands get their key: which sites to open, which QKD pairs to put on which spans, and in which year.
 *
 *  A span's rate depends on its ends alone, so however key rate falls with length the model is linear: rates and prices come as
 *  a list of offers. */

/** A pair of devices that can be bought for a span, any number of times. */
typedef struct kh_site_offer {
    uint32_t span;
    uint32_t kind;   /**< the caller's number of its technology */
    double rate_bps; /**< > 0, finite */
    double price;    /**< >= 0, finite; with the station in its middle, if it needs one */
    double upkeep;   /**< a year, >= 0, finite: fibre, running costs */
} kh_site_offer;

typedef struct kh_site_build_problem {
    const kh_site_layout *layout;
    const double *price;         /**< [n_sites] of opening, >= 0, finite; ends of demands are opened too */
    const double *upkeep;        /**< [n_sites] a year, >= 0, finite; NULL: none */
    const bool *relays;          /**< [n_sites] may be opened to pass key on; ends of demands may end one anyway; NULL: all */
    const kh_site_offer *offers; /**< [n_offers] */
    size_t n_offers;
    const double *channels;       /**< [n_segments] most pairs whose light passes a segment, >= 0; NULL: no limit */
    const uint32_t (*demands)[2]; /**< [n_demands] sites between which key is wanted, different ones */
    size_t n_demands;
    const double *rate_bps;   /**< [n_years][n_demands] >= 0, finite */
    const double *factor;     /**< [n_years] what a price counts when it is paid in that year, > 0: its discount */
    const double *years_left; /**< [n_years] how many years of upkeep count for what is bought then, >= 0; NULL: none */
    size_t n_years;           /**< 1: everything at once */
    double time_limit_s;      /**< INFINITY: none */
    double gap;               /**< bound >= price (1 - gap) is good enough; 0: the optimum */
    bool rolling;             /**< years one after the other, each as if it were the last; the bound is of all years together */
    const char *lp_program;   /**< NULL: GLPK; see kh_lp_options */
    FILE *mps;                /**< where the integer program of all years goes; NULL: nowhere */
} kh_site_build_problem;

typedef struct kh_site_build_route {
    uint32_t year, demand;
    uint32_t *spans; /**< [n] from demands[demand][0] on */
    size_t n;
    double rate_bps; /**< > 0 */
} kh_site_build_route;

typedef struct kh_site_build {
    bool complete;               /**< false: the time limit stopped the search; everything else holds */
    bool proven;                 /**< price is within the wanted gap of the bound */
    double price;                /**< of all sites and pairs, by the factor of their year */
    double bound;                /**< nothing that serves the demands costs less */
    bool *open;                  /**< [n_years][n_sites] stays open */
    uint32_t *pairs;             /**< [n_years][n_offers] installed in that year and before */
    kh_site_build_route *routes; /**< [n_routes] year by year */
    size_t n_routes;
} kh_site_build;

/** What a site or a pair costs that is bought in a year, upkeep included. */
static inline double kh_site_build_cost(const kh_site_build_problem *problem, size_t year, double price, double upkeep)
{
    return problem->factor[year] * price + (problem->years_left == NULL ? 0 : problem->years_left[year] * upkeep);
}

/** Solves: a start by rerouting over ever better prices, then the integer program as far as time goes. Lives in @p arena.
 *  @return KH_OK (also when the time limit passed); KH_INFEASIBLE: the message names the demand that no spans can serve, or the
 *          channels are too few for the start (then nothing is proven); KH_ERANGE: a malformed problem; KH_ENOMEM; KH_ENOINPUT,
 *          KH_EWRITE: the program for linear programs; KH_EINTERNAL
 *  Model   : minimise the sum over years of the cost of what is new, dz and dy, y and z what has been bought so far, whole numbers;
 *            flows of each demand over spans, sum of flows <= sum rate y on every span, flow of a demand through a site <= its rate
 * z, sum y of the spans over a segment <= channels; besides, flow of a demand over a span <= sum min(rate, its rate) y. */
kh_status kh_site_build_solve(const kh_site_build_problem *problem, kh_arena *arena, kh_site_build *build, kh_error *err);

/** Checks an answer by itself: routes join demands at their rates through open sites that relay, over spans of the layout within
 *  @p reach_km, whose pairs carry them; channels hold; nothing is taken down again; the price. Shares no code with solving.
 *  @return KH_OK; KH_UNMET: something is wrong, the message says what; KH_ENOMEM */
kh_status kh_site_build_verify(const kh_site_build_problem *problem, const kh_site_build *build, double reach_km, kh_error *err);

#endif
