/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_SHA256_H
#define KH_CORE_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/** SHA-256 (FIPS 180-4): names an input, so that a result can be traced to it. Not used to keep secrets. */
typedef struct kh_sha256 {
    uint32_t state[8];
    uint64_t n_bytes;
    unsigned char block[64];
} kh_sha256;

kh_sha256 kh_sha256_start(void);
void kh_sha256_add(kh_sha256 *sha, const void *data, size_t size);
/** Ends it. @param[out] hex  64 lower-case hexadecimal digits and a NUL */
void kh_sha256_end(kh_sha256 *sha, char hex[65]);

#endif
