/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_PARTS_H
#define KH_TOOLS_CLI_PLAN_PARTS_H

#include "solvers/domains/operators.h"

/** Writes FOLDER/domain-i.part for keyhaul-domains. Keys in there are made of the ids of links and nodes, so that each operator can
 *  write its own from a topology of its own.
 *  @param own  NULL: the parts of all domains, with secrets newly drawn for each two of them; else the part of this one alone,
 *              without secrets
 *  @return KH_OK; KH_EDATA: no such domain, a node without one, two ids that come to one key; KH_ENOMEM, KH_EWRITE */
kh_status cli_parts_write(const kh_net *net, const kh_operators *operators, const char *own, const char *folder, kh_arena *arena,
                          kh_error *err);

#endif
