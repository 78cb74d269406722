/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks a building plan from the problem alone, route by route and span by span. */
#include "solvers/site/site_build.h"

#include <math.h>
#include <string.h>

static const double NEAR = 1e-6; /* relative, of sums of rates and prices */

typedef struct checker {
    const kh_site_build_problem *problem;
    const kh_site_build *build;
    double reach_km;
    double *load_bps;   /* [n_spans] of a year */
    double *served_bps; /* [n_demands] of a year */
    double *passing;    /* [n_segments] */
    uint32_t *met;      /* [n_sites] 1 + the route that met the site last */
} checker;

static bool can_relay(const checker *c, uint32_t v)
{
    return c->problem->relays == NULL || c->problem->relays[v];
}

/* Fibre of the span is one way from end to end, as long as it says. */
static kh_status check_span(const checker *c, uint32_t s, kh_error *err)
{
    const kh_site_span *span = &c->problem->layout->spans[s];
    double length_km = 0;
    uint32_t at = span->ends[0];
    for (size_t i = 0; i < span->n_via; i++) {
        const kh_site_segment *segment = &c->problem->layout->segments[span->via[i]];
        if (segment->ends[0] != at && segment->ends[1] != at)
            return kh_fail(err, KH_UNMET, "the fibre of span %u is broken at site %u", s, at);
        at = segment->ends[0] == at ? segment->ends[1] : segment->ends[0];
        length_km += segment->length_km;
    }
    if (at != span->ends[1] || !(length_km <= c->reach_km * (1 + NEAR)) || !(fabs(length_km - span->length_km) <= NEAR * length_km))
        return kh_fail(err, KH_UNMET, "span %u is %.9g km of fibre, said to be %.9g within a reach of %g", s, length_km,
                       span->length_km, c->reach_km);
    return KH_OK;
}

static kh_status check_route(const checker *c, size_t r, kh_error *err)
{
    const kh_site_build_problem *p = c->problem;
    const kh_site_build_route *route = &c->build->routes[r];
    const bool *open = c->build->open + route->year * p->layout->n_sites;
    if (route->demand >= p->n_demands || !(route->rate_bps > 0 && route->rate_bps < HUGE_VAL))
        return kh_fail(err, KH_UNMET, "route %zu has an unknown demand or no rate", r);
    uint32_t at = p->demands[route->demand][0], target = p->demands[route->demand][1];
    c->met[at] = (uint32_t)r + 1;
    for (size_t i = 0; i < route->n; i++) {
        if (route->spans[i] >= p->layout->n_spans)
            return kh_fail(err, KH_UNMET, "route %zu goes over a span that does not exist", r);
        const uint32_t *ends = p->layout->spans[route->spans[i]].ends;
        if ((ends[0] != at && ends[1] != at) || !open[at] || (i > 0 && !can_relay(c, at)))
            return kh_fail(err, KH_UNMET, "route %zu is broken at site %u, or that is closed or may not relay", r, at);
        at = ends[0] == at ? ends[1] : ends[0];
        if (c->met[at] == r + 1)
            return kh_fail(err, KH_UNMET, "route %zu meets site %u twice", r, at);
        c->met[at] = (uint32_t)r + 1;
        c->load_bps[route->spans[i]] += route->rate_bps;
    }
    if (at != target || !open[at])
        return kh_fail(err, KH_UNMET, "route %zu does not end at site %u, or that is closed", r, target);
    c->served_bps[route->demand] += route->rate_bps;
    return KH_OK;
}

static kh_status check_capacity(const checker *c, size_t year, kh_error *err)
{
    const kh_site_build_problem *p = c->problem;
    const uint32_t *pairs = c->build->pairs + year * p->n_offers;
    memset(c->passing, 0, p->layout->n_segments * sizeof *c->passing);
    for (size_t o = 0; o < p->n_offers; o++) {
        const kh_site_span *span = &p->layout->spans[p->offers[o].span];
        c->load_bps[p->offers[o].span] -= pairs[o] * p->offers[o].rate_bps * (1 + NEAR);
        for (size_t i = 0; i < span->n_via; i++)
            c->passing[span->via[i]] += pairs[o];
        if (pairs[o] > 0)
            KH_TRY(check_span(c, p->offers[o].span, err));
        for (int e = 0; e < 2 && pairs[o] > 0; e++)
            if (!c->build->open[year * p->layout->n_sites + span->ends[e]])
                return kh_fail(err, KH_UNMET, "year %zu: span %u ends at site %u, which is closed", year, p->offers[o].span,
                               span->ends[e]);
    }
    for (size_t s = 0; s < p->layout->n_spans; s++)
        if (!(c->load_bps[s] <= 0))
            return kh_fail(err, KH_UNMET, "year %zu: span %zu carries %.9g bit/s more than its pairs make", year, s,
                           c->load_bps[s]);
    for (size_t g = 0; p->channels != NULL && g < p->layout->n_segments; g++)
        if (!(c->passing[g] <= p->channels[g]))
            return kh_fail(err, KH_UNMET, "year %zu: %g pairs pass segment %zu of %g channels", year, c->passing[g], g,
                           p->channels[g]);
    return KH_OK;
}

static kh_status check_year(const checker *c, size_t year, kh_error *err)
{
    const kh_site_build_problem *p = c->problem;
    memset(c->load_bps, 0, p->layout->n_spans * sizeof *c->load_bps);
    memset(c->served_bps, 0, p->n_demands * sizeof *c->served_bps);
    for (size_t r = 0; r < c->build->n_routes; r++) {
        if (c->build->routes[r].year >= p->n_years)
            return kh_fail(err, KH_UNMET, "route %zu is of year %u", r, c->build->routes[r].year);
        if (c->build->routes[r].year == year)
            KH_TRY(check_route(c, r, err));
    }
    for (size_t k = 0; k < p->n_demands; k++)
        if (!(c->served_bps[k] >= p->rate_bps[year * p->n_demands + k] * (1 - NEAR)))
            return kh_fail(err, KH_UNMET, "year %zu: demand %zu gets %.9g of %.9g bit/s", year, k, c->served_bps[k],
                           p->rate_bps[year * p->n_demands + k]);
    return check_capacity(c, year, err);
}

static kh_status check_price(const checker *c, kh_error *err)
{
    const kh_site_build_problem *p = c->problem;
    size_t n = p->layout->n_sites;
    double price = 0;
    for (size_t y = 0; y < p->n_years; y++) {
        double left = p->years_left == NULL ? 0 : p->years_left[y];
        for (uint32_t v = 0; v < n; v++) {
            int before = y > 0 && c->build->open[(y - 1) * n + v], now = c->build->open[y * n + v];
            if (before > now)
                return kh_fail(err, KH_UNMET, "site %u is closed again in year %zu", v, y);
            price += (now - before) * (p->factor[y] * p->price[v] + (p->upkeep == NULL ? 0 : left * p->upkeep[v]));
        }
        for (size_t o = 0; o < p->n_offers; o++) {
            uint32_t before = y > 0 ? c->build->pairs[(y - 1) * p->n_offers + o] : 0, now = c->build->pairs[y * p->n_offers + o];
            if (before > now)
                return kh_fail(err, KH_UNMET, "pairs of offer %zu are taken down in year %zu", o, y);
            price += (now - before) * (p->factor[y] * p->offers[o].price + left * p->offers[o].upkeep);
        }
    }
    if (!(fabs(price - c->build->price) <= NEAR * price))
        return kh_fail(err, KH_UNMET, "the plan costs %.9g, not %.9g", price, c->build->price);
    if (!(c->build->bound <= c->build->price * (1 + NEAR)))
        return kh_fail(err, KH_UNMET, "the bound %.9g is above the price %.9g", c->build->bound, c->build->price);
    return KH_OK;
}

kh_status kh_site_build_verify(const kh_site_build_problem *p, const kh_site_build *build, double reach_km, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check a building plan");
    const checker c = {p,
                       build,
                       reach_km,
                       KH_NEW(arena, double, p->layout->n_spans),
                       KH_NEW(arena, double, p->n_demands),
                       KH_NEW(arena, double, p->layout->n_segments),
                       KH_NEW(arena, uint32_t, p->layout->n_sites)};
    kh_status status = c.load_bps == NULL || c.served_bps == NULL || c.passing == NULL || c.met == NULL
                           ? kh_fail(err, KH_ENOMEM, "no memory to check a building plan")
                           : KH_OK;
    for (size_t y = 0; y < p->n_years && status == KH_OK; y++)
        status = check_year(&c, y, err);
    if (status == KH_OK)
        status = check_price(&c, err);
    kh_arena_destroy(arena);
    return status;
}
