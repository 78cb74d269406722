/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_RUN_FILES_H
#define KH_TOOLS_CLI_RUN_FILES_H

#include "core/sim/sim.h"

#include <stdio.h>

/** Files beside a simulation: its trace (JSON lines, one a happening) and its checkpoints. All of the first replication. */
typedef struct cli_run_files {
    const char *trace, *checkpoint, *resume; /**< paths; NULL: none. "{day}" in checkpoint: the day of the run, so all are kept */
    double trace_from_days, trace_to_days, checkpoint_every_days;
    kh_arena *arena;
    FILE *trace_file;
    const char *trace_why; /* the first error of the trace */
    kh_journal journal;
    kh_sim_checkpoints checkpoints;
} cli_run_files;

/** Opens and reads what is asked for and puts it into the options, which point into @p files from then on.
 *  @return KH_OK; KH_ENOINPUT, KH_EWRITE */
kh_status cli_run_files_open(cli_run_files *files, kh_sim_options *sim, kh_error *err);

/** Closes the trace. @return @p status, or KH_EWRITE when that was fine but the trace is not whole */
kh_status cli_run_files_close(cli_run_files *files, kh_status status, kh_error *err);

#endif
