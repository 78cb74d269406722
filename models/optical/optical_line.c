/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical.h"

#include "models/optical/optical_fibre.h"
#include "models/optical/optical_layout.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { SCRATCH_LIMIT = 128 << 20 };

static const double same_baud_gbd = 0.01; /* symbol rates that are one within rounding of data sheets */

/* How one mode fares. */
typedef struct trial {
    kh_mode_id mode;
    bool judged; /* the light was computed; the numbers below are there */
    bool works;
    kh_optical_comb comb;
    kh_optical_path path; /* transmitter noise included */
    double margin_db;     /* above required OSNR and margin */
    const char *obstacle; /* NULL when it works */
} trial;

typedef struct chooser {
    const kh_net *net;
    const kh_line_system *system;
    kh_optical_layout layout;
    kh_optical_cache *cache;
    kh_arena *arena, *scratch; /* texts live in the first, everything else in the second */
    trial *trials;
    size_t n;
    kh_error *err;
} chooser;

static kh_status no_memory(const chooser *c)
{
    return kh_fail(c->err, KH_ENOMEM, "out of memory for a line system");
}

static const kh_mode *mode_of(const chooser *c, const trial *t)
{
    return &c->net->modes[t->mode.i];
}

/* Spacing and symbol rate, before any light is computed. */
static const char *find_misfit(const chooser *c, const kh_mode *mode)
{
    const kh_line_system *system = c->system;
    double need_ghz = fmax(isnan(mode->min_spacing_ghz) ? 0.0 : mode->min_spacing_ghz, mode->baud_gbd);
    if (need_ghz > system->spacing_ghz)
        return kh_arena_printf(c->arena, "needs %g GHz spacing, the line has %g GHz", need_ghz, system->spacing_ghz);
    if (!isnan(system->baud_gbd) && fabs(system->baud_gbd - mode->baud_gbd) > same_baud_gbd)
        return kh_arena_printf(c->arena, "runs at %g GBd, the line at %g GBd", mode->baud_gbd, system->baud_gbd);
    return "";
}

/* The line's channel plan at one symbol rate. */
static kh_status light_channels(const chooser *c, double baud_gbd, kh_optical_comb *comb)
{
    kh_optical_grid grid = {.first_thz = c->system->first_thz,
                            .spacing_ghz = c->system->spacing_ghz,
                            .channels = c->system->channels,
                            .baud_gbd = baud_gbd,
                            .launch_dbm = c->system->launch_dbm};
    return kh_optical_comb_grid(&grid, c->scratch, comb, c->err);
}

static kh_status run_light(const chooser *c, double baud_gbd, kh_optical_comb *comb, kh_optical_path *path)
{
    KH_TRY(light_channels(c, baud_gbd, comb));
    return kh_optical_run(&c->layout.chain, comb, (double)INFINITY, c->cache, c->scratch, path, c->err);
}

/* Light over the comb of this symbol rate: that of an earlier mode without its transmitter, or a new run. */
typedef struct light {
    double baud_gbd;
    kh_optical_comb comb;
    kh_optical_path path;
} light;

static kh_status find_light(const chooser *c, light *lights, size_t *n, double baud_gbd, const light **out)
{
    size_t i = 0;
    while (i < *n && lights[i].baud_gbd != baud_gbd)
        i++;
    if (i == *n) {
        lights[i].baud_gbd = baud_gbd;
        KH_TRY(run_light(c, baud_gbd, &lights[i].comb, &lights[i].path));
        (*n)++;
    }
    *out = &lights[i];
    return KH_OK;
}

static kh_status copy_path(const chooser *c, const light *source, trial *t)
{
    t->comb = source->comb;
    t->path = source->path;
    t->path.channels = KH_NEW(c->scratch, kh_optical_channel, source->path.n);
    if (t->path.channels == NULL)
        return no_memory(c);
    memcpy(t->path.channels, source->path.channels, source->path.n * sizeof *t->path.channels);
    return KH_OK;
}

static double largest_cd_ps_nm(const kh_optical_path *path)
{
    double largest = 0.0;
    for (size_t i = 0; i < path->n; i++)
        largest = fmax(largest, fabs(path->channels[i].cd_ps_nm));
    return largest;
}

/* GNPy's rule: the GSNR, rounded to 0.01 dB, must be above the requirement. */
static kh_status judge(const chooser *c, trial *t)
{
    const kh_mode *mode = mode_of(c, t);
    double need_db = mode->required_osnr_db + c->system->margin_db;
    double gsnr_db = t->path.channels[t->path.worst].gsnr_01nm_db, cd_ps_nm = largest_cd_ps_nm(&t->path);
    t->judged = true;
    t->margin_db = gsnr_db - need_db;
    t->works = false;
    if (!(round(gsnr_db * 100.0) / 100.0 > need_db))
        t->obstacle = kh_arena_printf(c->arena, "misses %g dB + %g dB margin by %.1f dB (GSNR %.1f dB in 0.1 nm)",
                                      mode->required_osnr_db, c->system->margin_db, fmax(-t->margin_db, 0.0), gsnr_db);
    else if (cd_ps_nm > mode->max_cd_ps_nm)
        t->obstacle =
            kh_arena_printf(c->arena, "corrects %g ps/nm of dispersion, the line has %.0f ps/nm", mode->max_cd_ps_nm, cd_ps_nm);
    else if (t->path.pmd_ps > mode->max_pmd_ps)
        t->obstacle = kh_arena_printf(c->arena, "bears %g ps of PMD, the line has %.1f ps", mode->max_pmd_ps, t->path.pmd_ps);
    else
        t->works = true;
    return t->works || t->obstacle != NULL ? KH_OK : no_memory(c);
}

static kh_status try_mode(const chooser *c, light *lights, size_t *n_lights, trial *t)
{
    const kh_mode *mode = mode_of(c, t);
    const char *misfit = find_misfit(c, mode);
    if (misfit == NULL)
        return no_memory(c);
    if (misfit[0] != '\0') {
        t->obstacle = misfit;
        return KH_OK;
    }
    const light *source = NULL;
    KH_TRY(find_light(c, lights, n_lights, mode->baud_gbd, &source));
    KH_TRY(copy_path(c, source, t));
    if (!isnan(mode->tx_osnr_db))
        kh_optical_path_add_tx(&t->path, &t->comb, mode->tx_osnr_db);
    return judge(c, t);
}

static kh_status try_modes(chooser *c)
{
    c->n = c->system->n_modes > 0 ? c->system->n_modes : c->net->n_modes;
    c->trials = KH_NEW(c->scratch, trial, c->n);
    light *lights = KH_NEW(c->scratch, light, c->n);
    if (c->trials == NULL || lights == NULL)
        return no_memory(c);
    size_t n_lights = 0;
    for (size_t i = 0; i < c->n; i++) {
        c->trials[i].mode = c->system->n_modes > 0 ? c->system->modes[i] : (kh_mode_id){(uint32_t)i};
        KH_TRY(kh_while(c->err, try_mode(c, lights, &n_lights, &c->trials[i]), "mode '%s'", mode_of(c, &c->trials[i])->id));
    }
    return KH_OK;
}

/* Is a the better choice? Working before judged before misfit; then rate among the working; then margin. */
static bool is_better(const chooser *c, const trial *a, const trial *b)
{
    if (a->works != b->works)
        return a->works;
    if (a->judged != b->judged)
        return a->judged;
    double rate_a = mode_of(c, a)->rate_gbps, rate_b = mode_of(c, b)->rate_gbps;
    if (a->works && rate_a != rate_b)
        return rate_a > rate_b;
    return a->margin_db > b->margin_db;
}

static const trial *find_best(const chooser *c)
{
    const trial *best = &c->trials[0];
    for (size_t i = 1; i < c->n; i++)
        if (is_better(c, &c->trials[i], best))
            best = &c->trials[i];
    return best;
}

/* The mode of more capacity that comes nearest, or NULL when the best is the largest allowed. */
static const trial *find_next(const chooser *c, const trial *best)
{
    const trial *next = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const trial *t = &c->trials[i];
        if (mode_of(c, t)->rate_gbps > mode_of(c, best)->rate_gbps && (next == NULL || is_better(c, t, next)))
            next = t;
    }
    return next;
}

/* What was taken for granted; NULL when memory is out. */
static const char *describe_assumptions(const chooser *c, const trial *best)
{
    const char *assumed = c->layout.assumed == NULL ? "" : c->layout.assumed;
    if (!best->path.raman)
        return assumed;
    return kh_arena_printf(c->arena, "%s%samplifiers level the tilt of Raman scattering between channels", assumed,
                           assumed[0] == '\0' ? "" : "; ");
}

static kh_status explain(const chooser *c, const trial *best, kh_line_rate *out)
{
    const kh_mode *mode = mode_of(c, best);
    const char *assumed = describe_assumptions(c, best);
    if (assumed == NULL)
        return no_memory(c);
    const char *joint = assumed[0] == '\0' ? "" : "; ";
    const trial *next = best->works ? find_next(c, best) : NULL;
    if (!best->works)
        out->reason = kh_arena_printf(c->arena, "nearest mode '%s' %s%s%s", mode->id, best->obstacle, joint, assumed);
    else if (next == NULL)
        out->reason = kh_arena_printf(c->arena, "mode '%s' is the largest allowed, %.1f dB above %g dB + %g dB margin%s%s",
                                      mode->id, best->margin_db, mode->required_osnr_db, c->system->margin_db, joint, assumed);
    else
        out->reason = kh_arena_printf(c->arena, "mode '%s' is %.1f dB above %g dB + %g dB margin; more: '%s' %s%s%s", mode->id,
                                      best->margin_db, mode->required_osnr_db, c->system->margin_db, mode_of(c, next)->id,
                                      next->obstacle, joint, assumed);
    return out->reason == NULL ? no_memory(c) : KH_OK;
}

static void report_light(const kh_optical_path *path, const kh_optical_comb *comb, kh_line_rate *out)
{
    const kh_optical_channel *worst = &path->channels[path->worst];
    out->gsnr_db = worst->gsnr_db;
    out->gsnr_01nm_db = worst->gsnr_01nm_db;
    out->osnr_01nm_db = worst->osnr_01nm_db;
    out->shannon_gbps = kh_optical_shannon_bps(path, comb) * 1e-9;
    out->cd_ps_nm = worst->cd_ps_nm;
    out->pmd_ps = path->pmd_ps;
    out->latency_ms = path->latency_ms;
    out->rx_power_dbm = worst->rx_power_dbm;
}

static kh_status report_choice(const chooser *c, kh_line_rate *out)
{
    const trial *best = find_best(c);
    if (best->judged) {
        report_light(&best->path, &best->comb, out);
        out->margin_db = best->works || best->margin_db < 0.0 ? best->margin_db : (double)NAN;
    }
    if (best->works) {
        out->mode = best->mode;
        out->capacity_gbps = c->system->channels * mode_of(c, best)->rate_gbps;
    }
    return explain(c, best, out);
}

/* Values that the network knows without any light: reported also when the light does not get through. */
static kh_line_rate start_report(const kh_net *net, const kh_line_system *system, const kh_optical_layout *layout)
{
    kh_line_rate out = {.length_km = layout->length_km,
                        .loss_db = layout->loss_db,
                        .spans = (double)layout->n_spans,
                        .gsnr_db = (double)NAN,
                        .gsnr_01nm_db = (double)NAN,
                        .osnr_01nm_db = (double)NAN,
                        .margin_db = (double)NAN,
                        .cd_ps_nm = (double)NAN,
                        .pmd_ps = (double)NAN,
                        .rx_power_dbm = (double)NAN,
                        .channels = system->channels,
                        .mode = {KH_NO_INDEX},
                        .reason = layout->obstacle};
    for (size_t i = 0; i < system->n_via; i++) {
        kh_optical_fibre length = {.length_km = net->fibres[system->via[i].i].length_km};
        out.latency_ms += kh_optical_fibre_latency_ms(&length);
    }
    return out;
}

/* Absurd combs are refused even when no light is computed. */
static kh_status check_system(const chooser *c)
{
    double baud_gbd = isnan(c->system->baud_gbd) ? c->system->spacing_ghz : c->system->baud_gbd;
    kh_optical_comb comb;
    return light_channels(c, baud_gbd, &comb);
}

static kh_status evaluate(chooser *c, kh_line_rate *out)
{
    KH_TRY(check_system(c));
    KH_TRY(kh_optical_layout_build(c->net, c->system, c->arena, &c->layout, c->err));
    c->cache = kh_optical_cache_create(c->scratch);
    if (c->cache == NULL)
        return no_memory(c);
    kh_line_rate made = start_report(c->net, c->system, &c->layout);
    if (c->layout.obstacle == NULL && c->system->n_modes == 0 && c->net->n_modes == 0)
        made.reason = "no transceiver mode is given";
    else if (c->layout.obstacle == NULL) {
        KH_TRY(try_modes(c));
        KH_TRY(report_choice(c, &made));
    }
    *out = made;
    return KH_OK;
}

kh_status kh_optical_line(const kh_net *net, kh_line_id line, kh_arena *arena, kh_line_rate *out, kh_error *err)
{
    chooser c = {.net = net, .system = &net->line_systems[line.i], .arena = arena, .err = err};
    c.scratch = kh_arena_create(SCRATCH_LIMIT);
    kh_status status = c.scratch == NULL ? no_memory(&c) : evaluate(&c, out);
    kh_arena_destroy(c.scratch);
    return status;
}
