/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_SIMPLEX_H
#define KH_SOLVERS_FLOW_SIMPLEX_H

#include "solvers/flow/keyed.h"

/** Simplex steps on a basis of key paths, over the paths that the pool has. What they end with is for the caller to prove. */
typedef enum kh_simplex_end {
    KH_SIMPLEX_DONE,
    KH_SIMPLEX_STUCK, /**< dual: no path of the pool helps; those cheaper than their key under @p line do, if there are any */
    KH_SIMPLEX_FAILED /**< too many steps, no time left, or the numbers went wrong */
} kh_simplex_end;

/** Dual steps until no share and no room left is negative and barred paths are out. Reduced costs below 0 count as 0, so any basis
 *  may be where it starts; the primal steps then put right what is left of them.
 *  @param[in,out] left   steps that may still be made
 *  On STUCK b->line holds weights of links, >= 0, per bit/s. */
kh_simplex_end kh_simplex_dual(kh_keyed *b, size_t *left);

/** Primal steps from a feasible basis to the best t over the pool. Values and prices are set. */
kh_simplex_end kh_simplex_primal(kh_keyed *b, size_t *left);

/** One step by which a path comes into a feasible basis, whatever it pays; one that is an extra becomes the key.
 *  @return false: the numbers went wrong */
bool kh_simplex_bring_in(kh_keyed *b, uint32_t path);

/** Some demands stop growing at their share of 1, and t goes on from 1 with the others until something holds it: the first step
 * after the best t, kh_keyed_rescale()d to 1, with prices set.
 *  @param stops  [n_demands] the growing demands to freeze; those left must have no price on their way
 *  @return false: the numbers went wrong */
bool kh_simplex_go_on(kh_keyed *b, const bool *stops);

#endif
