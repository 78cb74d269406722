/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/checkpoint.h"

#include "core/base/sha256.h"

#include <stdio.h>
#include <string.h>

static const char MAGIC[16] = "KEYHAUL-RUN-1";

typedef struct mark {
    char magic[16], version[16];
    char about[65]; /* SHA-256 of what the run is about */
    char state[65]; /* of the state that follows */
} mark;

static void add(kh_sha256 *hash, const void *data, size_t size)
{
    kh_sha256_add(hash, data, size);
}

static void add_routes(kh_sha256 *hash, const kh_plan_demand *demand)
{
    add(hash, &demand->n_routes, sizeof demand->n_routes);
    for (size_t i = 0; i < demand->n_routes; i++) {
        add(hash, &demand->routes[i].rate_bps, sizeof demand->routes[i].rate_bps);
        add(hash, demand->routes[i].links, demand->routes[i].n_links * sizeof demand->routes[i].links[0]);
    }
}

/* Numbers only: pointers differ from run to run. */
static void add_options(kh_sha256 *hash, const kh_sim_options *options)
{
    const double numbers[] = {options->duration_s,     options->warm_up_s,     options->hop_latency_s,
                              options->late_after_s,   options->fetch_s,       (double)options->series_points,
                              options->faults ? 1 : 0, (double)options->level, (double)options->batches};
    add(hash, numbers, sizeof numbers);
    add(hash, &options->seed, sizeof options->seed); /* mirrored: more bits than a double holds */
    const kh_routing_options *routing = &options->routing;
    const double of_routing[] = {(double)routing->policy, routing->restoration_s, routing->refresh_s,
                                 (double)routing->disjoint_paths, (double)routing->shares_needed};
    add(hash, of_routing, sizeof of_routing);
    const double of_classes[] = {(double)options->classes.n, (double)options->classes.admission, options->classes.admission_level};
    add(hash, of_classes, sizeof of_classes);
}

static void add_rate(kh_sha256 *hash, const kh_qkd_rate *rate)
{
    const double numbers[] = {rate->key_rate_bps, rate->block_s, rate->block_key_bits, rate->qber, (double)rate->n_passes};
    add(hash, numbers, sizeof numbers);
    for (size_t i = 0; i < rate->n_passes; i++) {
        const double of_pass[] = {rate->passes[i].end_s, rate->passes[i].key_bits, rate->passes[i].clear_share,
                                  (double)rate->passes[i].day};
        add(hash, of_pass, sizeof of_pass);
    }
}

static void add_rates(kh_sha256 *hash, const kh_rates *rates)
{
    for (size_t i = 0; i < rates->n_qkd; i++)
        add_rate(hash, &rates->qkd[i]);
    for (size_t i = 0; rates->slots != NULL && i < rates->n_qkd * rates->n_slots; i++) {
        const double of_slot[] = {rates->slots[i].key_rate_bps, rates->slots[i].qber};
        add(hash, of_slot, sizeof of_slot);
    }
    for (size_t i = 0; i < rates->n_line; i++)
        add(hash, &rates->line[i].capacity_gbps, sizeof(double));
}

static void describe(const kh_engine *engine, char hex[65])
{
    kh_sha256 hash = kh_sha256_start();
    const size_t sizes[] = {sizeof(kh_engine), sizeof(kh_link_state), sizeof(kh_relay_request), sizeof(kh_event)};
    add(&hash, sizes, sizeof sizes);
    add(&hash, engine->net->input_hash, sizeof engine->net->input_hash);
    add_options(&hash, &engine->options);
    add_rates(&hash, engine->inputs.rates);
    for (size_t i = 0; i < engine->inputs.plan->n_demands; i++)
        add_routes(&hash, &engine->inputs.plan->demands[i]);
    kh_sha256_end(&hash, hex);
}

static void hash_state(const uint8_t *bytes, size_t n, char hex[65])
{
    kh_sha256 hash = kh_sha256_start();
    kh_sha256_add(&hash, bytes, n);
    kh_sha256_end(&hash, hex);
}

kh_status kh_checkpoint_save(kh_engine *engine, kh_arena *arena, const uint8_t **bytes, size_t *n, kh_error *err)
{
    mark own = {0};
    kh_state state = kh_state_saving(arena);
    KH_STATE(&state, own); /* its place; filled when the state is known */
    kh_engine_visit(engine, &state);
    if (state.status != KH_OK)
        return kh_fail(err, state.status, "no checkpoint at t = %.3f s: %s", kh_s_from_ns(kh_kernel_now(&engine->kernel)),
                       kh_status_text(state.status));
    memcpy(own.magic, MAGIC, sizeof own.magic);
    (void)snprintf(own.version, sizeof own.version, "%s", KH_VERSION);
    describe(engine, own.about);
    hash_state(state.bytes + sizeof own, state.n - sizeof own, own.state);
    memcpy(state.bytes, &own, sizeof own);
    *bytes = state.bytes;
    *n = state.n;
    return KH_OK;
}

static kh_status check_mark(const kh_engine *engine, const mark *theirs, const kh_state *state, kh_error *err)
{
    char about[65], hash[65];
    if (state->status != KH_OK || memcmp(theirs->magic, MAGIC, sizeof MAGIC) != 0)
        return kh_fail(err, state->status == KH_ENOMEM ? KH_ENOMEM : KH_EDATA, "this is no checkpoint of a run");
    if (memcmp(theirs->version, KH_VERSION, sizeof KH_VERSION) != 0)
        return kh_fail(err, KH_EDATA, "the checkpoint is of Keyhaul %.15s, this is %s", theirs->version, KH_VERSION);
    hash_state(state->bytes + state->at, state->n - state->at, hash);
    if (memcmp(hash, theirs->state, sizeof hash) != 0)
        return kh_fail(err, KH_EDATA, "the checkpoint is damaged: it is cut short, or its bytes have changed");
    describe(engine, about);
    if (memcmp(about, theirs->about, sizeof about) != 0)
        return kh_fail(err, KH_EDATA, "the checkpoint is of another run: network, plan and options must be the same");
    return KH_OK;
}

kh_status kh_checkpoint_load(kh_engine *engine, const uint8_t *bytes, size_t n, kh_arena *arena, kh_error *err)
{
    mark theirs = {0};
    kh_state state = kh_state_loading(bytes, n, arena);
    KH_STATE(&state, theirs);
    KH_TRY(check_mark(engine, &theirs, &state, err));
    kh_engine_visit(engine, &state);
    if (state.status == KH_OK && state.at != state.n)
        state.status = KH_EDATA;
    if (state.status != KH_OK)
        return kh_fail(err, state.status, "the checkpoint does not fit this run: %s", kh_status_text(state.status));
    return KH_OK;
}
