/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/audit.h"
#include "tests/solvers/domains/exchange.h"

static kh_status audit_letters(const fixture *f, const kh_part *parts, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_status status = kh_audit_letters(&f->record, parts, DOMAINS, &exchange_options, arena, err);
    kh_arena_destroy(arena);
    return status;
}

static kh_status audit_routes(const fixture *f, uint32_t domain, const kh_trace *trace, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_status status = kh_audit_routes(&f->record, &f->parts[domain], trace, f->report, arena, err);
    kh_arena_destroy(arena);
    return status;
}

static void honest_domains_pass(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        fixture f;
        kh_error err = {0};
        start(&f, seed);
        kh_status status = audit_letters(&f, f.parts, &err);
        for (uint32_t i = 0; i < DOMAINS && status == KH_OK; i++)
            status = audit_routes(&f, i, kh_member_trace(f.federation.members[i]), &err);
        if (status != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        stop(&f);
    }
}

/* A number anywhere in a letter of any kind, also where there is no copy to compare it with. */
static void any_changed_letter_is_refused(void **state)
{
    (void)state;
    fixture f;
    start(&f, 3);
    size_t n_of[KH_LETTER_KINDS] = {0};
    for (size_t i = 0; i < f.record.n; i++) {
        const kh_letter *l = &f.record.letters[i].letter;
        if (l->n == 0 || n_of[l->kind]++ % 7 != 0)
            continue;
        unsigned char *byte = (unsigned char *)(number_of(&f, i) + (i * 31) % l->n) + 6;
        *byte ^= 4; /* of numbers the exponent, of sums any bit */
        assert_int_equal(audit_letters(&f, f.parts, NULL), KH_EDATA);
        *byte ^= 4;
    }
    for (int kind = KH_LETTER_HELLO; kind < KH_LETTER_KINDS; kind++)
        assert_true(n_of[kind] > 0);
    assert_int_equal(audit_letters(&f, f.parts, NULL), KH_OK);
    f.record.n--;
    assert_int_equal(audit_letters(&f, f.parts, NULL), KH_EDATA);
    stop(&f);
}

/* A domain that plays along as if its links could carry more than they can: every letter is as that network would write it. */
static void a_domain_that_overstates_its_links_is_found_out(void **state)
{
    (void)state;
    fixture f;
    kh_error err = {0};
    kh_part honest[DOMAINS];
    start(&f, 3);
    for (uint32_t liar = 0; liar < DOMAINS; liar++) {
        memcpy(honest, f.parts, sizeof honest);
        double *less = KH_NEW(f.arena, double, honest[liar].graph.n_links);
        assert_non_null(less);
        for (size_t e = 0; e < honest[liar].graph.n_links; e++)
            less[e] = 0.9 * honest[liar].capacity_bps[e];
        honest[liar].capacity_bps = less;
        assert_int_equal(audit_letters(&f, honest, &err), KH_EDATA);
    }
    stop(&f);
}

/* Rates, nodes and lengths of every route inside, and a node that all at once may not relay. */
static void a_changed_route_inside_is_refused(void **state)
{
    (void)state;
    fixture f;
    size_t n_tried = 0;
    start(&f, 3);
    for (uint32_t i = 0; i < DOMAINS; i++) {
        kh_trace trace = *kh_member_trace(f.federation.members[i]);
        assert_int_equal(audit_routes(&f, i, &trace, NULL), KH_OK);
        for (size_t r = 0; r < trace.n_routes; r++, n_tried++) {
            kh_trace_route *route = &trace.routes[r], before = *route;
            const double rates[] = {0, -before.rate_bps, NAN, 1.001 * before.rate_bps, 0.999 * before.rate_bps};
            for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
                route->rate_bps = rates[k];
                assert_int_equal(audit_routes(&f, i, &trace, NULL), KH_EDATA);
            }
            *route = before;
            route->n_nodes--;
            assert_int_equal(audit_routes(&f, i, &trace, NULL), KH_EDATA);
            *route = before;
            for (size_t h = 0; h < before.n_nodes; h++) {
                uint32_t *node = &trace.nodes[before.first + h], its = *node;
                *node = h > 0 ? node[-1] : node[1]; /* a hop that goes nowhere */
                assert_int_equal(audit_routes(&f, i, &trace, NULL), KH_EDATA);
                *node = UINT32_MAX;
                assert_int_equal(audit_routes(&f, i, &trace, NULL), KH_EDATA);
                *node = its;
            }
        }
        trace.n_routes--;
        assert_int_equal(audit_routes(&f, i, &trace, NULL), KH_EDATA);
    }
    assert_true(n_tried > 10);
    stop(&f);
}

static void a_relay_that_loses_its_trust_is_refused(void **state)
{
    (void)state;
    fixture f;
    size_t n_tried = 0;
    start(&f, 3);
    for (uint32_t i = 0; i < DOMAINS; i++) {
        const kh_trace *trace = kh_member_trace(f.federation.members[i]);
        bool relays[N];
        memcpy(relays, f.parts[i].graph.relays, f.parts[i].graph.n_nodes * sizeof *relays);
        f.parts[i].graph.relays = relays;
        for (size_t r = 0; r < trace->n_routes; r++)
            for (size_t h = 1; h + 1 < trace->routes[r].n_nodes; h++, n_tried++) {
                uint32_t node = trace->nodes[trace->routes[r].first + h];
                relays[node] = false;
                assert_int_equal(audit_routes(&f, i, trace, NULL), KH_EDATA);
                relays[node] = true;
            }
    }
    assert_true(n_tried > 0);
    stop(&f);
}

/* What its links can do is less than what the routes were made for: the same routes are too much for one of them. */
static void routes_that_fill_a_link_beyond_its_rate_are_refused(void **state)
{
    (void)state;
    fixture f;
    size_t refused = 0;
    start(&f, 3);
    for (uint32_t i = 0; i < DOMAINS; i++) {
        const kh_trace *trace = kh_member_trace(f.federation.members[i]);
        double *less = KH_NEW(f.arena, double, f.parts[i].graph.n_links);
        assert_non_null(less);
        for (size_t e = 0; e < f.parts[i].graph.n_links; e++)
            less[e] = 0.01 * f.parts[i].capacity_bps[e];
        f.parts[i].capacity_bps = less;
        refused += trace->n_routes > 0 && audit_routes(&f, i, trace, NULL) == KH_EDATA;
    }
    assert_true(refused >= 2);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_domains_pass),
        cmocka_unit_test(any_changed_letter_is_refused),
        cmocka_unit_test(a_domain_that_overstates_its_links_is_found_out),
        cmocka_unit_test(a_changed_route_inside_is_refused),
        cmocka_unit_test(a_relay_that_loses_its_trust_is_refused),
        cmocka_unit_test(routes_that_fill_a_link_beyond_its_rate_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
