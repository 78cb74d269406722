/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/result.h"

/* An array of a result: as long as it is, no room to spare. */
static void *visit_array(kh_state *state, void *array, size_t *n, size_t size)
{
    size_t capacity = state->loading ? 0 : *n;
    if (state->loading)
        *n = 0;
    return kh_state_array(state, array, n, &capacity, size);
}

static void visit_series(kh_series *series, kh_state *state)
{
    size_t n = series->n;
    series->t_s = visit_array(state, series->t_s, &n, sizeof series->t_s[0]);
    series->level_bits = visit_array(state, series->level_bits, &series->n, sizeof series->level_bits[0]);
}

void kh_sim_result_visit(kh_sim_result *result, kh_state *state)
{
    KH_STATE(state, *result); /* the pointers in it are set below */
    result->demands = visit_array(state, result->demands, &result->n_demands, sizeof result->demands[0]);
    result->links = visit_array(state, result->links, &result->n_links, sizeof result->links[0]);
    result->domains = visit_array(state, result->domains, &result->n_domains, sizeof result->domains[0]);
    for (size_t i = 0; i < result->n_links && state->status == KH_OK; i++)
        visit_series(&result->links[i].level, state);
}

void kh_sim_result_visit_counts(kh_sim_result *result, kh_state *state)
{
    kh_sim_demand *demands = result->demands;
    kh_sim_link *links = result->links;
    kh_sim_domain *domains = result->domains;
    KH_STATE(state, *result);
    result->demands = demands;
    result->links = links;
    result->domains = domains;
    kh_state_visit(state, domains, result->n_domains * sizeof *domains);
    kh_state_visit(state, demands, result->n_demands * sizeof *demands);
    for (size_t i = 0; i < result->n_links; i++) {
        kh_series level = links[i].level;
        KH_STATE(state, links[i]);
        links[i].level = level;
    }
}
