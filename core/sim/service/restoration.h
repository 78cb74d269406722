/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_RESTORATION_H
#define KH_CORE_SIM_SERVICE_RESTORATION_H

#include "core/sim/service/routes.h"
#include "core/sim/supply/links.h"

/** Restoration of demands whose planned routes are all down (a route is down while any of its links is).
 *
 *  When the last of them goes down at t, requests from t + delay on take a path that is sought at that instant. When there is none
 *  the demand is overdue, and a path is sought again whenever a link comes up. A path that goes down itself is a new failure. As
 *  soon as a planned route is up again, the plan holds again. Requests under way keep their route.
 *  Notes for a journal: "fails", "restored" (with since_s from the failure), "reverts".
 */
typedef struct kh_restoration_demand {
    uint32_t n_routes, n_down; /**< planned routes, and those that are down */
    bool failed;               /**< all are, and no other path is in use */
    bool overdue;              /**< failed for longer than the delay */
    uint32_t route;            /**< in use instead of them; KH_NO_INDEX: none */
    kh_ns failed_at;           /**< of the present or last failure */
    kh_timer due;
    uint64_t restorations; /**< since the start of the statistics, with the time from failure to restoration */
    kh_ns took_ns;
} kh_restoration_demand;

typedef struct kh_restoration {
    kh_kernel *kernel;
    const kh_links *links;
    const kh_routes *routes;
    kh_ns delay;
    uint32_t (*seek)(void *self, uint32_t demand); /* a path that is up, or KH_NO_INDEX */
    void *self;
    kh_restoration_demand *demands; /**< [n_demands] */
    size_t n_demands;
    uint32_t *first_use; /* [n_links + 1] uses of link i: first_use[i] to first_use[i + 1] */
    uint32_t *uses;      /* planned routes, numbered over all demands */
    uint32_t *user;      /* [n_planned] demand of a planned route */
    uint32_t *n_down;    /* [n_planned] links of it that are down */
    size_t n_planned;
    bool *down; /* [n_links] as told */
    uint32_t n_overdue, n_restored;
    kh_event_kind due; /* subject: demand */
} kh_restoration;

typedef struct kh_restoration_setup {
    kh_kernel *kernel;
    const kh_links *links;
    const kh_routes *routes;
    const uint32_t *const *planned; /**< [n_demands][n_planned of it] routes */
    const uint32_t *n_planned;      /**< [n_demands] */
    size_t n_demands;
    kh_ns delay;
    uint32_t (*seek)(void *self, uint32_t demand);
    void *self;
} kh_restoration_setup;

/** @return KH_OK; KH_ENOMEM; KH_ELIMIT */
kh_status kh_restoration_init(kh_restoration *restoration, const kh_restoration_setup *setup, kh_arena *arena, kh_error *err);

/** To be told of the news of links, after what seek() looks at. */
void kh_restoration_hear(kh_restoration *restoration, uint32_t link, kh_link_news news);

/** What a request of now takes instead of the plan's routes; KH_NO_INDEX: nothing. */
uint32_t kh_restoration_route(kh_restoration *restoration, uint32_t demand);

void kh_restoration_restart(kh_restoration *restoration);
void kh_restoration_visit(kh_restoration *restoration, kh_state *state);

#endif
