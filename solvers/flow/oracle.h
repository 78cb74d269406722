/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_ORACLE_H
#define KH_SOLVERS_FLOW_ORACLE_H

#include <stddef.h>
#include <stdint.h>

/** The cheapest way for a demand to get key. */
typedef struct kh_oracle_way {
    double price;          /**< of the links for one bit of key; INFINITY: there is none */
    const uint32_t *links; /**< [n_links] each once, as in the pricer's paths; borrowed until the next question */
    size_t n_links;
    uint32_t keys; /**< as in kh_pool_path */
} kh_oracle_way;

/** Who knows the cheapest ways: shortest paths, or something else that takes as much of each of its links. */
typedef struct kh_oracle {
    void *self;
    /** @param price  [n_links] borrowed for the questions that follow */
    void (*look)(void *self, size_t group, const double *price);
    /** @param at  place of the demand in the pricer's order, in the group looked at last */
    kh_oracle_way (*find)(void *self, size_t at);
} kh_oracle;

#endif
