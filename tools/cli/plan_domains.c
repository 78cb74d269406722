/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_domains.h"

#include "core/base/clock.h"
#include "solvers/domains/audit.h"
#include "solvers/domains/operators.h"
#include "solvers/domains/yardstick.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/plan_parts.h"
#include "tools/cli/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 100, MOST_PROMISES = 16, MOST_LETTER_BYTES = 1 << 28 };
static const double EXCHANGE_SHARE = 0.45; /* of the time: each letter is written once more by who checks it */
static const double USUAL_GAP = 0.01, SAME = 1e-6, LEAST_TOLD = 5e-5;

/* All that is told, in the rates of the plan: at most what is asked for. */
typedef struct told {
    const kh_pipeline *p;
    const plan_args *args;
    kh_operators operators;
    kh_federation federation;
    kh_member_report report;
    bool audited; /**< the letters were few enough to be kept and checked */
    double central, fixed, busiest;
    double central_bound;       /* beyond central when the time was short for the optimum */
    bool rough;                 /* time was short for fixed, too */
    double scale;               /* of the members' rates */
    kh_member_transit *transit; /* [payer][payee] */
    double *crossing;           /* [n_crossings] bit/s */
    double *seen;               /* [n_domains] scratch */
} told;

/* By which a share of what is left of the time limit is over. */
static double until_s(const told *t, double share)
{
    double limit_s = t->args->optimise.time_limit_s;
    return limit_s > 0 ? kh_clock_s() + share * kh_pipeline_left_s(t->p, limit_s, 1) : HUGE_VAL;
}

/* The shortest fibre decides the borders of the usual peering; links through free space count by their rate as the rest does. */
static kh_status measure_whole(told *t, kh_error *err)
{
    kh_keyflow_problem problem = t->operators.given.problem;
    double *weight = KH_NEW(t->p->arena, double, problem.graph.n_links), end_s = until_s(t, 1);
    kh_keyflow flow;
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", problem.graph.n_links);
    for (size_t e = 0; e < problem.graph.n_links; e++)
        weight[e] = problem.capacity_bps[e] > 0 ? 1 / problem.capacity_bps[e] : 0;
    problem.time_limit_s = (end_s - kh_clock_s()) / 2;
    KH_TRY(kh_keyflow_solve(&problem, t->p->arena, &flow, err));
    t->central = flow.value;
    t->central_bound = flow.complete ? flow.value : flow.bound;
    problem.time_limit_s = fmax(end_s - kh_clock_s(), 0);
    KH_TRY(kh_yardstick_fixed(&problem, t->operators.domain_of, t->operators.n_domains, weight, t->p->arena, &t->fixed, err));
    t->rough = kh_clock_s() >= end_s;
    return kh_yardstick_busiest(&t->federation, &t->busiest, err);
}

static kh_status verify(const told *t, kh_error *err)
{
    bool all_price = true;
    for (uint32_t i = 0; i < t->operators.n_domains; i++)
        all_price = all_price && t->operators.parts[i].policy == KH_PART_PRICES && isinf(t->operators.parts[i].transit_bps);
    if (t->busiest > 1 + SAME || t->report.value > t->report.bound * (1 + SAME) ||
        t->report.value > t->central_bound * (1 + SAME) || (all_price && t->report.bound < t->central * (1 - SAME)))
        return kh_fail(err, KH_EINTERNAL, "the domains' plan is wrong: busiest link %g, value %g, bound %g, central optimum %g",
                       t->busiest, t->report.value, t->report.bound, t->central);
    return KH_OK;
}

static kh_status exchange(told *t, const kh_member_options *options, kh_error *err)
{
    kh_record record = {.arena = kh_arena_create(0), .most_bytes = MOST_LETTER_BYTES};
    const kh_federation_watch watch = kh_record_watch(&record);
    if (record.arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the letters of domains");
    kh_status status =
        kh_federation_run(t->operators.parts, t->operators.n_domains, options, &watch, t->p->arena, &t->federation, err);
    if (status == KH_OK) {
        t->report = kh_member_report_of(t->federation.members[0]);
        record.ended = t->federation.ended;
        t->audited = !record.broken && t->report.value > 0;
        if (t->audited) /* all parts are here, so each domain's word can be checked against its own data */
            status = kh_audit_exchange(&record, &t->federation, options, err);
    }
    kh_arena_destroy(record.arena);
    return status;
}

static kh_status gather(told *t, kh_error *err)
{
    uint32_t n = t->operators.n_domains;
    const kh_atlas *atlas = kh_member_atlas(t->federation.members[0]);
    t->transit = KH_NEW(t->p->arena, kh_member_transit, (size_t)n * n);
    t->crossing = KH_NEW(t->p->arena, double, atlas->n_crossings);
    t->seen = KH_NEW(t->p->arena, double, n);
    if (t->transit == NULL || t->crossing == NULL || t->seen == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %u domains", n);
    t->scale = t->report.value > 1 ? 1 / t->report.value : 1;
    kh_member_crossings(t->federation.members[0], t->crossing);
    for (uint32_t i = 0; i < n; i++)
        kh_member_transits(t->federation.members[i], t->transit + (size_t)i * n);
    for (size_t i = 0; i < (size_t)n * n; i++) {
        t->transit[i].rate_bps *= t->scale;
        t->transit[i].eur_per_year *= t->scale;
    }
    for (size_t x = 0; x < atlas->n_crossings; x++)
        t->crossing[x] *= t->scale;
    return KH_OK;
}

static const char *policy_name(kh_part_policy policy)
{
    static const char *const names[] = {"prices", "rates", "nothing"};
    return names[policy];
}

/* A share of all requests: in per cent up to all of them, then how many times as much. */
static void add_share(kh_str *words, double value)
{
    if (value <= 1)
        kh_str_printf(words, "%.4g %% of its request", 100 * value);
    else
        kh_str_printf(words, "%.4g times its request", value);
}

static bool has_demands(const told *t)
{
    bool any = false;
    for (uint32_t i = 0; i < t->operators.n_domains; i++)
        any = any || t->operators.parts[i].n_demands > 0;
    return any;
}

/* What time was too short for is said to be at least or at most so much. */
static void add_yardsticks(const told *t, kh_str *words)
{
    bool open = t->central < t->central_bound;
    double cost = fmax(0, 1 - t->report.value / t->central_bound);
    kh_str_printf(words, "With everything known in one place it could be %s", open ? "at least " : "");
    add_share(words, t->central);
    kh_str_printf(words, ": secrecy between operators%s %s", t->federation.ended ? " and so short a time cost" : " costs",
                  open ? "at most " : "");
    if (cost > 0 && cost < LEAST_TOLD)
        kh_str_append(words, "less than 0.01 %");
    else
        kh_str_printf(words, "%.2f %%", 100 * cost);
    kh_str_printf(words, ". Over the borders of the best single path alone it would be %s", t->rough ? "at least " : "");
    add_share(words, t->fixed);
}

static void write_reached(const told *t, kh_str *words)
{
    const kh_member_report *r = &t->report;
    kh_str_printf(words, " After %zu exchanges of tables every demand that a path joins gets %s", r->n_rounds,
                  r->value > 1 ? "its request in full, and the links could carry " : "");
    add_share(words, r->value);
    kh_str_append(words, "; what was disclosed proves that no plan that keeps its promises brings each of them more than ");
    add_share(words, r->bound);
    kh_str_printf(words, " (gap %.2g %%)", 100 * (r->bound / r->value - 1));
    kh_str_append(words, t->federation.ended ? "; the time limit ended the exchange" : "");
    kh_str_printf(words, ". %zu letters, %.2f MB in all, left the domains. ", t->federation.n_letters,
                  1e-6 * (double)t->federation.bytes);
    add_yardsticks(t, words);
    kh_str_append(words, ". No link is filled beyond its rate, as each domain and then the whole has checked");
    kh_str_append(words, t->audited ? "; every letter follows from its domain's own data, and so do the routes inside."
                                    : "; the letters were too many to be kept and checked again.");
}

static void write_summary(const told *t, kh_str *out)
{
    kh_str words = {0};
    if (t->operators.n_domains == 1)
        kh_str_append(&words, "One domain has the whole network.");
    else
        kh_str_printf(&words, "Each of %u domains plans its own part and tells the others what it discloses.",
                      t->operators.n_domains);
    if (t->report.value > 0)
        write_reached(t, &words);
    else
        kh_str_append(&words, has_demands(t) ? " No demand for QKD key has a path, so none gets any."
                                             : " No demand asks for QKD key, so there is nothing to plan.");
    kh_str_printf(out, "%s, across operators\n  ", t->p->net->name);
    kh_str_append_wrapped(out, kh_str_text(&words), 76, "  ");
    kh_str_append(out, "\n\n");
    kh_str_clear(&words);
}

static void write_domains(const told *t, kh_str *out)
{
    uint32_t n = t->operators.n_domains;
    cli_table table = cli_table_start(t->p->arena, "domain|shows|>nodes|>borders|>carries for others|>earns EUR/year");
    for (uint32_t j = 0; j < n; j++) {
        double rate_bps = 0, eur = 0;
        for (uint32_t i = 0; i < n; i++) {
            rate_bps += t->transit[(size_t)i * n + j].rate_bps;
            eur += t->transit[(size_t)i * n + j].eur_per_year;
        }
        cli_table_cell(&table, "%s", t->operators.name[j]);
        cli_table_cell(&table, "%s", policy_name(t->operators.parts[j].policy));
        cli_table_cell(&table, "%zu", t->operators.parts[j].graph.n_nodes);
        cli_table_cell(&table, "%zu", t->operators.parts[j].n_borders);
        cli_table_rate(&table, rate_bps);
        cli_table_cell(&table, "%.0f", eur);
    }
    cli_table_text(&table, out);
}

static void write_crossings(const told *t, kh_str *out)
{
    const kh_atlas *atlas = kh_member_atlas(t->federation.members[0]);
    cli_table table = cli_table_start(t->p->arena, "link across a border|>can|>carries");
    for (size_t x = 0; x < atlas->n_crossings; x++) {
        cli_table_cell(&table, "%s", t->p->net->qkd_links[atlas->key[x]].id);
        cli_table_rate(&table, atlas->capacity_bps[x]);
        cli_table_rate(&table, t->crossing[x]);
    }
    kh_str_append(out, table.n_cells > 0 ? "\n" : "");
    cli_table_text(&table, out);
}

static void write_payments(const told *t, kh_str *out)
{
    uint32_t n = t->operators.n_domains;
    cli_table table = cli_table_start(t->p->arena, "who pays|whom|>for|>EUR/year");
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            const kh_member_transit *paid = &t->transit[(size_t)i * n + j];
            if (paid->eur_per_year <= 0)
                continue;
            cli_table_cell(&table, "%s", t->operators.name[i]);
            cli_table_cell(&table, "%s", t->operators.name[j]);
            cli_table_rate(&table, paid->rate_bps);
            cli_table_cell(&table, "%.0f", paid->eur_per_year);
        }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static const char *demand_id(const told *t, uint32_t domain, size_t k)
{
    return t->p->net->demands[t->operators.given.sent[t->operators.parts[domain].demand_of[k]]].id;
}

static void write_sight(const told *t, kh_str *out)
{
    size_t whole = 0, all = 0;
    cli_table table = cli_table_start(t->p->arena, "demand|>gets|third domains that hold its keys in the clear");
    for (uint32_t i = 0; i < t->operators.n_domains; i++)
        for (uint32_t k = 0; k < t->operators.parts[i].n_demands; k++, all++) {
            kh_str who = {0};
            bool by_one = false;
            kh_member_seen(t->federation.members[i], k, t->seen);
            for (uint32_t j = 0; j < t->operators.n_domains; j++)
                if (t->seen[j] > SAME) {
                    kh_str_printf(&who, "%s%s %.0f %%", who.length > 0 ? ", " : "", t->operators.name[j], 100 * t->seen[j]);
                    by_one = by_one || t->seen[j] > 1 - SAME;
                }
            whole += by_one;
            cli_table_cell(&table, "%s", demand_id(t, i, k));
            cli_table_rate(&table, t->scale * kh_member_rate(t->federation.members[i], k));
            cli_table_cell(&table, "%s", who.length > 0 ? kh_str_text(&who) : "none");
            kh_str_clear(&who);
        }
    if (all == 0)
        return;
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
    kh_str words = {0};
    kh_str_printf(&words,
                  "%zu of %zu demands %s keys that one third domain sees whole; relays of the two domains where a demand ends see "
                  "its keys as well. Keys that no single domain may see: plan --coalitions domain.",
                  whole, all, whole == 1 ? "has" : "have");
    kh_str_append(out, "\n  ");
    kh_str_append_wrapped(out, kh_str_text(&words), 76, "  ");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

static kh_json *json_members(const told *t)
{
    kh_json *list = kh_json_array();
    for (uint32_t j = 0; j < t->operators.n_domains; j++) {
        kh_json *object = kh_json_object();
        set_text(object, "id", t->operators.name[j]);
        set_text(object, "shows", policy_name(t->operators.parts[j].policy));
        set_number(object, "nodes", (double)t->operators.parts[j].graph.n_nodes);
        set_number(object, "borders", (double)t->operators.parts[j].n_borders);
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *json_crossings(const told *t)
{
    const kh_atlas *atlas = kh_member_atlas(t->federation.members[0]);
    kh_json *list = kh_json_array();
    for (size_t x = 0; x < atlas->n_crossings; x++) {
        kh_json *object = kh_json_object();
        set_text(object, "link", t->p->net->qkd_links[atlas->key[x]].id);
        set_number(object, "capacity_bps", atlas->capacity_bps[x]);
        set_number(object, "used_bps", t->crossing[x]);
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *json_payments(const told *t)
{
    uint32_t n = t->operators.n_domains;
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < (size_t)n * n; i++) {
        if (t->transit[i].rate_bps <= 0)
            continue;
        kh_json *object = kh_json_object();
        set_text(object, "payer", t->operators.name[i / n]);
        set_text(object, "carrier", t->operators.name[i % n]);
        set_number(object, "rate_bps", t->transit[i].rate_bps);
        set_number(object, "eur_per_year", t->transit[i].eur_per_year);
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *json_demands(const told *t)
{
    kh_json *list = kh_json_array();
    for (uint32_t i = 0; i < t->operators.n_domains; i++)
        for (uint32_t k = 0; k < t->operators.parts[i].n_demands; k++) {
            kh_json *object = kh_json_object(), *seen = kh_json_object();
            kh_member_seen(t->federation.members[i], k, t->seen);
            for (uint32_t j = 0; j < t->operators.n_domains; j++)
                if (t->seen[j] > SAME)
                    set_number(seen, t->operators.name[j], t->seen[j]);
            set_text(object, "id", demand_id(t, i, k));
            set_number(object, "rate_bps", t->scale * kh_member_rate(t->federation.members[i], k));
            kh_json_set(object, "seen_by", seen);
            kh_json_append(list, object);
        }
    return list;
}

static kh_status print_json(const told *t, kh_error *err)
{
    kh_json *root = kh_json_object();
    set_text(root, "name", t->p->net->name);
    set_number(root, "rounds", (double)t->report.n_rounds);
    set_number(root, "value", t->report.value);
    set_number(root, "bound", t->report.bound);
    kh_json_set(root, "reached", kh_json_bool(t->report.reached));
    set_number(root, "central", t->central);
    set_number(root, "central_bound", t->central_bound);
    set_number(root, "fixed_borders", t->fixed);
    set_number(root, "letters", (double)t->federation.n_letters);
    set_number(root, "bytes", (double)t->federation.bytes);
    kh_json_set(root, "domains", json_members(t));
    kh_json_set(root, "crossings", json_crossings(t));
    kh_json_set(root, "transits", json_payments(t));
    kh_json_set(root, "demands", json_demands(t));
    return cli_json_print(root, err);
}

/* What --split left, and what is done with it. */
static void write_split(const told *t, const plan_args *args, kh_str *out)
{
    kh_str words = {0};
    uint32_t n = t->operators.n_domains;
    const char *folder = args->split_path;
    if (args->own != NULL)
        kh_str_printf(
            &words,
            "Written: what %s knows, for its own machine alone. It has no secrets yet: sums are not veiled until each two "
            "domains write one that they agreed on into their parts. When all %u have a part in a folder %s, ",
            args->own, n, folder);
    else
        kh_str_printf(&words, "Written: what each domain knows, %s/domain-0.part to domain-%u.part. ", folder, n - 1);
    kh_str_printf(&words, "mpirun -n %u keyhaul-domains %s plans with a process for each.", n, folder);
    if (out->length > 0)
        kh_str_append(out, "\n");
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(&words), 76, "  ");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

static kh_status print_text(const told *t, const plan_args *args, kh_error *err)
{
    kh_str out = {0};
    write_summary(t, &out);
    write_domains(t, &out);
    write_crossings(t, &out);
    write_payments(t, &out);
    write_sight(t, &out);
    if (args->split_path != NULL)
        write_split(t, args, &out);
    return cli_print(&out, err);
}

/* Of the others it knows the borders alone, so there is nothing to plan yet. */
static kh_status print_own(const told *t, const plan_args *args, kh_error *err)
{
    kh_str out = {0};
    if (args->json)
        return KH_OK;
    write_split(t, args, &out);
    return cli_print(&out, err);
}

static kh_status run(told *t, const plan_args *args, kh_error *err)
{
    const kh_member_options options = {args->optimise.gap > 0 ? args->optimise.gap : USUAL_GAP, MOST_ROUNDS, MOST_PROMISES,
                                       until_s(t, EXCHANGE_SHARE)};
    if (args->split_path != NULL)
        KH_TRY(cli_parts_write(t->p->net, &t->operators, args->own, args->split_path, t->p->arena, err));
    if (args->own != NULL)
        return print_own(t, args, err);
    KH_TRY(exchange(t, &options, err));
    KH_TRY(measure_whole(t, err));
    KH_TRY(verify(t, err));
    KH_TRY(gather(t, err));
    return args->json ? print_json(t, err) : print_text(t, args, err);
}

kh_status cli_domains(const kh_pipeline *pipeline, const plan_args *args, kh_error *err)
{
    told t = {.p = pipeline, .args = args};
    KH_TRY(kh_operators_make(pipeline->net, pipeline->rates, pipeline->arena, &t.operators, err));
    if (t.operators.n_domains == 0)
        return kh_fail(err, KH_EDATA, "'%s' has no nodes, so no domains", args->path);
    kh_status status = run(&t, args, err);
    kh_federation_clear(&t.federation);
    return status;
}
