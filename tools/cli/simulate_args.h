/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SIMULATE_ARGS_H
#define KH_TOOLS_CLI_SIMULATE_ARGS_H

#include "core/sim/sim.h"
#include "tools/cli/run_files.h"

#include <stdbool.h>

/** What the command line says of a simulation. */
typedef struct simulate_args {
    const char *path;
    kh_sim_options sim;
    double days, warm_up_days;
    uint64_t batches;                 /**< 0: one */
    uint64_t replications, processes; /**< replications 0: not given */
    const char *objective, *level;
    const char *rare;    /**< id of a demand; NULL: a plain simulation */
    const char *routing; /**< NULL: not given */
    uint64_t disjoint, needed, classes;
    double admission, restoration_s; /**< NAN: not given */
    bool no_faults, json, require;
    cli_run_files files;
} simulate_args;

/** Fills @p args with defaults and what is given. @param[out] finished the help was printed. @return KH_OK; KH_EUSAGE */
kh_status simulate_args_parse(int argc, char **argv, simulate_args *args, bool *finished, kh_error *err);

#endif
