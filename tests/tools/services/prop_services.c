/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of services on a shipped network with demands of random size and priority. */
#include "core/base/rng.h"
#include "core/net/load.h"
#include "models/evaluate.h"
#include "solvers/optimise.h"
#include "tests/solvers/near.h"
#include "tools/services/services.h"

enum { CASES = 6, MOST_SLOTS = 512 };

typedef struct shipped {
    kh_arena *arena;
    kh_net *net;
    kh_rates *rates;
    kh_plan *plan;
} shipped;

static int start(void **state)
{
    static shipped s;
    kh_findings *findings = kh_findings_create();
    kh_optimise_options how = {.objective = KH_OBJECTIVE_CONCURRENT};
    s.arena = kh_arena_create(0);
    bool good = kh_net_load("topologies/amsterdam-kajaani.yaml", NULL, 0, findings, &s.net, NULL) == KH_OK &&
                kh_evaluate(s.net, s.arena, &s.rates, NULL) == KH_OK &&
                kh_optimise(s.net, s.rates, &how, s.arena, &s.plan, NULL) == KH_OK;
    kh_findings_destroy(findings);
    *state = &s;
    return good ? 0 : 1;
}

static int end(void **state)
{
    shipped *s = *state;
    kh_net_destroy(s->net);
    kh_arena_destroy(s->arena);
    return 0;
}

static void draw_demands(const shipped *s, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "services");
    for (size_t i = 0; i < s->net->n_demands; i++) {
        kh_demand *d = &s->net->demands[i];
        uint32_t lines[2];
        for (int k = 0; k < 2; k++)
            lines[k] = (uint32_t)kh_rng_below(&rng, s->net->n_line_systems);
        d->between[0] = s->net->line_systems[lines[0]].ends[0];
        d->between[1] = s->net->line_systems[lines[1]].ends[1];
        if (d->between[0].i == d->between[1].i)
            d->between[1] = s->net->line_systems[lines[0]].ends[1];
        d->n_over = 0;
        d->priority = (double)kh_rng_below(&rng, 3);
        d->data_gbps = 100 + 15000 * kh_rng_uniform(&rng);
    }
}

static kh_services *plan_case(const shipped *s, uint64_t seed)
{
    kh_services *services = NULL;
    draw_demands(s, seed);
    assert_int_equal(kh_services_plan(s->net, s->rates, s->plan, s->arena, &services, NULL), KH_OK);
    return services;
}

static bool runs_on(const kh_net *net, const kh_light_stretch *stretch, uint32_t fibre)
{
    for (size_t h = 0; h < stretch->n_hops; h++) {
        const kh_line_system *line = &net->line_systems[stretch->hops[h].line.i];
        for (size_t i = 0; i < line->n_via; i++)
            if (line->via[i].i == fibre)
                return true;
    }
    return false;
}

static size_t slots_on(const kh_net *net, const kh_services *services, uint32_t fibre, kh_spectrum_slot *slots)
{
    size_t n = 0;
    for (size_t i = 0; i < services->n; i++)
        for (size_t k = 0; k < services->of[i].n_sections; k++) {
            const kh_service_section *section = &services->of[i].sections[k];
            for (size_t w = 0;
                 section->slots != NULL && runs_on(net, section->stretch, fibre) && w < section->options[0].clients.wavelengths;
                 w++) {
                assert_true(n < MOST_SLOTS);
                slots[n++] = section->slots[w];
            }
        }
    return n;
}

static void no_two_wavelengths_overlap_on_any_fibre(void **state)
{
    const shipped *s = *state;
    kh_spectrum_slot slots[MOST_SLOTS];
    size_t compared = 0;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        kh_services *services = plan_case(s, seed);
        for (uint32_t f = 0; f < s->net->n_fibres; f++) {
            size_t n = s->net->fibres[f].pairs > 1 ? 0 : slots_on(s->net, services, f, slots);
            for (size_t i = 0; i < n; i++)
                for (size_t k = i + 1; k < n; k++, compared++)
                    assert_true(slots[i].n + slots[i].m <= slots[k].n - slots[k].m ||
                                slots[k].n + slots[k].m <= slots[i].n - slots[i].m);
        }
    }
    assert_true(compared > 1000);
}

static void a_service_is_carried_whole_or_told_why_not(void **state)
{
    const shipped *s = *state;
    size_t carried = 0, left = 0;
    for (uint64_t seed = CASES; seed < 2 * CASES; seed++) {
        kh_services *services = plan_case(s, seed);
        for (size_t i = 0; i < services->n; i++) {
            const kh_service *v = &services->of[i];
            bool is_carried = v->state == KH_SERVICE_CARRIED;
            carried += is_carried;
            left += !is_carried;
            assert_int_equal(v->capacity_gbps >= s->net->demands[i].data_gbps, is_carried);
            for (size_t k = 0; is_carried && k < v->n_sections; k++) {
                const kh_service_option *chosen = &v->sections[k].options[0];
                assert_true(chosen->light->works && chosen->light->margin_db >= -0.005);
                assert_true((double)chosen->clients.wavelengths * chosen->light->rate_gbps >= s->net->demands[i].data_gbps);
                assert_true(chosen->light->shannon_gbps > chosen->light->rate_gbps);
            }
        }
    }
    assert_true(carried > 5 && left > 5);
}

static void sections_follow_each_other_from_end_to_end(void **state)
{
    const shipped *s = *state;
    for (uint64_t seed = 2 * CASES; seed < 3 * CASES; seed++) {
        kh_services *services = plan_case(s, seed);
        for (size_t i = 0; i < services->n; i++) {
            kh_node_id at = s->net->demands[i].between[0];
            double length_km = 0;
            if (services->of[i].state != KH_SERVICE_CARRIED)
                continue;
            for (size_t k = 0; k < services->of[i].n_sections; k++) {
                const kh_service_section *section = &services->of[i].sections[k];
                assert_int_equal(kh_service_section_start(s->net, section).i, at.i);
                for (size_t h = 0; h < section->stretch->n_hops; h++) {
                    const kh_node_id *ends = s->net->line_systems[section->stretch->hops[h].line.i].ends;
                    assert_true(ends[0].i == at.i || ends[1].i == at.i);
                    at = kh_node_far_end(ends, at);
                }
                length_km += section->stretch->length_km;
            }
            assert_int_equal(at.i, s->net->demands[i].between[1].i);
            assert_near(length_km, services->of[i].length_km, 1e-6);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_wavelengths_overlap_on_any_fibre),
        cmocka_unit_test(a_service_is_carried_whole_or_told_why_not),
        cmocka_unit_test(sections_follow_each_other_from_end_to_end),
    };
    return cmocka_run_group_tests(tests, start, end);
}
