/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/member_state.h"

#include <math.h>
#include <string.h>

/* Measured on the instances of bench_domains: steps between looks for new ways; of the common gap, what the market leaves; of the
   market's gap, what the next steps aim at; looks in a round. */
enum { STEPS = 6, MOST_LOOKS = 6 };
static const double MARKET_GAP = 0.3, AIM = 0.3, MOST_GAP = 0.5;
static const double NEWCOMER = 0.02, LEAST_SHARE = 1e-3; /* of a demand: of a new way, and of any way before steps */

/* Late in the exchange shares stay where they are. */
static double at_most(const kh_member *m, double share)
{
    return fmin(share, 0.1 * fmax(m->market_gap, 1e-9));
}

static kh_status write_look(kh_member *m, kh_letter *out, kh_error *err)
{
    size_t n = 2 + m->clearing.n_rows;
    double *number = kh_member_paper(m, n, err);
    if (number == NULL)
        return KH_ENOMEM;
    KH_TRY(kh_market_look(m->market, m->clearing.price, m->clearing.way_centre, at_most(m, NEWCOMER), &number[0], err));
    number[1] = (double)kh_market_ways(m->market);
    kh_market_load(m->market, number + 2);
    m->phase = KH_MEMBER_LOOK;
    kh_member_write_all(m, KH_LETTER_LOOK, n, number, out);
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

static kh_status write_curve(kh_member *m, kh_letter *out, kh_error *err)
{
    size_t rows = m->clearing.n_rows, n = 2 * rows + rows * (rows + 1) / 2;
    double *number = kh_member_paper(m, n, err);
    if (number == NULL)
        return KH_ENOMEM;
    kh_market_load(m->market, number);
    kh_market_curve(m->market, m->clearing.price, m->clearing.way_centre, number + 2 * rows, number + rows);
    m->phase = KH_MEMBER_CURVE;
    kh_member_write_all(m, KH_LETTER_CURVE, n, number, out);
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
    double asked = 0, ways = 0, all = 0;
    memset(c->load, 0, c->n_rows * sizeof *c->load);
    for (uint32_t j = 0; j < m->part->n_domains; j++) {
        KH_TRY(kh_member_expect(m, &in[j], KH_LETTER_LOOK, 2 + c->n_rows, err));
        asked += in[j].number[0];
        ways += in[j].number[1];
        for (size_t r = 0; r < c->n_rows; r++)
            c->load[r] += in[j].number[2 + r];
    }
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

kh_status kh_member_read_curves(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err)
{
    kh_clearing *c = &member->clearing;
    size_t rows = c->n_rows, triangle = rows * (rows + 1) / 2;
    memset(c->load, 0, rows * sizeof *c->load);
    memset(c->push, 0, rows * sizeof *c->push);
    memset(c->curve, 0, triangle * sizeof *c->curve);
    for (uint32_t j = 0; j < member->part->n_domains; j++) {
        KH_TRY(kh_member_expect(member, &in[j], KH_LETTER_CURVE, 2 * rows + triangle, err));
        for (size_t r = 0; r < rows; r++) {
            c->load[r] += in[j].number[r];
            c->push[r] += in[j].number[rows + r];
        }
        for (size_t i = 0; i < triangle; i++)
            c->curve[i] += in[j].number[2 * rows + i];
    }
    double common[2], *most = kh_member_paper(member, 2, err);
    if (most == NULL)
        return KH_ENOMEM;
    KH_TRY(kh_clearing_plan_step(c, common, err));
    kh_market_plan_step(member->market, c->price_step, c->way_centre, most);
    for (int side = 0; side < 2; side++)
        most[side] = fmin(most[side], common[side]);
    member->phase = KH_MEMBER_STEP;
    kh_member_write_all(member, KH_LETTER_STEP, 2, most, out);
    return KH_OK;
}

kh_status kh_member_read_steps(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err)
{
    double length[2] = {1, 1};
    for (uint32_t j = 0; j < member->part->n_domains; j++) {
        KH_TRY(kh_member_expect(member, &in[j], KH_LETTER_STEP, 2, err));
        for (int side = 0; side < 2; side++)
            length[side] = fmin(length[side], in[j].number[side]);
    }
    kh_clearing_step(&member->clearing, length);
    kh_market_step(member->market, length);
    return ++member->n_steps % STEPS == 0 ? write_look(member, out, err) : write_curve(member, out, err);
}
