/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_MARKET_H
#define KH_SOLVERS_DOMAINS_MARKET_H

#include "solvers/domains/atlas.h"

/** The asking side of a domain: which borders its own demands cross, and how much of each goes which way.
 *
 *  What is known of the world are rows: sum over pieces of row[piece] * rate <= 1, a piece being a crossing, a pair of borders of a
 *  domain, or the way from an end of a demand to a border of its domain. A crossing is a row of its own; so is every table of
 *  distances under prices y with sum(c y) = 1, for no routing can bring the rates through unless sum(dist * rate) <= 1. */
typedef struct kh_market kh_market;

/** @return KH_OK, KH_ENOMEM, KH_EDATA */
kh_status kh_market_create(const kh_atlas *atlas, const kh_part *part, kh_arena *arena, kh_market **market, kh_error *err);

size_t kh_market_rows(const kh_market *market);

/** The nodes of the own part at which own demands end, each once: those that need own distances to the borders. */
const uint32_t *kh_market_own(const kh_market *market, size_t *n);
/** The demands that stay inside, as pairs of own nodes. */
const uint32_t (*kh_market_inner(const kh_market *market, size_t *n))[2];
/** How many ends of own demands are in a domain, and so rows of its table letters; 0 for the own one. */
size_t kh_market_far(const kh_market *market, uint32_t domain);

/** A row of another domain. @param pairs [n_pairs]  @param far [kh_market_far()][n_borders]; INFINITY: no such way */
kh_status kh_market_add_row(kh_market *market, uint32_t domain, const double *pairs, const double *far, kh_error *err);
/** A row of its own domain. @param own [kh_market_own()][n_borders]  @param inner [kh_market_inner()] */
kh_status kh_market_add_own_row(kh_market *market, const double *pairs, const double *own, const double *inner, kh_error *err);

/** Ways under row prices, each at most once: those that are new start with a share of their demand, and this centre.
 *  @param[out] asked  sum(d dist) of its demands; those without any way are left out */
kh_status kh_market_look(kh_market *market, const double *price, double centre, double newcomer, double *asked, kh_error *err);

/** What its demands put on each row, present shares. */
void kh_market_load(const kh_market *market, double *load);
/** Ways that share a demand with others: those that Newton steps move. */
size_t kh_market_ways(const kh_market *market);

/** Before the first step: no share is below @p least, and share * slack = centre for each way. */
void kh_market_centre(kh_market *market, const double *price, double centre, double least);
/** Its part of the Newton equations of clearing.h. @param[out] curve [n_rows (n_rows + 1) / 2] by columns of the upper triangle */
void kh_market_curve(kh_market *market, const double *price, double centre, double *curve, double *push);
/** The step of its ways that follows from that of the prices, from where the last curve was. @param[out] most  longest step of
 * shares and of slacks, <= 1 */
void kh_market_plan_step(kh_market *market, const double *price_step, double centre, double most[2]);
void kh_market_step(kh_market *market, const double length[2]);

/** The present shares are asked for from now on, but for those below @p least of the demand's largest one. @param least  < 1 */
void kh_market_ask(kh_market *market, double least);
/** Forgets the ways that are neither asked for nor among the best rates. @return KH_OK, KH_ENOMEM */
kh_status kh_market_forget(kh_market *market, kh_error *err);
/** What was asked for last is the best now. */
void kh_market_keep(kh_market *market);

/** What is asked of another domain, bit/s. @param[out] pairs, far  as in the rows */
void kh_market_request(const kh_market *market, uint32_t domain, double *pairs, double *far);
/** What is asked of the own domain beside pairs of borders. */
void kh_market_request_own(const kh_market *market, double *own, double *inner);
/** Its own load on each row of what is asked for. */
void kh_market_asked_load(const kh_market *market, double *load);

/** A row that is a promise, not a price: it may be filled, never exceeded. */
bool kh_market_is_promise(const kh_market *market, size_t row);

/** Of the best rates, what passes a domain in which neither end lies; requests in full. */
double kh_market_transit(const kh_market *market, uint32_t domain);
/** Share of a demand that passes each domain in which neither of its ends lies. @param[out] seen [n_domains] */
void kh_market_seen(const kh_market *market, uint32_t demand, double *seen);
bool kh_market_has_way(const kh_market *market, uint32_t demand);

#endif
