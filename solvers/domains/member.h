/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_MEMBER_H
#define KH_SOLVERS_DOMAINS_MEMBER_H

#include "solvers/domains/atlas.h"
#include "solvers/domains/trace.h"

/** One domain in the exchange: a machine that reads one letter of each domain and writes one to each, step after step, all domains
 *  in the same step. It holds its own part alone; whoever carries the letters (federation.h, MPI) decides where it runs. */
typedef struct kh_member kh_member;

typedef struct kh_member_options {
    double gap;           /**< bound / value - 1 at which it ends, > 0 */
    size_t most_rounds;   /**< tables published at most, >= 2 */
    size_t most_promises; /**< rows that a domain with policy rates publishes at most, >= 1 */
    double until_s;       /**< on kh_clock_s(), 0: none. Of whoever carries the letters, who then calls kh_member_end() */
} kh_member_options;

/** Where the exchange stands; the same for every member. */
typedef struct kh_member_report {
    bool reached;      /**< the gap was */
    size_t n_rounds;   /**< tables that each domain has published */
    size_t best_round; /**< whose tables the value was found with, 0: there is none; its requests have the number before */
    double value;      /**< lambda: this share of every demand with a way is carried, over links that are no more than full */
    double bound;      /**< C1 of what was published: no flow that keeps all promises and contracts carries more */
    double first;      /**< value of the first round, in which nothing but prices 1 / rate and the crossings are known */
} kh_member_report;

/** What the demands of one domain take from another one that neither of their ends is in. */
typedef struct kh_member_transit {
    double rate_bps; /**< in the plan's rates */
    double eur_per_year;
} kh_member_transit;

/** @return KH_OK, KH_ENOMEM, KH_ERANGE: options outside their ranges */
kh_status kh_member_create(const kh_part *part, const kh_member_options *options, kh_arena *arena, kh_member **member,
                           kh_error *err);
/** Gives back what is not in the arena. NULL is fine. */
void kh_member_destroy(kh_member *member);

/** @param in         [n_domains] what each domain wrote to this one in the step before; nothing in the first step
 *  @param[out] out   [n_domains] what this one writes to each; lives until the step after the next
 *  @param[out] done  the exchange is over; *out is empty
 *  @return KH_OK; KH_EDATA: a letter that does not belong here; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_member_step(kh_member *member, const kh_letter *in, kh_letter *out, bool *done, kh_error *err);

/** Whether an exchange that is told to end now has a value to show. */
bool kh_member_has_value(const kh_member *member);

/** The exchange ends before its gap is reached: in the next step that has a value to show and awaits no tables. Whoever carries the
 *  letters tells all members before the same step; they write nothing more, so nobody hears anything but when it ended. */
void kh_member_end(kh_member *member);

kh_member_report kh_member_report_of(const kh_member *member);
/** Row prices at which the bound was found, the same for every member: for kh_replay_check(). 0 rows: there is no bound */
const double *kh_member_prices(const kh_member *member, size_t *n_rows);
const kh_atlas *kh_member_atlas(const kh_member *member);

/** Its routes inside at the rates asked for in the best round; in the plan they are value times as much. Its own secret. */
const kh_trace *kh_member_trace(const kh_member *member);
/** Load of each of its own links, in the plan's rates: at most the link's rate. @param[out] load_bps [n_links] of the part */
void kh_member_loads(const kh_member *member, double *load_bps);
/** Key over each crossing, all demands together, in the plan's rates. @param[out] load_bps [n_crossings] of the atlas */
void kh_member_crossings(const kh_member *member, double *load_bps);
/** What its own demands take from each domain. @param[out] transit [n_domains] */
void kh_member_transits(const kh_member *member, kh_member_transit *transit);
/** Share of the keys of one of its demands that pass a domain in which neither end lies: its relays hold them in the clear.
 *  @param demand  < part.n_demands  @param[out] seen [n_domains] */
void kh_member_seen(const kh_member *member, uint32_t demand, double *seen);
/** Rate of one of its demands in the plan. 0: there is no way */
double kh_member_rate(const kh_member *member, uint32_t demand);

#endif
