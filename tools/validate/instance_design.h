/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_INSTANCE_DESIGN_H
#define KH_TOOLS_VALIDATE_INSTANCE_DESIGN_H

#include "solvers/design/modules.h"

/** An instance as a design: a module adds the link's rate and costs as many as it has spans, a node costs @p node_cost; no limits.
 *  @return as kh_qpi_read() */
kh_status kh_instance_design(const char *path, double theta, double node_cost, kh_arena *arena, kh_modules_problem *problem,
                             kh_error *err);

/** Makes it bear the loss of every link, or of every node with its links and demands; demands that a loss parts are left out of it.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_instance_losses(bool of_nodes, kh_arena *arena, kh_modules_problem *problem, kh_error *err);

#endif
