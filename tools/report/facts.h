/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_FACTS_H
#define KH_TOOLS_REPORT_FACTS_H

#include "core/run/run.h"

#include <stdbool.h>

/** What a report says of one case: its tables next to those of the base, and the few figures that several parts need.
 *  A table that the run lacks is NULL; the look-ups forgive that. */
typedef struct kh_facts {
    const kh_run *run;
    const kh_run_case *run_case;
    size_t case_index;
    /* of the base */
    const kh_table *nodes, *domains, *fibres, *qkd_links, *line_systems, *base_demands, *assumptions;
    /* of the case */
    const kh_table *summary, *links, *lines, *demands, *services, *routes, *stores, *findings;
    size_t n_asking, n_met;          /**< demands that ask for QKD key; those that get all of it */
    double worst_share;              /**< lowest share of all that ask; NAN when none asks */
    size_t worst_demand;             /**< its row */
    double asked_bps, delivered_bps; /**< sums over demands that ask */
} kh_facts;

kh_facts kh_facts_of(const kh_run *run, size_t case_index);

/** @return the row with this id, SIZE_MAX when there is none. @p hint is looked at first: tables mostly run in the same order. */
size_t kh_facts_row(const kh_table *table, const char *id, size_t hint);
size_t kh_facts_rows(const kh_table *table);

bool kh_facts_demand_asks(const kh_facts *facts, size_t row);
/** rate / requested, NAN when nothing is asked. */
double kh_facts_demand_share(const kh_facts *facts, size_t row);
bool kh_facts_demand_is_met(const kh_facts *facts, size_t row);
/** Traffic that the demand wants carried: what the case says, which a what-if may have changed, else the base. NAN: not said. */
double kh_facts_demand_data_gbps(const kh_facts *facts, size_t row);

/** Labels for people, else the id, else "?". */
const char *kh_facts_node_name(const kh_facts *facts, const char *id);
const char *kh_facts_demand_name(const kh_facts *facts, size_t row);
/** Names of the two ends of a QKD link or line: "A – B", in the arena; the id when its ends are not known. NULL when memory is out
 */
const char *kh_facts_ends(const kh_facts *facts, kh_arena *arena, const kh_table *table, const char *id, size_t hint);
/** A list of node ids with spaces between, as names with @p between. NULL when memory is out. */
const char *kh_facts_node_names(const kh_facts *facts, kh_arena *arena, const char *ids, const char *between);

#endif
