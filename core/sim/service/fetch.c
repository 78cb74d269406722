/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/fetch.h"

#include "core/sim/supply/keystore.h"

#include <math.h>

static const double SHARE_OF_STORE = 0.05;

static double smallest_store_bits(const kh_net *net, const kh_demand *demand, const kh_plan_demand *planned)
{
    double smallest = demand->key_store.capacity_keys > 0 ? demand->key_store.capacity_keys * KH_KEY_BITS : (double)INFINITY;
    for (size_t r = 0; r < planned->n_routes; r++)
        for (size_t i = 0; i < planned->routes[r].n_links; i++) {
            double bits = net->qkd_links[planned->routes[r].links[i].i].key_store.capacity_keys * KH_KEY_BITS;
            smallest = fmin(smallest, bits); /* a capacity that is not given is passed over */
        }
    return smallest;
}

double kh_fetch_keys(const kh_net *net, const kh_demand *demand, const kh_plan_demand *planned, double fetch_s)
{
    if (!(fetch_s > 0) || demand->calls.per_h > 0 || !(demand->rate_bps > 0) || !(demand->key_bits > 0))
        return 1;
    double at_once = demand->use == KH_USE_AES_256 ? demand->encryptors * demand->directions : 1;
    double period_s = at_once * demand->key_bits / demand->rate_bps;
    double room = smallest_store_bits(net, demand, planned) * SHARE_OF_STORE / demand->key_bits;
    return fmax(1, floor(fmin(fmin(fetch_s / period_s, room), 1e6)));
}

double kh_fetch_patience_s(const kh_demand *demand, double keys, double late_after_s, double fetch_s)
{
    double rekey_s = demand->rekey_s > 0 ? demand->rekey_s : KH_LATE_AFTER_S;
    if (late_after_s > 0)
        return late_after_s;
    return keys > 1 ? fmax(rekey_s, fetch_s) : rekey_s;
}
