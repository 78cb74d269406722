/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_TOOLS_REPORT_SYNTHETIC_H
#define KH_TESTS_TOOLS_REPORT_SYNTHETIC_H

/* A made-up run for tests of reports: a chain of places across Europe with a branch, of any size, with awkward names on request. */

#include "core/run/run.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct synthetic {
    size_t n_nodes; /**< >= 2 */
    size_t n_cases;
    size_t store_points;
    bool nasty; /**< names full of markup */
} synthetic;

static const char *nasty_id(kh_arena *arena, const synthetic *of, const char *prefix, size_t i)
{
    return of->nasty ? kh_arena_printf(arena, "%s%zu<b>&\"'é]]>\x01\xff", prefix, i) : kh_arena_printf(arena, "%s%zu", prefix, i);
}

static const char *node_id(kh_arena *arena, const synthetic *of, size_t i)
{
    return nasty_id(arena, of, "N", i);
}

static kh_table *new_table(kh_arena *arena, const char *name, size_t n_rows)
{
    return kh_table_create(arena, name, n_rows, 24);
}

static kh_table make_nodes(kh_arena *arena, const synthetic *of)
{
    static const char *const kinds[] = {"site", "site", "amplifier", "site", "switch", "site", "ogs"};
    kh_table *t = new_table(arena, "nodes", of->n_nodes);
    const char **id = kh_table_add_text(arena, t, "id"), **label = kh_table_add_text(arena, t, "label");
    const char **domain = kh_table_add_text(arena, t, "domain"), **kind = kh_table_add_text(arena, t, "kind");
    double *trusted = kh_table_add_number(arena, t, "trusted");
    double *lat = kh_table_add_number(arena, t, "lat_deg"), *lon = kh_table_add_number(arena, t, "lon_deg");
    for (size_t i = 0; i < of->n_nodes; i++) {
        double along = (double)i / (double)of->n_nodes;
        id[i] = node_id(arena, of, i);
        label[i] = i % 5 == 4 ? NULL : nasty_id(arena, of, "Place ", i);
        domain[i] = i % 2 == 0 ? "dom-a" : "dom-b";
        kind[i] = i == 0 || i + 1 == of->n_nodes ? "site" : kinds[i % 7];
        trusted[i] = i % 3 != 2;
        lat[i] = 51 + 13 * along + 1.2 * sin(20 * along);
        lon[i] = -3 + 28 * along + 1.5 * cos(31 * along);
    }
    return *t;
}

static kh_table make_edges(kh_arena *arena, const synthetic *of, const char *name, const char *prefix)
{
    kh_table *t = new_table(arena, name, of->n_nodes - 1);
    const char **id = kh_table_add_text(arena, t, "id"), **a = kh_table_add_text(arena, t, "a"),
               **b = kh_table_add_text(arena, t, "b");
    const char **via = strcmp(name, "fibres") == 0 ? NULL : kh_table_add_text(arena, t, "via");
    const char **protocol = strcmp(name, "qkd_links") == 0 ? kh_table_add_text(arena, t, "protocol") : NULL;
    double *length = kh_table_add_number(arena, t, "length_km");
    for (size_t i = 0; i + 1 < of->n_nodes; i++) {
        id[i] = nasty_id(arena, of, prefix, i);
        a[i] = node_id(arena, of, i);
        b[i] = node_id(arena, of, i + 1);
        length[i] = 60 + (double)(i % 7) * 9;
        if (via != NULL)
            via[i] = nasty_id(arena, of, "F", i);
        if (protocol != NULL)
            protocol[i] = "bb84-decoy";
    }
    return *t;
}

static kh_table make_domains(kh_arena *arena)
{
    kh_table *t = new_table(arena, "domains", 2);
    const char **id = kh_table_add_text(arena, t, "id"), **operator_name = kh_table_add_text(arena, t, "operator");
    const char **country = kh_table_add_text(arena, t, "country");
    id[0] = "dom-a";
    id[1] = "dom-b";
    operator_name[0] = "Operator A";
    operator_name[1] = "R&D <net>";
    country[0] = "NL";
    country[1] = NULL;
    return *t;
}

enum { SYNTHETIC_DEMANDS = 4 };

static kh_table make_base_demands(kh_arena *arena, const synthetic *of)
{
    static const char *const securities[SYNTHETIC_DEMANDS] = {"qkd", "hybrid", "qkd", "pqc"};
    kh_table *t = new_table(arena, "demands", SYNTHETIC_DEMANDS);
    const char **id = kh_table_add_text(arena, t, "id"), **label = kh_table_add_text(arena, t, "label");
    const char **a = kh_table_add_text(arena, t, "a"), **b = kh_table_add_text(arena, t, "b");
    const char **use = kh_table_add_text(arena, t, "use"), **security = kh_table_add_text(arena, t, "security");
    double *data = kh_table_add_number(arena, t, "data_gbps");
    for (size_t i = 0; i < SYNTHETIC_DEMANDS; i++) {
        id[i] = nasty_id(arena, of, "D", i);
        label[i] = i == 0 ? "Amsterdam – Kajaani" : NULL;
        a[i] = node_id(arena, of, 0);
        b[i] = node_id(arena, of, of->n_nodes - 1 - i % of->n_nodes);
        use[i] = "aes-256";
        security[i] = securities[i];
        data[i] = i == 0 ? 1200 : (double)NAN;
    }
    return *t;
}

static kh_table make_assumptions(kh_arena *arena, const synthetic *of)
{
    kh_table *t = new_table(arena, "assumptions", 3);
    const char **noun = kh_table_add_text(arena, t, "noun"), **id = kh_table_add_text(arena, t, "id");
    const char **field = kh_table_add_text(arena, t, "field"), **value = kh_table_add_text(arena, t, "value");
    const char **source = kh_table_add_text(arena, t, "source"), **place = kh_table_add_text(arena, t, "place");
    double *assumed = kh_table_add_number(arena, t, "assumed");
    for (size_t i = 0; i < 3; i++) {
        noun[i] = "fibres";
        id[i] = nasty_id(arena, of, "F", i);
        field[i] = "loss_db";
        value[i] = "28.0";
        source[i] = i == 0 ? NULL : "loss rule; <script>alert(1)</script> https://example.org/?a=1&b=2";
        place[i] = "x.yaml:12:3";
        assumed[i] = i != 1;
    }
    return *t;
}

static kh_table make_links(kh_arena *arena, const synthetic *of, size_t case_index)
{
    size_t n = of->n_nodes - 1 - (case_index == 2); /* the third case lost a link */
    kh_table *t = new_table(arena, "links", n);
    const char **id = kh_table_add_text(arena, t, "id"), **limit = kh_table_add_text(arena, t, "limit");
    double *rate = kh_table_add_number(arena, t, "key_rate_bps"), *qber = kh_table_add_number(arena, t, "qber");
    double *loss = kh_table_add_number(arena, t, "loss_db"), *capacity = kh_table_add_number(arena, t, "capacity_bps");
    double *used = kh_table_add_number(arena, t, "used_bps"), *price = kh_table_add_number(arena, t, "shadow_price");
    double *measured = kh_table_add_number(arena, t, "measured"), *lowest = kh_table_add_number(arena, t, "lowest_store_bits");
    for (size_t i = 0; i < n; i++) {
        id[i] = nasty_id(arena, of, "Q", i);
        limit[i] = "photons lost in the fibre";
        rate[i] = i % 9 == 8 ? 0 : 40 * pow(10, (double)(i % 5));
        qber[i] = i % 9 == 8 ? (double)NAN : 0.021;
        loss[i] = 12.5 + (double)(i % 7) * 2;
        capacity[i] = rate[i];
        used[i] = rate[i] * (double)(i % 4) / 3;
        price[i] = i % 4 == 3 ? 0.0125 : 0;
        measured[i] = i % 6 == 0;
        lowest[i] = 256000;
    }
    return *t;
}

static kh_table make_lines(kh_arena *arena, const synthetic *of)
{
    kh_table *t = new_table(arena, "lines", 2);
    const char **id = kh_table_add_text(arena, t, "id"), **mode = kh_table_add_text(arena, t, "mode");
    const char **reason = kh_table_add_text(arena, t, "reason");
    double *gsnr = kh_table_add_number(arena, t, "gsnr_db"), *capacity = kh_table_add_number(arena, t, "capacity_gbps");
    double *margin = kh_table_add_number(arena, t, "margin_db"), *latency = kh_table_add_number(arena, t, "latency_ms");
    for (size_t i = 0; i < 2; i++) {
        id[i] = nasty_id(arena, of, "L", i);
        mode[i] = i == 0 ? "dp-qpsk-32" : NULL;
        reason[i] = i == 0 ? "" : "the nearest mode lacks 2.3 dB of OSNR";
        gsnr[i] = 17.2;
        capacity[i] = i == 0 ? 7600 : 0;
        margin[i] = i == 0 ? 3.1 : -2.3;
        latency[i] = 17.43;
    }
    return *t;
}

static kh_table make_demands(kh_arena *arena, const synthetic *of, size_t case_index)
{
    static const double shares[SYNTHETIC_DEMANDS] = {1, 0.762, 0, 0};
    kh_table *t = new_table(arena, "demands", SYNTHETIC_DEMANDS);
    const char **id = kh_table_add_text(arena, t, "id"), **why = kh_table_add_text(arena, t, "why");
    const char **shortfall = kh_table_add_text(arena, t, "shortfall"), **sites = kh_table_add_text(arena, t, "cut_sites");
    const char **links = kh_table_add_text(arena, t, "cut_links"), **data_why = kh_table_add_text(arena, t, "data_why");
    double *asked = kh_table_add_number(arena, t, "requested_bps"), *rate = kh_table_add_number(arena, t, "rate_bps");
    double *requests = kh_table_add_number(arena, t, "requests"), *served = kh_table_add_number(arena, t, "served");
    double *served_share = kh_table_add_number(arena, t, "served_share"),
           *served_ci = kh_table_add_number(arena, t, "served_share_ci"), *blocked = kh_table_add_number(arena, t, "blocked");
    double *availability = kh_table_add_number(arena, t, "availability"), *wait = kh_table_add_number(arena, t, "mean_wait_s");
    for (size_t i = 0; i < SYNTHETIC_DEMANDS; i++) {
        double asks = 6000 * (double)(1 + case_index % 2);
        id[i] = nasty_id(arena, of, "D", i);
        why[i] = i == 0 ? "One route of 12 hops carries all of it."
                        : "The span N3 – N4 <308 km> carries no key: 62 dB are beyond the reach of every device here.";
        shortfall[i] = i == 0 ? "" : i == 3 ? "not needed" : "capacity";
        sites[i] = i == 1 || i == 2 ? kh_arena_printf(arena, "%s %s", node_id(arena, of, 0), node_id(arena, of, 1)) : "";
        links[i] = i == 1 ? nasty_id(arena, of, "Q", 1) : "";
        data_why[i] = i == 0 ? "1.2 Tbit/s fit on line L0 with 3.1 dB to spare; QKD and PQC protect it." : "";
        asked[i] = asks;
        rate[i] = asks * shares[i];
        requests[i] = i < 2 ? 43200 : (double)NAN;
        served[i] = 43200 * shares[i];
        served_share[i] = shares[i];
        served_ci[i] = 3e-4;
        blocked[i] = 43200 * (1 - shares[i]);
        availability[i] = 0.9987;
        wait[i] = 0.0123;
    }
    return *t;
}

static kh_table make_summary(kh_arena *arena, size_t case_index)
{
    kh_table *t = new_table(arena, "summary", 1);
    *kh_table_add_number(arena, t, "value") = 0.762 / (double)(1 + case_index);
    *kh_table_add_number(arena, t, "n_modules") = 31;
    *kh_table_add_number(arena, t, "n_trusted_nodes") = 12;
    *kh_table_add_number(arena, t, "cost_total_eur") = 21.4e6 + 1e6 * (double)case_index;
    *kh_table_add_number(arena, t, "cost_modules_eur") = 12e6;
    *kh_table_add_number(arena, t, "cost_fibre_eur") = 9.4e6;
    return *t;
}

static kh_table make_stores(kh_arena *arena, const synthetic *of)
{
    size_t n_links = of->n_nodes - 1 < 12 ? of->n_nodes - 1 : 12, n = of->store_points;
    kh_table *t = new_table(arena, "stores", n_links * n);
    const char **link = kh_table_add_text(arena, t, "link");
    double *t_s = kh_table_add_number(arena, t, "t_s"), *level = kh_table_add_number(arena, t, "level_bits");
    for (size_t i = 0; i < n_links * n; i++) {
        link[i] = nasty_id(arena, of, "Q", i / n);
        t_s[i] = (double)(i % n) * 30 * 86400 / (double)n;
        level[i] = 256e3 * (0.55 + 0.45 * sin((double)(i % n) / (4 + (double)(i / n)))) * (1 - 0.07 * (double)(i / n));
    }
    return *t;
}

static kh_table make_routes(kh_arena *arena, const synthetic *of)
{
    kh_table *t = new_table(arena, "routes", 1);
    kh_table_add_text(arena, t, "demand")[0] = nasty_id(arena, of, "D", 0);
    kh_table_add_text(arena, t, "path")[0] = kh_arena_printf(arena, "%s %s", node_id(arena, of, 0), node_id(arena, of, 1));
    *kh_table_add_number(arena, t, "rate_bps") = 6000;
    return *t;
}

static kh_table make_services(kh_arena *arena, const synthetic *of)
{
    kh_table *t = new_table(arena, "services", 1);
    kh_table_add_text(arena, t, "id")[0] = nasty_id(arena, of, "D", 0);
    kh_table_add_text(arena, t, "state")[0] = "carried";
    kh_table_add_text(arena, t, "lines")[0] = nasty_id(arena, of, "L", 0);
    kh_table_add_text(arena, t, "mapping")[0] = "3 x 400 Gbit/s (m400)";
    kh_table_add_text(arena, t, "spectrum_thz")[0] = "191.32500-191.77500 THz";
    kh_table_add_text(arena, t, "layer")[0] = "hybrid";
    *kh_table_add_number(arena, t, "length_km") = 3500;
    return *t;
}

static kh_table make_findings(kh_arena *arena)
{
    kh_table *t = new_table(arena, "findings", 1);
    kh_table_add_text(arena, t, "severity")[0] = "warning";
    kh_table_add_text(arena, t, "place")[0] = "x.yaml:40:5";
    kh_table_add_text(arena, t, "message")[0] = "the fibre is shorter than the great circle between its ends";
    return *t;
}

static void make_case(kh_arena *arena, const synthetic *of, size_t i, kh_run_case *out)
{
    kh_table *tables = KH_NEW(arena, kh_table, 8);
    tables[0] = make_summary(arena, i);
    tables[1] = make_links(arena, of, i);
    tables[2] = make_lines(arena, of);
    tables[3] = make_demands(arena, of, i);
    tables[4] = make_routes(arena, of);
    tables[5] = make_stores(arena, of);
    tables[6] = make_findings(arena);
    tables[7] = make_services(arena, of);
    *out = (kh_run_case){.name = i == 0 ? "as designed" : nasty_id(arena, of, "what-if ", i),
                         .changes = i == 0 ? "" : "demands.*.encryptors = 24",
                         .seed = 7,
                         .replications = 3,
                         .tables = tables,
                         .n_tables = 8};
}

static kh_run *make_run(kh_arena *arena, synthetic of)
{
    kh_run *run = KH_NEW(arena, kh_run, 1);
    kh_table *tables = KH_NEW(arena, kh_table, 7);
    tables[0] = make_nodes(arena, &of);
    tables[1] = make_edges(arena, &of, "fibres", "F");
    tables[2] = make_edges(arena, &of, "qkd_links", "Q");
    tables[3] = make_edges(arena, &of, "line_systems", "L");
    tables[4] = make_domains(arena);
    tables[5] = make_base_demands(arena, &of);
    tables[6] = make_assumptions(arena, &of);
    *run = (kh_run){.study = of.nasty ? "A <study> & its \"what-ifs\"" : "A study",
                    .created_utc = "2026-11-22T18:00:00Z",
                    .version = "0.1.0",
                    .input_hash = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
                    .command = "keyhaul study a.yaml -o 'a & b.db'",
                    .tables = tables,
                    .n_tables = 7,
                    .cases = KH_NEW(arena, kh_run_case, of.n_cases),
                    .n_cases = of.n_cases};
    for (size_t i = 0; i < of.n_cases; i++)
        make_case(arena, &of, i, &run->cases[i]);
    return run;
}

#endif
