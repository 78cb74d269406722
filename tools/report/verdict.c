/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/verdict.h"

#include "tools/report/format.h"

#include <math.h>
#include <string.h>

static void say_short(const kh_facts *facts, kh_arena *arena, kh_str *out)
{
    enum { MOST = 8 };
    size_t left = facts->n_asking - facts->n_met, told = 0;
    kh_str_append(out, " Short: ");
    for (size_t row = 0; row < kh_facts_rows(facts->demands) && told < MOST; row++) {
        if (!kh_facts_demand_asks(facts, row) || kh_facts_demand_is_met(facts, row))
            continue;
        double share = kh_facts_demand_share(facts, row);
        const char *text = share > 0 ? kh_format_share(arena, share) : "no key";
        kh_str_printf(out, "%s%s (%s)", told++ > 0 ? ", " : "", kh_facts_demand_name(facts, row), text == NULL ? "?" : text);
    }
    if (left > told)
        kh_str_printf(out, " and %zu more", left - told);
    kh_str_append(out, ".");
}

typedef struct services {
    size_t asked, carried;
} services;

/* Demands that name their data, and how many have a chain of lines that carries it. */
static services count_services(const kh_facts *facts)
{
    services n = {0};
    for (size_t row = 0; row < kh_facts_rows(facts->demands); row++) {
        double wanted_gbps = kh_facts_demand_data_gbps(facts, row);
        if (!(wanted_gbps > 0))
            continue;
        n.asked++;
        n.carried += kh_table_number(facts->demands, "data_capacity_gbps", row) >= wanted_gbps;
    }
    return n;
}

static void say_keys(const kh_facts *facts, kh_arena *arena, kh_str *out)
{
    if (facts->n_asking == 0) {
        kh_str_append(out, "No demand asks for QKD key.");
        return;
    }
    if (facts->n_met == facts->n_asking && facts->n_asking == 1) {
        kh_str_append(out, "The one demand gets all the key it asks for.");
        return;
    }
    if (facts->n_met == facts->n_asking) {
        kh_str_printf(out, "All %zu demands get all the key they ask for.", facts->n_asking);
        return;
    }
    kh_str_printf(out,
                  facts->n_met == 1 ? "%zu of %zu demands gets all the key it asks for."
                                    : "%zu of %zu demands get all the key they ask for.",
                  facts->n_met, facts->n_asking);
    say_short(facts, arena, out);
}

void kh_verdict_say(const kh_facts *facts, kh_arena *arena, kh_str *out)
{
    services n = count_services(facts);
    say_keys(facts, arena, out);
    if (n.asked > 0)
        kh_str_printf(out, " Data: the lines carry %zu of %zu service%s.", n.carried, n.asked, n.asked == 1 ? "" : "s");
}

void kh_verdict_certify(const kh_facts *facts, kh_str *out)
{
    const char *objective = kh_table_text(facts->summary, "objective", 0);
    double value = kh_table_number(facts->summary, "value", 0), bound = kh_table_number(facts->summary, "bound", 0);
    double gap = kh_table_number(facts->summary, "gap", 0);
    if (facts->n_asking == 0 || objective == NULL || isnan(value) || isnan(bound) || isnan(gap))
        return;
    kh_str_printf(out, "%s %.4g times what they ask for (objective %s). ",
                  strcmp(objective, "concurrent") == 0 ? "All demands that have a path could get at once"
                                                       : "Of the demands that have a path, the least served could get",
                  value, objective);
    if (gap < 1e-6)
        kh_str_append(out, "That is proven to be the best possible.");
    else
        kh_str_printf(out, "No plan can reach more than %.4g times: this one is within %.2g %% of the best possible.", bound,
                      gap * 100);
}

static kh_tile worst_tile(const kh_facts *facts, kh_arena *arena)
{
    const char *value = kh_format_share(arena, facts->worst_share);
    const char *who = facts->n_asking == 0 ? "nothing is asked" : kh_facts_demand_name(facts, facts->worst_demand);
    return (kh_tile){"Worst demand gets", value,
                     facts->n_asking > 0 && facts->n_met == facts->n_asking ? "every demand gets its all" : who};
}

static kh_tile relay_tile(const kh_facts *facts, kh_arena *arena)
{
    double relays = kh_table_number(facts->summary, "n_trusted_nodes", 0),
           modules = kh_table_number(facts->summary, "n_modules", 0);
    const char *on = kh_format_number(arena, modules, 0, "");
    return (kh_tile){"Trusted relays", kh_format_number(arena, relays, 0, ""),
                     on == NULL || isnan(modules) ? "" : kh_arena_printf(arena, "%s QKD modules", on)};
}

static kh_tile cost_tile(const kh_facts *facts, kh_arena *arena)
{
    double cost = kh_table_number(facts->summary, "cost_total_eur", 0);
    return (kh_tile){"Cost", kh_format_eur(arena, cost), isnan(cost) ? "not computed" : "planning placeholders, see Cost"};
}

bool kh_verdict_tiles(const kh_facts *facts, kh_arena *arena, kh_tile tiles[KH_TILES])
{
    const char *asked = kh_format_rate(arena, facts->asked_bps);
    size_t left = facts->n_asking - facts->n_met;
    services n = count_services(facts);
    tiles[0] = (kh_tile){"Demands met", kh_arena_printf(arena, "%zu of %zu", facts->n_met, facts->n_asking),
                         left == 0 ? "none falls short" : kh_arena_printf(arena, "%zu fall%s short", left, left == 1 ? "s" : "")};
    if (facts->n_asking == 0 && n.asked > 0)
        tiles[0] = (kh_tile){"Data services carried", kh_arena_printf(arena, "%zu of %zu", n.carried, n.asked),
                             "no demand asks for QKD key"};
    tiles[1] = worst_tile(facts, arena);
    tiles[2] = (kh_tile){"Keys delivered", kh_format_rate(arena, facts->delivered_bps),
                         asked == NULL ? NULL : kh_arena_printf(arena, "of %s asked for", asked)};
    tiles[3] = relay_tile(facts, arena);
    tiles[4] = cost_tile(facts, arena);
    for (size_t i = 0; i < KH_TILES; i++)
        if (tiles[i].value == NULL || tiles[i].note == NULL)
            return false;
    return true;
}
