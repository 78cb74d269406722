/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_TOOLS_SERVICES_NET_H
#define KH_TESTS_TOOLS_SERVICES_NET_H

#include "core/net/load.h"
#include "models/evaluate.h"
#include "solvers/optimise.h"
#include "tests/solvers/near.h"
#include "tools/services/services.h"

#include <string.h>

/** A network from text with its rates, plan and services. */
typedef struct planned {
    kh_arena *arena;
    kh_net *net;
    kh_rates *rates;
    kh_plan *plan;
    kh_services *services;
} planned;

/** Nodes A to E 200 km apart on a line, fibres of 100 km in between with huts AB, BC, CD, DE. The rest follows in the text. */
static const char chain_text[] =
    "keyhaul: 1\n"
    "fibre_types: [{id: G, loss_db_per_km: 0.2, dispersion_ps_nm_km: 17, effective_area_um2: 80}]\n"
    "defaults: {fibre: {type: G, length_km: 100}, line_system: {amplifiers: edfa}}\n"
    "amplifiers: [{id: edfa, noise_figure_db: 5, gain_max_db: 30, power_max_dbm: 25}]\n"
    "modes:\n"
    "  - {id: m100, baud_gbd: 32, rate_gbps: 100, required_osnr_db: 12, min_spacing_ghz: 50}\n"
    "  - {id: m200, baud_gbd: 32, rate_gbps: 200, required_osnr_db: 17.5, min_spacing_ghz: 50}\n"
    "  - {id: m400, baud_gbd: 64, rate_gbps: 400, required_osnr_db: 21, min_spacing_ghz: 75}\n"
    "nodes:\n"
    "  - {id: A, at: [50, 0]}\n  - {id: B, at: [50, 2.7]}\n  - {id: C, at: [50, 5.4]}\n"
    "  - {id: D, at: [50, 8.1]}\n  - {id: E, at: [50, 10.8]}\n"
    "  - {id: AB, at: [50, 1.35], kind: amplifier}\n  - {id: BC, at: [50, 4.05], kind: amplifier}\n"
    "  - {id: CD, at: [50, 6.75], kind: amplifier}\n  - {id: DE, at: [50, 9.45], kind: amplifier}\n"
    "fibres:\n"
    "  - {id: A1, ends: [A, AB]}\n  - {id: A2, ends: [AB, B]}\n  - {id: B1, ends: [B, BC]}\n  - {id: B2, ends: [BC, C]}\n"
    "  - {id: C1, ends: [C, CD]}\n  - {id: C2, ends: [CD, D]}\n  - {id: D1, ends: [D, DE]}\n  - {id: D2, ends: [DE, E]}\n";

static inline void plan_text(planned *p, const char *text)
{
    kh_findings *findings = kh_findings_create();
    kh_error err = {0};
    char *whole = NULL;
    *p = (planned){.arena = kh_arena_create(0)};
    whole = kh_arena_printf(p->arena, "%s%s", chain_text, text);
    assert_non_null(whole);
    if (kh_net_load_text("test.yaml", whole, strlen(whole), NULL, 0, findings, &p->net, &err) != KH_OK)
        fail_msg("%s", kh_findings_kept(findings) > 0 ? kh_findings_at(findings, 0)->message : err.message);
    kh_findings_destroy(findings);
    kh_optimise_options how = {.objective = KH_OBJECTIVE_MAX_MIN};
    assert_int_equal(kh_evaluate(p->net, p->arena, &p->rates, &err), KH_OK);
    assert_int_equal(kh_optimise(p->net, p->rates, &how, p->arena, &p->plan, &err), KH_OK);
    if (kh_services_plan(p->net, p->rates, p->plan, p->arena, &p->services, &err) != KH_OK)
        fail_msg("%s", err.message);
}

static inline void planned_end(planned *p)
{
    kh_net_destroy(p->net);
    kh_arena_destroy(p->arena);
}

#endif
