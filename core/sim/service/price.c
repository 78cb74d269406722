/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/price.h"

#include <math.h>

kh_price_table kh_price_table_of(size_t n_nodes)
{
    kh_price_table table;
    double mu = 2 * fmax((double)n_nodes, 1);
    for (int i = 0; i <= KH_PRICE_STEPS; i++)
        table.of_use[i] = (uint32_t)lround(KH_PRICE_OF_FULL * pow(mu, (double)i / KH_PRICE_STEPS));
    return table;
}

uint32_t kh_price_of(const kh_price_table *table, const kh_keystore *store, double refill_bits, int64_t kept_bits)
{
    double room = (double)(store->capacity - kept_bits), there = (double)(store->level - kept_bits) + refill_bits;
    if (there >= room)
        return table->of_use[0];
    if (there <= 0)
        return table->of_use[KH_PRICE_STEPS];
    return table->of_use[(int)(KH_PRICE_STEPS * (1 - there / room))];
}
