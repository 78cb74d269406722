/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_net.h"

#include "solvers/graph/graph.h"

#include <math.h>
#include <string.h>

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for siting");
}

double kh_site_table_rate(const kh_site_table *table, double loss_db)
{
    double at = loss_db / table->step_db;
    if (!(at >= 0) || table->n == 0 || at > (double)(table->n - 1))
        return 0;
    size_t i = (size_t)at;
    double part = at - (double)i, low = table->rate_bps[i];
    if (!(part > 0))
        return low;
    double high = table->rate_bps[i + 1];
    return low > 0 && high > 0 ? exp((1 - part) * log(low) + part * log(high)) : 0;
}

static bool may_stand(const kh_node *node)
{
    return node->kind == KH_NODE_AMPLIFIER || ((node->kind == KH_NODE_SITE || node->kind == KH_NODE_OGS) && node->trusted);
}

static kh_status check_wish(const kh_net *net, const kh_site_wish *wish, kh_error *err)
{
    if (!(wish->pairs_a_fibre > 0) || !(wish->growth > -1 && wish->growth < 100) || !(wish->discount >= 0 && wish->discount < 10))
        return kh_fail(err, KH_ERANGE, "pairs a fibre %g, growth %g, discount %g: out of range", wish->pairs_a_fibre, wish->growth,
                       wish->discount);
    if (!(net->costs.trusted_node_eur >= 0) || !(net->costs.kms_node_eur >= 0))
        return kh_fail(err, KH_ERANGE, "costs: trusted_node_eur and kms_node_eur are needed to weigh sites, give both");
    for (size_t i = 0; i < wish->n_tables; i++)
        if (!(net->devices[wish->tables[i].device.i].cost_eur >= 0))
            return kh_fail(err, KH_ERANGE, "device '%s' has no cost_eur", net->devices[wish->tables[i].device.i].id);
    return KH_OK;
}

static double or_none(double amount)
{
    return amount > 0 ? amount : 0;
}

static kh_status lay_plant(kh_site_net *made, kh_arena *arena, kh_error *err)
{
    const kh_net *net = made->net;
    uint32_t(*ends)[2] = kh_arena_alloc(arena, net->n_fibres, sizeof *ends);
    double *length_km = KH_NEW(arena, double, net->n_fibres), *loss_db = KH_NEW(arena, double, net->n_fibres);
    if (ends == NULL || length_km == NULL || loss_db == NULL)
        return out_of_memory(err);
    for (size_t f = 0; f < net->n_fibres; f++) {
        ends[f][0] = net->fibres[f].ends[0].i;
        ends[f][1] = net->fibres[f].ends[1].i;
        length_km[f] = net->fibres[f].length_km;
        loss_db[f] = net->fibres[f].loss_db;
    }
    const kh_site_plant plant = {net->n_nodes, net->n_fibres, (const uint32_t(*)[2])ends, length_km, loss_db};
    return kh_site_layout_make(&plant, &made->rule, arena, &made->layout, err);
}

static bool is_end(const kh_site_build_problem *p, uint32_t site)
{
    for (size_t k = 0; k < p->n_demands; k++)
        if (p->demands[k][0] == site || p->demands[k][1] == site)
            return true;
    return false;
}

static kh_status price_sites(kh_site_net *made, kh_arena *arena, kh_error *err)
{
    const kh_net *net = made->net;
    size_t n = made->layout.n_sites;
    double *price = KH_NEW(arena, double, n), *upkeep = KH_NEW(arena, double, n);
    bool *relays = KH_NEW(arena, bool, n);
    if (price == NULL || upkeep == NULL || relays == NULL)
        return out_of_memory(err);
    for (uint32_t v = 0; v < n; v++) {
        const kh_node *node = v < net->n_nodes ? &net->nodes[v] : NULL;
        double fitout_eur = node == NULL || !(node->fitout_cost_eur >= 0) ? net->costs.trusted_node_eur : node->fitout_cost_eur;
        relays[v] = node == NULL || may_stand(node);
        price[v] = net->costs.kms_node_eur + (relays[v] ? fitout_eur : 0);
        upkeep[v] = price[v] * or_none(net->costs.opex_fraction_per_year);
    }
    made->problem.price = price;
    made->problem.upkeep = upkeep;
    made->problem.relays = relays;
    return KH_OK;
}

/* Which nodes fibre joins, over whatever stands between. */
static kh_status find_parts(const kh_net *net, kh_arena *arena, uint32_t **part, kh_error *err)
{
    uint32_t(*ends)[2] = kh_arena_alloc(arena, net->n_fibres, sizeof *ends);
    bool *use = KH_NEW(arena, bool, net->n_fibres);
    *part = KH_NEW(arena, uint32_t, net->n_nodes);
    if (ends == NULL || use == NULL || *part == NULL)
        return out_of_memory(err);
    for (size_t f = 0; f < net->n_fibres; f++) {
        ends[f][0] = net->fibres[f].ends[0].i;
        ends[f][1] = net->fibres[f].ends[1].i;
        use[f] = true;
    }
    const kh_graph graph = {net->n_nodes, net->n_fibres, (const uint32_t(*)[2])ends, NULL};
    return kh_graph_components(&graph, use, *part, err);
}

static kh_status take_demands(kh_site_net *made, kh_arena *arena, kh_error *err)
{
    const kh_net *net = made->net;
    uint32_t(*demands)[2] = kh_arena_alloc(arena, net->n_demands, sizeof *demands);
    made->sent = KH_NEW(arena, uint32_t, net->n_demands);
    made->left_out = KH_NEW(arena, uint32_t, net->n_demands);
    if (demands == NULL || made->sent == NULL || made->left_out == NULL)
        return out_of_memory(err);
    KH_TRY(find_parts(net, arena, &made->part, err));
    size_t n = 0;
    for (uint32_t k = 0; k < net->n_demands; k++) {
        const kh_demand *demand = &net->demands[k];
        if (!kh_demand_needs_qkd(demand) || !(demand->rate_bps > 0) || demand->between[0].i == demand->between[1].i)
            continue;
        if (made->part[demand->between[0].i] != made->part[demand->between[1].i]) {
            made->left_out[made->n_left_out++] = k;
            continue;
        }
        demands[n][0] = demand->between[0].i;
        demands[n][1] = demand->between[1].i;
        made->sent[n++] = k;
    }
    if (n == 0)
        return kh_fail(err, KH_ERANGE, "no demand of '%s' needs key from QKD between ends that fibre joins", net->name);
    made->problem.demands = (const uint32_t(*)[2])demands;
    made->problem.n_demands = n;
    return KH_OK;
}

/* Rates grow from the first year on; what is bought in year y pays upkeep for the rest of the horizon, discounted. */
static kh_status set_years(kh_site_net *made, const kh_site_wish *wish, kh_arena *arena, kh_error *err)
{
    size_t n_years = wish->horizon_years > 0 ? wish->horizon_years : 1, n = made->problem.n_demands;
    double *rate_bps = KH_NEW(arena, double, n_years *n), *factor = KH_NEW(arena, double, n_years);
    double *years_left = KH_NEW(arena, double, n_years), discounted = 0;
    if (rate_bps == NULL || factor == NULL || years_left == NULL)
        return out_of_memory(err);
    for (size_t y = n_years; y-- > 0;) {
        factor[y] = pow(1 + wish->discount, -(double)y);
        discounted += factor[y];
        years_left[y] = wish->horizon_years > 0 ? discounted : fmax(1, or_none(made->net->costs.years));
        for (size_t k = 0; k < n; k++)
            rate_bps[y * n + k] = made->net->demands[made->sent[k]].rate_bps * pow(1 + wish->growth, (double)y);
    }
    made->problem.n_years = n_years;
    made->problem.rate_bps = rate_bps;
    made->problem.factor = factor;
    made->problem.years_left = years_left;
    return KH_OK;
}

/* The place next to the middle of the way, and the loss of the way with its longer arm twice. */
static uint32_t find_station(const kh_site_layout *layout, const kh_site_span *span, double *loss_db)
{
    uint32_t at = span->ends[0], best = KH_NO_INDEX;
    double arm_db = 0, least_db = HUGE_VAL;
    for (size_t i = 0; i + 1 < span->n_via; i++) {
        const kh_site_segment *segment = &layout->segments[span->via[i]];
        at = segment->ends[0] == at ? segment->ends[1] : segment->ends[0];
        arm_db += segment->loss_db;
        double longer_db = fmax(arm_db, span->loss_db - arm_db);
        if (longer_db < least_db) {
            least_db = longer_db;
            best = at;
        }
    }
    *loss_db = 2 * least_db;
    return best;
}

static kh_status make_offers(kh_site_net *made, const kh_site_wish *wish, kh_arena *arena, kh_error *err)
{
    const kh_net *net = made->net;
    const kh_site_layout *layout = &made->layout;
    kh_site_offer *offers = KH_NEW(arena, kh_site_offer, layout->n_spans * wish->n_tables);
    made->station = KH_NEW(arena, uint32_t, layout->n_spans * wish->n_tables);
    if (offers == NULL || made->station == NULL)
        return out_of_memory(err);
    size_t n = 0;
    for (uint32_t s = 0; s < layout->n_spans; s++)
        for (uint32_t i = 0; i < wish->n_tables; i++) {
            const kh_device *device = &net->devices[wish->tables[i].device.i];
            double loss_db = layout->spans[s].loss_db;
            uint32_t station = KH_NO_INDEX;
            if (kh_protocol_has_station(device->protocol) &&
                (station = find_station(layout, &layout->spans[s], &loss_db)) == KH_NO_INDEX)
                continue;
            double rate_bps = kh_site_table_rate(&wish->tables[i], loss_db);
            double lease_eur = layout->spans[s].length_km * or_none(net->costs.fibre_eur_per_km_year);
            made->station[n] = station;
            offers[n] = (kh_site_offer){.span = s,
                                        .kind = wish->tables[i].device.i,
                                        .rate_bps = rate_bps,
                                        .price = device->cost_eur,
                                        .upkeep = device->cost_eur * or_none(net->costs.opex_fraction_per_year) + lease_eur};
            n += rate_bps > 0;
        }
    made->problem.offers = offers;
    made->problem.n_offers = n;
    return KH_OK;
}

static kh_status limit_channels(kh_site_net *made, const kh_site_wish *wish, kh_arena *arena, kh_error *err)
{
    double *channels = KH_NEW(arena, double, made->layout.n_segments);
    if (channels == NULL)
        return out_of_memory(err);
    for (size_t g = 0; g < made->layout.n_segments; g++)
        channels[g] = wish->pairs_a_fibre;
    made->problem.channels = isinf(wish->pairs_a_fibre) ? NULL : channels;
    return KH_OK;
}

kh_status kh_site_net_make(const kh_net *net, const kh_site_wish *wish, kh_arena *arena, kh_site_net *made, kh_error *err)
{
    *made = (kh_site_net){.net = net, .rule = {.reach_km = wish->reach_km, .step_km = wish->step_km}};
    KH_TRY(check_wish(net, wish, err));
    KH_TRY(lay_plant(made, arena, err));
    KH_TRY(take_demands(made, arena, err));
    KH_TRY(price_sites(made, arena, err));
    KH_TRY(set_years(made, wish, arena, err));
    KH_TRY(make_offers(made, wish, arena, err));
    KH_TRY(limit_channels(made, wish, arena, err));
    made->problem.time_limit_s = HUGE_VAL;
    made->problem.layout = &made->layout;
    return KH_OK;
}

static kh_status set_layout(const kh_site_net *made, kh_site_join_problem *problem, kh_arena *arena, uint32_t **of_span,
                            kh_error *err)
{
    const kh_site_layout *layout = &made->layout;
    uint32_t(*span)[2] = kh_arena_alloc(arena, layout->n_spans, sizeof *span);
    *of_span = KH_NEW(arena, uint32_t, layout->n_spans);
    if (span == NULL || *of_span == NULL)
        return out_of_memory(err);
    for (size_t o = 0; o < made->problem.n_offers; o++) { /* offers are span by span */
        uint32_t s = made->problem.offers[o].span;
        if (o > 0 && made->problem.offers[o - 1].span == s)
            continue;
        memcpy(span[problem->n_spans], layout->spans[s].ends, sizeof span[0]);
        (*of_span)[problem->n_spans++] = s;
    }
    problem->span = (const uint32_t(*)[2])span;
    return KH_OK;
}

kh_status kh_site_net_join(const kh_site_net *made, uint32_t part, kh_arena *arena, kh_site_join_problem *problem,
                           uint32_t **of_span, kh_error *err)
{
    const kh_site_build_problem *p = &made->problem;
    *problem =
        (kh_site_join_problem){.n_sites = made->layout.n_sites, .relays = p->relays, .n_routes = 1, .time_limit_s = HUGE_VAL};
    uint32_t *terminals = KH_NEW(arena, uint32_t, made->layout.n_sites);
    double *price = KH_NEW(arena, double, made->layout.n_sites);
    if (terminals == NULL || price == NULL)
        return out_of_memory(err);
    for (uint32_t v = 0; v < made->layout.n_sites; v++) {
        price[v] = kh_site_build_cost(p, 0, p->price[v], p->upkeep[v]);
        if (v < made->net->n_nodes && made->part[v] == part && is_end(p, v))
            terminals[problem->n_terminals++] = v;
    }
    problem->terminals = terminals;
    problem->price = price;
    return set_layout(made, problem, arena, of_span, err);
}

const char *kh_site_net_name(const kh_site_net *made, uint32_t site, kh_arena *arena)
{
    const kh_site_place *place = &made->layout.sites[site];
    if (place->node != KH_NO_INDEX)
        return made->net->nodes[place->node].id;
    return kh_arena_printf(arena, "%s km %.1f", made->net->fibres[place->fibre].id, place->from_km);
}

void kh_site_net_place(const kh_site_net *made, uint32_t site, double *lat_deg, double *lon_deg)
{
    const kh_site_place *place = &made->layout.sites[site];
    if (place->node != KH_NO_INDEX) {
        *lat_deg = made->net->nodes[place->node].lat_deg;
        *lon_deg = made->net->nodes[place->node].lon_deg;
        return;
    }
    const kh_fibre *fibre = &made->net->fibres[place->fibre];
    const kh_node *a = &made->net->nodes[fibre->ends[0].i], *b = &made->net->nodes[fibre->ends[1].i];
    double part = place->from_km / fibre->length_km, turn = b->lon_deg - a->lon_deg;
    *lat_deg = a->lat_deg + part * (b->lat_deg - a->lat_deg);
    *lon_deg = remainder(a->lon_deg + part * remainder(turn, 360), 360);
}
