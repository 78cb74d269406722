/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify.h"

#include "solvers/verify/check.h"

static bool check_sizes(const kh_check *c)
{
    if (c->plan->n_demands == c->net->n_demands && c->plan->n_links == c->net->n_qkd_links &&
        c->rates->n_qkd == c->net->n_qkd_links)
        return true;
    KH_WRONG_PLAN(c, "a plan of %zu links and %zu demands, rates of %zu links, a network of %zu links and %zu demands",
                  c->plan->n_links, c->plan->n_demands, c->rates->n_qkd, c->net->n_qkd_links, c->net->n_demands);
    return false;
}

static kh_status check_claims(kh_check *c, kh_arena *arena, kh_error *err)
{
    KH_TRY(kh_check_init(c, arena, err));
    kh_check_lengths(c, c->plan->prices);
    kh_check_routes(c);
    KH_TRY(kh_check_secrecy(c, arena, err));
    kh_check_bound(c);
    kh_check_cuts(c);
    return kh_check_cost(c, arena, err);
}

/* What the findings say since @p before. */
static kh_status sum_up(const kh_findings *findings, size_t before, const char *what, kh_error *err)
{
    size_t n = kh_findings_count(findings, KH_ERROR) - before;
    return n > 0 ? kh_fail(err, KH_UNMET, "the %s is wrong in %zu places", what, n) : KH_OK;
}

kh_status kh_verify(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_findings *findings, kh_error *err)
{
    return kh_verify_until(net, rates, plan, HUGE_VAL, findings, err);
}

kh_status kh_verify_until(const kh_net *net, const kh_rates *rates, const kh_plan *plan, double until_s, kh_findings *findings,
                          kh_error *err)
{
    kh_check c = {.net = net, .rates = rates, .plan = plan, .findings = findings, .until_s = until_s};
    size_t before = kh_findings_count(findings, KH_ERROR);
    if (check_sizes(&c)) {
        kh_arena *arena = kh_arena_create(0);
        kh_status status = arena == NULL ? kh_fail(err, KH_ENOMEM, "no memory to verify a plan") : check_claims(&c, arena, err);
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    return sum_up(findings, before, "plan", err);
}

kh_status kh_verify_relaxation(const kh_net *net, const kh_rates *rates, const kh_relaxation *relaxation, kh_findings *findings,
                               kh_error *err)
{
    kh_check c = {.net = net, .rates = rates, .findings = findings};
    size_t before = kh_findings_count(findings, KH_ERROR);
    if (relaxation->n_demands != net->n_demands || relaxation->n_links != net->n_qkd_links || rates->n_qkd != net->n_qkd_links)
        KH_WRONG_PLAN(&c, "ways out for %zu links and %zu demands, a network of %zu and %zu", relaxation->n_links,
                      relaxation->n_demands, net->n_qkd_links, net->n_demands);
    else {
        kh_arena *arena = kh_arena_create(0);
        kh_status status = arena == NULL ? kh_fail(err, KH_ENOMEM, "no memory to verify") : kh_check_init(&c, arena, err);
        if (status == KH_OK)
            status = kh_check_relaxation(&c, relaxation, arena, err);
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    return sum_up(findings, before, "relaxation", err);
}
