/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SEED_H
#define KH_SOLVERS_SEED_H

#include "solvers/pricer.h"

/** Good paths to start column generation with: path equilibration.
 *
 *  All demands are routed in full; prices y_e = exp(beta * load_e / busiest load) / c_e; each round grows the trees under the
 * present prices, then moves flow between the paths of each demand by Newton steps until their prices agree; beta rises. Stops when
 *  certificate C1 (README) shows less than half a percent of gap, after a fixed number of rounds, or at the deadline.
 *
 *  @param deadline_s  on kh_clock_s(); INFINITY: none
 *  @param[out] pool   initialised by the caller, empty: gets the paths that carry flow; every demand with a path gets at least one,
 *                     and its first one carries most
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_seed_paths(const kh_pricer *pricer, double deadline_s, kh_pool *pool, kh_error *err);

#endif
