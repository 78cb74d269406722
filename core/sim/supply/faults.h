/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_FAULTS_H
#define KH_CORE_SIM_SUPPLY_FAULTS_H

#include "core/net/net.h"
#include "core/sim/kernel/draw.h"
#include "core/sim/supply/lines.h"
#include "core/sim/supply/links.h"

/** Cuts of fibres, failures of nodes, modules and whole links: alternating renewal processes, one per entity (and per module).
 *
 *  Time to fail: exponential with mean mtbf (of a fibre: mtbf_h_per_1000km * 1000 / length_km); time to repair: exponential with
 *  mean mttr. So the long-run availability is MTBF / (MTBF + MTTR). Each process has its own stream: (fibre id, "cut"), (node id,
 *  "failure"), (link id, "module 1")..., (link id, "link"). An entry of the topology that names an entity replaces one on
 * "all-..."; else the last counts.
 *
 *  A link is down while it has failed itself, or any of its fibres or either end node has. A broken module lowers a link's rate by
 * its share.
 */
typedef struct kh_fault_process {
    kh_fault_kind kind;
    uint32_t entity;       /**< index of the fibre, node or link */
    double up_ns, down_ns; /**< means */
    uint32_t *links;       /**< [n_links] of a fibre: touched by it, once per time that they use it */
    size_t n_links;
    bool broken;
    kh_rng rng;
} kh_fault_process;

typedef struct kh_faults {
    kh_fault_process *processes;
    size_t n_processes;
    uint64_t fibre_cuts, node_failures, module_failures, link_failures; /**< since the start of the statistics */
    kh_kernel *kernel;
    kh_links *links;
    kh_lines *lines;
    kh_event_kind toggle; /**< subject: process; it fails or is repaired */
    kh_draw draw;         /**< of times to fail and to repair */
} kh_faults;

typedef struct kh_faults_setup {
    const kh_net *net;
    kh_kernel *kernel;
    kh_links *links;
    kh_lines *lines; /**< told of fibres and nodes too */
    uint64_t seed;
    bool play; /**< false: nothing ever fails */
} kh_faults_setup;

/** All sound at time 0; the first failures are scheduled. Joins the kernel.
 *  @return KH_OK; KH_ERANGE (a mean time that is not > 0, an id that is not there); KH_ENOMEM */
kh_status kh_faults_init(kh_faults *faults, const kh_faults_setup *setup, kh_arena *arena, kh_error *err);

#endif
