/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/sweep.h"

#include "core/run/store.h"
#include "tools/batch/farm.h"
#include "tools/batch/parcel.h"

/* Each case is stored as it ends, under its number in the study: the content of the file depends neither on the number of processes
 * nor on interruptions. */
typedef struct sweep {
    const kh_study *study;
    const kh_sweep_options *options;
    kh_findings *findings;
    kh_run *run;
    size_t *todo; /* [n_todo] cases that the file does not hold */
    size_t n_todo;
    size_t n_ended, n_failed;
} sweep;

/* --- in the child --- */

static void work(void *user, size_t job, kh_str *result)
{
    const sweep *s = user;
    kh_error err = {0};
    kh_run_case *run_case = NULL;
    kh_arena *arena = kh_arena_create(0);
    kh_findings *findings = kh_findings_create();
    if (arena == NULL || findings == NULL) {
        result->failed = true;
    } else {
        kh_status status = kh_study_case_run(s->study, s->todo[job], s->options->stop, arena, findings, &run_case, &err);
        kh_parcel parcel = {status, err.message, err.steps, status == KH_OK ? run_case : NULL};
        kh_parcel_pack(&parcel, findings, result);
    }
    kh_findings_destroy(findings);
    kh_arena_destroy(arena);
}

/* --- in the caller --- */

static const char *name_of(const sweep *s, size_t job)
{
    return s->study->cases[s->todo[job]].name;
}

static void report(const sweep *s, size_t job)
{
    size_t all = s->study->n_cases, held = all - s->n_todo;
    if (s->options->progress != NULL)
        s->options->progress(s->options->user, held + s->n_ended, all, name_of(s, job));
}

/* The file is opened for each case: no connection lives across a fork. */
static kh_status store(const sweep *s, const kh_run_case *run_case, kh_error *err)
{
    kh_store *file = NULL;
    KH_TRY(kh_store_create(s->options->output, s->run, false, &file, err));
    bool has = false; /* by another process that runs the same study into the same file */
    kh_status status = kh_store_has_case(file, run_case->name, &has, err);
    if (status == KH_OK && !has)
        status = kh_store_put_case(file, run_case, err);
    kh_store_destroy(file);
    return status;
}

static void add_failure(sweep *s, size_t job, const char *message)
{
    s->n_failed++;
    kh_findings_add(s->findings, KH_ERROR, (kh_place){0}, NULL, "case '%s' failed: %s", name_of(s, job), message);
}

static kh_status open_parcel(sweep *s, size_t job, const kh_str *result, kh_error *err)
{
    kh_parcel parcel = {0};
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for case '%s'", name_of(s, job));
    size_t errors = kh_findings_count(s->findings, KH_ERROR);
    kh_status status = kh_parcel_unpack(result->data, result->length, arena, s->findings, &parcel, err);
    if (status == KH_OK && parcel.status == KH_OK) {
        status = store(s, parcel.run_case, err);
    } else if (status == KH_OK && kh_findings_count(s->findings, KH_ERROR) > errors) {
        s->n_failed++; /* its findings say why */
    } else if (status == KH_OK) {
        kh_str text = {0};
        kh_str_printf(&text, "%s%s", parcel.steps == NULL ? "" : parcel.steps, parcel.message == NULL ? "" : parcel.message);
        add_failure(s, job, kh_str_text(&text));
        kh_str_clear(&text);
    }
    kh_arena_destroy(arena);
    return status;
}

static kh_status take_end(void *user, size_t job, kh_farm_end end, kh_error *err)
{
    sweep *s = user;
    s->n_ended++;
    if (end.crash != NULL)
        add_failure(s, job, end.crash);
    else
        KH_TRY(open_parcel(s, job, end.result, err));
    report(s, job);
    return KH_OK;
}

static kh_status list_missing(sweep *s, kh_arena *arena, kh_error *err)
{
    s->todo = KH_NEW(arena, size_t, s->study->n_cases);
    if (s->todo == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu cases", s->study->n_cases);
    kh_store *file = NULL;
    KH_TRY(kh_store_create(s->options->output, s->run, s->options->overwrite, &file, err));
    kh_status status = KH_OK;
    for (size_t i = 0; i < s->study->n_cases && status == KH_OK; i++) {
        bool has = false;
        status = kh_store_has_case(file, s->study->cases[i].name, &has, err);
        if (!has)
            s->todo[s->n_todo++] = i;
    }
    kh_store_destroy(file);
    return status;
}

static kh_status run_missing(sweep *s, kh_error *err)
{
    kh_farm_job farm = {.n_jobs = s->n_todo,
                        .processes = s->options->processes > 0 ? s->options->processes : 1,
                        .work = work,
                        .done = take_end,
                        .user = s,
                        .stop = s->options->stop};
    return kh_farm_run(&farm, err);
}

static kh_status run_all(sweep *s, kh_arena *arena, kh_error *err)
{
    /* its warnings were told when the study was loaded */
    kh_findings *told = kh_findings_create();
    kh_status status =
        told == NULL ? kh_fail(err, KH_ENOMEM, "no memory for a study") : kh_study_base(s->study, arena, told, &s->run, err);
    kh_findings_destroy(told);
    KH_TRY(status);
    KH_TRY(list_missing(s, arena, err));
    KH_TRY(run_missing(s, err));
    if (s->n_failed > 0)
        return kh_fail(err, KH_EDATA, "%zu of %zu cases failed", s->n_failed, s->study->n_cases);
    return KH_OK;
}

kh_status kh_sweep_run(const kh_study *study, const kh_sweep_options *options, kh_findings *findings, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a study");
    sweep s = {.study = study, .options = options, .findings = findings};
    kh_status status = run_all(&s, arena, err);
    kh_arena_destroy(arena);
    return kh_while(err, status, "study '%s'", study->path);
}
