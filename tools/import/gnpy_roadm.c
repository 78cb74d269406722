/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/gnpy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double HALF_DB = 3.010299956639812; /* adding and dropping share the noise: each is twice as good */

/* The three ways to say a target: of the whole ROADM, and of one degree. */
static const struct {
    const char *whole, *degree;
    size_t offset;
} targets[] = {
    {"target_pch_out_db", "per_degree_pch_out_db", offsetof(kh_gnpy_roadm, target_dbm)},
    {"target_psd_out_mWperGHz", "per_degree_psd_out_mWperGHz", offsetof(kh_gnpy_roadm, target_mw_per_ghz)},
    {"target_out_mWperSlotWidth", "per_degree_psd_out_mWperSlotWidth", offsetof(kh_gnpy_roadm, target_mw_per_slot_ghz)},
};
enum { N_TARGETS = sizeof targets / sizeof targets[0] };

static bool take(double value, size_t which, kh_gnpy_roadm *out)
{
    if (isnan(value))
        return false;
    memcpy((unsigned char *)out + targets[which].offset, &value, sizeof value);
    return true;
}

/* The degree's target goes before the element's, that before the library's. */
static bool find_target(kh_gnpy *g, const kh_json *own, const kh_json *library, const char *towards, kh_gnpy_roadm *out)
{
    for (size_t i = 0; towards != NULL && i < N_TARGETS; i++) {
        const kh_json *degrees = kh_json_get(own, targets[i].degree);
        if (take(kh_gnpy_number(g, g->topology_path, degrees, towards, (double)NAN), i, out))
            return true;
    }
    for (size_t i = 0; i < N_TARGETS; i++)
        if (take(kh_gnpy_number(g, g->topology_path, own, targets[i].whole, (double)NAN), i, out))
            return true;
    for (size_t i = 0; i < N_TARGETS; i++)
        if (take(kh_gnpy_equipment_number(g, library, targets[i].whole, (double)NAN), i, out))
            return true;
    return false;
}

/* GNPy takes the first profile of the role, and the first of its bands that holds the light. */
static const kh_json *find_profile(const kh_json *library, const char *role)
{
    const kh_json *profiles = kh_json_get(library, "roadm-path-impairments");
    char key[32];
    (void)snprintf(key, sizeof key, "roadm-%s-path", role);
    for (size_t i = 0; i < kh_json_length(profiles); i++) {
        const kh_json *bands = kh_json_get(kh_json_at(profiles, i), key);
        if (kh_json_length(bands) > 0)
            return kh_json_at(bands, 0);
    }
    return NULL;
}

kh_gnpy_roadm kh_gnpy_roadm_of(kh_gnpy *g, const kh_gnpy_element *e, const char *role, const char *towards)
{
    const char *variety = kh_json_as_text(kh_json_get(e->json, "type_variety"));
    const kh_json *own = kh_json_get(e->json, "params"), *library = kh_gnpy_equipment(g, "Roadm", variety);
    kh_gnpy_roadm out = {.target_dbm = NAN, .target_mw_per_ghz = NAN, .target_mw_per_slot_ghz = NAN};
    if (library == NULL || !find_target(g, own, library, towards, &out))
        kh_build_error(&g->build, e->place, "give the equipment file that the topology was made for",
                       library == NULL ? "Roadm '%s': type_variety '%s' is not in the equipment"
                                       : "Roadm '%s' of type_variety '%s' has no target of its output power",
                       e->uid, variety == NULL ? "default" : variety);
    const kh_json *profile = find_profile(library, role);
    double pmd_s = kh_gnpy_number(g, g->topology_path, own, "pmd", kh_gnpy_equipment_number(g, library, "pmd", 0.0));
    double pdl_db = kh_gnpy_number(g, g->topology_path, own, "pdl", kh_gnpy_equipment_number(g, library, "pdl", 0.0));
    double both_db =
        kh_gnpy_number(g, g->topology_path, own, "add_drop_osnr", kh_gnpy_equipment_number(g, library, "add_drop_osnr", 100.0));
    out.pmd_ps = 1e12 * kh_gnpy_equipment_number(g, profile, "roadm-pmd", pmd_s);
    out.pdl_db = kh_gnpy_equipment_number(g, profile, "roadm-pdl", pdl_db);
    out.max_loss_db = kh_gnpy_equipment_number(g, profile, "roadm-maxloss", 0.0);
    out.stage_osnr_db = kh_gnpy_equipment_number(g, profile, "roadm-osnr", both_db + HALF_DB);
    return out;
}
