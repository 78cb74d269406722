/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/replicate.h"

#include "core/sim/result.h"
#include "tools/batch/farm.h"

typedef struct crew {
    kh_pipeline *pipeline;
    const kh_replicate_options *options;
    kh_sim_result **sims; /* [replications] as they come in */
    size_t done;
} crew;

static void report(const crew *c)
{
    if (c->options->progress != NULL)
        c->options->progress(c->options->user, "simulate", c->done, c->options->replications);
}

/* In the process of the replication: the error, then the result if there is one, as bytes. */
static void play(void *user, size_t job, kh_str *out)
{
    const crew *c = user;
    kh_error err = {0};
    kh_sim_result *result = NULL;
    kh_state state = kh_state_saving(c->pipeline->arena);
    err.status = kh_pipeline_replicate(c->pipeline, &c->options->sim, job, &result, &err);
    KH_STATE(&state, err);
    if (err.status == KH_OK)
        kh_sim_result_visit(result, &state);
    if (state.status == KH_OK)
        kh_str_append_n(out, (const char *)state.bytes, state.n);
}

static kh_status take_in(void *user, size_t job, kh_farm_end end, kh_error *err)
{
    crew *c = user;
    if (end.crash != NULL)
        return kh_fail(err, KH_EINTERNAL, "replication %zu: its process was %s", job + 1, end.crash);
    kh_state state = kh_state_loading((const uint8_t *)end.result->data, end.result->length, c->pipeline->arena);
    kh_error theirs = {0};
    kh_sim_result *result = KH_NEW(c->pipeline->arena, kh_sim_result, 1);
    KH_STATE(&state, theirs);
    if (state.status == KH_OK && theirs.status != KH_OK) {
        if (err != NULL)
            *err = theirs;
        return theirs.status;
    }
    if (result != NULL)
        kh_sim_result_visit(result, &state);
    if (result == NULL || state.status != KH_OK)
        return kh_fail(err, result == NULL || state.status == KH_ENOMEM ? KH_ENOMEM : KH_EINTERNAL,
                       "the result of replication %zu did not come through", job + 1);
    c->sims[job] = result;
    c->done++;
    report(c);
    return KH_OK;
}

static kh_status play_here(crew *c, kh_error *err)
{
    for (size_t i = 0; i < c->options->replications; i++) {
        report(c);
        KH_TRY(kh_pipeline_replicate(c->pipeline, &c->options->sim, i, &c->sims[i], err));
        c->done = i + 1;
    }
    report(c);
    return KH_OK;
}

/* One run; its parts stand for the replications. */
static kh_status play_batches(crew *c, size_t n, kh_error *err)
{
    kh_sim_result *parts = NULL;
    KH_TRY(kh_pipeline_replicate(c->pipeline, &c->options->sim, 0, &parts, err));
    for (size_t i = 0; i < n; i++)
        c->sims[i] = &parts[i];
    c->pipeline->batched = true;
    c->pipeline->sims = c->sims;
    c->pipeline->n_sims = n;
    return KH_OK;
}

kh_status kh_replicate(kh_pipeline *pipeline, const kh_replicate_options *options, kh_error *err)
{
    size_t n = options->sim.batches > 1 ? options->sim.batches : options->replications;
    crew c = {.pipeline = pipeline, .options = options, .sims = KH_NEW(pipeline->arena, kh_sim_result *, n)};
    pipeline->sample = KH_NEW(pipeline->arena, double, n);
    if (c.sims == NULL || pipeline->sample == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu replications", n);
    kh_farm_job farm = {
        .n_jobs = n, .processes = options->processes, .work = play, .done = take_in, .user = &c, .stop = options->sim.stop};
    if (options->sim.batches > 1)
        return play_batches(&c, n, err);
    KH_TRY(options->processes > 1 && n > 1 ? kh_farm_run(&farm, err) : play_here(&c, err));
    pipeline->paired = options->sim.antithetic;
    pipeline->sims = c.sims;
    pipeline->n_sims = n;
    return KH_OK;
}
