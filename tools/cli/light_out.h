/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_LIGHT_OUT_H
#define KH_TOOLS_CLI_LIGHT_OUT_H

#include "core/text/json.h"
#include "models/light_table.h"
#include "solvers/light/assign.h"
#include "tools/study/pipeline.h"

typedef struct cli_light_options {
    const char *link;   /**< NULL: all that apply */
    double wanted_gbps; /**< NAN: what the line has */
    double n_quantum;
    double other_pairs; /**< fibre pairs beside this one that classical channels may take */
    bool front;
    double time_limit_s;    /**< of all links together */
    const char *lp_program; /**< see kh_lp_options */
    const char *mps_path;   /**< NULL: no program is written */
    FILE *mps;              /**< where it goes */
} cli_light_options;

/** The best use of one fibre. */
typedef struct cli_light_one {
    kh_qkd_link_id link;
    kh_light_table table;
    kh_assign_problem problem;
    kh_assign assign;
    double now_gbps, now_bps; /**< as the topology has it, one module */
    double checked_bps;       /**< the models' key rate of the assignment, four-wave mixing included */
    kh_assign_offer *offers;  /**< [n_offers] */
    size_t n_offers;
    bool all_offers; /**< false: the time limit passed before all were looked for */
} cli_light_one;

/** All links asked for. */
typedef struct cli_light {
    cli_light_one *links; /**< [n] */
    size_t n;
} cli_light;

/** @return KH_OK; KH_ERANGE: no such link, or none that applies; as kh_light_table_make() and kh_assign_solve() */
kh_status cli_light_find(const kh_pipeline *p, const cli_light_options *options, cli_light *light, kh_error *err);

kh_status cli_light_text(const kh_pipeline *p, const cli_light_options *options, const cli_light *light, kh_error *err);

/** Keys: tools/cli/json.md. */
kh_json *cli_json_light(const kh_pipeline *p, const cli_light *light);

#endif
