/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/clearing.h"

#include <math.h>
#include <string.h>

kh_status kh_clearing_extend(kh_clearing *clearing, size_t n_rows, kh_arena *arena, kh_error *err)
{
    kh_clearing *c = clearing;
    if (n_rows > c->row_room) {
        size_t room = 2 * n_rows, triangle = room * (room + 1) / 2;
        double *numbers = KH_NEW(arena, double, 6 * room + 2 * triangle);
        if (numbers == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", n_rows);
        if (c->n_rows > 0)
            memcpy(numbers, c->price, c->n_rows * sizeof *numbers);
        c->price = numbers;
        c->room = numbers + room;
        c->price_step = numbers + 2 * room;
        c->room_step = numbers + 3 * room;
        c->load = numbers + 4 * room;
        c->push = numbers + 5 * room;
        c->curve = numbers + 6 * room;
        c->factor = c->curve + triangle;
        c->row_room = room;
    }
    for (size_t r = c->n_rows; r < n_rows; r++)
        c->price[r] = 0;
    c->n_rows = n_rows;
    return KH_OK;
}

double kh_clearing_busiest(const kh_clearing *clearing)
{
    double most = 0;
    for (size_t r = 0; r < clearing->n_rows; r++)
        most = fmax(most, clearing->load[r]);
    return most;
}

static double sum_prices(const kh_clearing *c, double top)
{
    double sum = 0;
    for (size_t r = 0; r < c->n_rows; r++)
        sum += c->centre / (top - c->load[r]);
    return sum;
}

/* At a point whose products make up this share of the busiest load, rows and ways half each. */
static void aim(kh_clearing *clearing, double gap, size_t n_ways)
{
    double half = 0.5 * gap * kh_clearing_busiest(clearing);
    clearing->centre = half / (double)clearing->n_rows;
    clearing->way_centre = half / (double)(n_ways + 1);
}

void kh_clearing_begin(kh_clearing *clearing, double gap, size_t n_ways)
{
    kh_clearing *c = clearing;
    double busiest = kh_clearing_busiest(c);
    aim(c, gap, n_ways);
    double low = busiest + c->centre * 0.5, high = busiest + c->centre * (double)c->n_rows;
    for (int i = 0; i < 60; i++) { /* the sum falls from >= 2 to <= 1 between them */
        double middle = low + (high - low) / 2;
        if (sum_prices(c, middle) > 1)
            low = middle;
        else
            high = middle;
    }
    c->top = high;
    for (size_t r = 0; r < c->n_rows; r++) {
        c->room[r] = c->top - c->load[r];
        c->price[r] = c->centre / c->room[r];
    }
}

/* Cholesky by columns of the upper triangle: factor' factor = curve + diag(room / price). */
static bool factorise(kh_clearing *c)
{
    size_t n = c->n_rows;
    memcpy(c->factor, c->curve, n * (n + 1) / 2 * sizeof *c->factor);
    for (size_t j = 0; j < n; j++) {
        double *column = c->factor + j * (j + 1) / 2;
        column[j] += c->room[j] / c->price[j];
        for (size_t i = 0; i <= j; i++) {
            const double *other = c->factor + i * (i + 1) / 2;
            double sum = column[i];
            for (size_t k = 0; k < i; k++)
                sum -= other[k] * column[k];
            if (i == j && !(sum > 0))
                return false;
            column[i] = i == j ? sqrt(sum) : sum / other[i];
        }
    }
    return true;
}

static void solve(const kh_clearing *c, double *x)
{
    size_t n = c->n_rows;
    for (size_t j = 0; j < n; j++) {
        const double *column = c->factor + j * (j + 1) / 2;
        for (size_t k = 0; k < j; k++)
            x[j] -= column[k] * x[k];
        x[j] /= column[j];
    }
    for (size_t j = n; j-- > 0;) {
        const double *column = c->factor + j * (j + 1) / 2;
        x[j] /= column[j];
        for (size_t k = 0; k < j; k++)
            x[k] -= column[k] * x[j];
    }
}

static void shorten(double value, double step, double *most)
{
    if (step < 0)
        *most = fmin(*most, -0.95 * value / step);
}

kh_status kh_clearing_plan_step(kh_clearing *clearing, double most[2], kh_error *err)
{
    kh_clearing *c = clearing;
    if (!factorise(c))
        return kh_fail(err, KH_EINTERNAL, "the market of %zu rows cannot be solved", c->n_rows);
    double *one = c->room_step, of_step = 0, of_one = 0, missing = 1;
    for (size_t r = 0; r < c->n_rows; r++) {
        double off = c->load[r] + c->room[r] - c->top;
        c->price_step[r] = off + c->push[r] + c->centre / c->price[r] - c->room[r];
        one[r] = 1;
        missing -= c->price[r];
    }
    solve(c, c->price_step);
    solve(c, one);
    for (size_t r = 0; r < c->n_rows; r++) {
        of_step += c->price_step[r];
        of_one += one[r];
    }
    c->top_step = (of_step - missing) / of_one;
    most[0] = most[1] = 1;
    for (size_t r = 0; r < c->n_rows; r++) {
        c->price_step[r] -= c->top_step * one[r];
        c->room_step[r] = c->centre / c->price[r] - c->room[r] - c->room[r] / c->price[r] * c->price_step[r];
        shorten(c->room[r], c->room_step[r], &most[0]);
        shorten(c->price[r], c->price_step[r], &most[1]);
    }
    return isfinite(c->top_step) ? KH_OK : kh_fail(err, KH_EINTERNAL, "the market of %zu rows cannot be solved", c->n_rows);
}

void kh_clearing_step(kh_clearing *clearing, const double length[2])
{
    kh_clearing *c = clearing;
    c->top += length[0] * c->top_step;
    for (size_t r = 0; r < c->n_rows; r++) {
        c->room[r] += length[0] * c->room_step[r];
        c->price[r] += length[1] * c->price_step[r];
    }
}
