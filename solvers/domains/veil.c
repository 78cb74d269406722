/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/veil.h"

#include "core/base/chacha20.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { WORD_BITS = 64, DIGITS = 53, BLOCK_WORDS = 8 };

static void negate(uint64_t *word, size_t width)
{
    bool carry = true;
    for (size_t i = 0; i < width; i++) {
        word[i] = ~word[i] + carry;
        carry = carry && word[i] == 0;
    }
}

static void add(uint64_t *sum, const uint64_t *word, size_t width)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < width; i++) {
        uint64_t with = word[i] + carry;
        carry = with < carry;
        sum[i] += with;
        carry += sum[i] < with;
    }
}

/* Half of the bits stand behind the point. */
static void to_fixed(double number, size_t width, uint64_t *word)
{
    int exponent, most = WORD_BITS * (int)width - DIGITS - 2;
    double digits = frexp(fabs(number), &exponent);
    memset(word, 0, width * sizeof *word);
    if (!(digits > 0))
        return;
    uint64_t whole = isinf(digits) ? UINT64_MAX >> (WORD_BITS - DIGITS) : (uint64_t)ldexp(digits, DIGITS);
    int shift = isinf(digits) ? most : exponent - DIGITS + WORD_BITS / 2 * (int)width;
    if (shift < 0) {
        whole = shift > -WORD_BITS ? whole >> -shift : 0;
        shift = 0;
    }
    shift = shift < most ? shift : most;
    word[shift / WORD_BITS] = whole << shift % WORD_BITS;
    if (shift % WORD_BITS > 0 && shift / WORD_BITS + 1 < (int)width)
        word[shift / WORD_BITS + 1] = whole >> (WORD_BITS - shift % WORD_BITS);
    if (number < 0)
        negate(word, width);
}

static double from_fixed(uint64_t *word, size_t width)
{
    static const double narrow[] = {0x1p-64, 1}, wide[] = {0x1p-128, 0x1p-64, 1, 0x1p64};
    double number = 0;
    bool negative = word[width - 1] >> (WORD_BITS - 1) != 0;
    if (negative)
        negate(word, width);
    for (size_t i = width; i-- > 0;)
        number += (double)word[i] * (width == KH_VEIL_WIDE ? wide[i] : narrow[i]);
    return negative ? -number : number;
}

/* Adds or subtracts the key stream of the secret shared with one other domain. */
static void cover(const kh_veil *veil, uint32_t other, size_t n, size_t width, double *letter)
{
    const uint32_t nonce[3] = {(uint32_t)veil->n_hidden, (uint32_t)(veil->n_hidden >> 32), 0}, none[8] = {0};
    const uint32_t *secret = veil->part->secret != NULL ? veil->part->secret[other] : none;
    uint64_t stream[BLOCK_WORDS], word[KH_VEIL_WIDE];
    size_t per_block = BLOCK_WORDS / width;
    for (size_t i = 0; i < n; i++) {
        uint32_t block[2 * BLOCK_WORDS];
        if (i % per_block == 0) {
            kh_chacha20_block(secret, (uint32_t)(i / per_block), nonce, block);
            for (size_t k = 0; k < BLOCK_WORDS; k++)
                stream[k] = block[2 * k] | (uint64_t)block[2 * k + 1] << 32;
        }
        uint64_t *mask = stream + i % per_block * width;
        if (other < veil->part->self)
            negate(mask, width);
        memcpy(word, letter + i * width, width * sizeof *word);
        add(word, mask, width);
        memcpy(letter + i * width, word, width * sizeof *word);
    }
}

void kh_veil_hide(kh_veil *veil, const double *number, size_t n, kh_veil_width width, double *letter)
{
    uint64_t word[KH_VEIL_WIDE];
    for (size_t i = 0; i < n; i++) {
        to_fixed(number[i], width, word);
        memcpy(letter + i * width, word, width * sizeof *word);
    }
    for (uint32_t j = 0; j < veil->part->n_domains; j++)
        if (j != veil->part->self)
            cover(veil, j, n, width, letter);
    veil->n_hidden++;
}

void kh_veil_sum(const double *const *letter, uint32_t n_domains, size_t n, kh_veil_width width, double *sum)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t all[KH_VEIL_WIDE] = {0}, word[KH_VEIL_WIDE];
        for (uint32_t j = 0; j < n_domains; j++) {
            memcpy(word, letter[j] + i * width, width * sizeof *word);
            add(all, word, width);
        }
        sum[i] = from_fixed(all, width);
    }
}
