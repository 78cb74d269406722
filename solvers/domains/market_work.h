/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_MARKET_WORK_H
#define KH_SOLVERS_DOMAINS_MARKET_WORK_H

#include "solvers/domains/market.h"
#include "solvers/flow/pricer.h"

/** What the files of the market share: market_lay.c (pieces and first rows), market.c (rows that come, ways, requests),
 *  market_newton.c (steps). */
struct kh_market {
    const kh_atlas *atlas;
    const kh_part *part;
    kh_arena *arena;
    uint32_t *own; /* [n_own] nodes of the part */
    uint32_t (*inner)[2];
    size_t n_own, n_inner;
    size_t *n_far;                              /* [n_domains] */
    size_t *pair_at, *far_at, own_at, inner_at; /* where pieces begin */
    size_t n_pieces;
    kh_keyflow_problem problem; /* a graph of borders and ends; links are the pieces */
    bool *known;                /* [n_domains] a row of it has come */
    double *exists;             /* [n_pieces] 1 or 0: the capacities of the problem */
    bool *still; /* [n_pieces] 0 in every row: the end is that border. A way that a promise's row does not hold back is not */
    uint32_t (*piece_ends)[2];
    kh_keyflow_demand *demands;
    kh_pricer pricer;
    bool ready;
    double *row;    /* [row_room][n_pieces] */
    double *credit; /* [row_room][n_domains] off every way that ends in the domain */
    bool *promise;  /* [row_room] */
    size_t n_rows, row_room;
    double *piece_price;      /* [n_pieces] */
    double *mean, *off;       /* [row_room] of one demand's ways */
    double *block;            /* [row_room (row_room + 1) / 2] its part of the curve, over the rows where its ways differ */
    uint32_t *differ;         /* [row_room] those rows */
    double *below, *distance; /* [n_demands] */
    kh_pool pool;
    double *coef;                            /* [path_room][row_room] */
    double *share, *asked, *best;            /* [path_room] of the demand: now, in the last request, in the best one */
    double *slack, *share_step, *slack_step; /* [path_room] cost of the way beyond its demand's worth */
    double *cost;                            /* [path_room] under the prices of the last curve */
    double *worth, *worth_step;              /* [n_demands] */
    size_t n_coefs, path_room;               /* paths whose coefficients are there */
};

enum { PER_PATH = 7 }; /**< arrays of one number a path */

/** Room for the arrays of so many paths. */
kh_status kh_market_make_paths(kh_market *m, size_t room, kh_error *err);
/** What a path puts on a row for each unit of its demand. */
double kh_market_coefficient(const kh_market *m, size_t path, size_t r);
/** A new row, all 0, to be filled; it counts from kh_market_close_row() on. */
kh_status kh_market_open_row(kh_market *m, double **row, kh_error *err);
/** Coefficients of all known paths on the row just filled. */
void kh_market_close_row(kh_market *m);
/** The domain that a border of the atlas belongs to. */
uint32_t kh_market_domain_of_border(const kh_atlas *atlas, uint32_t border);
/** Cost of a path under row prices. */
double kh_market_cost_of(const kh_market *m, size_t path, const double *price);
/** Loads on all rows of given shares. */
void kh_market_sum_loads(const kh_market *m, const double *share, double *load);

#endif
