/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/services/light.h"

#include "models/optical/optical_fibre.h"
#include "models/optical/optical_mode.h"

#include <math.h>
#include <string.h>

enum { SCRATCH_LIMIT = 256 << 20 };

static const double same_baud_gbd = 0.01; /* symbol rates that are one within rounding of data sheets */

/* The interference matrices of one symbol rate: combs of one plan share them. */
typedef struct store {
    double baud_gbd;
    kh_optical_cache *cache;
} store;

struct kh_light {
    const kh_net *net;
    kh_arena *arena;
    store *stores;
    size_t n_stores;
    kh_light_stretch **stretches;
    size_t n, room;
};

/* One direction of a stretch at one symbol rate. */
typedef struct lit {
    double baud_gbd;
    kh_optical_comb comb;
    kh_optical_path path;
} lit;

typedef struct run {
    kh_light *light;
    kh_light_stretch *stretch;
    kh_optical_layout layout;
    lit *lit;
    size_t n_lit;
    double margin_db;
    kh_arena *scratch;
    kh_error *err;
} run;

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "light over line systems");
}

kh_light *kh_light_create(const kh_net *net, kh_arena *arena)
{
    kh_light *light = KH_NEW(arena, kh_light, 1);
    store *stores = KH_NEW(arena, store, net->n_modes);
    if (light == NULL || stores == NULL)
        return NULL;
    *light = (kh_light){.net = net, .arena = arena, .stores = stores};
    return light;
}

static kh_optical_cache *cache_of(kh_light *light, double baud_gbd)
{
    for (size_t i = 0; i < light->n_stores; i++)
        if (light->stores[i].baud_gbd == baud_gbd)
            return light->stores[i].cache;
    store made = {baud_gbd, kh_optical_cache_create(light->arena)};
    light->stores[light->n_stores++] = made;
    return made.cache;
}

/* --- which modes, and how wide --- */

static const kh_line_system *line_of(const run *r, size_t hop)
{
    return &r->light->net->line_systems[r->stretch->hops[hop].line.i];
}

static kh_status list_modes(run *r)
{
    const kh_net *net = r->light->net;
    kh_light_stretch *stretch = r->stretch;
    stretch->modes = KH_NEW(r->light->arena, kh_light_mode, net->n_modes);
    if (stretch->modes == NULL)
        return no_memory(r->err);
    for (uint32_t m = 0; m < net->n_modes; m++) {
        bool allowed = true;
        for (size_t h = 0; allowed && h < stretch->n_hops; h++)
            allowed = kh_line_allows(line_of(r, h), (kh_mode_id){m});
        if (allowed)
            stretch->modes[stretch->n_modes++] = (kh_light_mode){.mode = {m},
                                                                 .rate_gbps = net->modes[m].rate_gbps,
                                                                 .margin_db = (double)NAN,
                                                                 .gsnr_01nm_db = (double)NAN,
                                                                 .shannon_gbps = (double)NAN};
    }
    if (stretch->n_modes == 0)
        stretch->obstacle = "the line systems have no transceiver mode in common";
    return KH_OK;
}

static bool takes(const kh_optical_comb *comb, size_t channel, const kh_mode *mode)
{
    return comb->slot_hz[channel] * 1e-9 >= kh_mode_need_ghz(mode) - 1e-6 &&
           fabs(comb->baud_hz[channel] * 1e-9 - mode->baud_gbd) <= same_baud_gbd;
}

/* The narrowest channel of a line that takes the mode, INFINITY when none does; the widest channel there is. */
static kh_status find_slot(run *r, size_t hop, const kh_mode *mode, double *slot_ghz, double *widest_ghz)
{
    kh_optical_comb comb;
    *slot_ghz = (double)INFINITY;
    *widest_ghz = 0.0;
    KH_TRY(kh_optical_route_comb(r->light->net, r->stretch->hops[hop].line, mode->baud_gbd, r->scratch, &comb, r->err));
    for (size_t i = 0; i < comb.n; i++) {
        *widest_ghz = fmax(*widest_ghz, comb.slot_hz[i] * 1e-9);
        if (takes(&comb, i, mode))
            *slot_ghz = fmin(*slot_ghz, comb.slot_hz[i] * 1e-9);
    }
    return KH_OK;
}

static kh_status fit_mode(run *r, kh_light_mode *out)
{
    const kh_mode *mode = &r->light->net->modes[out->mode.i];
    for (size_t h = 0; h < r->stretch->n_hops; h++) {
        double slot_ghz, widest_ghz;
        KH_TRY(find_slot(r, h, mode, &slot_ghz, &widest_ghz));
        out->width_ghz = fmax(out->width_ghz, slot_ghz);
        if (isfinite(slot_ghz) || out->too_wide)
            continue;
        const char *id = line_of(r, h)->id;
        out->too_wide = true;
        if (widest_ghz < kh_mode_need_ghz(mode))
            out->obstacle =
                kh_arena_printf(r->light->arena, "needs %g GHz spacing, %s has %g GHz", kh_mode_need_ghz(mode), id, widest_ghz);
        else
            out->obstacle = kh_arena_printf(r->light->arena, "runs at %g GBd, %s at another symbol rate", mode->baud_gbd, id);
        if (out->obstacle == NULL)
            return no_memory(r->err);
    }
    if (out->too_wide)
        out->width_ghz = (double)NAN;
    return KH_OK;
}

/* --- one direction --- */

static kh_status find_lit(run *r, double baud_gbd, const lit **found)
{
    for (size_t i = 0; i < r->n_lit; i++)
        if (r->lit[i].baud_gbd == baud_gbd) {
            *found = &r->lit[i];
            return KH_OK;
        }
    lit *made = &r->lit[r->n_lit];
    made->baud_gbd = baud_gbd;
    KH_TRY(kh_optical_route_comb(r->light->net, r->stretch->hops[0].line, baud_gbd, r->scratch, &made->comb, r->err));
    KH_TRY(kh_optical_run(&r->layout.chain, &made->comb, (double)INFINITY, cache_of(r->light, baud_gbd), r->scratch, &made->path,
                          r->err));
    r->n_lit++;
    *found = made;
    return KH_OK;
}

static const char *say_obstacle(const run *r, const kh_mode *mode, const lit *l, const kh_optical_verdict *verdict)
{
    kh_arena *arena = r->light->arena;
    switch (verdict->obstacle) {
    case KH_OPTICAL_LACKS_OSNR:
        if (verdict->penalty_db > 0.0)
            return kh_arena_printf(arena, "misses %g dB + %.1f dB of penalties + %g dB margin by %.1f dB", mode->required_osnr_db,
                                   verdict->penalty_db, r->margin_db, fmax(-verdict->margin_db, 0.0));
        return kh_arena_printf(arena, "misses %g dB + %g dB margin by %.1f dB", mode->required_osnr_db, r->margin_db,
                               fmax(-verdict->margin_db, 0.0));
    case KH_OPTICAL_TOO_MUCH_CD:
        return kh_arena_printf(arena, "does not correct the %.0f ps/nm of dispersion",
                               fabs(l->path.channels[verdict->worst].cd_ps_nm));
    case KH_OPTICAL_TOO_MUCH_PMD:
        return kh_arena_printf(arena, "does not bear the %.1f ps of PMD", l->path.pmd_ps);
    case KH_OPTICAL_TOO_MUCH_PDL:
        return kh_arena_printf(arena, "does not bear the %.1f dB of PDL", l->path.pdl_db);
    case KH_OPTICAL_CLEAR:
        return NULL;
    }
    return NULL;
}

static kh_status select_channels(const run *r, const kh_mode *mode, const lit *l, kh_optical_selection *which)
{
    size_t *index = KH_NEW(r->scratch, size_t, l->comb.n);
    if (index == NULL)
        return no_memory(r->err);
    *which = (kh_optical_selection){.index = index};
    for (size_t i = 0; i < l->comb.n; i++)
        if (takes(&l->comb, i, mode))
            index[which->n++] = i;
    return KH_OK;
}

/* Does this say less of the mode than what was found before? A mode that adapts lowers its rate and has no margin then. */
static bool is_worse(const kh_light_mode *before, const kh_optical_verdict *verdict)
{
    bool works = verdict->obstacle == KH_OPTICAL_CLEAR;
    if (isnan(before->margin_db) || before->works != works)
        return isnan(before->margin_db) || !works;
    if (works && verdict->rate_gbps != before->rate_gbps)
        return verdict->rate_gbps < before->rate_gbps;
    return verdict->margin_db < before->margin_db;
}

static kh_status judge(run *r, kh_light_mode *out)
{
    const kh_mode *mode = &r->light->net->modes[out->mode.i];
    const lit *l = NULL;
    kh_optical_selection which;
    KH_TRY(find_lit(r, mode->baud_gbd, &l));
    KH_TRY(select_channels(r, mode, l, &which));
    kh_optical_verdict verdict = kh_optical_mode_judge(mode, r->margin_db, &l->path, &l->comb, &which);
    if (!is_worse(out, &verdict))
        return KH_OK;
    out->works = verdict.obstacle == KH_OPTICAL_CLEAR;
    out->rate_gbps = out->works ? verdict.rate_gbps : mode->rate_gbps;
    out->margin_db = verdict.margin_db;
    out->gsnr_01nm_db = verdict.gsnr_01nm_db;
    out->shannon_gbps = kh_optical_shannon_bps(&l->path, &l->comb) * 1e-9;
    out->obstacle = say_obstacle(r, mode, l, &verdict);
    return out->works || out->obstacle != NULL ? KH_OK : no_memory(r->err);
}

static kh_status run_direction(run *r, const kh_optical_route *route)
{
    r->n_lit = 0;
    r->lit = KH_NEW(r->scratch, lit, r->light->net->n_modes);
    if (r->lit == NULL)
        return no_memory(r->err);
    KH_TRY(kh_optical_route_build(r->light->net, route, r->light->arena, &r->layout, r->err));
    if (r->layout.obstacle != NULL) {
        r->stretch->obstacle = r->layout.obstacle;
        return KH_OK;
    }
    for (size_t i = 0; i < r->stretch->n_modes; i++)
        if (!r->stretch->modes[i].too_wide)
            KH_TRY(judge(r, &r->stretch->modes[i]));
    return KH_OK;
}

static kh_status turn_round(const run *r, kh_optical_route *turned)
{
    size_t n = r->stretch->n_hops;
    kh_optical_hop *hops = KH_NEW(r->scratch, kh_optical_hop, n);
    if (hops == NULL)
        return no_memory(r->err);
    for (size_t i = 0; i < n; i++)
        hops[i] = (kh_optical_hop){r->stretch->hops[n - 1 - i].line, !r->stretch->hops[n - 1 - i].backward};
    *turned = (kh_optical_route){hops, n};
    return KH_OK;
}

/* --- a stretch --- */

static void measure(run *r)
{
    for (size_t h = 0; h < r->stretch->n_hops; h++) {
        const kh_line_system *line = line_of(r, h);
        r->margin_db = fmax(r->margin_db, line->margin_db);
        for (size_t i = 0; i < line->n_via; i++) {
            kh_optical_fibre fibre = {.length_km = r->light->net->fibres[line->via[i].i].length_km};
            r->stretch->length_km += fibre.length_km;
            r->stretch->latency_ms += kh_optical_fibre_latency_ms(&fibre);
        }
    }
}

/* Where light passes from one line to the next there must be ROADMs. */
static kh_status find_bare_end(run *r)
{
    for (size_t h = 0; h < r->stretch->n_hops && r->stretch->n_hops > 1; h++) {
        if (!isnan(line_of(r, h)->roadm_target_dbm))
            continue;
        r->stretch->obstacle = kh_arena_printf(r->light->arena, "%s has no ROADM that passes light on", line_of(r, h)->id);
        return r->stretch->obstacle == NULL ? no_memory(r->err) : KH_OK;
    }
    return KH_OK;
}

static void give_up_modes(kh_light_stretch *stretch)
{
    for (size_t i = 0; i < stretch->n_modes; i++) {
        stretch->modes[i].works = false;
        if (stretch->modes[i].obstacle == NULL)
            stretch->modes[i].obstacle = stretch->obstacle;
    }
}

static kh_status compute(run *r)
{
    kh_optical_route forth = {r->stretch->hops, r->stretch->n_hops}, back;
    measure(r);
    KH_TRY(list_modes(r));
    for (size_t i = 0; i < r->stretch->n_modes; i++)
        KH_TRY(fit_mode(r, &r->stretch->modes[i]));
    if (r->stretch->obstacle == NULL)
        KH_TRY(find_bare_end(r));
    if (r->stretch->obstacle == NULL)
        KH_TRY(run_direction(r, &forth));
    if (r->stretch->obstacle == NULL) {
        KH_TRY(turn_round(r, &back));
        KH_TRY(run_direction(r, &back));
    }
    if (r->stretch->obstacle != NULL)
        give_up_modes(r->stretch);
    return KH_OK;
}

static const kh_light_stretch *look_up(const kh_light *light, const kh_optical_route *route)
{
    for (size_t i = 0; i < light->n; i++) {
        const kh_light_stretch *s = light->stretches[i];
        bool same = s->n_hops == route->n_hops;
        for (size_t h = 0; same && h < s->n_hops; h++)
            same = s->hops[h].line.i == route->hops[h].line.i && s->hops[h].backward == route->hops[h].backward;
        if (same)
            return s;
    }
    return NULL;
}

static kh_status add_stretch(kh_light *light, const kh_optical_route *route, kh_light_stretch **added, kh_error *err)
{
    kh_light_stretch *made = KH_NEW(light->arena, kh_light_stretch, 1);
    kh_optical_hop *hops = KH_NEW(light->arena, kh_optical_hop, route->n_hops);
    if (made == NULL || hops == NULL)
        return no_memory(err);
    if (light->n == light->room) {
        kh_light_stretch **grown = kh_arena_grow(light->arena, light->stretches, light->n, &light->room, sizeof *light->stretches);
        if (grown == NULL)
            return no_memory(err);
        light->stretches = grown;
    }
    memcpy(hops, route->hops, route->n_hops * sizeof *hops);
    *made = (kh_light_stretch){.hops = hops, .n_hops = route->n_hops};
    *added = made;
    return KH_OK;
}

kh_status kh_light_find(kh_light *light, const kh_optical_route *route, const kh_light_stretch **stretch, kh_error *err)
{
    const kh_light_stretch *known = look_up(light, route);
    if (known != NULL) {
        *stretch = known;
        return KH_OK;
    }
    run r = {.light = light, .err = err};
    KH_TRY(add_stretch(light, route, &r.stretch, err));
    r.scratch = kh_arena_create(SCRATCH_LIMIT);
    kh_status status = r.scratch == NULL ? no_memory(err) : compute(&r);
    kh_arena_destroy(r.scratch);
    KH_TRY(status);
    light->stretches[light->n++] = r.stretch;
    *stretch = r.stretch;
    return KH_OK;
}

kh_status kh_light_find_band(kh_light *light, kh_line_id line, kh_light_band *band, kh_error *err)
{
    kh_optical_comb comb;
    const kh_line_system *system = &light->net->line_systems[line.i];
    KH_TRY(kh_optical_route_comb(light->net, line, system->spacing_ghz, light->arena, &comb, err));
    kh_light_band found = {(comb.freq_hz[0] - comb.slot_hz[0] / 2) * 1e-12,
                           (comb.freq_hz[comb.n - 1] + comb.slot_hz[comb.n - 1] / 2) * 1e-12, (double)INFINITY};
    for (size_t i = 0; i < comb.n; i++)
        found.slot_ghz = fmin(found.slot_ghz, comb.slot_hz[i] * 1e-9);
    *band = found;
    return KH_OK;
}
