/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/part_file.h"
#include "solvers/domains/yardstick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

/* Three domains in a row, the middle one a ladder:

       0 - 1 = 2 --- 3 = 6 - 7          1=2 and 3=6 cross borders, and so do 1=4 and 5=6
           1 = 4 --- 5 = 6              2-4 and 3-5 are rungs */
enum { N = 8, LINKS = 10, DOMAINS = 3, MOST_BYTES = 1 << 22 };
static const uint32_t plain_ends[LINKS][2] = {{0, 1}, {1, 2}, {1, 4}, {2, 3}, {4, 5}, {2, 4}, {3, 5}, {3, 6}, {5, 6}, {6, 7}};
static const double plain_rates[LINKS] = {100, 10, 8, 7, 4, 3, 2, 12, 9, 100};
static const uint32_t plain_domain[N] = {0, 0, 1, 1, 1, 1, 2, 2};
static const kh_keyflow_demand plain_demands[] = {{{0, 7}, 1}, {{0, 3}, 0.5}, {{5, 7}, 0.25}};

static kh_keyflow_problem plain(void)
{
    return (kh_keyflow_problem){.graph = {N, LINKS, plain_ends, NULL},
                                .capacity_bps = plain_rates,
                                .demands = plain_demands,
                                .n_demands = 3,
                                .level_cap = INFINITY,
                                .time_limit_s = INFINITY};
}

typedef struct tape {
    unsigned char *byte;
    size_t n;
    size_t of_kind[KH_LETTER_KINDS];
} tape;

static void record(void *user, uint32_t to, const kh_letter *letter)
{
    tape *t = user;
    const uint32_t head[5] = {to, letter->from, (uint32_t)letter->kind, letter->round, (uint32_t)letter->n};
    size_t length = letter->n * sizeof(double);
    assert_true(t->n + sizeof head + length < MOST_BYTES);
    memcpy(t->byte + t->n, head, sizeof head);
    memcpy(t->byte + t->n + sizeof head, letter->number, length);
    t->n += sizeof head + length;
    t->of_kind[letter->kind]++;
}

typedef struct fixture {
    kh_arena *arena;
    kh_part parts[DOMAINS];
    kh_federation federation;
    tape tape;
} fixture;

static fixture start(void)
{
    fixture f = {.arena = kh_arena_create(0), .tape.byte = malloc(MOST_BYTES)};
    const kh_keyflow_problem problem = plain();
    assert_non_null(f.arena);
    assert_non_null(f.tape.byte);
    for (uint32_t i = 0; i < DOMAINS; i++)
        assert_int_equal(kh_part_cut(&problem, plain_domain, (uint32_t[2]){i, DOMAINS}, f.arena, &f.parts[i], NULL), KH_OK);
    return f;
}

static kh_status try_run(fixture *f, double gap, kh_error *err)
{
    const kh_member_options options = {.gap = gap, .most_rounds = 40, .most_promises = 16};
    const kh_federation_watch watch = {record, &f->tape, NULL};
    return kh_federation_run(f->parts, DOMAINS, &options, &watch, f->arena, &f->federation, err);
}

static kh_member_report run(fixture *f, double gap)
{
    kh_error err = {0};
    if (try_run(f, gap, &err) != KH_OK)
        fail_msg("%s", err.message);
    double busiest;
    assert_int_equal(kh_yardstick_busiest(&f->federation, &busiest, NULL), KH_OK);
    assert_true(busiest <= 1 + 1e-9);
    return kh_member_report_of(f->federation.members[0]);
}

static void stop(fixture *f)
{
    kh_federation_clear(&f->federation);
    kh_arena_destroy(f->arena);
    free(f->tape.byte);
}

static double optimum(void)
{
    kh_arena *arena = kh_arena_create(0);
    const kh_keyflow_problem problem = plain();
    kh_keyflow flow;
    assert_int_equal(kh_keyflow_solve(&problem, arena, &flow, NULL), KH_OK);
    kh_arena_destroy(arena);
    return flow.value;
}

static void the_gap_closes_to_one_in_a_million(void **state)
{
    (void)state;
    fixture f = start();
    kh_member_report report = run(&f, 1e-6);
    assert_true(report.reached);
    assert_true(fabs(report.value / optimum() - 1) < 1e-6);
    assert_true(report.bound >= optimum() * (1 - 1e-9));
    stop(&f);
}

static void less_disclosure_never_brings_more(void **state)
{
    (void)state;
    double value[3];
    for (int policy = KH_PART_PRICES; policy <= KH_PART_NOTHING; policy++) {
        fixture f = start();
        f.parts[1].policy = (kh_part_policy)policy;
        kh_member_report report = run(&f, 1e-3);
        assert_true(report.reached && report.value > 0);
        value[policy] = report.value;
        stop(&f);
    }
    assert_true(value[1] <= value[0] * 1.001);
    assert_true(value[2] <= value[1] * 1.001);
}

static void a_contract_holds(void **state)
{
    (void)state;
    fixture f = start();
    f.parts[1].transit_bps = 2;
    f.parts[1].transit_eur_per_mbit = 3;
    kh_member_report report = run(&f, 1e-3);
    kh_member_transit paid[DOMAINS];
    kh_member_transits(f.federation.members[0], paid);
    assert_true(fabs(report.value - 2) < 2e-3); /* one demand of 1 crosses the middle; 2 is all it may carry */
    assert_true(paid[1].rate_bps <= 2 * (1 + 1e-9) && paid[1].rate_bps > 1.99);
    assert_true(fabs(paid[1].eur_per_year - paid[1].rate_bps * 365.25 * 86400 / 1e6 * 3) < 1e-9 * paid[1].eur_per_year);
    assert_true(paid[0].rate_bps == 0 && paid[2].rate_bps == 0);
    stop(&f);
}

static void requesters_know_which_domain_sees_keys(void **state)
{
    (void)state;
    fixture f = start();
    double seen[DOMAINS];
    (void)run(&f, 0.01);
    kh_member_seen(f.federation.members[0], 0, seen);
    assert_true(seen[0] == 0 && fabs(seen[1] - 1) < 1e-9 && seen[2] == 0);
    kh_member_seen(f.federation.members[0], 1, seen);
    assert_true(seen[1] == 0);
    stop(&f);
}

/* A tape is read letter by letter. */
typedef struct heard {
    uint32_t to, from, kind, round, n;
    const unsigned char *number;
} heard;

static heard read_letter(const tape *t, size_t *at)
{
    uint32_t head[5];
    memcpy(head, t->byte + *at, sizeof head);
    heard h = {head[0], head[1], head[2], head[3], head[4], t->byte + *at + sizeof head};
    *at += sizeof head + h.n * sizeof(double);
    return h;
}

static double number_at(const heard *h, size_t i)
{
    double number;
    memcpy(&number, h->number + i * sizeof number, sizeof number);
    return number;
}

/* Words of letters that are sums of veiled terms: a wide number has 4, a narrow one 2; 96 lengths on either side. */
static size_t count_veiled(const heard *h, size_t rows, size_t n_fixed)
{
    return h->kind == KH_LETTER_HELLO     ? 4
           : h->kind == KH_LETTER_LOOK    ? 4 * (2 + rows)
           : h->kind == KH_LETTER_CURVE   ? 8 * rows + rows * (rows + 1)
           : h->kind == KH_LETTER_STEP    ? 2 * 2 * 96
           : h->kind == KH_LETTER_REQUEST ? 4 * n_fixed
                                          : 0;
}

/* How many numbers a letter may have, from what everybody knows: borders, crossings, rows so far, and whose demands end where. */
static void check_length(const fixture *f, const heard *h, size_t rows, size_t n_fixed)
{
    const kh_part *from = &f->parts[h->from], *to = &f->parts[h->to];
    size_t pairs = from->n_borders * (from->n_borders - 1) / 2, ends = 0, far = 0;
    for (size_t i = 0; i < from->n_ends; i++)
        ends += from->ends[i].asker == h->to;
    for (size_t i = 0; i < to->n_ends; i++)
        far += to->ends[i].asker == h->from;
    size_t plain = h->kind == KH_LETTER_HELLO     ? 5 + from->n_borders + 4 * from->n_crossings
                   : h->kind == KH_LETTER_TABLE   ? 2 + (size_t)number_at(h, 1) * (pairs + ends * from->n_borders)
                   : h->kind == KH_LETTER_REQUEST ? to->n_borders * (to->n_borders - 1) / 2 + far * to->n_borders
                                                  : 0;
    assert_int_equal(h->n, plain + count_veiled(h, rows, n_fixed));
}

/* Who shows prices tells one row a round and the busiest link; who promises tells rows once, `nothing` one number; no busy link. */
static void check_table(const fixture *f, const heard *h)
{
    kh_part_policy policy = f->parts[h->from].policy;
    double rows = number_at(h, 1);
    if (policy == KH_PART_PRICES) {
        assert_true(rows == 1);
        return;
    }
    assert_true(number_at(h, 0) == 0);
    assert_true(h->round > 0 ? rows == 0 : rows >= 1 && rows <= (policy == KH_PART_RATES ? 16 : 1));
    for (size_t i = 3; i < h->n && policy == KH_PART_NOTHING; i++)
        assert_true(number_at(h, i) == number_at(h, 2) || number_at(h, i) == 0 || isinf(number_at(h, i)));
}

static void nothing_but_the_letters_of_the_policy_leaves(void **state)
{
    (void)state;
    for (int policies = 0; policies < 27; policies++) {
        fixture f = start();
        const int policy[DOMAINS] = {policies % 3, policies / 3 % 3, policies / 9};
        for (size_t i = 0; i < DOMAINS; i++)
            f.parts[i].policy = (kh_part_policy)policy[i];
        (void)run(&f, 1e-3);
        size_t rows = kh_member_atlas(f.federation.members[0])->n_crossings, n_fixed = 0, n_letters = 0;
        for (size_t at = 0; at < f.tape.n; n_letters++) {
            heard h = read_letter(&f.tape, &at);
            assert_true(h.to != h.from && h.from < DOMAINS && h.to < DOMAINS);
            if (h.kind == KH_LETTER_TABLE) {
                check_table(&f, &h);
                rows += h.to == (h.from + 1) % DOMAINS ? (size_t)number_at(&h, 1) : 0; /* each table once */
                n_fixed = h.round == 0 ? rows : n_fixed;
            }
            check_length(&f, &h, rows, n_fixed);
        }
        assert_int_equal(n_letters, f.federation.n_letters);
        assert_int_equal(f.tape.of_kind[KH_LETTER_HELLO], DOMAINS * (DOMAINS - 1));
        stop(&f);
    }
}

static void share_secrets(fixture *f, uint32_t seed)
{
    for (uint32_t i = 0; i < DOMAINS; i++) {
        uint32_t(*secret)[8] = kh_arena_alloc(f->arena, DOMAINS, sizeof *secret);
        assert_non_null(secret);
        for (uint32_t j = 0; j < DOMAINS; j++)
            secret[j][0] = i == j ? 0 : seed + i + j;
        f->parts[i].secret = (const uint32_t(*)[8])secret;
    }
}

/* With other secrets the same plan comes out, tables and rates stay as they are, and of all sums' terms no word does: they do not
   depend on a domain's data in any way that can be seen without its secrets. */
static void terms_of_sums_show_only_what_secrets_make_of_them(void **state)
{
    (void)state;
    fixture f = start(), g = start();
    share_secrets(&f, 1000);
    share_secrets(&g, 2000);
    kh_member_report a = run(&f, 1e-3), b = run(&g, 1e-3);
    assert_true(a.value == b.value && a.bound == b.bound && a.n_rounds == b.n_rounds);
    assert_int_equal(f.tape.n, g.tape.n);
    size_t rows = kh_member_atlas(f.federation.members[0])->n_crossings, n_fixed = rows + DOMAINS, n_veiled = 0;
    for (size_t at = 0, same = 0; at < f.tape.n; same = at) {
        heard x = read_letter(&f.tape, &at), y = read_letter(&g.tape, &same);
        rows += x.kind == KH_LETTER_TABLE && x.to == (x.from + 1) % DOMAINS;
        size_t veiled = count_veiled(&x, rows, n_fixed);
        for (size_t i = 0; i < veiled; i++, n_veiled++)
            assert_memory_not_equal(x.number + i * sizeof(double), y.number + i * sizeof(double), sizeof(double));
        assert_memory_equal(x.number + veiled * sizeof(double), y.number + veiled * sizeof(double),
                            (x.n - veiled) * sizeof(double));
    }
    assert_true(n_veiled > 1000);
    stop(&f);
    stop(&g);
}

static void secrets_that_two_do_not_share_alike_are_found_before_anything_is_told(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        fixture f = start(), other = start();
        kh_error err = {0};
        share_secrets(&f, 1000);
        share_secrets(&other, 2000);
        f.parts[2].secret = turn == 0 ? other.parts[2].secret : NULL;
        assert_int_equal(try_run(&f, 1e-3, &err), KH_EDATA);
        assert_non_null(strstr(err.message, "secrets differ"));
        for (size_t at = 0; at < f.tape.n;)
            assert_int_equal(read_letter(&f.tape, &at).kind, KH_LETTER_HELLO);
        stop(&f);
        stop(&other);
    }
}

/* The middle domain's network written down otherwise: nodes in another order, a link split into twins of half its rate, and a dead
   end that nothing can pass. */
static kh_part rewritten(const kh_part *part, kh_arena *arena)
{
    size_t n = part->graph.n_nodes, m = part->graph.n_links;
    kh_part other = *part;
    uint32_t(*ends)[2] = kh_arena_alloc(arena, m + 2, sizeof *ends);
    double *rates = KH_NEW(arena, double, m + 2);
    bool *relays = KH_NEW(arena, bool, n + 1);
    uint32_t *border = KH_NEW(arena, uint32_t, part->n_borders);
    kh_part_end *its_ends = KH_NEW(arena, kh_part_end, part->n_ends);
    kh_part_demand *demands = KH_NEW(arena, kh_part_demand, part->n_demands);
    for (size_t e = 0; e < m; e++) {
        ends[m - e][0] = (uint32_t)n - part->graph.ends[e][1];
        ends[m - e][1] = (uint32_t)n - part->graph.ends[e][0];
        rates[m - e] = part->capacity_bps[e];
    }
    ends[0][0] = ends[1][0];
    ends[0][1] = ends[1][1];
    rates[0] = rates[1] = rates[1] / 2;
    ends[m + 1][0] = 0; /* the new node */
    ends[m + 1][1] = 2;
    rates[m + 1] = 55;
    for (size_t v = 0; v <= n; v++)
        relays[v] = true;
    for (size_t b = 0; b < part->n_borders; b++)
        border[b] = (uint32_t)n - part->border[b];
    for (size_t i = 0; i < part->n_ends; i++)
        its_ends[i] = (kh_part_end){part->ends[i].asker, (uint32_t)n - part->ends[i].node, part->ends[i].key};
    for (size_t k = 0; k < part->n_demands; k++) {
        demands[k] = part->demands[k];
        demands[k].here = (uint32_t)n - demands[k].here;
    }
    other.graph = (kh_graph){n + 1, m + 2, (const uint32_t(*)[2])ends, relays};
    other.capacity_bps = rates;
    other.border = border;
    other.ends = its_ends;
    other.demands = demands;
    return other;
}

static void how_a_network_is_written_down_does_not_show(void **state)
{
    (void)state;
    for (int policy = KH_PART_PRICES; policy <= KH_PART_NOTHING; policy++) {
        fixture f = start(), g = start();
        f.parts[1].policy = g.parts[1].policy = (kh_part_policy)policy;
        g.parts[1] = rewritten(&g.parts[1], g.arena);
        (void)run(&f, 1e-3);
        (void)run(&g, 1e-3);
        assert_int_equal(f.tape.n, g.tape.n);
        assert_memory_equal(f.tape.byte, g.tape.byte, f.tape.n);
        stop(&f);
        stop(&g);
    }
}

static void a_part_survives_its_file(void **state)
{
    (void)state;
    fixture f = start(), g = start();
    f.parts[1].transit_bps = g.parts[1].transit_bps = 1.0 / 3;
    share_secrets(&g, UINT32_MAX - 100);
    for (uint32_t i = 0; i < DOMAINS; i++) {
        FILE *file = tmpfile();
        assert_non_null(file);
        assert_int_equal(kh_part_write(&g.parts[i], file, NULL), KH_OK);
        rewind(file);
        assert_int_equal(kh_part_read(file, "part", g.arena, &g.parts[i], NULL), KH_OK);
        (void)fclose(file);
    }
    kh_member_report a = run(&f, 1e-3), b = run(&g, 1e-3);
    assert_true(a.value == b.value && a.bound == b.bound && a.n_rounds == b.n_rounds);
    stop(&f);
    stop(&g);
}

static void letters_that_do_not_belong_are_refused(void **state)
{
    (void)state;
    fixture f = start();
    kh_member *member;
    const kh_member_options options = {.gap = 0.01, .most_rounds = 40, .most_promises = 16};
    kh_letter in[DOMAINS] = {{0}}, out[DOMAINS];
    bool done;
    assert_int_equal(kh_member_create(&f.parts[0], &options, f.arena, &member, NULL), KH_OK);
    assert_int_equal(kh_member_step(member, in, out, &done, NULL), KH_OK);
    assert_int_equal(out[1].kind, KH_LETTER_HELLO);
    const double nonsense[] = {0, 0, 0, 0, 0, INFINITY, 0, 1e300, 2};
    for (uint32_t j = 0; j < DOMAINS; j++)
        in[j] = (kh_letter){KH_LETTER_HELLO, j, 0, sizeof nonsense / sizeof *nonsense, nonsense};
    kh_error err = {0};
    assert_int_equal(kh_member_step(member, in, out, &done, &err), KH_EDATA);
    kh_member_destroy(member);
    stop(&f);
}

static void nothing_asked_and_no_way_are_no_faults(void **state)
{
    (void)state;
    kh_keyflow_problem problem = plain();
    double cut_off[LINKS] = {0};
    for (int turn = 0; turn < 3; turn++) {
        kh_arena *arena = kh_arena_create(0);
        kh_part parts[DOMAINS];
        kh_federation federation;
        const kh_member_options options = {.gap = 0.01, .most_rounds = 10, .most_promises = 16};
        problem.n_demands = turn == 0 ? 0 : 3;
        problem.capacity_bps = turn == 1 ? cut_off : plain_rates;
        for (uint32_t i = 0; i < DOMAINS; i++)
            assert_int_equal(kh_part_cut(&problem, plain_domain, (uint32_t[2]){i, DOMAINS}, arena, &parts[i], NULL), KH_OK);
        assert_int_equal(kh_federation_run(parts, DOMAINS, &options, NULL, arena, &federation, NULL), KH_OK);
        kh_member_report report = kh_member_report_of(federation.members[0]);
        assert_true(turn == 2 ? report.value > 1 : report.value == 0);
        kh_federation_clear(&federation);
        kh_arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_gap_closes_to_one_in_a_million),
                                       cmocka_unit_test(less_disclosure_never_brings_more),
                                       cmocka_unit_test(a_contract_holds),
                                       cmocka_unit_test(requesters_know_which_domain_sees_keys),
                                       cmocka_unit_test(nothing_but_the_letters_of_the_policy_leaves),
                                       cmocka_unit_test(terms_of_sums_show_only_what_secrets_make_of_them),
                                       cmocka_unit_test(secrets_that_two_do_not_share_alike_are_found_before_anything_is_told),
                                       cmocka_unit_test(how_a_network_is_written_down_does_not_show),
                                       cmocka_unit_test(a_part_survives_its_file),
                                       cmocka_unit_test(letters_that_do_not_belong_are_refused),
                                       cmocka_unit_test(nothing_asked_and_no_way_are_no_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
