/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/chacha20.h"

#include <string.h>

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static inline void mix(uint32_t x[16], unsigned a, unsigned b, unsigned c, unsigned d)
{
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 7);
}

void kh_chacha20_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint32_t out[16])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, [12] = counter};
    memcpy(start + 4, key, 8 * sizeof *key);
    memcpy(start + 13, nonce, 3 * sizeof *nonce);
    uint32_t x[16];
    memcpy(x, start, sizeof start);
    for (int i = 0; i < 10; i++) { /* columns, then diagonals; written out, so that all stays in registers */
        mix(x, 0, 4, 8, 12);
        mix(x, 1, 5, 9, 13);
        mix(x, 2, 6, 10, 14);
        mix(x, 3, 7, 11, 15);
        mix(x, 0, 5, 10, 15);
        mix(x, 1, 6, 11, 12);
        mix(x, 2, 7, 8, 13);
        mix(x, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++)
        out[i] = start[i] + x[i];
}
