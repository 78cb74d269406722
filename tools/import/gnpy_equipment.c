/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/gnpy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* GNPy's, where the amplifier does not say its own */
static const double AMPLIFIER_BAND_HZ[2] = {191.275e12, 196.125e12};

const char *kh_gnpy_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

const kh_json *kh_gnpy_equipment(const kh_gnpy *g, const char *category, const char *variety)
{
    const kh_json *list = kh_json_get(g->equipment, category);
    const char *wanted = variety == NULL ? "default" : variety;
    for (size_t i = 0; i < kh_json_length(list); i++) {
        const kh_json *entry = kh_json_at(list, i);
        const char *name = kh_json_as_text(kh_json_get(entry, "type_variety"));
        if (strcmp(name == NULL ? "default" : name, wanted) == 0)
            return entry;
    }
    return NULL;
}

double kh_gnpy_equipment_number(kh_gnpy *g, const kh_json *entry, const char *key, double fallback)
{
    return kh_gnpy_number(g, g->equipment_path, entry, key, fallback);
}

/* --- amplifiers --- */

static const struct {
    const char *type_def;
    kh_amplifier_kind kind;
} amplifier_kinds[] = {{"fixed_gain", KH_AMPLIFIER_FIXED},
                       {"variable_gain", KH_AMPLIFIER_VARIABLE_GAIN},
                       {"openroadm", KH_AMPLIFIER_OPENROADM_ILA},
                       {"openroadm_preamp", KH_AMPLIFIER_OPENROADM_PREAMP},
                       {"openroadm_booster", KH_AMPLIFIER_OPENROADM_BOOSTER},
                       {"dual_stage", KH_AMPLIFIER_DUAL_STAGE}};

static const char *text_of(const kh_json *entry, const char *key)
{
    return kh_json_as_text(kh_json_get(entry, key));
}

static bool read_amplifier_kind(const kh_json *entry, kh_amplifier_kind *kind)
{
    const char *type_def = text_of(entry, "type_def");
    for (size_t i = 0; i < sizeof amplifier_kinds / sizeof amplifier_kinds[0]; i++)
        if (strcmp(amplifier_kinds[i].type_def, type_def == NULL ? "variable_gain" : type_def) == 0) {
            *kind = amplifier_kinds[i].kind;
            return true;
        }
    return false;
}

static kh_osnr_mask read_mask(const kh_json *coefficients)
{
    return (kh_osnr_mask){.c3 = kh_json_as_number(kh_json_at(coefficients, 0)),
                          .c2 = kh_json_as_number(kh_json_at(coefficients, 1)),
                          .c1 = kh_json_as_number(kh_json_at(coefficients, 2)),
                          .c0 = kh_json_as_number(kh_json_at(coefficients, 3))};
}

static void read_noise(kh_gnpy *g, const kh_json *entry, kh_amplifier *out)
{
    if (out->kind == KH_AMPLIFIER_FIXED)
        out->noise_figure_db = kh_gnpy_equipment_number(g, entry, "nf0", (double)NAN);
    if (out->kind == KH_AMPLIFIER_VARIABLE_GAIN) {
        out->nf_min_db = kh_gnpy_equipment_number(g, entry, "nf_min", (double)NAN);
        out->nf_max_db = kh_gnpy_equipment_number(g, entry, "nf_max", (double)NAN);
    }
    if (out->kind == KH_AMPLIFIER_OPENROADM_ILA)
        out->osnr_mask = read_mask(kh_json_get(entry, "nf_coef"));
}

static uint32_t find_amplifier(kh_gnpy *g, const char *variety, bool is_stage);

/* The two stages, which must be plain amplifiers. */
static bool read_stages(kh_gnpy *g, const kh_json *entry, kh_amplifier *out)
{
    const char *preamp = text_of(entry, "preamp_variety"), *booster = text_of(entry, "booster_variety");
    uint32_t first = preamp == NULL ? KH_GNPY_NONE : find_amplifier(g, preamp, true);
    uint32_t second = booster == NULL ? KH_GNPY_NONE : find_amplifier(g, booster, true);
    if (first == KH_GNPY_NONE || second == KH_GNPY_NONE)
        return false;
    const kh_amplifier *a = &g->build.net.amplifiers[first], *b = &g->build.net.amplifiers[second];
    out->preamp.i = first;
    out->booster.i = second;
    out->gain_max_db = a->gain_max_db + b->gain_max_db;
    out->power_max_dbm = b->power_max_dbm;
    return true;
}

static bool read_amplifier(kh_gnpy *g, const kh_json *entry, bool is_stage, kh_amplifier *out)
{
    if (!read_amplifier_kind(entry, &out->kind) || (is_stage && out->kind == KH_AMPLIFIER_DUAL_STAGE))
        return false;
    read_noise(g, entry, out);
    out->gain_min_db = kh_gnpy_equipment_number(g, entry, "gain_min", out->gain_min_db);
    out->gain_max_db = kh_gnpy_equipment_number(g, entry, "gain_flatmax", out->gain_max_db);
    out->power_max_dbm = kh_gnpy_equipment_number(g, entry, "p_max", out->power_max_dbm);
    out->lowest_thz = kh_gnpy_equipment_number(g, entry, "f_min", AMPLIFIER_BAND_HZ[0]) / 1e12;
    out->highest_thz = kh_gnpy_equipment_number(g, entry, "f_max", AMPLIFIER_BAND_HZ[1]) / 1e12;
    out->pmd_ps = 1e12 * kh_gnpy_equipment_number(g, entry, "pmd", 0.0);
    out->pdl_db = kh_gnpy_equipment_number(g, entry, "pdl", 0.0);
    return out->kind != KH_AMPLIFIER_DUAL_STAGE || read_stages(g, entry, out);
}

/* The amplifier of the built network; it is added when it is new. KH_GNPY_NONE when Keyhaul has no such kind. */
static uint32_t find_amplifier(kh_gnpy *g, const char *variety, bool is_stage)
{
    uint32_t known = kh_map_get(&g->amplifiers, variety, strlen(variety));
    if (known != KH_MAP_NONE)
        return known;
    kh_amplifier made = {0};
    kh_schema_fill(kh_schema_layout(KH_NOUN_AMPLIFIERS)->table, &made);
    const kh_json *entry = kh_gnpy_equipment(g, "Edfa", variety);
    if (entry == NULL || !read_amplifier(g, entry, is_stage, &made))
        return KH_GNPY_NONE;
    kh_amplifier *amplifier = kh_build_add(&g->build, KH_NOUN_AMPLIFIERS, variety);
    made.id = amplifier->id;
    *amplifier = made;
    kh_build_source(&g->build, KH_NOUN_AMPLIFIERS, made.id, "entry", false, kh_gnpy_base_name(g->equipment_path));
    uint32_t index = kh_build_last(&g->build, KH_NOUN_AMPLIFIERS);
    if (!kh_map_put(&g->amplifiers, variety, strlen(variety), index))
        g->build.failed = true;
    return index;
}

static double flat_gain_of(kh_gnpy *g, const kh_json *entry)
{
    return kh_gnpy_equipment_number(g, entry, "gain_flatmax", 0.0);
}

/* Stages are plain amplifiers, whatever the file says of theirs: one may name itself. */
static double gain_max_of(kh_gnpy *g, const kh_json *entry)
{
    const char *preamp = text_of(entry, "preamp_variety"), *booster = text_of(entry, "booster_variety");
    if (preamp == NULL || booster == NULL)
        return flat_gain_of(g, entry);
    return flat_gain_of(g, kh_gnpy_equipment(g, "Edfa", preamp)) + flat_gain_of(g, kh_gnpy_equipment(g, "Edfa", booster));
}

static bool may_design(const kh_json *entry)
{
    return kh_json_as_bool(kh_json_get(entry, "allowed_for_design")) && !kh_json_as_bool(kh_json_get(entry, "raman"));
}

/* `amplifiers: auto` takes the first that can do a span: by rising gain that is the one whose noise suits it best. */
void kh_gnpy_add_design_library(kh_gnpy *g)
{
    const kh_json *list = kh_json_get(g->equipment, "Edfa");
    double done_db = -(double)INFINITY;
    for (;;) {
        double next_db = INFINITY;
        for (size_t i = 0; i < kh_json_length(list); i++)
            if (may_design(kh_json_at(list, i)) && gain_max_of(g, kh_json_at(list, i)) > done_db)
                next_db = fmin(next_db, gain_max_of(g, kh_json_at(list, i)));
        if (isinf(next_db))
            break;
        for (size_t i = 0; i < kh_json_length(list); i++) {
            const char *variety = text_of(kh_json_at(list, i), "type_variety");
            if (variety != NULL && may_design(kh_json_at(list, i)) && gain_max_of(g, kh_json_at(list, i)) == next_db)
                (void)find_amplifier(g, variety, false);
        }
        done_db = next_db;
    }
}

/* GNPy lets its design go beyond flat gain by Span.target_extended_gain, and takes any gain that a file gives. */
static void extend_gain(kh_gnpy *g, const kh_gnpy_element *e)
{
    if (e->type == KH_GNPY_NONE)
        return;
    kh_amplifier *type = &g->build.net.amplifiers[e->type];
    double above_db = e->gain_db - type->gain_max_db;
    if (above_db > type->gain_extension_db && above_db <= g->extended_gain_db)
        type->gain_extension_db = g->extended_gain_db;
    else if (above_db > type->gain_extension_db)
        type->gain_extension_db = above_db;
}

void kh_gnpy_add_amplifier_types(kh_gnpy *g)
{
    for (size_t i = 0; i < g->n_elements; i++) {
        kh_gnpy_element *e = &g->elements[i];
        const char *variety = e->kind == KH_GNPY_AMPLIFIER ? text_of(e->json, "type_variety") : NULL;
        if (variety == NULL || variety[0] == '\0' || strcmp(variety, "default") == 0)
            continue;
        e->type = find_amplifier(g, variety, false);
        if (e->type == KH_GNPY_NONE)
            kh_build_error(&g->build, e->place, "use fixed_gain, variable_gain, openroadm kinds, or dual_stage of these",
                           "Edfa '%s' is refused: type_variety '%s' is not in the equipment, or of a type_def without counterpart",
                           e->uid, variety);
        extend_gain(g, e);
    }
}

static void read_operation(kh_gnpy *g, kh_gnpy_element *e)
{
    const kh_json *operation = kh_json_get(e->json, "operational");
    e->gain_db = kh_gnpy_number(g, g->topology_path, operation, "gain_target", (double)NAN);
    e->tilt_db = kh_gnpy_number(g, g->topology_path, operation, "tilt_target", 0.0);
    e->in_voa_db = kh_gnpy_number(g, g->topology_path, operation, "in_voa", 0.0);
    e->out_voa_db = kh_gnpy_number(g, g->topology_path, operation, "out_voa", 0.0);
}

/* --- modes --- */

static int compare_points(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The points of one impairment, sorted; GNPy starts a table above 0 at 0 without penalty. */
static kh_points read_points(kh_gnpy *g, const kh_json *penalties, const char *impairment)
{
    size_t n = 0, most = kh_json_length(penalties) + 1;
    double *xy = KH_NEW(g->build.arena, double, 2 * most);
    if (xy == NULL) {
        g->build.failed = true;
        return (kh_points){0};
    }
    for (size_t i = 0; i + 1 < most; i++) {
        const kh_json *point = kh_json_at(penalties, i);
        double x = kh_gnpy_equipment_number(g, point, impairment, (double)NAN);
        if (isnan(x))
            continue;
        xy[2 * n] = x;
        xy[2 * n++ + 1] = kh_gnpy_equipment_number(g, point, "penalty_value", 0.0);
    }
    qsort(xy, n, 2 * sizeof *xy, compare_points);
    if (n > 0 && xy[0] > 0.0) {
        memmove(xy + 2, xy, 2 * n++ * sizeof *xy);
        xy[0] = xy[1] = 0.0;
    }
    return (kh_points){.xy = xy, .n = n};
}

static void add_mode(kh_gnpy *g, const char *transceiver, const kh_json *json)
{
    const char *format = text_of(json, "format");
    kh_mode *mode =
        kh_build_add(&g->build, KH_NOUN_MODES, kh_build_text(&g->build, "%s/%s", transceiver, format == NULL ? "" : format));
    const kh_json *penalties = kh_json_get(json, "penalties");
    mode->baud_gbd = kh_gnpy_equipment_number(g, json, "baud_rate", (double)NAN) / 1e9;
    mode->rate_gbps = kh_gnpy_equipment_number(g, json, "bit_rate", (double)NAN) / 1e9;
    mode->required_osnr_db = kh_gnpy_equipment_number(g, json, "OSNR", (double)NAN);
    mode->tx_osnr_db = kh_gnpy_equipment_number(g, json, "tx_osnr", mode->tx_osnr_db);
    mode->min_spacing_ghz = kh_gnpy_equipment_number(g, json, "min_spacing", (double)NAN) / 1e9;
    mode->cd_penalty = read_points(g, penalties, "chromatic_dispersion");
    mode->pmd_penalty = read_points(g, penalties, "pmd");
    mode->pdl_penalty = read_points(g, penalties, "pdl");
    kh_build_source(&g->build, KH_NOUN_MODES, mode->id, "entry", false, kh_gnpy_base_name(g->equipment_path));
    if (kh_gnpy_equipment_number(g, json, "equalization_offset_db", 0.0) != 0.0)
        kh_build_warn(&g->build, kh_json_place(g->equipment_path, json), "mode '%s': its equalization_offset_db is dropped",
                      mode->id);
}

static void add_modes(kh_gnpy *g)
{
    const kh_json *list = kh_json_get(g->equipment, "Transceiver");
    for (size_t i = 0; i < kh_json_length(list); i++) {
        const char *transceiver = text_of(kh_json_at(list, i), "type_variety");
        const kh_json *modes = kh_json_get(kh_json_at(list, i), "mode");
        for (size_t m = 0; m < kh_json_length(modes); m++)
            add_mode(g, transceiver == NULL ? "transceiver" : transceiver, kh_json_at(modes, m));
    }
}

/* --- */

static void read_span_rules(kh_gnpy *g)
{
    const kh_json *span = kh_gnpy_equipment(g, "Span", NULL);
    const char *unit = text_of(span, "length_units");
    double scale = unit != NULL && strcmp(unit, "m") == 0 ? 1e-3 : 1.0;
    g->max_span_km = scale * kh_gnpy_equipment_number(g, span, "max_length", 150.0 / scale);
    g->extended_gain_db = kh_gnpy_equipment_number(g, span, "target_extended_gain", 2.5);
    g->padding_db = kh_gnpy_equipment_number(g, span, "padding", 10.0);
    g->con_in_db = kh_gnpy_equipment_number(g, span, "con_in", 0.0);
    g->con_out_db = kh_gnpy_equipment_number(g, span, "con_out", 0.0);
    g->eol_db = kh_gnpy_equipment_number(g, span, "EOL", 0.0);
}

void kh_gnpy_read_equipment(kh_gnpy *g)
{
    g->fibre_types.arena = g->amplifiers.arena = g->build.arena;
    read_span_rules(g);
    add_modes(g);
    for (size_t i = 0; i < g->n_elements; i++) {
        kh_gnpy_element *e = &g->elements[i];
        if (e->kind == KH_GNPY_FIBRE)
            kh_gnpy_read_fibre(g, e);
        if (e->kind == KH_GNPY_AMPLIFIER)
            read_operation(g, e);
        if (e->kind == KH_GNPY_FUSED)
            e->loss_db = kh_gnpy_number(g, g->topology_path, kh_json_get(e->json, "params"), "loss", 1.0);
    }
}
