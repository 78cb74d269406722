/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/stock.h"

#include "tests/solvers/design/mesh.h"

#include <string.h>

enum { MESHES = 12, POINTS = 120, COLUMNS = MESH_CHOICES + MESH_NODES, CUTS = 1 << (MESH_NODES - 1) };

/* A relaxation with every cut of a mesh, and a tableau that need not hold them all. */
typedef struct store {
    mesh net;
    kh_relax relax;
    kh_tableau tableau;
    kh_stock stock;
    double lower[COLUMNS], upper[COLUMNS], cost[COLUMNS], first[COLUMNS], last[COLUMNS], count[COLUMNS], fixed;
    uint32_t column[COLUMNS];
    size_t n;
    kh_arena *arena;
} store;

static void add_cuts(store *s)
{
    kh_cutset_space space;
    kh_cutset_row row;
    bool added;
    assert_int_equal(kh_cutset_init(&space, &s->net.problem, s->arena, NULL), KH_OK);
    assert_int_equal(kh_cutset_row_init(&row, MESH_CHOICES, s->arena, NULL), KH_OK);
    for (unsigned side = 1; side < CUTS; side++) {
        double weight[MESH_LINKS], divisor, half[MESH_CHOICES];
        for (size_t e = 0; e < MESH_LINKS; e++)
            weight[e] = (side >> s->net.ends[e][0] & 1) != (side >> s->net.ends[e][1] & 1);
        for (size_t j = 0; j < MESH_CHOICES; j++)
            half[j] = 0.3;
        kh_cutset_of_weight(&space, 0, weight, &row);
        if (!(row.least > 0))
            continue;
        assert_int_equal(kh_relax_add(&s->relax, &row, (kh_modules_reason){0}, &added, NULL), KH_OK);
        (void)kh_cutset_round(&row, half, &divisor);
        kh_cutset_divide(&row, divisor);
        assert_int_equal(kh_relax_add(&s->relax, &row, (kh_modules_reason){0}, &added, NULL), KH_OK);
    }
}

/* Columns with one value are not in the tableau; some choices are among them. */
static void choose_columns(store *s, kh_rng *rng)
{
    s->n = 0;
    s->fixed = 0;
    for (uint32_t j = 0; j < COLUMNS; j++) {
        if (j < MESH_CHOICES && kh_rng_below(rng, 6) == 0)
            s->relax.lower[j] = s->relax.upper[j] = 1;
        s->lower[j] = s->relax.lower[j];
        s->upper[j] = s->relax.upper[j];
        if (s->lower[j] == s->upper[j]) {
            s->fixed += s->relax.cost[j] * s->lower[j];
            continue;
        }
        s->cost[s->n] = s->relax.cost[j];
        s->first[s->n] = s->lower[j];
        s->last[s->n] = s->upper[j];
        s->column[s->n++] = j;
    }
}

static void open_store(store *s, kh_rng *rng)
{
    kh_arena_reset(s->arena);
    mesh_draw(&s->net, rng);
    s->net.problem.node_cost = s->net.node_cost;
    s->net.problem.ports = s->net.ports;
    for (size_t e = 0; e < MESH_LINKS; e++)
        s->net.ports[e] += 12; /* not so tight that nothing fits */
    assert_int_equal(kh_relax_init(&s->relax, &s->net.problem, s->arena, NULL), KH_OK);
    add_cuts(s);
    choose_columns(s, rng);
    assert_int_equal(kh_relax_solve(&s->relax, HUGE_VAL, NULL), KH_OK);
    assert_int_equal(kh_tableau_init(&s->tableau, s->n, 1, s->cost, s->first, s->last, s->arena, NULL), KH_OK);
    s->stock = (kh_stock){
        .relax = &s->relax, .tableau = &s->tableau, .arena = s->arena, .lower = s->lower, .upper = s->upper, .column = s->column};
    assert_int_equal(kh_stock_init(&s->stock, NULL), KH_OK);
    memcpy(s->count, s->lower, sizeof s->count);
}

/* Rounds of "solve, take what is broken". @return false: nothing keeps the rows */
static bool settle(store *s)
{
    for (size_t n_taken = 1; n_taken > 0;) {
        if (kh_tableau_solve(&s->tableau, HUGE_VAL, 10000) != KH_TABLEAU_OPTIMAL)
            return false;
        for (size_t k = 0; k < s->n; k++)
            s->count[s->column[k]] = kh_tableau_at(&s->tableau, k);
        assert_int_equal(kh_stock_take(&s->stock, s->count, &n_taken, NULL), KH_OK);
    }
    return true;
}

/* Bounds of a free column move, for both alike. */
static void branch(store *s, kh_rng *rng)
{
    size_t k = kh_rng_below(rng, s->n);
    uint32_t j = s->column[k];
    bool narrow = kh_rng_below(rng, 3) == 0;
    double from = s->first[k] + (narrow ? fmin((double)kh_rng_below(rng, 3), s->last[k] - s->first[k]) : 0);
    s->relax.lower[j] = from;
    s->relax.upper[j] = s->last[k];
    kh_tableau_bound(&s->tableau, k, from, s->last[k]);
}

static void check(const store *s)
{
    size_t n_held = 0;
    for (size_t i = 0; i < s->relax.n_rows; i++)
        assert_false(kh_cutset_breaks(&s->relax.rows[i].row, s->count));
    for (size_t i = s->stock.n_limits; i < s->tableau.n_rows; i++)
        n_held += s->stock.held[s->stock.from[i]];
    assert_int_equal(n_held, s->tableau.n_rows - s->stock.n_limits);
}

static void rows_that_come_and_go_leave_the_optimum_of_all_rows(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "", "stock");
    store s = {.arena = kh_arena_create(0)};
    size_t n_thinned = 0, n_few = 0;
    for (int trial = 0; trial < MESHES; trial++) {
        open_store(&s, &rng);
        n_few += s.tableau.n_rows < s.relax.n_rows;
        for (int point = 0; point < POINTS; point++) {
            branch(&s, &rng);
            kh_status status = kh_relax_solve(&s.relax, HUGE_VAL, NULL);
            bool stands = settle(&s);
            assert_true(stands == (status == KH_OK));
            if (!stands)
                continue;
            check(&s);
            assert_near(s.tableau.value[0] + s.fixed, s.relax.objective, 1e-5 * (1 + s.relax.objective));
            size_t n_rows = s.tableau.n_rows, n_taken;
            double value = s.tableau.value[0];
            kh_stock_thin(&s.stock);
            n_thinned += s.tableau.n_rows < n_rows;
            assert_near(s.tableau.value[0], value, 1e-9 * (1 + fabs(value)));
            assert_int_equal(kh_stock_take(&s.stock, s.count, &n_taken, NULL), KH_OK);
            assert_int_equal(n_taken, 0);
            check(&s);
        }
        kh_relax_clear(&s.relax);
    }
    assert_true(n_thinned > MESHES && n_few > 0);
    kh_arena_destroy(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_come_and_go_leave_the_optimum_of_all_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
