/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_TOOLS_STUDY_SMALL_YAML_H
#define KH_TESTS_TOOLS_STUDY_SMALL_YAML_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** A topology of three sites and studies of it, as files in a folder of their own. */
static const char small_topology[] =
    "keyhaul: 1\n"
    "name: small\n"
    "domains: [{id: d, operator: D}]\n"
    "fibre_types: [{id: G, loss_db_per_km: 0.2, dispersion_ps_nm_km: 17, effective_area_um2: 80}]\n"
    "devices:\n"
    "  - {id: dev, protocol: bb84-decoy-asymptotic, clock_hz: 1.0e8, detector_efficiency: 0.2,\n"
    "     dark_count_hz: 1000, gate_ns: 1, misalignment: 0.02, detectors: 2, cost_eur: 100000}\n"
    "nodes:\n"
    "  - {id: A, at: [51.0, 0.0], domain: d, kind: site, trusted: false}\n"
    "  - {id: B, at: [51.3, 0.5], domain: d, kind: site, trusted: true}\n"
    "  - {id: C, at: [51.6, 1.0], domain: d, kind: site, trusted: false}\n"
    "fibres:\n"
    "  - {id: F1, ends: [A, B], type: G, length_km: 50}\n"
    "  - {id: F2, ends: [B, C], type: G, length_km: 60}\n"
    "qkd_links:\n"
    "  - {id: Q1, via: [F1], device: dev, modules: 1}\n"
    "  - {id: Q2, via: [F2], device: dev, modules: 1}\n"
    "demands:\n"
    "  - {id: dci, between: [A, C], use: aes-256, encryptors: 2, rekey_s: 60, security: qkd}\n"
    "  - {id: pad, between: [A, C], use: otp, rate_bps: 200000, security: qkd}\n"
    "faults:\n"
    "  - {kind: fibre-cut, on: all-fibres, mtbf_h_per_1000km: 4380, mttr_h: 12}\n";

typedef struct small_folder {
    char path[64], topology[96], study[96], run[96];
} small_folder;

static inline int small_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return 1;
    int bad = fputs(text, file) < 0;
    return fclose(file) != 0 || bad;
}

static inline int small_folder_start(small_folder *f)
{
    (void)strcpy(f->path, "/tmp/keyhaul-test-XXXXXX");
    if (mkdtemp(f->path) == NULL)
        return 1;
    (void)snprintf(f->topology, sizeof f->topology, "%s/net.yaml", f->path);
    (void)snprintf(f->study, sizeof f->study, "%s/study.yaml", f->path);
    (void)snprintf(f->run, sizeof f->run, "%s/run.db", f->path);
    return small_write(f->topology, small_topology);
}

/** Fails when anything but the files that the test made is left behind. */
static inline int small_folder_end(const small_folder *f)
{
    (void)unlink(f->topology);
    (void)unlink(f->study);
    (void)unlink(f->run);
    return rmdir(f->path);
}

#endif
