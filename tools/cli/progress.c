/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

cli_progress cli_progress_start(const char *unit)
{
    return (cli_progress){.unit = unit, .started_s = now_s()};
}

void cli_progress_show(cli_progress *progress, size_t done, size_t all, const char *what)
{
    double now = now_s(), elapsed_s = now - progress->started_s;
    if (elapsed_s < 1.0 || now - progress->shown_s < 1.0 || done == 0 || done > all)
        return;
    double per_s = (double)done / elapsed_s, left_s = (double)(all - done) / per_s;
    bool lively = cli_is_lively(STDERR_FILENO);
    (void)fprintf(stderr, "%s%zu of %zu %s, %.2g/s, %.0f s left: %.40s%s", lively ? "\r\033[K" : "", done, all, progress->unit,
                  per_s, left_s, what == NULL ? "" : what, lively ? "" : "\n");
    (void)fflush(stderr);
    progress->shown_s = now;
    progress->shown = true;
}

void cli_progress_end(cli_progress *progress)
{
    if (progress->shown && cli_is_lively(STDERR_FILENO))
        (void)fputs("\r\033[K", stderr);
    progress->shown = false;
}

/* The one mutable static of the program: a signal handler can reach nothing else. */
static volatile int signalled;

static void on_signal(int number)
{
    (void)number;
    signalled = 1;
}

const volatile int *cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}; /* a second Ctrl-C ends at once */
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &signalled;
}
