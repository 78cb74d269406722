/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_GRIDS_H
#define KH_TOOLS_REPORT_GRIDS_H

#include "tools/report/facts.h"
#include "tools/report/grid.h"

/** Number of entries of an array, for the heads of a table. */
#define KH_GRID_COUNT(array) (sizeof(array) / sizeof *(array))

/** The tables of a report. Each is NULL only when memory is out; a table that the run says nothing about has no rows. */

kh_grid *kh_grid_demands(const kh_facts *facts, kh_arena *arena); /**< asked, got, share, why */
kh_grid *kh_grid_routes(const kh_facts *facts, kh_arena *arena);
kh_grid *kh_grid_service(const kh_facts *facts, kh_arena *arena); /**< simulated, with confidence intervals */
kh_grid *kh_grid_data(const kh_facts *facts, kh_arena *arena);    /**< traffic next to what the lines carry */
kh_grid *kh_grid_cuts(const kh_facts *facts, kh_arena *arena);    /**< what stands in the way of each unmet demand */
kh_grid *kh_grid_prices(const kh_facts *facts, kh_arena *arena);  /**< the links that bind, dearest first */
kh_grid *kh_grid_links(const kh_facts *facts, kh_arena *arena);
kh_grid *kh_grid_lines(const kh_facts *facts, kh_arena *arena);
kh_grid *kh_grid_cost(const kh_facts *facts, kh_arena *arena);
kh_grid *kh_grid_findings(const kh_facts *facts, kh_arena *arena);
kh_grid *kh_grid_assumptions(const kh_facts *facts, kh_arena *arena); /**< of the base: assumed values first, then sourced ones */
kh_grid *kh_grid_cases(const kh_run *run, kh_arena *arena);           /**< every case against the first */

#endif
