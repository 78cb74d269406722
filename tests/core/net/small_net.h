/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_NET_SMALL_NET_H
#define KH_TESTS_CORE_NET_SMALL_NET_H

/* A small network with every noun, and loading it with edits: shared by the tests of this folder. */
#include "core/net/load.h"

#include <stdio.h>
#include <string.h>

static const char small_net[] =
    "keyhaul: 1\n"
    "name: Small\n"
    "description: every noun once\n"
    "defaults:\n"
    "  fibre: {type: G.652.D}\n"
    "  node: {trusted: true, domain: one}\n"
    "domains:\n"
    "  - {id: one, country: NL, transit: {price_per_mbit: 0.5}}\n"
    "nodes:\n"
    "  - {id: A, label: Alpha, at: [52.0, 5.0], key_store: {capacity_keys: 1000, refill_below_keys: 800}}\n"
    "  - {id: B, at: [52.3, 5.0], key_store: {capacity_keys: 500}}\n"
    "  - {id: C, at: [52.6, 5.0], trusted: false}\n"
    "  - {id: X, at: [52.45, 5.0], kind: amplifier}\n"
    "fibre_types:\n"
    "  - {id: G.652.D, loss_db_per_km: 0.2}\n"
    "fibres:\n"
    "  - {id: AB, ends: [A, B], length_km: 40, loss_db: {value: 9.5, source: survey, assumed: true}}\n"
    "  - {id: XB, ends: [X, B], length_km: 20, medium: aerial}\n"
    "  - {id: XC, ends: [X, C], length_km: 20, loss_db_per_km: 0.25, connector_loss_db: 0.5}\n"
    "devices:\n"
    "  - {id: d, protocol: bbm92, clock_hz: 1e9, detector_efficiency: 0.2, dark_count_hz: 500}\n"
    "qkd_links:\n"
    "  - {id: Q1, via: [AB], device: d, modules: 2}\n"
    "  - {id: Q2, via: [XB, XC], device: d, protocol: bb84-decoy, key_store: {initial_keys: 10}}\n"
    "amplifiers:\n"
    "  - {id: edfa, noise_figure_db: 5}\n"
    "modes:\n"
    "  - {id: m, baud_gbd: 32, rate_gbps: 100, required_osnr_db: 12, min_spacing_ghz: 37.5}\n"
    "line_systems:\n"
    "  - {id: L, via: [AB, XB, XC], amplifiers: auto, roadms: [A, C], channels: {count: 40}, modes: [m], note: hello}\n"
    "demands:\n"
    "  - {id: key, between: [A, C], rate_bps: 100}\n"
    "  - {id: dci, between: [A, C], use: aes-256, encryptors: 12, rekey_s: 60, security: hybrid}\n"
    "  - {id: pqc, between: [A, C], use: aes-256, security: pqc, data_gbps: 1200}\n"
    "faults:\n"
    "  - {kind: fibre-cut, on: all-fibres, mtbf_h_per_1000km: 4380, mttr_h: 12}\n"
    "  - {kind: fibre-cut, on: AB, mtbf_h: 1000, mttr_h: 12}\n"
    "costs: {years: 10}\n";

/* The findings' text is for the caller to clear. */
static inline kh_status load_small(const kh_edit *edits, size_t n_edits, kh_net **net, kh_str *findings_text)
{
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_net_load_text("small.yaml", small_net, sizeof small_net - 1, edits, n_edits, findings, net, NULL);
    kh_findings_text(findings, false, findings_text);
    kh_findings_destroy(findings);
    return status;
}

#endif
