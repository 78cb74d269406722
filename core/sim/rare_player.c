/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/rare_player.h"

#include <math.h>

kh_status kh_rare_player_start(kh_rare_player *p, size_t repetition)
{
    kh_arena_reset(p->memory);
    p->sim = p->options->sim;
    p->sim.antithetic = false; /* the interval is that of independent repetitions */
    p->sim = kh_sim_replication(&p->sim, repetition);
    p->sim.journal = NULL;
    p->sim.checkpoints = NULL;
    p->sim.batches = p->sim.series_points = 0;
    p->inputs.options = &p->sim;
    p->rng = kh_rng_stream(p->sim.seed, "", "splitting");
    p->salt = 0;
    p->engine = KH_NEW(p->memory, kh_engine, 1);
    if (p->engine == NULL)
        return kh_fail(p->err, KH_ENOMEM, "out of memory for a run");
    return kh_engine_init(p->engine, &p->inputs, p->memory, p->memory, p->err);
}

/* --- what is watched --- */

static double link_fill(const kh_links *links, uint32_t link, bool first)
{
    const kh_keystore *store = &links->states[link].store;
    double usable = (double)(store->level - (first ? 0 : store->reserve));
    return kh_links_ends_up(links, link) && usable > 0 ? usable / (double)store->capacity : 0;
}

double kh_rare_player_fill(const kh_rare_player *p)
{
    const kh_plan_demand *planned = &p->inputs.plan->demands[p->options->demand.i];
    bool first = p->inputs.net->demands[p->options->demand.i].priority <= 0;
    double best = 0;
    for (size_t r = 0; r < planned->n_routes; r++) {
        double least = 1;
        for (size_t i = 0; i < planned->routes[r].n_links; i++)
            least = fmin(least, link_fill(&p->engine->links, planned->routes[r].links[i].i, first));
        best = fmax(best, least);
    }
    return best;
}

/* NULL: the demand asks the relay itself. */
static const kh_pairs_store *store_of(const kh_rare_player *p)
{
    return kh_pairs_of(&p->engine->users.pairs, p->options->demand.i);
}

bool kh_rare_player_is_starved(const kh_rare_player *p)
{
    const kh_pairs_store *store = store_of(p);
    if (store != NULL)
        return store->tally.waiting > 0 || store->tally.missed;
    const kh_relay_demand *demand = &p->engine->relay.demands[p->options->demand.i];
    return demand->waiting > 0 || demand->missed;
}

kh_ns kh_rare_player_starved_ns(const kh_rare_player *p)
{
    const kh_pairs_store *store = store_of(p);
    kh_ns now = kh_kernel_now(&p->engine->kernel);
    return store != NULL ? kh_tally_starved_ns(&store->tally, now)
                         : kh_relay_starved_ns(&p->engine->relay.demands[p->options->demand.i], now);
}

bool kh_rare_player_is_below(const kh_rare_player *p, double threshold)
{
    return kh_rare_player_is_starved(p) || (threshold > 0 && kh_rare_player_fill(p) < threshold);
}

bool kh_rare_player_is_at_rest(const kh_rare_player *p)
{
    return !kh_rare_player_is_starved(p) && kh_rare_player_fill(p) >= p->rest;
}

static kh_status step(kh_rare_player *p, kh_ns end, bool *more)
{
    kh_event event;
    *more = kh_kernel_step(&p->engine->kernel, end, &event);
    p->result->events += *more;
    kh_status status = p->engine->kernel.queue.status;
    if (status != KH_OK)
        return kh_fail(p->err, status, "at t = %.3f s: %s", kh_s_from_ns(kh_kernel_now(&p->engine->kernel)),
                       kh_status_text(status));
    return p->sim.stop != NULL && *p->sim.stop != 0 ? kh_fail(p->err, KH_EINTERRUPTED, "stopped") : KH_OK;
}

kh_status kh_rare_player_run(kh_rare_player *p, kh_rare_visitor *visit, void *user)
{
    bool more = true;
    while (more) {
        KH_TRY(step(p, p->engine->end, &more));
        if (more && kh_kernel_now(&p->engine->kernel) >= p->engine->warm_up)
            KH_TRY(visit(p, user));
    }
    return KH_OK;
}

kh_status kh_rare_player_fall(kh_rare_player *p, double threshold, bool *passed, double *least)
{
    kh_ns end = kh_kernel_now(&p->engine->kernel) + p->engine->end;
    bool more = true;
    *passed = false;
    *least = 1;
    while (more) {
        *least = fmin(*least, kh_rare_player_is_starved(p) ? 0 : kh_rare_player_fill(p));
        if (threshold >= 0 && kh_rare_player_is_below(p, threshold)) {
            *passed = true;
            return KH_OK;
        }
        if (kh_rare_player_is_at_rest(p))
            return KH_OK;
        KH_TRY(step(p, end, &more));
    }
    return kh_fail(p->err, KH_INFEASIBLE, "demand '%s' does not come to rest within %g days: it is not well supplied",
                   p->inputs.net->demands[p->options->demand.i].id, p->sim.duration_s / KH_S_PER_DAY);
}

/* --- states --- */

kh_status kh_rare_states_init(const kh_rare_player *p, kh_arena *arena, size_t room, kh_rare_states *made)
{
    *made = (kh_rare_states){.bytes = KH_NEW(arena, uint8_t *, room), .sizes = KH_NEW(arena, size_t, room), .room = room};
    return made->bytes == NULL || made->sizes == NULL ? kh_fail(p->err, KH_ENOMEM, "out of memory for %zu states", room) : KH_OK;
}

kh_status kh_rare_player_keep(kh_rare_player *p, kh_rare_states *kept, kh_arena *arena)
{
    size_t place = kept->met++;
    if (place >= kept->room)
        place = (size_t)kh_rng_below(&p->rng, kept->met);
    if (place >= kept->room)
        return KH_OK;
    kh_state state = kh_state_saving(arena);
    kh_engine_visit(p->engine, &state);
    if (state.status != KH_OK)
        return kh_fail(p->err, state.status, "out of memory for a state of the run");
    kept->bytes[place] = state.bytes;
    kept->sizes[place] = state.n;
    if (kept->n < kept->room)
        kept->n++;
    return KH_OK;
}

kh_status kh_rare_player_load(kh_rare_player *p, const kh_rare_states *from)
{
    size_t i = (size_t)kh_rng_below(&p->rng, from->n);
    kh_state state = {.loading = true, .bytes = from->bytes[i], .n = from->sizes[i], .arena = p->memory};
    kh_engine_visit(p->engine, &state);
    if (state.status != KH_OK)
        return kh_fail(p->err, state.status, "a state of the run cannot be loaded: %s", kh_status_text(state.status));
    kh_kernel_reseed(&p->engine->kernel, ++p->salt);
    return KH_OK;
}
