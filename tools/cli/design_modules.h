/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_DESIGN_MODULES_H
#define KH_TOOLS_CLI_DESIGN_MODULES_H

#include "solvers/design/dimension.h"
#include "tools/study/pipeline.h"

/** `keyhaul design TOPOLOGY.yaml`: how many QKD pairs of which device on each link. */

typedef struct cli_modules_request {
    const char *path, *by, *device, *protect, *mps_path;
    bool json;
    uint64_t pareto; /* 0: one design */
    kh_dimension_options dimension;
} cli_modules_request;

/** What came out: designs for rising theta, the last one for all that was asked. */
typedef struct cli_modules {
    const cli_modules_request *request;
    const kh_pipeline *pipeline;
    kh_dimension_offer *offers; /* [n_offers] */
    size_t n_offers;
    kh_dimension *designs;     /* [n] */
    double *theta;             /* [n] */
    kh_dimension *unprotected; /* the last theta without --protect; NULL: not asked for */
    size_t n;
} cli_modules;

/** The command; argv as of cmd_design(). @return the exit status */
int cli_design_modules(int argc, char **argv);

/** Appends the answer for people; prints it as JSON. */
void cli_modules_text(const cli_modules *modules, kh_str *out);
kh_status cli_modules_json(const cli_modules *modules, kh_error *err);

/** For all that is said of a design: EUR or pairs; a paragraph, which empties @p text. */
void cli_modules_cost(const cli_modules *modules, double cost, kh_str *out);
void cli_modules_paragraph(kh_str *out, kh_str *text);

#endif
