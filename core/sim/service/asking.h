/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_ASKING_H
#define KH_CORE_SIM_SERVICE_ASKING_H

#include "core/sim/service/kms.h"
#include "core/sim/service/traffic.h"

/** Demands that ask for keys, each at the times of its traffic; those with calls ask by their calls. Tickets: encryptor pair times
 *  directions + direction; 0 for all others. */
typedef struct kh_asking {
    kh_kernel *kernel;
    kh_kms_desk *kms;
    kh_relay *relay;
    kh_traffic *traffic; /**< [n] by kh_demand_id */
    size_t n;
    kh_event_kind request; /* subject: demand */
} kh_asking;

typedef struct kh_asking_setup {
    const kh_net *net;
    kh_kms_desk *kms;
    kh_relay *relay;
    uint64_t seed;
} kh_asking_setup;

/** Joins the kernel; the first request of each demand is scheduled. @return KH_OK; KH_ERANGE (see kh_traffic_init); KH_ENOMEM */
kh_status kh_asking_init(kh_asking *asking, const kh_asking_setup *setup, kh_arena *arena, kh_error *err);

#endif
