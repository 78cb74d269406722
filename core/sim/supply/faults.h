/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_FAULTS_H
#define KH_CORE_SIM_SUPPLY_FAULTS_H

#include "core/sim/supply/outage.h"
#include "core/sim/supply/spell.h"

/** What breaks and is repaired: fibres, nodes, modules, whole links, groups of them (shared risks), and planned work.
 *
 *  Each is a process of spells of its own (spell.h). Streams: (fibre id, "cut"), (node id, "failure"), (link id, "module 1")...,
 *  (link id, "link"), (name, "shared-risk"), (name, "maintenance"). An entry of the topology that names a fibre, node or link
 *  replaces one on "all-..."; else the last counts. Every shared risk and every maintenance is a process.
 *
 *  A link is down while it has failed itself, or any of its fibres or either end node has. A broken module lowers a link's rate by
 *  its share. Order at time 0: fibres, nodes, modules, links, shared risks, maintenance. */
typedef struct kh_fault_process {
    kh_fault_kind kind;
    uint32_t entity; /**< of modules: the link */
    const char *id;  /**< of what breaks */
    kh_spell spell;
    kh_timer next;    /* change of the spell */
    kh_outage outage; /**< empty for modules */
} kh_fault_process;

typedef struct kh_faults {
    kh_fault_process *processes;
    size_t n_processes;
    uint64_t starts[KH_FAULT_KINDS]; /**< spells that began since the start of the statistics */
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

/** Events expected up to @p end. */
double kh_faults_events(const kh_faults *faults, kh_ns end);

#endif
