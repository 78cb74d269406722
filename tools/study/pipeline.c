/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/pipeline.h"

#include "core/base/clock.h"
#include "models/choice.h"
#include "models/evaluate.h"
#include "solvers/optimise.h"
#include "solvers/verify.h"

#include <math.h>

static const double AFTER = 4;    /* checking and printing a plan of 500 nodes and 5000 demands, in times of reading it */
static const double GRACE = 0.07; /* of a limit, after which a plan not yet checked is none */
static const double LEAST = 1e-3; /* of a limit: searches that begin too late still give their first answer */

static void report(const kh_pipeline_options *options, const char *what, size_t done, size_t all)
{
    if (options->progress != NULL)
        options->progress(options->user, what, done, all);
}

double kh_pipeline_left_s(const kh_pipeline *p, double time_limit_s, size_t n_questions)
{
    double spent_s = kh_clock_s() - p->started_s + AFTER * p->read_s;
    return fmax((time_limit_s - spent_s) / (double)n_questions, LEAST * time_limit_s);
}

static kh_status load(const kh_pipeline_options *options, kh_pipeline *p, kh_error *err)
{
    report(options, "load", 0, 1);
    return kh_net_load(options->path, options->edits, options->n_edits, p->findings, &p->net, err);
}

static kh_status evaluate(const kh_pipeline_options *options, kh_pipeline *p, kh_error *err)
{
    report(options, "rates", 0, 1);
    KH_TRY(kh_while(err, kh_choice_make(p->net, err), "choice of devices for '%s'", options->path));
    return kh_while(err, kh_evaluate(p->net, p->arena, &p->rates, err), "rates of '%s'", options->path);
}

/* The findings of the verifier are about Keyhaul, not about the input: the first of them becomes the message. */
static kh_status verify(const kh_pipeline *p, double time_limit_s, kh_error *err)
{
    double until_s = time_limit_s > 0 ? p->started_s + (1 + GRACE) * time_limit_s : HUGE_VAL;
    kh_findings *wrong = kh_findings_create();
    if (wrong == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify the plan");
    kh_status status = kh_verify_until(p->net, p->rates, p->plan, until_s, wrong, err);
    if (status == KH_UNMET) {
        const kh_finding *first = kh_findings_at(wrong, 0);
        status = kh_fail(err, KH_EINTERNAL, "the plan does not verify: %s", first != NULL ? first->message : "unknown");
    }
    kh_findings_destroy(wrong);
    return status;
}

static kh_status plan(const kh_pipeline_options *options, kh_pipeline *p, kh_error *err)
{
    report(options, "plan", 0, 1);
    kh_optimise_options optimise = options->optimise;
    optimise.time_limit_s = kh_pipeline_left_s(p, optimise.time_limit_s, 1 + options->n_questions);
    kh_status status = kh_optimise(p->net, p->rates, &optimise, p->arena, &p->plan, err);
    /* a plan cut short by the clock is a plan with a wider gap, which it says itself */
    if (status == KH_OK || (status == KH_TIMELIMIT && p->plan != NULL))
        status = verify(p, options->optimise.time_limit_s, err);
    if (status == KH_OK)
        status = kh_services_plan(p->net, p->rates, p->plan, p->arena, &p->services, err);
    return kh_while(err, status, "plan of '%s'", options->path);
}

kh_status kh_pipeline_replicate(const kh_pipeline *pipeline, const kh_sim_options *sim, size_t i, kh_sim_result **result,
                                kh_error *err)
{
    kh_sim_options own = kh_sim_replication(sim, i);
    kh_status status = kh_sim_run(pipeline->net, pipeline->rates, pipeline->plan, &own, pipeline->arena, result, err);
    kh_while(err, status, "replication %zu", i + 1);
    return kh_while(err, status, "simulation of '%s'", pipeline->net->path);
}

static kh_status simulate(const kh_pipeline_options *options, kh_pipeline *p, kh_error *err)
{
    size_t n = options->replications > 0 ? options->replications : 1;
    p->sims = KH_NEW(p->arena, kh_sim_result *, n);
    p->sample = KH_NEW(p->arena, double, n);
    if (p->sims == NULL || p->sample == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu replications", n);
    for (size_t i = 0; i < n; i++) {
        report(options, "simulate", i, n);
        KH_TRY(kh_pipeline_replicate(p, &options->sim, i, &p->sims[i], err));
        p->n_sims = i + 1;
    }
    report(options, "simulate", n, n);
    return KH_OK;
}

kh_status kh_pipeline_run(const kh_pipeline_options *options, kh_pipeline *pipeline, kh_error *err)
{
    static kh_status (*const stages[])(const kh_pipeline_options *, kh_pipeline *, kh_error *) = {load, evaluate, plan, simulate};
    *pipeline = (kh_pipeline){.arena = kh_arena_create(0), .findings = kh_findings_create(), .started_s = kh_clock_s()};
    if (pipeline->arena == NULL || pipeline->findings == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a run");
    for (int stage = KH_STAGE_LOAD; stage <= (int)options->until; stage++) {
        KH_TRY(stages[stage](options, pipeline, err));
        if (stage <= KH_STAGE_RATES)
            pipeline->read_s = kh_clock_s() - pipeline->started_s;
    }
    return KH_OK;
}

void kh_pipeline_clear(kh_pipeline *pipeline)
{
    kh_net_destroy(pipeline->net);
    kh_findings_destroy(pipeline->findings);
    kh_arena_destroy(pipeline->arena);
    *pipeline = (kh_pipeline){0};
}
