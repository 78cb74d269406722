/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_RUSH_H
#define KH_CORE_SIM_SERVICE_RUSH_H

#include "core/sim/service/asking.h"
#include "core/sim/service/calls.h"
#include "core/sim/supply/spells.h"

/** Flash demand: for a spell (spell.h, stream (on, "flash-demand")) one demand, or all of them together, ask `factor` times as
 *  often. Spells of several entries that overlap multiply. A demand's own times between requests are run through so many times
 *  faster, so they are the same numbers with and without the rush (asking.h). Calls come so many times as often, each from the
 *  one after the next on. Encryptors and pad streams use key by the clock all the same: what they fetch ahead of it waits. */
typedef struct kh_rush {
    kh_spells spells;         /**< when there is one */
    const kh_fault **entries; /**< [spells.n] */
    uint64_t starts;          /**< spells that began since the start of the statistics */
    const kh_net *net;
    kh_kernel *kernel;
    kh_asking *asking;
    kh_calls_part *calls;
} kh_rush;

typedef struct kh_rush_setup {
    const kh_net *net;
    kh_kernel *kernel;
    kh_asking *asking;
    kh_calls_part *calls;
    uint64_t seed;
    bool play; /**< false: there is never a rush */
} kh_rush_setup;

/** Joins the kernel. @param setup->asking whose demands may be in a hurry @return KH_OK; KH_ERANGE (a factor or time that is not >
 * 0); KH_ENOMEM */
kh_status kh_rush_init(kh_rush *rush, const kh_rush_setup *setup, kh_arena *arena, kh_error *err);

#endif
