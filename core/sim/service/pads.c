/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/pads.h"

#include <math.h>

static kh_ns later(kh_ns a, kh_ns b)
{
    return a > b ? a : b;
}

/* Books the gap up to now, if there is one. */
static void close_gap(kh_pads_stream *stream, kh_ns start, kh_ns now)
{
    kh_ns gap = now - later(stream->lasts_until, start);
    if (gap <= 0)
        return;
    stream->starved += gap;
    stream->longest = later(stream->longest, gap);
}

static void hear(void *self, uint32_t demand, uint32_t ticket, bool served)
{
    (void)ticket;
    kh_pads *pads = self;
    kh_pads_stream *stream = &pads->streams[demand];
    if (!served || stream->lasts_until > KH_LONGEST_NS)
        return; /* after a rush there may be more than can ever be used */
    kh_ns now = kh_kernel_now(pads->kernel);
    close_gap(stream, pads->start, now);
    double exact = stream->portion_ns + stream->carry, whole = floor(exact);
    stream->carry = exact - whole;
    stream->lasts_until = later(stream->lasts_until, now) + (kh_ns)whole;
}

kh_pads_gaps kh_pads_read(const kh_pads *pads, uint32_t demand, kh_ns end)
{
    kh_pads_stream stream = pads->streams[demand];
    if (!(stream.portion_ns > 0))
        return (kh_pads_gaps){(double)NAN, (double)NAN};
    close_gap(&stream, pads->start, end);
    return (kh_pads_gaps){(double)stream.starved / (double)(end - pads->start), kh_s_from_ns(stream.longest)};
}

static void restart(void *self)
{
    kh_pads *pads = self;
    pads->start = kh_kernel_now(pads->kernel);
    for (size_t i = 0; i < pads->n; i++)
        pads->streams[i].starved = pads->streams[i].longest = 0;
}

static void visit(void *self, kh_state *state)
{
    kh_pads *pads = self;
    KH_STATE(state, pads->start);
    kh_state_visit(state, pads->streams, pads->n * sizeof pads->streams[0]);
}

static const kh_part_ops ops = {.name = "pads", .restart = restart, .visit = visit};

kh_status kh_pads_init(kh_pads *pads, const kh_net *net, const kh_asking *asking, kh_arena *arena, kh_error *err)
{
    *pads = (kh_pads){.kernel = asking->kernel, .n = net->n_demands};
    pads->streams = KH_NEW(arena, kh_pads_stream, pads->n);
    if (pads->streams == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu streams", pads->n);
    for (uint32_t i = 0; i < pads->n; i++) {
        const kh_traffic *traffic = &asking->traffic[i];
        if (net->demands[i].use != KH_USE_OTP || traffic->keys_at_once == 0)
            continue;
        pads->streams[i].portion_ns = traffic->interval_ns;
        pads->streams[i].lasts_until = traffic->phases[0];
        kh_pairs_set_client(asking->kms->pairs, i, (kh_relay_client){hear, pads});
    }
    return kh_kernel_join(asking->kernel, &ops, pads, err);
}
