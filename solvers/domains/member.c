/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/member.h"

#include "solvers/domains/member_state.h"

#include <math.h>
#include <string.h>

static const double SECONDS_PER_YEAR = 365.25 * 86400, BITS_PER_MBIT = 1e6;

kh_status kh_member_create(const kh_part *part, const kh_member_options *options, kh_arena *arena, kh_member **member,
                           kh_error *err)
{
    if (!(options->gap > 0) || options->most_rounds < 2 || options->most_promises < 1)
        return kh_fail(err, KH_ERANGE, "gap is %g, must be > 0; most_rounds %zu, must be >= 2; most_promises %zu, must be >= 1",
                       options->gap, options->most_rounds, options->most_promises);
    kh_member *made = KH_NEW(arena, kh_member, 1);
    if (made == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain");
    *made = (kh_member){.part = part,
                        .options = *options,
                        .arena = arena,
                        .distance = KH_NEW(arena, double, part->graph.n_nodes),
                        .veil = {.part = part},
                        .heard = kh_arena_alloc(arena, part->n_domains, sizeof *made->heard),
                        .bound = INFINITY,
                        .gap = INFINITY};
    if (made->distance == NULL || made->heard == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain");
    for (int i = 0; i < 2; i++)
        made->post[i] = kh_arena_create(0);
    if (made->post[0] == NULL || made->post[1] == NULL) {
        kh_member_destroy(made);
        return kh_fail(err, KH_ENOMEM, "no memory for a domain's letters");
    }
    kh_status status = kh_inside_create(part, arena, &made->inside, err);
    if (status != KH_OK) {
        kh_member_destroy(made);
        return status;
    }
    *member = made;
    return KH_OK;
}

void kh_member_destroy(kh_member *member)
{
    for (int i = 0; member != NULL && i < 2; i++)
        kh_arena_destroy(member->post[i]);
    kh_inside_destroy(member != NULL ? member->inside : NULL);
}

double *kh_member_paper(kh_member *member, size_t n, kh_error *err)
{
    double *paper = KH_NEW(member->post[0], double, n);
    if (paper == NULL)
        (void)kh_fail(err, KH_ENOMEM, "no memory for a letter of %zu numbers", n);
    return paper;
}

void kh_member_write_all(const kh_member *member, kh_letter_kind kind, size_t n, const double *number, kh_letter *out)
{
    for (uint32_t j = 0; j < member->part->n_domains; j++)
        out[j] = (kh_letter){kind, member->part->self, member->round, n, number};
}

/* How much of a letter is veiled, and so no numbers. */
static size_t count_veiled(const kh_member *m, const kh_letter *letter)
{
    return letter->kind == KH_LETTER_REQUEST                                    ? m->n_fixed * KH_VEIL_WIDE
           : letter->kind == KH_LETTER_HELLO || letter->kind == KH_LETTER_TABLE ? 0
                                                                                : letter->n;
}

kh_status kh_member_expect(const kh_member *member, const kh_letter *letter, kh_letter_kind kind, size_t n, kh_error *err)
{
    if (letter->kind != kind || letter->round != member->round || letter->n != n)
        return kh_fail(err, KH_EDATA, "domain %u writes a letter of kind %d, round %u, %zu numbers; due is kind %d, round %u, %zu",
                       letter->from, (int)letter->kind, letter->round, letter->n, (int)kind, member->round, n);
    for (size_t i = count_veiled(member, letter); i < n; i++)
        if (isnan(letter->number[i]))
            return kh_fail(err, KH_EDATA, "domain %u writes a letter of kind %d whose number %zu is none", letter->from,
                           (int)letter->kind, i);
    return KH_OK;
}

void kh_member_sum(kh_member *member, const kh_letter *in, size_t at, size_t n, kh_veil_width width, double *sum)
{
    for (uint32_t j = 0; j < member->part->n_domains; j++)
        member->heard[j] = in[j].number + at;
    kh_veil_sum(member->heard, member->part->n_domains, n, width, sum);
}

static kh_status write_hello(kh_member *m, kh_letter *out, kh_error *err)
{
    const double nothing = 0;
    size_t n;
    double *hello = kh_atlas_hello(m->part, m->arena, &n);
    if (hello == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a letter");
    kh_veil_hide(&m->veil, &nothing, 1, KH_VEIL_WIDE, hello);
    m->phase = KH_MEMBER_MEET;
    kh_member_write_all(m, KH_LETTER_HELLO, n, hello, out);
    return KH_OK;
}

/* Veils of nothing add up to nothing only when every two domains share one secret; else all sums would be noise. */
static kh_status check_secrets(kh_member *m, const kh_letter *in, kh_error *err)
{
    double sum;
    kh_member_sum(m, in, 0, 1, KH_VEIL_WIDE, &sum);
    return fabs(sum) > 0 ? kh_fail(err, KH_EDATA, "secrets differ: each two domains must have the same words, or both none")
                         : KH_OK;
}

static kh_status meet(kh_member *m, const kh_letter *in, kh_letter *out, kh_error *err)
{
    KH_TRY(kh_atlas_read(in, m->part->n_domains, m->arena, &m->atlas, err));
    KH_TRY(check_secrets(m, in, err));
    KH_TRY(kh_market_create(&m->atlas, m->part, m->arena, &m->market, err));
    KH_TRY(kh_member_list_ways(m, err));
    m->phase = KH_MEMBER_READ;
    return kh_member_write_tables(m, out, err);
}

/* The rates asked for last are better than all before, or not. */
static void judge(kh_member *m, double stretch)
{
    for (size_t r = 0; r < m->n_fixed; r++)
        if (m->fixed[r])
            stretch = fmax(stretch, m->asked_load[r]);
    double value = stretch > 0 ? 1 / stretch : 0;
    if (m->round == 1)
        m->first = value;
    if (value > m->value) {
        m->value = value;
        memcpy(m->best_load, m->asked_load, m->n_fixed * sizeof *m->best_load);
        kh_market_keep(m->market);
        kh_inside_keep(m->inside);
        m->best_round = m->round;
    }
    m->gap = m->value > 0 ? m->bound / m->value - 1 : 0;
}

/* From here on the number of rows that can be fixed is known. */
static kh_status fix_rows(kh_member *m, size_t n_before, kh_error *err)
{
    size_t n = kh_market_rows(m->market);
    m->fixed = KH_NEW(m->arena, bool, n);
    m->asked_load = KH_NEW(m->arena, double, n);
    m->best_load = KH_NEW(m->arena, double, n);
    if (m->fixed == NULL || m->asked_load == NULL || m->best_load == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", n);
    m->n_fixed = n;
    for (size_t r = 0; r < n; r++)
        m->fixed[r] = r < n_before || kh_market_is_promise(m->market, r);
    return KH_OK;
}

static kh_status begin_round(kh_member *m, const kh_letter *in, kh_letter *out, bool *done, kh_error *err)
{
    double stretch;
    size_t n_before = kh_market_rows(m->market);
    KH_TRY(kh_member_read_tables(m, in, &stretch, err));
    if (m->round == 0)
        KH_TRY(fix_rows(m, n_before, err));
    else
        judge(m, stretch);
    *done = m->round > 0 && (m->ends || m->gap <= m->options.gap || m->round + 1 >= m->options.most_rounds);
    m->phase = *done ? KH_MEMBER_DONE : KH_MEMBER_LOOK;
    return *done ? KH_OK : kh_member_open_market(m, out, err);
}

static kh_status route(kh_member *m, const kh_letter *in, kh_letter *out, kh_error *err)
{
    KH_TRY(kh_member_read_requests(m, in, err));
    m->round++;
    m->phase = KH_MEMBER_READ;
    return kh_member_write_tables(m, out, err);
}

bool kh_member_has_value(const kh_member *member)
{
    return member->round > 0;
}

void kh_member_end(kh_member *member)
{
    member->ends = true;
}

/* Between tables, which must be judged before they count. */
static bool may_end(const kh_member *m)
{
    return m->round > 0 && m->phase >= KH_MEMBER_LOOK && m->phase < KH_MEMBER_DONE;
}

kh_status kh_member_step(kh_member *member, const kh_letter *in, kh_letter *out, bool *done, kh_error *err)
{
    kh_arena *before = member->post[1];
    kh_arena_reset(before);
    member->post[1] = member->post[0];
    member->post[0] = before;
    *done = false;
    kh_member_write_all(member, KH_LETTER_NONE, 0, NULL, out);
    if (member->ends && may_end(member))
        member->phase = KH_MEMBER_DONE;
    switch (member->phase) {
    case KH_MEMBER_START:
        return write_hello(member, out, err);
    case KH_MEMBER_MEET:
        return meet(member, in, out, err);
    case KH_MEMBER_READ:
        return begin_round(member, in, out, done, err);
    case KH_MEMBER_LOOK:
        return kh_member_read_looks(member, in, out, err);
    case KH_MEMBER_CURVE:
        return kh_member_read_curves(member, in, out, err);
    case KH_MEMBER_STEP:
        return kh_member_read_steps(member, in, out, err);
    case KH_MEMBER_ROUTE:
        return route(member, in, out, err);
    case KH_MEMBER_DONE:
    default:
        *done = true;
        return KH_OK;
    }
}

kh_member_report kh_member_report_of(const kh_member *member)
{
    return (kh_member_report){.reached = member->gap <= member->options.gap,
                              .n_rounds = (size_t)member->round + 1,
                              .best_round = member->best_round,
                              .value = member->value,
                              .bound = member->bound,
                              .first = member->first};
}

const double *kh_member_prices(const kh_member *member, size_t *n_rows)
{
    *n_rows = member->n_bound_rows;
    return member->bound_price;
}

const kh_atlas *kh_member_atlas(const kh_member *member)
{
    return &member->atlas;
}

const kh_trace *kh_member_trace(const kh_member *member)
{
    return kh_inside_trace(member->inside);
}

void kh_member_loads(const kh_member *member, double *load_bps)
{
    kh_inside_loads(member->inside, load_bps);
    for (size_t e = 0; e < member->part->graph.n_links; e++)
        load_bps[e] *= member->value;
}

void kh_member_crossings(const kh_member *member, double *load_bps)
{
    for (size_t x = 0; x < member->atlas.n_crossings; x++)
        load_bps[x] = member->best_load[x] * member->atlas.capacity_bps[x] * member->value;
}

void kh_member_transits(const kh_member *member, kh_member_transit *transit)
{
    for (uint32_t j = 0; j < member->part->n_domains; j++) {
        double rate_bps = member->value * kh_market_transit(member->market, j);
        transit[j] =
            (kh_member_transit){rate_bps, rate_bps * SECONDS_PER_YEAR / BITS_PER_MBIT * member->atlas.transit_eur_per_mbit[j]};
    }
}

void kh_member_seen(const kh_member *member, uint32_t demand, double *seen)
{
    kh_market_seen(member->market, demand, seen);
}

double kh_member_rate(const kh_member *member, uint32_t demand)
{
    return kh_market_has_way(member->market, demand) ? member->value * member->part->demands[demand].requested_bps : 0;
}
