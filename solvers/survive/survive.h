/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_SURVIVE_H
#define KH_SOLVERS_SURVIVE_SURVIVE_H

#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "solvers/survive/gain.h"
#include "solvers/survive/losses.h"
#include "solvers/survive/pairs.h"
#include "solvers/survive/restore.h"

/** A demand that is left, and gets less than it asks for. */
typedef struct kh_fall_short {
    kh_demand_id demand;
    double rate_bps, requested_bps;
} kh_fall_short;

/** What fair (max-min) rates of at most what is asked for hand out. */
typedef struct kh_served_share {
    bool known;   /**< false: not worked out */
    double share; /**< key handed out per key asked for before the loss by those with a path; known: proven */
    double slack; /**< no rate can rise by more than this share of its request unless one with no larger share falls */
    const kh_fall_short *short_of; /**< [n_short] besides those without a path, least share first */
    size_t n_short;
} kh_served_share;

/** A loss, or two at once, as those who plan the network call it. */
typedef struct kh_aftermath {
    size_t loss[2];               /**< in the order of kh_losses_list(); the second counts for two losses */
    const char *lost[2];          /**< names; the second is NULL for one loss */
    double value, bound;          /**< largest share of every request that is left and joined, all at once; > 1 is spare */
    double served_evenly;         /**< under one share for all: key handed out, at most what is asked, per key asked for before */
    kh_served_share served;       /**< under fair rates: no less than served_evenly */
    bool kept;                    /**< the flow of the whole network and its proof stay: nothing lost carries key */
    const kh_demand_id *left_out; /**< [n_left_out] an end is lost */
    const kh_demand_id *cut_off;  /**< [n_cut_off] the ends are there, no chain of links is */
    size_t n_left_out, n_cut_off;
} kh_aftermath;

typedef struct kh_protection {
    kh_loss_kind kind;
    bool pairs, complete;    /**< complete false: the time limit */
    double value, bound;     /**< without a loss */
    kh_served_share served;  /**< without a loss */
    kh_aftermath *of;        /**< [n] least served first, then those whose served share is not known, by served_evenly, then those
                                after which all is served */
    size_t n, n_all, n_kept; /**< n_all: how many losses or pairs there are; n < n_all only when the time limit passed */
    size_t n_fair;           /**< after how many losses fair rates were to be worked out; 0: nor are they of the whole */
    size_t n_served;         /**< outcomes whose served share is known */
} kh_protection;

typedef struct kh_protect_options {
    kh_loss_kind kind;
    bool pairs;    /**< every two of them at once */
    size_t n_fair; /**< after how many losses fair rates are worked out, those with the least of served_evenly; 0: the more the
                      smaller the network is, none from some 200 nodes and 2,000 demands on. Where all can have what they ask
                      for at once nothing has to be */
    double time_limit_s; /**< 0: none */
} kh_protect_options;

/** N-1, or N-2 with pairs: the best share after each loss with full rerouting, proven, and checked by code of its own; fair rates
 *  of the worst, and then of the whole.
 *  @param[out] protection  lives in @p arena; names are the network's
 *  @return KH_OK; KH_TIMELIMIT: not even the network as it is was solved; KH_EINTERNAL: an outcome failed its check; others as
 *          kh_given_make() and kh_outages_run() */
kh_status kh_survive_protect(const kh_net *net, const kh_rates *rates, const kh_protect_options *options, kh_arena *arena,
                             kh_protection **protection, kh_error *err);

/** One more module of the link's device on each QKD link that makes key, exactly.
 *  @param[out] gains       by QKD link
 *  @param[out] module_bps  [n_qkd_links] of one module; 0: the link makes no key, or its rate is not that of modules
 *  @return as kh_survive_protect() */
kh_status kh_survive_gain(const kh_net *net, const kh_rates *rates, double time_limit_s, kh_arena *arena, kh_gains *gains,
                          double **module_bps, kh_error *err);

typedef struct kh_survive_options {
    double time_limit_s;    /**< 0: none */
    const char *lp_program; /**< see kh_lp_options */
    FILE *mps;              /**< where the program of shared reserves goes; NULL: nowhere */
} kh_survive_options;

/** Path restoration of a plan's routes: shares of the plan's rates. */
typedef struct kh_backup_plan {
    kh_keyflow_route *working; /**< [n_working] routes of the plan; demand: the network's */
    size_t n_working;
    size_t n_losses;
    kh_restoration shared, dedicated; /**< backups' working: into working */
} kh_backup_plan;

/** The plan's routes stay, each gets backups that no loss of @p kind takes together with it: what share of the plan can be carried
 * and protected, when reserves are shared between losses and when every backup has its own. Proven, and checked by code of its own.
 *  @param plan  of this network under these rates; without routes all shares are 0
 *  @return as kh_survive_protect() */
kh_status kh_survive_backup(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_loss_kind kind,
                            const kh_survive_options *options, kh_arena *arena, kh_backup_plan **backup, kh_error *err);

/** Two routes for each demand that no loss of a kind takes together. */
typedef struct kh_apart_plan {
    kh_loss_kind kind;
    kh_losses losses;
    kh_given given; /**< its demands are those that need QKD key */
    kh_pairs pairs; /**< of given's demands; checked by code of its own */
} kh_apart_plan;

/** @return as kh_survive_protect(), and as kh_pairs_find() */
kh_status kh_survive_apart(const kh_net *net, const kh_rates *rates, kh_loss_kind kind, const kh_survive_options *options,
                           kh_arena *arena, kh_apart_plan **apart, kh_error *err);

#endif
