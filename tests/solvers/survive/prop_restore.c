/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Path restoration on random small networks against one program with all simple backups and all rows, and its proof worked out
 * again. */
#include "core/base/rng.h"
#include "core/net/ids.h"
#include "solvers/lp/lp.h"
#include "solvers/survive/restore_check.h"
#include "tests/solvers/near.h"

#include <string.h>

enum {
    INSTANCES = 150,
    MOST_NODES = 7,
    MOST_LINKS = 11,
    MOST_DEMANDS = 5,
    MOST_LOSSES = MOST_LINKS + MOST_NODES + 2,
    MOST_PATHS = 3000
};

typedef struct way {
    uint32_t working, links[MOST_NODES];
    size_t n_links;
} way;

typedef struct instance {
    uint32_t ends[MOST_LINKS][2], link[MOST_LINKS], node[MOST_NODES], pair[2][2];
    double capacity_bps[MOST_LINKS];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_keyflow_problem network;
    kh_keyflow flow;
    kh_loss losses[MOST_LOSSES];
    size_t n_losses;
    kh_restore_problem problem;
    kh_arena *arena;
    kh_rng rng;
    way ways[MOST_PATHS];
    size_t n_ways;
} instance;

static uint32_t draw(instance *in, size_t n)
{
    return (uint32_t)kh_rng_below(&in->rng, n);
}

static void draw_losses(instance *in, uint64_t seed)
{
    for (uint32_t e = 0; e < in->network.graph.n_links; e++) {
        in->link[e] = e;
        in->losses[in->n_losses++] = (kh_loss){.links = &in->link[e], .n_links = 1};
    }
    for (uint32_t v = 0; v < in->network.graph.n_nodes && seed % 3 == 1; v++) {
        in->node[v] = v;
        in->losses[in->n_losses++] = (kh_loss){.nodes = &in->node[v], .n_nodes = 1};
    }
    for (int i = 0; i < 2 && seed % 3 == 2; i++) {
        in->pair[i][0] = draw(in, in->network.graph.n_links);
        in->pair[i][1] = draw(in, in->network.graph.n_links);
        in->losses[in->n_losses++] = (kh_loss){.links = in->pair[i], .n_links = 2};
    }
}

static void draw_instance(instance *in, uint64_t seed)
{
    memset(in, 0, sizeof *in);
    in->rng = kh_rng_stream(seed, "", "restore");
    in->arena = kh_arena_create(0);
    size_t n = 3 + draw(in, MOST_NODES - 2), m = n + draw(in, MOST_LINKS - n + 1), k = 1 + draw(in, MOST_DEMANDS);
    for (uint32_t e = 0; e < m; e++) {
        in->ends[e][0] = e < n ? e : draw(in, n);
        in->ends[e][1] = e < n ? (e + 1) % (uint32_t)n : draw(in, n);
        in->capacity_bps[e] = exp(2 * kh_rng_uniform(&in->rng));
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(in, n), b = (a + 1 + draw(in, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, exp(2 * kh_rng_uniform(&in->rng))};
    }
    in->network = (kh_keyflow_problem){.graph = {n, m, (const uint32_t(*)[2])in->ends, NULL},
                                       .capacity_bps = in->capacity_bps,
                                       .demands = in->demands,
                                       .n_demands = k,
                                       .level_cap = INFINITY,
                                       .time_limit_s = INFINITY};
    assert_int_equal(kh_keyflow_solve(&in->network, in->arena, &in->flow, NULL), KH_OK);
    draw_losses(in, seed);
    in->problem = (kh_restore_problem){&in->network, in->flow.routes, in->flow.n_routes, in->losses, in->n_losses, seed % 5 == 4};
}

static bool has(const uint32_t *list, size_t n, uint32_t x)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == x)
            return true;
    return false;
}

static bool takes(const instance *in, size_t loss, uint32_t link)
{
    const kh_loss *l = &in->losses[loss];
    return has(l->links, l->n_links, link) || has(l->nodes, l->n_nodes, in->ends[link][0]) ||
           has(l->nodes, l->n_nodes, in->ends[link][1]);
}

static bool takes_any(const instance *in, size_t loss, const uint32_t *links, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (takes(in, loss, links[i]))
            return true;
    return false;
}

/* Loss number n_losses is none under sharing, and hits all without. */
static bool hits(const instance *in, size_t loss, uint32_t working)
{
    const kh_keyflow_route *route = &in->flow.routes[working];
    if (loss == in->n_losses)
        return in->problem.dedicated;
    const kh_loss *l = &in->losses[loss];
    const uint32_t *ends = in->demands[route->demand].ends;
    return takes_any(in, loss, route->links, route->n_links) && !has(l->nodes, l->n_nodes, ends[0]) &&
           !has(l->nodes, l->n_nodes, ends[1]);
}

static bool survives(const instance *in, uint32_t working, uint32_t link)
{
    for (size_t s = 0; s < in->n_losses; s++)
        if (hits(in, s, working) && takes(in, s, link))
            return false;
    return true;
}

static void walk(instance *in, way *so_far, uint32_t at, uint32_t seen)
{
    const uint32_t *ends = in->demands[in->flow.routes[so_far->working].demand].ends;
    if (at == ends[1]) {
        assert_true(in->n_ways < MOST_PATHS);
        in->ways[in->n_ways++] = *so_far;
        return;
    }
    for (uint32_t e = 0; e < in->network.graph.n_links; e++) {
        if (in->ends[e][0] != at && in->ends[e][1] != at)
            continue;
        uint32_t next = kh_graph_far_end(in->ends[e], at);
        if (seen & (1u << next) || !survives(in, so_far->working, e))
            continue;
        so_far->links[so_far->n_links++] = e;
        walk(in, so_far, next, seen | 1u << next);
        so_far->n_links--;
    }
}

static void list_ways(instance *in)
{
    for (uint32_t i = 0; i < in->flow.n_routes; i++) {
        way first = {.working = i};
        uint32_t at = in->demands[in->flow.routes[i].demand].ends[0];
        walk(in, &first, at, 1u << at);
    }
}

static bool is_bare(const instance *in, uint32_t working)
{
    for (size_t i = 0; i < in->n_ways; i++)
        if (in->ways[i].working == working)
            return false;
    return true;
}

static double work_load(const instance *in, uint32_t link)
{
    double load = 0;
    for (size_t i = 0; i < in->flow.n_routes; i++)
        load += has(in->flow.routes[i].links, in->flow.routes[i].n_links, link) ? in->flow.routes[i].rate_bps : 0;
    return load;
}

/* All columns, all rows, one program. */
static double solve_whole(instance *in)
{
    size_t n_working = in->flow.n_routes, m = in->network.graph.n_links, rows = n_working + (in->n_losses + 1) * m,
           columns = 1 + in->n_ways;
    double *lower = KH_NEW(in->arena, double, rows), *upper = KH_NEW(in->arena, double, rows);
    double *zero = KH_NEW(in->arena, double, columns), *most = KH_NEW(in->arena, double, columns),
           *cost = KH_NEW(in->arena, double, columns);
    double *value = KH_NEW(in->arena, double, rows *columns), *primal = KH_NEW(in->arena, double, columns);
    size_t *start = KH_NEW(in->arena, size_t, columns + 1), n = 0;
    uint32_t *row = KH_NEW(in->arena, uint32_t, rows * columns);
    cost[0] = 1;
    for (uint32_t i = 0; i < n_working; i++) {
        upper[i] = INFINITY;
        if (is_bare(in, i))
            continue;
        row[n] = i;
        value[n++] = -in->flow.routes[i].rate_bps;
    }
    for (size_t r = n_working; r < rows; r++) {
        uint32_t e = (uint32_t)((r - n_working) % m);
        size_t s = (r - n_working) / m;
        lower[r] = -INFINITY;
        bool left = s == in->n_losses || !takes(in, s, e);
        upper[r] = left ? in->capacity_bps[e] : HUGE_VAL;
        if (left && work_load(in, e) > 0) {
            row[n] = (uint32_t)r;
            value[n++] = work_load(in, e);
        }
    }
    for (size_t c = 0; c < columns; c++)
        most[c] = INFINITY;
    for (size_t i = 0; i < in->n_ways; i++) {
        const way *w = &in->ways[i];
        start[1 + i] = n;
        row[n] = w->working;
        value[n++] = 1;
        for (size_t s = 0; s <= in->n_losses; s++)
            for (size_t j = 0; j < w->n_links && hits(in, s, w->working) && (!in->problem.dedicated || s == in->n_losses); j++) {
                row[n] = (uint32_t)(n_working + s * m + w->links[j]);
                value[n++] = 1;
            }
    }
    start[columns] = n;
    const kh_lp lp = {.maximise = true,
                      .n_rows = rows,
                      .n_columns = columns,
                      .row_lower = lower,
                      .row_upper = upper,
                      .column_lower = zero,
                      .column_upper = most,
                      .cost = cost,
                      .start = start,
                      .row = row,
                      .value = value};
    kh_lp_solution solution = {.primal = primal};
    assert_int_equal(kh_lp_solve(&lp, NULL, &solution, NULL), KH_OK);
    return solution.objective;
}

/* Backups fit under every loss, survive what hits their routes, and carry all of them. */
static void check_backups(const instance *in, const kh_restoration *found)
{
    for (size_t s = 0; s <= in->n_losses; s++) {
        double load[MOST_LINKS];
        for (uint32_t e = 0; e < in->network.graph.n_links; e++)
            load[e] = found->value * work_load(in, e);
        for (size_t i = 0; i < found->n_backups; i++)
            for (size_t j = 0; j < found->backups[i].n_links; j++) {
                assert_true(survives(in, found->backups[i].working, found->backups[i].links[j]));
                if (hits(in, s, found->backups[i].working))
                    load[found->backups[i].links[j]] += found->backups[i].rate_bps;
            }
        for (uint32_t e = 0; e < in->network.graph.n_links; e++)
            if (s == in->n_losses || !takes(in, s, e))
                assert_true(load[e] <= in->capacity_bps[e] * (1 + 1e-9));
    }
    for (uint32_t w = 0; w < in->flow.n_routes; w++) {
        double rate = 0;
        for (size_t i = 0; i < found->n_backups; i++)
            rate += found->backups[i].working == w ? found->backups[i].rate_bps : 0;
        double due = has(found->bare, found->n_bare, w) ? 0 : found->value * in->flow.routes[w].rate_bps;
        assert_near(rate, due, 1e-9 * due);
        assert_int_equal(has(found->bare, found->n_bare, w), is_bare(in, w));
    }
}

/* The bound from its prices, the shortest ways by looking at all. */
static void check_bound(const instance *in, const kh_restoration *found)
{
    double carried = 0, asked = 0, least[MOST_LINKS * MOST_DEMANDS * 4];
    assert_true(in->flow.n_routes < sizeof least / sizeof *least);
    for (size_t w = 0; w < in->flow.n_routes; w++)
        least[w] = INFINITY;
    for (size_t i = 0; i < found->n_prices; i++) {
        carried += found->prices[i].price * in->capacity_bps[found->prices[i].link];
        asked += found->prices[i].price * work_load(in, found->prices[i].link);
    }
    for (size_t i = 0; i < in->n_ways; i++) {
        double cost = 0;
        for (size_t p = 0; p < found->n_prices; p++) {
            size_t loss = found->prices[p].loss == KH_NO_INDEX ? SIZE_MAX : found->prices[p].loss;
            if (loss != SIZE_MAX && hits(in, loss, in->ways[i].working) &&
                has(in->ways[i].links, in->ways[i].n_links, found->prices[p].link))
                cost += found->prices[p].price;
        }
        least[in->ways[i].working] = fmin(least[in->ways[i].working], cost);
    }
    for (size_t w = 0; w < in->flow.n_routes; w++)
        asked += isinf(least[w]) ? 0 : in->flow.routes[w].rate_bps * least[w];
    assert_near(carried / asked, found->bound, 1e-9 * found->bound);
}

static void shared_backups_are_as_good_as_all_backups_and_rows_allow(void **state)
{
    (void)state;
    static instance in;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        kh_restoration found;
        draw_instance(&in, seed);
        assert_int_equal(kh_restore_solve(&in.problem, in.arena, &found, NULL), KH_OK);
        list_ways(&in);
        double value = solve_whole(&in);
        assert_near(found.value, value, 1e-8 * value);
        assert_true(found.bound >= found.value * (1 - 1e-12) && found.bound <= found.value * (1 + 1e-9));
        check_backups(&in, &found);
        check_bound(&in, &found);
        kh_arena_destroy(in.arena);
    }
}

static void sharing_never_takes_more_than_dedicated_backups(void **state)
{
    (void)state;
    static instance in;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        kh_restoration shared, dedicated;
        draw_instance(&in, seed);
        in.problem.dedicated = false;
        assert_int_equal(kh_restore_solve(&in.problem, in.arena, &shared, NULL), KH_OK);
        in.problem.dedicated = true;
        assert_int_equal(kh_restore_solve(&in.problem, in.arena, &dedicated, NULL), KH_OK);
        assert_true(shared.value >= dedicated.value * (1 - 1e-9));
        kh_arena_destroy(in.arena);
    }
}

static kh_status check(const instance *in, const kh_restoration *found)
{
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_restore_check(&in->problem, found, findings, NULL);
    kh_findings_destroy(findings);
    return status;
}

/* Backups, rates, share, bound and prices, each changed by itself. */
static void the_check_accepts_all_and_refuses_what_was_tampered_with(void **state)
{
    (void)state;
    static instance in;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        kh_restoration found, bad;
        draw_instance(&in, seed);
        assert_int_equal(kh_restore_solve(&in.problem, in.arena, &found, NULL), KH_OK);
        assert_int_equal(check(&in, &found), KH_OK);
        bad = found;
        bad.bound *= 0.999;
        assert_int_equal(check(&in, &bad), KH_UNMET);
        bad = found;
        bad.value *= 1.001;
        bad.bound *= 1.001;
        assert_int_equal(found.n_backups == 0 ? KH_UNMET : check(&in, &bad), KH_UNMET);
        bad = found;
        bad.n_prices = found.n_prices / 2;
        bad.bound *= 0.9999;
        assert_int_equal(check(&in, &bad), KH_UNMET);
        if (found.n_backups > 0) {
            kh_backup *one = &found.backups[draw(&in, found.n_backups)], before = *one;
            one->rate_bps *= 1.001;
            assert_int_equal(check(&in, &found), KH_UNMET);
            *one = before;
            one->n_links--;
            assert_int_equal(check(&in, &found), KH_UNMET);
            one->links = in.flow.routes[one->working].links;
            one->n_links = in.flow.routes[one->working].n_links;
            assert_int_equal(check(&in, &found), KH_UNMET);
        }
        kh_arena_destroy(in.arena);
    }
}

static void without_time_there_are_still_backups_and_a_bound(void **state)
{
    (void)state;
    static instance in;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        kh_restoration best, found;
        draw_instance(&in, seed);
        assert_int_equal(kh_restore_solve(&in.problem, in.arena, &best, NULL), KH_OK);
        in.network.time_limit_s = 0;
        assert_int_equal(kh_restore_solve(&in.problem, in.arena, &found, NULL), KH_OK);
        assert_true(isfinite(found.bound) && found.bound >= best.value * (1 - 1e-9));
        assert_true(found.value <= best.bound * (1 + 1e-9) && (found.value > 0) == (best.value > 0));
        assert_int_equal(found.n_bare, best.n_bare);
        assert_int_equal(check(&in, &found), KH_OK);
        kh_arena_destroy(in.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_backups_are_as_good_as_all_backups_and_rows_allow),
        cmocka_unit_test(the_check_accepts_all_and_refuses_what_was_tampered_with),
        cmocka_unit_test(sharing_never_takes_more_than_dedicated_backups),
        cmocka_unit_test(without_time_there_are_still_backups_and_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
