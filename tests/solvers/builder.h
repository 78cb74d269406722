/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_BUILDER_H
#define KH_TESTS_SOLVERS_BUILDER_H

#include "core/base/findings.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

/** Networks by hand, without a topology file. Nodes are trusted sites until changed. */
typedef struct kh_builder {
    kh_arena *arena;
    kh_net net;
    kh_rates rates;
    size_t room;
} kh_builder;

/** @param room  most nodes, links and demands; every function below fails the test when memory or room is out */
kh_builder kh_builder_create(size_t room);
void kh_builder_destroy(kh_builder *builder);

/** Nodes up to @p count, named n0, n1... */
void kh_builder_nodes(kh_builder *builder, size_t count);
/** A QKD link of one module, named l0, l1... @return its index */
uint32_t kh_builder_link(kh_builder *builder, uint32_t a, uint32_t b, double key_rate_bps);
/** A demand for key, named d0, d1... @return its index */
uint32_t kh_builder_demand(kh_builder *builder, uint32_t a, uint32_t b, double rate_bps);

/** Plans with kh_optimise and fails the test unless it succeeds and kh_verify() accepts the plan. */
kh_plan *kh_builder_plan(kh_builder *builder, kh_objective objective);

/** Fails the test, with what is wrong, unless kh_verify() accepts the plan. */
void kh_builder_assert_verified(const kh_builder *builder, const kh_plan *plan);

#endif
