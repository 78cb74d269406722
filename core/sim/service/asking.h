/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_ASKING_H
#define KH_CORE_SIM_SERVICE_ASKING_H

#include "core/sim/service/kms.h"
#include "core/sim/service/traffic.h"

/** How fast a demand's own time runs. */
typedef struct kh_asking_pace {
    double factor;
    kh_ns since, own_since; /* the present factor holds from here: the run's time, the demand's own time */
    kh_ns own_due, due;     /* of the next request, in both */
} kh_asking_pace;

/** Demands that ask for keys, each at the times of its traffic; those with calls ask by their calls. Tickets: encryptor pair times
 *  directions + direction; 0 for all others. In a rush the times of the traffic are those of a clock of the demand's own, which
 * runs `factor` times as fast: the next request comes sooner at once, and all intervals are so much shorter. */
typedef struct kh_asking {
    kh_kernel *kernel;
    kh_kms_desk *kms;
    kh_relay *relay;
    kh_traffic *traffic; /**< [n] by kh_demand_id */
    size_t n;
    kh_event_kind request; /* subject: demand */
    kh_asking_pace *paces; /* [n]; NULL: nobody is ever in a hurry */
} kh_asking;

typedef struct kh_asking_setup {
    const kh_net *net;
    kh_kms_desk *kms;
    kh_relay *relay;
    uint64_t seed;
    bool varies; /**< demands may be in a hurry */
} kh_asking_setup;

/** Joins the kernel; the first request of each demand is scheduled. @return KH_OK; KH_ERANGE (see kh_traffic_init); KH_ENOMEM */
kh_status kh_asking_init(kh_asking *asking, const kh_asking_setup *setup, kh_arena *arena, kh_error *err);

/** From now on the demand asks so many times as often as its traffic says. @param factor > 0; with setup.varies */
void kh_asking_hurry(kh_asking *asking, uint32_t demand, double factor);

#endif
