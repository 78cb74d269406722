/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_NET_H
#define KH_SOLVERS_SITE_SITE_NET_H

#include "core/net/net.h"
#include "solvers/site/site_build.h"
#include "solvers/site/site_join.h"

/** Siting on the fibres of a network: what siting needs from it, and back. */

/** Key rate of a device over loss, as sampled by whoever knows the models. */
typedef struct kh_site_table {
    kh_device_id device;
    double step_db;         /**< > 0 */
    const double *rate_bps; /**< [n] at 0, step_db, 2 step_db, ...; >= 0; beyond the last: 0 */
    size_t n;
} kh_site_table;

/** Rate at a loss: straight lines between the logarithms of two samples; 0 next to a sample without key. */
double kh_site_table_rate(const kh_site_table *table, double loss_db);

typedef struct kh_site_wish {
    double step_km, reach_km;    /**< as kh_site_rule */
    const kh_site_table *tables; /**< [n_tables] devices that may be bought */
    size_t n_tables;
    double pairs_a_fibre; /**< most QKD pairs whose light passes a stretch of fibre; INFINITY: no limit */
    double growth;        /**< of all demands a year: 0.2 is 20 % more */
    double discount;      /**< of money a year */
    size_t horizon_years; /**< 0: everything at once, kept for costs.years; else so many years, each with what it buys */
} kh_site_wish;

/** The network as a problem of siting; everything lives in one arena. It points into itself: not to be copied.
 *
 *  Sites: each node is one, and so are the places along fibres. Trusted sites and ground stations relay; amplifier sites and places
 *  along fibres may be fitted out to do so; switches and sites that are not trusted never do. Fit-out and key management are paid
 *  for each site that is opened, ends of demands included (key management alone where they are not trusted), with the share of
 * running costs a year. Offers: each device on each span on which it gives key; a station stands at the place next to the middle of
 * the way, and the longer arm counts twice. Each pair leases the fibre under its span. Demands: those that need key from QKD. */
typedef struct kh_site_net {
    const kh_net *net;
    kh_site_rule rule;
    kh_site_layout layout;
    kh_site_build_problem problem; /**< no time limit */
    uint32_t *sent;                /**< [problem.n_demands] the network's demand of each */
    uint32_t *left_out;            /**< [n_left_out] demands for key whose ends no fibre joins: a satellite's */
    size_t n_left_out;
    uint32_t *part;    /**< [n_nodes] which nodes fibre joins, numbered from 0 */
    uint32_t *station; /**< [problem.n_offers] site of its station, KH_NO_INDEX: it has none */
} kh_site_net;

/** @return KH_OK; KH_ERANGE: a price that the network does not give (the message names it), no demand for key over fibre, a wish
 * out of range; as kh_site_layout_make(); KH_ENOMEM */
kh_status kh_site_net_make(const kh_net *net, const kh_site_wish *wish, kh_arena *arena, kh_site_net *made, kh_error *err);

/** The same sites without rates: the ends of all demands are to be joined at the least cost of sites. Spans are those with an
 * offer.
 *  @param[out] of_span  [problem->n_spans] span of the layout */
kh_status kh_site_net_join(const kh_site_net *made, unsigned n_routes, kh_arena *arena, kh_site_join_problem *problem,
                           uint32_t **of_span, kh_error *err);

/** Name of a site: the node's id, or "ID-A-ID-B km 47.3". In @p arena, NULL when memory is out. */
const char *kh_site_net_name(const kh_site_net *made, uint32_t site, kh_arena *arena);

/** Coordinates, along fibres in proportion of its ends'; NAN when an end of the fibre has none. */
void kh_site_net_place(const kh_site_net *made, uint32_t site, double *lat_deg, double *lon_deg);

/** Why a demand cannot be served, in words: the stretch of fibre that is too long, or that no fibre leads there.
 *  @return NULL: it can be served alone, or memory is out */
const char *kh_site_net_obstacle(const kh_site_net *made, size_t demand, kh_arena *arena);

#endif
