/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optima of tests/ref/optimiser/acceptance.csv, to 1e-6 relative. */
#include "tests/solvers/near.h"
#include "tests/solvers/qpi.h"

#include <stdio.h>
#include <string.h>

static const char FOLDER[] = "tests/ref/optimiser";
static const double TOLERANCE = 1e-6;

typedef struct row {
    char instance[40], model[40];
    size_t levels;
    double objective;
} row;

static double total_rate(const kh_keyflow *flow, size_t n_demands)
{
    double sum = 0;
    for (size_t k = 0; k < n_demands; k++)
        sum += flow->rate_bps[k];
    return sum;
}

static double computed(const row *r, const kh_keyflow *flow, size_t n_demands)
{
    if (strcmp(r->model, "max_concurrent_flow") == 0)
        return flow->value;
    if (strcmp(r->model, "maxmin_fair_top_level") == 0)
        return flow->level[flow->n_levels - 1];
    assert_string_equal(r->model, "maxmin_fair_total_rate");
    return total_rate(flow, n_demands);
}

static void check_row(const row *r)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s.qpi", FOLDER, r->instance);
    kh_arena *arena = kh_arena_create(0);
    kh_qpi qpi;
    kh_keyflow flow;
    assert_int_equal(kh_qpi_read(path, arena, &qpi, NULL), KH_OK);
    kh_keyflow_problem problem = kh_qpi_problem(&qpi, strncmp(r->model, "maxmin", 6) == 0);
    assert_int_equal(kh_keyflow_solve(&problem, arena, &flow, NULL), KH_OK);
    assert_near(computed(r, &flow, qpi.n_demands) / r->objective, 1, TOLERANCE);
    assert_true(flow.bound >= flow.value * (1 - 1e-12));
    assert_true(flow.bound <= flow.value * (1 + 1e-9));
    if (r->levels > 0)
        assert_true(flow.n_levels == r->levels);
    kh_arena_destroy(arena);
}

static size_t check_rows(const char *model)
{
    char path[200], line[200];
    snprintf(path, sizeof path, "%s/acceptance.csv", FOLDER);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = 0;
    row r;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%39[^,],%39[^,],%zu,%lf", r.instance, r.model, &r.levels, &r.objective) == 4 &&
            strncmp(r.model, model, strlen(model)) == 0) {
            check_row(&r);
            n++;
        }
    fclose(file);
    return n;
}

static void max_concurrent_flow_is_that_of_the_table(void **state)
{
    (void)state;
    assert_int_equal(check_rows("max_concurrent_flow"), 18);
}

static void max_min_fair_rates_are_those_of_the_table(void **state)
{
    (void)state;
    assert_int_equal(check_rows("maxmin_fair"), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(max_concurrent_flow_is_that_of_the_table),
        cmocka_unit_test(max_min_fair_rates_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
