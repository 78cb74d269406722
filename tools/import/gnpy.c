/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/gnpy.h"

#include <math.h>

static void say_design(kh_gnpy *g)
{
    if (g->designed)
        kh_build_remark(&g->build, "amplifiers, gains and attenuators are as in the file: nothing is designed here (as_built)");
    else
        kh_build_remark(
            &g->build,
            "not designed: GNPy would add amplifiers, choose their kinds, gains and attenuators, and pad short spans; here "
            "`amplifiers: auto` makes up for every span at the launch power. To get GNPy's own results import the network "
            "that it saves after its design (--save-network)");
}

/* With power_mode GNPy sets the gain of an amplifier without delta_p anew each time it loads the file. */
static void say_power_mode(kh_gnpy *g)
{
    const kh_json *mode = kh_json_get(kh_gnpy_equipment(g, "Span", NULL), "power_mode");
    size_t n = 0;
    for (size_t i = 0; i < g->n_elements; i++) {
        const kh_gnpy_element *e = &g->elements[i];
        const kh_json *delta = kh_json_get(kh_json_get(e->json, "operational"), "delta_p");
        n += e->kind == KH_GNPY_AMPLIFIER && !isnan(e->gain_db) && kh_json_kind_of(delta) != KH_JSON_NUMBER ? 1 : 0;
    }
    if (n > 0 && (mode == NULL || kh_json_as_bool(mode)))
        kh_build_warn(&g->build, (kh_place){.file = g->topology_path},
                      "%zu amplifiers have a gain and no delta_p: GNPy in power mode would choose other gains, here they stay", n);
}

static void say_tilt(kh_gnpy *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_elements; i++)
        n += g->elements[i].kind == KH_GNPY_AMPLIFIER && g->elements[i].tilt_db != 0.0 ? 1 : 0;
    if (n > 0)
        kh_build_warn(
            &g->build, (kh_place){.file = g->topology_path},
            "%zu amplifiers have a tilt: here it is linear in frequency, GNPy bends it by the dynamic gain tilt (0.1 dB of "
            "GSNR for a tilt of 1 dB)",
            n);
}

static void say_splits(kh_gnpy *g)
{
    if (g->n_split > 0)
        kh_build_remark(&g->build, "%zu fibres longer than %g km are split into equal spans of about %g km, as GNPy splits them",
                        g->n_split, g->max_span_km, fmax(50.0, fmin(g->max_span_km, 90.0)));
}

static void say_pairs(kh_gnpy *g)
{
    size_t single = 0;
    for (size_t i = 0; i < g->n_sections; i++)
        single += g->sections[i].back == KH_GNPY_NONE ? 1 : 0;
    if (single > 0)
        kh_build_remark(
            &g->build,
            "%zu of %zu ways between ROADMs have none back over equal fibres: each is a line system of its own, and only "
            "its forward direction is in the file",
            single, g->n_sections);
}

static void start_comment(kh_gnpy *g)
{
    kh_str_printf(&g->build.comment, "From GNPy: topology %s, equipment %s.\n", kh_gnpy_base_name(g->topology_path),
                  kh_gnpy_base_name(g->equipment_path));
    kh_str_append(&g->build.comment,
                  "Not imported: roll-off, Raman coefficients, ROADM restrictions and noise figures, costs, ripples; "
                  "the comb is that of SI.\n");
}

static kh_status list_names(kh_gnpy *g, kh_imported *out, kh_error *err)
{
    out->names = KH_NEW(g->build.arena, kh_import_name, g->n_elements);
    if (out->names == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the names of a network");
    for (size_t i = 0; i < g->n_elements; i++) {
        const kh_gnpy_element *e = &g->elements[i];
        const char *uid = e->node == KH_GNPY_NONE ? NULL : kh_arena_strdup(g->build.arena, e->uid);
        if (uid != NULL)
            out->names[out->n_names++] = (kh_import_name){.name = uid, .node_id = g->build.net.nodes[e->node].id};
    }
    return KH_OK;
}

static kh_status check_so_far(const kh_gnpy *g, kh_error *err)
{
    size_t errors = kh_findings_count(g->build.findings, KH_ERROR);
    if (g->build.failed)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading a network of GNPy");
    return errors == 0 ? KH_OK : kh_fail(err, KH_EDATA, "%zu errors in '%s'", errors, g->topology_path);
}

static kh_status convert(kh_gnpy *g, kh_imported *out, kh_error *err)
{
    const char *name = kh_json_as_text(kh_json_get(g->topology, "network_name"));
    g->build.net.name = name == NULL ? kh_gnpy_base_name(g->topology_path) : name;
    start_comment(g);
    KH_TRY(kh_gnpy_read_topology(g, err));
    kh_gnpy_read_equipment(g);
    KH_TRY(check_so_far(g, err));
    kh_gnpy_add_places(g);
    KH_TRY(kh_gnpy_find_sections(g, err));
    out->complete = g->designed;
    say_design(g);
    say_power_mode(g);
    say_tilt(g);
    say_pairs(g);
    if (!g->designed)
        kh_gnpy_add_design_library(g);
    kh_gnpy_add_amplifier_types(g);
    kh_gnpy_add_lines(g);
    if (g->services != NULL)
        kh_gnpy_add_services(g);
    say_splits(g);
    KH_TRY(check_so_far(g, err));
    kh_gnpy_fit_places(g);
    out->tx_osnr_db = kh_gnpy_equipment_number(g, kh_gnpy_equipment(g, "SI", NULL), "tx_osnr", 45.0);
    KH_TRY(kh_build_finish(&g->build, out, err));
    return list_names(g, out, err);
}

static kh_status read_files(kh_gnpy *g, kh_imported *out, kh_error *err)
{
    KH_TRY(kh_gnpy_read_file(g, g->topology_path, &g->topology, err));
    KH_TRY(kh_gnpy_read_file(g, g->equipment_path, &g->equipment, err));
    if (g->services_path != NULL)
        KH_TRY(kh_gnpy_read_file(g, g->services_path, &g->services, err));
    kh_imported made = {0};
    KH_TRY(convert(g, &made, err));
    *out = made;
    return KH_OK;
}

kh_status kh_gnpy_import(const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out, kh_error *err)
{
    if (input->equipment == NULL)
        return kh_fail(err, KH_EUSAGE, "GNPy's equipment file is missing: --equipment eqpt_config.json");
    kh_gnpy g = {.topology_path = input->path, .equipment_path = input->equipment, .services_path = input->services};
    KH_TRY(kh_build_start(&g.build, arena, findings, input->path, err));
    kh_status status = read_files(&g, out, err);
    kh_json_destroy(g.topology);
    kh_json_destroy(g.equipment);
    kh_json_destroy(g.services);
    kh_build_clear(&g.build);
    return status;
}
