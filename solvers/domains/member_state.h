/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_MEMBER_STATE_H
#define KH_SOLVERS_DOMAINS_MEMBER_STATE_H

#include "solvers/domains/clearing.h"
#include "solvers/domains/inside.h"
#include "solvers/domains/market.h"
#include "solvers/domains/member.h"
#include "solvers/domains/veil.h"

/** The parts of a member, for the files member*.c alone. */

typedef enum kh_member_phase {
    KH_MEMBER_START, /**< nothing was said */
    KH_MEMBER_MEET,  /**< hello letters come next */
    KH_MEMBER_READ,  /**< tables come next, and so on */
    KH_MEMBER_LOOK,
    KH_MEMBER_CURVE,
    KH_MEMBER_STEP,
    KH_MEMBER_ROUTE,
    KH_MEMBER_DONE
} kh_member_phase;

struct kh_member {
    const kh_part *part;
    kh_member_options options;
    kh_arena *arena;
    kh_arena *post[2]; /**< letters of this step and of the one before, which others may still read */
    kh_atlas atlas;
    kh_inside *inside;
    kh_market *market;
    kh_clearing clearing;
    kh_veil veil;
    const double **heard; /* [n_domains] where the sums stand in their letters */
    kh_member_phase phase;
    uint32_t round, best_round;
    size_t pass, n_steps; /**< of the market in this round */
    bool ends;            /**< as soon as it may */
    /** Every way through the own inside: pairs of borders, then ends of others x borders, own ends x borders, inner demands. */
    kh_keyflow_demand *ways;
    size_t n_ways, ends_at, own_at, inner_at;
    double *rate;                   /**< [n_ways] asked of it */
    double *distance;               /**< [n_nodes] */
    size_t n_fixed;                 /**< rows up to here may be fixed */
    bool *fixed;                    /**< [n_fixed] a crossing, contract or promise: the stretch is its load at least */
    double *asked_load, *best_load; /**< [n_fixed] of the requests, all domains together */
    double stretch;                 /**< of its own links by the rates asked for last */
    double *bound_price;            /**< [n_bound_rows] */
    size_t n_bound_rows, bound_room;
    double value, bound, first, gap, market_gap;
};

/** Space for the numbers of a letter, until the step after the next. @return NULL when memory is out */
double *kh_member_paper(kh_member *member, size_t n, kh_error *err);
void kh_member_write_all(const kh_member *member, kh_letter_kind kind, size_t n, const double *number, kh_letter *out);
/** @return KH_OK; KH_EDATA unless the letter is of this kind, round and length, all of it numbers */
kh_status kh_member_expect(const kh_member *member, const kh_letter *letter, kh_letter_kind kind, size_t n, kh_error *err);
/** Sums veiled numbers of all domains' letters. @param at  where they begin there  @param[out] sum  [n] */
void kh_member_sum(kh_member *member, const kh_letter *in, size_t at, size_t n, kh_veil_width width, double *sum);

/** member_tables.c: what a domain says of itself. */
kh_status kh_member_list_ways(kh_member *member, kh_error *err);
kh_status kh_member_write_tables(kh_member *member, kh_letter *out, kh_error *err);
/** @param[out] stretch  largest of all domains */
kh_status kh_member_read_tables(kh_member *member, const kh_letter *in, double *stretch, kh_error *err);

/** member_requests.c: what domains ask of each other. */
kh_status kh_member_write_requests(kh_member *member, kh_letter *out, kh_error *err);
kh_status kh_member_read_requests(kh_member *member, const kh_letter *in, kh_error *err);

/** member_market.c: how the rates are found. Each reads the letters of one kind and writes the next ones. */
kh_status kh_member_open_market(kh_member *member, kh_letter *out, kh_error *err);
kh_status kh_member_read_looks(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err);
kh_status kh_member_read_curves(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err);
kh_status kh_member_read_steps(kh_member *member, const kh_letter *in, kh_letter *out, kh_error *err);

#endif
