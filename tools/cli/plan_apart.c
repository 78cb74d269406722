/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_apart.h"

#include "solvers/survive/survive.h"
#include "tools/cli/json_put.h"
#include "tools/cli/plan_survive.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"

#include <math.h>

enum { MOST_NAMED = 6 };

static kh_status find(const kh_pipeline *p, const plan_args *args, kh_apart_plan **found, kh_error *err)
{
    const kh_survive_options options = {.time_limit_s = plan_args_left_s(args, PLAN_APART, p),
                                        .lp_program = args->optimise.lp_program};
    return kh_survive_apart(p->net, p->rates, kh_loss_kind_find(args->apart), &options, p->arena, found, err);
}

static const kh_demand *demand_of(const kh_pipeline *p, const kh_apart_plan *found, size_t k)
{
    return &p->net->demands[found->given.sent[k]];
}

static double hops_of(const kh_pair *pair)
{
    return pair->found ? (double)(pair->routes[0].n_links + pair->routes[1].n_links) : (double)NAN;
}

static bool is_best(const kh_pair *pair)
{
    return pair->found && pair->bound > hops_of(pair) - 1 + 1e-6; /* hops are whole */
}

/* The relays of a route, named on its way. */
static const char *relays_of(const kh_pipeline *p, const kh_apart_plan *found, size_t k, const kh_pair_route *route)
{
    kh_str text = {0};
    uint32_t node = found->given.problem.demands[k].ends[0];
    for (size_t i = 0; i + 1 < route->n_links; i++) {
        const uint32_t *ends = found->given.problem.graph.ends[route->links[i]];
        node = ends[0] == node ? ends[1] : ends[0];
        kh_str_printf(&text, "%s%s", i > 0 ? ", " : "", p->net->nodes[node].id);
    }
    const char *copy = kh_arena_printf(p->arena, "%s", route->n_links == 1 ? "no relay" : kh_str_text(&text));
    kh_str_clear(&text);
    return copy;
}

static size_t count_found(const kh_apart_plan *found)
{
    size_t n = 0;
    for (size_t k = 0; k < found->pairs.n; k++)
        n += found->pairs.of[k].found;
    return n;
}

static void write_pairs(const kh_pipeline *p, const kh_apart_plan *found, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "demand|>hops|two routes, by their relays");
    for (size_t k = 0; k < found->pairs.n; k++) {
        const kh_pair *pair = &found->pairs.of[k];
        for (int i = 0; i < 2 && pair->found; i++) {
            cli_table_cell(&table, "%s", i == 0 ? demand_of(p, found, k)->id : "");
            cli_table_cell(&table, "%s%zu", i == 0 && !is_best(pair) ? "<= " : "", pair->routes[i].n_links);
            cli_table_cell(&table, "%s", relays_of(p, found, k, &pair->routes[i]));
        }
    }
    cli_table_text(&table, out);
}

static void put_name(const char *name, size_t told, kh_str *text)
{
    if (told < MOST_NAMED)
        kh_str_printf(text, "%s%s", told > 0 ? ", " : "", name);
}

/* Losses and relays that all routes of a demand need; the same name once. */
static void write_obstacles(const kh_pipeline *p, const kh_apart_plan *found, const kh_pair *pair, kh_str *text)
{
    size_t told = 0, n = pair->n_losses + pair->n_nodes;
    kh_str_append(text, "all routes need ");
    for (size_t i = 0; i < pair->n_losses; i++)
        put_name(found->losses.name[pair->losses[i]], told++, text);
    for (size_t i = 0; i < pair->n_nodes && found->kind != KH_LOSS_NODE; i++)
        put_name(p->net->nodes[pair->nodes[i]].id, told++, text);
    if (n > MOST_NAMED && told > MOST_NAMED)
        kh_str_printf(text, " and %zu more", told - MOST_NAMED);
}

static void write_missing(const kh_pipeline *p, const kh_apart_plan *found, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "demand|why there are none");
    for (size_t k = 0; k < found->pairs.n; k++) {
        const kh_pair *pair = &found->pairs.of[k];
        kh_str text = {0};
        if (pair->found)
            continue;
        if (pair->n_losses + pair->n_nodes > 0)
            write_obstacles(p, found, pair, &text);
        else
            kh_str_append(&text, isinf(pair->bound) ? "no single one parts the ends, but any two routes meet somewhere"
                                                    : "not found before the time limit");
        cli_table_cell(&table, "%s", demand_of(p, found, k)->id);
        cli_table_cell(&table, "%s", kh_str_text(&text));
        kh_str_clear(&text);
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

kh_status cli_apart_text(const kh_pipeline *p, const plan_args *args, kh_str *out, kh_error *err)
{
    kh_apart_plan *found;
    kh_str text = {0};
    KH_TRY(find(p, args, &found, err));
    size_t n = count_found(found);
    kh_str_printf(&text,
                  "For %zu of %zu demands there are two routes that share no relay, and that the loss of no %s takes together.", n,
                  found->given.problem.n_demands, cli_survive_thing(found->kind));
    kh_str_append(&text, " Shown are those of fewest hops, since each hop spends a key and trusts a relay.");
    if (found->pairs.n < found->given.problem.n_demands)
        kh_str_printf(&text, " The time limit left %zu demands out.", found->given.problem.n_demands - found->pairs.n);
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(&text), 76, "  ");
    kh_str_append(out, "\n\n");
    kh_str_clear(&text);
    write_pairs(p, found, out);
    if (n < found->pairs.n)
        write_missing(p, found, out);
    return KH_OK;
}

static kh_json *route_json(const kh_pipeline *p, const kh_pair_route *route)
{
    kh_json *links = kh_json_array();
    for (size_t i = 0; i < route->n_links; i++)
        kh_json_append(links, kh_json_text(p->net->qkd_links[route->links[i]].id));
    return links;
}

static kh_json *pair_json(const kh_pipeline *p, const kh_apart_plan *found, size_t k)
{
    const kh_pair *pair = &found->pairs.of[k];
    kh_json *one = kh_json_object(), *routes = kh_json_array(), *nodes = kh_json_array(), *losses = kh_json_array();
    set_text(one, "demand", demand_of(p, found, k)->id);
    set_number(one, "hops", hops_of(pair));
    set_number(one, "bound", isfinite(pair->bound) ? pair->bound : (double)NAN);
    for (int i = 0; i < 2 && pair->found; i++)
        kh_json_append(routes, route_json(p, &pair->routes[i]));
    for (size_t i = 0; i < pair->n_nodes; i++)
        kh_json_append(nodes, kh_json_text(p->net->nodes[pair->nodes[i]].id));
    for (size_t i = 0; i < pair->n_losses; i++)
        kh_json_append(losses, kh_json_text(found->losses.name[pair->losses[i]]));
    kh_json_set(one, "routes", routes);
    kh_json_set(one, "all_pass", nodes);
    kh_json_set(one, "all_need", losses);
    return one;
}

kh_status cli_apart_json(const kh_pipeline *p, const plan_args *args, kh_json *root, kh_error *err)
{
    kh_apart_plan *found;
    KH_TRY(find(p, args, &found, err));
    kh_json *object = kh_json_object(), *demands = kh_json_array();
    set_text(object, "kind", kh_loss_kind_name(found->kind));
    for (size_t k = 0; k < found->pairs.n; k++)
        kh_json_append(demands, pair_json(p, found, k));
    kh_json_set(object, "demands", demands);
    kh_json_set(root, "apart", object);
    return KH_OK;
}
