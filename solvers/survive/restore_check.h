/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_RESTORE_CHECK_H
#define KH_SOLVERS_SURVIVE_RESTORE_CHECK_H

#include "core/base/findings.h"
#include "solvers/survive/restore.h"

/** Checks backups from themselves and their prices alone, sharing no code with what made them: each leads from end to end of its
 *  demand over nodes that relay, and no loss that hits its working route takes it; they carry value * the working rate of all
 * routes but the bare ones; under every loss and without one all loads fit; the bound is what the prices prove (igraph's Dijkstra),
 * and at most 1e-9 above the value when complete; bare routes have no way around.
 *  @param findings  one error for each thing that is wrong
 *  @return KH_OK when nothing is wrong; KH_UNMET when @p findings has errors; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_restore_check(const kh_restore_problem *problem, const kh_restoration *restoration, kh_findings *findings,
                           kh_error *err);

#endif
