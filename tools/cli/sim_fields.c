/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/sim_fields.h"

#include "tools/cli/simulation.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* One figure: its place in kh_sim_demand, kh_sim_link or kh_sim_domain, its name in JSON, its column for people (NULL: none). */
typedef struct field {
    const char *key, *column;
    size_t offset;
    double scale; /* of the column */
} field;

enum { MOST_FIELDS = 8 };

typedef struct group {
    const char *name, *title;
    field fields[MOST_FIELDS];
} group;

#define OF(type, member, key, column, scale)                                                                                       \
    {                                                                                                                              \
        key, column, offsetof(type, member), scale                                                                                 \
    }
#define DEMAND(member, key, column, scale) OF(kh_sim_demand, member, key, column, scale)
#define LINK(member, key, column, scale)   OF(kh_sim_link, member, key, column, scale)
#define DOMAIN(member, key, column, scale) OF(kh_sim_domain, member, key, column, scale)

static const group of_demands[] = {
    {"routing",
     "routing of keys; restorations, mean time; disjoint paths, keys of fewer shares",
     {DEMAND(routing.refused, "refused", "refused", 1), DEMAND(routing.rerouted, "rerouted", "rerouted", 1),
      DEMAND(routing.restorations, "restorations", "restored", 1),
      DEMAND(routing.mean_restoration_s, "mean_restoration_s", "after s", 1),
      DEMAND(routing.disjoint_paths, "disjoint_paths", "paths", 1), DEMAND(routing.fewer_shares, "fewer_shares", "fewer", 1)}},
    {"encryptors",
     "encryptors: time on a fresh key, on an old one (grace), on the fallback",
     {DEMAND(encryptors.flows, "flows", "flows", 1), DEMAND(encryptors.fresh, "fresh", "fresh %", 100),
      DEMAND(encryptors.grace, "grace", "old %", 100), DEMAND(encryptors.fallback, "fallback", "fallback %", 100),
      DEMAND(encryptors.stopped, "stopped", "stopped %", 100), DEMAND(encryptors.changes, "changes", "changes", 1)}},
    {"pads",
     "one-time pads",
     {DEMAND(pads.starved, "starved", "starved %", 100), DEMAND(pads.longest_gap_s, "longest_gap_s", "longest gap s", 1)}},
    {"pair_store",
     "end-to-end stores, Mbit",
     {DEMAND(store.initial_bits, "initial_bits", NULL, 1), DEMAND(store.filled_bits, "filled_bits", "filled", 1e-6),
      DEMAND(store.drawn_bits, "drawn_bits", "drawn", 1e-6), DEMAND(store.stored_bits, "stored_bits", "stored", 1e-6),
      DEMAND(store.lowest_bits, "lowest_bits", "lowest", 1e-6), DEMAND(store.failed, "failed", "relays failed", 1)}},
    {"kms",
     "key management",
     {DEMAND(kms.requests, "requests", "requests", 1), DEMAND(kms.mean_wait_s, "mean_wait_s", "wait s", 1),
      DEMAND(kms.busy, "busy", "busy %", 100), DEMAND(kms.longest_queue, "longest_queue", "longest queue", 1)}},
    {"calls",
     "calls: offered, blocked, cut off; lines busy: mean, most, all",
     {DEMAND(calls.offered, "offered", "offered", 1), DEMAND(calls.without_line, "without_line", "no line", 1),
      DEMAND(calls.without_key, "without_key", "no key", 1), DEMAND(calls.cut, "cut", "cut", 1),
      DEMAND(calls.mean_busy, "mean_busy", "busy", 1), DEMAND(calls.most_busy, "most_busy", "most", 1),
      DEMAND(calls.all_busy, "all_busy", "all busy %", 100)}},
    {"transfers",
     "transfers: data moved; time with data to move and a line down, or no key",
     {DEMAND(transfers.begun, "begun", "begun", 1), DEMAND(transfers.completed, "completed", "done", 1),
      DEMAND(transfers.waiting, "waiting", "waiting", 1), DEMAND(transfers.moved_bits, "moved_bits", "moved TB", 1.0 / 8e12),
      DEMAND(transfers.mean_completion_s, "mean_completion_s", "mean s", 1),
      DEMAND(transfers.longest_completion_s, "longest_completion_s", "longest s", 1),
      DEMAND(transfers.stalled_by_lines, "stalled_by_lines", "no line %", 100),
      DEMAND(transfers.stalled_by_keys, "stalled_by_keys", "no key %", 100)}},
    {"exposure",
     "keys known to somebody in compromised nodes",
     {DEMAND(exposure.exposed_keys, "exposed_keys", "exposed", 1), DEMAND(exposure.exposed_bits, "exposed_bits", NULL, 1),
      DEMAND(exposure.at_ends_keys, "at_ends_keys", "at the ends", 1),
      DEMAND(exposure.saved_keys, "saved_keys", "saved by sharing", 1)}}};

static const group of_links[] = {
    {"eavesdropping",
     "eavesdropping",
     {LINK(eavesdropping.attacks, "attacks", "attacks", 1), LINK(eavesdropping.alarms, "alarms", "alarms", 1),
      LINK(eavesdropping.unnoticed, "unnoticed", "unnoticed", 1),
      LINK(eavesdropping.quarantine_s, "quarantine_s", "quarantine h", 1.0 / 3600),
      LINK(eavesdropping.discarded_bits, "discarded_bits", "lost Mbit", 1e-6)}},
    {"ageing",
     "key that grew old or was not yet at both ends",
     {LINK(expired_bits, "expired_bits", "expired Mbit", 1e-6), LINK(transit_bits, "transit_bits", "on the way Mbit", 1e-6)}},
    {"border", "handed over at borders", {LINK(handed_over_keys, "handed_over_keys", "keys", 1)}}};

static const group of_domains[] = {
    {"transit",
     "carried for other domains",
     {DOMAIN(transit_keys, "transit_keys", "keys", 1), DOMAIN(transit_bits, "transit_bits", "Mbit", 1e-6),
      DOMAIN(transit_eur, "transit_eur", "EUR", 1)}}};

/* The nouns that have groups. */
typedef struct noun {
    const char *name;
    const group *groups;
    size_t n_groups;
} noun;
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const noun demands = {"demand", of_demands, COUNT(of_demands)}, links = {"link", of_links, COUNT(of_links)},
                  domains = {"domain", of_domains, COUNT(of_domains)};

static const char *record_of(const noun *n, const kh_sim_result *sim, size_t i)
{
    if (n == &demands)
        return (const char *)&sim->demands[i];
    return n == &links ? (const char *)&sim->links[i] : (const char *)&sim->domains[i];
}

static const char *id_of(const noun *n, const kh_net *net, size_t i)
{
    if (n == &demands)
        return net->demands[i].id;
    return n == &links ? net->qkd_links[i].id : net->domains[i].id;
}

static size_t count_of(const noun *n, const kh_sim_result *sim)
{
    if (n == &demands)
        return sim->n_demands;
    return n == &links ? sim->n_links : sim->n_domains;
}

static double value_of(const field *f, const char *record)
{
    double value;
    memcpy(&value, record + f->offset, sizeof value);
    return value;
}

static bool is_used(const field *f)
{
    return f->key != NULL;
}

/* Something of the group happened to it in any replication. */
static bool happened(const kh_pipeline *p, const noun *n, const group *g, size_t i)
{
    for (size_t k = 0; k < p->n_sims; k++)
        for (size_t f = 0; f < MOST_FIELDS && is_used(&g->fields[f]); f++) {
            double value = value_of(&g->fields[f], record_of(n, p->sims[k], i));
            if (value > 0 || value < 0)
                return true;
        }
    return false;
}

static kh_estimate estimate(const kh_pipeline *p, const noun *n, const field *f, size_t i)
{
    for (size_t k = 0; k < p->n_sims; k++)
        p->sample[k] = value_of(f, record_of(n, p->sims[k], i));
    return p->paired ? kh_estimate_of_pairs(p->sample, p->n_sims) : kh_estimate_of(p->sample, p->n_sims);
}

static void set_groups(const kh_pipeline *p, const noun *n, size_t i, kh_json *object)
{
    for (size_t g = 0; g < n->n_groups; g++) {
        const group *of = &n->groups[g];
        kh_json *fields = happened(p, n, of, i) ? kh_json_object() : NULL;
        for (size_t f = 0; fields != NULL && f < MOST_FIELDS && is_used(&of->fields[f]); f++)
            cli_json_estimate(fields, of->fields[f].key, estimate(p, n, &of->fields[f], i));
        kh_json_set(object, of->name, fields != NULL ? fields : kh_json_text(NULL));
    }
}

void cli_json_demand_fields(const kh_pipeline *p, size_t i, kh_json *object)
{
    set_groups(p, &demands, i, object);
}

void cli_json_link_fields(const kh_pipeline *p, size_t i, kh_json *object)
{
    set_groups(p, &links, i, object);
}

kh_json *cli_json_domains(const kh_pipeline *p)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < p->net->n_domains; i++) {
        kh_json *object = kh_json_object();
        kh_json_set(object, "id", kh_json_text(p->net->domains[i].id));
        set_groups(p, &domains, i, object);
        kh_json_append(array, object);
    }
    return array;
}

static cli_table start_table(const kh_pipeline *p, const noun *n, const group *g)
{
    kh_str head = {0};
    kh_str_append(&head, n->name);
    for (size_t f = 0; f < MOST_FIELDS && is_used(&g->fields[f]); f++)
        if (g->fields[f].column != NULL)
            kh_str_printf(&head, "|>%s", g->fields[f].column);
    const char *columns = kh_arena_strdup(p->arena, kh_str_text(&head));
    kh_str_clear(&head);
    return cli_table_start(p->arena, columns != NULL ? columns : n->name);
}

static void write_number(double number, const field *f, cli_table *table)
{
    if (isnan(number))
        cli_table_cell(table, "-");
    else if (f->scale == 100 && number > 0 && number < 0.001) /* percent */
        cli_table_cell(table, "<0.001");
    else if (fabs(number) >= 1e3 || number == floor(number))
        cli_table_cell(table, "%.0f", number);
    else
        cli_table_cell(table, fabs(number) >= 10 ? "%.5g" : "%.3g", number);
}

static void write_row(const kh_pipeline *p, const noun *n, const group *g, size_t i, cli_table *table)
{
    cli_table_cell(table, "%s", id_of(n, p->net, i));
    for (size_t f = 0; f < MOST_FIELDS && is_used(&g->fields[f]); f++) {
        double mean = estimate(p, n, &g->fields[f], i).mean * g->fields[f].scale;
        if (g->fields[f].column == NULL)
            continue;
        write_number(mean, &g->fields[f], table);
    }
}

static void write_noun(const kh_pipeline *p, const noun *n, kh_str *out)
{
    for (size_t g = 0; g < n->n_groups; g++) {
        cli_table table = start_table(p, n, &n->groups[g]);
        for (size_t i = 0; i < count_of(n, p->sims[0]); i++)
            if (happened(p, n, &n->groups[g], i))
                write_row(p, n, &n->groups[g], i, &table);
        if (table.n_cells == 0)
            continue;
        kh_str_printf(out, "\n%s\n", n->groups[g].title);
        cli_table_text(&table, out);
    }
}

void cli_write_sim_fields(const kh_pipeline *p, kh_str *out)
{
    write_noun(p, &demands, out);
    write_noun(p, &links, out);
    write_noun(p, &domains, out);
}
