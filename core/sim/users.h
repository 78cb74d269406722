/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_USERS_H
#define KH_CORE_SIM_USERS_H

#include "core/sim/service/calls.h"
#include "core/sim/service/pads.h"
#include "core/sim/service/transfers.h"
#include "core/sim/sim.h"

/** All that uses key, and what stands between it and the relay: key management, the stores of pairs. A part of the engine. */
typedef struct kh_users {
    kh_relay *relay;
    kh_pairs pairs;
    kh_kms_desk kms;
    kh_asking *asking;
    kh_encryptors encryptors;
    kh_pads pads;
    kh_calls_part calls;
    kh_transfers transfers;
} kh_users;

typedef struct kh_users_setup {
    const kh_net *net;
    const kh_rates *rates;
    kh_relay *relay;
    kh_asking *asking; /**< set up here */
    kh_lines *lines;
    uint64_t seed;
    bool rushes; /**< demands may be in a hurry */
} kh_users_setup;

/** Parts that nobody uses do not join. At time 0: fills of stores, requests by demand, then calls and transfers.
 *  @param users stays where it is until the run is over */
kh_status kh_users_init(kh_users *users, const kh_users_setup *setup, kh_arena *arena, kh_error *err);

/** Requests, calls and transfers up to @p end, about. */
double kh_users_expected_events(const kh_users *users, kh_ns end);

/** A demand without users: counts 0, shares and means NAN. */
kh_sim_demand kh_users_absent(void);

/** What a demand's users saw from @p from, the start of the statistics, to now. */
kh_sim_demand kh_users_report(kh_users *users, uint32_t demand, kh_ns from, kh_ns now);

#endif
