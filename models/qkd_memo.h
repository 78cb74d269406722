/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_MEMO_H
#define KH_MODELS_QKD_MEMO_H

#include "core/base/arena.h"
#include "core/net/rates.h"
#include "models/qkd/qkd_channel.h"

#include <stdint.h>

/** Rates over fibres that were computed before: links alike in all that a rate depends on are computed once. A rate is a pure
 *  function of its key, so nothing depends on the order of the links. */

/** All that the computed rate of a link over fibres depends on within one network. Compared byte by byte: has no padding. */
typedef struct kh_qkd_memo_key {
    kh_qkd_channel channel;
    double modules;
    uint32_t device, protocol;
} kh_qkd_memo_key;

typedef struct kh_qkd_memo kh_qkd_memo;

/** @param arena  where it lives @param capacity  how many rates it keeps; more are forgotten @return NULL: out of memory */
kh_qkd_memo *kh_qkd_memo_create(kh_arena *arena, size_t capacity);

/** Where the memo lives. @param memo  NULL: NULL */
kh_arena *kh_qkd_memo_arena(const kh_qkd_memo *memo);

/** @return NULL when not known */
const kh_qkd_rate *kh_qkd_memo_find(const kh_qkd_memo *memo, const kh_qkd_memo_key *key);

/** @param key  not known yet */
void kh_qkd_memo_add(kh_qkd_memo *memo, const kh_qkd_memo_key *key, const kh_qkd_rate *rate);

#endif
