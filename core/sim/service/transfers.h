/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_TRANSFERS_H
#define KH_CORE_SIM_SERVICE_TRANSFERS_H

#include "core/net/rates.h"
#include "core/sim/service/encryptors.h"
#include "core/sim/service/fifo.h"
#include "core/sim/supply/lines.h"

/** Data that demands move, disk to disk.
 *
 *  Transfers of one demand go one after the other, first come first served. The one at the front moves at most at data_gbps, while
 *  all lines of `over` are up, and at the share of the demand's flows that is not stopped for want of key (encryptors.h). Demands
 *  that use the same line share its capacity max-min fairly: all get the same, but nobody more than it can use, and what one cannot
 *  use goes to the others. Both directions of a line are taken for one, the safe side. Rates change only at events; bits are whole,
 *  the fraction is carried. Start times: periodic, or Poisson from the stream (demand id, "transfers"). */
typedef struct kh_transfers_demand {
    uint32_t demand;
    const kh_line_id *over;
    size_t n_over;
    double most_bps;
    int64_t volume; /**< of one transfer, bit */
    double start_s, every_s;
    bool poisson;
    kh_rng rng;
    uint64_t started; /* ever */
    kh_ns last_start;
    kh_fifo queue;   /**< of kh_ns: when each was to start; the one that moves leads */
    int64_t left;    /**< of that one */
    double carry;    /* of a bit */
    double rate_bps; /**< now */
    double share_up; /* not stopped for want of key, now */
    bool lines_up;
    kh_ns settled;
    kh_timer done;
    uint64_t moved;                         /* bits since the start of the statistics, modulo 2^64 */
    int64_t moved_before;                   /* of the front one, at that start */
    uint64_t begun, completed;              /**< since the start of the statistics */
    double completion_s, longest_s;         /**< from the start time to the end; sum and maximum over completed */
    double stalled_lines_s, stalled_keys_s; /**< up to settled */
} kh_transfers_demand;

typedef struct kh_transfers {
    kh_kernel *kernel;
    const kh_net *net;
    const kh_lines *lines;
    const kh_encryptors *encryptors;
    kh_draw draw;
    kh_transfers_demand *demands; /**< [n] those that move data */
    size_t n;
    uint32_t *of;                     /**< [n_demands of the net] in demands; KH_NO_INDEX: moves none; NULL: nobody does */
    double *capacity_bps, *spare_bps; /* [n_lines] */
    uint32_t *sharing;                /* [n_lines] demands whose rate still rises */
    bool *rising;                     /* [n] */
    kh_event_kind start, done;        /* subject: of demands */
} kh_transfers;

typedef struct kh_transfers_setup {
    const kh_net *net;
    const kh_rates *rates;
    kh_kernel *kernel;
    kh_lines *lines;
    kh_encryptors *encryptors;
    uint64_t seed;
} kh_transfers_setup;

/** Joins the kernel when a demand moves data. @return KH_OK; KH_ERANGE (the rates do not know its lines); KH_ENOMEM */
kh_status kh_transfers_init(kh_transfers *transfers, const kh_transfers_setup *setup, kh_arena *arena, kh_error *err);

/** Bits moved since the start of the statistics, as far as it is settled. */
double kh_transfers_moved_bits(const kh_transfers_demand *demand);
/** A demand's state brought up to @p end, not before now; NULL: it moves no data. */
const kh_transfers_demand *kh_transfers_settled(kh_transfers *transfers, uint32_t demand, kh_ns end);

/** Events that a run up to @p end will have, about. */
double kh_transfers_expected_events(const kh_transfers *transfers, kh_ns end);

#endif
