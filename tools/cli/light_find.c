/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/light_out.h"

#include <math.h>
#include <string.h>

static size_t count(const bool *set, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += set[i];
    return sum;
}

static kh_status make_problem(const kh_pipeline *p, const cli_light_options *options, cli_light_one *one, kh_error *err)
{
    const kh_light_table *t = &one->table;
    kh_assign_level *levels = KH_NEW(p->arena, kh_assign_level, t->n_levels);
    if (levels == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu levels", t->n_levels);
    for (size_t i = 0; i < t->n_levels; i++) {
        levels[i] = (kh_assign_level){t->levels[i].power, t->levels[i].gbps};
        if (t->levels[i].shift_db == 0)
            one->now_gbps = (double)count(t->is_lit, t->n_channels) * t->levels[i].gbps;
    }
    one->problem = (kh_assign_problem){.n_channels = t->n_channels,
                                       .noise = t->noise,
                                       .n_points = t->n_points,
                                       .noise_at = t->noise_at,
                                       .rate_bps = t->rate_bps,
                                       .may_quantum = t->may_quantum,
                                       .may_classical = t->may_classical,
                                       .guard = t->guard,
                                       .n_quantum = (size_t)options->n_quantum,
                                       .levels = levels,
                                       .n_levels = t->n_levels,
                                       .wanted_gbps = isnan(options->wanted_gbps) ? one->now_gbps : options->wanted_gbps,
                                       .n_elsewhere = (size_t)options->other_pairs * count(t->may_classical, t->n_channels),
                                       .lp_program = options->lp_program,
                                       .mps = options->mps};
    return KH_OK;
}

static kh_status check(const kh_pipeline *p, cli_light_one *one, kh_error *err)
{
    KH_TRY(kh_assign_verify(&one->problem, &one->assign, err));
    for (size_t q = 0; q < one->table.n_channels; q++) {
        double rate_bps;
        const kh_light_choice choice = {q, one->assign.classical, one->table.levels[one->assign.level].power};
        if (!one->assign.quantum[q])
            continue;
        KH_TRY(kh_light_table_check(p->net, one->link, &one->table, &choice, &rate_bps, err));
        one->checked_bps += rate_bps;
    }
    return KH_OK;
}

/* @param n_left  links to be done, with this one: they share the time */
static kh_status find_one(const kh_pipeline *p, const cli_light_options *options, size_t n_left, cli_light_one *one, kh_error *err)
{
    kh_qkd_link_id link = one->link;
    one->now_bps = p->rates->qkd[link.i].per_module_bps;
    KH_TRY(kh_light_table_make(p->net, link, p->arena, &one->table, err));
    KH_TRY(make_problem(p, options, one, err));
    if (one->table.n_levels == 0)
        return kh_fail(err, KH_ERANGE, "no mode works on the line beside it");
    one->problem.time_limit_s = kh_pipeline_left_s(p, options->time_limit_s, n_left * (options->front ? 2 : 1));
    KH_TRY(kh_assign_solve(&one->problem, p->arena, &one->assign, err));
    KH_TRY(check(p, one, err));
    if (!options->front)
        return KH_OK;
    one->offers = KH_NEW(p->arena, kh_assign_offer, (one->table.n_channels + 1) * one->table.n_levels);
    if (one->offers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu offers", one->table.n_channels);
    one->problem.time_limit_s = kh_pipeline_left_s(p, options->time_limit_s, n_left);
    kh_error late = {0};
    kh_status status = kh_assign_front(&one->problem, p->arena, one->offers, &one->n_offers, &late);
    one->all_offers = status == KH_OK;
    if (status != KH_OK && status != KH_TIMELIMIT && err != NULL)
        *err = late;
    return status == KH_TIMELIMIT ? KH_OK : status;
}

kh_status cli_light_find(const kh_pipeline *p, const cli_light_options *options, cli_light *light, kh_error *err)
{
    *light = (cli_light){.links = KH_NEW(p->arena, cli_light_one, p->net->n_qkd_links)};
    if (light->links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", p->net->n_qkd_links);
    if (options->link != NULL && kh_net_qkd_link(p->net, options->link).i == KH_NO_INDEX)
        return kh_fail(err, KH_ERANGE, "there is no QKD link '%s'", options->link);
    for (uint32_t e = 0; e < p->net->n_qkd_links; e++) {
        const kh_qkd_link *link = &p->net->qkd_links[e];
        if (options->link == NULL ? kh_light_table_applies(p->net, link) : strcmp(options->link, link->id) == 0)
            light->links[light->n++] = (cli_light_one){.link = {e}};
    }
    for (size_t i = 0; i < light->n; i++) {
        kh_status status = find_one(p, options, light->n - i, &light->links[i], err);
        if (status != KH_OK)
            return kh_while(err, status == KH_UNMET ? KH_EINTERNAL : status, "light beside link '%s'",
                            p->net->qkd_links[light->links[i].link.i].id);
    }
    return KH_OK;
}
