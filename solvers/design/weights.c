/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/weights.h"

#include <math.h>
#include <string.h>

static const double KEPT = 1e-6; /* short by less: rounding; values are rounded to 6e-8 */
static const size_t MOST_BYTES = (size_t)64 << 20;
enum { REST = 256, IDLE = 2000, FIRST_ROOM = 256, BLOCK = 16 /* a line of the cache */ };

static kh_status grow(kh_weights *w, size_t room, kh_error *err)
{
    kh_weights to = *w;
    to.value = kh_arena_alloc_lines(w->arena, room, w->width * sizeof *to.value);
    to.slack = KH_NEW(w->arena, double, room);
    to.weight = KH_NEW(w->arena, float, 2 * room);
    to.broken_at = KH_NEW(w->arena, uint64_t, room);
    to.broken = KH_NEW(w->arena, uint32_t, room);
    if (to.value == NULL || to.slack == NULL || to.weight == NULL || to.broken_at == NULL || to.broken == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu rows of %zu columns", room, w->n);
    to.largest = to.weight + room;
    to.room = room;
    if (w->n_rows > 0) {
        memcpy(to.value, w->value, w->n_rows * w->width * sizeof *w->value);
        memcpy(to.slack, w->slack, w->n_rows * sizeof *w->slack);
        memcpy(to.weight, w->weight, w->n_rows * sizeof *w->weight);
        memcpy(to.largest, w->largest, w->n_rows * sizeof *w->largest);
        memcpy(to.broken_at, w->broken_at, w->n_rows * sizeof *w->broken_at);
        memcpy(to.broken, w->broken, w->n_broken * sizeof *w->broken);
    }
    kh_arena_release(w->arena, w->value);
    *w = to;
    return KH_OK;
}

kh_status kh_weights_init(kh_weights *weights, size_t n, kh_arena *arena, kh_error *err)
{
    size_t width = (n + BLOCK - 1) / BLOCK * BLOCK;
    *weights = (kh_weights){
        .arena = arena, .n = n, .width = width, .count = KH_NEW(arena, double, n), .score = KH_NEW(arena, float, width)};
    if (weights->count == NULL || weights->score == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu counts", n);
    return grow(weights, FIRST_ROOM, err);
}

static double slack_of(const kh_weights *w, size_t row)
{
    double sum = -1;
    for (size_t j = 0; j < w->n; j++)
        sum += (double)w->value[row * w->width + j] * w->count[j];
    return sum;
}

static void copy(kh_weights *w, size_t to, size_t from)
{
    if (to == from)
        return;
    memcpy(w->value + to * w->width, w->value + from * w->width, w->width * sizeof *w->value);
    w->slack[to] = w->slack[from];
    w->weight[to] = w->weight[from];
    w->largest[to] = w->largest[from];
    w->broken_at[to] = w->broken_at[from];
}

/* Row n_rows, which must have room, is the scratch. */
static void swap(kh_weights *w, size_t a, size_t b)
{
    copy(w, w->n_rows, a);
    copy(w, a, b);
    copy(w, b, w->n_rows);
}

/* One row of room is left over for swap(). */
static kh_status make_room(kh_weights *w, kh_error *err)
{
    if (w->n_rows + 2 <= w->room)
        return KH_OK;
    if (w->room * w->width * sizeof *w->value < MOST_BYTES)
        return grow(w, 2 * w->room, err);
    w->n_rows = w->n_awake;
    for (size_t r = 0; r < w->n_rows && w->n_rows > w->room / 2;)
        if (w->slack[r] >= 0)
            copy(w, r, --w->n_rows);
        else
            r++;
    w->n_awake = w->n_rows;
    w->n_broken = 0;
    return w->n_rows + 2 <= w->room ? KH_OK : grow(w, 2 * w->room, err);
}

kh_status kh_weights_add(kh_weights *weights, const kh_cutset_row *row, kh_error *err)
{
    KH_TRY(make_room(weights, err));
    kh_weights *w = weights;
    size_t r = w->n_awake++;
    copy(w, w->n_rows++, r);
    float *value = w->value + r * w->width;
    memset(value, 0, w->width * sizeof *value);
    w->largest[r] = 0;
    for (size_t i = 0; i < row->n; i++) {
        value[row->column[i]] = (float)fmin(1, row->value[i] / row->least);
        w->largest[r] = fmaxf(w->largest[r], value[row->column[i]]);
    }
    w->weight[r] = 1;
    w->broken_at[r] = w->turn;
    w->slack[r] = slack_of(w, r);
    return KH_OK;
}

void kh_weights_move(kh_weights *weights, size_t column, double by)
{
    weights->count[column] += by;
    for (size_t r = 0; r < weights->n_awake; r++)
        weights->slack[r] += by * (double)weights->value[r * weights->width + column];
}

static void rest(kh_weights *w)
{
    for (size_t r = 0; r < w->n_awake;) {
        w->slack[r] = slack_of(w, r); /* what rounding has piled up is gone */
        if (w->turn - w->broken_at[r] > IDLE && w->slack[r] >= 0)
            swap(w, r, --w->n_awake);
        else
            r++;
    }
}

static void list_broken(kh_weights *w)
{
    w->n_broken = 0;
    for (size_t r = 0; r < w->n_awake; r++)
        if (w->slack[r] < -KEPT) {
            w->broken[w->n_broken++] = (uint32_t)r;
            w->broken_at[r] = w->turn;
        }
}

static void wake(kh_weights *w)
{
    for (size_t r = w->n_awake; r < w->n_rows; r++) {
        w->slack[r] = slack_of(w, r);
        if (w->slack[r] >= -KEPT)
            continue;
        w->weight[r] = 1;
        swap(w, r, w->n_awake++);
    }
}

size_t kh_weights_look(kh_weights *weights)
{
    if (++weights->turn % REST == 0)
        rest(weights);
    list_broken(weights);
    if (weights->n_broken == 0) {
        wake(weights);
        list_broken(weights);
    }
    return weights->n_broken;
}

void kh_weights_help(kh_weights *weights)
{
    float *score = weights->score;
    memset(score, 0, weights->width * sizeof *score);
    for (size_t i = 0; i < weights->n_broken; i++) {
        size_t r = weights->broken[i];
        const float *value = weights->value + r * weights->width;
        float missing = (float)-weights->slack[r], weight = weights->weight[r];
        for (size_t j = 0; j < weights->width; j++)
            score[j] += weight * (value[j] < missing ? value[j] : missing);
    }
}

static void add_over(float *restrict sum, const float *restrict value, float kept, float weight)
{
    for (size_t k = 0; k < BLOCK; k++) {
        float over = value[k] - kept;
        sum[k] += weight * (over > 0 ? over : 0);
    }
}

void kh_weights_harm(kh_weights *weights)
{
    memset(weights->score, 0, weights->width * sizeof *weights->score);
    for (size_t r = 0; r < weights->n_awake; r++) {
        float kept = weights->slack[r] > 0 ? (float)weights->slack[r] : 0;
        for (size_t j = 0; j < weights->width && kept < weights->largest[r]; j += BLOCK)
            add_over(weights->score + j, weights->value + r * weights->width + j, kept, weights->weight[r]);
    }
}

void kh_weights_press(kh_weights *weights)
{
    list_broken(weights);
    for (size_t i = 0; i < weights->n_broken; i++)
        weights->weight[weights->broken[i]]++;
}
