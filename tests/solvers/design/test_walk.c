/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/walk.h"

#include "tests/solvers/design/mesh.h"

enum { MESHES = 60, TURNS = 400 };

typedef struct hike {
    mesh net;
    kh_relax relax;
    kh_walk walk;
    kh_arena *arena;
} hike;

static void start(hike *h)
{
    kh_relax_clear(&h->relax);
    kh_arena_reset(h->arena);
    assert_int_equal(kh_relax_init(&h->relax, &h->net.problem, h->arena, NULL), KH_OK);
    assert_int_equal(kh_walk_init(&h->walk, &h->relax, h->arena, NULL), KH_OK);
}

static void finish(hike *h)
{
    kh_relax_clear(&h->relax);
    kh_arena_destroy(h->arena);
}

/* What crosses the border of a random side has modules to go by. */
static void add_cut(hike *h, kh_rng *rng)
{
    uint32_t column[MESH_CHOICES];
    double value[MESH_CHOICES];
    kh_cutset_row row = {.column = column, .value = value};
    uint64_t side = 1 + kh_rng_below(rng, (1u << MESH_NODES) - 2);
    for (size_t k = 0; k < MESH_DEMANDS; k++)
        if ((side >> h->net.demands[k].ends[0] & 1) != (side >> h->net.demands[k].ends[1] & 1))
            row.least += h->net.problem.theta * h->net.demands[k].requested_bps;
    for (uint32_t j = 0; j < MESH_CHOICES; j++) {
        const uint32_t *ends = h->net.ends[h->net.choices[j].link];
        if ((side >> ends[0] & 1) == (side >> ends[1] & 1))
            continue;
        column[row.n] = j;
        value[row.n++] = h->net.choices[j].rate_bps;
    }
    if (row.least > 0)
        assert_int_equal(kh_weights_add(&h->walk.rows, &row, NULL), KH_OK);
}

static double price_of(const hike *h)
{
    bool open[MESH_NODES] = {false};
    double sum = mesh_price(&h->net, h->walk.rows.count);
    for (size_t k = 0; k < MESH_DEMANDS; k++)
        open[h->net.demands[k].ends[0]] = open[h->net.demands[k].ends[1]] = true;
    for (size_t j = 0; j < MESH_CHOICES; j++)
        for (int i = 0; i < 2 && h->walk.rows.count[j] > 0; i++)
            open[h->net.ends[h->net.choices[j].link][i]] = true;
    for (size_t v = 0; v < MESH_NODES && h->net.problem.node_cost != NULL; v++)
        sum += open[v] ? h->net.node_cost[v] : 0;
    return sum;
}

static void check(const hike *h)
{
    double used[MESH_LINKS] = {0};
    for (size_t j = 0; j < MESH_CHOICES; j++) {
        double count = h->walk.rows.count[j];
        assert_true(count >= 0 && count == floor(count) && count <= h->relax.upper[j] && count <= h->net.choices[j].most);
        used[h->net.choices[j].link] += count;
    }
    for (size_t e = 0; e < MESH_LINKS && h->net.problem.ports != NULL; e++)
        assert_true(used[e] <= h->net.ports[e]);
    assert_near(h->walk.cost, price_of(h), 1e-9);
}

static bool is_empty(const hike *h)
{
    for (size_t j = 0; j < MESH_CHOICES; j++)
        if (h->walk.rows.count[j] > 0)
            return false;
    return true;
}

static void draw(hike *h, kh_rng *rng, uint64_t kind)
{
    mesh_draw(&h->net, rng);
    h->net.problem.ports = kind % 2 == 0 ? h->net.ports : NULL;
    h->net.problem.node_cost = kind % 3 == 0 ? NULL : h->net.node_cost;
    for (size_t j = 0; j < MESH_CHOICES && kind % 5 == 0; j++)
        h->net.choices[j].most = (uint32_t)kh_rng_below(rng, 4);
    start(h);
}

static void the_cost_is_that_of_the_counts_and_no_limit_is_exceeded(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "", "walk");
    hike h = {.arena = kh_arena_create(0)};
    size_t n_mended = 0;
    for (uint64_t kind = 0; kind < MESHES; kind++) {
        draw(&h, &rng, kind);
        check(&h);
        for (int turn = 0; turn < TURNS; turn++) {
            add_cut(&h, &rng);
            if (kh_rng_below(&rng, 10) == 0)
                kh_walk_put(&h.walk, kh_rng_below(&rng, MESH_CHOICES), (double)kh_rng_below(&rng, 9));
            double before = h.walk.cost, most = before * (0.8 + 0.4 * kh_rng_uniform(&rng));
            if (kh_weights_look(&h.walk.rows) > 0)
                kh_walk_mend(&h.walk);
            n_mended += h.walk.cost > before;
            check(&h);
            kh_weights_press(&h.walk.rows);
            if (turn % 3 > 0)
                continue;
            kh_walk_save(&h.walk, most);
            check(&h);
            assert_true(h.walk.cost <= most || is_empty(&h));
        }
    }
    assert_true(n_mended > MESHES * TURNS / 20);
    finish(&h);
}

static void without_limits_mending_alone_keeps_all_rows_in_the_end(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2, "", "walk");
    hike h = {.arena = kh_arena_create(0)};
    for (int trial = 0; trial < MESHES; trial++) {
        draw(&h, &rng, 1);
        for (int i = 0; i < 40; i++)
            add_cut(&h, &rng);
        int turn = 0;
        for (; turn < TURNS && kh_weights_look(&h.walk.rows) > 0; turn++)
            kh_walk_mend(&h.walk);
        assert_int_equal(h.walk.rows.n_broken, 0);
        assert_true(turn > 0);
    }
    finish(&h);
}

/* Both types of a link, for a row that wants four of either. */
static void start_small(hike *h, double first_cost, double second_cost)
{
    const kh_cutset_row row = {2, (uint32_t[]){0, 1}, (double[]){4, 4}, 4};
    kh_rng rng = kh_rng_stream(3, "", "walk");
    mesh_draw(&h->net, &rng);
    h->net.choices[0].cost = first_cost;
    h->net.choices[1].cost = second_cost;
    h->net.choices[3].cost = 1;
    start(h);
    assert_int_equal(kh_weights_add(&h->walk.rows, &row, NULL), KH_OK);
    assert_int_equal(kh_weights_look(&h->walk.rows), 1);
}

static void the_cheaper_module_that_mends_as_much_is_put(void **state)
{
    (void)state;
    hike h = {.arena = kh_arena_create(0)};
    start_small(&h, 5, 2);
    kh_walk_mend(&h.walk);
    assert_near(h.walk.rows.count[1], 1, 0);
    assert_near(h.walk.cost, 2, 0);
    start_small(&h, 2, 5);
    kh_walk_mend(&h.walk);
    assert_near(h.walk.rows.count[0], 1, 0);
    finish(&h);
}

static void the_module_that_no_row_misses_goes_first_and_one_just_put_last(void **state)
{
    (void)state;
    hike h = {.arena = kh_arena_create(0)};
    start_small(&h, 5, 2);
    kh_walk_put(&h.walk, 2, 1);
    kh_walk_mend(&h.walk);
    kh_walk_save(&h.walk, h.walk.cost - 0.5);
    assert_near(h.walk.rows.count[1], 1, 0);
    assert_near(h.walk.rows.count[2], 0, 0);
    const kh_cutset_row row = {1, (uint32_t[]){3}, (double[]){1}, 1};
    assert_int_equal(kh_weights_add(&h.walk.rows, &row, NULL), KH_OK);
    kh_walk_put(&h.walk, 3, 1); /* its loss breaks more for what it saves, but it has not just been put by mending */
    kh_walk_save(&h.walk, h.walk.cost - 0.5);
    assert_near(h.walk.rows.count[3], 0, 0);
    assert_near(h.walk.rows.count[1], 1, 0);
    kh_walk_save(&h.walk, 0); /* nothing else is left to take */
    assert_near(h.walk.rows.count[1], 0, 0);
    assert_near(h.walk.cost, 0, 0);
    finish(&h);
}

static void the_same_rows_give_the_same_walk(void **state)
{
    (void)state;
    double count[2][MESH_CHOICES];
    hike h = {.arena = kh_arena_create(0)};
    for (int run = 0; run < 2; run++) {
        kh_rng rng = kh_rng_stream(4, "", "walk");
        draw(&h, &rng, 2);
        for (int turn = 0; turn < TURNS; turn++) {
            add_cut(&h, &rng);
            if (kh_weights_look(&h.walk.rows) > 0)
                kh_walk_mend(&h.walk);
            kh_weights_press(&h.walk.rows);
            kh_walk_save(&h.walk, 0.97 * h.walk.cost);
        }
        for (size_t j = 0; j < MESH_CHOICES; j++)
            count[run][j] = h.walk.rows.count[j];
    }
    for (size_t j = 0; j < MESH_CHOICES; j++)
        assert_true(count[0][j] == count[1][j]);
    finish(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cost_is_that_of_the_counts_and_no_limit_is_exceeded),
        cmocka_unit_test(without_limits_mending_alone_keeps_all_rows_in_the_end),
        cmocka_unit_test(the_cheaper_module_that_mends_as_much_is_put),
        cmocka_unit_test(the_module_that_no_row_misses_goes_first_and_one_just_put_last),
        cmocka_unit_test(the_same_rows_give_the_same_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
