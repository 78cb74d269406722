/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/shorten.h"

#include "core/base/clock.h"
#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double DONE = 1e-11;         /* relative gap at which no better path is looked for */
static const double PROVEN = 1e-9;        /* relative gap of a proof: the tolerance of the LP */
static const double WORTH_IT = 1 - 1e-12; /* a path must be shorter than its demand's dual by more than rounding */
static const double GUIDED = 1e5;         /* hops that a path as costly as the mean is worth: ties of the guide stay ties */
static const double ROUNDING = 1e-10;     /* share of a link's rate, and of the key spent, that is none */

typedef struct work {
    const kh_shorten_input *input;
    kh_master *master;
    const kh_keyflow_problem *problem;
    double *rate_bps; /* [n_demands] the master's own units */
    double *former;   /* [n_former] its flow, in the stretched units */
    size_t n_former;
    double *price, *load;            /* [n_links] hops per bit; of each link, per its rate */
    double *below, *distance, *sent; /* [n_demands] */
    double least;                    /* best bound of certificate C2, in units of hop_bps */
} work;

/* Rates become what must fit on the links; the flow stays. */
static void stretch_units(work *w)
{
    kh_master *master = w->master;
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        w->rate_bps[k] = master->unit_bps[k];
        master->unit_bps[k] *= w->input->stretch;
        master->hop_bps = fmax(master->hop_bps, master->unit_bps[k]);
    }
    w->n_former = master->n_paths;
    for (size_t p = 0; p < master->n_paths; p++)
        w->former[p] = master->path_flow[p] /= w->input->stretch;
}

static void give_units_back(work *w)
{
    memcpy(w->master->unit_bps, w->rate_bps, w->problem->n_demands * sizeof *w->rate_bps);
    w->master->hop_bps = 0;
}

/* Hops that a bit over a link costs with what it keeps others from, and the length below which a path pays. */
static void set_prices(work *w)
{
    const kh_master *master = w->master;
    for (size_t e = 0; e < w->problem->graph.n_links; e++) {
        double capacity_bps = w->problem->capacity_bps[e];
        w->price[e] = 1 + (capacity_bps > 0 ? master->link_dual[e] * (master->hop_bps / capacity_bps) : 0);
    }
    for (size_t k = 0; k < w->problem->n_demands; k++)
        w->below[k] = master->unit_bps[k] > 0 ? master->demand_dual[k] * (master->hop_bps / master->unit_bps[k]) * WORTH_IT : 0;
}

/* Certificate C2, both sides in units of hop_bps. */
static double least_by_prices(const work *w)
{
    double bound = 0;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        if (w->master->unit_bps[k] > 0)
            bound += w->master->unit_bps[k] / w->master->hop_bps * w->distance[k];
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        bound -= w->master->link_dual[e];
    return bound;
}

static double spent(const work *w)
{
    double sum = 0;
    for (size_t p = 0; p < w->master->n_paths; p++) {
        const kh_pool_path *path = &w->input->pool->paths[p];
        sum += w->master->path_flow[p] * (w->master->unit_bps[path->demand] / w->master->hop_bps) * path->n_links;
    }
    return sum;
}

/* The path with fewest hops of each demand among those that any flow of these rates can use: where no link is full between two
   of them they are the answer. */
static kh_status add_nearest(work *w, kh_error *err)
{
    double asked_bps = 0;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        asked_bps += w->problem->demands[k].requested_bps;
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        w->price[e] = 1 + w->input->guide[e] * asked_bps * GUIDED;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        w->below[k] = INFINITY;
    size_t n_added;
    return kh_pricer_run(w->input->pricer, w->price, w->below, w->input->pool, w->distance, &n_added, err);
}

/* Column generation, as for a level: KH_OK when no path pays any more, the LP's status when it stopped. */
static kh_status generate(work *w, kh_error *err)
{
    KH_TRY(add_nearest(w, err));
    w->least = -INFINITY;
    for (;;) {
        double left_s = w->input->deadline_s - kh_clock_s();
        if (!(left_s > 0))
            return kh_fail(err, KH_TIMELIMIT, "the time limit passed while routes were shortened");
        KH_TRY(kh_master_solve(w->master, left_s, err));
        set_prices(w);
        size_t n_added;
        KH_TRY(kh_pricer_run(w->input->pricer, w->price, w->below, w->input->pool, w->distance, &n_added, err));
        w->least = fmax(w->least, least_by_prices(w));
        if (n_added == 0 || spent(w) - w->least <= DONE * w->least)
            return KH_OK;
    }
}

/* What settling the routes to exactly their rates makes of the busiest link: its load per its rate. */
static double busiest_load(work *w)
{
    const kh_master *master = w->master;
    const kh_pool *pool = w->input->pool;
    memset(w->sent, 0, w->problem->n_demands * sizeof *w->sent);
    memset(w->load, 0, w->problem->graph.n_links * sizeof *w->load);
    for (size_t p = 0; p < master->n_paths; p++)
        w->sent[pool->paths[p].demand] += master->path_flow[p];
    double busiest = 0;
    for (size_t p = 0; p < master->n_paths; p++) {
        const kh_pool_path *path = &pool->paths[p];
        for (size_t i = 0; master->path_flow[p] > 0 && i < path->n_links; i++) {
            uint32_t e = pool->links[path->first + i];
            w->load[e] +=
                master->path_flow[p] / w->sent[path->demand] * master->unit_bps[path->demand] / w->problem->capacity_bps[e];
            busiest = fmax(busiest, w->load[e]);
        }
    }
    return busiest;
}

static void go_back(work *w)
{
    memset(w->master->path_flow, 0, w->master->n_paths * sizeof *w->master->path_flow);
    memcpy(w->master->path_flow, w->former, w->n_former * sizeof *w->former);
}

static kh_status init(work *w, kh_arena *arena, kh_error *err)
{
    size_t m = w->problem->graph.n_links, n = w->problem->n_demands;
    w->rate_bps = KH_NEW(arena, double, n);
    w->former = KH_NEW(arena, double, w->master->n_paths);
    w->price = KH_NEW(arena, double, m);
    w->load = KH_NEW(arena, double, m);
    w->below = KH_NEW(arena, double, n);
    w->distance = KH_NEW(arena, double, n);
    w->sent = KH_NEW(arena, double, n);
    if (w->rate_bps == NULL || w->former == NULL || w->price == NULL || w->load == NULL || w->below == NULL ||
        w->distance == NULL || w->sent == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to shorten the routes of %zu demands", n);
    return KH_OK;
}

kh_status kh_shorten_paths(const kh_shorten_input *input, kh_master *master, kh_arena *arena, bool *proven, kh_error *err)
{
    work w = {.input = input, .master = master, .problem = master->problem};
    kh_error failure = {0};
    KH_TRY(kh_master_prune(master, input->pool, err)); /* few of the paths so far are short ones */
    KH_TRY(init(&w, arena, err));
    stretch_units(&w);
    double first = spent(&w), allowed = fmax(busiest_load(&w), 1) + ROUNDING;
    kh_status status = generate(&w, &failure);
    if (status == KH_OK && busiest_load(&w) > allowed) { /* another way may end in a basis that is feasible to more digits */
        kh_master_forget_basis(master);
        status = generate(&w, &failure);
    }
    bool keep = busiest_load(&w) <= allowed && spent(&w) <= first * (1 + ROUNDING);
    if (!keep)
        go_back(&w);
    *proven = status == KH_OK && spent(&w) - w.least <= PROVEN * w.least; /* of the flow that stays */
    give_units_back(&w);
    if (status != KH_ENOMEM && status != KH_TIMELIMIT)
        return KH_OK; /* the numbers of the LP: the flow that there is will do */
    if (err != NULL)
        *err = failure;
    return status;
}
