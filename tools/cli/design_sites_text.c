/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/design_sites.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"

#include <math.h>

enum { WIDTH = 78 };

static void say(kh_str *out, const kh_str *text)
{
    kh_str_append_wrapped(out, kh_str_text(text), WIDTH, "");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
}

static bool with_rates(const cli_sites *s)
{
    return !s->request->fewest && !s->request->two_disjoint;
}

static bool over_years(const cli_sites *s)
{
    return with_rates(s) && s->request->horizon_years > 0;
}

static size_t n_years(const cli_sites *s)
{
    return with_rates(s) ? s->made.problem.n_years : 1;
}

/* The first year in which a site is open; n_years: never. */
static size_t year_of(const cli_sites *s, uint32_t site)
{
    size_t y = 0;
    if (!with_rates(s))
        return s->open[site] ? 0 : 1;
    while (y < n_years(s) && !s->build.open[y * s->made.layout.n_sites + site])
        y++;
    return y;
}

static bool is_end(const cli_sites *s, uint32_t site)
{
    for (size_t k = 0; k < s->made.problem.n_demands; k++)
        if (s->made.problem.demands[k][0] == site || s->made.problem.demands[k][1] == site)
            return true;
    return false;
}

static const char *what_it_is(const cli_sites *s, uint32_t site)
{
    const kh_site_place *place = &s->made.layout.sites[site];
    if (is_end(s, site))
        return s->made.problem.relays[site] ? "end of demands" : "end, not trusted";
    if (place->node == KH_NO_INDEX)
        return "new hut";
    return s->net->nodes[place->node].kind == KH_NODE_AMPLIFIER ? "amplifier site" : "site";
}

static const char *where_it_is(const cli_sites *s, uint32_t site)
{
    const kh_site_place *place = &s->made.layout.sites[site];
    if (place->node != KH_NO_INDEX) {
        const kh_node *node = &s->net->nodes[place->node];
        return node->label != NULL ? node->label : node->id;
    }
    const kh_fibre *fibre = &s->net->fibres[place->fibre];
    return kh_arena_printf(s->arena, "%.1f km from %s, %.1f km from %s", place->from_km, s->net->nodes[fibre->ends[0].i].id,
                           fibre->length_km - place->from_km, s->net->nodes[fibre->ends[1].i].id);
}

static void write_head(const cli_sites *s, kh_str *out)
{
    const kh_site_layout *layout = &s->made.layout;
    kh_str text = {0};
    kh_str_printf(&text,
                  "%s: %zu nodes and %zu places along fibres (at most %g km apart) may hold a site; %zu spans of up to %g km. "
                  "Light passes closed sites. %s%s.",
                  s->net->name, s->net->n_nodes, layout->n_sites - s->net->n_nodes, s->request->step_km, layout->n_spans,
                  s->made.rule.reach_km,
                  !with_rates(s)                  ? s->request->two_disjoint
                                                        ? "All ends of demands are joined by two routes without a common trusted node, "
                                                          "whatever the rates"
                                                        : "All ends of demands are joined, whatever the rates"
                  : s->request->horizon_years > 0 ? "Every demand gets its key in every year"
                                                  : "Every demand gets its key",
                  s->made.n_left_out > 0 ? ", but for those left out below" : "");
    say(out, &text);
    kh_str_clear(&text);
}

static void write_sites(const cli_sites *s, kh_str *out)
{
    cli_table table = cli_table_start(s->arena, over_years(s) ? "open|what|>lat|>lon|>year|where" : "open|what|>lat|>lon|where");
    for (uint32_t v = 0; v < s->made.layout.n_sites; v++) {
        double lat_deg, lon_deg;
        if (year_of(s, v) == n_years(s))
            continue;
        kh_site_net_place(&s->made, v, &lat_deg, &lon_deg);
        cli_table_cell(&table, "%s", kh_site_net_name(&s->made, v, s->arena));
        cli_table_cell(&table, "%s", what_it_is(s, v));
        cli_table_number(&table, lat_deg, 3);
        cli_table_number(&table, lon_deg, 3);
        if (over_years(s))
            cli_table_cell(&table, "%zu", year_of(s, v) + 1);
        cli_table_cell(&table, "%s", where_it_is(s, v));
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_span(const cli_sites *s, cli_table *table, uint32_t offer, const char *pairs)
{
    const kh_site_offer *o = &s->made.problem.offers[offer];
    const kh_site_span *span = &s->made.layout.spans[o->span];
    uint32_t station = s->made.station[offer];
    cli_table_cell(table, "%s", kh_site_net_name(&s->made, span->ends[0], s->arena));
    cli_table_cell(table, "%s", kh_site_net_name(&s->made, span->ends[1], s->arena));
    cli_table_number(table, span->length_km, 1);
    cli_table_number(table, span->loss_db, 1);
    cli_table_rate(table, o->rate_bps);
    if (station == KH_NO_INDEX)
        cli_table_cell(table, "%s %s", pairs, s->net->devices[o->kind].id);
    else
        cli_table_cell(table, "%s %s, station at %s", pairs, s->net->devices[o->kind].id,
                       kh_site_net_name(&s->made, station, s->arena));
}

/* "2 x", or "1 x, 3 from year 4 on". */
static const char *count_pairs(const cli_sites *s, uint32_t offer)
{
    const kh_site_build_problem *p = &s->made.problem;
    kh_str text = {0};
    uint32_t before = 0;
    for (size_t y = 0; y < p->n_years; y++) {
        uint32_t now = s->build.pairs[y * p->n_offers + offer];
        if (now == before)
            continue;
        kh_str_printf(&text, before > 0 ? ", %u" : "%u x", now);
        if (y > 0)
            kh_str_printf(&text, " from year %zu on", y + 1);
        before = now;
    }
    const char *kept = before == 0 ? NULL : kh_arena_strdup(s->arena, kh_str_text(&text));
    kh_str_clear(&text);
    return kept;
}

static void write_spans(const cli_sites *s, kh_str *out)
{
    cli_table table = cli_table_start(s->arena, "span from|to|>km|>dB|>key of a pair|pairs");
    for (uint32_t o = 0; o < s->made.problem.n_offers; o++) {
        uint32_t span = s->made.problem.offers[o].span;
        const char *pairs = with_rates(s)                                            ? count_pairs(s, o)
                            : s->span_used[span] && cli_sites_cheapest(s, span) == o ? "1 x"
                                                                                     : NULL;
        if (pairs != NULL)
            write_span(s, &table, o, pairs);
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_cost(const cli_sites *s, kh_str *out)
{
    double price = s->price, bound = s->bound;
    double gap = price > 0 ? 1 - bound / price : 0;
    kh_str text = {0};
    kh_str_append(&text, with_rates(s) ? "Cost: " : "Cost of the sites between the ends: ");
    kh_phrase_money(price, &text);
    kh_str_append(&text, with_rates(s)
                             ? " for fit-out and key management of all sites, pairs of devices, running costs and the lease "
                               "of a fibre under each pair"
                             : ", running costs included");
    if (over_years(s))
        kh_str_printf(&text, " for the %zu years, %g %% off a year, demands growing by %g %% a year", s->made.problem.n_years,
                      s->request->discount_percent, s->request->growth_percent);
    else
        kh_str_printf(&text, " for %g years", s->made.problem.years_left[0]);
    if (gap <= 1e-6)
        kh_str_append(&text, ". This is proven to be the least possible.");
    else {
        kh_str_append(&text, ". No plan costs less than ");
        kh_phrase_money(bound, &text);
        kh_str_printf(&text, ": this one is at most %.1f %% from the best (of its own cost).", 100 * gap);
    }
    if (s->request->rolling && over_years(s))
        kh_str_append(&text, " Each year was planned as if it were the last.");
    kh_str_append(out, "\n");
    say(out, &text);
    kh_str_clear(&text);
}

static void write_assumed(const cli_sites *s, kh_str *out)
{
    kh_str text = {0};
    kh_str_append(&text,
                  "Assumed: loss is even along each fibre; each pair has a dark strand of its own; huts can be leased and cost "
                  "what any trusted node does; links, pairs and sites that the topology has already are not taken as paid for. "
                  "Devices:");
    for (size_t i = 0; i < s->n_tables; i++)
        kh_str_printf(&text, "%s %s", i > 0 ? "," : "", s->net->devices[s->tables[i].device.i].id);
    kh_str_append(&text, ".");
    for (size_t i = 0; i < s->made.n_left_out; i++)
        kh_str_printf(&text, "%s %s",
                      i > 0 ? "," : " Left out, since no fibre joins their ends:", s->net->demands[s->made.left_out[i]].id);
    kh_str_append(&text, s->made.n_left_out > 0 ? "." : "");
    kh_str_append(out, "\n");
    say(out, &text);
    kh_str_clear(&text);
}

void cli_sites_text(const cli_sites *s, kh_str *out)
{
    write_head(s, out);
    write_sites(s, out);
    write_spans(s, out);
    write_cost(s, out);
    write_assumed(s, out);
}
