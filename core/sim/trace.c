/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/trace.h"

static void emit(kh_series *out, kh_ns time, int64_t level)
{
    out->t_s[out->n] = kh_s_from_ns(time);
    out->level_bits[out->n] = (double)level;
    out->n++;
}

void kh_trace_init(kh_trace *trace, kh_series *out, size_t points, kh_ns duration, int64_t level)
{
    *trace = (kh_trace){.out = out};
    out->n = 0;
    if (points < 4)
        return;
    kh_ns spans = (kh_ns)(points / 2 - 1); /* two points each, and one at either end of the run */
    trace->span = duration / spans + 1;
    trace->span_end = trace->span;
    emit(out, 0, level);
}

static void close_span(kh_trace *trace)
{
    if (trace->records == 0)
        return;
    bool low_first = trace->low.order <= trace->high.order;
    const struct kh_trace_point *a = low_first ? &trace->low : &trace->high, *b = low_first ? &trace->high : &trace->low;
    emit(trace->out, a->time, a->level);
    if (b->order != a->order)
        emit(trace->out, b->time, b->level);
    trace->records = 0;
}

void kh_trace_record(kh_trace *trace, kh_ns now, int64_t level)
{
    if (trace->span == 0)
        return;
    if (now >= trace->span_end) {
        close_span(trace);
        trace->span_end = (now / trace->span + 1) * trace->span;
    }
    struct kh_trace_point point = {.time = now, .level = level, .order = ++trace->records};
    if (trace->records == 1 || level < trace->low.level)
        trace->low = point;
    if (trace->records == 1 || level > trace->high.level)
        trace->high = point;
}

void kh_trace_finish(kh_trace *trace, kh_ns end, int64_t level)
{
    if (trace->span == 0)
        return;
    close_span(trace);
    emit(trace->out, end, level);
}
