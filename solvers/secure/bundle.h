/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_BUNDLE_H
#define KH_SOLVERS_SECURE_BUNDLE_H

#include "solvers/flow/pricer.h"
#include "solvers/secure/disjoint.h"
#include "solvers/secure/secure.h"

/** Bundles: disjoint paths that carry shares of the same keys, so that t relays who tell each other all learn nothing.
 *
 *  DISJOINT: t + 1 paths, one key for each bit on all of them. RAMP: any number n > t of paths, n - t keys; or a link between the
 *  two ends alone, which no relay sees. Why no other flow brings more: README. */
typedef struct kh_bundler {
    const kh_secure_problem *problem;
    const kh_pricer *pricer; /**< groups and order of the demands */
    kh_disjoint_ways *ways;
    size_t *direct_first; /**< [n_demands + 1] RAMP: into direct_link */
    uint32_t *direct_link;
    bool *exposed;       /**< [n_demands] has no bundle, whatever the prices */
    const double *price; /**< [n_links] looked at last */
    uint32_t *links;     /**< [n_links] of the bundle found last, way by way from the target to the source */
} kh_bundler;

/** @param problem, pricer  must outlive the bundler; not COALITIONS
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_bundler_init(kh_bundler *bundler, const kh_secure_problem *problem, const kh_pricer *pricer, kh_arena *arena,
                          kh_error *err);

/** The bundler as one who knows the cheapest ways. */
kh_oracle kh_bundler_oracle(kh_bundler *bundler);

/** Bits of secret key for one bit on each link of a bundle.
 *  @param links  [n_links] of disjoint paths between the two ends of the demand */
uint32_t kh_bundle_keys(const kh_secure_problem *problem, uint32_t demand, const uint32_t *links, size_t n_links);

#endif
