/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/epsilon.h"

#include <math.h>

static const double YEAR_S = 365.25 * 86400.0;

kh_epsilon kh_epsilon_unknown(void)
{
    return (kh_epsilon){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
}

kh_epsilon kh_epsilon_of(const kh_qkd_protocol *protocol, const kh_device *device, const kh_qkd_key *key, double modules)
{
    if (!protocol->is_finite || !(key->block_s > 0.0))
        return kh_epsilon_unknown();
    double block = fmin(1.0, device->eps_sec + device->eps_cor + device->eps_auth);
    double blocks_per_year = modules * YEAR_S / key->block_s;
    return (kh_epsilon){.block = block,
                        .term = protocol->terms > 0.0 ? device->eps_sec / protocol->terms : (double)NAN,
                        .blocks_per_year = blocks_per_year,
                        .year = fmin(1.0, block * blocks_per_year)};
}
