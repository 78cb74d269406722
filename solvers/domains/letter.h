/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_LETTER_H
#define KH_SOLVERS_DOMAINS_LETTER_H

#include <stddef.h>
#include <stdint.h>

/** All that ever passes between domains (README lists the contents). Numbers, and in veiled places the
 *  words of veil.h in their stead; keys are below 2^53, so they are exact. */
typedef enum kh_letter_kind {
    KH_LETTER_NONE,    /**< nothing to say in this step */
    KH_LETTER_HELLO,   /**< to all, once: veiled a 0, by which secrets are compared; policy, contract, borders, crossings */
    KH_LETTER_TABLE,   /**< to each, every round: stretch, distances */
    KH_LETTER_LOOK,    /**< to all, veiled: its demands' sum(d dist) under the common prices, number of ways, load on each row */
    KH_LETTER_CURVE,   /**< to all, veiled: how its demands' loads answer to prices, summed over all of them; clearing.h */
    KH_LETTER_STEP,    /**< to all, veiled: which steps are too long for its rates to stay positive */
    KH_LETTER_REQUEST, /**< to each, every round: veiled the asked rates' load on each crossing, then rates to be carried */
    KH_LETTER_KINDS
} kh_letter_kind;

typedef struct kh_letter {
    kh_letter_kind kind;
    uint32_t from, round;
    size_t n;
    const double *number; /**< [n] lives until its sender's step after the next */
} kh_letter;

/** Bytes on the wire: kind, from, round, n (4 bytes each), then the numbers. */
enum { KH_LETTER_HEAD_BYTES = 16 };

static inline size_t kh_letter_bytes(const kh_letter *letter)
{
    return letter->kind == KH_LETTER_NONE ? 0 : KH_LETTER_HEAD_BYTES + sizeof(double) * letter->n;
}

#endif
