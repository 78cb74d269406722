/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_kinds.h"

#include <string.h>

enum { BYTES_MAX = 32 << 20 };

static bool is_bound_to(const kh_optical_kinds *kinds, const kh_optical_comb *comb)
{
    size_t bytes = comb->n * sizeof(double);
    return kinds->n == comb->n && memcmp(kinds->freq_hz, comb->freq_hz, bytes) == 0 &&
           memcmp(kinds->baud_hz, comb->baud_hz, bytes) == 0;
}

static kh_status copy_comb(kh_optical_kinds *kinds, const kh_optical_comb *comb, kh_error *err)
{
    if (comb->n > kinds->comb_capacity || kinds->freq_hz == NULL) {
        double *arrays = KH_NEW(kinds->arena, double, 2 * comb->n);
        if (arrays == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for a comb of %zu channels", comb->n);
        kinds->freq_hz = arrays;
        kinds->baud_hz = arrays + comb->n;
        kinds->comb_capacity = comb->n;
    }
    kinds->n = comb->n;
    memcpy(kinds->freq_hz, comb->freq_hz, comb->n * sizeof(double));
    memcpy(kinds->baud_hz, comb->baud_hz, comb->n * sizeof(double));
    return KH_OK;
}

kh_status kh_optical_kinds_bind(kh_optical_kinds *kinds, const kh_optical_comb *comb, size_t size, kh_error *err)
{
    if (kinds->freq_hz != NULL && is_bound_to(kinds, comb))
        return KH_OK;
    KH_TRY(copy_comb(kinds, comb, err));
    if (size > kinds->capacity) { /* larger than any before: new room; the old stays with the arena */
        memset(kinds->kinds, 0, sizeof kinds->kinds);
        kinds->capacity = size;
    }
    size_t fit = BYTES_MAX / ((kinds->capacity + 1) * sizeof(double));
    kinds->n_slots = fit < 1 ? 1 : fit > KH_OPTICAL_KINDS_MAX ? KH_OPTICAL_KINDS_MAX : fit;
    kinds->n_kinds = 0;
    kinds->oldest = 0;
    return KH_OK;
}

static bool is_of_kind(const kh_optical_glass *kind, const kh_optical_fibre *fibre)
{
    return kind->attenuation_db_km == fibre->attenuation_db_km && kind->dispersion_ps_nm_km == fibre->dispersion_ps_nm_km &&
           kind->slope_ps_nm2_km == fibre->slope_ps_nm2_km && kind->effective_area_um2 == fibre->effective_area_um2 &&
           kind->spectral == fibre->spectral && (!kind->spectral || kind->type == fibre->type);
}

static kh_status add_kind(kh_optical_kinds *kinds, const kh_optical_fibre *fibre, double **room, kh_error *err)
{
    bool full = kinds->n_kinds == kinds->n_slots;
    kh_optical_glass *kind = &kinds->kinds[full ? kinds->oldest : kinds->n_kinds];
    double *made = kind->room != NULL ? kind->room : KH_NEW(kinds->arena, double, kinds->capacity);
    if (made == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the interference of %zu channels", kinds->n);
    *kind = (kh_optical_glass){.attenuation_db_km = fibre->attenuation_db_km,
                               .dispersion_ps_nm_km = fibre->dispersion_ps_nm_km,
                               .slope_ps_nm2_km = fibre->slope_ps_nm2_km,
                               .effective_area_um2 = fibre->effective_area_um2,
                               .spectral = fibre->spectral,
                               .type = fibre->type,
                               .room = made};
    if (full)
        kinds->oldest = kinds->oldest + 1 < kinds->n_slots ? kinds->oldest + 1 : 0;
    else
        kinds->n_kinds++;
    kinds->misses++;
    *room = made;
    return KH_OK;
}

kh_status kh_optical_kinds_find(kh_optical_kinds *kinds, const kh_optical_fibre *fibre, double **room, bool *fresh, kh_error *err)
{
    *fresh = false;
    for (size_t i = 0; i < kinds->n_kinds; i++)
        if (is_of_kind(&kinds->kinds[i], fibre)) {
            *room = kinds->kinds[i].room;
            return KH_OK;
        }
    *fresh = true;
    return add_kind(kinds, fibre, room, err);
}
