/* SPDX-License-Identifier: GPL-3.0-or-later */
/* COIN-OR's cbc and clp as external programs: a free MPS file in, their binary solution file out, which has every digit. */
#include "core/base/clock.h"
#include "solvers/lp/lp_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const double OWN_SHARE = 0.9;   /* of the time limit is what the program is told; at the limit it is killed */
static const double LOG_DIGITS = 1e-6; /* cbc prints bounds with 7 digits: half of the last is not to be trusted */

enum { MODEL, ANSWER, NUMBERS, LOG, N_FILES, MOST_ARGUMENTS = 32 };
static const char *const file_names[N_FILES] = {"model.mps", "answer.txt", "numbers.bin", "log.txt"};

typedef struct run {
    const kh_lp_task *task;
    kh_lp_solution *solution;
    kh_error *err;
    bool is_cbc;
    double deadline_s;
    char folder[200];
    char path[N_FILES][240];
    bool killed;
} run;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static kh_status choose(run *r)
{
    const char *name = base_name(r->task->program);
    r->is_cbc = strcmp(name, "cbc") == 0;
    if (!r->is_cbc && strcmp(name, "clp") != 0)
        return kh_fail(r->err, KH_ENOINPUT, "'%.100s' is no program for linear programs known here, must be cbc or clp",
                       r->task->program);
    if (!r->is_cbc && r->task->lp->integer != NULL)
        return kh_fail(r->err, KH_ERANGE, "clp knows no integer columns, take cbc");
    return KH_OK;
}

static kh_status make_folder(run *r)
{
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || *parent == '\0')
        parent = "/tmp";
    int n = snprintf(r->folder, sizeof r->folder, "%s/keyhaul-lp-XXXXXX", parent);
    if (n < 0 || (size_t)n >= sizeof r->folder || mkdtemp(r->folder) == NULL) {
        r->folder[0] = '\0';
        return kh_fail(r->err, KH_EWRITE, "no folder for temporary files can be made in '%.100s'", parent);
    }
    for (int i = 0; i < N_FILES; i++)
        (void)snprintf(r->path[i], sizeof r->path[i], "%s/%s", r->folder, file_names[i]);
    return KH_OK;
}

static void remove_folder(const run *r)
{
    for (int i = 0; r->folder[0] != '\0' && i < N_FILES; i++)
        (void)unlink(r->path[i]);
    if (r->folder[0] != '\0')
        (void)rmdir(r->folder);
}

static kh_status write_model(const run *r)
{
    FILE *file = fopen(r->path[MODEL], "w");
    if (file == NULL)
        return kh_fail(r->err, KH_EWRITE, "'%s' cannot be written", r->path[MODEL]);
    kh_status status = kh_lp_write_mps_until(r->task->lp, NULL, r->deadline_s, file, r->err);
    if (fclose(file) != 0 && status == KH_OK)
        status = kh_fail(r->err, KH_EWRITE, "'%s' cannot be written", r->path[MODEL]);
    return status;
}

/* Without a shell: the arguments are what they are. */
static kh_status spawn(run *r, const char *const *arguments, pid_t *child)
{
    union {
        const char *const *given;
        char *const *wanted;
    } argv = {arguments}; /* POSIX takes char *const[] and does not write to it */
    posix_spawn_file_actions_t files;
    int failure = posix_spawn_file_actions_init(&files);
    if (failure == 0) {
        failure = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        if (failure == 0)
            failure = posix_spawn_file_actions_addopen(&files, 1, r->path[LOG], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (failure == 0)
            failure = posix_spawn_file_actions_adddup2(&files, 1, 2);
        if (failure == 0)
            failure = posix_spawnp(child, r->task->program, &files, NULL, argv.wanted, environ);
        (void)posix_spawn_file_actions_destroy(&files);
    }
    if (failure == 0)
        return KH_OK;
    return kh_fail(r->err, KH_ENOINPUT, "the program '%.100s' cannot be started: %s", r->task->program, strerror(failure));
}

static void pause_for(double seconds)
{
    struct timespec time = {.tv_sec = 0, .tv_nsec = (long)(fmax(seconds, 0) * 1e9)};
    (void)nanosleep(&time, NULL);
}

/* Waits with growing pauses; kills the program at the deadline. */
static kh_status await(run *r, pid_t child)
{
    int how = 0;
    double pause_s = 5e-4;
    for (pid_t gone = 0; gone == 0;) {
        gone = waitpid(child, &how, WNOHANG);
        if (gone < 0 && errno == EINTR)
            gone = 0;
        if (gone < 0)
            return kh_fail(r->err, KH_EINTERNAL, "the program '%.100s' was lost: %s", r->task->program, strerror(errno));
        if (gone == 0 && !r->killed && kh_clock_s() > r->deadline_s) {
            (void)kill(child, SIGKILL);
            r->killed = true;
        } else if (gone == 0)
            pause_for(fmin(pause_s, r->deadline_s - kh_clock_s()));
        pause_s = fmin(2 * pause_s, 0.02);
    }
    if (r->killed || (WIFEXITED(how) && WEXITSTATUS(how) == 0))
        return KH_OK;
    return kh_fail(r->err, KH_EINTERNAL, "the program '%.100s' ended with %s %d", r->task->program,
                   WIFEXITED(how) ? "status" : "signal", WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how));
}

static kh_status execute(run *r)
{
    char seconds[32], gap[32];
    const char *arguments[MOST_ARGUMENTS];
    size_t n = 0;
    arguments[n++] = base_name(r->task->program);
    arguments[n++] = r->path[MODEL];
    static const char *const precise[] = {"-primalT", "1e-9", "-dualT", "1e-9"};
    for (size_t i = 0; i < sizeof precise / sizeof precise[0]; i++)
        arguments[n++] = precise[i];
    if (!isinf(r->deadline_s)) {
        (void)snprintf(seconds, sizeof seconds, "%.3f", OWN_SHARE * fmax(r->deadline_s - kh_clock_s(), 0));
        arguments[n++] = "-sec";
        arguments[n++] = seconds;
    }
    if (r->is_cbc) {
        static const char *const exact[] = {"-timeM", "elapsed", "-allow", "0", "-ratio"};
        for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
            arguments[n++] = exact[i];
        (void)snprintf(gap, sizeof gap, "%.17g", r->task->gap);
        arguments[n++] = gap;
    }
    if (r->task->careful) {
        arguments[n++] = "-presolve";
        arguments[n++] = "off";
    }
    arguments[n++] = r->is_cbc ? "-solve" : r->task->careful ? "-primalS" : "-dualS";
    arguments[n++] = "-solution";
    arguments[n++] = r->path[ANSWER];
    arguments[n++] = "-saveS";
    arguments[n++] = r->path[NUMBERS];
    arguments[n] = NULL;
    pid_t child;
    KH_TRY(spawn(r, arguments, &child));
    return await(r, child);
}

/* The first line of the answer: a word, " - objective value ", a number. */
static kh_status read_word(const run *r, char *word, size_t room)
{
    FILE *file = fopen(r->path[ANSWER], "r");
    word[0] = '\0';
    if (file != NULL) {
        if (fgets(word, (int)room, file) == NULL)
            word[0] = '\0';
        (void)fclose(file);
    }
    char *end = strstr(word, " - objective value ");
    if (end != NULL) {
        *end = '\0';
        return KH_OK;
    }
    return kh_fail(r->err, KH_EINTERNAL, "the program '%.100s' gave no answer", r->task->program);
}

/* Rows without bounds are dropped by the readers of MPS. */
static bool is_kept(const kh_lp *lp, size_t row)
{
    return isfinite(lp->row_lower[row]) || isfinite(lp->row_upper[row]);
}

static bool read_doubles(FILE *file, double *to, size_t n)
{
    return fread(to, sizeof *to, n, file) == n;
}

static uint8_t row_place(const kh_lp *lp, size_t row, double dual)
{
    if (dual == 0)
        return KH_LP_BASIC;
    if (isinf(lp->row_lower[row]))
        return KH_LP_AT_UPPER;
    return isinf(lp->row_upper[row]) || (dual > 0) != lp->maximise ? KH_LP_AT_LOWER : KH_LP_AT_UPPER;
}

static uint8_t column_place(const kh_lp *lp, size_t column, double at)
{
    return at <= lp->column_lower[column] ? KH_LP_AT_LOWER : at >= lp->column_upper[column] ? KH_LP_AT_UPPER : KH_LP_BASIC;
}

static bool read_rows(const run *r, FILE *file)
{
    const kh_lp *lp = r->task->lp;
    double value = 0;
    for (size_t i = 0; i < lp->n_rows; i++)
        if (is_kept(lp, i) && !read_doubles(file, &value, 1)) /* its activity */
            return false;
    for (size_t i = 0; i < lp->n_rows; i++) {
        value = 0;
        if (is_kept(lp, i) && !read_doubles(file, &value, 1))
            return false;
        if (lp->integer != NULL)
            continue;
        r->solution->dual[i] = lp->maximise ? 0 - value : value;
        r->solution->row_place[i] = row_place(lp, i, r->solution->dual[i]);
    }
    return true;
}

static bool read_columns(const run *r, FILE *file)
{
    const kh_lp *lp = r->task->lp;
    double reduced_cost;
    if (!read_doubles(file, r->solution->primal, lp->n_columns))
        return false;
    for (size_t j = 0; j < lp->n_columns; j++)
        if (!read_doubles(file, &reduced_cost, 1))
            return false;
    for (size_t j = 0; lp->integer == NULL && j < lp->n_columns; j++)
        r->solution->column_place[j] = column_place(lp, j, r->solution->primal[j]);
    return fgetc(file) == EOF;
}

/* Two ints, rows and columns; then doubles: objective, row activities, row duals, column values, reduced costs. */
static kh_status read_numbers(const run *r)
{
    const kh_lp *lp = r->task->lp;
    int rows = 0;
    for (size_t i = 0; i < lp->n_rows; i++)
        rows += is_kept(lp, i);
    FILE *file = fopen(r->path[NUMBERS], "rb");
    int sizes[2];
    double objective = (double)NAN;
    bool whole = file != NULL && fread(sizes, sizeof sizes, 1, file) == 1 && sizes[0] == rows && sizes[1] == (int)lp->n_columns &&
                 read_doubles(file, &objective, 1) && read_rows(r, file) && read_columns(r, file);
    if (file != NULL)
        (void)fclose(file);
    if (!whole)
        return kh_fail(r->err, KH_EINTERNAL, "the program '%.100s' gave no answer to all %zu rows and %zu columns",
                       r->task->program, lp->n_rows, lp->n_columns);
    r->solution->objective = lp->maximise ? 0 - objective : objective;
    return KH_OK;
}

/* What cbc says of the tree: the last line "Lower bound: x" of its log, of the program to be minimised. */
static double logged_bound(const run *r)
{
    static const char label[] = "Lower bound:";
    char line[400];
    double bound = -HUGE_VAL;
    FILE *file = fopen(r->path[LOG], "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, label, sizeof label - 1) == 0) {
            char *end;
            double value = strtod(line + sizeof label - 1, &end);
            if (end != line + sizeof label - 1 && fabs(value) < 1e49) /* its own infinity is 1e50 */
                bound = value - LOG_DIGITS * fabs(value);
        }
    if (file != NULL)
        (void)fclose(file);
    return bound;
}

static kh_status stopped(const run *r, const char *word)
{
    const kh_lp *lp = r->task->lp;
    r->solution->objective = (double)NAN;
    if (strstr(word, "no integer solution") == NULL && !r->killed)
        KH_TRY(read_numbers(r));
    double bound = lp->integer != NULL ? logged_bound(r) : -HUGE_VAL;
    r->solution->bound = lp->maximise ? 0 - bound : bound;
    return kh_fail(r->err, KH_TIMELIMIT, "the time limit of %g s passed", r->task->time_limit_s);
}

static kh_status read_answer(const run *r)
{
    const kh_lp *lp = r->task->lp;
    char word[400];
    r->solution->objective = (double)NAN;
    if (r->killed)
        return stopped(r, "");
    KH_TRY(read_word(r, word, sizeof word));
    if (strncmp(word, "Optimal", 7) == 0) {
        KH_TRY(read_numbers(r));
        double bound = strcmp(word, "Optimal") == 0 || lp->integer == NULL ? (double)NAN : logged_bound(r);
        r->solution->bound = isnan(bound) ? r->solution->objective : lp->maximise ? 0 - bound : bound;
        return KH_OK;
    }
    if (strcmp(word, "Infeasible") == 0 || strcmp(word, "Integer infeasible") == 0)
        return kh_fail(r->err, KH_INFEASIBLE, "the linear program of %zu rows and %zu columns has no feasible point", lp->n_rows,
                       lp->n_columns);
    if (strcmp(word, "Unbounded") == 0)
        return kh_fail(r->err, KH_ERANGE, "the linear program is unbounded");
    if (strncmp(word, "Stopped on", 10) == 0 && !isinf(r->deadline_s))
        return stopped(r, word);
    return kh_fail(r->err, KH_EINTERNAL, "the program '%.100s' answers '%.60s'", r->task->program, word);
}

kh_status kh_lp_program_solve(const kh_lp_task *task, kh_lp_solution *solution, kh_error *err)
{
    run r = {.task = task, .solution = solution, .err = err, .deadline_s = kh_clock_s() + task->time_limit_s};
    KH_TRY(choose(&r));
    solution->objective = (double)NAN;
    kh_status status = make_folder(&r);
    if (status == KH_OK)
        status = write_model(&r);
    if (status == KH_OK)
        status = execute(&r);
    if (status == KH_OK)
        status = read_answer(&r);
    remove_folder(&r);
    return status;
}
