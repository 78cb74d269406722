/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include <string.h>

typedef struct work {
    kh_check *c;
    const kh_relaxation *relaxation;
    double *present_bps; /* [n_links] what the links carry today */
    double *rate_bps;    /* [n_demands] by the routes of the way at hand */
    bool *joined;        /* [n_demands] must be served and has a path over the links of the way at hand */
    double asked_bps;    /* by these */
    const char *name;    /* of the way at hand */
} work;

static bool must_serve(const kh_check *c, size_t k, bool any_required)
{
    const kh_demand *demand = &c->net->demands[k];
    return kh_check_asks(c, k) && demand->rate_bps > 0 && (demand->required || !any_required);
}

static void check_must(const work *w)
{
    const kh_check *c = w->c;
    size_t n = 0;
    bool any_required = false;
    for (size_t k = 0; k < c->net->n_demands; k++)
        any_required = any_required || (kh_check_asks(c, k) && c->net->demands[k].rate_bps > 0 && c->net->demands[k].required);
    for (size_t k = 0; k < c->net->n_demands; k++) {
        n += must_serve(c, k, any_required);
        if (w->relaxation->must[k] != must_serve(c, k, any_required))
            KH_WRONG_DEMAND(c, k, "is %s to be served, wrongly", w->relaxation->must[k] ? "said" : "not said");
    }
    if (n != w->relaxation->n_must)
        KH_WRONG_PLAN(c, "%zu demands are said to be served, it is %zu", w->relaxation->n_must, n);
}

static void check_links(const work *w)
{
    const kh_check *c = w->c;
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        uint32_t a = kh_check_end(c, e, 0), b = kh_check_end(c, e, 1);
        double pair_bps = c->rates->qkd[e].per_module_bps;
        bool may_add = a != b && c->holds[a] && c->holds[b] && pair_bps > 0 && isfinite(pair_bps);
        if (w->relaxation->may_add[e] != may_add)
            KH_WRONG_LINK(c, e, "modules are said to %s here, wrongly", may_add ? "be of no use" : "be of use");
    }
}

/* The links as they would be, and under @p prices the lengths of the demands that must be served; NULL: 0 everywhere. */
static void open_links(work *w, bool grown, const double *prices)
{
    kh_check *c = w->c;
    for (size_t e = 0; e < c->net->n_qkd_links; e++)
        c->capacity_bps[e] = grown && w->relaxation->may_add[e] ? HUGE_VAL : w->present_bps[e];
    if (prices != NULL)
        kh_check_lengths(c, prices);
    w->asked_bps = 0;
    for (size_t k = 0; k < c->net->n_demands; k++) {
        w->joined[k] = w->relaxation->must[k] && !isinf(c->length[k]);
        w->asked_bps += w->joined[k] ? c->net->demands[k].rate_bps : 0;
    }
}

static size_t count_lost(const work *w)
{
    size_t n = w->relaxation->n_must;
    for (size_t k = 0; k < w->c->net->n_demands; k++)
        n -= w->joined[k];
    return n;
}

static void add_up_routes(const work *w, const kh_relaxed *way)
{
    const kh_check *c = w->c;
    memset(w->rate_bps, 0, c->net->n_demands * sizeof *w->rate_bps);
    memset(c->used_bps, 0, c->net->n_qkd_links * sizeof *c->used_bps);
    for (size_t r = 0; r < way->n_routes; r++) {
        uint32_t k = way->routes[r].demand.i;
        if (k >= c->net->n_demands || !w->joined[k]) {
            KH_WRONG_PLAN(c, "%s: a route of demand %u, which is none to be served", w->name, k);
            continue;
        }
        kh_check_route(c, k, &way->routes[r].route);
        w->rate_bps[k] += way->routes[r].route.rate_bps;
    }
}

/* @p give_up_bps, @p add_bps: what requests lose and links gain; NULL: nothing. */
static void check_served(const work *w, const double *give_up_bps, const double *add_bps)
{
    const kh_check *c = w->c;
    for (size_t k = 0; k < c->net->n_demands; k++) {
        double due_bps = w->joined[k] ? c->net->demands[k].rate_bps - (give_up_bps != NULL ? give_up_bps[k] : 0) : 0;
        if (!(fabs(w->rate_bps[k] - due_bps) <= KH_CHECK_SAME * c->net->demands[k].rate_bps))
            KH_WRONG_DEMAND(c, k, "%s: its routes carry %g bit/s, must be %g", w->name, w->rate_bps[k], due_bps);
        if (give_up_bps != NULL && !(give_up_bps[k] >= 0 && (w->joined[k] || give_up_bps[k] <= 0)))
            KH_WRONG_DEMAND(c, k, "%s: it gives up %g bit/s", w->name, give_up_bps[k]);
    }
    for (size_t e = 0; e < c->net->n_qkd_links; e++) {
        double add = add_bps != NULL ? add_bps[e] : 0;
        if (!(add >= 0) || isinf(add) || (add > 0 && !w->relaxation->may_add[e]))
            KH_WRONG_LINK(c, e, "%s: %g bit/s cannot be added here", w->name, add);
        if (!(c->used_bps[e] <= (w->present_bps[e] + add) * (1 + KH_CHECK_SAME)))
            KH_WRONG_LINK(c, e, "%s: %g bit/s are used of %g", w->name, c->used_bps[e], w->present_bps[e] + add);
    }
}

static bool are_prices(const work *w, const kh_relaxed *way, bool grown)
{
    const kh_check *c = w->c;
    for (size_t e = 0; e < c->net->n_qkd_links; e++) {
        double most = grown && w->relaxation->may_add[e] ? 1 : HUGE_VAL;
        if (!(way->prices[e] >= 0) || !(way->prices[e] <= most) || isinf(way->prices[e])) {
            KH_WRONG_LINK(c, e, "%s: a price of %g proves nothing", w->name, way->prices[e]);
            return false;
        }
    }
    return true;
}

static double priced_links(const work *w, const kh_relaxed *way)
{
    double sum = 0;
    for (size_t e = 0; e < w->c->net->n_qkd_links; e++)
        sum += w->present_bps[e] > 0 ? way->prices[e] * w->present_bps[e] : 0;
    return sum;
}

/* Both of numbers that are differences of far larger ones: @p scale is what they came from. */
static void compare(const work *w, const char *what, double said, double found, double scale)
{
    if (!(fabs(said - found) <= KH_CHECK_SAME * scale))
        KH_WRONG_PLAN(w->c, "%s: the %s is %.12g, found %.12g", w->name, what, said, found);
}

static void check_share(work *w)
{
    const kh_check *c = w->c;
    const kh_relaxed *way = &w->relaxation->share;
    double lowest = HUGE_VAL, stretch = HUGE_VAL, asked = 0;
    w->name = "one share for all";
    open_links(w, false, way->prices);
    if (!way->found || !are_prices(w, way, false))
        return;
    add_up_routes(w, way);
    for (size_t k = 0; k < c->net->n_demands; k++)
        if (w->joined[k]) {
            lowest = fmin(lowest, w->rate_bps[k] / c->net->demands[k].rate_bps);
            asked += c->length[k] * c->net->demands[k].rate_bps;
        }
    for (size_t e = 0; e < c->net->n_qkd_links; e++)
        if (c->used_bps[e] > 0)
            stretch = fmin(stretch, w->present_bps[e] / c->used_bps[e]);
    compare(w, "value", way->value, lowest * stretch, fabs(way->value));
    compare(w, "bound", way->bound, priced_links(w, way) / asked, fabs(way->bound));
    if (!(way->value <= way->bound * (1 + KH_CHECK_SAME)))
        KH_WRONG_PLAN(c, "%s: the value %g is above the bound %g", w->name, way->value, way->bound);
}

static void check_fewer(work *w)
{
    const kh_check *c = w->c;
    const kh_relaxed *way = &w->relaxation->fewer;
    double sum_bps = 0, most_bps;
    w->name = "fewer requests";
    open_links(w, false, way->prices);
    if (!way->found || !are_prices(w, way, false))
        return;
    add_up_routes(w, way);
    check_served(w, way->change, NULL);
    most_bps = priced_links(w, way);
    for (size_t k = 0; k < c->net->n_demands; k++)
        if (w->joined[k]) {
            sum_bps += way->change[k];
            most_bps += fmax(1 - c->length[k], 0) * c->net->demands[k].rate_bps;
        }
    compare(w, "value", way->value, sum_bps, w->asked_bps);
    compare(w, "bound", way->bound, fmax(w->asked_bps - most_bps, 0), w->asked_bps);
    if (!(way->bound <= way->value + KH_CHECK_SAME * w->asked_bps))
        KH_WRONG_PLAN(c, "%s: the value %g is below the bound %g", w->name, way->value, way->bound);
}

static void check_extra(work *w)
{
    const kh_check *c = w->c;
    const kh_relaxed *way = &w->relaxation->extra;
    double sum_bps = 0, least_bps = 0, scale_bps = 0;
    w->name = "more rate";
    if (!way->found || !are_prices(w, way, true))
        return;
    open_links(w, true, way->prices);
    add_up_routes(w, way);
    check_served(w, NULL, way->change);
    for (size_t e = 0; e < c->net->n_qkd_links; e++)
        sum_bps += way->change[e];
    for (size_t k = 0; k < c->net->n_demands; k++)
        scale_bps += w->joined[k] ? c->length[k] * c->net->demands[k].rate_bps : 0;
    least_bps = scale_bps - priced_links(w, way);
    compare(w, "value", way->value, sum_bps, sum_bps);
    compare(w, "bound", way->bound, least_bps, scale_bps);
    if (!(way->bound <= way->value + KH_CHECK_SAME * scale_bps))
        KH_WRONG_PLAN(c, "%s: the value %g is below the bound %g", w->name, way->value, way->bound);
}

static double price_of(const kh_check *c, size_t e)
{
    kh_device_id device = c->net->qkd_links[e].device;
    return device.i < c->net->n_devices ? c->net->devices[device.i].cost_eur : (double)NAN;
}

static void check_modules(work *w, double *add_bps)
{
    const kh_check *c = w->c;
    const kh_relaxed *way = &w->relaxation->modules;
    double sum_eur = 0;
    w->name = "more modules";
    if (!way->found)
        return;
    open_links(w, true, NULL);
    for (size_t e = 0; e < c->net->n_qkd_links; e++) {
        double n = way->change[e];
        if (!(n >= 0) || n > round(n) || n < round(n))
            KH_WRONG_LINK(c, e, "%s: %g modules cannot be added", w->name, n);
        add_bps[e] = n > 0 ? n * c->rates->qkd[e].per_module_bps : 0;
        sum_eur += n > 0 ? n * price_of(c, e) : 0;
    }
    add_up_routes(w, way);
    check_served(w, NULL, add_bps);
    compare(w, "cost", way->value, sum_eur, sum_eur);
    if (!(way->bound >= 0 && way->bound <= way->value * (1 + KH_CHECK_SAME)))
        KH_WRONG_PLAN(c, "%s: the bound %g is not between 0 and the cost %g", w->name, way->bound, way->value);
}

kh_status kh_check_relaxation(kh_check *c, const kh_relaxation *relaxation, kh_arena *arena, kh_error *err)
{
    size_t n = c->net->n_demands, m = c->net->n_qkd_links;
    double *add_bps = KH_NEW(arena, double, m), *nothing = KH_NEW(arena, double, m);
    work w = {.c = c,
              .relaxation = relaxation,
              .present_bps = KH_NEW(arena, double, m),
              .rate_bps = KH_NEW(arena, double, n),
              .joined = KH_NEW(arena, bool, n)};
    if (add_bps == NULL || nothing == NULL || w.present_bps == NULL || w.rate_bps == NULL || w.joined == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify ways out of %zu links", m);
    if (m > 0)
        memcpy(w.present_bps, c->capacity_bps, m * sizeof *w.present_bps);
    check_must(&w);
    check_links(&w);
    open_links(&w, false, nothing);
    if (count_lost(&w) != relaxation->n_lost)
        KH_WRONG_PLAN(c, "%zu demands are said to be without a path, it is %zu", relaxation->n_lost, count_lost(&w));
    check_share(&w);
    check_fewer(&w);
    open_links(&w, true, nothing);
    if (count_lost(&w) != relaxation->n_hopeless)
        KH_WRONG_PLAN(c, "%zu demands are said to be without hope, it is %zu", relaxation->n_hopeless, count_lost(&w));
    check_extra(&w);
    check_modules(&w, add_bps);
    return KH_OK;
}
