/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random small networks of sites against all choices of open sites; answers that were changed are refused. */
#include "solvers/site/site_join.h"

#include "tests/solvers/site/sites.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_SITES = 12, MOST_SPANS = MOST_SITES * (MOST_SITES - 1) / 2, CASES = 400 };

typedef struct sample {
    kh_site_join_problem problem;
    uint32_t span[MOST_SPANS][2], terminals[4];
    double price[MOST_SITES];
    bool relays[MOST_SITES];
} sample;

static void make(sample *s, uint64_t seed)
{
    uint32_t n = 3 + draw_below(&seed, MOST_SITES - 2);
    double density = 0.2 + 0.5 * draw(&seed);
    bool equal = draw(&seed) < 0.3;
    size_t m = 0;
    for (uint32_t i = 0; i < n; i++) {
        s->price[i] = equal ? 2.5 : draw(&seed) < 0.1 ? 0 : floor(1 + 9 * draw(&seed)) * (seed % 3 == 0 ? 1.01 : 1);
        s->relays[i] = draw(&seed) < 0.85;
        for (uint32_t j = 0; j < i; j++)
            if (draw(&seed) < density) {
                s->span[m][0] = j;
                s->span[m++][1] = i;
            }
    }
    size_t n_terminals = 1 + draw_below(&seed, n < 4 ? n : 4);
    for (uint32_t t = 0, first = draw_below(&seed, n); t < n_terminals; t++)
        s->terminals[t] = (first + t) % n;
    s->problem = (kh_site_join_problem){.n_sites = n,
                                        .n_spans = m,
                                        .span = (const uint32_t(*)[2])s->span,
                                        .price = s->price,
                                        .relays = s->relays,
                                        .terminals = s->terminals,
                                        .n_terminals = n_terminals,
                                        .n_routes = 1 + draw_below(&seed, 2),
                                        .time_limit_s = HUGE_VAL};
}

static bool span_between(const sample *s, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < s->problem.n_spans; i++)
        if ((s->span[i][0] == a && s->span[i][1] == b) || (s->span[i][0] == b && s->span[i][1] == a))
            return true;
    return false;
}

/* Whether b can be reached from a over sites of the set. */
static bool reaches(const sample *s, uint32_t a, uint32_t b, unsigned set, bool without_direct)
{
    unsigned seen = 1u << a, before = 0;
    while (seen != before) {
        before = seen;
        for (uint32_t i = 0; i < s->problem.n_sites; i++)
            for (uint32_t j = 0; j < s->problem.n_sites; j++)
                if ((before >> i & 1) && (i == a || (set >> i & 1)) && i != b && span_between(s, i, j) &&
                    !(without_direct && i == a && j == b))
                    seen |= 1u << j;
    }
    return seen >> b & 1;
}

/* Two routes without a common relay, by Menger: a direct span and one route more, or no single relay parts the two. */
static bool joins(const sample *s, uint32_t a, uint32_t b, unsigned set)
{
    bool direct = span_between(s, a, b);
    if (s->problem.n_routes == 1 || !reaches(s, a, b, set, false))
        return reaches(s, a, b, set, false);
    if (direct)
        return reaches(s, a, b, set, true);
    for (uint32_t v = 0; v < s->problem.n_sites; v++)
        if (v != a && v != b && (set >> v & 1) && !reaches(s, a, b, set & ~(1u << v), false))
            return false;
    return true;
}

static double least_price(const sample *s)
{
    double least = HUGE_VAL;
    for (unsigned choice = 0; choice < 1u << s->problem.n_sites; choice++) {
        unsigned terminals = 0, set = 0;
        double price = 0;
        for (size_t t = 0; t < s->problem.n_terminals; t++)
            terminals |= 1u << s->terminals[t];
        if (choice & terminals)
            continue;
        for (uint32_t v = 0; v < s->problem.n_sites; v++) {
            price += choice >> v & 1 ? s->price[v] : 0;
            set |= ((choice | terminals) >> v & 1) && s->relays[v] ? 1u << v : 0;
        }
        bool all = price < least;
        for (size_t t = 1; t < s->problem.n_terminals && all; t++)
            all = joins(s, s->terminals[0], s->terminals[t], set);
        least = all ? price : least;
    }
    return least;
}

static void refuses(const sample *s, const kh_site_join *join)
{
    assert_int_equal(kh_site_join_verify(&s->problem, join, NULL), KH_UNMET);
}

/* Each change is undone before the next. */
static void change(const sample *s, kh_site_join *join)
{
    kh_site_join kept = *join;
    for (uint32_t v = 0; v < s->problem.n_sites; v++)
        if (join->open[v] && s->price[v] > 0) {
            join->open[v] = false;
            refuses(s, join);
            join->open[v] = true;
        }
    join->price = kept.price + 1;
    refuses(s, join);
    *join = kept;
    join->cut_bound += 1;
    refuses(s, join);
    *join = kept;
    join->bound = kept.price + 1;
    refuses(s, join);
    *join = kept;
    for (size_t i = 0; i < join->n_cuts; i++) {
        join->cuts[i].needed += 1;
        refuses(s, join);
        join->cuts[i].needed -= 1;
        if (s->problem.n_routes == 2 && join->cuts[i].n > 1) {
            join->cuts[i].n--; /* a smallest cut: with one site less it parts nothing */
            refuses(s, join);
            join->cuts[i].n++;
        }
    }
    for (size_t r = 0; r + 1 < s->problem.n_terminals * s->problem.n_routes && join->routes[r].n > 2; r++) {
        kh_site_route *route = &join->routes[r];
        uint32_t relay = route->sites[1];
        route->sites[1] = route->sites[0];
        refuses(s, join);
        route->sites[1] = relay;
        sample other = *s;
        other.relays[relay] = false;
        other.problem.relays = other.relays;
        refuses(&other, join);
        break;
    }
    assert_int_equal(kh_site_join_verify(&s->problem, join, NULL), KH_OK);
}

static void choices_are_the_cheapest_of_all_and_checked(void **state)
{
    (void)state;
    size_t joined = 0, proven = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        sample s;
        make(&s, seed * 7919);
        kh_arena *arena = kh_arena_create(0);
        kh_site_join join;
        kh_error err = {0};
        double least = least_price(&s);
        kh_status status = kh_site_join_solve(&s.problem, arena, &join, &err);
        assert_int_equal(status, least < HUGE_VAL ? KH_OK : KH_INFEASIBLE);
        if (status == KH_OK) {
            assert_float_equal(join.price, least, 1e-9);
            assert_float_equal(join.bound, least, 1e-6);
            assert_true(join.cut_bound <= least + 1e-6);
            if (kh_site_join_verify(&s.problem, &join, &err) != KH_OK)
                fail_msg("seed %d: %s", (int)seed, err.message);
            change(&s, &join);
            joined += join.price > 0;
            proven += join.price > 0 && join.cut_bound >= least - 1e-6;
        }
        kh_arena_destroy(arena);
    }
    assert_true(joined > CASES / 6);
    assert_true(proven > joined / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(choices_are_the_cheapest_of_all_and_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
