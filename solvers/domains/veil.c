/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/veil.h"

#include <math.h>
#include <nettle/chacha.h>
#include <stdbool.h>
#include <string.h>

enum { WORD_BITS = 64, DIGITS = 53, BLOCK_WORDS = CHACHA_BLOCK_SIZE / sizeof(uint64_t) };

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

/* ChaCha20 as of RFC 8439 with the secret shared with one other domain as its key, and the call's number as the nonce. */
static struct chacha_ctx open_stream(const kh_veil *veil, uint32_t other)
{
    uint8_t key[CHACHA_KEY_SIZE] = {0}, nonce[CHACHA_NONCE96_SIZE] = {0};
    struct chacha_ctx stream;
    if (veil->part->secret != NULL)
        memcpy(key, veil->part->secret[other], sizeof key);
    memcpy(nonce, &veil->n_hidden, sizeof veil->n_hidden);
    chacha_set_key(&stream, key);
    chacha_set_nonce96(&stream, nonce);
    return stream;
}

/* Adds or subtracts the key stream of the secret shared with one other domain. */
static void cover(const kh_veil *veil, uint32_t other, size_t n, size_t width, double *letter)
{
    static const uint64_t nothing[BLOCK_WORDS];
    struct chacha_ctx stream = open_stream(veil, other);
    uint64_t block[BLOCK_WORDS], word[KH_VEIL_WIDE];
    size_t per_block = BLOCK_WORDS / width;
    for (size_t i = 0; i < n; i++) {
        if (i % per_block == 0)
            chacha_crypt32(&stream, sizeof block, (uint8_t *)block, (const uint8_t *)nothing);
        uint64_t *mask = block + i % per_block * width;
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
