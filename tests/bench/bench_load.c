/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading and checking a topology of 100,000 lines against libyaml's own document parse of the same text, in one run.
 *
 *     bench_load [--block] [rounds]      --block: one key a line instead of one entry a line
 *
 * Rounds alternate between the two; the least CPU time of each counts, so that a busy machine does not decide. */
#include "core/net/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <yaml.h>

enum { LINES = 100000, DEFAULT_ROUNDS = 7 };

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / 1e6;
}

/* A grid of sites in Europe: every site has a fibre to the next, every fibre a link, every tenth site a demand. */
static void write_header(kh_str *out)
{
    kh_str_append(out,
                  "keyhaul: 1\nname: Grid\ndefaults: {fibre: {type: G.652.D}, node: {kind: site}}\n"
                  "domains:\n  - {id: one, operator: Operator One, discloses: full}\n"
                  "fibre_types:\n  - {id: G.652.D, loss_db_per_km: 0.2}\n"
                  "devices:\n  - {id: d1, protocol: bb84-decoy, clock_hz: 1e9, detector_efficiency: 0.2, dark_count_hz: 1000}\n");
}

static void write_flow(kh_str *out, size_t n)
{
    kh_str_append(out, "nodes:\n");
    for (size_t i = 0; i < n; i++)
        kh_str_printf(out, "  - {id: SITE-%zu, at: [%.4f, %.4f], domain: one, trusted: true, key_store: {capacity_keys: 1000}}\n",
                      i, 45.0 + 0.0005 * (double)(i % 20000), 5.0 + 0.2 * (double)(i / 20000));
    kh_str_append(out, "fibres:\n");
    for (size_t i = 0; i + 1 < n; i++)
        kh_str_printf(
            out,
            "  - {id: F-%zu, ends: [SITE-%zu, SITE-%zu], length_km: %.1f, loss_db: {value: %.2f, source: survey, assumed: true}}\n",
            i, i, i + 1, 2000 + 0.1 * (double)(i % 97), 410 + 0.01 * (double)(i % 89));
    kh_str_append(out, "qkd_links:\n");
    for (size_t i = 0; i + 1 < n; i++)
        kh_str_printf(out, "  - {id: Q-%zu, via: [F-%zu], device: d1, wavelength_nm: 1550.12, modules: 1}\n", i, i);
    kh_str_append(out, "demands:\n");
    for (size_t i = 0; i + 10 < n; i += 10)
        kh_str_printf(
            out, "  - {id: D-%zu, between: [SITE-%zu, SITE-%zu], use: aes-256, encryptors: 4, rekey_s: 60, security: hybrid}\n", i,
            i, i + 10);
}

static void write_block(kh_str *out, size_t n)
{
    kh_str_append(out, "nodes:\n");
    for (size_t i = 0; i < n; i++)
        kh_str_printf(out,
                      "  - id: SITE-%zu\n    at: [%.4f, %.4f]\n    domain: one\n    trusted: true\n    key_store:\n      "
                      "capacity_keys: 1000\n",
                      i, 45.0 + 0.0005 * (double)(i % 20000), 5.0 + 0.2 * (double)(i / 20000));
    kh_str_append(out, "fibres:\n");
    for (size_t i = 0; i + 1 < n; i++)
        kh_str_printf(out,
                      "  - id: F-%zu\n    ends: [SITE-%zu, SITE-%zu]\n    length_km: %.1f\n    loss_db:\n      value: %.2f\n      "
                      "source: survey\n"
                      "      assumed: true\n",
                      i, i, i + 1, 2000 + 0.1 * (double)(i % 97), 410 + 0.01 * (double)(i % 89));
    kh_str_append(out, "qkd_links:\n");
    for (size_t i = 0; i + 1 < n; i++)
        kh_str_printf(out, "  - id: Q-%zu\n    via: [F-%zu]\n    device: d1\n    wavelength_nm: 1550.12\n    modules: 1\n", i, i);
    kh_str_append(out, "demands:\n");
    for (size_t i = 0; i + 10 < n; i += 10)
        kh_str_printf(out,
                      "  - id: D-%zu\n    between: [SITE-%zu, SITE-%zu]\n    use: aes-256\n    encryptors: 4\n    rekey_s: 60\n    "
                      "security: hybrid\n",
                      i, i, i + 10);
}

static double time_load(const kh_str *text)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_error err = {0};
    double start = cpu_s();
    kh_status status =
        findings == NULL ? KH_ENOMEM : kh_net_load_text("grid.yaml", text->data, text->length, NULL, 0, findings, &net, &err);
    double used = cpu_s() - start;
    if (status != KH_OK) {
        kh_str report = {0};
        kh_findings_text(findings, false, &report);
        (void)fprintf(stderr, "bench_load: %s\n%.2000s", err.message, kh_str_text(&report));
        exit(EXIT_FAILURE);
    }
    kh_net_destroy(net);
    kh_findings_destroy(findings);
    return used;
}

static double time_libyaml(const kh_str *text)
{
    yaml_parser_t parser;
    yaml_document_t document;
    double start = cpu_s();
    if (!yaml_parser_initialize(&parser))
        exit(EXIT_FAILURE);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text->data, text->length);
    if (!yaml_parser_load(&parser, &document))
        exit(EXIT_FAILURE);
    double used = cpu_s() - start;
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return used;
}

int main(int argc, char **argv)
{
    int block = argc > 1 && strcmp(argv[1], "--block") == 0, rounds = argc > 1 + block ? atoi(argv[1 + block]) : DEFAULT_ROUNDS;
    kh_str text = {0};
    write_header(&text);
    if (block)
        write_block(&text, LINES * 10 / 187);
    else
        write_flow(&text, LINES * 10 / 31);
    size_t lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    double load_s = time_load(&text), before_mb = peak_mb(), yaml_s = time_libyaml(&text); /* the peak of loading alone */
    for (int i = 1; i < rounds; i++) {
        double l = time_load(&text), y = time_libyaml(&text);
        load_s = l < load_s ? l : load_s;
        yaml_s = y < yaml_s ? y : yaml_s;
    }
    (void)printf("%zu lines, %.1f MB: load and check %.3f s, libyaml document %.3f s, ratio %.2f, peak memory %.0f MB\n", lines,
                 (double)text.length / 1e6, load_s, yaml_s, load_s / yaml_s, before_mb);
    kh_str_clear(&text);
    return load_s <= 2.5 * yaml_s && before_mb <= 100 ? EXIT_SUCCESS : EXIT_FAILURE;
}
