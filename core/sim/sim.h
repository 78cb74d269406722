/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SIM_H
#define KH_CORE_SIM_SIM_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "core/sim/kernel/note.h"
#include "core/sim/service/policy.h"
#include "core/sim/stats/estimate.h"
#include "core/sim/stats/series.h"

/** The door of the engine: a plan played in time, block by block or as a fluid.
 *  Time is integer nanoseconds from the start of the run. */

#define KH_SIM_MOST_DAYS 32850.0 /**< longest run, 90 years of 365 days */

typedef struct kh_sim_checkpoint {
    kh_ns time;
    const uint8_t *bytes; /**< [n] gone after keep() */
    size_t n;
} kh_sim_checkpoint;

/** A run kept from time to time, so that it can go on after an interruption with identical results. */
typedef struct kh_sim_checkpoints {
    double every_s; /**< of the run's time; not > 0: only when it is stopped */
    /** A failure ends the run. NULL: nothing is kept. */
    kh_status (*keep)(void *user, const struct kh_sim_checkpoint *checkpoint, kh_error *err);
    void *user;
    const uint8_t *resume; /**< [n_resume] what keep() was given, by a run of the same inputs; NULL: from the start */
    size_t n_resume;
} kh_sim_checkpoints;

/** How finely a run is played. */
typedef enum kh_sim_level {
    KH_SIM_BLOCK, /**< every block of key, request, hop and fault is an event */
    KH_SIM_FLUID  /**< rates: events only where one changes; the limit for small blocks and keys, see fluid/README.md */
} kh_sim_level;

typedef struct kh_sim_options {
    kh_sim_level level;
    double duration_s;    /**< > 0, at most KH_SIM_MOST_DAYS */
    double warm_up_s;     /**< not counted in the statistics, [0, duration_s) */
    uint64_t seed;        /**< < 2^53, or such a number with KH_RNG_MIRRORED */
    bool antithetic;      /**< kh_sim_replication(): each odd replication is the mirror image of the one before it */
    size_t batches;       /**< cut the counted time into so many equal parts, each with a result of its own; 0: 1 */
    double hop_latency_s; /**< of one relay hop, >= 0; NAN: 0.002 */
    double late_after_s;  /**< a key not there so long after its request is blocked once it waits; not > 0: the demand's rekey_s,
                             else 60 */
    double fetch_s;       /**< an application asks at once for the keys of this time, see fetch.h; 0: each key by itself */
    kh_routing_options routing;
    kh_class_options classes;
    size_t series_points;      /**< most points kept of each store's level over time; extremes are kept when thinned */
    bool faults;               /**< play the network's faults */
    bool audit;                /**< check conservation, time order and store bounds after every event; KH_EINTERNAL when broken */
    const kh_journal *journal; /**< told what happens; NULL: nobody */
    const kh_sim_checkpoints *checkpoints; /**< NULL: none */
    const volatile int *stop;              /**< not NULL: the run ends with KH_EINTERRUPTED soon after it becomes non-zero */
} kh_sim_options;

/** What commands and studies start from: 30 days after 1 day of warm-up, faults on, keys of ten minutes asked for at once, and no
 *  latency of hops: milliseconds do not matter against periods of a minute, and a whole relay is then one event. */
kh_sim_options kh_sim_defaults(void);

/** The options of replication @p i, from 0 (antithetic: pairs of replications, of which the second mirrors the first): independent
 * of the others, and of those of another first seed. Replication 0 has the seed itself; whoever plays another case with the same
 * options gets the same random numbers in each replication. */
kh_sim_options kh_sim_replication(const kh_sim_options *options, size_t i);

/** How the keys of a demand found their way. */
typedef struct kh_sim_routing {
    double refused;            /**< keys not admitted, part of blocked */
    double rerouted;           /**< keys sent over another route than the one whose turn it was, or than the one when all is up */
    double restorations;       /**< of the demand, after all its planned routes had failed */
    double mean_restoration_s; /**< from the failure; NAN when there was none */
    double disjoint_paths;     /**< when all is up, at most as many as were asked for; 0: keys go over one, or none was sent */
    bool node_disjoint;        /**< these share no node but the ends; else only no link */
    double fewer_shares;       /**< keys that went as fewer shares, for lack of disjoint paths */
} kh_sim_routing;

/* What the users of a demand saw since the end of the warm-up. Shares of time are NAN, counts 0, where there are no such users. */

/** Encryptors of aes-256: shares of the time of all flows (a direction of a pair, or a pair when one key does for both); they add
 * up to 1. A change that several keys are there for counts each of them. */
typedef struct kh_sim_encryptors {
    double flows;
    double fresh;    /**< on a key within its time */
    double grace;    /**< on an old key, at most grace_s */
    double fallback; /**< on PQC or a pre-shared key */
    double stopped;
    double changes; /**< of keys */
} kh_sim_encryptors;

/** A one-time-pad stream. */
typedef struct kh_sim_pads {
    double starved;       /**< share of the time without pad */
    double longest_gap_s; /**< NAN without a stream */
} kh_sim_pads;

/** The end-to-end store of a demand, in bits, exact: initial + filled = drawn + stored. Its requests are those of the demand. */
typedef struct kh_sim_pair_store {
    double initial_bits, filled_bits, drawn_bits, stored_bits;
    double lowest_bits;
    double failed; /**< relays into it that were blocked */
} kh_sim_pair_store;

/** Requests of the demand that passed a key management server. */
typedef struct kh_sim_kms {
    double requests;
    double mean_wait_s; /**< before their service; NAN when there were none. The demand's own wait begins after the service */
    double busy;        /**< share of the time in which the server worked, for whomever */
    double longest_queue;
} kh_sim_kms;

/** Calls that arrived. */
typedef struct kh_sim_calls {
    double offered;
    double without_line, without_key; /**< blocked: no free line, no key in time */
    double cut;                       /**< ended early for want of pad */
    double mean_busy, most_busy;      /**< lines */
    double all_busy;                  /**< share of the time in which no line was free */
} kh_sim_calls;

typedef struct kh_sim_transfers {
    double begun, completed, waiting; /**< waiting: at the end, the one that moves included */
    double moved_bits;
    double mean_completion_s, longest_completion_s; /**< from the time of its start; NAN when none was completed */
    double stalled_by_lines;                        /**< share of the time with data to move and a line down */
    double stalled_by_keys; /**< share of the time with data to move and flows stopped for want of key, each for its part */
} kh_sim_transfers;
/** Keys asked for and served after the warm-up that somebody in compromised nodes knows, see exposure.h. */
typedef struct kh_sim_exposure {
    double exposed_keys, exposed_bits; /**< they passed a compromised relay; of their shares, as many as make the key */
    double at_ends_keys;               /**< an end of the demand was compromised itself; not among the others */
    double saved_keys;                 /**< fewer shares than make the key were exposed */
} kh_sim_exposure;

typedef struct kh_sim_demand {
    /** Keys (one-time pad: portions) asked for after the warm-up; late: had to wait, part of served. */
    double requests, served, late, blocked;
    double delivered_bits;
    double mean_wait_s;  /**< from request to key, over served; NAN when none was */
    double availability; /**< fraction of time in which the demand was not starved: no request waiting or blocked */
    kh_sim_routing routing;
    kh_sim_encryptors encryptors;
    kh_sim_pads pads;
    kh_sim_pair_store store;
    kh_sim_kms kms;
    kh_sim_calls calls;
    kh_sim_transfers transfers;
    kh_sim_exposure exposure;
} kh_sim_demand;

/** Spells in which somebody listened on a link, see eavesdropping.h. */
typedef struct kh_sim_eavesdropping {
    double attacks;   /**< that began */
    double alarms;    /**< quarantines that began; a long attack may give several */
    double unnoticed; /**< attacks that ended without one: below the threshold, or the link made no key. One that ended while its
                         block was in the making may give the alarm yet and is then not among them */
    double quarantine_s;
    double discarded_bits; /**< made while somebody was heard listening; part of lost_bits */
} kh_sim_eavesdropping;

/** Conservation, in bits, exact: initial + generated = delivered + relayed + lost + expired + in transit + stored. From the end of
 * the warm-up; what requests under way at the end have taken counts as delivered or relayed. */
typedef struct kh_sim_link {
    double initial_bits, generated_bits;
    double delivered_bits;   /**< spent on the first hop of served requests (the end-to-end key itself) */
    double relayed_bits;     /**< spent on further hops of served requests */
    double lost_bits;        /**< did not fit, spent on requests that were blocked on the way, made while broken */
    double expired_bits;     /**< discarded because they were older than the lifetime of the store's key */
    double transit_bits;     /**< made, not yet at both ends at the end */
    double stored_bits;      /**< in the store at the end */
    double lowest_bits;      /**< lowest level after warm-up */
    double up_fraction;      /**< of time in which the link was not broken */
    double handed_over_keys; /**< of a link between two domains: served over it; else 0 */
    kh_sim_eavesdropping eavesdropping;
    kh_series level;
} kh_sim_link;

/** What a domain carried for others: keys between ends that lie elsewhere. */
typedef struct kh_sim_domain {
    double transit_keys, transit_bits; /**< counted each time that they enter it */
    double transit_eur;                /**< at its price */
} kh_sim_domain;

typedef struct kh_sim_result {
    double duration_s, warm_up_s;
    uint64_t seed, events; /**< events: of the run, or of the batch; the first has the warm-up's too */
    /** Spells that began after the warm-up; shared: of shared risks. */
    uint64_t fibre_cuts, node_failures, module_failures, link_failures, shared_failures, maintenances;
    uint64_t compromises, flash_demands;
    kh_sim_demand *demands; /**< [n_demands] */
    size_t n_demands;
    kh_sim_link *links; /**< [n_links] */
    size_t n_links;
    kh_sim_domain *domains; /**< [n_domains] */
    size_t n_domains;
} kh_sim_result;

enum { KH_SIM_MOST_BATCHES = 10000 };

/** Plays @p plan once. Same network, plan and options: same result, bit for bit, on any machine with the same libm.
 *  @param arena where the result lives
 *  @param[out] result the first of as many as there are batches, one after the other; each counts afresh, as after a warm-up, and
 *                     the first has the series of the whole run
 *  @return KH_OK; KH_ERANGE; KH_ELIMIT (too many events, or requests that wait at once); KH_EINTERRUPTED; KH_EINTERNAL (an audit
 * failed: the message says which law, when, where); KH_ENOMEM */
kh_status kh_sim_run(const kh_net *net, const kh_rates *rates, const kh_plan *plan, const kh_sim_options *options, kh_arena *arena,
                     kh_sim_result **result, kh_error *err);

#endif
