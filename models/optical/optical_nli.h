/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_NLI_H
#define KH_MODELS_OPTICAL_OPTICAL_NLI_H

#include "models/optical/optical.h"
#include "models/optical/optical_isrs.h"

/** Nonlinear interference of one span by the closed-form GN model (arXiv:1209.0394, eq. 120-123):
 *      N_i = gamma_i^2 Leff^2 P_i sum_j M_ij P_j^2
 *  M depends on the comb and on the fibre's attenuation and dispersion, not on its length, area or connectors: spans of one kind of
 *  fibre share one matrix, whatever their lengths. */

/** Makes the cache one of @p comb: matrices of another comb are dropped. */
kh_status kh_optical_cache_bind(kh_optical_cache *cache, const kh_optical_comb *comb, kh_error *err);

/** @param power_w     [n] at the fibre's input, behind the connector
 *  @param[out] nli_w  [n] interference, referred to the same place
 *  @param cache       bound to the comb of these powers
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_optical_nli_compute(kh_optical_cache *cache, const kh_optical_fibre *fibre, const double *power_w, double *nli_w,
                                 kh_error *err);

/** The tables of the model with Raman scattering, bound to the comb; they live in the cache. @return KH_OK; KH_ENOMEM */
kh_status kh_optical_cache_isrs(kh_optical_cache *cache, const kh_optical_comb *comb, kh_optical_isrs **isrs, kh_error *err);

/** Number of matrices computed since the cache was made, for benchmarks and tests. */
size_t kh_optical_cache_misses(const kh_optical_cache *cache);

#endif
