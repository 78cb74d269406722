/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/study.h"

#include "core/base/sha256.h"
#include "core/base/units.h"
#include "core/text/file.h"
#include "tools/study/expand.h"
#include "tools/study/pipeline.h"
#include "tools/study/study_file.h"
#include "tools/study/tables.h"

#include <string.h>
#include <time.h>

enum { LARGEST_FILE = 64 << 20 };

static void hash_study(kh_study *study, const char *text, size_t length, const char *net_hash)
{
    kh_sha256 sha = kh_sha256_start();
    kh_sha256_add(&sha, text, length);
    kh_sha256_add(&sha, net_hash, strlen(net_hash));
    kh_sha256_end(&sha, study->input_hash);
}

static kh_status name_study(kh_study *study, const char *name, kh_arena *arena, kh_error *err)
{
    study->name = kh_arena_strdup(arena, name != NULL ? name : study->path);
    return study->name == NULL ? kh_fail(err, KH_ENOMEM, "no memory for a study") : KH_OK;
}

/* A topology alone: the base case, planned but not simulated. */
static kh_status take_topology(kh_study *study, const kh_net *net, kh_arena *arena, kh_findings *findings, kh_error *err)
{
    kh_study_file nothing = {0};
    study->objective = KH_OBJECTIVE_MAX_MIN;
    memcpy(study->input_hash, net->input_hash, sizeof study->input_hash);
    KH_TRY(name_study(study, net->name, arena, err));
    return kh_expand_cases(&nothing, study->path, arena, findings, study, err);
}

static kh_status load_topology(const char *path, kh_arena *arena, kh_findings *findings, kh_study *study, kh_error *err)
{
    kh_net *net = NULL;
    study->topology = path;
    KH_TRY(kh_net_load(path, NULL, 0, findings, &net, err));
    kh_status status = take_topology(study, net, arena, findings, err);
    kh_net_destroy(net);
    return status;
}

static kh_status load_study(const char *text, size_t length, kh_arena *arena, kh_findings *findings, kh_study *study, kh_error *err)
{
    kh_study_file file = {0};
    KH_TRY(kh_study_file_read(study->path, text, length, arena, findings, &file, err));
    study->topology = kh_file_beside(study->path, file.topology, arena);
    if (study->topology == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a study");
    study->objective = file.objective;
    study->days = file.days;
    study->warm_up_days = file.warm_up_days;
    study->seed = (uint64_t)file.seed;
    study->replications = (size_t)file.replications;
    KH_TRY(kh_expand_cases(&file, study->path, arena, findings, study, err));
    kh_net *net = NULL;
    KH_TRY(kh_net_load(study->topology, NULL, 0, findings, &net, err));
    hash_study(study, text, length, net->input_hash);
    kh_status status = name_study(study, file.name != NULL ? file.name : net->name, arena, err);
    kh_net_destroy(net);
    return status;
}

kh_status kh_study_load(const char *path, kh_arena *arena, kh_findings *findings, kh_study **study, kh_error *err)
{
    char *text = NULL;
    size_t length = 0;
    kh_study *loaded = KH_NEW(arena, kh_study, 1);
    const char *kept = kh_arena_strdup(arena, path);
    if (loaded == NULL || kept == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a study");
    loaded->path = kept;
    KH_TRY(kh_file_read(path, LARGEST_FILE, arena, &text, &length, err));
    kh_status status = kh_study_file_is(text) ? load_study(text, length, arena, findings, loaded, err)
                                              : load_topology(kept, arena, findings, loaded, err);
    if (status == KH_OK)
        *study = loaded;
    return status;
}

/* --- one case --- */

static void pass_errors_on(const kh_findings *from, const char *case_name, kh_findings *to)
{
    for (size_t i = 0; i < kh_findings_kept(from); i++) {
        const kh_finding *f = kh_findings_at(from, i);
        if (f->severity == KH_ERROR)
            kh_findings_add(to, KH_ERROR, f->place, f->hint, "case '%s': %s", case_name, f->message);
    }
}

static kh_status keep_case(const kh_study *study, size_t i, const kh_pipeline *pipeline, kh_arena *arena, kh_run_case **run_case,
                           kh_error *err)
{
    kh_run_case *kept = KH_NEW(arena, kh_run_case, 1);
    if (kept == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a case");
    *kept = (kh_run_case){.name = kh_arena_strdup(arena, study->cases[i].name),
                          .changes = kh_arena_strdup(arena, study->cases[i].changes),
                          .number = i + 1,
                          .seed = study->seed,
                          .replications = study->replications};
    if (kept->name == NULL || kept->changes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a case");
    KH_TRY(kh_tables_case(pipeline, study->days, arena, &kept->tables, &kept->n_tables, err));
    *run_case = kept;
    return KH_OK;
}

kh_status kh_study_case_run(const kh_study *study, size_t i, const volatile int *stop, kh_arena *arena, kh_findings *findings,
                            kh_run_case **run_case, kh_error *err)
{
    const kh_study_case *c = &study->cases[i];
    kh_pipeline_options options = {.path = study->topology,
                                   .edits = c->edits,
                                   .n_edits = c->n_edits,
                                   .until = study->replications > 0 ? KH_STAGE_SIMULATE : KH_STAGE_PLAN,
                                   .optimise = {.objective = study->objective},
                                   .replications = study->replications,
                                   .sim = kh_sim_defaults()};
    options.sim.duration_s = study->days * KH_S_PER_DAY;
    options.sim.warm_up_s = study->warm_up_days * KH_S_PER_DAY;
    options.sim.seed = study->seed;
    options.sim.stop = stop;
    kh_pipeline pipeline = {0};
    kh_status status = kh_pipeline_run(&options, &pipeline, err);
    if (status == KH_OK)
        status = keep_case(study, i, &pipeline, arena, run_case, err);
    else if (pipeline.findings != NULL)
        pass_errors_on(pipeline.findings, c->name, findings);
    kh_pipeline_clear(&pipeline);
    return status;
}

/* --- the base --- */

static kh_status describe(const kh_study *study, const kh_net *net, kh_arena *arena, kh_run *run, kh_error *err)
{
    char now[32] = "";
    time_t t = time(NULL);
    struct tm utc;
    if (gmtime_r(&t, &utc) != NULL)
        (void)strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &utc);
    *run = (kh_run){.study = study->name,
                    .created_utc = kh_arena_strdup(arena, now),
                    .version = KH_VERSION,
                    .input_hash = study->input_hash,
                    .command = kh_arena_printf(arena, "keyhaul study %s", study->path)};
    if (run->created_utc == NULL || run->command == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a run");
    return kh_tables_base(net, arena, &run->tables, &run->n_tables, err);
}

kh_status kh_study_base(const kh_study *study, kh_arena *arena, kh_findings *findings, kh_run **run, kh_error *err)
{
    kh_net *net = NULL;
    kh_run *made = KH_NEW(arena, kh_run, 1);
    if (made == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a run");
    KH_TRY(kh_net_load(study->topology, NULL, 0, findings, &net, err));
    kh_status status = describe(study, net, arena, made, err);
    kh_net_destroy(net);
    if (status == KH_OK)
        *run = made;
    return status;
}
