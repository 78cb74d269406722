/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_LINKS_H
#define KH_CORE_SIM_SUPPLY_LINKS_H

#include "core/net/rates.h"
#include "core/sim/kernel/kernel.h"
#include "core/sim/stats/series.h"
#include "core/sim/supply/keystore.h"

/** The QKD links as they play: a key store each, blocks of key that fill it, and what of it works. */

typedef struct kh_link_health {
    uint32_t broken;           /**< fibres, end nodes and other causes that keep the link down; 0: it is up */
    double working_modules;    /**< of the installed */
    double key_share;          /**< of the key of working modules that is made, [0, 1]; 1: nobody takes any */
    bool tapped, was_tapped;   /**< somebody is heard listening now; and in the block in the making */
    kh_ns down_since, down_ns; /**< down_ns: of closed outages, since the start of the statistics */
} kh_link_health;

/** Blocks of key that came due since the start of the statistics. */
typedef struct kh_link_blocks {
    uint64_t stored;     /**< whole or in part */
    uint64_t dropped;    /**< no room for any of it */
    uint64_t lost;       /**< the link was down, or somebody had listened */
    int64_t tapped_bits; /**< of those lost since somebody had listened */
} kh_link_blocks;

struct kh_age;
struct kh_variation;

/** One link: its store, what of it works, and its blocks (production.h). */
typedef struct kh_link_state {
    _Alignas(KH_CACHE_LINE) uint32_t dead_ends; /**< causes that keep an end node down; 0: key in the store can be used */
    bool producing;                             /**< a block is under way */
    bool touched;                               /* since the last audit */
    bool recorded;                              /**< the recorder keeps the level */
    kh_keystore store;
    kh_recorder recorder;
    kh_link_health health;
    kh_link_blocks blocks;
    kh_ns period;                   /**< 0: the link makes no key */
    double block_bits;              /**< with all modules working */
    double carry;                   /* [0, 1) */
    double modules;                 /**< installed */
    struct kh_age *age;             /**< NULL: key is stored at once and keeps for ever (ageing.h) */
    struct kh_variation *variation; /**< NULL: one rate at all times (production.h) */
} kh_link_state;

/** What the other parts are told of a link, after it happened. */
typedef enum kh_link_news {
    KH_LINK_KEY,    /**< key arrived */
    KH_LINK_DOWN,   /**< from up to down, or an end node failed too: its store cannot be used */
    KH_LINK_UP,     /**< from down to up, or an end node works again: its store can be used */
    KH_LINK_RATE,   /**< it makes more or less key than before */
    KH_LINK_TAPPED, /**< instead of key: a block was thrown away since somebody had listened */
    KH_LINK_NEWS    /* how many */
} kh_link_news;
typedef void (*kh_link_listener)(void *self, uint32_t link, kh_link_news news);

enum { KH_LINKS_MOST_LISTENERS = 8 };

typedef struct kh_links {
    kh_kernel *kernel;
    const kh_net *net;
    const kh_rates *rates;
    kh_arena *arena;       /* of what grows in a run */
    kh_link_state *states; /**< [n] by kh_qkd_link_id */
    size_t n;
    uint32_t *node_broken; /**< [n_nodes] by kh_node_id; causes that keep the node down, 0: it works */
    size_t n_broken;       /**< causes of all kinds that hold now, of modules too; 0: all is sound */
    kh_event_kind block;   /* this and the next two: subject: link */
    kh_event_kind expiry, arrival;
    uint32_t slot;     /**< the present time slot; KH_NO_INDEX: the mean over all counts */
    uint32_t *touched; /* [n_touched] links changed since the last audit */
    size_t n_touched;
    struct kh_links_listener {
        kh_link_listener tell;
        void *self;
    } listeners[KH_LINKS_MOST_LISTENERS];
    size_t n_listeners;
} kh_links;

/** Stores with their initial fill, all sound; nothing is made yet. Joins the kernel.
 *  @param rates must outlive the links, as must the network
 *  @return KH_OK; KH_ERANGE (a store or rate that cannot be played); KH_ENOMEM */
kh_status kh_links_init(kh_links *links, const kh_net *net, const kh_rates *rates, kh_kernel *kernel, kh_arena *arena,
                        kh_error *err);

/** Production by blocks starts where it is wanted. */
void kh_links_start(kh_links *links);

/** Who wants to know; told in the order of these calls. @return KH_OK; KH_ELIMIT */
kh_status kh_links_listen(kh_links *links, kh_link_listener tell, void *self, kh_error *err);

/* Tells all who listen. */
void kh_links_tell(const kh_links *links, uint32_t link, kh_link_news news);

/* The audit looks at it. */
void kh_links_touch(kh_links *links, uint32_t link);
/* What follows when a level has fallen: it is recorded, production starts, the audit looks at it. */
void kh_links_follow(kh_links *links, uint32_t link);
/** Takes bits that are there and starts the production when that is due. */
static inline void kh_links_take(kh_links *links, uint32_t link, int64_t bits, bool first_hop)
{
    kh_link_state *state = &links->states[link];
    kh_keystore_take(&state->store, bits, first_hop);
    if (!state->touched || state->recorded || (state->store.wants_key && !state->producing))
        kh_links_follow(links, link);
}
/** Books bits that were taken as lost: their request was blocked further on. */
static inline void kh_links_forfeit(kh_links *links, uint32_t link, int64_t bits, bool first_hop)
{
    kh_link_state *state = &links->states[link];
    kh_keystore_forfeit(&state->store, bits, first_hop);
    if (!state->touched)
        kh_links_touch(links, link);
}

/** Says that the link's store will be looked at soon: its line of the cache can be on its way. */
static inline void kh_links_expect(const kh_links *links, uint32_t link)
{
    __builtin_prefetch(&links->states[link]);
}

/** Key of all modules is made; that of the working ones is stored or goes on its way to the other end, or is lost when the link is
 *  down. @param bits >= 0, any fraction of a bit waits for the next */
void kh_links_deliver(kh_links *links, uint32_t link, double bits);
/** Key that was on its way is at both ends. @param born the end of its block */
void kh_links_store(kh_links *links, uint32_t link, int64_t bits, kh_ns born);

/** One more cause keeps the link down; one cause less. Blocks under way that end while it is down are lost. */
void kh_links_break(kh_links *links, uint32_t link);
void kh_links_repair(kh_links *links, uint32_t link);
/** The same for a node and, through it, for the links that end there. */
void kh_links_break_node(kh_links *links, uint32_t node);
void kh_links_repair_node(kh_links *links, uint32_t node);
/** One module breaks or is repaired: the link makes its share of key less or more; without any that works it is down. */
void kh_links_break_module(kh_links *links, uint32_t link);
void kh_links_repair_module(kh_links *links, uint32_t link);

/** Both ends throw away all key that is stored or on its way. */
void kh_links_forget(kh_links *links, uint32_t link);

/** From now on somebody listens, which the errors of every block that this touches will show; from now on nobody does. */
void kh_links_tap(kh_links *links, uint32_t link);
void kh_links_untap(kh_links *links, uint32_t link);
/** From the block in the making on the link makes this share of its key. @param share [0, 1] */
void kh_links_set_key_share(kh_links *links, uint32_t link, double share);

/** Bits that all stores have delivered and relayed since the start of the statistics. */
int64_t kh_links_spent(const kh_links *links);

bool kh_links_up(const kh_links *links, uint32_t link);
/** Both end nodes work: key in the store can be used. */
static inline bool kh_links_ends_up(const kh_links *links, uint32_t link)
{
    return links->states[link].dead_ends == 0;
}
/** Quantum bit error rate of now: that of the present time slot, else that of the link; NAN when unknown. */
double kh_links_qber(const kh_links *links, uint32_t link);
/** Key that the working modules make now while the production runs, whether it arrives or not. */
double kh_links_rate_bps(const kh_links *links, uint32_t link);
/** Share of [from, to] in which the link was up, from the last restart. */
double kh_links_up_fraction(const kh_links *links, uint32_t link, kh_ns from, kh_ns to);

#endif
