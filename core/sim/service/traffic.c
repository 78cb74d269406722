/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/traffic.h"

#include <math.h>
#include <stdlib.h>

static const double MOST_ENCRYPTORS = 1e6, MOST_DIRECTIONS = 64, MOST_KEYS_PER_S = 1e8, MOST_KEY_BITS = 1e12;

static bool is_count(double x, double most)
{
    return x >= 1 && x <= most && x == floor(x);
}

static kh_status check_demand(const kh_demand *demand, kh_error *err)
{
    if (!is_count(demand->key_bits, MOST_KEY_BITS))
        return kh_fail(err, KH_ERANGE, "key_bits is %g, must be a whole number in [1, 1e12]", demand->key_bits);
    if (!(demand->rate_bps / demand->key_bits <= MOST_KEYS_PER_S))
        return kh_fail(err, KH_ERANGE, "%g keys a second are asked for, at most 1e8 can be played",
                       demand->rate_bps / demand->key_bits);
    if (demand->use != KH_USE_AES_256)
        return KH_OK;
    if (!is_count(demand->encryptors, MOST_ENCRYPTORS) || !is_count(demand->directions, MOST_DIRECTIONS))
        return kh_fail(err, KH_ERANGE, "encryptors is %g and directions %g, must be whole numbers in [1, 1e6] and [1, 64]",
                       demand->encryptors, demand->directions);
    return KH_OK;
}

static int compare_ns(const void *a, const void *b)
{
    kh_ns x = *(const kh_ns *)a, y = *(const kh_ns *)b;
    return (x > y) - (x < y);
}

static kh_status draw_phases(kh_traffic *traffic, const kh_demand *demand, uint64_t seed, kh_arena *arena, kh_error *err)
{
    kh_rng rng = kh_rng_stream(seed, demand->id, "phase");
    traffic->phases = KH_NEW(arena, kh_ns, traffic->n_phases);
    if (traffic->phases == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu encryptors", traffic->n_phases);
    for (size_t i = 0; i < traffic->n_phases; i++)
        traffic->phases[i] = (kh_ns)kh_rng_below(&rng, (uint64_t)fmax(traffic->interval_ns, 1));
    qsort(traffic->phases, traffic->n_phases, sizeof traffic->phases[0], compare_ns);
    return KH_OK;
}

kh_status kh_traffic_init(kh_traffic *traffic, const kh_demand *demand, uint64_t seed, kh_arena *arena, kh_error *err)
{
    if (!kh_demand_needs_qkd(demand) || !(demand->rate_bps > 0)) {
        *traffic = (kh_traffic){0};
        return KH_OK;
    }
    KH_TRY(check_demand(demand, err));
    kh_traffic made = {.keys_at_once = 1, .n_phases = 1, .poisson = demand->use == KH_USE_KEY, .draw = kh_draw_exponential};
    if (demand->use == KH_USE_AES_256) {
        made.keys_at_once = (uint32_t)demand->directions;
        made.n_phases = (size_t)demand->encryptors;
    }
    double keys = (double)made.n_phases * made.keys_at_once;
    double interval_s = fmin(keys * demand->key_bits / demand->rate_bps, KH_LONGEST_S);
    made.interval_ns = interval_s * KH_NS_PER_S;
    if (demand->use == KH_USE_AES_256)
        made.interval_ns = fmax(round(made.interval_ns), 1);
    if (made.poisson)
        made.rng = kh_rng_stream(seed, demand->id, "requests");
    else
        KH_TRY(draw_phases(&made, demand, seed, arena, err));
    *traffic = made;
    return KH_OK;
}

kh_ns kh_traffic_next(kh_traffic *traffic)
{
    if (traffic->poisson) {
        traffic->cycle += traffic->draw(&traffic->rng, traffic->interval_ns);
        return traffic->cycle;
    }
    kh_ns time = traffic->cycle + traffic->phases[traffic->next_phase++];
    if (traffic->next_phase == traffic->n_phases) {
        double exact = traffic->interval_ns + traffic->carry, whole = floor(exact);
        traffic->carry = exact - whole;
        traffic->cycle += (kh_ns)whole;
        traffic->next_phase = 0;
    }
    return time;
}
