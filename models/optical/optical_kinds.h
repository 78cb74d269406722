/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_KINDS_H
#define KH_MODELS_OPTICAL_OPTICAL_KINDS_H

#include "models/optical/optical.h"

enum { KH_OPTICAL_KINDS_MAX = 64 };

typedef struct kh_optical_glass {
    double attenuation_db_km, dispersion_ps_nm_km, slope_ps_nm2_km, effective_area_um2;
    bool spectral;
    const kh_fibre_type *type; /**< counts when spectral */
    double *room;
} kh_optical_glass;

/** What was computed over one comb for each kind of fibre: fibres that differ only in length and connectors share it. The oldest
 *  makes room when there are too many. Inside the optical model only. */
typedef struct kh_optical_kinds {
    kh_arena *arena;
    size_t n;                       /**< channels of the comb */
    double *freq_hz, *baud_hz;      /**< [n] */
    size_t comb_capacity, capacity; /**< room in these arrays, and numbers that each room holds */
    kh_optical_glass kinds[KH_OPTICAL_KINDS_MAX];
    size_t n_kinds, n_slots, oldest, misses;
} kh_optical_kinds;

/** Makes it one of @p comb: what belongs to another comb is forgotten.
 *  @param size  numbers that one kind takes over this comb */
kh_status kh_optical_kinds_bind(kh_optical_kinds *kinds, const kh_optical_comb *comb, size_t size, kh_error *err);

/** The numbers of a fibre's kind.
 *  @param[out] fresh  true: the caller has to fill them in
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_optical_kinds_find(kh_optical_kinds *kinds, const kh_optical_fibre *fibre, double **room, bool *fresh, kh_error *err);

#endif
