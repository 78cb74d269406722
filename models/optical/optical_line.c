/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical.h"

#include "core/base/str.h"
#include "models/optical/optical_choice.h"
#include "models/optical/optical_fibre.h"

#include <math.h>
#include <stdbool.h>

enum { SCRATCH_LIMIT = 256 << 20 };

/* One route being rated. */
typedef struct rating {
    const kh_net *net;
    const kh_optical_route *route;
    kh_optical_layout layout;
    kh_optical_choice choice; /* in scratch memory */
    kh_arena *arena;          /* of what is handed out */
    kh_error *err;
} rating;

static kh_status no_memory(const rating *r)
{
    return kh_fail(r->err, KH_ENOMEM, "out of memory for a line system");
}

static const kh_mode *mode_of(const rating *r, const kh_optical_trial *t)
{
    return &r->net->modes[t->mode.i];
}

static bool works(const kh_optical_trial *t)
{
    return t != NULL && t->judged && t->verdict.obstacle == KH_OPTICAL_CLEAR;
}

/* --- words --- */

/* Why a mode was not chosen; NULL when memory is out. */
static const char *obstacle_of(const rating *r, const kh_optical_trial *t)
{
    if (t->misfit != NULL)
        return t->misfit;
    return kh_optical_mode_explain(mode_of(r, t), r->choice.margin_db, &r->choice.path, &t->verdict, r->arena);
}

/* The mode of more capacity that comes nearest, or NULL when the best is the largest allowed. */
static const kh_optical_trial *find_next(const rating *r, const kh_optical_carrier *carrier)
{
    const kh_optical_trial *next = NULL;
    for (size_t i = 0; i < carrier->n; i++) {
        const kh_optical_trial *t = &carrier->trials[i];
        if (mode_of(r, t)->rate_gbps <= mode_of(r, carrier->best)->rate_gbps || works(t))
            continue;
        bool nearer = next == NULL || (t->judged && (!next->judged || t->verdict.margin_db > next->verdict.margin_db));
        next = nearer ? t : next;
    }
    return next;
}

static void write_generic(const rating *r, const kh_optical_trial *best, kh_str *out)
{
    const kh_mode *mode = mode_of(r, best);
    kh_str_printf(out, "mode '%s' carries %.0f of %.0f Gbit/s with a gap of %g dB + %g dB margin", mode->id,
                  best->verdict.rate_gbps, mode->rate_gbps, mode->shannon_gap_db, r->choice.margin_db);
}

static void write_fixed(const rating *r, const kh_optical_trial *best, bool largest, kh_str *out)
{
    const kh_mode *mode = mode_of(r, best);
    kh_str_printf(out, "mode '%s' is %s%.1f dB above %g dB + %g dB margin", mode->id, largest ? "the largest allowed, " : "",
                  best->verdict.margin_db, mode->required_osnr_db, r->choice.margin_db);
    if (best->verdict.penalty_db > 0.0)
        kh_str_printf(out, " + %.1f dB penalties", best->verdict.penalty_db);
}

static kh_status write_carrier(const rating *r, const kh_optical_carrier *carrier, kh_str *out)
{
    const kh_optical_trial *best = carrier->best, *next = works(best) ? find_next(r, carrier) : NULL;
    if (best == NULL) {
        kh_str_append(out, "no transceiver mode is allowed");
        return KH_OK;
    }
    const kh_optical_trial *blocked = works(best) ? next : best;
    const char *obstacle = blocked == NULL ? "" : obstacle_of(r, blocked);
    if (obstacle == NULL)
        return no_memory(r);
    if (!works(best)) {
        kh_str_printf(out, "nearest mode '%s' %s", mode_of(r, best)->id, obstacle);
        return KH_OK;
    }
    if (isnan(mode_of(r, best)->required_osnr_db))
        write_generic(r, best, out);
    else
        write_fixed(r, best, next == NULL, out);
    if (next != NULL)
        kh_str_printf(out, "; more: '%s' %s", mode_of(r, next)->id, obstacle);
    return KH_OK;
}

static kh_status write_reason(const rating *r, kh_str *out)
{
    for (size_t k = 0; k < r->choice.plan.n; k++) {
        if (r->choice.plan.parts[k].id != NULL)
            kh_str_printf(out, "%scomb '%s': ", k == 0 ? "" : "; ", r->choice.plan.parts[k].id);
        KH_TRY(write_carrier(r, &r->choice.carriers[k], out));
    }
    if (r->layout.assumed != NULL)
        kh_str_printf(out, "; %s", r->layout.assumed);
    if (r->choice.lit && r->choice.path.raman)
        kh_str_append(out, "; amplifiers level the tilt of Raman scattering between channels");
    return KH_OK;
}

static kh_status explain(const rating *r, kh_line_rate *out)
{
    kh_str text = {0};
    kh_status status = write_reason(r, &text);
    out->reason = status == KH_OK && !text.failed ? kh_arena_strdup(r->arena, kh_str_text(&text)) : NULL;
    kh_str_clear(&text);
    return status == KH_OK && out->reason == NULL ? no_memory(r) : status;
}

/* --- numbers --- */

/* Every channel through the transmitters of its comb's mode, or of the nearest. */
static void add_transmitters(rating *r)
{
    for (size_t k = 0; k < r->choice.plan.n; k++) {
        const kh_optical_carrier *carrier = &r->choice.carriers[k];
        if (carrier->best == NULL || !carrier->best->judged || isnan(mode_of(r, carrier->best)->tx_osnr_db))
            continue;
        for (size_t i = 0; i < carrier->which.n; i++) {
            size_t channel = carrier->which.index[i];
            kh_optical_channel_add_tx(&r->choice.path.channels[channel], r->choice.comb.baud_hz[channel],
                                      mode_of(r, carrier->best)->tx_osnr_db);
        }
    }
}

static double shannon_gbps(const rating *r, const kh_optical_selection *which)
{
    double sum_bps = 0.0;
    for (size_t i = 0; i < which->n; i++)
        sum_bps +=
            kh_optical_channel_shannon_bps(&r->choice.path.channels[which->index[i]], r->choice.comb.baud_hz[which->index[i]]);
    return sum_bps * 1e-9;
}

static kh_comb_rate rate_carrier(const rating *r, size_t k)
{
    const kh_optical_part *part = &r->choice.plan.parts[k];
    const kh_optical_trial *best = r->choice.carriers[k].best;
    bool judged = best != NULL && best->judged, clear = works(best);
    kh_comb_rate rate = {.comb = part->comb,
                         .mode = {clear ? best->mode.i : KH_NO_INDEX},
                         .channels = part->grid.channels,
                         .rate_gbps = clear ? best->verdict.rate_gbps : 0.0,
                         .margin_db = (double)NAN,
                         .gsnr_01nm_db = judged ? best->verdict.gsnr_01nm_db : (double)NAN,
                         .penalty_db = judged ? best->verdict.penalty_db : (double)NAN,
                         .shannon_gbps = r->choice.lit ? shannon_gbps(r, &r->choice.carriers[k].which) : (double)NAN};
    if (judged && (clear || best->verdict.margin_db < 0.0))
        rate.margin_db = best->verdict.margin_db;
    return rate;
}

static void report_light(const rating *r, kh_line_rate *out)
{
    const kh_optical_path *path = &r->choice.path;
    size_t worst = 0;
    for (size_t i = 1; i < path->n; i++)
        if (path->channels[i].gsnr_01nm_db < path->channels[worst].gsnr_01nm_db)
            worst = i;
    const kh_optical_channel *channel = &path->channels[worst];
    out->gsnr_db = channel->gsnr_db;
    out->gsnr_01nm_db = channel->gsnr_01nm_db;
    out->osnr_01nm_db = channel->osnr_01nm_db;
    out->cd_ps_nm = channel->cd_ps_nm;
    out->rx_power_dbm = channel->rx_power_dbm;
    out->shannon_gbps = kh_optical_shannon_bps(path, &r->choice.comb) * 1e-9;
    out->pmd_ps = path->pmd_ps;
    out->pdl_db = path->pdl_db;
}

static kh_status report_choice(rating *r, kh_line_rate *out)
{
    size_t n = r->choice.plan.n;
    kh_comb_rate *combs = KH_NEW(r->arena, kh_comb_rate, n);
    if (combs == NULL)
        return no_memory(r);
    if (r->choice.lit) {
        add_transmitters(r);
        report_light(r, out);
    }
    double most_gbps = 0.0;
    for (size_t k = 0; k < n; k++) {
        combs[k] = rate_carrier(r, k);
        double carried_gbps = combs[k].channels * combs[k].rate_gbps;
        out->capacity_gbps += carried_gbps;
        out->margin_db = fmin(out->margin_db, combs[k].margin_db); /* of those that are given */
        if (carried_gbps > most_gbps) {
            most_gbps = carried_gbps;
            out->mode = combs[k].mode;
        }
    }
    out->combs = combs;
    out->n_combs = n;
    return explain(r, out);
}

/* Values that the network knows without any light: reported also when the light does not get through. */
static kh_line_rate start_report(const rating *r)
{
    kh_line_rate out = {.length_km = r->layout.length_km,
                        .loss_db = r->layout.loss_db,
                        .spans = (double)r->layout.n_spans,
                        .gsnr_db = (double)NAN,
                        .gsnr_01nm_db = (double)NAN,
                        .osnr_01nm_db = (double)NAN,
                        .margin_db = (double)NAN,
                        .cd_ps_nm = (double)NAN,
                        .pmd_ps = (double)NAN,
                        .pdl_db = (double)NAN,
                        .rx_power_dbm = (double)NAN,
                        .mode = {KH_NO_INDEX},
                        .reason = r->layout.obstacle};
    const kh_optical_fibre whole = {.length_km = r->layout.length_km};
    out.latency_ms = kh_optical_fibre_latency_ms(&whole);
    for (size_t k = 0; k < r->choice.plan.n; k++)
        out.channels += r->choice.plan.parts[k].grid.channels;
    return out;
}

/* --- one route --- */

/* Absurd combs are refused even when no light is computed. */
static kh_status read_plan(rating *r)
{
    kh_optical_choice *c = &r->choice;
    kh_optical_comb comb;
    kh_line_id first = r->route->hops[0].line;
    KH_TRY(kh_optical_plan_read(r->net, first, c->arena, &c->plan, r->err));
    KH_TRY(kh_optical_route_comb(r->net, first, (double)INFINITY, c->arena, &comb, r->err));
    c->carriers = KH_NEW(c->arena, kh_optical_carrier, c->plan.n);
    return c->carriers == NULL ? no_memory(r) : KH_OK;
}

static double largest_margin_db(const rating *r)
{
    double most_db = 0.0;
    for (size_t h = 0; h < r->route->n_hops; h++)
        most_db = fmax(most_db, r->net->line_systems[r->route->hops[h].line.i].margin_db);
    return most_db;
}

/* Everything before the light. */
static kh_status prepare(rating *r)
{
    if (r->route->n_hops == 0)
        return kh_fail(r->err, KH_ERANGE, "a route of no line system");
    KH_TRY(read_plan(r));
    KH_TRY(kh_optical_route_build(r->net, r->route, r->arena, &r->layout, r->err));
    r->choice.chain = &r->layout.chain;
    r->choice.margin_db = largest_margin_db(r);
    return kh_optical_choice_list(&r->choice, r->route, r->err);
}

static kh_status evaluate(rating *r, kh_line_rate *out)
{
    KH_TRY(prepare(r));
    kh_line_rate made = start_report(r);
    if (r->layout.obstacle == NULL && r->net->n_modes == 0)
        made.reason = "no transceiver mode is given";
    else if (r->layout.obstacle == NULL) {
        KH_TRY(kh_optical_choice_find(&r->choice, r->err));
        KH_TRY(report_choice(r, &made));
    }
    *out = made;
    return KH_OK;
}

kh_status kh_optical_route_rate(const kh_net *net, const kh_optical_route *route, kh_arena *arena, kh_line_rate *out, kh_error *err)
{
    rating r = {.net = net, .route = route, .arena = arena, .err = err};
    kh_arena *scratch = kh_arena_create(SCRATCH_LIMIT);
    r.choice = (kh_optical_choice){.net = net, .arena = scratch};
    kh_status status = scratch == NULL ? no_memory(&r) : evaluate(&r, out);
    kh_arena_destroy(scratch);
    return status;
}

kh_status kh_optical_line(const kh_net *net, kh_line_id line, kh_arena *arena, kh_line_rate *out, kh_error *err)
{
    const kh_optical_hop hop = {.line = line};
    const kh_optical_route route = {.hops = &hop, .n_hops = 1};
    return kh_optical_route_rate(net, &route, arena, out, err);
}
