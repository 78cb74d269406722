/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_layout.h"

#include "core/base/units.h"
#include "models/fibre/attenuation.h"
#include "models/optical/optical_library.h"

#include <math.h>
#include <stdbool.h>

/* SSMF of GNPy's equipment library, for fibres without a type */
static const double ssmf_dispersion_ps_nm_km = 16.7, ssmf_area_um2 = 83.0, ssmf_pmd_ps_sqrt_km = 0.04;

static const double gain_slack_db = 1e-6;  /* rounding of sums */
static const double usual_baud_gbd = 32.0; /* of a channel whose symbol rate nothing says, where targets go by it */

/* One line system being appended. */
typedef struct walk {
    kh_optical_builder *b;
    kh_optical_hop hop;
    const kh_line_system *system;
    double span_loss_db; /* since the last amplifier */
    size_t span_first;   /* number on the way of the span's first fibre */
    bool behind_roadm;   /* and no amplifier yet */
    double lift_db;      /* from the target of that ROADM to the launch power */
} walk;

static bool has_roadms(const kh_line_system *system)
{
    return !isnan(system->roadm_target_dbm);
}

static bool is_roadm(const walk *w, kh_node_id node)
{
    for (size_t i = 0; i < w->system->n_roadms; i++)
        if (w->system->roadms[i].i == node.i)
            return has_roadms(w->system);
    return false;
}

/* The k-th fibre in the direction of the light. */
static kh_fibre_id fibre_at(const walk *w, size_t k)
{
    return w->system->via[w->hop.backward ? w->system->n_via - 1 - k : k];
}

static kh_status no_memory(const walk *w)
{
    return kh_fail(w->b->err, KH_ENOMEM, "out of memory for the elements of a line system");
}

static kh_status append(walk *w, kh_optical_element element)
{
    kh_optical_builder *b = w->b;
    if (b->n == b->capacity) {
        kh_optical_element *grown = kh_arena_grow(b->arena, b->elements, b->n, &b->capacity, sizeof *b->elements);
        if (grown == NULL)
            return no_memory(w);
        b->elements = grown;
    }
    b->elements[b->n++] = element;
    return KH_OK;
}

static kh_status append_loss(walk *w, double loss_db)
{
    if (loss_db <= 0.0)
        return KH_OK;
    return append(w, (kh_optical_element){.kind = KH_OPTICAL_LOSS, .loss_db = loss_db});
}

/* --- fibres --- */

static kh_status assume_type(walk *w, const kh_fibre *fibre)
{
    if (w->b->layout.assumed != NULL)
        return KH_OK;
    w->b->layout.assumed = kh_arena_printf(w->b->arena, "fibre '%s' has no type, taken as standard single-mode", fibre->id);
    return w->b->layout.assumed == NULL ? no_memory(w) : KH_OK;
}

/* Spreads the loss over the length. Connectors are told apart only when the loss was computed from them. */
static kh_status append_glass(walk *w, const kh_fibre *fibre)
{
    double connectors_db = fibre->loss_is_given || isnan(fibre->connector_loss_db) ? 0.0 : fibre->connector_loss_db;
    kh_optical_fibre made = {.length_km = fibre->length_km,
                             .attenuation_db_km = (fibre->loss_db - connectors_db) / fibre->length_km,
                             .dispersion_ps_nm_km = ssmf_dispersion_ps_nm_km,
                             .effective_area_um2 = ssmf_area_um2,
                             .pmd_ps_sqrt_km = ssmf_pmd_ps_sqrt_km,
                             .connector_in_db = connectors_db / 2.0,
                             .connector_out_db = connectors_db / 2.0,
                             .spectral = true,
                             .type = kh_fibre_type_of(w->b->net, fibre)};
    if (fibre->type.i != KH_NO_INDEX) {
        const kh_fibre_type *type = &w->b->net->fibre_types[fibre->type.i];
        made.dispersion_ps_nm_km = type->dispersion_ps_nm_km;
        made.slope_ps_nm2_km = type->dispersion_slope_ps_nm2_km;
        made.effective_area_um2 = type->effective_area_um2;
        made.pmd_ps_sqrt_km = type->pmd_ps_sqrt_km;
    } else {
        KH_TRY(assume_type(w, fibre));
    }
    return append(w, (kh_optical_element){.kind = KH_OPTICAL_FIBRE, .fibre = made});
}

static kh_status append_fibre(walk *w, kh_fibre_id id)
{
    const kh_fibre *fibre = &w->b->net->fibres[id.i];
    double before_db = kh_optical_library_loss_db(w->b->net, w->hop, id, KH_SIDE_BEFORE);
    double after_db = kh_optical_library_loss_db(w->b->net, w->hop, id, KH_SIDE_AFTER);
    KH_TRY(append_loss(w, before_db));
    KH_TRY(append_glass(w, fibre));
    KH_TRY(append_loss(w, after_db));
    w->span_loss_db += before_db + fibre->loss_db + after_db;
    w->b->layout.length_km += fibre->length_km;
    w->b->layout.loss_db += fibre->loss_db;
    return KH_OK;
}

/* --- amplifiers that are placed --- */

/* What an amplifier must do, and where: for choosing it and for saying why there is none. */
typedef struct need {
    double gain_db;
    size_t last; /* number of the span's last fibre */
    bool booster;
} need;

static bool is_able(const walk *w, const kh_amplifier *amplifier, double gain_db)
{
    return kh_amplifier_covers(amplifier, w->system) && gain_db <= amplifier->gain_max_db + gain_slack_db &&
           kh_optical_library_total_dbm(w->system) <= amplifier->power_max_dbm + gain_slack_db;
}

/* The line's amplifier, or the first of the library that is able; NULL when none is. */
static const kh_amplifier *pick_amplifier(const walk *w, double gain_db)
{
    const kh_net *net = w->b->net;
    bool any = w->system->amplifier.i == KH_NO_INDEX;
    for (size_t i = any ? 0 : w->system->amplifier.i; i < net->n_amplifiers; i++) {
        if (is_able(w, &net->amplifiers[i], gain_db))
            return &net->amplifiers[i];
        if (!any)
            return NULL;
    }
    return NULL;
}

/* "span 'A-B' to 'C-D' loses 53.4 dB" or "the booster needs 22 dB" */
static const char *describe_need(const walk *w, const need *n)
{
    kh_arena *arena = w->b->arena;
    if (n->booster)
        return kh_arena_printf(arena, "the booster after a ROADM needs %.1f dB of gain", n->gain_db);
    const kh_fibre *fibres = w->b->net->fibres;
    const char *from = fibres[fibre_at(w, w->span_first).i].id, *to = fibres[fibre_at(w, n->last).i].id;
    if (n->last == w->span_first)
        return kh_arena_printf(arena, "span '%s' loses %.1f dB", from, n->gain_db);
    return kh_arena_printf(arena, "span '%s' to '%s' loses %.1f dB without an amplifier between", from, to, n->gain_db);
}

/* Largest gain that the line may use; -infinity when there is no amplifier for its band. */
static double largest_gain_db(const walk *w)
{
    double most_db = -(double)INFINITY;
    for (size_t i = 0; i < w->b->net->n_amplifiers; i++)
        if ((w->system->amplifier.i == KH_NO_INDEX || w->system->amplifier.i == i) &&
            kh_amplifier_covers(&w->b->net->amplifiers[i], w->system))
            most_db = fmax(most_db, w->b->net->amplifiers[i].gain_max_db);
    return most_db;
}

static const char *explain_lack(const walk *w, const need *n, const char *what)
{
    kh_arena *arena = w->b->arena;
    const kh_line_system *system = w->system;
    bool any = system->amplifier.i == KH_NO_INDEX;
    double most_db = largest_gain_db(w), total_dbm = kh_optical_library_total_dbm(system);
    if (w->b->net->n_amplifiers == 0)
        return kh_arena_printf(arena, "%s, and the library has no amplifier", what);
    if (isinf(most_db))
        return kh_arena_printf(arena, "%s, and no amplifier takes channels from %.10g to %.10g THz", what,
                               kh_line_first_thz(system), kh_line_last_thz(system));
    if (n->gain_db > most_db)
        return kh_arena_printf(arena, "%s, %s (at most %.1f dB)", what,
                               any ? "no amplifier of the library has that gain" : "the line's amplifier has less gain", most_db);
    const char *both = any ? "no amplifier of the library gives both" : "the line's amplifier does not give both";
    if (system->n_combs > 0)
        return kh_arena_printf(arena, "%s and the channels together are %.1f dBm, %s", what, total_dbm, both);
    return kh_arena_printf(arena, "%s and %g channels of %g dBm are %.1f dBm, %s", what, system->channels, system->launch_dbm,
                           total_dbm, both);
}

static kh_status append_chosen(walk *w, const need *n)
{
    const kh_amplifier *kind = pick_amplifier(w, n->gain_db);
    if (kind == NULL) {
        const char *what = w->b->layout.obstacle == NULL ? describe_need(w, n) : NULL;
        if (w->b->layout.obstacle == NULL)
            w->b->layout.obstacle = what == NULL ? NULL : explain_lack(w, n, what);
        return w->b->layout.obstacle == NULL ? no_memory(w) : KH_OK;
    }
    kh_optical_element element = {.kind = KH_OPTICAL_AMPLIFIER};
    KH_TRY(kh_optical_library_amplifier(w->b->net, kind, w->b->arena, &element.amplifier, w->b->err));
    element.amplifier.gain_db = n->gain_db;
    element.amplifier.levels = true;
    return append(w, element);
}

/* --- amplifiers that stand, and places --- */

static kh_status append_installed(walk *w, const kh_installed_amplifier *a, double needed_db)
{
    kh_optical_element element = {.kind = KH_OPTICAL_AMPLIFIER};
    const kh_amplifier *kind = &w->b->net->amplifiers[a->type.i];
    KH_TRY(kh_optical_library_amplifier(w->b->net, kind, w->b->arena, &element.amplifier, w->b->err));
    element.amplifier.gain_db = isnan(a->gain_db) ? needed_db + a->in_voa_db + a->voa_db : a->gain_db;
    element.amplifier.tilt_db = a->tilt_db;
    element.amplifier.voa_db = a->voa_db;
    element.amplifier.levels = true;
    double most_db = kind->gain_max_db + kind->gain_extension_db;
    if (element.amplifier.gain_db > most_db + gain_slack_db && w->b->layout.obstacle == NULL) {
        w->b->layout.obstacle = kh_arena_printf(w->b->arena, "amplifier '%s' needs %.1f dB of gain, '%s' has at most %.1f dB",
                                                a->id, element.amplifier.gain_db, kind->id, most_db);
        return w->b->layout.obstacle == NULL ? no_memory(w) : KH_OK;
    }
    KH_TRY(append_loss(w, a->in_voa_db));
    return append(w, element);
}

/* The place before a fibre: behind a ROADM a booster, else nothing but what is installed. */
static kh_status append_before(walk *w, size_t k)
{
    const kh_installed_amplifier *a = kh_optical_library_installed(w->b->net, w->hop, fibre_at(w, k), KH_SIDE_BEFORE);
    double needed_db = w->behind_roadm ? w->lift_db : w->span_loss_db;
    if (a != NULL) {
        KH_TRY(append_installed(w, a, needed_db));
        w->span_loss_db = 0.0;
        w->span_first = k;
    } else if (w->behind_roadm && needed_db > 0.0 && !w->system->as_built) {
        const need booster = {needed_db, k, true};
        KH_TRY(append_chosen(w, &booster));
    }
    w->behind_roadm = false;
    return KH_OK;
}

/* The place behind a fibre; where light only passes, nothing but what is installed. */
static kh_status append_after(walk *w, size_t k, bool passes)
{
    const kh_installed_amplifier *a = kh_optical_library_installed(w->b->net, w->hop, fibre_at(w, k), KH_SIDE_AFTER);
    if (a != NULL) {
        KH_TRY(append_installed(w, a, w->span_loss_db));
    } else if (!passes && !w->system->as_built) {
        const need amplifier = {w->span_loss_db, k, false};
        KH_TRY(append_chosen(w, &amplifier));
    } else {
        return KH_OK;
    }
    w->span_loss_db = 0.0;
    w->span_first = k + 1;
    return KH_OK;
}

/* Target of the line's own kind of channel. */
static double usual_target_dbm(const walk *w, const kh_optical_roadm *roadm)
{
    if (roadm->equalise == KH_OPTICAL_BY_BAUD)
        return roadm->target_dbm + kh_db_from_linear(isnan(w->system->baud_gbd) ? usual_baud_gbd : w->system->baud_gbd);
    if (roadm->equalise == KH_OPTICAL_BY_SLOT)
        return roadm->target_dbm + kh_db_from_linear(w->system->spacing_ghz);
    return roadm->target_dbm;
}

/* A placed booster lifts; a target above the launch power comes down to it. */
static kh_status append_roadm(walk *w, kh_node_id node, kh_optical_role role)
{
    kh_optical_roadm made = kh_optical_library_roadm(w->b->net, w->hop, node, role);
    double above_db = usual_target_dbm(w, &made) - w->system->launch_dbm;
    if (above_db > 0.0 && !w->system->as_built)
        made.target_dbm -= above_db;
    w->behind_roadm = role != KH_OPTICAL_DROP;
    w->lift_db = fmax(-above_db, 0.0);
    w->span_loss_db = 0.0;
    return append(w, (kh_optical_element){.kind = KH_OPTICAL_ROADM, .roadm = made});
}

/* --- the whole line --- */

static kh_status step(walk *w, size_t k, kh_node_id *node)
{
    const kh_net *net = w->b->net;
    const kh_fibre *fibre = &net->fibres[fibre_at(w, k).i];
    if (fibre->ends[0].i != node->i && fibre->ends[1].i != node->i)
        return kh_fail(w->b->err, KH_EDATA, "fibre '%s' does not start where the one before it ends", fibre->id);
    KH_TRY(append_before(w, k));
    KH_TRY(append_fibre(w, fibre_at(w, k)));
    *node = kh_node_far_end(fibre->ends, *node);
    bool inside = k + 1 < w->system->n_via, roadm = inside && is_roadm(w, *node);
    bool passes = inside && net->nodes[node->i].kind == KH_NODE_SWITCH && !roadm;
    KH_TRY(append_after(w, k, passes));
    if (!passes)
        w->b->layout.n_spans++;
    return roadm ? append_roadm(w, *node, KH_OPTICAL_EXPRESS) : KH_OK;
}

kh_status kh_optical_layout_append(kh_optical_builder *builder, kh_optical_hop hop, kh_optical_position position)
{
    walk w = {.b = builder, .hop = hop, .system = &builder->net->line_systems[hop.line.i]};
    if (w.system->n_via == 0)
        return kh_fail(builder->err, KH_EDATA, "a line system needs at least one fibre in via");
    const kh_optical_physics physics = kh_optical_physics_of(w.system->nli_model);
    kh_optical_physics *all = &builder->layout.chain.physics; /* one for the whole way: the most that a line asks for */
    *all = (kh_optical_physics){
        .isrs = all->isrs || physics.isrs, .raman = all->raman || physics.raman, .by_width = all->by_width || physics.by_width};
    bool ends_in_roadms = has_roadms(w.system) && !w.system->bare_ends;
    kh_node_id node = w.system->ends[hop.backward ? 1 : 0];
    if (ends_in_roadms)
        KH_TRY(append_roadm(&w, node, position.first ? KH_OPTICAL_ADD : KH_OPTICAL_EXPRESS));
    for (size_t k = 0; k < w.system->n_via; k++)
        KH_TRY(step(&w, k, &node));
    return ends_in_roadms && position.last ? append_roadm(&w, node, KH_OPTICAL_DROP) : KH_OK;
}
