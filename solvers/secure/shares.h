/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_SHARES_H
#define KH_SOLVERS_SECURE_SHARES_H

#include "solvers/flow/keyflow.h"
#include "solvers/flow/pool.h"
#include "solvers/flow/program.h"
#include "solvers/secure/watch.h"

/** A coalition that sees some path of a demand. */
typedef struct kh_shares_view {
    uint32_t demand, coalition;
    uint32_t previous; /**< the demand's view before this one, KH_NO_INDEX at the first */
    uint32_t row;      /**< its number among the rows, KH_NO_INDEX: it has none yet */
    uint8_t row_place;
    double flow;  /**< of the last solution, what it sees, in units of the demand */
    double dual;  /**< of the last solution, >= 0, per unit of the demand */
    double share; /**< dual / demand_dual, brought to at most 1 for a demand: see kh_quote_run() */
} kh_shares_view;

/** The restricted program of rates kept from each of several coalitions, over the paths found so far.
 *
 *      maximise lambda,   x, theta >= 0
 *      sum_{p over e} x_p <= c_e                                   for every link
 *      sum_{p of k} x_p - theta_k >= lambda d_k                    for every demand
 *      sum_{p of k that A sees} x_p <= theta_k                     for every view
 *
 *  Rows of views are added when a solution breaks them: on a path one coalition's stands for all that see no more.
 *  Scaled as the master of master.h: demands, links and lambda at the present level are 1. */
typedef struct kh_shares {
    const kh_keyflow_problem *problem;
    kh_watch *watch;
    const kh_pool *pool;
    kh_arena *arena, *scratch;
    double level;           /**< lambda = level * x_0 */
    double lowest, highest; /**< bounds of x_0 */
    double *unit_bps;       /**< [n_demands] what 1 of a column is; 0: the demand is left out */
    bool *frozen;           /**< [n_demands] keeps unit_bps */
    kh_shares_view *views;
    size_t n_views, view_room;
    uint32_t *rows; /**< [n_rows] views that have one */
    size_t n_rows, row_room;
    uint32_t *last_view; /**< [n_demands] */
    uint32_t *seen;      /**< views of each path, path by path */
    size_t n_seen, seen_room;
    size_t *seen_end;    /**< [path_room] */
    uint8_t *path_place; /**< [path_room] */
    double *path_flow;   /**< [path_room] of the last solution, in units of the demand */
    double *kept_bps;    /**< [path_room] the flow of kh_shares_keep() */
    double kept_lambda;  /**< and its lambda */
    size_t n_kept;
    size_t n_paths, path_room;
    uint8_t *link_place, *demand_place; /**< [n_links], [n_demands] of the rows */
    double *secret;                     /**< [n_demands] scratch */
    double *theta;                      /**< [n_demands] of the last solution */
    uint8_t *theta_place;               /**< [n_demands] */
    uint8_t lambda_place;
    bool warm;
    double lambda;
    double *link_dual, *demand_dual; /**< of the last solution, >= 0, per full link and per unit of the demand */
    uint32_t *touched;               /**< [n_coalitions] scratch */
} kh_shares;

/** Demands with a path are joined; all their first columns at once, each of the demand's whole rate, must carry at least that rate
 *  in secret.
 *  @param pool  not empty; paths from ends[0] to ends[1]
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_shares_init(kh_shares *shares, const kh_keyflow_problem *problem, kh_watch *watch, const kh_pool *pool,
                         kh_arena *arena, kh_error *err);
/** Frees the scratch. */
void kh_shares_clear(kh_shares *shares);

/** Takes in the new columns of the pool and solves from the last basis.
 *  @return KH_OK; KH_TIMELIMIT (feasible, not optimal); others of kh_lp_solve(): the last solution stays */
kh_status kh_shares_solve(kh_shares *shares, double time_limit_s, kh_error *err);

/** Writes the program that was solved last, to be maximised: c0 is lambda / level and costs level.
 *  @return KH_OK, KH_ENOMEM, KH_EWRITE */
kh_status kh_shares_write_mps(kh_shares *shares, const char *about, FILE *file, kh_error *err);

/** Gives rows to views that see more than the last solution allows for, at most one a path; on each path with flow, the one that
 *  sees most.
 *  @param[out] n_added  0: the last solution keeps all rows, those it has and those it has not
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_shares_tighten(kh_shares *shares, size_t *n_added, kh_error *err);

/** What the present flow keeps secret of every free demand's request, whatever rows it breaks; 0 when a frozen one gets less than
 *  its rate. After kh_shares_tighten(). */
double kh_shares_kept_secret(kh_shares *shares);
/** Remembers the present flow, which keeps @p lambda secret. The first columns are remembered from the start. */
void kh_shares_keep(kh_shares *shares, double lambda);
/** Takes the remembered flow for the present one, which time or numbers left without rows that it breaks. */
void kh_shares_restore(kh_shares *shares);

/** Ends a level: blocked demands keep their rate from now on, the others go on from the same point. The free demand with the
 * largest dual is blocked in any case.
 *  @param blocked  [n_demands] of the free ones; NULL: all
 *  @param[in,out] level_of  [n_demands] gets @p number for those that freeze
 *  @return how many are free still */
size_t kh_shares_freeze(kh_shares *shares, const bool *blocked, uint32_t number, uint32_t *level_of);

#endif
