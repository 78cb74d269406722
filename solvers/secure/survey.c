/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/survey.h"

#include "solvers/flow/pricer.h"

static void look(const kh_pricer *pricer, kh_disjoint_ways *ways, const double *length, size_t n_wanted, kh_disjoint_by by,
                 const kh_survey *survey)
{
    for (size_t g = 0; g < pricer->n_groups; g++) {
        kh_disjoint_ways_root(ways, length, pricer->source[g]);
        for (size_t i = pricer->group[g]; i < pricer->group[g + 1]; i++) {
            size_t n = kh_disjoint_ways_find(ways, pricer->target[i], n_wanted, by);
            survey->n_ways[pricer->demand[i]] = n;
            survey->length[pricer->demand[i]] = kh_disjoint_ways_length(ways);
            for (size_t k = 0; k <= n; k++)
                survey->at_least[k]++;
        }
    }
}

kh_status kh_survey_disjoint(const kh_keyflow_problem *problem, const double *length, size_t n_wanted, kh_disjoint_by by,
                             kh_arena *arena, kh_survey *survey, kh_error *err)
{
    kh_pricer pricer;
    KH_TRY(kh_pricer_init(&pricer, problem, arena, err));
    bool *use = KH_NEW(arena, bool, problem->graph.n_links);
    for (size_t e = 0; use != NULL && e < problem->graph.n_links; e++)
        use[e] = problem->capacity_bps[e] > 0;
    kh_disjoint_ways *ways = use != NULL ? kh_disjoint_ways_create(&problem->graph, use, arena) : NULL;
    kh_survey made = {KH_NEW(arena, size_t, problem->n_demands), KH_NEW(arena, double, problem->n_demands),
                      KH_NEW(arena, size_t, n_wanted + 1)};
    if (ways == NULL || made.n_ways == NULL || made.length == NULL || made.at_least == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the disjoint paths of %zu demands", problem->n_demands);
    look(&pricer, ways, length, n_wanted, by, &made);
    *survey = made;
    return KH_OK;
}
