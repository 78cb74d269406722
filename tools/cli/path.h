/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PATH_H
#define KH_TOOLS_CLI_PATH_H

#include <stdbool.h>

/** `keyhaul rates FILE --path A,B`. */
typedef struct cli_path_request {
    const char *ends;  /**< two ids of nodes and a comma between; NULL: not asked for */
    double tx_osnr_db; /**< of the transmitters, in 0.1 nm; NAN: that of the mode */
} cli_path_request;

/** Prints the shortest way over the line systems and every channel at its end. @return the exit status */
int cli_path_run(const char *file, const cli_path_request *request, bool json);

#endif
