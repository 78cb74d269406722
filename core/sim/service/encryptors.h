/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_ENCRYPTORS_H
#define KH_CORE_SIM_SERVICE_ENCRYPTORS_H

#include "core/sim/service/asking.h"

/** Encryptors of aes-256 demands: what protects each flow at each time. A flow is what one key at a time protects: one direction of
 *  one pair, or a whole pair when a change takes one key.
 *
 *  Key n of a flow is due at n periods after its phase, the times at which its traffic asks (traffic.h; period: rekey_s, or the
 *  volume rule where it is stricter). A flow changes to a new key when one is due and there; a key that comes late is put to use at
 *  once, until the next one is due. Keys that were fetched together lie at the flow until they are due. So a flow is, in this order
 *  after the time of its key is over and while no new one comes:
 *      fresh    on a key within its time
 *      grace    on an old key, for at most grace_s
 *      fallback on PQC or a pre-shared key, if the demand has a fallback; else stopped.
 *  At time 0 each flow holds a key until its first one is due. Nothing but the delivery of keys is an event: times are worked out
 *  when a late key comes, so that a well-supplied flow costs one comparison a delivery. Only when someone watches the demand do
 *  the instants at which a flow stops become events. */
typedef enum kh_encryptors_state {
    KH_FLOW_FRESH,
    KH_FLOW_GRACE,
    KH_FLOW_FALLBACK,
    KH_FLOW_STOPPED,
    KH_FLOW_STATES
} kh_encryptors_state;

typedef struct kh_encryptors_flow {
    int64_t keys;    /**< the flow has keys for so many periods after its phase */
    kh_ns fresh_end; /**< when the last of them is over */
    int64_t next;    /* first key that is due at settled or after */
    kh_ns settled;   /**< the sums hold up to here */
    kh_ns sums[KH_FLOW_STATES];
    uint64_t changes; /**< of keys, up to settled */
} kh_encryptors_flow;

typedef struct kh_encryptors_demand {
    kh_encryptors_flow
        *flows; /**< [n_flows], directions of a pair side by side; none: the demand has no encryptors in this sense */
    uint32_t n_flows, directions;
    const kh_ns *phases; /**< [n_flows / directions] */
    kh_ns interval;      /**< between two requests of a pair */
    kh_ns period;        /**< between two keys, rounded down */
    int64_t keys;        /**< in one request */
    kh_ns grace;
    bool falls_back;
    bool watched;
    bool *stopped; /* [n_flows] when watched */
    uint32_t n_stopped;
    uint32_t first; /* number of its first flow among all those watched */
} kh_encryptors_demand;

typedef struct kh_encryptors {
    kh_kernel *kernel;
    kh_encryptors_demand *demands; /**< [n] by kh_demand_id */
    size_t n;
    kh_ns start;       /**< of the statistics */
    uint32_t *watched; /* [n_watched] demands of watched flows */
    size_t n_watched;
    kh_event_kind stop;                        /* subject: watched flow; it may have run out of grace */
    void (*tell)(void *self, uint32_t demand); /**< how many flows of a watched demand are stopped has changed */
    void *self;
} kh_encryptors;

/** Of all aes-256 demands that ask for key. Becomes their client. Joins the kernel. @return KH_OK; KH_ENOMEM */
kh_status kh_encryptors_init(kh_encryptors *encryptors, const kh_net *net, const kh_asking *asking, kh_arena *arena, kh_error *err);

/** From now on the stops of a demand's flows are events, told to whoever is named in tell and self. Only before the run.
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_encryptors_watch(kh_encryptors *encryptors, uint32_t demand, kh_arena *arena, kh_error *err);

/** Share of a watched demand's flows that are not stopped now, [0, 1]. 1 when it needs no key. */
double kh_encryptors_share_up(const kh_encryptors *encryptors, uint32_t demand);

/** Sums over all flows of a demand from the start of the statistics to @p end, not before now. */
typedef struct kh_encryptors_sums {
    double share[KH_FLOW_STATES]; /**< of the time, adding up to 1; NAN when there are no flows */
    double changes;               /**< of keys */
} kh_encryptors_sums;
kh_encryptors_sums kh_encryptors_read(const kh_encryptors *encryptors, uint32_t demand, kh_ns end);

#endif
