/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/farm.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POLL_MS = 200, CHUNK = 65536 };

typedef struct worker {
    pid_t pid; /* 0 = free */
    int pipe;
    size_t job;
    kh_str result;
} worker;

typedef struct crew {
    const kh_farm_job *farm;
    worker *workers;      /* [processes] */
    struct pollfd *polls; /* [processes] */
    size_t running, next;
} crew;

/* --- the child --- */

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        length -= (size_t)n;
    }
    return true;
}

/* Exit status 0 says that the whole result was written. _exit: nothing of the caller's (buffers, handlers) is to run twice. */
_Noreturn static void be_child(const crew *c, size_t job, int fd)
{
    static const int deadly[] = {SIGTERM, SIGSEGV, SIGBUS, SIGFPE,
                                 SIGILL,  SIGABRT, SIGPIPE /* the caller is gone: so is the job */};
    (void)signal(SIGINT, SIG_IGN);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        (void)signal(deadly[i], SIG_DFL); /* a handler of the caller would go on with the caller's work */
    for (size_t i = 0; i < c->farm->processes; i++)
        if (c->workers[i].pid != 0)
            (void)close(c->workers[i].pipe);
    kh_str result = {0};
    c->farm->work(c->farm->user, job, &result);
    _exit(!result.failed && write_all(fd, result.data, result.length) ? 0 : 1);
}

/* --- the caller --- */

static kh_status start(crew *c, worker *w, kh_error *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return kh_fail(err, KH_EINTERNAL, "no pipe for a process: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        be_child(c, c->next, ends[1]);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return kh_fail(err, KH_EINTERNAL, "cannot start a process: %s", strerror(errno));
    }
    *w = (worker){.pid = pid, .pipe = ends[0], .job = c->next};
    c->next++;
    c->running++;
    return KH_OK;
}

/* A machine that is out of processes for the moment is no failure while some still run. */
static kh_status start_some(crew *c, kh_error *err)
{
    for (size_t i = 0; i < c->farm->processes && c->next < c->farm->n_jobs; i++) {
        if (c->workers[i].pid != 0)
            continue;
        kh_error why = {0};
        kh_status status = start(c, &c->workers[i], &why);
        if (status == KH_OK)
            continue;
        if (c->running > 0)
            return KH_OK;
        if (err != NULL)
            *err = why;
        return status;
    }
    return KH_OK;
}

static int wait_for(pid_t pid)
{
    int how = 0;
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
        ;
    return how;
}

static void describe_crash(int how, char *text, size_t size)
{
    if (WIFSIGNALED(how))
        (void)snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(how), strsignal(WTERMSIG(how)));
    else
        (void)snprintf(text, size, "ended with exit status %d", WEXITSTATUS(how));
}

static kh_status finish(crew *c, worker *w, kh_error *err)
{
    char crash[100];
    (void)close(w->pipe);
    int how = wait_for(w->pid);
    bool good = WIFEXITED(how) && WEXITSTATUS(how) == 0 && !w->result.failed;
    if (!good)
        describe_crash(how, crash, sizeof crash);
    if (w->result.failed)
        (void)snprintf(crash, sizeof crash, "its result does not fit into memory");
    w->pid = 0;
    c->running--;
    kh_status status = c->farm->done(c->farm->user, w->job, (kh_farm_end){good ? NULL : crash, &w->result}, err);
    kh_str_clear(&w->result);
    w->result = (kh_str){0};
    return status;
}

static kh_status take(crew *c, worker *w, kh_error *err)
{
    char chunk[CHUNK];
    ssize_t n = read(w->pipe, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR)
        return KH_OK;
    if (n <= 0)
        return finish(c, w, err);
    kh_str_append_n(&w->result, chunk, (size_t)n);
    return KH_OK;
}

static kh_status listen_once(crew *c, kh_error *err)
{
    for (size_t i = 0; i < c->farm->processes; i++)
        c->polls[i] = (struct pollfd){.fd = c->workers[i].pid != 0 ? c->workers[i].pipe : -1, .events = POLLIN};
    if (poll(c->polls, (nfds_t)c->farm->processes, POLL_MS) <= 0)
        return KH_OK; /* nothing yet, or a signal: the caller looks at stop */
    for (size_t i = 0; i < c->farm->processes; i++)
        if (c->polls[i].fd >= 0 && c->polls[i].revents != 0)
            KH_TRY(take(c, &c->workers[i], err));
    return KH_OK;
}

static kh_status run(crew *c, kh_error *err)
{
    while (c->next < c->farm->n_jobs || c->running > 0) {
        if (c->farm->stop != NULL && *c->farm->stop != 0)
            return kh_fail(err, KH_EINTERRUPTED, "interrupted with %zu of %zu jobs to go", c->farm->n_jobs - c->next + c->running,
                           c->farm->n_jobs);
        KH_TRY(start_some(c, err));
        KH_TRY(listen_once(c, err));
    }
    return KH_OK;
}

/* SIGKILL, not SIGTERM: a child has nothing to tidy, and may not have set its signals yet. */
static void dismiss(crew *c)
{
    for (size_t i = 0; i < c->farm->processes; i++) {
        worker *w = &c->workers[i];
        if (w->pid == 0)
            continue;
        (void)kill(w->pid, SIGKILL);
        (void)close(w->pipe);
        (void)wait_for(w->pid);
        kh_str_clear(&w->result);
    }
}

kh_status kh_farm_run(const kh_farm_job *farm, kh_error *err)
{
    crew c = {.farm = farm};
    c.workers = calloc(farm->processes, sizeof *c.workers);
    c.polls = calloc(farm->processes, sizeof *c.polls);
    kh_status status = c.workers == NULL || c.polls == NULL
                           ? kh_fail(err, KH_ENOMEM, "no memory for %zu processes", farm->processes)
                           : run(&c, err);
    if (c.workers != NULL)
        dismiss(&c);
    free(c.workers);
    free(c.polls);
    return status;
}
