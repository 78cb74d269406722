/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/member_state.h"

#include <math.h>
#include <string.h>

/* Measured on the instances of bench_domains: steps between looks for new ways; of the common gap, what the market leaves; of the
   market's gap, what the next steps aim at; looks in a round. */
enum { STEPS = 6, MOST_LOOKS = 6 };
static const double MARKET_GAP = 0.3, AIM = 0.3, MOST_GAP = 0.5;
static const double NEWCOMER = 0.02, LEAST_SHARE = 1e-3; /* of a demand: of a new way, and of any way before steps */

/* Longest steps are told as how many of these lengths, each 0.9 of the one before, are too long. */
enum { LENGTHS = 96 };
static const double SHORTER = 0.9;

/* Late in the exchange shares stay where they are. */
static double at_most(const kh_member *m, double share)
{
    return fmin(share, 0.1 * fmax(m->market_gap, 1e-9));
}

static kh_status write_look(kh_member *m, kh_letter *out, kh_error *err)
{
    size_t n = 2 + m->clearing.n_rows;
    double *number = kh_member_paper(m, n, err), *veiled = kh_member_paper(m, n * KH_VEIL_WIDE, err);
    if (number == NULL || veiled == NULL)
        return KH_ENOMEM;
    KH_TRY(kh_market_look(m->market, m->clearing.price, m->clearing.way_centre, at_most(m, NEWCOMER), &number[0], err));
    number[1] = (double)kh_market_ways(m->market);
    kh_market_load(m->market, number + 2);
    kh_veil_hide(&m->veil, number, n, KH_VEIL_WIDE, veiled);
    m->phase = KH_MEMBER_LOOK;
    kh_member_write_all(m, KH_LETTER_LOOK, n * KH_VEIL_WIDE, veiled, out);
    return KH_OK;
}

kh_status kh_member_open_market(kh_member *member, kh_letter *out, kh_error *err)
{
    member->pass = member->n_steps = 0;
    member->market_gap = 1;
    if (member->round > 0)
        KH_TRY(kh_market_forget(member->market, err));
    for (size_t r = 0; r < member->clearing.n_rows && member->round == 0; r++)
        member->clearing.price[r] = 1;
    return write_look(member, out, err);
}

/* The curve as it stands beside room / price, to which it is added: so its fixed point suits every row. */
static void scale_curve(const kh_clearing *c, double *curve, bool back, double *scale)
{
    for (size_t r = 0; r < c->n_rows; r++)
        scale[r] = back ? sqrt(c->room[r] / c->price[r]) : sqrt(c->price[r] / c->room[r]);
    for (size_t j = 0; j < c->n_rows; j++)
        for (size_t i = 0; i <= j; i++)
            *curve++ *= scale[i] * scale[j];
}

static kh_status write_curve(kh_member *m, kh_letter *out, kh_error *err)
{
    size_t rows = m->clearing.n_rows, triangle = rows * (rows + 1) / 2, head = 2 * rows * KH_VEIL_WIDE;
    size_t n = head + triangle * KH_VEIL_NARROW;
    double *number = kh_member_paper(m, 3 * rows + triangle, err), *veiled = kh_member_paper(m, n, err);
    if (number == NULL || veiled == NULL)
        return KH_ENOMEM;
    double *curve = number + 2 * rows;
    kh_market_load(m->market, number);
    kh_market_curve(m->market, m->clearing.price, m->clearing.way_centre, curve, number + rows);
    scale_curve(&m->clearing, curve, false, curve + triangle);
    kh_veil_hide(&m->veil, number, 2 * rows, KH_VEIL_WIDE, veiled);
    kh_veil_hide(&m->veil, curve, triangle, KH_VEIL_NARROW, veiled + head);
    m->phase = KH_MEMBER_CURVE;
    kh_member_write_all(m, KH_LETTER_CURVE, n, veiled, out);
    return KH_OK;
}

static kh_status keep_bound(kh_member *m, double bound, kh_error *err)
{
    const kh_clearing *c = &m->clearing;
    if (!(bound < m->bound))
        return KH_OK;
    if (c->n_rows > m->bound_room) {
        m->bound_price = KH_NEW(m->arena, double, 2 * c->n_rows);
        if (m->bound_price == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu prices", c->n_rows);
        m->bound_room = 2 * c->n_rows;
    }
    memcpy(m->bound_price, c->price, c->n_rows * sizeof *c->price);
    m->n_bound_rows = c->n_rows;
    m->bound = bound;
    return KH_OK;
}

kh_status kh_member_read_looks(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err)
{
    kh_member *m = member;
    kh_clearing *c = &m->clearing;
    double all = 0, *sum = kh_member_paper(m, 2 + c->n_rows, err);
    if (sum == NULL)
        return KH_ENOMEM;
    for (uint32_t j = 0; j < m->part->n_domains; j++)
        KH_TRY(kh_member_expect(m, &in[j], KH_LETTER_LOOK, (2 + c->n_rows) * KH_VEIL_WIDE, err));
    kh_member_sum(m, in, 0, 2 + c->n_rows, KH_VEIL_WIDE, sum);
    memcpy(c->load, sum + 2, c->n_rows * sizeof *c->load);
    double asked = sum[0], ways = sum[1];
    for (size_t r = 0; r < c->n_rows; r++)
        all += c->price[r];
    double busiest = kh_clearing_busiest(c);
    if (!(asked > 0) || !(busiest > 0)) /* nothing is asked, or nothing that is asked has a way */
        return kh_member_write_requests(m, out, err);
    KH_TRY(keep_bound(m, all / asked, err));
    double gap = m->market_gap = all / asked * busiest - 1, wanted = MARKET_GAP * fmax(m->options.gap, fmin(m->gap, MOST_GAP));
    if (m->pass > 0 && (m->bound * busiest - 1 <= wanted || m->pass == MOST_LOOKS))
        return kh_member_write_requests(m, out, err);
    kh_clearing_begin(c, m->pass == 0 ? fmin(MOST_GAP, m->gap) : AIM * fmin(1, gap), (size_t)ways);
    kh_market_centre(m->market, c->price, c->way_centre, at_most(m, LEAST_SHARE));
    m->pass++;
    return write_curve(m, out, err);
}

static kh_status write_lengths(kh_member *m, const double longest[2], kh_letter *out, kh_error *err)
{
    double *refused = kh_member_paper(m, (size_t)2 * LENGTHS, err);
    double *veiled = kh_member_paper(m, (size_t)2 * LENGTHS * KH_VEIL_NARROW, err);
    if (refused == NULL || veiled == NULL)
        return KH_ENOMEM;
    for (size_t side = 0; side < 2; side++) {
        double length = 1;
        for (size_t k = 0; k < LENGTHS; k++, length *= SHORTER)
            refused[side * LENGTHS + k] = length > longest[side];
    }
    kh_veil_hide(&m->veil, refused, (size_t)2 * LENGTHS, KH_VEIL_NARROW, veiled);
    m->phase = KH_MEMBER_STEP;
    kh_member_write_all(m, KH_LETTER_STEP, (size_t)2 * LENGTHS * KH_VEIL_NARROW, veiled, out);
    return KH_OK;
}

kh_status kh_member_read_curves(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err)
{
    kh_clearing *c = &member->clearing;
    size_t rows = c->n_rows, triangle = rows * (rows + 1) / 2, wide = rows * KH_VEIL_WIDE;
    for (uint32_t j = 0; j < member->part->n_domains; j++)
        KH_TRY(kh_member_expect(member, &in[j], KH_LETTER_CURVE, 2 * wide + triangle * KH_VEIL_NARROW, err));
    kh_member_sum(member, in, 0, rows, KH_VEIL_WIDE, c->load);
    kh_member_sum(member, in, wide, rows, KH_VEIL_WIDE, c->push);
    kh_member_sum(member, in, 2 * wide, triangle, KH_VEIL_NARROW, c->curve);
    scale_curve(c, c->curve, true, c->price_step);
    double common[2], most[2];
    KH_TRY(kh_clearing_plan_step(c, common, err));
    kh_market_plan_step(member->market, c->price_step, c->way_centre, most);
    for (int side = 0; side < 2; side++)
        most[side] = fmin(most[side], common[side]);
    return write_lengths(member, most, out, err);
}

kh_status kh_member_read_steps(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err)
{
    double refused[2 * LENGTHS], length[2];
    for (uint32_t j = 0; j < member->part->n_domains; j++)
        KH_TRY(kh_member_expect(member, &in[j], KH_LETTER_STEP, (size_t)2 * LENGTHS * KH_VEIL_NARROW, err));
    kh_member_sum(member, in, 0, (size_t)2 * LENGTHS, KH_VEIL_NARROW, refused);
    for (size_t side = 0; side < 2; side++) {
        size_t k = 0;
        for (length[side] = 1; k < LENGTHS && refused[side * LENGTHS + k] > 0.5; k++)
            length[side] *= SHORTER;
        length[side] = k < LENGTHS ? length[side] : 0;
    }
    kh_clearing_step(&member->clearing, length);
    kh_market_step(member->market, length);
    return ++member->n_steps % STEPS == 0 ? write_look(member, out, err) : write_curve(member, out, err);
}
