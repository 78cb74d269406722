/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_FAULTS_H
#define KH_CORE_SIM_SUPPLY_FAULTS_H

#include "core/sim/supply/outage.h"
#include "core/sim/supply/slots.h"
#include "core/sim/supply/spells.h"

/** What breaks and is repaired: fibres, nodes, modules, whole links, groups of them (shared risks), and planned work.
 *
 *  Each is a process of spells of its own (spell.h). Streams: (fibre id, "cut"), (node id, "failure"), (link id, "module 1")...,
 *  (link id, "link"), (name, "shared-risk"), (name, "maintenance"). An entry of the topology that names a fibre, node or link
 *  replaces one on "all-..."; else the last counts. Every shared risk and every maintenance is a process.
 *
 *  A link is down while it has failed itself, or any of its fibres or either end node has. A broken module lowers a link's rate by
 *  its share. While the wind of the present time slot is above wind_above_m_s, aerial fibre is cut `factor` times as often: a fibre
 *  of which a share a is aerial 1 + a (factor - 1) times. Order at time 0: fibres, nodes, modules, links, shared risks,
 * maintenance. */
typedef struct kh_fault_process {
    kh_fault_kind kind;
    uint32_t entity;                  /**< of modules: the link */
    const char *id;                   /**< of what breaks */
    kh_outage outage;                 /**< empty for modules */
    double wind_above_m_s, wind_pace; /**< fibres: how many times as often they are cut in more wind; NAN: as ever */
} kh_fault_process;

typedef struct kh_faults {
    kh_spells spells;                /**< when they fail and are repaired */
    kh_fault_process *processes;     /**< [spells.n] what fails */
    uint64_t starts[KH_FAULT_KINDS]; /**< spells that began since the start of the statistics */
    kh_kernel *kernel;
    kh_links *links;
    kh_lines *lines;
} kh_faults;

typedef struct kh_faults_setup {
    const kh_net *net;
    kh_kernel *kernel;
    kh_links *links;
    kh_slots *slots; /**< tells of the wind */
    kh_lines *lines; /**< told of fibres and nodes too */
    uint64_t seed;
    bool play; /**< false: nothing ever fails */
} kh_faults_setup;

/** All sound at time 0; the first failures are scheduled. Joins the kernel.
 *  @return KH_OK; KH_ERANGE (a mean time that is not > 0, an id that is not there); KH_ENOMEM */
kh_status kh_faults_init(kh_faults *faults, const kh_faults_setup *setup, kh_arena *arena, kh_error *err);

#endif
