/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_DESIGN_SITES_H
#define KH_TESTS_SOLVERS_DESIGN_SITES_H

#include <stdint.h>

/* Random numbers of the tests for sites. */
static inline double draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static inline uint32_t draw_below(uint64_t *seed, uint32_t n)
{
    return (uint32_t)(draw(seed) * n);
}

#endif
