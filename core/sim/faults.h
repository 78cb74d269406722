/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FAULTS_H
#define KH_CORE_SIM_FAULTS_H

#include "core/base/rng.h"
#include "core/net/net.h"
#include "core/sim/event.h"
#include "core/sim/sim.h"

/** Fibre cuts, node failures and module failures: alternating renewal processes, one per entity (and per module).
 *
 *  Time to fail: exponential with mean mtbf (of a fibre: mtbf_h_per_1000km * 1000 / length_km); time to repair: exponential with
 *  mean mttr. So the long-run availability is MTBF / (MTBF + MTTR). Each process has its own stream: (fibre id, "cut"), (node id,
 *  "failure"), (link id, "module 1")... An entry of the topology that names an entity replaces one on "all-..."; else the last
 *  counts.
 *
 *  A link is down while any of its fibres or either end node is. A broken module lowers a link's rate by its share.
 */
typedef struct kh_fault_process {
    kh_fault_kind kind;
    uint32_t entity;       /**< index of the fibre, node or link */
    double up_ns, down_ns; /**< means */
    uint32_t *links;       /**< [n_links] touched by it; a link stands here once per time that it uses the fibre */
    size_t n_links;
    bool broken;
    kh_rng rng;
} kh_fault_process;

typedef struct kh_link_health {
    uint32_t broken; /**< fibres and end nodes that are down */
    double working_modules;
    kh_ns down_since, down_ns; /**< down_ns: of closed outages, since the start of the statistics */
} kh_link_health;

typedef struct kh_faults {
    kh_fault_process *processes;
    size_t n_processes;
    kh_link_health *links; /**< [n_links] by kh_qkd_link_id */
    size_t n_links;
    bool *node_down;                                     /**< [n_nodes] by kh_node_id */
    size_t n_broken;                                     /**< processes that are broken now */
    uint64_t fibre_cuts, node_failures, module_failures; /**< since the start of the statistics */
    kh_queue *queue;
} kh_faults;

/** All sound at time 0; the first failures are scheduled if options->faults, else nothing ever fails.
 *  @return KH_OK; KH_ERANGE (a mean time that is not > 0, an id that is not there); KH_ENOMEM */
kh_status kh_faults_init(kh_faults *faults, const kh_net *net, const kh_sim_options *options, kh_queue *queue, kh_arena *arena,
                         kh_error *err);

/** The event of @p process: it fails or is repaired, and its next event is scheduled. */
void kh_faults_toggle(kh_faults *faults, uint32_t process);

bool kh_faults_link_up(const kh_faults *faults, uint32_t link);

/** Starts the statistics afresh. */
void kh_faults_restart(kh_faults *faults);
/** Share of [from, to] in which the link was up, from the last restart. */
double kh_faults_up_fraction(const kh_faults *faults, uint32_t link, kh_ns from, kh_ns to);

#endif
