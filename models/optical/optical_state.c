/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_state.h"

kh_status kh_optical_state_create(const kh_optical_comb *comb, kh_arena *arena, kh_optical_state *state, kh_error *err)
{
    double *all = KH_NEW(arena, double, 4 * comb->n);
    if (all == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu channels", comb->n);
    *state = (kh_optical_state){
        .n = comb->n, .power_w = all, .signal = all + comb->n, .ase = all + 2 * comb->n, .nli = all + 3 * comb->n};
    for (size_t i = 0; i < comb->n; i++) {
        state->power_w[i] = comb->launch_w[i];
        state->signal[i] = 1.0;
    }
    return KH_OK;
}

void kh_optical_state_scale(kh_optical_state *state, double factor)
{
    for (size_t i = 0; i < state->n; i++)
        state->power_w[i] *= factor;
}

void kh_optical_state_add_ase(kh_optical_state *state, const double *ase_w)
{
    for (size_t i = 0; i < state->n; i++) {
        double total_w = state->power_w[i] + ase_w[i];
        double kept = state->power_w[i] / total_w;
        state->signal[i] *= kept;
        state->nli[i] *= kept;
        state->ase[i] = state->ase[i] * kept + ase_w[i] / total_w;
        state->power_w[i] = total_w;
    }
}

void kh_optical_state_add_nli(kh_optical_state *state, const double *nli_w)
{
    for (size_t i = 0; i < state->n; i++) {
        double share = state->power_w[i] > 0.0 ? nli_w[i] / state->power_w[i] : 0.0;
        if (share > 1.0) /* far beyond any working line; a channel cannot give more than it has */
            share = 1.0;
        state->signal[i] *= 1.0 - share;
        state->ase[i] *= 1.0 - share;
        state->nli[i] = state->nli[i] * (1.0 - share) + share;
    }
}

double kh_optical_state_total_w(const kh_optical_state *state)
{
    double total_w = 0.0;
    for (size_t i = 0; i < state->n; i++)
        total_w += state->power_w[i];
    return total_w;
}
