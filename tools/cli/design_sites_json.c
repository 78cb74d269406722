/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/design_sites.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"

#include <math.h>

static bool with_rates(const cli_sites *s)
{
    return !s->request->fewest && !s->request->two_disjoint;
}

static bool is_open(const cli_sites *s, size_t year, uint32_t site)
{
    return with_rates(s) ? s->build.open[year * s->made.layout.n_sites + site] : s->open[site];
}

static kh_json *site_json(const cli_sites *s, uint32_t v, size_t year)
{
    const kh_site_place *place = &s->made.layout.sites[v];
    kh_json *one = kh_json_object();
    double lat_deg, lon_deg;
    kh_site_net_place(&s->made, v, &lat_deg, &lon_deg);
    set_text(one, "name", kh_site_net_name(&s->made, v, s->arena));
    set_text(one, "node", place->node == KH_NO_INDEX ? NULL : s->net->nodes[place->node].id);
    set_text(one, "fibre", place->fibre == KH_NO_INDEX ? NULL : s->net->fibres[place->fibre].id);
    set_number(one, "from_km", place->fibre == KH_NO_INDEX ? (double)NAN : place->from_km);
    set_number(one, "lat_deg", lat_deg);
    set_number(one, "lon_deg", lon_deg);
    set_number(one, "year", (double)year + 1);
    set_number(one, "cost_eur", s->made.problem.price[v]);
    return one;
}

static kh_json *sites_json(const cli_sites *s)
{
    kh_json *all = kh_json_array();
    for (uint32_t v = 0; v < s->made.layout.n_sites; v++)
        for (size_t y = 0; y < (with_rates(s) ? s->made.problem.n_years : 1); y++)
            if (is_open(s, y, v)) {
                kh_json_append(all, site_json(s, v, y));
                break;
            }
    return all;
}

static kh_json *pairs_json(const cli_sites *s, uint32_t offer)
{
    kh_json *years = kh_json_array();
    for (size_t y = 0; y < (with_rates(s) ? s->made.problem.n_years : 1); y++)
        kh_json_append(years, kh_json_number(with_rates(s) ? s->build.pairs[y * s->made.problem.n_offers + offer] : 1));
    return years;
}

static kh_json *span_json(const cli_sites *s, uint32_t offer)
{
    const kh_site_offer *o = &s->made.problem.offers[offer];
    const kh_site_span *span = &s->made.layout.spans[o->span];
    uint32_t station = s->made.station[offer];
    kh_json *one = kh_json_object(), *ends = kh_json_array();
    for (int e = 0; e < 2; e++)
        kh_json_append(ends, kh_json_text(kh_site_net_name(&s->made, span->ends[e], s->arena)));
    kh_json_set(one, "ends", ends);
    set_number(one, "length_km", span->length_km);
    set_number(one, "loss_db", span->loss_db);
    set_text(one, "device", s->net->devices[o->kind].id);
    set_text(one, "station", station == KH_NO_INDEX ? NULL : kh_site_net_name(&s->made, station, s->arena));
    set_number(one, "rate_bps", o->rate_bps);
    kh_json_set(one, "pairs", pairs_json(s, offer));
    return one;
}

static kh_json *spans_json(const cli_sites *s)
{
    const kh_site_build_problem *p = &s->made.problem;
    kh_json *all = kh_json_array();
    for (uint32_t o = 0; o < p->n_offers; o++) {
        bool used = with_rates(s) ? s->build.pairs[(p->n_years - 1) * p->n_offers + o] > 0
                                  : s->span_used[p->offers[o].span] && cli_sites_cheapest(s, p->offers[o].span) == o;
        if (used)
            kh_json_append(all, span_json(s, o));
    }
    return all;
}

static kh_json *routes_json(const cli_sites *s)
{
    const kh_site_build_problem *p = &s->made.problem;
    kh_json *all = kh_json_array();
    for (size_t r = 0; with_rates(s) && r < s->build.n_routes; r++) {
        const kh_site_build_route *route = &s->build.routes[r];
        kh_json *one = kh_json_object(), *sites = kh_json_array();
        uint32_t at = p->demands[route->demand][0];
        kh_json_append(sites, kh_json_text(kh_site_net_name(&s->made, at, s->arena)));
        for (size_t i = 0; i < route->n; i++) {
            const uint32_t *ends = s->made.layout.spans[route->spans[i]].ends;
            at = ends[0] == at ? ends[1] : ends[0];
            kh_json_append(sites, kh_json_text(kh_site_net_name(&s->made, at, s->arena)));
        }
        set_text(one, "demand", s->net->demands[s->made.sent[route->demand]].id);
        set_number(one, "year", route->year + 1.0);
        set_number(one, "rate_bps", route->rate_bps);
        kh_json_set(one, "sites", sites);
        kh_json_append(all, one);
    }
    return all;
}

kh_status cli_sites_json(const cli_sites *s, kh_error *err)
{
    double price = s->price, bound = s->bound;
    kh_json *root = kh_json_object();
    set_text(root, "name", s->net->name);
    set_text(root, "input_hash", s->net->input_hash);
    set_text(root, "form", with_rates(s) ? "rates" : s->request->two_disjoint ? "two-disjoint" : "fewest");
    set_number(root, "step_km", s->request->step_km);
    set_number(root, "reach_km", s->made.rule.reach_km);
    set_number(root, "candidates", (double)s->made.layout.n_sites);
    set_number(root, "cost_eur", price);
    set_number(root, "bound_eur", bound);
    set_number(root, "gap", price > 0 ? 1 - bound / price : 0);
    kh_json_set(root, "complete", kh_json_bool(s->complete));
    kh_json_set(root, "sites", sites_json(s));
    kh_json_set(root, "spans", spans_json(s));
    kh_json_set(root, "routes", routes_json(s));
    kh_json *left_out = kh_json_array();
    for (size_t i = 0; i < s->made.n_left_out; i++)
        kh_json_append(left_out, kh_json_text(s->net->demands[s->made.left_out[i]].id));
    kh_json_set(root, "left_out", left_out);
    return cli_json_print(root, err);
}
