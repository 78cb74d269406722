/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_OPERATORS_H
#define KH_SOLVERS_DOMAINS_OPERATORS_H

#include "core/net/net.h"
#include "core/net/rates.h"
#include "solvers/domains/federation.h"
#include "solvers/flow/given.h"

/** A network's domains as members of a federation. `full` and `prices` are one policy here, since prices lead to the optimum that
 *  full knowledge leads to. Nodes without a domain are together in one more, which shows prices and has no contract. */
typedef struct kh_operators {
    kh_given given;
    uint32_t n_domains;
    uint32_t *domain_of; /**< [n_nodes]; the network's domains, then the one without a name if there is one */
    const char **name;   /**< [n_domains] id, or "(no domain)" */
    kh_part *parts;      /**< [n_domains] */
} kh_operators;

/** Lives in @p arena. @return as kh_given_make(), kh_part_cut() */
kh_status kh_operators_make(const kh_net *net, const kh_rates *rates, kh_arena *arena, kh_operators *operators, kh_error *err);

#endif
