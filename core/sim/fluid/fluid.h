/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_FLUID_H
#define KH_CORE_SIM_FLUID_FLUID_H

#include "core/net/plan.h"
#include "core/sim/fluid/tank.h"
#include "core/sim/supply/links.h"

/** The network as a fluid: stores are tanks, demands are flows along the plan's routes at their mean rates, and time passes in
 *  events only where a rate changes: a fault or repair, a store that runs empty or reaches its reserve, a queue of waiting requests
 *  that fills or empties. The limit of the block level for small blocks and small keys. README.md says what is played and how,
 *  MATHS.md by which equations.
 *
 *  Faults and health are those of kh_links and kh_faults, so with one seed both levels see the same outages.
 */

/** Whom a store serves before whom. Patient: may wait for key. */
typedef enum kh_fluid_group {
    KH_FLUID_PATIENT_FIRST,
    KH_FLUID_PATIENT,
    KH_FLUID_HASTY_FIRST,
    KH_FLUID_HASTY,
    KH_FLUID_GROUPS /* how many */
} kh_fluid_group;

/** Who waits at a store: two rooms, of priority 0 and of the others. */
typedef enum kh_fluid_mode {
    KH_FLUID_CALM,  /**< nobody waits */
    KH_FLUID_GROWS, /**< more comes than goes */
    KH_FLUID_FULL,  /**< as many wait as arrive within their patience; what comes beyond is blocked */
    KH_FLUID_DRAINS /**< more goes than comes */
} kh_fluid_mode;
typedef struct kh_fluid_room {
    kh_fluid_mode mode;
    double bits;  /**< that wait, at the tank's time */
    double limit; /**< bits that arrive within the patience of those who ask for them */
    double rate_bps;
    double surplus_bps; /**< given to those who wait, beyond what arrives; only while it drains */
} kh_fluid_room;

typedef enum kh_fluid_position {
    KH_FLUID_FREE,       /**< key for all */
    KH_FLUID_AT_RESERVE, /**< the others get what is made beyond the needs of priority 0 */
    KH_FLUID_BELOW,      /**< between empty and the reserve: key for priority 0 only */
    KH_FLUID_EMPTY,      /**< what is made is shared */
    KH_FLUID_CLOSED      /**< an end node is down */
} kh_fluid_position;

typedef struct kh_fluid_link {
    double arrives_bps[KH_FLUID_GROUPS]; /**< asked for here */
    double factor[KH_FLUID_GROUPS];      /**< share of it that passes */
    double dust_bps;                     /**< less than this is none: sums of changes are rounded */
    double dust_bits;                    /**< the same of a level: what goes in some nanoseconds */
    bool touched, queued, deferred, changed;
    bool may_be_short; /* while touched: a change of what is asked for may change what passes */
    bool closed;
    bool useless[2]; /**< down, and no key left for priority 0, for the others */
    kh_fluid_position position;
    kh_tank tank;
    kh_fluid_room rooms[2];
    uint32_t first_hop, n_hops; /* in kh_fluid.hops_of_links */
    kh_timer timer;
    kh_ns due; /* of the timer; INT64_MAX: none */
} kh_fluid_link;

/** One hop of a route. Bits that passed up to time t: passed + passes_bps t. */
typedef struct kh_fluid_hop {
    double passes_bps, passed;
    uint32_t link, route;
    uint8_t group; /**< kh_fluid_group of its demand */
    bool is_first, is_last;
} kh_fluid_hop;

/** The same hop's requests that wait; of patient demands only. */
typedef struct kh_fluid_wait {
    double bits, rate_bps, share;
    double area;     /**< bit s waited */
    double at_start; /**< bits, at the start of the statistics */
    kh_ns since;
    bool waits;
} kh_fluid_wait;

typedef struct kh_fluid_route {
    uint32_t first, n; /**< hops */
    uint32_t demand;
    uint32_t broken;        /**< links for which it is */
    uint32_t waits;         /**< hops at which requests wait */
    double share;           /**< planned, of its demand */
    double asks_bps, asked; /**< as of a hop */
    double target_bps;
    double late, late_mark; /**< bits served after a wait; passed at the last hop when the wait began */
} kh_fluid_route;

typedef struct kh_fluid_demand {
    uint32_t first_route, n_routes;
    double rate_bps, key_bits, patience_s;
    kh_fluid_group group;
    uint32_t waits; /**< routes on which requests wait */
    kh_ns waits_since;
    double waited_s, served_mark, served_waiting; /**< time in which requests waited, bits served then */
} kh_fluid_demand;

typedef struct kh_fluid_setup {
    const kh_net *net;
    const kh_plan *plan;
    kh_kernel *kernel;
    kh_links *links; /**< their production by blocks is off */
    double hop_latency_s;
    double late_after_s, fetch_s; /**< as of kh_relay_setup */
    kh_ns end;
} kh_fluid_setup;

typedef struct kh_fluid {
    kh_kernel *kernel;
    kh_links *links;
    double hop_latency_s;
    kh_ns end, start, present; /**< start: of the statistics; present: of the reports, end of the run once it is over */
    kh_fluid_link *tanks;      /**< [n_links] */
    kh_recorder *recorders;    /**< [n_links] of their levels */
    uint32_t n_links, n_routes, n_demands;
    kh_fluid_hop *hops;
    kh_fluid_wait *waits; /**< [n_waits] n_hops, or none when all are hasty */
    size_t n_hops, n_waits;
    uint32_t *hops_of_links; /**< [n_hops] by link */
    kh_fluid_route *routes;
    kh_fluid_demand *demands;
    kh_event_kind crossing, settle; /* subject: link; none */
    struct kh_fluid_list {
        uint32_t *links;
        size_t head, n;
    } changed, queued, touched, deferred;
    bool settles_now, settles_later; /* such an event is pending */
    size_t work;                     /* hops worked on in this event */
    double now_s;                    /* of this event */
} kh_fluid;

/** @return KH_OK; KH_ERANGE (what cannot be played as a fluid, a route that does not fit); KH_ENOMEM */
kh_status kh_fluid_init(kh_fluid *fluid, const kh_fluid_setup *setup, kh_arena *arena, kh_error *err);

/** How a demand was served from the start of the statistics up to the present, in keys. Waiting requests are in none of served and
 *  blocked. */
typedef struct kh_fluid_service {
    double requests, served, late, blocked, delivered_bits;
    double mean_wait_s; /**< NAN: none was served */
    double starved_s;
} kh_fluid_service;
kh_fluid_service kh_fluid_served(const kh_fluid *fluid, uint32_t demand);

/** Of one link, from the start of the statistics up to the present, in bits: initial + generated = delivered + relayed + lost +
 *  stored, but for rounding. */
typedef struct kh_fluid_ledger {
    double initial, generated, delivered, relayed, lost, stored, lowest;
} kh_fluid_ledger;
kh_fluid_ledger kh_fluid_ledger_of(const kh_fluid *fluid, uint32_t link);

/** Brings tanks, series and statistics up to @p now, before the reports. @param now not before the last event */
void kh_fluid_finish(kh_fluid *fluid, kh_ns now);

#endif
