/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "models/qkd/lim2014_search.h"
#include "models/space/pass.h"

#include <math.h>

static const double ENDLESS = 1e12; /* passes in a block in which nothing fluctuates any more */
enum { STEPS_MAX = 64 };

kh_pass_system kh_pass_system_of(const kh_qkd_system *system)
{
    return (kh_pass_system){
        .setting = {.detector = kh_detector_timed(&system->detector, system->clock_hz),
                    .ec_efficiency = system->ec_efficiency,
                    .eps_sec = system->eps_sec,
                    .eps_cor = system->eps_cor,
                    .errors = KH_LIM2014_ERRORS_LEAST,
                    .tail = KH_LIM2014_TAIL_CHERNOFF,
                    .leak = KH_LIM2014_LEAK_GREATER},
        .clock_hz = system->clock_hz,
        .mu_3 = KH_LIM2014_MU_3,
        .passes = fmin(system->block_bits, ENDLESS),
    };
}

static kh_status key(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    if (system->pass == NULL || system->pass->n > STEPS_MAX)
        return kh_fail(err, KH_ERANGE, "a pass has 1 to %d steps", STEPS_MAX);
    kh_pass_system of_pass = kh_pass_system_of(system);
    of_pass.setting.detector = system->detector; /* its windows were applied before */
    double loss = kh_linear_from_db(-system->loss_b_db), transmittance[STEPS_MAX];
    for (size_t i = 0; i < system->pass->n; i++)
        transmittance[i] = loss * system->pass->transmittance[i];
    const kh_pass_steps steps = {system->pass->seconds, transmittance, system->pass->n};
    kh_lim2014_choice start;
    kh_pass_search how = {.rough = system->rough};
    if (system->near != NULL && system->near->rate_bps > 0.0) {
        start = kh_lim2014_choice_of(system->near->parameters, KH_LIM2014_MU_3);
        how.near = &start;
    }
    kh_pass_key found = kh_pass_best(&of_pass, &steps, how);
    double block_s = found.seconds * of_pass.passes;
    *key = (kh_qkd_key){
        .rate_bps = found.key_bits > 0.0 ? found.key_bits / block_s : 0.0,
        .qber = found.qber,
        .sifted_rate_bps = found.n_x / block_s,
        .block_s = block_s,
        .block_key_bits = found.key_bits,
        .parameters = {found.choice.mu[0], found.choice.mu[1], found.choice.p[0], found.choice.p[1], found.choice.p_x},
    };
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_pass = {
    .name = "bb84-decoy",
    .title = "BB84 with two decoys over a pass of a satellite, one finite block",
    .protocol = KH_PROTOCOL_BB84_DECOY,
    .is_finite = true,
    .terms = 21.0,
    .key = key,
};
