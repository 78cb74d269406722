/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/passes.h"

#include "core/base/units.h"

#include <math.h>

enum { DAYS = 365 };

/* Passes of one day may end after those of the next have begun, at most: two days are kept. */
static double sky_of(kh_sky_days *sky, int64_t day)
{
    for (; sky->day < day; sky->day++) {
        sky->yesterday = sky->today;
        sky->today = kh_rng_uniform(&sky->rng);
    }
    return day == sky->day ? sky->today : sky->yesterday;
}

static const kh_pass *next_pass(const kh_passes *passes, const kh_timetable *t)
{
    return &passes->links->rates->qkd[t->link].passes[t->next];
}

static void wait_for_next(kh_passes *passes, uint32_t i)
{
    const kh_timetable *t = &passes->timetables[i];
    kh_kernel *kernel = passes->links->kernel;
    double end_s = (double)t->year * DAYS * KH_S_PER_DAY + next_pass(passes, t)->end_s;
    kh_ns end = kh_ns_from_s(end_s), now = kh_kernel_now(kernel);
    kh_queue_push(&kernel->queue, end > now ? end : now, passes->end, i);
}

static void use_pass(kh_passes *passes, kh_timetable *t, const kh_pass *pass)
{
    kh_links *links = passes->links;
    const kh_link_state *state = &links->states[t->link];
    bool clear = sky_of(t->sky, t->year * DAYS + pass->day) < pass->clear_share;
    if (!clear || !state->store.wants_key || !kh_links_up(links, t->link))
        return;
    t->bits += pass->key_bits * state->modules;
    t->pooled += 1;
    if (t->pooled < links->net->qkd_links[t->link].passes_per_block)
        return;
    kh_links_deliver(links, t->link, t->bits);
    t->bits = t->pooled = 0;
}

static void end_pass(void *self, uint32_t i)
{
    kh_passes *passes = self;
    kh_timetable *t = &passes->timetables[i];
    use_pass(passes, t, next_pass(passes, t));
    t->next++;
    if (t->next == passes->links->rates->qkd[t->link].n_passes) {
        t->next = 0;
        t->year++;
    }
    wait_for_next(passes, i);
}

static void visit(void *self, kh_state *state)
{
    kh_passes *passes = self;
    for (size_t i = 0; i < passes->n; i++) {
        KH_STATE(state, passes->timetables[i].next);
        KH_STATE(state, passes->timetables[i].year);
        KH_STATE(state, passes->timetables[i].bits);
        KH_STATE(state, passes->timetables[i].pooled);
    }
    kh_state_visit(state, passes->skies, passes->n_skies * sizeof passes->skies[0]);
}

static void reseed(void *self, uint64_t salt)
{
    kh_passes *passes = self;
    for (size_t i = 0; i < passes->n_skies; i++)
        kh_rng_reseed(&passes->skies[i].rng, salt);
}

static const kh_part_ops ops = {.name = "passes", .visit = visit, .reseed = reseed};

static uint32_t station_of(const kh_net *net, uint32_t link)
{
    const kh_node_id *ends = net->qkd_links[link].ends;
    return net->nodes[ends[0].i].kind == KH_NODE_SATELLITE ? ends[1].i : ends[0].i;
}

static kh_sky_days *sky_at(kh_passes *passes, uint32_t station, uint64_t seed)
{
    for (size_t i = 0; i < passes->n_skies; i++)
        if (passes->skies[i].station == station)
            return &passes->skies[i];
    kh_sky_days *sky = &passes->skies[passes->n_skies++];
    *sky = (kh_sky_days){.station = station, .day = -1};
    sky->rng = kh_rng_stream(seed, passes->links->net->nodes[station].id, "sky");
    return sky;
}

static bool has_timetable(const kh_qkd_rate *rate)
{
    return rate->key_rate_bps > 0 && rate->n_passes > 0;
}

kh_status kh_passes_init(kh_passes *passes, kh_links *links, uint64_t seed, kh_arena *arena, kh_error *err)
{
    *passes = (kh_passes){.links = links};
    size_t n = 0;
    for (size_t i = 0; i < links->n; i++)
        n += has_timetable(&links->rates->qkd[i]);
    if (n == 0)
        return KH_OK;
    passes->timetables = KH_NEW(arena, kh_timetable, n);
    passes->skies = KH_NEW(arena, kh_sky_days, n);
    if (passes->timetables == NULL || passes->skies == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the passes over %zu stations", n);
    KH_TRY(kh_kernel_handle(links->kernel, "pass", end_pass, passes, &passes->end, err));
    for (uint32_t i = 0; i < links->n; i++)
        if (has_timetable(&links->rates->qkd[i])) {
            kh_sky_days *sky = sky_at(passes, station_of(links->net, i), seed);
            passes->timetables[passes->n] = (kh_timetable){.link = i, .sky = sky};
            wait_for_next(passes, (uint32_t)passes->n++);
        }
    return kh_kernel_join(links->kernel, &ops, passes, err);
}
