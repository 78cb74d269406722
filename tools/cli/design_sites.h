/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_DESIGN_SITES_H
#define KH_TOOLS_CLI_DESIGN_SITES_H

#include "solvers/site/site_net.h"
#include "tools/study/pipeline.h"

/** `keyhaul design TOPOLOGY.yaml --sites`: where trusted nodes stand along the fibres. */

typedef struct cli_sites_request {
    const char *path, *device, *lp_program, *mps_path;
    bool fewest, two_disjoint, rolling, json;
    double step_km, reach_km; /* reach NAN: that of the farthest device */
    double growth_percent, discount_percent, time_limit_s, gap;
    uint64_t horizon_years, pairs_a_fibre; /* 0: at once; no limit */
} cli_sites_request;

/** What came out. A plan with rates, or sites that join the ends and the spans between them. */
typedef struct cli_sites {
    const cli_sites_request *request;
    const kh_pipeline *pipeline;
    const kh_net *net;
    kh_arena *arena;
    kh_site_net made;
    const kh_site_table *tables;
    size_t n_tables;
    kh_site_build build; /* with rates */
    bool *open;          /* without: [layout.n_sites] */
    bool *span_used;     /* without: [layout.n_spans] on some route */
    double price, bound; /* of either */
    bool complete;
    size_t n_parts; /* of the plant that an exported program was made for */
} cli_sites;

/** The command; argv as of cmd_design(). @return the exit status */
int cli_design_sites(int argc, char **argv);

/** Appends the answer for people; prints it as JSON. */
void cli_sites_text(const cli_sites *sites, kh_str *out);
kh_status cli_sites_json(const cli_sites *sites, kh_error *err);

/** The cheapest offer of a span, KH_NO_INDEX: none. */
uint32_t cli_sites_cheapest(const cli_sites *sites, uint32_t span);

#endif
