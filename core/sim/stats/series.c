/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/stats/series.h"

static void emit(kh_series *out, kh_ns time, int64_t level)
{
    out->t_s[out->n] = kh_s_from_ns(time);
    out->level_bits[out->n] = (double)level;
    out->n++;
}

void kh_recorder_init(kh_recorder *recorder, kh_series *out, size_t points, kh_ns duration, int64_t level)
{
    *recorder = (kh_recorder){.out = out};
    out->n = 0;
    if (points < 4)
        return;
    kh_ns spans = (kh_ns)(points / 2 - 1); /* two points each, and one at either end of the run */
    recorder->span = duration / spans + 1;
    recorder->span_end = recorder->span;
    emit(out, 0, level);
}

static void close_span(kh_recorder *recorder)
{
    if (recorder->records == 0)
        return;
    bool low_first = recorder->low.order <= recorder->high.order;
    const struct kh_recorder_point *a = low_first ? &recorder->low : &recorder->high,
                                   *b = low_first ? &recorder->high : &recorder->low;
    emit(recorder->out, a->time, a->level);
    if (b->order != a->order)
        emit(recorder->out, b->time, b->level);
    recorder->records = 0;
}

void kh_recorder_record(kh_recorder *recorder, kh_ns now, int64_t level)
{
    if (recorder->span == 0)
        return;
    if (now >= recorder->span_end) {
        close_span(recorder);
        recorder->span_end = (now / recorder->span + 1) * recorder->span;
    }
    struct kh_recorder_point point = {.time = now, .level = level, .order = ++recorder->records};
    if (recorder->records == 1 || level < recorder->low.level)
        recorder->low = point;
    if (recorder->records == 1 || level > recorder->high.level)
        recorder->high = point;
}

void kh_recorder_finish(kh_recorder *recorder, kh_ns end, int64_t level)
{
    if (recorder->span == 0)
        return;
    close_span(recorder);
    emit(recorder->out, end, level);
}

void kh_recorder_visit(kh_recorder *recorder, kh_state *state)
{
    KH_STATE(state, recorder->span_end);
    KH_STATE(state, recorder->low);
    KH_STATE(state, recorder->high);
    KH_STATE(state, recorder->records);
    if (recorder->out == NULL)
        return;
    KH_STATE(state, recorder->out->n);
    kh_state_visit(state, recorder->out->t_s, recorder->out->n * sizeof recorder->out->t_s[0]);
    kh_state_visit(state, recorder->out->level_bits, recorder->out->n * sizeof recorder->out->level_bits[0]);
}
