/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One domain of a federation as a process of its own:

       mpirun -n 3 keyhaul-domains FOLDER [GAP [S]]     process i reads FOLDER/domain-i.part and nothing else
       keyhaul-domains --here N FOLDER [GAP [S]]        the same N domains in one process, to compare with

   `keyhaul plan T.yaml --domains --split FOLDER` writes the parts. Prints what every domain knows at the end. */
#include "core/base/clock.h"
#include "solvers/domains/audit.h"
#include "solvers/domains/part_file.h"
#include "tools/domains/post.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 100, MOST_PROMISES = 16, MOST_DOMAINS = 1000, MOST_LETTER_BYTES = 1 << 28 };

static kh_status load(const char *folder, uint32_t self, uint32_t n_domains, kh_arena *arena, kh_part *part, kh_error *err)
{
    char *path = kh_arena_printf(arena, "%s/domain-%u.part", folder, self);
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    if (file == NULL)
        return kh_fail(err, KH_ENOINPUT, "cannot open '%s/domain-%u.part': %s", folder, self, strerror(errno));
    kh_status status = kh_part_read(file, path, arena, part, err);
    (void)fclose(file);
    if (status == KH_OK && (part->self != self || part->n_domains != n_domains))
        return kh_fail(err, KH_EDATA, "'%s' is of domain %u of %u: it takes a process for each (mpirun -n %u)", path, part->self,
                       part->n_domains, part->n_domains);
    return status;
}

static void print(const kh_member *member)
{
    kh_member_report r = kh_member_report_of(member);
    (void)printf("rounds %zu\nvalue %.17g\nbound %.17g\ngap %.3g\n", r.n_rounds, r.value, r.bound,
                 r.value > 0 ? r.bound / r.value - 1 : 0);
}

/* The first domain's clock is everybody's, so that all end in the same step. */
static kh_status look_at_clock(const post_office *post, kh_member *member, double until_s, kh_error *err)
{
    bool late = kh_clock_s() >= until_s;
    if (isinf(until_s))
        return KH_OK;
    KH_TRY(post_ask_first(post, &late, err));
    if (late && !kh_member_has_value(member))
        return kh_fail(err, KH_TIMELIMIT, "the time limit passed before the domains had exchanged two rounds of tables");
    if (late)
        kh_member_end(member);
    return KH_OK;
}

static kh_status run_steps(post_office *post, kh_member *member, double until_s, kh_arena *arena, kh_error *err)
{
    kh_letter *in = KH_NEW(arena, kh_letter, post->n_domains), *out = KH_NEW(arena, kh_letter, post->n_domains);
    kh_arena *mail[2] = {kh_arena_create(0), kh_arena_create(0)};
    kh_status status = in != NULL && out != NULL && mail[0] != NULL && mail[1] != NULL ? KH_OK : KH_ENOMEM;
    bool done = false;
    for (size_t step = 0; status == KH_OK && !done; step++) {
        status = look_at_clock(post, member, until_s, err);
        if (status == KH_OK)
            status = kh_member_step(member, in, out, &done, err);
        if (status == KH_OK && !done) {
            kh_arena_reset(mail[step % 2]);
            status = post_exchange(post, out, in, mail[step % 2], err);
        }
    }
    kh_arena_destroy(mail[0]);
    kh_arena_destroy(mail[1]);
    return status;
}

static kh_status run_alone(post_office *post, const char *folder, kh_member_options options, double limit_s, kh_arena *arena,
                           kh_error *err)
{
    const double terms[] = {options.gap, limit_s};
    kh_part part;
    kh_member *member;
    KH_TRY(post_compare(post, terms, 2, err));
    KH_TRY(load(folder, post->self, post->n_domains, arena, &part, err));
    KH_TRY(kh_member_create(&part, &options, arena, &member, err));
    kh_status status = run_steps(post, member, options.until_s, arena, err);
    if (status == KH_OK && post->self == 0)
        print(member);
    kh_member_destroy(member);
    return status;
}

/* Not among the figures, which are those that the processes print. */
static kh_status audit(const kh_federation *federation, kh_record *record, const kh_member_options *options, kh_error *err)
{
    bool whole = !record->broken && kh_member_report_of(federation->members[0]).value > 0;
    record->ended = federation->ended;
    if (whole)
        KH_TRY(kh_audit_exchange(record, federation, options, err));
    (void)fputs(whole ? "keyhaul-domains: every letter follows from its domain's part, and so do the routes inside\n"
                      : "keyhaul-domains: nothing was checked: there is no value, or the letters were too many to be kept\n",
                stderr);
    return KH_OK;
}

static kh_status run_here(const char *folder, uint32_t n_domains, const kh_member_options *options, kh_arena *arena, kh_error *err)
{
    kh_part *parts = KH_NEW(arena, kh_part, n_domains);
    kh_federation federation = {0};
    if (parts == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %u domains", n_domains);
    for (uint32_t i = 0; i < n_domains; i++)
        KH_TRY(load(folder, i, n_domains, arena, &parts[i], err));
    kh_record record = {.arena = arena, .most_bytes = MOST_LETTER_BYTES};
    const kh_federation_watch watch = kh_record_watch(&record);
    kh_status status = kh_federation_run(parts, n_domains, options, &watch, arena, &federation, err);
    if (status == KH_OK)
        print(federation.members[0]);
    if (status == KH_OK)
        status = audit(&federation, &record, options, err);
    kh_federation_clear(&federation);
    return status;
}

static int report(const kh_error *err, kh_status status)
{
    if (status == KH_OK)
        return 0;
    (void)fprintf(stderr, "keyhaul-domains: %s%s\n", err->steps, err->message[0] != '\0' ? err->message : kh_status_text(status));
    return kh_status_exit(status);
}

static const char USAGE[] = "usage: mpirun -n N keyhaul-domains FOLDER [GAP [SECONDS]]\n"
                            "       keyhaul-domains --here N FOLDER [GAP [SECONDS]]\n";

static int usage(void)
{
    (void)fputs(USAGE, stderr);
    return kh_status_exit(KH_EUSAGE);
}

static int help(void)
{
    (void)fputs(USAGE, stdout);
    (void)fputs("\nPlans keys across N operators, each a process that reads its own part of the\n"
                "network, FOLDER/domain-i.part, and nothing else: they tell each other what they\n"
                "disclose. The parts are written by\n"
                "  keyhaul plan T.yaml --domains --split FOLDER               all of them\n"
                "  keyhaul plan OWN.yaml --domains --split FOLDER --own ID    each its own\n"
                "With --here all N are planned in one process, which then checks every letter\n"
                "and all routes against the parts, for who may see all of them. That takes as\n"
                "long again.\n"
                "Ends when no plan can be better by more than GAP (0.01 unless given), or after\n"
                "SECONDS by the clock of the first, and prints what every operator knows then:\n"
                "  rounds  exchanges of tables\n"
                "  value   times its request that every demand with a path can have\n"
                "  bound   no plan that keeps the operators' promises brings each of them more\n"
                "  gap     bound / value - 1\n",
                stdout);
    return 0;
}

/* @return usual when there is no such argument, below 0 when it is no number */
static double number_of(int argc, char **argv, int at, double usual)
{
    char *end;
    if (at >= argc)
        return usual;
    double number = strtod(argv[at], &end);
    return end != argv[at] && *end == '\0' ? number : -1;
}

static bool asks_help(int argc, char **argv)
{
    return argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

int main(int argc, char **argv)
{
    kh_error err = {0};
    if (asks_help(argc, argv))
        return help();
    bool here = argc > 1 && strcmp(argv[1], "--here") == 0;
    int first = here ? 3 : 1;
    if (argc <= first || argc > first + 3)
        return usage();
    double gap = number_of(argc, argv, first + 1, 0.01);
    double limit_s = number_of(argc, argv, first + 2, HUGE_VAL);
    long n_domains = here ? strtol(argv[2], NULL, 10) : 1;
    if (!(gap > 0) || !(limit_s > 0) || n_domains < 1 || n_domains > MOST_DOMAINS)
        return usage();
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return report(&err, KH_ENOMEM);
    post_office post;
    const kh_member_options options = {gap, MOST_ROUNDS, MOST_PROMISES, kh_clock_s() + limit_s};
    kh_status status =
        here ? run_here(argv[first], (uint32_t)n_domains, &options, arena, &err) : post_open(&argc, &argv, &post, &err);
    if (!here && status == KH_OK) {
        status = run_alone(&post, argv[first], options, limit_s, arena, &err);
        if (status != KH_OK) {
            (void)report(&err, status);
            post_abort();
        }
        post_close();
    }
    kh_arena_destroy(arena);
    return here ? report(&err, status) : status == KH_OK ? 0 : kh_status_exit(status);
}
