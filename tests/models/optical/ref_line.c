/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of GNPy's reference table, and lines with everything that it lacks, written as networks: every element of the chain becomes
 * an entry of a topology file. The light over the network's line system, forward, backward and cut in two lines at its first ROADM
 * on the way, is that of the chain. */
#include "core/base/str.h"
#include "core/base/units.h"
#include "core/net/load.h"
#include "core/text/csv.h"
#include "core/text/file.h"
#include "models/optical/chain.h"
#include "models/optical/optical_route.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double same_db = 1e-9;
static const double table_db = 1e-5; /* it has five decimals */

typedef enum shape { FORWARD, BACKWARD, CUT } shape;

/* A chain being written as a network. */
typedef struct writer {
    const kh_optical_chain *chain;
    const kh_optical_comb *comb;
    shape shape;
    size_t n_fibres, n_lines, cut; /* cut: fibres of the first line, where there are two */
    bool bare;
    kh_str nodes, types, fibres, amplifiers, installed, losses, roadms;
    kh_str via[2], stops[2]; /* of each line */
} writer;

/* The line that the k-th fibre belongs to. */
static size_t line_of(const writer *w, size_t fibre)
{
    return w->n_lines == 2 && fibre >= w->cut ? 1 : 0;
}

static const char *direction(const writer *w)
{
    return w->shape == BACKWARD ? "backward" : "forward";
}

static void write_fibre(writer *w, const kh_optical_fibre *f)
{
    size_t i = w->n_fibres++;
    bool even = f->connector_in_db == f->connector_out_db;
    kh_str_printf(&w->types,
                  "  - {id: T%zu, loss_db_per_km: %.17g, dispersion_ps_nm_km: %.17g, dispersion_slope_ps_nm2_km: %.17g, "
                  "effective_area_um2: %.17g, pmd_ps_sqrt_km: %.17g}\n",
                  i, f->attenuation_db_km, f->dispersion_ps_nm_km, f->slope_ps_nm2_km, f->effective_area_um2, f->pmd_ps_sqrt_km);
    kh_str_printf(&w->fibres, "  - {id: F%zu, ends: [N%zu, N%zu], length_km: %.17g, type: T%zu, connector_loss_db: %.17g}\n", i, i,
                  i + 1, f->length_km, i, even ? 2 * f->connector_in_db : 0);
    if (!even)
        kh_str_printf(&w->losses,
                      "  - {id: CI%zu, line: L%zu, direction: %s, fibre: F%zu, side: before, loss_db: %.17g}\n"
                      "  - {id: CO%zu, line: L%zu, direction: %s, fibre: F%zu, side: after, loss_db: %.17g}\n",
                      i, line_of(w, i), direction(w), i, f->connector_in_db, i, line_of(w, i), direction(w), i,
                      f->connector_out_db);
    kh_str_printf(&w->nodes, "  - {id: N%zu}\n", i + 1);
    kh_str via = {0}, *whole = &w->via[line_of(w, i)];
    kh_str_append(&via, kh_str_text(whole));
    kh_str_clear(whole);
    if (w->shape == BACKWARD)
        kh_str_printf(whole, "F%zu%s%s", i, via.length == 0 ? "" : ", ", kh_str_text(&via));
    else
        kh_str_printf(whole, "%s%sF%zu", kh_str_text(&via), via.length == 0 ? "" : ", ", i);
    kh_str_clear(&via);
}

static void write_noise(kh_str *out, const kh_optical_amplifier *a)
{
    const double *nf = a->noise_db;
    switch (a->noise) {
    case KH_OPTICAL_NOISE_FIXED:
        kh_str_printf(out, "kind: fixed, noise_figure_db: %.17g", nf[0]);
        break;
    case KH_OPTICAL_NOISE_VARIABLE_GAIN:
        kh_str_printf(out, "kind: variable-gain, nf_min_db: %.17g, nf_max_db: %.17g", nf[0], nf[1]);
        break;
    case KH_OPTICAL_NOISE_OPENROADM:
        if (nf[3] == 37.62)
            kh_str_append(out, "kind: openroadm-ila-low-noise");
        else if (nf[3] == 28.99)
            kh_str_append(out, "kind: openroadm-ila");
        else
            kh_str_printf(out, "kind: openroadm-ila, osnr_mask: {c3: %.17g, c2: %.17g, c1: %.17g, c0: %.17g}", nf[0], nf[1], nf[2],
                          nf[3]);
        break;
    case KH_OPTICAL_NOISE_OPENROADM_PREAMP:
        kh_str_append(out, "kind: openroadm-preamp");
        break;
    case KH_OPTICAL_NOISE_NONE:
        kh_str_append(out, "kind: openroadm-booster");
        break;
    case KH_OPTICAL_NOISE_DUAL_STAGE:
        kh_str_append(out, "kind: dual-stage");
        break;
    }
}

static void write_kind(kh_str *out, const char *id, const kh_optical_amplifier *a)
{
    kh_str_printf(out, "  - {id: %s, ", id);
    write_noise(out, a);
    kh_str_printf(out, ", gain_min_db: %.17g, gain_max_db: %.17g, power_max_dbm: %.17g, pmd_ps: %.17g, pdl_db: %.17g",
                  a->gain_min_db, fmin(a->gain_max_db, 100), fmin(a->power_max_dbm, 50), a->pmd_ps, a->pdl_db);
    if (a->noise == KH_OPTICAL_NOISE_DUAL_STAGE)
        kh_str_printf(out, ", preamp: %s-1, booster: %s-2", id, id);
    kh_str_append(out, "}\n");
    for (int i = 0; i < 2 && a->noise == KH_OPTICAL_NOISE_DUAL_STAGE; i++) {
        char stage[50];
        (void)snprintf(stage, sizeof stage, "%s-%d", id, i + 1);
        write_kind(out, stage, &a->stages[i]);
    }
}

/* Behind a fibre, or before the first one and behind a ROADM. */
static void write_amplifier(writer *w, size_t element)
{
    const kh_optical_amplifier *a = &w->chain->elements[element].amplifier;
    bool before = element == 0 || w->chain->elements[element - 1].kind == KH_OPTICAL_ROADM;
    size_t fibre = before ? w->n_fibres : w->n_fibres - 1;
    char id[30];
    (void)snprintf(id, sizeof id, "E%zu", element);
    write_kind(&w->amplifiers, id, a);
    kh_str_printf(&w->installed,
                  "  - {id: I%zu, line: L%zu, direction: %s, fibre: F%zu, side: %s, type: %s, gain_db: %.17g, tilt_db: %.17g, "
                  "voa_db: %.17g}\n",
                  element, line_of(w, fibre), direction(w), fibre, before ? "before" : "after", id, a->gain_db, a->tilt_db,
                  a->voa_db);
}

static void write_loss(writer *w, size_t element)
{
    bool after = element > 0 && w->chain->elements[element - 1].kind == KH_OPTICAL_FIBRE;
    size_t fibre = after ? w->n_fibres - 1 : w->n_fibres;
    kh_str_printf(&w->losses, "  - {id: L%zu, line: L%zu, direction: %s, fibre: F%zu, side: %s, loss_db: %.17g}\n", element,
                  line_of(w, fibre), direction(w), fibre, after ? "after" : "before", w->chain->elements[element].loss_db);
}

static void write_roadm(writer *w, size_t element)
{
    static const char *const targets[] = {"target_dbm", "target_mw_per_ghz", "target_mw_per_slot_ghz"};
    const kh_optical_roadm *r = &w->chain->elements[element].roadm;
    bool channel = r->equalise == KH_OPTICAL_BY_CHANNEL;
    bool inside = r->role == KH_OPTICAL_EXPRESS;
    size_t line = w->n_lines == 2 && w->n_fibres >= w->cut ? 1 : 0;
    kh_str_printf(&w->roadms,
                  "  - {id: R%zu, line: L%zu, direction: %s, node: N%zu, %s: %.17g, max_loss_db: %.17g, pmd_ps: %.17g, "
                  "pdl_db: %.17g, add_osnr_db: %.17g, drop_osnr_db: %.17g",
                  element, line, direction(w), w->n_fibres, targets[r->equalise],
                  channel ? r->target_dbm : kh_linear_from_db(r->target_dbm), r->max_loss_db, r->pmd_ps, r->pdl_db,
                  fmin(r->add_drop_osnr_db, 90) + 10 * log10(2), fmin(r->add_drop_osnr_db, 90) + 10 * log10(2));
    if (r->express_osnr_db > 0)
        kh_str_printf(&w->roadms, ", express_osnr_db: %.17g", r->express_osnr_db);
    kh_str_append(&w->roadms, "}\n");
    if (inside && !(w->n_lines == 2 && w->n_fibres == w->cut))
        kh_str_printf(&w->stops[line], "%sN%zu", w->stops[line].length == 0 ? "" : ", ", w->n_fibres);
}

static void write_elements(writer *w)
{
    kh_str_append(&w->nodes, "nodes:\n  - {id: N0}\n");
    kh_str_append(&w->types, "fibre_types:\n");
    kh_str_append(&w->fibres, "fibres:\n");
    kh_str_append(&w->amplifiers, "amplifiers:\n");
    kh_str_append(&w->installed, "installed_amplifiers:\n");
    for (size_t i = 0; i < w->chain->n_elements; i++) {
        const kh_optical_element *e = &w->chain->elements[i];
        if (e->kind == KH_OPTICAL_FIBRE)
            write_fibre(w, &e->fibre);
        else if (e->kind == KH_OPTICAL_AMPLIFIER)
            write_amplifier(w, i);
        else if (e->kind == KH_OPTICAL_ROADM)
            write_roadm(w, i);
        else
            write_loss(w, i);
    }
}

static void append_list(const char *noun, const kh_str *entries, kh_str *out)
{
    if (entries->length > 0)
        kh_str_printf(out, "%s:\n%s", noun, kh_str_text(entries));
}

/* Every channel a comb of its own, on the first line. */
static void write_combs(const writer *w, kh_str *out)
{
    kh_str_append(out, "combs:\n");
    for (size_t i = 0; i < w->comb->n; i++) {
        double offset_db = w->comb->offset_db == NULL ? kh_dbm_from_watt(w->comb->launch_w[i]) : w->comb->offset_db[i];
        kh_str_printf(out,
                      "  - {id: C%zu, line: L0, first_thz: %.17g, spacing_ghz: %.17g, count: 1, baud_gbd: %.17g, launch_offset_db: "
                      "%.17g}\n",
                      i, w->comb->freq_hz[i] * 1e-12, w->comb->slot_hz[i] * 1e-9, w->comb->baud_hz[i] * 1e-9, offset_db);
    }
}

static bool is_uniform(const kh_optical_comb *comb)
{
    for (size_t i = 1; i < comb->n; i++)
        if (comb->slot_hz[i] != comb->slot_hz[0] || comb->baud_hz[i] != comb->baud_hz[0] || comb->launch_w[i] != comb->launch_w[0])
            return false;
    return comb->offset_db == NULL;
}

static void write_lines(const writer *w, kh_str *out)
{
    bool uniform = is_uniform(w->comb);
    kh_str_append(out, "line_systems:\n");
    for (size_t i = 0; i < w->n_lines; i++) {
        kh_str_printf(out, "  - {id: L%zu, via: [%s], as_built: true, bare_ends: %s, nli_model: gn", i, kh_str_text(&w->via[i]),
                      w->bare ? "true" : "false");
        if (w->stops[i].length > 0)
            kh_str_printf(out, ", roadms: [%s]", kh_str_text(&w->stops[i]));
        kh_str_printf(out, ", channels: {first_thz: %.17g, spacing_ghz: %.17g, count: %zu, launch_dbm: %.17g, baud_gbd: %.17g}}\n",
                      uniform ? w->comb->freq_hz[0] * 1e-12 : 195, uniform ? w->comb->slot_hz[0] * 1e-9 : 200,
                      uniform ? w->comb->n : 1, uniform ? kh_dbm_from_watt(w->comb->launch_w[0]) : 0, w->comb->baud_hz[0] * 1e-9);
    }
    if (!uniform)
        write_combs(w, out);
}

static void write_network(writer *w, kh_str *out)
{
    write_elements(w);
    kh_str_append(out,
                  "keyhaul: 1\nmodes:\n  - {id: M, baud_gbd: 32, rate_gbps: 100, required_osnr_db: 12, min_spacing_ghz: 37.5}\n");
    kh_str *const parts[] = {&w->nodes, &w->types, &w->fibres, &w->amplifiers};
    for (size_t i = 0; i < 4; i++)
        kh_str_append(out, kh_str_text(parts[i]));
    write_lines(w, out);
    kh_str_append(out, kh_str_text(&w->installed));
    append_list("installed_losses", &w->losses, out);
    append_list("installed_roadms", &w->roadms, out);
    kh_str *const all[] = {&w->nodes,  &w->types,  &w->fibres, &w->amplifiers, &w->installed, &w->losses,
                           &w->roadms, &w->via[0], &w->via[1], &w->stops[0],   &w->stops[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        kh_str_clear(all[i]);
}

/* Where the chain may be cut in two lines: fibres before the first ROADM on the way; 0 when there is none. */
static size_t find_cut(const kh_optical_chain *chain)
{
    size_t fibres = 0;
    for (size_t i = 0; i < chain->n_elements; i++) {
        const kh_optical_element *e = &chain->elements[i];
        if (e->kind == KH_OPTICAL_ROADM && e->roadm.role == KH_OPTICAL_EXPRESS)
            return fibres;
        fibres += e->kind == KH_OPTICAL_FIBRE ? 1 : 0;
    }
    return 0;
}

static kh_net *load_chain(const kh_optical_chain *chain, const kh_optical_comb *comb, shape wanted)
{
    writer w = {.chain = chain, .comb = comb, .shape = wanted, .n_lines = 1};
    w.bare = chain->elements[0].kind != KH_OPTICAL_ROADM;
    if (wanted == CUT) {
        w.cut = find_cut(chain);
        w.n_lines = 2;
    }
    kh_str text = {0}, found = {0};
    write_network(&w, &text);
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_error err = {0};
    kh_status status = kh_net_load_text("chain", kh_str_text(&text), text.length, NULL, 0, findings, &net, &err);
    kh_findings_text(findings, false, &found);
    if (status != KH_OK)
        fail_msg("%s\n%s", err.message, kh_str_text(&found));
    kh_str_clear(&text);
    kh_str_clear(&found);
    kh_findings_destroy(findings);
    return net;
}

static void expect_same_channel(const kh_optical_channel *a, const kh_optical_channel *b)
{
    const double left[] = {a->gsnr_db, a->gsnr_01nm_db, a->snr_nli_db, a->rx_power_dbm, a->cd_ps_nm * 1e-4};
    const double right[] = {b->gsnr_db, b->gsnr_01nm_db, b->snr_nli_db, b->rx_power_dbm, b->cd_ps_nm * 1e-4};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (!(left[i] == right[i] || fabs(left[i] - right[i]) < same_db))
            fail_msg("quantity %zu is %.12g in the network, %.12g in the chain", i, left[i], right[i]);
}

/* The path through the network of that shape is @p wanted. */
static void expect_same_path(const kh_optical_chain *chain, const kh_optical_comb *comb, shape s, const kh_optical_path *wanted,
                             kh_arena *arena)
{
    kh_net *net = load_chain(chain, comb, s);
    const kh_optical_hop hops[2] = {{.line = {0}, .backward = s == BACKWARD}, {.line = {1}}};
    const kh_optical_route route = {.hops = hops, .n_hops = s == CUT ? 2 : 1};
    kh_optical_comb lit;
    kh_optical_path path;
    kh_error err = {0};
    kh_status status = kh_optical_route_comb(net, (kh_line_id){0}, 32, arena, &lit, &err);
    if (status == KH_OK)
        status = kh_optical_route_run(net, &route, &lit, arena, &path, &err);
    if (status != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    assert_int_equal(path.n, wanted->n);
    for (size_t i = 0; i < path.n; i++)
        expect_same_channel(&path.channels[i], &wanted->channels[i]);
    assert_true(fabs(path.pmd_ps - wanted->pmd_ps) < 1e-9 && fabs(path.pdl_db - wanted->pdl_db) < 1e-9);
    assert_true(fabs(path.latency_ms - wanted->latency_ms) < 1e-9 && fabs(path.length_km - wanted->length_km) < 1e-9);
    kh_net_destroy(net);
}

static void expect_same_shapes(const kh_optical_chain *chain, const kh_optical_comb *comb, kh_optical_path *path, kh_arena *arena)
{
    kh_error err = {0};
    if (kh_optical_run(chain, comb, (double)INFINITY, NULL, arena, path, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    expect_same_path(chain, comb, FORWARD, path, arena);
    expect_same_path(chain, comb, BACKWARD, path, arena);
    if (find_cut(chain) > 0)
        expect_same_path(chain, comb, CUT, path, arena);
}

/* --- GNPy's table --- */

typedef struct table {
    kh_csv csv;
    kh_arena *arena, *scratch;
} table;

static const char *cell(const table *t, size_t row, const char *column)
{
    return kh_csv_cell(&t->csv, row, kh_csv_column(&t->csv, column));
}

static void read_case(const table *t, size_t row, kh_optical_chain *chain, kh_optical_comb *comb)
{
    kh_error err = {0};
    kh_chain_comb_text text = {.freq_thz = cell(t, row, "freq_thz_all"),
                               .slot_ghz = cell(t, row, "slot_ghz"),
                               .baud_gbd = cell(t, row, "baud_gbd"),
                               .launch_dbm = cell(t, row, "launch_dbm")};
    if (kh_chain_parse(cell(t, row, "chain"), t->scratch, chain, &err) != KH_OK ||
        kh_chain_comb_parse(&text, t->scratch, comb, &err) != KH_OK)
        fail_msg("%s: %s", cell(t, row, "case_id"), err.message);
}

static void expect_row(const table *t, size_t row, const kh_optical_path *path)
{
    size_t channel = (size_t)strtol(cell(t, row, "channel"), NULL, 10) - 1;
    double expected_db = strtod(cell(t, row, "gsnr_01nm_db"), NULL), found_db = path->channels[channel].gsnr_01nm_db;
    if (fabs(found_db - expected_db) > table_db)
        fail_msg("%s channel %zu: %.6f dB, GNPy says %.6f dB", cell(t, row, "case_id"), channel + 1, found_db, expected_db);
}

static bool is_plain(const table *t, size_t row)
{
    return strcmp(cell(t, row, "nli_method"), "gn_model_analytic") == 0;
}

static void every_line_of_the_table_is_the_same_as_a_network(void **state)
{
    (void)state;
    table t = {.arena = kh_arena_create(0), .scratch = kh_arena_create(0)};
    char *text = NULL;
    size_t length = 0, cases = 0;
    assert_int_equal(kh_file_read("tests/ref/optical_acceptance.csv", 8 << 20, t.arena, &text, &length, NULL), KH_OK);
    assert_int_equal(kh_csv_read(text, length, t.arena, &t.csv, NULL), KH_OK);
    for (size_t row = 0; row < t.csv.n_rows;) {
        const char *id = cell(&t, row, "case_id");
        kh_optical_chain chain;
        kh_optical_comb comb;
        kh_optical_path path;
        bool plain = is_plain(&t, row);
        if (plain) {
            const char *tx = cell(&t, row, "tx_osnr_db_01nm");
            read_case(&t, row, &chain, &comb);
            expect_same_shapes(&chain, &comb, &path, t.scratch);
            if (tx[0] != '\0')
                kh_optical_path_add_tx(&path, &comb, strtod(tx, NULL));
            cases++;
        }
        for (; row < t.csv.n_rows && strcmp(cell(&t, row, "case_id"), id) == 0; row++)
            if (plain)
                expect_row(&t, row, &path);
        kh_arena_reset(t.scratch);
    }
    assert_int_equal(cases, 54);
    kh_arena_destroy(t.arena);
    kh_arena_destroy(t.scratch);
}

/* --- what the table lacks --- */

typedef struct sample {
    const char *name, *chain;
} sample;

#define SPAN  "F(km=80,att=0.2,D=16.7,Aeff=83,pmd=0.04)"
#define ADD   "R(add,tgt=-20,ado=38,pmd=3,pdl=1.5,maxloss=11) "
#define DROP  " R(drop,tgt=-20,ado=33,pmd=3,pdl=1.5,maxloss=11)"
#define BOOST "E(g=20,nf=5) "
#define AFTER " E(g=16,nf=5)"
static const sample samples[] = {
    {"OpenROADM", ADD "E(g=22,nf=none,gmin=0,gflat=32,pmax=22) " SPAN
                      " E(g=16,nf=or(-5.952e-4,-6.25e-2,-1.071,28.99),gmin=0,gflat=27,pmax=22,pmd=3,pdl=0.7) " SPAN
                      " E(g=16,nf=or(-5.952e-4,-6.25e-2,-1.071,27.99),gmin=0,gflat=27,pmax=22)" DROP},
    {"OpenROADM preamplifier", ADD "E(g=22,nf=none) " SPAN " E(g=16,nf=pre,gmin=0,gflat=27,pmax=22)" DROP},
    {"dual stage", SPAN " " SPAN " E(g=32,nf=ds(-1,12,12,vg(6.5,11),8,16),gmin=25,gflat=38,pmax=23)"},
    {"dual stage below its gain", SPAN " E(g=16,nf=ds(vg(6,10),15,26,vg(6.5,11),8,16),gmin=25,gflat=42,pmax=23)"},
    {"tilt and attenuator", SPAN " E(g=21,nf=5,tilt=1.5,voa=5) " SPAN " E(g=16,nf=5,tilt=-0.7)"},
    {"losses", "L(db=2) " SPAN " L(db=1) E(g=19,nf=5) " SPAN " L(db=3) " SPAN " E(g=35,nf=6)"},
    {"by symbol rate",
     "R(add,psd=3.125e-4,ado=38) " BOOST SPAN AFTER " R(express,psd=3.125e-4,ado=38,exo=41) " BOOST SPAN AFTER DROP},
    {"by slot", "R(add,pss=2e-4,ado=38) " BOOST SPAN AFTER " R(express,pss=2e-4,ado=38,maxloss=3) " BOOST SPAN AFTER DROP},
    {"degrees", ADD BOOST SPAN AFTER " R(express,tgt=-18,ado=38,pmd=1,pdl=0.5) E(g=18,nf=5) " SPAN AFTER
                                     " R(express,tgt=-22,ado=38) E(g=22,nf=5.5) " SPAN AFTER DROP},
    {"too weak for its target", ADD "E(g=5,nf=5) " SPAN " E(g=1,nf=5) R(express,tgt=-20,ado=38,maxloss=16) " BOOST SPAN AFTER DROP},
    {"uneven connectors and slope", "F(km=80,att=0.19,D=17,S=0.06,Aeff=80,pmd=0.1,ci=0.8,co=0.3) E(g=16.3,nf=5)"},
};

static const kh_chain_comb_text mixed = {.freq_thz = "191.4 191.5 191.6 191.7 191.85 192",
                                         .slot_ghz = "75 75 75 100 150 150",
                                         .baud_gbd = "63.1 32 63.1 64 130 95",
                                         .launch_dbm = "0 1 -2 3 4 -1"};

static void every_kind_of_element_is_the_same_in_a_network(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        kh_optical_chain chain;
        kh_optical_comb comb;
        kh_optical_path path;
        kh_error err = {0};
        if (kh_chain_parse(samples[i].chain, arena, &chain, &err) != KH_OK)
            fail_msg("%s: %s", samples[i].name, err.message);
        kh_optical_grid grid = {.first_thz = 191.35, .spacing_ghz = 50, .channels = 20, .baud_gbd = 32, .launch_dbm = 1};
        assert_int_equal(kh_optical_comb_grid(&grid, arena, &comb, NULL), KH_OK);
        expect_same_shapes(&chain, &comb, &path, arena);
        assert_int_equal(kh_chain_comb_parse(&mixed, arena, &comb, NULL), KH_OK);
        double offset_db[6];
        for (size_t k = 0; k < comb.n; k++)
            offset_db[k] = kh_dbm_from_watt(comb.launch_w[k]);
        comb.offset_db = offset_db; /* on the targets of ROADMs too */
        expect_same_shapes(&chain, &comb, &path, arena);
        kh_arena_reset(arena);
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_table_is_the_same_as_a_network),
        cmocka_unit_test(every_kind_of_element_is_the_same_in_a_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
