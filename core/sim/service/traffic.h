/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_TRAFFIC_H
#define KH_CORE_SIM_SERVICE_TRAFFIC_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/sim/kernel/draw.h"

/** When a demand asks for keys of key_bits. The mean rate is the demand's rate_bps, for every use:
 *
 *  - aes-256: each of the `encryptors` pairs asks for `directions` keys at once per period of encryptors * directions * key_bits /
 *    rate_bps (= rekey_s, unless the volume rule is stricter), rounded to the nanosecond; its phase is uniform over the period,
 *    drawn once from the stream (demand id, "phase").
 *  - otp: one portion of key_bits per key_bits / rate_bps; the fraction of a nanosecond is carried; one phase, drawn the same way.
 *  - key: Poisson, exponential times between requests of one key, from the stream (demand id, "requests").
 *
 *  Security pqc and psk, or a rate of 0: no requests. Several keys in one request (fetch.h) are one longer key here.
 */
typedef struct kh_traffic {
    uint32_t keys_at_once; /**< requests per event; 0: the demand never asks */
    bool poisson;
    double interval_ns; /* between requests of one phase, its mean when Poisson */
    double carry;
    kh_ns *phases; /* [n_phases] rising */
    size_t n_phases, next_phase;
    kh_ns cycle; /* start of the present period */
    kh_rng rng;
    kh_draw draw; /**< of times between requests when Poisson */
} kh_traffic;

/** @return KH_OK; KH_ERANGE (no whole key_bits > 0, more than 1e6 encryptors or 64 directions, more than 1e8 keys a second);
 * KH_ENOMEM */
kh_status kh_traffic_init(kh_traffic *traffic, const kh_demand *demand, uint64_t seed, kh_arena *arena, kh_error *err);

/** Time of the next request event; never falls. Only for keys_at_once > 0. */
kh_ns kh_traffic_next(kh_traffic *traffic);

#endif
