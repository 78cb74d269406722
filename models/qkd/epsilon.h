/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_EPSILON_H
#define KH_MODELS_QKD_EPSILON_H

#include "core/net/net.h"
#include "core/net/rates.h"
#include "models/qkd/qkd.h"

/** The composable budget of a link. A block is eps_sec secret, eps_cor correct, and a forged message passes its authentication with
 *  eps_auth; what composes adds up: the three over a block, the blocks over a year (union bound). The chain of a route adds up its
 *  links: kh_rates_chain_epsilon().
 *
 *  @param key      of one module of @p device; a block that gives no key counts too, since its failure may be that it does
 *  @param modules  how many make blocks
 *  @return NANs for a key without a block */
kh_epsilon kh_epsilon_of(const kh_qkd_protocol *protocol, const kh_device *device, const kh_qkd_key *key, double modules);

/** When nothing is known. */
kh_epsilon kh_epsilon_unknown(void);

#endif
