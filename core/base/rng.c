/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"

#include "core/base/units.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Constants of Philox 4x32: multipliers and Weyl steps of the key (table 2 of the paper). */
static const uint32_t MULTIPLIER_0 = 0xD2511F53u, MULTIPLIER_1 = 0xCD9E8D57u;
static const uint32_t WEYL_0 = 0x9E3779B9u, WEYL_1 = 0xBB67AE85u;
enum { ROUNDS = 10 };

void kh_rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t p0 = (uint64_t)MULTIPLIER_0 * c0, p1 = (uint64_t)MULTIPLIER_1 * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c0 = n0, c1 = (uint32_t)p1, c2 = n2, c3 = (uint32_t)p0;
        k0 += WEYL_0, k1 += WEYL_1;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* FNV-1a, 64 bits; a NUL between the texts keeps ("ab", "c") and ("a", "bc") apart. */
static uint64_t hash(uint64_t state, const char *text)
{
    size_t size = strlen(text) + 1;
    for (size_t i = 0; i < size; i++)
        state = (state ^ (unsigned char)text[i]) * 0x100000001B3ull;
    return state;
}

kh_rng kh_rng_stream(uint64_t seed, const char *entity, const char *purpose)
{
    uint64_t name = hash(hash(0xCBF29CE484222325ull, entity), purpose);
    bool mirrored = (seed & KH_RNG_MIRRORED) != 0;
    seed &= ~KH_RNG_MIRRORED;
    kh_rng rng = {
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)}, .stream = {(uint32_t)name, (uint32_t)(name >> 32)}, .next_word = 4};
    return mirrored ? kh_rng_antithetic(rng) : rng;
}

kh_rng kh_rng_antithetic(kh_rng rng)
{
    rng.flip = ~rng.flip;
    return rng;
}

/* The new key is drawn with the old one, from a counter no stream is likely to share: 0 stands where names have their hash. */
void kh_rng_reseed(kh_rng *rng, uint64_t salt)
{
    uint32_t counter[4] = {(uint32_t)salt, (uint32_t)(salt >> 32), 0, 0}, out[4];
    kh_rng_philox(counter, rng->key, out);
    rng->key[0] = out[0];
    rng->key[1] = out[1];
    rng->next_word = 4;
}

static uint32_t next_word(kh_rng *rng)
{
    if (rng->next_word >= 4) {
        uint32_t counter[4] = {(uint32_t)rng->block, (uint32_t)(rng->block >> 32), rng->stream[0], rng->stream[1]};
        kh_rng_philox(counter, rng->key, rng->words);
        rng->block++;
        rng->next_word = 0;
    }
    return rng->words[rng->next_word++] ^ rng->flip;
}

uint64_t kh_rng_u64(kh_rng *rng)
{
    uint64_t high = next_word(rng);
    return high << 32 | next_word(rng);
}

double kh_rng_uniform(kh_rng *rng)
{
    return ((double)(kh_rng_u64(rng) >> 12) + 0.5) * 0x1p-52;
}

uint64_t kh_rng_below(kh_rng *rng, uint64_t n)
{
    if (n == 0)
        return 0;
    uint64_t reject_below = (0 - n) % n; /* the first values of the range are one too frequent: drop them */
    uint64_t x = kh_rng_u64(rng);
    while (x < reject_below)
        x = kh_rng_u64(rng);
    return x % n;
}

double kh_rng_exponential(kh_rng *rng, double mean)
{
    return -mean * log(kh_rng_uniform(rng));
}

double kh_rng_normal(kh_rng *rng)
{
    double u = kh_rng_uniform(rng), angle = 2.0 * KH_PI * kh_rng_uniform(rng);
    if (rng->flip != 0) /* the sign turns, not the radius: -cos(angle) for the angle of the plain stream */
        return -sqrt(-2.0 * log(1.0 - u)) * cos(angle);
    return sqrt(-2.0 * log(u)) * cos(angle); /* Box-Muller; the second value is not kept: no state */
}
