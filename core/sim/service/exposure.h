/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_EXPOSURE_H
#define KH_CORE_SIM_SERVICE_EXPOSURE_H

#include "core/sim/service/relay.h"
#include "core/sim/supply/spells.h"

/** Compromise: for a spell (spell.h, stream (on, "compromise")) somebody reads what a node, or all nodes of a domain, operator or
 *  country, hold in the clear; it ends when it is found out. Which delivered keys does he know?
 *
 *  A relay holds a key in the clear while it passes, so a key over one route is exposed when a relay on it was compromised at any
 *  time between request and delivery: on the safe side, by at most the time that the key took. A key of shares over several routes
 *  is exposed when as many shares as make the key passed compromised relays; with fewer the sharing has saved it. A key one of
 * whose own ends was compromised is counted apart: no route helps it. Keys that were under way and never delivered do not count.
 *
 *  When it is found out, key in the stores of all links that end at the nodes may be known: both ends throw it away (lost). The
 *  node goes on relaying all the time. */
typedef struct kh_compromise {
    const kh_fault *fault; /**< the entry */
    uint32_t *nodes;       /**< [n_nodes] */
    size_t n_nodes;
} kh_compromise;

/** Requests issued and served since the start of the statistics. */
typedef struct kh_exposure_counts {
    uint64_t exposed;
    uint64_t at_ends; /**< an end itself was compromised; not in the others */
    uint64_t saved;   /**< some shares were exposed, too few for the key */
} kh_exposure_counts;

typedef struct kh_exposure {
    kh_spells spells;            /**< when they are */
    kh_compromise *compromises;  /**< [spells.n] */
    uint64_t starts;             /**< spells that began since the start of the statistics */
    uint32_t *held;              /* [n_nodes] compromises that hold now */
    kh_ns *until;                /* [n_nodes] end of the last one, < 0: there was none */
    kh_exposure_counts *demands; /**< [n_demands]; NULL without compromises */
    const kh_net *net;
    kh_kernel *kernel;
    kh_links *links;
    const kh_relay *relay;
} kh_exposure;

typedef struct kh_exposure_setup {
    const kh_net *net;
    kh_kernel *kernel;
    kh_links *links;
    kh_relay *relay;
    uint64_t seed;
    bool play; /**< false: nobody reads anything */
} kh_exposure_setup;

/** Joins the kernel and, where there are compromises, watches the relay.
 *  @return KH_OK; KH_ERANGE (it is on nothing, a time that is not > 0); KH_ELIMIT; KH_ENOMEM */
kh_status kh_exposure_init(kh_exposure *exposure, const kh_exposure_setup *setup, kh_arena *arena, kh_error *err);

#endif
