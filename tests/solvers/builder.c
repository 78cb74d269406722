/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include "solvers/optimise.h"
#include "solvers/verify.h"

#include <math.h>
#include <stdio.h>

kh_builder kh_builder_create(size_t room)
{
    kh_builder b = {.arena = kh_arena_create(0), .room = room};
    assert_non_null(b.arena);
    b.net.arena = b.arena;
    b.net.nodes = KH_NEW(b.arena, kh_node, room);
    b.net.qkd_links = KH_NEW(b.arena, kh_qkd_link, room);
    b.net.demands = KH_NEW(b.arena, kh_demand, room);
    b.rates.qkd = KH_NEW(b.arena, kh_qkd_rate, room);
    assert_true(b.net.nodes != NULL && b.net.qkd_links != NULL && b.net.demands != NULL && b.rates.qkd != NULL);
    return b;
}

void kh_builder_destroy(kh_builder *builder)
{
    kh_arena_destroy(builder->arena);
}

void kh_builder_nodes(kh_builder *b, size_t count)
{
    assert_true(count <= b->room);
    for (; b->net.n_nodes < count; b->net.n_nodes++) {
        kh_node *node = &b->net.nodes[b->net.n_nodes];
        node->id = kh_arena_printf(b->arena, "n%zu", b->net.n_nodes);
        node->kind = KH_NODE_SITE;
        node->trusted = true;
        node->fitout_cost_eur = NAN;
    }
}

uint32_t kh_builder_link(kh_builder *b, uint32_t a, uint32_t z, double key_rate_bps)
{
    assert_true(b->net.n_qkd_links < b->room && a < b->net.n_nodes && z < b->net.n_nodes);
    uint32_t e = (uint32_t)b->net.n_qkd_links++;
    b->net.qkd_links[e].id = kh_arena_printf(b->arena, "l%u", e);
    b->net.qkd_links[e].ends[0] = (kh_node_id){a};
    b->net.qkd_links[e].ends[1] = (kh_node_id){z};
    b->net.qkd_links[e].modules = 1;
    b->net.qkd_links[e].device = (kh_device_id){KH_NO_INDEX};
    b->rates.qkd[e].key_rate_bps = key_rate_bps;
    b->rates.n_qkd = b->net.n_qkd_links;
    return e;
}

uint32_t kh_builder_demand(kh_builder *b, uint32_t a, uint32_t z, double rate_bps)
{
    assert_true(b->net.n_demands < b->room && a < b->net.n_nodes && z < b->net.n_nodes);
    uint32_t k = (uint32_t)b->net.n_demands++;
    b->net.demands[k].id = kh_arena_printf(b->arena, "d%u", k);
    b->net.demands[k].between[0] = (kh_node_id){a};
    b->net.demands[k].between[1] = (kh_node_id){z};
    b->net.demands[k].security = KH_SECURITY_QKD;
    b->net.demands[k].rate_bps = rate_bps;
    return k;
}

void kh_builder_assert_verified(const kh_builder *b, const kh_plan *plan)
{
    kh_findings *findings = kh_findings_create();
    kh_error err = {0};
    kh_status status = kh_verify(&b->net, &b->rates, plan, findings, &err);
    if (status != KH_OK) {
        kh_str text = {0};
        kh_findings_text(findings, false, &text);
        print_error("%s\n%s", err.message, kh_str_text(&text));
        kh_str_clear(&text);
    }
    kh_findings_destroy(findings);
    assert_int_equal(status, KH_OK);
}

kh_plan *kh_builder_plan(kh_builder *b, kh_objective objective)
{
    kh_plan *plan = NULL;
    kh_error err = {0};
    kh_status status = kh_optimise(&b->net, &b->rates, &(kh_optimise_options){.objective = objective}, b->arena, &plan, &err);
    if (status != KH_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KH_OK);
    kh_builder_assert_verified(b, plan);
    return plan;
}
