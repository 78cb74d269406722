/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secret rates on small random networks (parallel links, self loops, dead links, untrusted nodes) against programs over all simple
   paths at once, or over arcs: nothing generated, nothing priced. */
#include "core/base/rng.h"
#include "solvers/lp/lp.h"
#include "solvers/secure/secure.h"
#include "tests/solvers/near.h"

#include <string.h>

enum {
    INSTANCES = 300,
    MOST_NODES = 7,
    MOST_LINKS = 13,
    MOST_DEMANDS = 4,
    MOST_COALITIONS = 4,
    MOST_PATHS = 4000,
    MOST_ROWS = 400,
    MOST_COLUMNS = 5000,
    MOST_ENTRIES = 60000
};

typedef struct path {
    uint32_t demand, n_links, links[MOST_NODES], nodes; /* nodes: inside, by their bits */
    uint32_t link_bits;
} path;

typedef struct instance {
    kh_arena *arena;
    kh_rng rng;
    uint32_t ends[MOST_LINKS][2];
    double capacity_bps[MOST_LINKS];
    bool relays[MOST_NODES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_coalition coalitions[MOST_COALITIONS];
    uint32_t node_bits[MOST_COALITIONS], link_bits[MOST_COALITIONS];
    kh_secure_problem problem;
    path paths[MOST_PATHS];
    size_t n_paths;
} instance;

static uint32_t draw(instance *in, size_t n)
{
    return (uint32_t)kh_rng_below(&in->rng, n);
}

static void draw_coalitions(instance *in, size_t n, size_t m)
{
    for (size_t j = 0; j < MOST_COALITIONS; j++) {
        uint32_t *nodes = KH_NEW(in->arena, uint32_t, n), *links = KH_NEW(in->arena, uint32_t, m);
        kh_coalition c = {.nodes = nodes, .links = links};
        for (uint32_t v = 0; v < n; v++)
            if (kh_rng_uniform(&in->rng) < 0.3) {
                nodes[c.n_nodes++] = v;
                in->node_bits[j] |= 1u << v;
            }
        for (uint32_t e = 0; e < m; e++)
            if (j == 0 && kh_rng_uniform(&in->rng) < 0.2) {
                links[c.n_links++] = e;
                in->link_bits[j] |= 1u << e;
            }
        in->coalitions[j] = c;
    }
}

static void draw_instance(instance *in, uint64_t seed)
{
    memset(in, 0, sizeof *in);
    in->arena = kh_arena_create(0);
    in->rng = kh_rng_stream(seed, "", "secure");
    size_t n = 3 + draw(in, MOST_NODES - 2), m = 4 + draw(in, MOST_LINKS - 3), k = 1 + draw(in, MOST_DEMANDS);
    for (size_t v = 0; v < n; v++)
        in->relays[v] = kh_rng_uniform(&in->rng) > 0.1;
    for (size_t e = 0; e < m; e++) {
        in->ends[e][0] = draw(in, n);
        in->ends[e][1] = draw(in, n);
        in->capacity_bps[e] = kh_rng_uniform(&in->rng) < 0.05 ? 0 : exp(5 * kh_rng_uniform(&in->rng));
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(in, n), b = (a + 1 + draw(in, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, exp(4 * kh_rng_uniform(&in->rng))};
    }
    draw_coalitions(in, n, m);
    in->problem = (kh_secure_problem){.flow = {.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                               .capacity_bps = in->capacity_bps,
                                               .demands = in->demands,
                                               .n_demands = k,
                                               .level_cap = HUGE_VAL,
                                               .time_limit_s = HUGE_VAL},
                                      .secrecy = KH_SECRECY_RAMP,
                                      .colluders = 1,
                                      .coalitions = in->coalitions,
                                      .n_coalitions = MOST_COALITIONS};
}

/* --- all simple paths ------------------------------------------------------------------------------------------------------- */

static void walk(instance *in, path so_far, uint32_t node, uint32_t visited)
{
    const uint32_t *ends = in->demands[so_far.demand].ends;
    if (node == ends[1]) {
        assert_true(in->n_paths < MOST_PATHS);
        in->paths[in->n_paths++] = so_far;
        return;
    }
    if (node != ends[0] && !in->relays[node])
        return;
    if (node != ends[0])
        so_far.nodes |= 1u << node;
    for (uint32_t e = 0; e < in->problem.flow.graph.n_links; e++) {
        if ((in->ends[e][0] != node && in->ends[e][1] != node) || in->capacity_bps[e] <= 0)
            continue;
        uint32_t to = kh_graph_far_end(in->ends[e], node);
        if (visited >> to & 1)
            continue;
        path next = so_far;
        next.links[next.n_links++] = e;
        next.link_bits |= 1u << e;
        walk(in, next, to, visited | 1u << to);
    }
}

static void list_paths(instance *in)
{
    for (uint32_t k = 0; k < in->problem.flow.n_demands; k++)
        walk(in, (path){.demand = k}, in->demands[k].ends[0], 1u << in->demands[k].ends[0]);
}

/* Whether the adversary of this number sees the path: a node, or a coalition that owns no end. */
static bool sees(const instance *in, size_t j, const path *p)
{
    const uint32_t *ends = in->demands[p->demand].ends;
    if (in->problem.secrecy != KH_SECRECY_COALITIONS)
        return p->nodes >> j & 1;
    bool owns = (in->node_bits[j] >> ends[0] & 1) || (in->node_bits[j] >> ends[1] & 1);
    return !owns && ((in->node_bits[j] & p->nodes) || (in->link_bits[j] & p->link_bits));
}

static size_t n_adversaries(const instance *in)
{
    return in->problem.secrecy == KH_SECRECY_COALITIONS ? MOST_COALITIONS : in->problem.flow.graph.n_nodes;
}

/* --- programs --------------------------------------------------------------------------------------------------------------- */

typedef struct program {
    size_t n_rows, n_columns, n_entries, start[MOST_COLUMNS + 1];
    uint32_t row[MOST_ENTRIES];
    double value[MOST_ENTRIES], row_lower[MOST_ROWS], row_upper[MOST_ROWS];
    double cost[MOST_COLUMNS], lower[MOST_COLUMNS], upper[MOST_COLUMNS], primal[MOST_COLUMNS];
} program;

static uint32_t add_row(program *p, double lower, double upper)
{
    assert_true(p->n_rows < MOST_ROWS);
    p->row_lower[p->n_rows] = lower;
    p->row_upper[p->n_rows] = upper;
    return (uint32_t)p->n_rows++;
}

static void put(program *p, uint32_t row, double value)
{
    assert_true(p->n_entries < MOST_ENTRIES);
    p->row[p->n_entries] = row;
    p->value[p->n_entries++] = value;
}

static void end_column(program *p, double cost)
{
    assert_true(p->n_columns < MOST_COLUMNS);
    p->cost[p->n_columns] = cost;
    p->upper[p->n_columns] = HUGE_VAL;
    p->start[++p->n_columns] = p->n_entries;
}

static double maximise(program *p)
{
    kh_lp lp = {.maximise = true,
                .n_rows = p->n_rows,
                .n_columns = p->n_columns,
                .row_lower = p->row_lower,
                .row_upper = p->row_upper,
                .column_lower = p->lower,
                .column_upper = p->upper,
                .cost = p->cost,
                .start = p->start,
                .row = p->row,
                .value = p->value};
    kh_lp_solution solution = {.primal = p->primal};
    assert_int_equal(kh_lp_solve(&lp, NULL, &solution, NULL), KH_OK);
    return solution.objective;
}

static void add_links(const instance *in, program *p)
{
    for (size_t e = 0; e < in->problem.flow.graph.n_links; e++)
        add_row(p, -HUGE_VAL, in->capacity_bps[e]);
}

static bool is_subset(const instance *in, uint32_t set)
{
    return (uint32_t)__builtin_popcount(set) == in->problem.colluders && set >> n_adversaries(in) == 0;
}

/* One row for each demand and each choice of t adversaries: what none of them sees is at least lambda d; with @p keeps, at least
   keeps for all demands but one, and lambda d for that. */
static double exact_program(const instance *in, const bool *joined, const double *keeps, size_t raised)
{
    program *p = KH_NEW(in->arena, program, 1);
    uint32_t first[MOST_DEMANDS], n_sets = 0, sets[256];
    add_links(in, p);
    for (uint32_t set = 0; set < 1u << n_adversaries(in); set++)
        if (is_subset(in, set))
            sets[n_sets++] = set;
    for (size_t k = 0; k < in->problem.flow.n_demands; k++) {
        first[k] = (uint32_t)p->n_rows;
        for (uint32_t i = 0; i < n_sets; i++) {
            bool raises = keeps == NULL || k == raised;
            uint32_t row = add_row(p, !joined[k] ? -HUGE_VAL : raises ? 0 : keeps[k], HUGE_VAL);
            if (raises)
                put(p, row, -in->demands[k].requested_bps);
        }
    }
    end_column(p, 1);
    for (size_t i = 0; i < in->n_paths; i++) {
        const path *q = &in->paths[i];
        for (uint32_t h = 0; h < q->n_links; h++)
            put(p, q->links[h], 1);
        for (uint32_t s = 0; s < n_sets; s++) {
            bool seen = false;
            for (size_t j = 0; j < n_adversaries(in); j++)
                seen = seen || ((sets[s] >> j & 1) && sees(in, j, q));
            if (!seen)
                put(p, first[q->demand] + s, 1);
        }
        end_column(p, 0);
    }
    return maximise(p);
}

static double exact_value(const instance *in, const bool *joined)
{
    return exact_program(in, joined, NULL, 0);
}

/* The form with theta and xi over all paths. */
static double safe_value(const instance *in, const bool *joined)
{
    program *p = KH_NEW(in->arena, program, 1);
    size_t n = n_adversaries(in), n_demands = in->problem.flow.n_demands;
    add_links(in, p);
    uint32_t demand = (uint32_t)p->n_rows;
    for (size_t k = 0; k < n_demands; k++)
        put(p, add_row(p, joined[k] ? 0 : -HUGE_VAL, HUGE_VAL), -in->demands[k].requested_bps);
    end_column(p, 1);
    uint32_t view = (uint32_t)p->n_rows;
    for (size_t k = 0; k < n_demands * n; k++)
        add_row(p, -HUGE_VAL, 0);
    for (uint32_t k = 0; k < n_demands; k++) {
        put(p, demand + k, -(double)in->problem.colluders);
        for (uint32_t j = 0; j < n; j++)
            put(p, view + k * (uint32_t)n + j, -1);
        end_column(p, 0);
        p->lower[p->n_columns - 1] = -HUGE_VAL;
        for (uint32_t j = 0; j < n; j++) {
            put(p, demand + k, -1);
            put(p, view + k * (uint32_t)n + j, -1);
            end_column(p, 0);
        }
    }
    for (size_t i = 0; i < in->n_paths; i++) {
        const path *q = &in->paths[i];
        for (uint32_t h = 0; h < q->n_links; h++)
            put(p, q->links[h], 1);
        put(p, demand + q->demand, 1);
        for (uint32_t j = 0; j < n; j++)
            if (sees(in, j, q))
                put(p, view + q->demand * (uint32_t)n + j, 1);
        end_column(p, 0);
    }
    return maximise(p);
}

/* Disjoint sets as a flow of (t + 1) lambda d through split nodes, each relay and each direct link with at most lambda d. */
static double disjoint_value(const instance *in, const bool *joined)
{
    program *p = KH_NEW(in->arena, program, 1);
    size_t n = in->problem.flow.graph.n_nodes, n_demands = in->problem.flow.n_demands, m = in->problem.flow.graph.n_links;
    add_links(in, p);
    uint32_t balance = (uint32_t)p->n_rows;
    for (size_t k = 0; k < n_demands; k++)
        for (uint32_t v = 0; v < n; v++) {
            double sign = v == in->demands[k].ends[0] ? 1 : v == in->demands[k].ends[1] ? -1 : 0;
            uint32_t row = add_row(p, 0, 0);
            if (joined[k] && sign > 0)
                put(p, row, -(double)(in->problem.colluders + 1) * in->demands[k].requested_bps);
            else if (joined[k] && sign < 0)
                put(p, row, (double)(in->problem.colluders + 1) * in->demands[k].requested_bps);
        }
    uint32_t through = (uint32_t)p->n_rows;
    for (size_t k = 0; k < n_demands; k++)
        for (uint32_t v = 0; v < n + m; v++)
            put(p, add_row(p, -HUGE_VAL, 0), -in->demands[k].requested_bps);
    end_column(p, 1);
    for (uint32_t k = 0; k < n_demands; k++)
        for (uint32_t e = 0; e < m; e++)
            for (int turn = 0; turn < 2 && joined[k]; turn++) {
                uint32_t tail = in->ends[e][turn], head = in->ends[e][1 - turn];
                const uint32_t *ends = in->demands[k].ends;
                if (tail == head || (tail != ends[0] && !in->relays[tail]) || tail == ends[1] || head == ends[0])
                    continue;
                put(p, e, 1);
                put(p, balance + k * (uint32_t)n + tail, 1);
                put(p, balance + k * (uint32_t)n + head, -1);
                put(p, through + k * (uint32_t)(n + m) + (head != ends[1] ? head : (uint32_t)n + e), 1);
                end_column(p, 0);
            }
    return maximise(p);
}

/* --- laws ------------------------------------------------------------------------------------------------------------------- */

/* Whether some path of the demand stays out of sight of every choice of t adversaries. */
static bool can_hide(const instance *in, uint32_t demand)
{
    for (uint32_t set = 0; set < 1u << n_adversaries(in); set++) {
        bool hidden = !is_subset(in, set);
        for (size_t i = 0; i < in->n_paths && !hidden; i++) {
            bool seen = in->paths[i].demand != demand;
            for (size_t j = 0; j < n_adversaries(in); j++)
                seen = seen || ((set >> j & 1) && sees(in, j, &in->paths[i]));
            hidden = !seen;
        }
        if (!hidden)
            return false;
    }
    return true;
}

static bool solve(instance *in, kh_secrecy secrecy, uint32_t colluders, kh_secure *secure)
{
    in->problem.secrecy = secrecy;
    in->problem.colluders = colluders;
    assert_int_equal(kh_secure_solve(&in->problem, in->arena, secure, NULL), KH_OK);
    assert_true(secure->complete);
    bool any = false;
    for (size_t k = 0; k < in->problem.flow.n_demands; k++)
        any = any || secure->joined[k];
    for (uint32_t k = 0; k < in->problem.flow.n_demands && secrecy != KH_SECRECY_DISJOINT; k++)
        assert_true(secure->joined[k] == can_hide(in, k));
    if (!any)
        assert_true(secure->n_routes == 0 && secure->value <= 0);
    return any;
}

static double price_of(const path *p, const double *prices)
{
    double price = 0;
    for (uint32_t h = 0; h < p->n_links; h++)
        price += prices[p->links[h]];
    return price;
}

/* The dearest price of a secret bit that the suspicions prove, over all paths: min y(p) / (1 - a(p)). */
static double worth_under_shares(const instance *in, const kh_secure *secure, uint32_t demand)
{
    double share[MOST_NODES + MOST_COALITIONS] = {0}, sum = 0, worth = HUGE_VAL;
    for (size_t i = 0; i < secure->n_suspicions; i++)
        if (secure->suspicions[i].demand.i == demand) {
            assert_true(secure->suspicions[i].share > 0 && secure->suspicions[i].share <= 1);
            share[secure->suspicions[i].whom] = secure->suspicions[i].share;
            sum += secure->suspicions[i].share;
        }
    assert_true(sum <= 1 + 1e-12);
    for (size_t i = 0; i < in->n_paths; i++) {
        double taken = 0;
        for (size_t j = 0; j < n_adversaries(in); j++)
            taken += sees(in, j, &in->paths[i]) ? share[j] : 0;
        if (in->paths[i].demand == demand && taken < 1 - 1e-12)
            worth = fmin(worth, price_of(&in->paths[i], secure->prices) / (1 - taken));
    }
    return worth;
}

/* The least price of a secret bit by any flow over all paths: one row for the bit, one for each relay. */
static double worth_of_any_flow(const instance *in, const kh_secure *secure, uint32_t demand)
{
    program *p = KH_NEW(in->arena, program, 1);
    uint32_t bit = add_row(p, 1, HUGE_VAL), n = (uint32_t)n_adversaries(in);
    for (uint32_t j = 0; j < n; j++)
        add_row(p, -HUGE_VAL, 0);
    put(p, bit, -(double)in->problem.colluders);
    for (uint32_t j = 0; j < n; j++)
        put(p, 1 + j, -1);
    end_column(p, 0);
    for (uint32_t j = 0; j < n; j++) {
        put(p, bit, -1);
        put(p, 1 + j, -1);
        end_column(p, 0);
    }
    for (size_t i = 0; i < in->n_paths; i++) {
        if (in->paths[i].demand != demand)
            continue;
        put(p, bit, 1);
        for (uint32_t j = 0; j < n; j++)
            if (sees(in, j, &in->paths[i]))
                put(p, 1 + j, 1);
        end_column(p, -price_of(&in->paths[i], secure->prices));
    }
    return -maximise(p);
}

static double recomputed_bound(const instance *in, const kh_secure *secure)
{
    double carried = 0, asked = 0;
    for (size_t e = 0; e < in->problem.flow.graph.n_links; e++)
        carried += in->capacity_bps[e] * secure->prices[e];
    for (uint32_t k = 0; k < in->problem.flow.n_demands; k++)
        if (secure->joined[k])
            asked += in->demands[k].requested_bps * (in->problem.secrecy == KH_SECRECY_RAMP ? worth_of_any_flow(in, secure, k)
                                                                                            : worth_under_shares(in, secure, k));
    return carried / asked;
}

static void check_proof(const instance *in, const kh_secure *secure, double optimum)
{
    assert_near(secure->value / optimum, 1, 1e-8);
    assert_true(secure->bound >= optimum * (1 - 1e-9));
    assert_near(secure->bound / secure->value, 1, 1e-8);
    if (in->problem.secrecy != KH_SECRECY_DISJOINT)
        assert_near(recomputed_bound(in, secure) / secure->bound, 1, 1e-9);
}

static void check_loads(const instance *in, const kh_secure *secure)
{
    double load[MOST_LINKS] = {0};
    for (size_t r = 0; r < secure->n_routes; r++)
        for (size_t i = 0; i < secure->routes[r].n_links; i++)
            load[secure->routes[r].links[i]] += secure->routes[r].rate_bps;
    for (size_t e = 0; e < in->problem.flow.graph.n_links; e++)
        assert_true(load[e] <= in->capacity_bps[e] * (1 + 1e-12));
}

static void hold(void (*law)(instance *in))
{
    static instance in; /* large; only one at a time */
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        draw_instance(&in, seed);
        list_paths(&in);
        law(&in);
        kh_arena_destroy(in.arena);
    }
}

static void try_ramp(instance *in)
{
    for (uint32_t t = 0; t <= 3; t++) {
        kh_secure secure;
        if (t >= in->problem.flow.graph.n_nodes || !solve(in, KH_SECRECY_RAMP, t, &secure))
            continue;
        check_proof(in, &secure, safe_value(in, secure.joined));
        check_loads(in, &secure);
        double exact = exact_value(in, secure.joined);
        if (t <= 1)
            assert_near(exact / secure.value, 1, 1e-8);
        assert_true(exact >= secure.value * (1 - 1e-8));
    }
}

static void try_disjoint(instance *in)
{
    for (uint32_t t = 0; t <= 2; t++) {
        kh_secure secure, ramp;
        if (!solve(in, KH_SECRECY_DISJOINT, t, &secure))
            continue;
        check_proof(in, &secure, disjoint_value(in, secure.joined));
        check_loads(in, &secure);
        assert_true(solve(in, KH_SECRECY_RAMP, t, &ramp));
        bool same = true;
        for (size_t k = 0; k < in->problem.flow.n_demands; k++) {
            assert_true(ramp.joined[k] || !secure.joined[k]); /* a direct link alone is secret, and not t + 1 ways */
            same = same && ramp.joined[k] == secure.joined[k];
        }
        assert_true(!same || ramp.value >= secure.value * (1 - 1e-8));
    }
}

static void try_coalitions(instance *in)
{
    kh_secure secure;
    if (!solve(in, KH_SECRECY_COALITIONS, 1, &secure))
        return;
    check_proof(in, &secure, exact_value(in, secure.joined));
    check_loads(in, &secure);
}

static void try_without_colluders(instance *in)
{
    kh_secure secure;
    kh_keyflow flow;
    if (!solve(in, KH_SECRECY_RAMP, 0, &secure))
        return;
    assert_int_equal(kh_keyflow_solve(&in->problem.flow, in->arena, &flow, NULL), KH_OK);
    assert_near(secure.value / flow.value, 1, 1e-8);
    assert_true(solve(in, KH_SECRECY_DISJOINT, 0, &secure));
    assert_near(secure.value / flow.value, 1, 1e-8);
}

/* Nobody can have a larger share unless somebody with no larger one loses: what max-min means. */
static void check_fairness(instance *in)
{
    kh_secure secure, concurrent;
    double keeps[MOST_DEMANDS];
    if (!solve(in, in->problem.secrecy, 1, &concurrent))
        return;
    in->problem.flow.max_min = true;
    solve(in, in->problem.secrecy, 1, &secure);
    in->problem.flow.max_min = false;
    check_loads(in, &secure);
    assert_near(secure.value / concurrent.value, 1, 1e-8);
    assert_near(secure.bound / concurrent.bound, 1, 1e-8);
    for (size_t k = 0; k < in->problem.flow.n_demands; k++) {
        double share = secure.rate_bps[k] / in->demands[k].requested_bps;
        for (size_t j = 0; j < in->problem.flow.n_demands; j++)
            keeps[j] = fmin(secure.rate_bps[j], share * in->demands[j].requested_bps) * (1 - 1e-9);
        if (secure.joined[k])
            assert_near(exact_program(in, secure.joined, keeps, k) / share, 1, 1e-5);
    }
}

static void try_max_min(instance *in)
{
    in->problem.secrecy = KH_SECRECY_RAMP;
    check_fairness(in);
    in->problem.secrecy = KH_SECRECY_COALITIONS;
    check_fairness(in);
}

static void max_min_rates_cannot_be_fairer(void **unused)
{
    (void)unused;
    hold(try_max_min);
}

static void ramp_sharing_agrees_with_programs_over_all_paths(void **unused)
{
    (void)unused;
    hold(try_ramp);
}

static void disjoint_sharing_agrees_with_the_program_over_arcs_and_never_beats_the_ramp(void **unused)
{
    (void)unused;
    hold(try_disjoint);
}

static void coalitions_agree_with_the_program_over_all_paths(void **unused)
{
    (void)unused;
    hold(try_coalitions);
}

static void without_colluders_it_is_plain_key_flow(void **unused)
{
    (void)unused;
    hold(try_without_colluders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramp_sharing_agrees_with_programs_over_all_paths),
        cmocka_unit_test(disjoint_sharing_agrees_with_the_program_over_arcs_and_never_beats_the_ramp),
        cmocka_unit_test(coalitions_agree_with_the_program_over_all_paths),
        cmocka_unit_test(max_min_rates_cannot_be_fairer),
        cmocka_unit_test(without_colluders_it_is_plain_key_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
