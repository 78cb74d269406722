/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_CHACHA20_H
#define KH_CORE_BASE_CHACHA20_H

#include <stdint.h>

/** One block of the ChaCha20 key stream (RFC 8439, 2.3): numbers that nobody without the key can tell from random ones.
 *  @param key      8 words, @p nonce 3 words, each little-endian
 *  @param[out] out 16 words; words, not bytes */
void kh_chacha20_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint32_t out[16]);

#endif
