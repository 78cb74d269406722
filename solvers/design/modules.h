/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_MODULES_H
#define KH_SOLVERS_DESIGN_MODULES_H

#include "solvers/flow/keyflow.h"

/** How many QKD modules of which type on which link: the cheapest that carry theta times what all demands ask for, together.
 *  Plain numbers; README.md has the model. */

/** A type of module that may stand on a link. */
typedef struct kh_modules_choice {
    uint32_t link;
    uint32_t most;   /**< modules of this type there; UINT32_MAX: no limit */
    double rate_bps; /**< each adds, > 0, finite */
    double cost;     /**< each, >= 0, finite */
} kh_modules_choice;

/** Something that may be lost: what is left carries theta times all requests that are left, by other routes if need be. */
typedef struct kh_modules_loss {
    const char *name;     /**< for messages */
    const bool *lost;     /**< [n_choices] modules of this type are gone */
    const bool *left_out; /**< [n_demands] asks for nothing then */
} kh_modules_loss;

typedef struct kh_modules_problem {
    kh_graph graph;
    const kh_keyflow_demand *demands;
    size_t n_demands;
    double theta;                     /**< > 0: every demand gets theta * requested_bps */
    const kh_modules_choice *choices; /**< [n_choices] */
    size_t n_choices;
    const double *node_cost;       /**< [n_nodes] of a node at which a module stands, >= 0; NULL: nothing */
    const uint32_t *ports;         /**< [n_links] modules of all types together; NULL: no limit */
    const kh_modules_loss *losses; /**< [n_losses] each by itself */
    size_t n_losses;
    double time_limit_s;    /**< INFINITY: none */
    double gap;             /**< (cost - bound) / cost that is good enough; 0: the optimum */
    const char *lp_program; /**< see kh_lp_options */
    FILE *mps;              /**< where the last integer program goes, cuts and all; NULL: nowhere */
} kh_modules_problem;

/** Why the cost cannot be lower: prices under which the requests need so much. With the length of the shortest path of each demand
 *  under weight, sum_j weight[link_j] rate_j count_j >= theta * sum_k requested_k length_k, rounded by the divisor as in cutset.h;
 *  after a loss the same over what it leaves.
 *  Any multipliers >= 0 of such rows a count >= b prove the bound sum m b + the least of sum_j (cost_j - sum m a_j) count_j over
 *  useful counts within the ports + the cost of the nodes at which demands end. */
typedef struct kh_modules_reason {
    size_t state;         /**< 0: without a loss; s: after losses[s - 1] */
    const double *weight; /**< [n_links] >= 0; 1 on the links of a cut, else 0 */
    double divisor;       /**< of the rounding; 0: none */
    double multiplier;    /**< > 0, per unit of the rounded row */
    bool is_cut;          /**< all weights are 0 or 1 */
    bool joins;           /**< not of prices: weight is 1 between parts of the network that requests join, so that p parts need
                               modules on p - 1 of these links; each module counts 1, there is no rounding, needed_bps is 0 */
    double needed_bps;    /**< theta times the sum of requested * length: of a cut, what must cross it */
    double share;         /**< multiplier times the least that the rounded row asks for: its part of proof_bound */
} kh_modules_reason;

typedef struct kh_modules_design {
    bool complete;   /**< proven to the wanted gap */
    uint32_t *count; /**< [n_choices] */
    bool *opened;    /**< [n_nodes] */
    double cost;
    double bound;               /**< no design costs less */
    double worst;               /**< the largest share of all requests that it carries at once, >= theta */
    kh_keyflow flow;            /**< its routes, at the rates of worst */
    kh_keyflow *after;          /**< [n_losses] routes after each loss at the rates of its value, >= theta; no demands: 0 */
    size_t n_cuts;              /**< inequalities in the last program */
    size_t n_tests;             /**< installations routed */
    double root_bound;          /**< of the linear relaxation with all cuts */
    double proof_bound;         /**< what reasons prove by themselves; the rest of bound is the word of branch and bound */
    kh_modules_reason *reasons; /**< [n_reasons], largest share of the proof first */
    size_t n_reasons;
} kh_modules_design;

/** Solves.
 *  @param arena  where the design lives
 *  @return KH_OK; KH_TIMELIMIT: a design with its gap, or none when cost is INFINITY; KH_INFEASIBLE: the limits are too narrow,
 * with the cut in @p err; KH_ERANGE: malformed numbers; KH_ENOMEM; others of kh_lp_solve() Model  : MODELS B1 in the space of the
 * counts: routing enters by metric inequalities, found by A1 where a count falls short */
kh_status kh_modules_solve(const kh_modules_problem *problem, kh_arena *arena, kh_modules_design *design, kh_error *err);

/** Checks a design from the problem and the design alone, sharing no code with what made it: limits, opened nodes, the cost, every
 *  route over the rates installed, theta for every demand, both after each loss, and that the reasons prove proof_bound.
 *  @return KH_OK; KH_UNMET: @p err says what is wrong; KH_ENOMEM */
kh_status kh_modules_verify(const kh_modules_problem *problem, const kh_modules_design *design, kh_error *err);

#endif
