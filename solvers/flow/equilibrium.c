/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/equilibrium.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/graph/hierarchy.h"

#include <math.h>
#include <string.h>

/* Measured on 200 to 10,000 nodes: more sweeps cost more than the rounds they save, larger batches find more paths in as many
   rounds; beta rising faster, or without the gap having fallen, leaves flow where it is: on plane networks with bridges it then
   never reaches 1 %. */
enum { MOST_ROUNDS = 150, MOST_STUCK = 3, SWEEPS = 3, MOST_BATCH = 16, BATCHES = 16 };
static const double BETA_FIRST = 8, MOST_STEP = 3;
static const double BETA_TIMES_GAP =
    30;                                 /* links within 1 / beta of the busiest have a price: the gap that is left is a few of it */
static const double CALM = 0.01;        /* share of a demand whose moves can wait for the next round */
static const double NEAR = 1.2;         /* times the wanted gap: worth a certificate */
static const double FALLING = 0.9;      /* of the least gap so far: one that is not below this is stuck */
static const double TAKEN_FLOOR = 1e-5; /* of the usual floor: prices of an optimum stay one's proof to 1e-11 */

typedef struct work {
    const kh_pricer *pricer;
    const kh_keyflow_problem *problem;
    kh_hierarchy *paths; /* NULL: trees are faster */
    size_t batch;        /* sources that look over it with the same weights while prices change */
    kh_pool pool;        /* all paths with flow, and those found this round */
    double *flow;        /* [room] bit/s on each path */
    bool *keep;          /* [room] scratch */
    size_t room;
    bool *calm;    /* [n_demands] nothing of it moved in the first sweep: left alone in the others */
    double *load;  /* [n_links] bit/s */
    double *slack; /* [n_links] 1 / rate; 0: no link */
    double *price; /* [n_links] */
    double *power; /* [n_links] of e in the price, <= 0 at the start of a round */
    double *slope; /* [n_links] d power / d load */
    double beta, busiest;
    double least_gap;
    int stuck;    /* rounds since it fell */
    double floor; /* all links together a millionth of the busiest: the bound grows by no more; ties go to short paths */
    double deadline_s;
} work;

static double busiest(const work *w)
{
    double most = 0;
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        most = fmax(most, w->load[e] * w->slack[e]);
    return most;
}

static void price_links(work *w)
{
    size_t m = w->problem->graph.n_links;
    w->busiest = busiest(w);
    for (size_t e = 0; e < m; e++) {
        w->slope[e] = w->slack[e] * (w->beta / w->busiest);
        w->power[e] = w->load[e] * w->slope[e] - w->beta;
        w->price[e] = w->slack[e] * (exp(w->power[e]) + w->floor);
    }
}

static void add_load(work *w, uint32_t e, double rate)
{
    double change = rate * w->slope[e];
    w->load[e] += rate;
    w->power[e] += change;
    if (fabs(change) < 0.125)
        w->price[e] *= 1 + change * (1 + change * (1. / 2) * (1 + change * (1. / 3) * (1 + change * (1. / 4))));
    else
        w->price[e] = w->slack[e] * (exp(w->power[e]) + w->floor);
}

static double cost_of(const work *w, const kh_pool_path *path)
{
    const uint32_t *link = &w->pool.links[path->first];
    double cost = 0;
    for (uint32_t i = 0; i < path->n_links; i++)
        cost += w->price[link[i]];
    return cost / path->keys;
}

/* Links of one path that the other has not, but for those that both meet in between. */
typedef struct part {
    const uint32_t *link;
    uint32_t n;
    double use;         /* of each link by one of flow */
    double cost, slope; /* slope: d cost / d flow */
    double room;        /* flow that brings no link far above the busiest */
} part;

static void part_ways(const work *w, uint32_t dear, uint32_t cheap, part *a, part *b)
{
    const kh_pool_path *p = &w->pool.paths[dear], *q = &w->pool.paths[cheap];
    *a = (part){.link = &w->pool.links[p->first], .n = p->n_links, .use = 1. / p->keys, .room = INFINITY};
    *b = (part){.link = &w->pool.links[q->first], .n = q->n_links, .use = 1. / q->keys, .room = INFINITY};
    if (p->keys != q->keys)
        return;
    while (a->n > 0 && b->n > 0 && a->link[a->n - 1] == b->link[b->n - 1])
        a->n--, b->n--;
    while (a->n > 0 && b->n > 0 && *a->link == *b->link)
        a->link++, b->link++, a->n--, b->n--;
}

static void measure(const work *w, part *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t e = p->link[i];
        p->cost += w->price[e];
        p->slope += w->price[e] * w->slope[e];
        p->room = fmin(p->room, (1 - fmin(w->power[e], 0)) / w->slope[e]);
    }
    p->cost *= p->use;
    p->slope *= p->use * p->use;
    p->room /= p->use;
}

/* A Newton step towards equal logarithms of the two costs: for costs far apart, which are exponentials, one such step does what
   many towards equal costs would. */
static double shift(work *w, uint32_t dear, uint32_t cheap)
{
    part a, b;
    part_ways(w, dear, cheap, &a, &b);
    measure(w, &a);
    measure(w, &b);
    if (a.cost <= b.cost)
        return 0;
    double rate = fmin(w->flow[dear], b.room);
    if (b.cost > 0)
        rate = fmin(rate, log(a.cost / b.cost) / (a.slope / a.cost + b.slope / b.cost));
    w->flow[dear] -= rate;
    w->flow[cheap] += rate;
    for (uint32_t i = 0; i < a.n; i++)
        add_load(w, a.link[i], -rate * a.use);
    for (uint32_t i = 0; i < b.n; i++)
        add_load(w, b.link[i], rate * b.use);
    return rate;
}

static uint32_t cheapest_path(const work *w, uint32_t demand)
{
    uint32_t best = w->pool.last[demand];
    double cost = cost_of(w, &w->pool.paths[best]);
    for (uint32_t p = w->pool.paths[best].previous; p != KH_NO_INDEX; p = w->pool.paths[p].previous) {
        double other = cost_of(w, &w->pool.paths[p]);
        if (other < cost) {
            cost = other;
            best = p;
        }
    }
    return best;
}

/* Flow that moved. */
static double balance(work *w, uint32_t demand)
{
    uint32_t last = w->pool.last[demand];
    if (last == KH_NO_INDEX || w->pool.paths[last].previous == KH_NO_INDEX)
        return 0;
    uint32_t best = cheapest_path(w, demand);
    double moved = 0;
    for (uint32_t p = last; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
        if (p != best && w->flow[p] > 0)
            moved += shift(w, p, best);
    return moved;
}

static kh_status follow_pool(work *w, size_t n_before, kh_error *err)
{
    if (w->pool.n_paths > w->room) {
        size_t room = 2 * w->pool.n_paths;
        double *flow = KH_NEW(w->pool.arena, double, room);
        bool *keep = KH_NEW(w->pool.arena, bool, room);
        if (flow == NULL || keep == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", w->pool.n_paths);
        if (n_before > 0)
            memcpy(flow, w->flow, n_before * sizeof *flow);
        kh_arena_release(w->pool.arena, w->flow);
        kh_arena_release(w->pool.arena, w->keep);
        w->flow = flow;
        w->keep = keep;
        w->room = room;
    }
    for (size_t p = n_before; p < w->pool.n_paths; p++)
        w->flow[p] = 0;
    return KH_OK;
}

static void look(const work *w, size_t group)
{
    const kh_pricer *pricer = w->pricer;
    const uint32_t *targets = &pricer->target[pricer->group[group]];
    size_t n_targets = pricer->group[group + 1] - pricer->group[group];
    if (w->problem->oracle != NULL)
        w->problem->oracle->look(w->problem->oracle->self, group, w->price);
    else if (w->paths != NULL)
        kh_hierarchy_look(w->paths, pricer->source[group], targets, n_targets);
    else
        kh_tree_grow(pricer->tree, w->price, pricer->source[group], targets, n_targets);
}

static kh_oracle_way find_path(const work *w, uint32_t target)
{
    uint32_t *links = w->pricer->scratch;
    if (w->paths == NULL)
        return (kh_oracle_way){kh_tree_distance(w->pricer->tree, target), links, kh_tree_path(w->pricer->tree, target, links), 1};
    return (kh_oracle_way){kh_hierarchy_distance(w->paths, target), links, kh_hierarchy_path(w->paths, target, links), 1};
}

/* Cheapest ways of one source's demands: those that are new, and what sum(d dist) grows by. */
static kh_status look_from(work *w, size_t group, bool live, double *asked, kh_error *err)
{
    const kh_pricer *pricer = w->pricer;
    const kh_oracle *oracle = w->problem->oracle;
    look(w, group);
    for (size_t i = pricer->group[group]; i < pricer->group[group + 1]; i++) {
        uint32_t k = pricer->demand[i];
        kh_oracle_way way = oracle != NULL ? oracle->find(oracle->self, i) : find_path(w, pricer->target[i]);
        if (isinf(way.price))
            continue;
        *asked += w->problem->demands[k].requested_bps * way.price;
        bool added;
        size_t n_before = w->pool.n_paths;
        KH_TRY(kh_pool_add_way(&w->pool, k, &way, &added, err));
        KH_TRY(follow_pool(w, n_before, err));
        if (live)
            balance(w, k);
    }
    return KH_OK;
}

/* From all sources under the present prices. */
static kh_status look_around(work *w, bool live, double *asked, kh_error *err)
{
    *asked = 0;
    for (size_t g = 0; g < w->pricer->n_groups; g++) {
        if (kh_clock_s() > w->deadline_s)
            return KH_TIMELIMIT;
        if (w->paths != NULL && (g == 0 || (live && g % w->batch == 0)))
            kh_hierarchy_weigh(w->paths, w->price);
        KH_TRY(look_from(w, g, live, asked, err));
    }
    return KH_OK;
}

static void sum_loads(work *w)
{
    memset(w->load, 0, w->problem->graph.n_links * sizeof *w->load);
    for (size_t p = 0; p < w->pool.n_paths; p++)
        for (uint32_t i = 0; i < w->pool.paths[p].n_links && w->flow[p] > 0; i++)
            w->load[w->pool.links[w->pool.paths[p].first + i]] += w->flow[p] / w->pool.paths[p].keys;
}

/* Few of all sources, but as many as make up for what new weights cost. */
static size_t choose_batch(const work *w)
{
    size_t few = w->pricer->n_groups / BATCHES + 1, effort = (size_t)kh_hierarchy_effort(w->paths);
    few = few < MOST_BATCH ? few : MOST_BATCH;
    return few > effort ? few : effort;
}

static kh_status init(work *w, const kh_pricer *pricer, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *problem = pricer->problem;
    size_t m = problem->graph.n_links, n = problem->n_demands;
    bool *use = KH_NEW(arena, bool, m);
    *w = (work){.pricer = pricer,
                .problem = problem,
                .calm = KH_NEW(arena, bool, n),
                .load = KH_NEW(arena, double, m),
                .slack = KH_NEW(arena, double, m),
                .price = KH_NEW(arena, double, m),
                .power = KH_NEW(arena, double, m),
                .slope = KH_NEW(arena, double, m),
                .beta = BETA_FIRST,
                .floor = 1e-6 / (double)m,
                .least_gap = INFINITY,
                .deadline_s = INFINITY};
    if (use == NULL || w->calm == NULL || w->load == NULL || w->slack == NULL || w->price == NULL || w->power == NULL ||
        w->slope == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    for (size_t e = 0; e < m; e++) {
        use[e] = problem->capacity_bps[e] > 0;
        w->price[e] = w->slack[e] = use[e] ? 1 / problem->capacity_bps[e] : 0;
    }
    if (problem->oracle == NULL) {
        KH_TRY(kh_hierarchy_create(&problem->graph, use, arena, &w->paths, err));
        if (w->paths != NULL)
            w->batch = choose_batch(w);
    }
    return kh_pool_init(&w->pool, n, arena, err);
}

static double price_of_all(const work *w)
{
    double sum = 0;
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        sum += w->price[e] * w->problem->capacity_bps[e];
    return sum;
}

static void certify(const work *w, double asked, kh_equilibrium *found)
{
    double bound = price_of_all(w) / asked;
    if (bound >= found->bound)
        return;
    found->bound = bound;
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        found->prices[e] = w->price[e] / asked;
}

/* The prices of the earlier answer; links that had none get little, so that ties go to short paths. */
static void take_prices(work *w, const kh_keyflow *start)
{
    const double *old = start->prices;
    double all = 0;
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        all += old[e] * w->problem->capacity_bps[e];
    for (size_t e = 0; e < w->problem->graph.n_links && all > 0; e++)
        w->price[e] = old[e] + all * TAKEN_FLOOR * w->floor * w->slack[e];
}

static bool survives(const work *w, const kh_keyflow_route *route)
{
    for (size_t i = 0; i < route->n_links; i++)
        if (w->slack[route->links[i]] <= 0)
            return false;
    return route->rate_bps > 0;
}

/* The earlier answer's route as a path of the pool, which the trees give from target to source. */
static kh_status take_route(work *w, const kh_keyflow_route *route, kh_error *err)
{
    uint32_t *links = w->pricer->scratch;
    bool forward = w->pricer->forward[route->demand], added;
    size_t n_before = w->pool.n_paths;
    for (size_t i = 0; i < route->n_links; i++)
        links[i] = route->links[forward ? i : route->n_links - 1 - i];
    KH_TRY(kh_pool_add(&w->pool, route->demand, links, route->n_links, &added, err));
    KH_TRY(follow_pool(w, n_before, err));
    if (added)
        w->flow[n_before] = route->rate_bps;
    return KH_OK;
}

static kh_status take_routes(work *w, const kh_keyflow *start, kh_error *err)
{
    for (size_t r = 0; r < start->n_routes; r++)
        if (survives(w, &start->routes[r]))
            KH_TRY(take_route(w, &start->routes[r], err));
    return KH_OK;
}

/* Every demand gets what it asks for: in the proportions it has, or whole on its newest path. */
static void fill_demands(work *w)
{
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        double sum = 0, wanted_bps = w->problem->demands[k].requested_bps;
        for (uint32_t p = w->pool.last[k]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
            sum += w->flow[p];
        if (w->pool.last[k] != KH_NO_INDEX && sum <= 0)
            w->flow[w->pool.last[k]] = sum = wanted_bps;
        for (uint32_t p = w->pool.last[k]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
            w->flow[p] *= wanted_bps / sum;
    }
}

static double beta_for(const kh_equilibrium_options *options, double gap)
{
    return BETA_TIMES_GAP / fmax(gap, options->gap);
}

/* From the routes and prices of an earlier answer; else every demand whole on its shortest path where a unit of flow costs 1 / c.
 */
static kh_status route_first(work *w, const kh_equilibrium_options *options, kh_equilibrium *found, kh_error *err)
{
    double asked, start_s = kh_clock_s();
    if (options->start != NULL) {
        take_prices(w, options->start);
        KH_TRY(take_routes(w, options->start, err));
    }
    KH_TRY(look_around(w, false, &asked, err));
    found->look_s = kh_clock_s() - start_s;
    if (asked > 0)
        certify(w, asked, found);
    fill_demands(w);
    sum_loads(w);
    double gap = found->bound * busiest(w) - 1;
    found->reached = gap <= options->gap;
    if (options->start != NULL)
        w->beta = fmax(w->beta, beta_for(options, gap));
    return KH_OK;
}

static void drop_idle(work *w)
{
    size_t n = 0;
    for (size_t p = 0; p < w->pool.n_paths; p++) {
        w->keep[p] = w->flow[p] > 0 || w->problem->oracle != NULL; /* another's ways cost more to find again */
        if (w->keep[p])
            w->flow[n++] = w->flow[p];
    }
    kh_pool_keep(&w->pool, w->problem->n_demands, w->keep);
}

static void sweep(work *w)
{
    price_links(w);
    for (size_t i = 0; i < w->problem->n_demands; i++) {
        uint32_t k = w->pricer->demand[i];
        w->calm[k] = balance(w, k) <= CALM * w->problem->demands[k].requested_bps;
    }
    for (int turn = 1; turn < SWEEPS; turn++)
        for (size_t i = 0; i < w->problem->n_demands; i++)
            if (!w->calm[w->pricer->demand[i]])
                balance(w, w->pricer->demand[i]);
}

/* One round. @p gap in: the last one; out: this one's, certified unless @p live. */
static kh_status go_round(work *w, bool live, double *gap, kh_equilibrium *found, kh_error *err)
{
    sum_loads(w);
    price_links(w);
    double before = price_of_all(w), asked;
    KH_TRY(look_around(w, live, &asked, err));
    if (!live)
        certify(w, asked, found);
    *gap = (live ? before / asked : found->bound) * w->busiest - 1;
    return KH_OK;
}

/* What an oracle knows is dearer than a linear program over what is found: it has the word when rounds bring little. */
static bool is_stuck(work *w, double gap)
{
    bool falls = gap < FALLING * w->least_gap;
    w->stuck = falls ? 0 : w->stuck + 1;
    w->least_gap = falls ? gap : w->least_gap;
    return w->problem->oracle != NULL && w->stuck >= MOST_STUCK;
}

static kh_status equilibrate(work *w, const kh_equilibrium_options *options, kh_equilibrium *found, kh_error *err)
{
    const double beta_last = 100 / options->gap;
    const bool can_live = w->problem->oracle == NULL; /* others' answers cost more: every round shall prove something */
    bool live = can_live;
    double start_s = kh_clock_s();
    for (; !found->reached && found->n_rounds < MOST_ROUNDS && start_s < w->deadline_s; found->n_rounds++) {
        double gap;
        kh_status status = go_round(w, live, &gap, found, err);
        if (status != KH_OK)
            return status == KH_TIMELIMIT ? KH_OK : status;
        found->reached = !live && gap <= options->gap;
        if (found->reached || is_stuck(w, gap))
            break;
        w->beta = fmin(fmax(w->beta, fmin(w->beta * MOST_STEP, beta_for(options, gap))), beta_last);
        sweep(w);
        drop_idle(w);
        double now_s = kh_clock_s();
        bool is_next_last = found->n_rounds + 2 == MOST_ROUNDS || now_s + 2.5 * (now_s - start_s) >= w->deadline_s;
        live = can_live && gap > NEAR * options->gap && !is_next_last;
        start_s = now_s;
    }
    return KH_OK;
}

static kh_status keep_path(const work *w, uint32_t path, kh_pool *pool, kh_equilibrium *found, kh_error *err)
{
    const kh_pool_path *p = &w->pool.paths[path];
    bool added;
    found->share[pool->n_paths] = w->flow[path] / w->problem->demands[p->demand].requested_bps;
    const kh_oracle_way way = {0, &w->pool.links[p->first], p->n_links, p->keys};
    return kh_pool_add_way(pool, p->demand, &way, &added, err);
}

static kh_status keep_demand(const work *w, uint32_t demand, double least_share, kh_pool *pool, kh_equilibrium *found,
                             kh_error *err)
{
    uint32_t best = w->pool.last[demand];
    if (best == KH_NO_INDEX)
        return KH_OK;
    for (uint32_t p = best; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
        if (w->flow[p] > w->flow[best])
            best = p;
    KH_TRY(keep_path(w, best, pool, found, err));
    double least_bps = least_share * w->problem->demands[demand].requested_bps;
    for (uint32_t p = w->pool.last[demand]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
        if (w->flow[p] > least_bps && p != best)
            KH_TRY(keep_path(w, p, pool, found, err));
    return KH_OK;
}

static kh_status write_answer(work *w, const kh_equilibrium_options *options, kh_pool *pool, kh_arena *arena, kh_equilibrium *found,
                              kh_error *err)
{
    found->share = KH_NEW(arena, double, w->pool.n_paths);
    if (found->share == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the shares of %zu paths", w->pool.n_paths);
    sum_loads(w);
    found->congestion = busiest(w);
    KH_TRY(kh_pool_reserve(pool, w->pool.n_paths, w->pool.n_links, err));
    for (uint32_t k = 0; k < w->problem->n_demands; k++)
        KH_TRY(keep_demand(w, k, options->least_share, pool, found, err));
    return KH_OK;
}

kh_status kh_equilibrium_find(const kh_pricer *pricer, const kh_equilibrium_options *options, kh_pool *pool, kh_arena *arena,
                              kh_equilibrium *found, kh_error *err)
{
    *found = (kh_equilibrium){.bound = INFINITY, .prices = KH_NEW(arena, double, pricer->problem->graph.n_links)};
    kh_arena *scratch = kh_arena_create(0);
    if (scratch == NULL || found->prices == NULL) {
        kh_arena_destroy(scratch);
        return kh_fail(err, KH_ENOMEM, "no memory for the first paths");
    }
    work w;
    kh_status status = init(&w, pricer, scratch, err);
    if (status == KH_OK)
        status = route_first(&w, options, found, err);
    w.deadline_s = options->deadline_s - options->looks_left * found->look_s;
    if (status == KH_OK && w.pool.n_paths > 0)
        status = equilibrate(&w, options, found, err);
    if (status == KH_OK)
        status = write_answer(&w, options, pool, arena, found, err);
    kh_arena_destroy(scratch);
    return status;
}
