/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "tools/import/gnpy.h"

#include <math.h>
#include <string.h>

static const double REFERENCE_M = 1550e-9;        /* wavelength at which Keyhaul's fibre types are given, and GNPy's unless said */
static const double SILICA_N2_M2_W = 2.6e-20;     /* as GNPy has it, to turn its gamma into an area */
static const double DEFAULT_DISPERSION = 1.67e-5; /* s/m2, GNPy's defaults where neither file says */
static const double DEFAULT_AREA_M2 = 83e-12;

/* The parameters of one fibre: its own go before those of its variety. */
typedef struct source {
    kh_gnpy *g;
    const kh_gnpy_element *element;
    const kh_json *own, *variety;
} source;

static const kh_json *find(const source *s, const char *key)
{
    const kh_json *own = kh_json_get(s->own, key);
    return own != NULL && kh_json_kind_of(own) != KH_JSON_NULL ? own : kh_json_get(s->variety, key);
}

static double number(const source *s, const char *key, double fallback)
{
    bool is_own = kh_json_kind_of(kh_json_get(s->own, key)) != KH_JSON_NULL;
    return kh_gnpy_number(s->g, is_own ? s->g->topology_path : s->g->equipment_path, is_own ? s->own : s->variety, key, fallback);
}

/* The value of {"value": [...], "frequency": [...]} at the reference wavelength, straight between points. */
static double at_reference(const kh_json *table)
{
    const kh_json *values = kh_json_get(table, "value"), *freqs = kh_json_get(table, "frequency");
    double wanted_hz = KH_LIGHT_M_PER_S / REFERENCE_M, below_hz = -(double)INFINITY, above_hz = INFINITY;
    double below = NAN, above = NAN;
    for (size_t i = 0; i < kh_json_length(values); i++) {
        double freq_hz = kh_json_as_number(kh_json_at(freqs, i)), value = kh_json_as_number(kh_json_at(values, i));
        if (freq_hz <= wanted_hz && freq_hz > below_hz) {
            below_hz = freq_hz;
            below = value;
        }
        if (freq_hz >= wanted_hz && freq_hz < above_hz) {
            above_hz = freq_hz;
            above = value;
        }
    }
    if (isnan(below) || isnan(above))
        return isnan(below) ? above : below;
    return below_hz == above_hz ? below : below + (above - below) * (wanted_hz - below_hz) / (above_hz - below_hz);
}

static double number_or_table(const source *s, const char *key, const char *table_key, double fallback)
{
    const kh_json *table = find(s, table_key);
    if (kh_json_kind_of(table) != KH_JSON_OBJECT)
        return number(s, key, fallback);
    kh_build_warn(&s->g->build, s->element->place, "fibre '%s': '%s' over frequency is taken at 1550 nm", s->element->uid,
                  table_key);
    return at_reference(table);
}

static double dispersion_ps_nm_km(const source *s, double slope_ps_nm2_km)
{
    double given = 1e6 * number_or_table(s, "dispersion", "dispersion_per_frequency", DEFAULT_DISPERSION);
    double freq_hz = number(s, "ref_frequency", KH_LIGHT_M_PER_S / REFERENCE_M);
    double at_m = number(s, "ref_wavelength", KH_LIGHT_M_PER_S / freq_hz);
    if (slope_ps_nm2_km != 0.0)
        return given + slope_ps_nm2_km * (REFERENCE_M - at_m) * 1e9;
    return given * (at_m / REFERENCE_M) * (at_m / REFERENCE_M);
}

static double area_m2(const source *s)
{
    double area = number(s, "effective_area", (double)NAN), gamma_per_w_m = number(s, "gamma", (double)NAN);
    if (isnan(area) && !isnan(gamma_per_w_m))
        area = 2.0 * KH_PI * SILICA_N2_M2_W / (REFERENCE_M * gamma_per_w_m);
    return isnan(area) ? DEFAULT_AREA_M2 : area;
}

/* One fibre type for all fibres with the same glass. */
static uint32_t find_type(const source *s, double loss_db_km)
{
    kh_gnpy *g = s->g;
    double slope = 1e-3 * number(s, "dispersion_slope", 0.0);
    kh_fibre_type made = {0};
    kh_schema_fill(kh_schema_layout(KH_NOUN_FIBRE_TYPES)->table, &made);
    made.loss_db_per_km = loss_db_km;
    made.dispersion_ps_nm_km = dispersion_ps_nm_km(s, slope);
    made.dispersion_slope_ps_nm2_km = slope;
    made.effective_area_um2 = 1e12 * area_m2(s);
    made.pmd_ps_sqrt_km = 1e12 * sqrt(1e3) * number(s, "pmd_coef", 0.0);
    const char *variety = kh_json_as_text(kh_json_get(s->element->json, "type_variety"));
    const char *name = variety == NULL ? "default" : variety;
    const char *key = kh_build_text(&g->build, "%s %.17g %.17g %.17g %.17g", name, made.dispersion_ps_nm_km, slope,
                                    made.effective_area_um2, made.pmd_ps_sqrt_km);
    uint32_t known = kh_map_get(&g->fibre_types, key, strlen(key));
    if (known != KH_MAP_NONE)
        return known;
    kh_fibre_type *type = kh_build_add(&g->build, KH_NOUN_FIBRE_TYPES, name);
    made.id = type->id;
    *type = made;
    kh_build_source(&g->build, KH_NOUN_FIBRE_TYPES, type->id, "entry", false, kh_gnpy_base_name(g->equipment_path));
    uint32_t index = kh_build_last(&g->build, KH_NOUN_FIBRE_TYPES);
    if (!kh_map_put(&g->fibre_types, key, strlen(key), index))
        g->build.failed = true;
    return index;
}

static double lumped_db(const source *s)
{
    const kh_json *list = kh_json_get(s->own, "lumped_losses");
    double sum_db = 0.0;
    for (size_t i = 0; i < kh_json_length(list); i++)
        sum_db += kh_gnpy_number(s->g, s->g->topology_path, kh_json_at(list, i), "loss", 0.0);
    if (sum_db != 0.0)
        kh_build_warn(&s->g->build, s->element->place, "fibre '%s': lumped losses of %g dB are spread over its length",
                      s->element->uid, sum_db);
    return sum_db;
}

static double length_km(const source *s)
{
    const char *unit = kh_json_as_text(kh_json_get(s->own, "length_units"));
    double length = number(s, "length", (double)NAN);
    if (unit != NULL && strcmp(unit, "m") == 0)
        return length / 1000.0;
    if (unit != NULL && strcmp(unit, "km") != 0)
        kh_build_error(&s->g->build, s->element->place, "length_units is km or m", "fibre '%s' has a length in '%s'",
                       s->element->uid, unit);
    return length;
}

static void warn_of_pumps(const source *s)
{
    const char *type = kh_json_as_text(kh_json_get(s->element->json, "type"));
    if (type != NULL && strcmp(type, "RamanFiber") == 0)
        kh_build_warn(&s->g->build, s->element->place, "RamanFiber '%s' is taken as a plain fibre: its Raman pumps are dropped",
                      s->element->uid);
}

void kh_gnpy_read_fibre(kh_gnpy *g, kh_gnpy_element *e)
{
    const char *variety = kh_json_as_text(kh_json_get(e->json, "type_variety"));
    source s = {.g = g, .element = e, .own = kh_json_get(e->json, "params"), .variety = kh_gnpy_equipment(g, "Fiber", variety)};
    if (s.variety == NULL)
        kh_build_error(&g->build, e->place, "give the equipment file that the topology was made for",
                       "fibre '%s': type_variety '%s' is not in the equipment", e->uid, variety == NULL ? "default" : variety);
    e->length_km = length_km(&s);
    e->loss_db_km = number_or_table(&s, "loss_coef", "loss_coef", (double)NAN);
    if (!(e->length_km > 0.0) || isnan(e->loss_db_km)) {
        kh_build_error(&g->build, e->place, "give params: length above 0, length_units and loss_coef",
                       "fibre '%s' lacks its length or loss_coef", e->uid);
        e->length_km = e->loss_db_km = 1.0; /* the import ends with the error */
    }
    e->loss_db_km += lumped_db(&s) / e->length_km;
    e->con_in_db = number(&s, "con_in", g->con_in_db);
    bool to_fused = e->n_next == 1 && g->elements[e->next[0]].kind == KH_GNPY_FUSED;
    e->con_out_db = number(&s, "con_out", g->con_out_db) + (to_fused ? 0.0 : g->eol_db); /* GNPy's rule */
    e->att_in_db = number(&s, "att_in", 0.0);
    warn_of_pumps(&s);
    e->type = find_type(&s, e->loss_db_km);
}
