/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_KEYED_H
#define KH_SOLVERS_FLOW_KEYED_H

#include "solvers/flow/keyflow.h"
#include "solvers/flow/pool.h"
#include "solvers/flow/working.h"

/** A basis of the linear program of maximum concurrent flow over paths, in the few numbers that matter.
 *
 *  Program : maximise t, sum_{p of k} x_p = t (frozen k: = 1), sum_p a_pe x_p <= room_e, x >= 0. x_p: share of demand k on path p;
 *            a_pe = unit_k / scale_e on the path's links.
 *  Keys    : each demand's row is solved for one of its basic paths, its key: x_key = t (or 1) - sum of the others. What is left is
 * a square matrix of the tight links against t and the extra paths, those that are basic beside a key: a few rows where the program
 * has one for each link and demand (generalised upper bounds). All other links have a basic slack. */
typedef struct kh_keyed {
    const kh_keyflow_problem *problem;
    kh_pool *pool;
    double *unit;      /**< [n_demands] > 0: bit/s that a share of 1 stands for */
    double *per_scale; /**< [n_links] 1 / scale in bit/s; 0: the link is never there */
    double *room;      /**< [n_links] >= 0, in units of the scale */
    double deadline_s; /**< on kh_clock_s(), the caller's: steps end there */
    bool *asked;       /**< [n_demands] false: all its paths carry 0 */
    bool *frozen;      /**< [n_demands] asked, and its share is 1 whatever t */
    uint32_t *key;     /**< [n_demands] path, KH_NO_INDEX: none */
    uint32_t *place;   /**< [path_room] the extra path's column; 0: not an extra */
    bool *barred;      /**< [path_room] must carry nothing */
    size_t path_room;
    kh_working working;
    uint32_t *tight;         /**< [working.n] link of each row */
    uint32_t *extra;         /**< [working.n] path of each column; column 0 is t */
    uint32_t *row;           /**< [n_links] row of a tight link, KH_NO_INDEX: its slack is basic */
    double *key_load;        /**< [n_links] load of the growing demands' keys at t = 1, in units of the scale */
    double *held;            /**< [n_links] load of the frozen demands' keys at their share of 1 */
    double *value;           /**< [working.n] t and the extras' shares */
    double *load;            /**< [n_links] in units of the scale */
    double *extra_sum;       /**< [n_demands] shares of the extras */
    double *price;           /**< [n_links] duals y, t per unit of room; 0 but on tight links */
    double *weight;          /**< [n_links] price * per_scale */
    double *line;            /**< [n_links] scratch: a row of the tableau on the links */
    bool *open;              /**< [path_room] scratch of the steps: may come in */
    double *reduced, *entry; /**< [path_room] scratch of the dual steps: reduced costs, and a row of the tableau */
    double *slack_reduced;   /**< [n_links] likewise, of the tight ones */
    double *at_key;          /**< [n_demands] scratch: cost of the keys, of those looked up in this turn */
    uint32_t *looked_up;     /**< [n_demands] turn of at_key */
    uint32_t turn;
    uint32_t *candidate; /**< [path_room] scratch: paths that paid when all were looked at last */
    size_t n_candidates;
    double *column, *solved, *rhs; /**< [working.room] scratch */
} kh_keyed;

/** @param problem  demands and graph; its capacities are not looked at
 *  @return KH_OK, KH_ENOMEM. unit, per_scale, room, asked and keys are the caller's to fill */
kh_status kh_keyed_init(kh_keyed *b, const kh_keyflow_problem *problem, kh_pool *pool, kh_arena *arena, kh_error *err);
/** Room for the marks of the paths that the pool has now. */
kh_status kh_keyed_follow(kh_keyed *b, kh_arena *arena, kh_error *err);
/** @p to gets the basis of @p from, not its scratch; both over the same pool. */
void kh_keyed_copy(const kh_keyed *from, kh_keyed *to);

/** Sums key_load and inverts the matrix of the present keys, extras and tight links. Links and paths that turn out to depend on
 *  the others leave the basis; when nothing is left, the link that the keys load most is tight.
 *  @return false: nothing is asked for, or no link bears it */
bool kh_keyed_rebuild(kh_keyed *b, double *matrix, bool *kept);

void kh_keyed_set_values(kh_keyed *b); /**< value, load, extra_sum */
void kh_keyed_set_prices(kh_keyed *b); /**< price, weight */
/** The tight link with the largest price. */
uint32_t kh_keyed_dearest(const kh_keyed *b);

/** Bit/s that a share of 1 on the path brings to each of its links. */
static inline double kh_keyed_unit(const kh_keyed *b, const kh_pool_path *path)
{
    return b->unit[path->demand] / path->keys;
}

/** Its share is t. */
static inline bool kh_keyed_grows(const kh_keyed *b, size_t demand)
{
    return b->asked[demand] && !b->frozen[demand];
}

/** The demand's key is @p path from now on; column 0 of the inverse is not followed up where the demand grows. */
void kh_keyed_replace_key(kh_keyed *b, uint32_t path);
/** Sums key_load and held anew. */
void kh_keyed_sum_keys(kh_keyed *b);
/** Shares of the growing demands count in units @p factor times as large.
 *  @param with_t  column 0 is theirs: t is 1 / factor of what it was */
void kh_keyed_rescale(kh_keyed *b, double factor, bool with_t);
/** Rounding that the price of each tight link may be: what the inverse leaves of the matrix, and what sums of these numbers lose.
 *  Entry by entry, so scales of links and demands do not matter.
 *  @param[out] rounding  [working.n] */
void kh_keyed_bound_rounding(kh_keyed *b, double *rounding);

/** Share of the demand on its key. */
double kh_keyed_key_share(const kh_keyed *b, uint32_t demand);
/** sum of weight over the links of a path, times the demand's unit. */
double kh_keyed_cost(const kh_keyed *b, uint32_t path, const double *weight);
/** Column of a path against the tight links: path minus key. */
void kh_keyed_column(const kh_keyed *b, uint32_t path, double *column);
/** Column of t. */
void kh_keyed_column_of_t(const kh_keyed *b, double *column);
/** Entry of the path's column (path minus key) at any link. */
double kh_keyed_entry(const kh_keyed *b, uint32_t path, uint32_t link);
/** The extra path in @p column becomes the key of its demand, the key takes its column. */
void kh_keyed_swap(kh_keyed *b, uint32_t column);
/** Adds @p factor times the load of a path at a share of 1. */
void kh_keyed_add_load(const kh_keyed *b, uint32_t path, double factor, double *load);

#endif
