/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every number of a plan is changed, one at a time, on hundreds of nasty networks, and so is what the plan stands on: kh_verify()
   must refuse each. What it cannot refuse, since the altered plan says something that is true as well, is in verify/README.md. */
#include "solvers/explain/cut.h"
#include "solvers/flow/given.h"
#include "solvers/verify.h"
#include "tests/solvers/hostile.h"
#include "tests/solvers/near.h"

#include <math.h>

enum { INSTANCES = 250 };

typedef struct subject {
    uint64_t seed;
    kh_builder b;
    kh_plan *plan;
    size_t n_refused;
} subject;

static bool is_accepted(const subject *s)
{
    kh_findings *findings = kh_findings_create();
    assert_non_null(findings);
    kh_status status = kh_verify(&s->b.net, &s->b.rates, s->plan, findings, NULL);
    size_t n = kh_findings_count(findings, KH_ERROR);
    kh_findings_destroy(findings);
    assert_int_equal(status, n > 0 ? KH_UNMET : KH_OK);
    return n == 0;
}

static void expect_refused(subject *s, const char *what, size_t i)
{
    if (is_accepted(s))
        fail_msg("seed %d, %s plan: %s %zu was changed and the plan is accepted", (int)s->seed,
                 kh_objective_name(s->plan->objective), what, i);
    s->n_refused++;
}

static void set_number(subject *s, double *field, double other, const char *what, size_t i)
{
    double kept = *field;
    *field = other;
    expect_refused(s, what, i);
    *field = kept;
}

/* By a millionth, to nothing, below zero, to no number. */
static void try_number(subject *s, double *field, const char *what, size_t i)
{
    bool is_something = *field > 0;
    set_number(s, field, is_something ? *field * (1 + 1e-6) : 1e-3, what, i);
    set_number(s, field, is_something ? *field * (1 - 1e-6) : -1e-3, what, i);
    if (is_something)
        set_number(s, field, 0, what, i);
    set_number(s, field, (double)NAN, what, i);
    set_number(s, field, HUGE_VAL, what, i);
}

/* More would read past the arrays. */
static void try_less(subject *s, size_t *field, const char *what, size_t i)
{
    if (*field == 0)
        return;
    --*field;
    expect_refused(s, what, i);
    ++*field;
}

static void try_count(subject *s, size_t *field, const char *what)
{
    try_less(s, field, what, 0);
    ++*field;
    expect_refused(s, what, 0);
    --*field;
}

static void mutate_totals(subject *s)
{
    kh_plan *plan = s->plan;
    try_number(s, &plan->value, "value", 0);
    try_number(s, &plan->bound, "bound", 0);
    set_number(s, &plan->gap, plan->gap + 1e-6, "gap", 0);
    set_number(s, &plan->gap, (double)NAN, "gap", 0);
    double others[] = {-0.1, 2, (double)NAN};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        set_number(s, &plan->floor, others[i], "floor", i);
    if (plan->value > 0)
        try_number(s, &plan->quantum_bps, "quantum", 0);
    try_number(s, &plan->few_bound, "bound of few paths", 0);
    try_count(s, &plan->n_met, "n_met");
    try_count(s, &plan->n_asking, "n_asking");
    try_less(s, &plan->n_demands, "n_demands", 0);
    try_less(s, &plan->n_links, "n_links", 0);
    kh_objective kept = plan->objective;
    plan->objective = (kh_objective)77;
    expect_refused(s, "objective", 0);
    plan->objective = kept;
}

static void mutate_cost(subject *s)
{
    kh_plan_cost *cost = &s->plan->cost;
    double *numbers[] = {&cost->modules_eur, &cost->trusted_nodes_eur, &cost->kms_eur,   &cost->encryptors_eur,
                         &cost->fibre_eur,   &cost->opex_eur,          &cost->total_eur, &cost->fibre_km};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        try_number(s, numbers[i], "cost", i);
    try_count(s, &cost->n_modules, "modules");
    try_count(s, &cost->n_trusted_nodes, "trusted nodes");
    try_count(s, &cost->n_encryptor_pairs, "encryptors");
}

/* A price is moved by what shows in the bound: 1 % of it. */
static void mutate_links(subject *s)
{
    for (size_t e = 0; e < s->plan->n_links; e++) {
        kh_plan_link *link = &s->plan->links[e];
        double *price = &s->plan->prices[e], rate_bps = s->b.rates.qkd[e].key_rate_bps;
        try_number(s, &link->capacity_bps, "capacity of link", e);
        try_number(s, &link->used_bps, "use of link", e);
        try_number(s, &link->shadow_price, "shadow price of link", e);
        set_number(s, price, *price + (rate_bps > 0 ? 0.01 * fmax(s->plan->bound, 1e-6) / rate_bps : 1), "price of link", e);
        if (link->shadow_price > 0)
            set_number(s, price, 0, "price of link", e);
        set_number(s, price, -1, "price of link", e);
        set_number(s, price, (double)NAN, "price of link", e);
        set_number(s, price, HUGE_VAL, "price of link", e);
    }
}

/* The rate is moved by what shows in the sum: a millionth of it. */
static void mutate_route(subject *s, kh_route *route, size_t k)
{
    double step_bps = 1e-6 * s->plan->demands[k].rate_bps, others_bps[] = {0, -1, (double)NAN, HUGE_VAL};
    set_number(s, &route->rate_bps, route->rate_bps + step_bps, "rate of a route of demand", k);
    set_number(s, &route->rate_bps, route->rate_bps - step_bps, "rate of a route of demand", k);
    for (size_t i = 0; i < sizeof others_bps / sizeof *others_bps; i++)
        set_number(s, &route->rate_bps, others_bps[i], "rate of a route of demand", k);
    try_less(s, &route->n_links, "length of a route of demand", k);
    for (size_t i = 0; i < route->n_links; i++) {
        uint32_t kept = route->links[i].i;
        for (uint32_t e = 0; e <= s->plan->n_links; e++) {
            route->links[i].i = e;
            if (e != kept)
                expect_refused(s, "link of a route of demand", k);
        }
        route->links[i].i = kept;
        if (i == 0)
            continue;
        route->links[i] = route->links[i - 1];
        route->links[i - 1].i = kept;
        expect_refused(s, "order of a route of demand", k);
        route->links[i - 1] = route->links[i];
        route->links[i].i = kept;
    }
}

/* On a link that carries 1e12 a route of 1e-12 is below what verify resolves. */
static bool shows(const subject *s, const kh_route *route)
{
    double most_bps = 0;
    for (size_t e = 0; e < s->plan->n_links; e++)
        most_bps = fmax(most_bps, s->plan->links[e].used_bps);
    return route->rate_bps > 1e-8 * most_bps;
}

static void mutate_demands(subject *s)
{
    for (size_t k = 0; k < s->plan->n_demands; k++) {
        kh_plan_demand *planned = &s->plan->demands[k];
        try_number(s, &planned->requested_bps, "request of demand", k);
        try_number(s, &planned->rate_bps, "rate of demand", k);
        if (planned->n_routes > 0 && shows(s, &planned->routes[planned->n_routes - 1]))
            try_less(s, &planned->n_routes, "routes of demand", k);
        for (size_t r = 0; r < planned->n_routes; r++)
            if (shows(s, &planned->routes[r]))
                mutate_route(s, &planned->routes[r], k);
        kh_shortfall kept = planned->shortfall;
        for (int other = KH_SHORTFALL_NONE; other <= KH_SHORTFALL_CAPACITY + 1; other++) {
            planned->shortfall = (kh_shortfall)other;
            if (planned->shortfall != kept)
                expect_refused(s, "shortfall of demand", k);
        }
        planned->shortfall = kept;
    }
}

/* Another side can be as true as the one before: then its links, capacity and request are the same. */
static bool is_side_true(subject *s, const kh_plan_demand *planned)
{
    kh_given given;
    const kh_cut *cut = &planned->cut;
    size_t n = s->b.net.n_nodes, m = s->b.net.n_qkd_links;
    assert_int_equal(kh_given_make(&s->b.net, &s->b.rates, s->b.arena, &given, NULL), KH_OK);
    bool *side = KH_NEW(s->b.arena, bool, n), *joined = KH_NEW(s->b.arena, bool, given.problem.n_demands);
    bool *across = KH_NEW(s->b.arena, bool, m), *is_end = KH_NEW(s->b.arena, bool, n);
    for (size_t i = 0; i < cut->n_side; i++)
        side[cut->side[i].i] = true;
    for (size_t i = 0; i < given.problem.n_demands; i++)
        joined[i] = s->plan->demands[given.sent[i]].shortfall <= KH_SHORTFALL_NOT_NEEDED ||
                    s->plan->demands[given.sent[i]].shortfall == KH_SHORTFALL_CAPACITY;
    kh_cut_found found = {.side = side};
    kh_cut_measure(&given.problem, joined, &found, across, is_end);
    if (planned->shortfall != KH_SHORTFALL_CAPACITY)
        return true; /* closed, as verify saw itself; nothing else to compare with */
    assert_near(found.requested_bps, cut->requested_bps, 1e-9 * cut->requested_bps);
    size_t n_across = 0;
    for (size_t e = 0; e < m; e++)
        n_across += across[e];
    return n_across == cut->n_links && fabs(found.capacity_bps - cut->capacity_bps) <= 1e-9 * cut->capacity_bps;
}

static void mutate_side(subject *s, kh_plan_demand *planned, size_t k)
{
    kh_cut *cut = &planned->cut;
    for (size_t i = 0; i < cut->n_side; i++) {
        kh_node_id kept = cut->side[i], last = cut->side[cut->n_side - 1];
        for (uint32_t v = 0; v <= s->b.net.n_nodes; v++) {
            cut->side[i].i = v;
            if (v != kept.i && is_accepted(s) && !is_side_true(s, planned))
                fail_msg("seed %d: a site of the cut of demand %zu was changed and the plan is accepted", (int)s->seed, k);
        }
        cut->side[i] = last;
        cut->n_side--;
        if (is_accepted(s) && !is_side_true(s, planned))
            fail_msg("seed %d: a site of the cut of demand %zu was dropped and the plan is accepted", (int)s->seed, k);
        cut->side[i] = kept;
        cut->n_side++;
        cut->side[cut->n_side - 1] = i + 1 == cut->n_side ? kept : last;
    }
}

static void mutate_cuts(subject *s)
{
    for (size_t k = 0; k < s->plan->n_demands; k++) {
        kh_cut *cut = &s->plan->demands[k].cut;
        try_number(s, &cut->capacity_bps, "capacity of the cut of demand", k);
        try_number(s, &cut->requested_bps, "request across the cut of demand", k);
        try_less(s, &cut->n_links, "links of the cut of demand", k);
        try_less(s, &cut->n_untrusted, "untrusted nodes of demand", k);
        for (size_t i = 0; i < cut->n_links; i++) {
            uint32_t kept = cut->links[i].i;
            cut->links[i].i = (kept + 1) % (uint32_t)(s->plan->n_links + 1);
            expect_refused(s, "link of the cut of demand", k);
            cut->links[i].i = kept;
        }
        for (size_t i = 0; i < cut->n_untrusted; i++) {
            uint32_t kept = cut->untrusted[i].i;
            cut->untrusted[i] = s->b.net.demands[k].between[0];
            if (s->b.net.nodes[cut->untrusted[i].i].trusted)
                expect_refused(s, "untrusted node of demand", k);
            cut->untrusted[i].i = kept;
        }
        mutate_side(s, &s->plan->demands[k], k);
    }
}

/* Trust is taken from every relay, in turn. */
static void distrust_relays(subject *s)
{
    for (size_t k = 0; k < s->plan->n_demands; k++)
        for (size_t r = 0; r < s->plan->demands[k].n_routes; r++) {
            const kh_route *route = &s->plan->demands[k].routes[r];
            kh_node_id node = s->b.net.demands[k].between[0];
            for (size_t i = 0; i + 1 < route->n_links; i++) {
                node = kh_node_far_end(s->b.net.qkd_links[route->links[i].i].ends, node);
                s->b.net.nodes[node.i].trusted = false;
                expect_refused(s, "trust of a relay of demand", k);
                s->b.net.nodes[node.i].trusted = true;
            }
        }
}

static bool has_relays(const kh_plan_demand *planned)
{
    for (size_t r = 0; r < planned->n_routes; r++)
        if (planned->routes[r].n_links > 1)
            return true;
    return false;
}

static void mutate_network(subject *s)
{
    for (size_t e = 0; e < s->plan->n_links; e++) {
        kh_qkd_link *link = &s->b.net.qkd_links[e];
        try_number(s, &s->b.rates.qkd[e].key_rate_bps, "rate of link", e);
        if (link->modules > 0)
            set_number(s, &link->modules, link->modules - 1, "modules of link", e);
        set_number(s, &link->modules, link->modules + 1, "modules of link", e);
    }
    for (size_t k = 0; k < s->plan->n_demands; k++) {
        kh_demand *demand = &s->b.net.demands[k];
        kh_node_id kept = demand->between[0];
        if (demand->security == KH_SECURITY_QKD)
            try_number(s, &demand->rate_bps, "request in the network of demand", k);
        demand->between[0] = demand->between[1];
        demand->between[1] = kept;
        if (has_relays(&s->plan->demands[k]))
            expect_refused(s, "ends of demand", k);
        demand->between[1] = demand->between[0];
        demand->between[0] = kept;
    }
    distrust_relays(s);
}

static void mutate(subject *s)
{
    assert_true(is_accepted(s));
    mutate_totals(s);
    mutate_cost(s);
    mutate_links(s);
    mutate_demands(s);
    mutate_cuts(s);
    mutate_network(s);
    assert_true(is_accepted(s));
}

static void every_change_of_a_plan_or_its_network_is_refused(void **state)
{
    (void)state;
    size_t n_refused = 0;
    for (uint64_t seed = 0; seed < INSTANCES; seed++)
        for (int objective = 0; objective <= KH_OBJECTIVE_TOTAL; objective++) {
            subject s = {.seed = seed, .b = kh_hostile_draw(seed, NULL)};
            s.plan = kh_builder_plan(&s.b, (kh_objective)objective);
            mutate(&s);
            n_refused += s.n_refused;
            kh_builder_destroy(&s.b);
        }
    print_message("%zu changes refused\n", n_refused);
    assert_true(n_refused > 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_a_plan_or_its_network_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
