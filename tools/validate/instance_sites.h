/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_INSTANCE_SITES_H
#define KH_TOOLS_VALIDATE_INSTANCE_SITES_H

#include "solvers/site/site.h"
#include "solvers/site/site_join.h"

/** The instance's terminals and candidate sites: the nodes with the largest sums of demands (of equal ones the first) are to be
 *  joined, edges are fibres, every site costs 1.
 *  @param rule     reach and step
 *  @param[out] problem  one route, no time limit; lives in @p arena
 *  @return as kh_qpi_read(), kh_site_layout_make(); KH_ERANGE: more terminals than nodes */
kh_status kh_instance_sites(const char *path, size_t n_terminals, const kh_site_rule *rule, kh_arena *arena,
                            kh_site_join_problem *problem, kh_error *err);

#endif
