/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_layout.h"

#include "core/base/units.h"

#include <math.h>
#include <stdbool.h>

/* SSMF of GNPy's equipment library, for fibres without a type */
static const double ssmf_dispersion_ps_nm_km = 16.7, ssmf_area_um2 = 83.0, ssmf_pmd_ps_sqrt_km = 0.04;

static const double gain_slack_db = 1e-6; /* rounding of sums */

typedef struct builder {
    const kh_net *net;
    const kh_line_system *system;
    kh_arena *arena;
    kh_optical_element *elements;
    size_t n;
    double span_loss_db;
    size_t span_first; /* index in via of the span's first fibre */
    kh_optical_layout layout;
    kh_error *err;
} builder;

static bool has_roadms(const kh_line_system *system)
{
    return !isnan(system->roadm_target_dbm);
}

static bool is_roadm(const builder *b, kh_node_id node)
{
    for (size_t i = 0; i < b->system->n_roadms; i++)
        if (b->system->roadms[i].i == node.i)
            return has_roadms(b->system);
    return false;
}

static kh_status no_memory(const builder *b)
{
    return kh_fail(b->err, KH_ENOMEM, "out of memory for the elements of a line system");
}

/* Spreads the loss over the length. Connectors are told apart only when the loss was computed from them. */
static kh_status add_fibre(builder *b, const kh_fibre *fibre)
{
    double connectors_db = fibre->loss_is_given || isnan(fibre->connector_loss_db) ? 0.0 : fibre->connector_loss_db;
    kh_optical_fibre made = {.length_km = fibre->length_km,
                             .attenuation_db_km = (fibre->loss_db - connectors_db) / fibre->length_km,
                             .dispersion_ps_nm_km = ssmf_dispersion_ps_nm_km,
                             .effective_area_um2 = ssmf_area_um2,
                             .pmd_ps_sqrt_km = ssmf_pmd_ps_sqrt_km,
                             .connector_in_db = connectors_db / 2.0,
                             .connector_out_db = connectors_db / 2.0};
    if (fibre->type.i != KH_NO_INDEX) {
        const kh_fibre_type *type = &b->net->fibre_types[fibre->type.i];
        made.dispersion_ps_nm_km = type->dispersion_ps_nm_km;
        made.effective_area_um2 = type->effective_area_um2;
        made.pmd_ps_sqrt_km = type->pmd_ps_sqrt_km;
    } else if (b->layout.assumed == NULL) {
        b->layout.assumed = kh_arena_printf(b->arena, "fibre '%s' has no type, taken as standard single-mode", fibre->id);
        if (b->layout.assumed == NULL)
            return no_memory(b);
    }
    b->elements[b->n++] = (kh_optical_element){.kind = KH_OPTICAL_FIBRE, .fibre = made};
    b->span_loss_db += fibre->loss_db;
    b->layout.length_km += fibre->length_km;
    b->layout.loss_db += fibre->loss_db;
    return KH_OK;
}

static double total_dbm(const kh_line_system *system)
{
    return system->launch_dbm + kh_db_from_linear(system->channels);
}

static bool is_able(const kh_line_system *system, const kh_amplifier *amplifier, double gain_db)
{
    double power_dbm = total_dbm(system);
    return kh_amplifier_covers(amplifier, system) && gain_db <= amplifier->gain_max_db + gain_slack_db &&
           power_dbm <= amplifier->power_max_dbm + gain_slack_db;
}

/* The line's amplifier, or the first of the library that is able; NULL when none is. */
static const kh_amplifier *pick_amplifier(const builder *b, double gain_db)
{
    bool any = b->system->amplifier.i == KH_NO_INDEX;
    for (size_t i = any ? 0 : b->system->amplifier.i; i < b->net->n_amplifiers; i++) {
        const kh_amplifier *amplifier = &b->net->amplifiers[i];
        if (is_able(b->system, amplifier, gain_db))
            return amplifier;
        if (!any)
            return NULL;
    }
    return NULL;
}

/* "span 'A-B' to 'C-D' loses 53.4 dB" or "the booster needs 22 dB" */
static const char *describe_need(const builder *b, double gain_db, size_t last, bool booster)
{
    if (booster)
        return kh_arena_printf(b->arena, "the booster after a ROADM needs %.1f dB of gain", gain_db);
    const char *from = b->net->fibres[b->system->via[b->span_first].i].id, *to = b->net->fibres[b->system->via[last].i].id;
    if (last == b->span_first)
        return kh_arena_printf(b->arena, "span '%s' loses %.1f dB", from, gain_db);
    return kh_arena_printf(b->arena, "span '%s' to '%s' loses %.1f dB without an amplifier between", from, to, gain_db);
}

/* Largest gain that the line may use; -infinity when there is no amplifier for its band. */
static double largest_gain_db(const builder *b)
{
    double most_db = -(double)INFINITY;
    for (size_t i = 0; i < b->net->n_amplifiers; i++)
        if ((b->system->amplifier.i == KH_NO_INDEX || b->system->amplifier.i == i) &&
            kh_amplifier_covers(&b->net->amplifiers[i], b->system))
            most_db = fmax(most_db, b->net->amplifiers[i].gain_max_db);
    return most_db;
}

static kh_status explain_no_amplifier(builder *b, double gain_db, size_t last, bool booster)
{
    const char *need = describe_need(b, gain_db, last, booster);
    if (need == NULL)
        return no_memory(b);
    bool any = b->system->amplifier.i == KH_NO_INDEX;
    double most_db = largest_gain_db(b);
    if (b->net->n_amplifiers == 0)
        b->layout.obstacle = kh_arena_printf(b->arena, "%s, and the library has no amplifier", need);
    else if (isinf(most_db))
        b->layout.obstacle = kh_arena_printf(b->arena, "%s, and no amplifier takes channels from %.10g to %.10g THz", need,
                                             b->system->first_thz, kh_line_last_thz(b->system));
    else if (gain_db > most_db)
        b->layout.obstacle =
            kh_arena_printf(b->arena, "%s, %s (at most %.1f dB)", need,
                            any ? "no amplifier of the library has that gain" : "the line's amplifier has less gain", most_db);
    else
        b->layout.obstacle = kh_arena_printf(
            b->arena, "%s and %g channels of %g dBm are %.1f dBm, %s", need, b->system->channels, b->system->launch_dbm,
            total_dbm(b->system), any ? "no amplifier of the library gives both" : "the line's amplifier does not give both");
    return b->layout.obstacle == NULL ? no_memory(b) : KH_OK;
}

static kh_status add_amplifier(builder *b, double gain_db, size_t last, bool booster)
{
    const kh_amplifier *amplifier = pick_amplifier(b, gain_db);
    if (amplifier == NULL)
        return b->layout.obstacle == NULL ? explain_no_amplifier(b, gain_db, last, booster) : KH_OK;
    kh_optical_amplifier made = {.noise = KH_OPTICAL_NOISE_FIXED,
                                 .noise_db = {amplifier->noise_figure_db},
                                 .gain_db = gain_db,
                                 .gain_min_db = -10.0,
                                 .gain_max_db = amplifier->gain_max_db,
                                 .power_max_dbm = amplifier->power_max_dbm,
                                 .levels = true};
    b->elements[b->n++] = (kh_optical_element){.kind = KH_OPTICAL_AMPLIFIER, .amplifier = made};
    return KH_OK;
}

/* A ROADM, and behind it the booster that lifts its target to the launch power. */
static kh_status add_roadm(builder *b, kh_optical_role role, size_t last)
{
    const kh_line_system *system = b->system;
    kh_optical_roadm made = {.role = role,
                             .target_dbm = fmin(system->roadm_target_dbm, system->launch_dbm),
                             .add_drop_osnr_db = isnan(system->add_drop_osnr_db) ? (double)INFINITY : system->add_drop_osnr_db};
    b->elements[b->n++] = (kh_optical_element){.kind = KH_OPTICAL_ROADM, .roadm = made};
    if (role == KH_OPTICAL_DROP || system->launch_dbm <= made.target_dbm)
        return KH_OK;
    return add_amplifier(b, system->launch_dbm - made.target_dbm, last, true);
}

static kh_status end_span(builder *b, size_t last, kh_node_id node)
{
    KH_TRY(add_amplifier(b, b->span_loss_db, last, false));
    b->span_loss_db = 0.0;
    b->span_first = last + 1;
    b->layout.n_spans++;
    if (last + 1 == b->system->n_via)
        return has_roadms(b->system) ? add_roadm(b, KH_OPTICAL_DROP, last) : KH_OK;
    return is_roadm(b, node) ? add_roadm(b, KH_OPTICAL_EXPRESS, last) : KH_OK;
}

static kh_status add_fibres(builder *b)
{
    kh_node_id node = b->system->ends[0];
    for (size_t i = 0; i < b->system->n_via; i++) {
        const kh_fibre *fibre = &b->net->fibres[b->system->via[i].i];
        if (fibre->ends[0].i != node.i && fibre->ends[1].i != node.i)
            return kh_fail(b->err, KH_EDATA, "fibre '%s' does not start where the one before it ends", fibre->id);
        node = kh_node_far_end(fibre->ends, node);
        KH_TRY(add_fibre(b, fibre));
        bool passes = i + 1 < b->system->n_via && b->net->nodes[node.i].kind == KH_NODE_SWITCH && !is_roadm(b, node);
        if (!passes)
            KH_TRY(end_span(b, i, node));
    }
    return KH_OK;
}

kh_status kh_optical_layout_build(const kh_net *net, const kh_line_system *system, kh_arena *arena, kh_optical_layout *layout,
                                  kh_error *err)
{
    builder b = {.net = net, .system = system, .arena = arena, .err = err};
    if (system->n_via == 0)
        return kh_fail(err, KH_EDATA, "a line system needs at least one fibre in via");
    b.elements = KH_NEW(arena, kh_optical_element, 4 * system->n_via + 4); /* fibre, amplifier, ROADM, booster */
    if (b.elements == NULL)
        return no_memory(&b);
    if (has_roadms(system))
        KH_TRY(add_roadm(&b, KH_OPTICAL_ADD, 0));
    KH_TRY(add_fibres(&b));
    if (b.layout.obstacle == NULL)
        b.layout.chain =
            (kh_optical_chain){.elements = b.elements, .n_elements = b.n, .physics = kh_optical_physics_of(system->nli_model)};
    *layout = b.layout;
    return KH_OK;
}
