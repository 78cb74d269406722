/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/spectrum.h"

#include <math.h>
#include <string.h>

enum { WORD = 64 };

static const double grid_slack_units = 1.6e-4; /* 1 MHz: what rounding of decimal frequencies may cost */

/* A set bit is a free unit. Bit b of an edge is unit origin + b; the bits above n_units are clear. */
struct kh_spectrum {
    size_t n_edges, n_units, n_words;
    int32_t origin;
    uint64_t *free;   /* [n_edges][n_words] */
    uint64_t *common; /* [n_words] free on all edges of the route at hand */
    uint64_t *starts; /* [n_words] where a slot of the width at hand may begin */
};

static double edge_thz(int64_t unit)
{
    return KH_SPECTRUM_ANCHOR_THZ + (double)unit * (KH_SPECTRUM_UNIT_GHZ * 1e-3);
}

double kh_spectrum_low_thz(kh_spectrum_slot slot)
{
    return edge_thz((int64_t)slot.n - slot.m);
}

double kh_spectrum_high_thz(kh_spectrum_slot slot)
{
    return edge_thz((int64_t)slot.n + slot.m);
}

int32_t kh_spectrum_m(double width_ghz)
{
    return (int32_t)ceil(width_ghz / (2.0 * KH_SPECTRUM_UNIT_GHZ) - grid_slack_units);
}

static double units_from_anchor(double thz)
{
    return (thz - KH_SPECTRUM_ANCHOR_THZ) / (KH_SPECTRUM_UNIT_GHZ * 1e-3);
}

kh_spectrum_band kh_spectrum_band_between(double low_thz, double high_thz, double guard_ghz)
{
    double low = units_from_anchor(low_thz + guard_ghz * 1e-3), high = units_from_anchor(high_thz - guard_ghz * 1e-3);
    return (kh_spectrum_band){(int32_t)ceil(low - grid_slack_units), (int32_t)floor(high + grid_slack_units) - 1};
}

static uint64_t *row_of(const kh_spectrum *s, uint32_t edge)
{
    return s->free + (size_t)edge * s->n_words;
}

/* The bits [first, last) of one word of a row. */
static uint64_t mask_of(size_t word, size_t first, size_t last)
{
    size_t low = word * WORD, high = low + WORD;
    uint64_t mask = UINT64_MAX;
    if (first > low)
        mask &= UINT64_MAX << (first - low);
    if (last < high)
        mask &= UINT64_MAX >> (high - last);
    return mask;
}

static void set_bits(uint64_t *row, size_t first, size_t last)
{
    for (size_t w = first / WORD; w * WORD < last; w++)
        row[w] |= mask_of(w, first, last);
}

static void clear_bits(uint64_t *row, size_t first, size_t last)
{
    for (size_t w = first / WORD; w * WORD < last; w++)
        row[w] &= ~mask_of(w, first, last);
}

static bool all_set(const uint64_t *row, size_t first, size_t last)
{
    for (size_t w = first / WORD; w * WORD < last; w++)
        if ((row[w] & mask_of(w, first, last)) != mask_of(w, first, last))
            return false;
    return true;
}

static bool is_empty(kh_spectrum_band band)
{
    return band.last < band.first;
}

static kh_spectrum_band span_of(const kh_spectrum_band *bands, size_t n)
{
    kh_spectrum_band span = {0, -1};
    for (size_t e = 0; e < n; e++) {
        if (is_empty(bands[e]))
            continue;
        if (is_empty(span))
            span = bands[e];
        span.first = bands[e].first < span.first ? bands[e].first : span.first;
        span.last = bands[e].last > span.last ? bands[e].last : span.last;
    }
    return span;
}

kh_status kh_spectrum_create(size_t n_edges, const kh_spectrum_band *bands, kh_arena *arena, kh_spectrum **spectrum, kh_error *err)
{
    kh_spectrum_band span = span_of(bands, n_edges);
    int64_t n_units = (int64_t)span.last - span.first + 1;
    if (n_units > KH_SPECTRUM_UNITS_MAX)
        return kh_fail(err, KH_ERANGE, "the bands span %lld units of 6.25 GHz, must be at most %d", (long long)n_units,
                       KH_SPECTRUM_UNITS_MAX);
    kh_spectrum *s = KH_NEW(arena, kh_spectrum, 1);
    if (s == NULL)
        return kh_fail(err, KH_ENOMEM, "spectrum of %zu edges", n_edges);
    *s = (kh_spectrum){.n_edges = n_edges, .n_units = (size_t)n_units, .origin = span.first};
    s->n_words = s->n_units / WORD + 1;
    s->free = KH_NEW(arena, uint64_t, n_edges * s->n_words);
    s->common = KH_NEW(arena, uint64_t, s->n_words);
    s->starts = KH_NEW(arena, uint64_t, s->n_words);
    if (s->free == NULL || s->common == NULL || s->starts == NULL)
        return kh_fail(err, KH_ENOMEM, "spectrum of %zu edges", n_edges);
    for (uint32_t e = 0; e < n_edges; e++)
        if (!is_empty(bands[e]))
            set_bits(row_of(s, e), (size_t)((int64_t)bands[e].first - s->origin), (size_t)((int64_t)bands[e].last - s->origin) + 1);
    *spectrum = s;
    return KH_OK;
}

static void join_edges(kh_spectrum *s, const kh_spectrum_route *route)
{
    memcpy(s->common, row_of(s, route->edges[0]), s->n_words * sizeof *s->common);
    for (size_t i = 1; i < route->n_edges; i++) {
        const uint64_t *row = row_of(s, route->edges[i]);
        for (size_t w = 0; w < s->n_words; w++)
            s->common[w] &= row[w];
    }
}

/* bits &= bits moved down by so many places. In place: words are read upwards of where they are written. */
static void and_with_shifted(uint64_t *bits, size_t n_words, size_t by)
{
    size_t words = by / WORD, rest = by % WORD;
    for (size_t w = 0; w < n_words; w++) {
        uint64_t low = w + words < n_words ? bits[w + words] : 0;
        uint64_t high = rest > 0 && w + words + 1 < n_words ? bits[w + words + 1] : 0;
        bits[w] &= rest > 0 ? low >> rest | high << (WORD - rest) : low;
    }
}

/* A run of length l begins where runs of length l - k begin here and k further on: the length doubles each time. */
static void mark_starts(kh_spectrum *s, size_t length)
{
    memcpy(s->starts, s->common, s->n_words * sizeof *s->starts);
    for (size_t have = 1; have < length;) {
        size_t by = have < length - have ? have : length - have;
        and_with_shifted(s->starts, s->n_words, by);
        have += by;
    }
}

static bool lowest_bit(const uint64_t *bits, size_t n_words, size_t from, size_t *bit)
{
    for (size_t w = from / WORD; w < n_words; w++) {
        uint64_t word = w == from / WORD ? bits[w] & UINT64_MAX << from % WORD : bits[w];
        if (word != 0) {
            *bit = w * WORD + (size_t)__builtin_ctzll(word);
            return true;
        }
    }
    return false;
}

static bool highest_bit(const uint64_t *bits, size_t n_words, size_t *bit)
{
    for (size_t w = n_words; w > 0; w--) {
        if (bits[w - 1] != 0) {
            *bit = w * WORD - 1 - (size_t)__builtin_clzll(bits[w - 1]);
            return true;
        }
    }
    return false;
}

bool kh_spectrum_find(kh_spectrum *spectrum, const kh_spectrum_route *route, int32_t m, kh_spectrum_fit fit, kh_spectrum_slot *slot)
{
    size_t bit;
    join_edges(spectrum, route);
    mark_starts(spectrum, 2 * (size_t)m);
    bool found = fit == KH_SPECTRUM_FIRST ? lowest_bit(spectrum->starts, spectrum->n_words, 0, &bit)
                                          : highest_bit(spectrum->starts, spectrum->n_words, &bit);
    if (found)
        *slot = (kh_spectrum_slot){spectrum->origin + (int32_t)bit + m, m};
    return found;
}

static bool is_free(const kh_spectrum *s, const kh_spectrum_route *route, int64_t first, int64_t last)
{
    if (first < 0 || last > (int64_t)s->n_units)
        return false;
    for (size_t i = 0; i < route->n_edges; i++)
        if (!all_set(row_of(s, route->edges[i]), (size_t)first, (size_t)last))
            return false;
    return true;
}

kh_status kh_spectrum_take(kh_spectrum *spectrum, const kh_spectrum_route *route, kh_spectrum_slot slot, kh_error *err)
{
    int64_t first = (int64_t)slot.n - slot.m - spectrum->origin, last = first + 2 * (int64_t)slot.m;
    if (slot.m < 1 || !is_free(spectrum, route, first, last))
        return kh_fail(err, KH_ERANGE, "the slot n = %d, m = %d is not free on its route", slot.n, slot.m);
    for (size_t i = 0; i < route->n_edges; i++)
        clear_bits(row_of(spectrum, route->edges[i]), (size_t)first, (size_t)last);
    return KH_OK;
}

void kh_spectrum_give_back(kh_spectrum *spectrum, const kh_spectrum_route *route, const kh_spectrum_slot *slots, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t first = (size_t)((int64_t)slots[k].n - slots[k].m - spectrum->origin);
        for (size_t i = 0; i < route->n_edges; i++)
            set_bits(row_of(spectrum, route->edges[i]), first, first + 2 * (size_t)slots[k].m);
    }
}

static void cut_block(kh_spectrum_slot block, int32_t m, size_t count, kh_spectrum_fit fit, kh_spectrum_slot *slots)
{
    int32_t lowest = block.n - block.m + m;
    for (size_t k = 0; k < count; k++) {
        size_t place = fit == KH_SPECTRUM_FIRST ? k : count - 1 - k;
        slots[k] = (kh_spectrum_slot){lowest + 2 * m * (int32_t)place, m};
    }
}

bool kh_spectrum_assign(kh_spectrum *spectrum, const kh_spectrum_route *route, int32_t m, size_t count, kh_spectrum_fit fit,
                        kh_spectrum_slot *slots)
{
    kh_spectrum_slot block;
    if (count * (size_t)m <= KH_SPECTRUM_M_MAX && kh_spectrum_find(spectrum, route, m * (int32_t)count, fit, &block)) {
        cut_block(block, m, count, fit, slots);
        return kh_spectrum_take(spectrum, route, block, NULL) == KH_OK;
    }
    for (size_t k = 0; k < count; k++) {
        kh_spectrum_slot slot;
        if (!kh_spectrum_find(spectrum, route, m, fit, &slot) || kh_spectrum_take(spectrum, route, slot, NULL) != KH_OK) {
            kh_spectrum_give_back(spectrum, route, slots, k);
            return false;
        }
        slots[k] = slot;
    }
    return true;
}

static size_t widest_run(const uint64_t *bits, size_t n_units)
{
    size_t widest = 0, run = 0;
    for (size_t b = 0; b < n_units; b++) {
        run = (bits[b / WORD] >> b % WORD & 1) != 0 ? run + 1 : 0;
        widest = run > widest ? run : widest;
    }
    return widest;
}

/* Taking each slot as low as it goes loses nothing when all are equally wide. */
static size_t count_slots(const kh_spectrum *s, size_t length)
{
    size_t count = 0;
    for (size_t bit = 0; lowest_bit(s->starts, s->n_words, bit, &bit); bit += length)
        count++;
    return count;
}

kh_spectrum_room kh_spectrum_free(kh_spectrum *spectrum, const kh_spectrum_route *route, int32_t m)
{
    size_t units = 0;
    join_edges(spectrum, route);
    mark_starts(spectrum, 2 * (size_t)m);
    for (size_t w = 0; w < spectrum->n_words; w++)
        units += (size_t)__builtin_popcountll(spectrum->common[w]);
    return (kh_spectrum_room){.free_ghz = (double)units * KH_SPECTRUM_UNIT_GHZ,
                              .widest_ghz = (double)widest_run(spectrum->common, spectrum->n_units) * KH_SPECTRUM_UNIT_GHZ,
                              .slots = count_slots(spectrum, 2 * (size_t)m)};
}
