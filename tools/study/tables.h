/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_TABLES_H
#define KH_TOOLS_STUDY_TABLES_H

#include "core/run/run.h"
#include "tools/study/book.h"
#include "tools/study/pipeline.h"

/** Networks and results as the tables of core/run/README.md. All text is copied: nothing points into the pipeline. */

/** The base tables of @p net. @param[out] tables n_tables of them, in @p arena. @return KH_OK; KH_ENOMEM */
kh_status kh_tables_base(const kh_net *net, kh_arena *arena, kh_table **tables, size_t *n_tables, kh_error *err);

/** The tables of one case: a pipeline that reached the plan, simulated or not.
 *  Without simulation the simulated columns are NAN and `stores` has no rows. Counts of the simulation are means over the
 *  replications, except summary.events and summary.fibre_cuts (sums) and links.lowest_store_bits (the lowest of all).
 *  @param days  simulated time of one replication, for the summary; 0 when there was none */
kh_status kh_tables_case(const kh_pipeline *pipeline, double days, kh_arena *arena, kh_table **tables, size_t *n_tables,
                         kh_error *err);

/** The table `services`: a row for each demand that names data. */
void kh_tables_add_services(kh_book *book, const kh_pipeline *pipeline);

#endif
