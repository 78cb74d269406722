/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/atlas.h"

#include <math.h>

enum { HEAD = 5, PER_CROSSING = 4 };

double *kh_atlas_hello(const kh_part *part, kh_arena *arena, size_t *n)
{
    double *number = KH_NEW(arena, double, KH_ATLAS_SEAL + HEAD + part->n_borders + PER_CROSSING * part->n_crossings);
    if (number == NULL)
        return NULL;
    double *at = number + KH_ATLAS_SEAL;
    *at++ = part->policy;
    *at++ = part->transit_bps;
    *at++ = part->transit_eur_per_mbit;
    *at++ = (double)part->n_borders;
    *at++ = (double)part->n_crossings;
    for (size_t b = 0; b < part->n_borders; b++)
        *at++ = part->graph.relays == NULL || part->graph.relays[part->border[b]];
    for (size_t x = 0; x < part->n_crossings; x++) {
        *at++ = (double)part->crossings[x].key;
        *at++ = part->crossings[x].border;
        *at++ = part->crossings[x].beyond;
        *at++ = part->crossings[x].capacity_bps;
    }
    *n = (size_t)(at - number);
    return number;
}

static const double *content(const kh_letter *hello)
{
    return hello->number + KH_ATLAS_SEAL;
}

static bool is_index(double x, double below)
{
    return x >= 0 && x < below && x == floor(x);
}

static kh_status check(const kh_letter *hello, uint32_t n_domains, kh_error *err)
{
    const double *at = content(hello);
    bool sound = hello->kind == KH_LETTER_HELLO && hello->n >= KH_ATLAS_SEAL + HEAD && is_index(at[0], KH_PART_NOTHING + 1) &&
                 at[1] >= 0 && at[2] >= 0 && is_index(at[3], 1e9) && is_index(at[4], 1e9) &&
                 (double)hello->n == KH_ATLAS_SEAL + HEAD + at[3] + PER_CROSSING * at[4];
    for (size_t x = 0; sound && x < (size_t)at[4]; x++) {
        const double *crossing = at + HEAD + (size_t)at[3] + PER_CROSSING * x;
        sound = is_index(crossing[1], at[3]) && is_index(crossing[2], n_domains) && crossing[2] != hello->from && crossing[3] > 0 &&
                isfinite(crossing[3]);
    }
    return sound ? KH_OK : kh_fail(err, KH_EDATA, "the hello of domain %u cannot be read", hello->from);
}

static const double *crossing_of(const kh_letter *hello, size_t x)
{
    return content(hello) + HEAD + (size_t)content(hello)[3] + PER_CROSSING * x;
}

static const double *other_side(const kh_letter *hello, uint32_t from, double key)
{
    for (size_t x = 0; x < (size_t)content(hello)[4]; x++) {
        const double *crossing = crossing_of(hello, x);
        if (crossing[0] == key && (uint32_t)crossing[2] == from)
            return crossing;
    }
    return NULL;
}

static kh_status join(const kh_letter *hellos, uint32_t i, kh_atlas *atlas, kh_error *err)
{
    for (size_t x = 0; x < (size_t)content(&hellos[i])[4]; x++) {
        const double *near = crossing_of(&hellos[i], x);
        uint32_t j = (uint32_t)near[2];
        const double *far = other_side(&hellos[j], i, near[0]);
        if (far == NULL)
            return kh_fail(err, KH_EDATA, "domain %u knows a link to domain %u (key %.0f) that the other side does not", i, j,
                           near[0]);
        if (j < i)
            continue;
        size_t n = atlas->n_crossings++;
        atlas->ends[n][0] = (uint32_t)(atlas->first[i] + (size_t)near[1]);
        atlas->ends[n][1] = (uint32_t)(atlas->first[j] + (size_t)far[1]);
        atlas->capacity_bps[n] = fmin(near[3], far[3]);
        atlas->key[n] = (uint64_t)near[0];
    }
    return KH_OK;
}

static bool allocate(const kh_letter *hellos, uint32_t n, kh_arena *arena, kh_atlas *atlas)
{
    size_t n_borders = 0, n_crossings = 0;
    for (uint32_t i = 0; i < n; i++) {
        n_borders += (size_t)content(&hellos[i])[3];
        n_crossings += (size_t)content(&hellos[i])[4];
    }
    *atlas = (kh_atlas){.n_domains = n,
                        .first = KH_NEW(arena, size_t, n + 1),
                        .relays = KH_NEW(arena, bool, n_borders),
                        .ends = kh_arena_alloc(arena, n_crossings, sizeof *atlas->ends),
                        .capacity_bps = KH_NEW(arena, double, n_crossings),
                        .key = KH_NEW(arena, uint64_t, n_crossings),
                        .policy = KH_NEW(arena, kh_part_policy, n),
                        .transit_bps = KH_NEW(arena, double, n),
                        .transit_eur_per_mbit = KH_NEW(arena, double, n)};
    return atlas->first != NULL && atlas->relays != NULL && atlas->ends != NULL && atlas->capacity_bps != NULL &&
           atlas->key != NULL && atlas->policy != NULL && atlas->transit_bps != NULL && atlas->transit_eur_per_mbit != NULL;
}

kh_status kh_atlas_read(const kh_letter *hellos, uint32_t n_domains, kh_arena *arena, kh_atlas *atlas, kh_error *err)
{
    for (uint32_t i = 0; i < n_domains; i++)
        KH_TRY(check(&hellos[i], n_domains, err));
    kh_atlas read;
    if (!allocate(hellos, n_domains, arena, &read))
        return kh_fail(err, KH_ENOMEM, "no memory for the borders of %u domains", n_domains);
    for (uint32_t i = 0; i < n_domains; i++) {
        const double *at = content(&hellos[i]);
        read.policy[i] = (kh_part_policy)at[0];
        read.transit_bps[i] = at[1];
        read.transit_eur_per_mbit[i] = at[2];
        read.first[i + 1] = read.first[i] + (size_t)at[3];
        for (size_t b = 0; b < (size_t)at[3]; b++)
            read.relays[read.first[i] + b] = at[HEAD + b] != 0;
    }
    for (uint32_t i = 0; i < n_domains; i++)
        KH_TRY(join(hellos, i, &read, err));
    *atlas = read;
    return KH_OK;
}
