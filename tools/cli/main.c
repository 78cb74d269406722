/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/arena.h"
#include "tools/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct command {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} command;

static const command commands[] = {
    {"check", "all problems of a topology, like a compiler", cmd_check},
    {"rates", "what every link can do: key rate, QBER, GSNR, capacity", cmd_rates},
    {"light", "which channel of a fibre is quantum, which classical", cmd_light},
    {"plan", "routes and rates for every demand, with a proof of optimality", cmd_plan},
    {"design", "what to build: trusted nodes along fibres, QKD pairs, years", cmd_design},
    {"schedule", "satellite passes, keys over the day, what key stores are worth", cmd_schedule},
    {"simulate", "play days or years of operation with faults", cmd_simulate},
    {"study", "a grid of what-ifs into one run file", cmd_study},
    {"report", "a run file as HTML, Markdown, CSV or JSON", cmd_report},
    {"import", "a network of another program as a topology", cmd_import},
    {"schema", "the JSON Schema and the reference of the YAML", cmd_schema},
    {"validate", "check Keyhaul's models against a table of reference values", cmd_validate},
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *to)
{
    (void)fputs("Plan and emulate quantum-safe networks.\n\n"
                "  keyhaul check topologies/bristol-cambridge.yaml\n"
                "  keyhaul plan topologies/bristol-cambridge.yaml\n"
                "  keyhaul study topologies/study-europe.yaml -j 2 -o europe.db\n"
                "  keyhaul report europe.db -o europe.html\n\n"
                "Commands (each with --help):\n",
                to);
    for (size_t i = 0; i < N_COMMANDS; i++)
        (void)fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].about);
    (void)fputs("\nExit status: 0 done; 1 done, but a requirement is not met (--require) or a check\n"
                "failed; 64 usage; 65 bad data; 66 no input; 70 internal; 73 cannot write;\n"
                "75 interrupted, run again to go on.\n",
                to);
}

static int unknown_command(const char *name)
{
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    const char *nearest = kh_str_nearest(name, names, N_COMMANDS);
    (void)fprintf(stderr, "keyhaul: unknown command '%s'", name);
    if (nearest != NULL)
        (void)fprintf(stderr, "; did you mean '%s'?", nearest);
    (void)fputs("\nSee 'keyhaul --help'.\n", stderr);
    return kh_status_exit(KH_EUSAGE);
}

/* A closed standard file would give its number to the next file opened, and messages would land in that one. */
static void hold_standard_files(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0) /* the lowest free number is the closed one; writing to standard output still fails */
            (void)open("/dev/null", file == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return kh_status_exit(KH_EUSAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("keyhaul " KH_VERSION);
        return 0;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
    hold_standard_files();
    kh_arena_keep_memory();
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    int status = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    (void)fprintf(stderr, "keyhaul: cannot write 'standard output': %s\n", strerror(errno));
    return status == 0 ? kh_status_exit(KH_EWRITE) : status;
}
