/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

typedef struct subject {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan;
    kh_str *out;
} subject;

static size_t count_without_route(const kh_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_demands; i++)
        n += plan->demands[i].shortfall == KH_SHORTFALL_NO_PATH || plan->demands[i].shortfall == KH_SHORTFALL_UNTRUSTED;
    return n;
}

static void say_met(const subject *s)
{
    const kh_plan *plan = s->plan;
    if (plan->n_asking == 0) {
        kh_str_append(s->out, "No demand asks for QKD key.");
        return;
    }
    if (plan->n_met == plan->n_asking)
        kh_str_append(s->out, plan->n_asking == 1 ? "The one demand for QKD key is met in full."
                                                  : "All demands for QKD key are met in full.");
    else
        kh_str_printf(s->out, "%zu of %zu demands for QKD key %s met in full.", plan->n_met, plan->n_asking,
                      plan->n_met == 1 ? "is" : "are");
    size_t cut_off = count_without_route(plan);
    if (cut_off > 0)
        kh_str_printf(s->out, " %zu cannot be reached by key at all.", cut_off);
}

static void say_total(const subject *s)
{
    const kh_plan *plan = s->plan;
    double asked = 0;
    for (size_t i = 0; i < plan->n_demands; i++)
        asked += kh_demand_weight(&s->net->demands[i]) * plan->demands[i].requested_bps;
    kh_str_append(s->out, " Together they get ");
    kh_words_rate(plan->value, s->out);
    kh_str_append(s->out, " of ");
    kh_words_rate(asked, s->out);
    kh_str_append(s->out, ", each counted 2 / (1 + priority) times; ");
    if (plan->floor > 0) {
        kh_str_append(s->out, "every one with a route is sure of ");
        kh_phrase_share(plan->floor >= 1 - 1e-6 ? 1 : plan->floor, 1, s->out);
        kh_str_append(s->out, " of what it asks");
    } else {
        kh_str_append(s->out, "nothing is kept for those with long routes");
    }
}

static size_t count_exposed(const kh_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_demands; i++)
        n += plan->demands[i].shortfall == KH_SHORTFALL_EXPOSED;
    return n;
}

static void say_share(const subject *s)
{
    const kh_plan *plan = s->plan;
    if (plan->value >= 1) {
        kh_str_append(s->out, " The links could carry ");
        kh_phrase_times(plan->value, s->out);
        kh_str_printf(s->out, " times what %s at once",
                      count_without_route(plan) + count_exposed(plan) > 0 ? "the others ask" : "is asked");
    } else if (plan->value <= 0) {
        kh_str_append(s->out, " Some demand with a route gets nothing");
    } else {
        kh_str_append(s->out, count_exposed(plan) > 0 ? " Every demand that can be secret gets at least "
                                                      : " Every demand with a route gets at least ");
        kh_phrase_share(plan->value, 1, s->out);
        kh_str_append(s->out, " of what it asks");
    }
}

static void say_colluders(const subject *s)
{
    const kh_plan_secrecy *secrecy = &s->plan->secrecy;
    if (secrecy->kind != KH_SECRECY_COALITIONS) {
        if (secrecy->colluders == 1)
            kh_str_append(s->out, "no relay alone learns anything of it");
        else
            kh_str_printf(s->out, "no %u relays together learn anything of it", secrecy->colluders);
        return;
    }
    bool listed = secrecy->group == KH_COALITION_LISTED;
    kh_str_printf(s->out, "no %s alone learns anything of it (", listed ? "coalition" : kh_coalition_kind_name(secrecy->group));
    kh_phrase_list list = {.count = secrecy->n_coalitions, .most = 8};
    for (size_t j = 0; j < secrecy->n_coalitions && kh_phrase_next(&list, s->out); j++)
        kh_str_append(s->out, secrecy->coalitions[j].name);
    kh_str_append(s->out, secrecy->group == KH_COALITION_VENDOR ? ")" : "); those of its two ends know it in any case");
}

/* What is kept from whom, and what that costs. */
static void say_secrecy(const subject *s)
{
    const kh_plan_secrecy *secrecy = &s->plan->secrecy;
    if (secrecy->kind == KH_SECRECY_NONE)
        return;
    if (secrecy->kind == KH_SECRECY_DISJOINT)
        kh_str_printf(s->out, " Every key is the sum of %u shares over routes without a common relay, so that ",
                      secrecy->colluders + 1);
    else
        kh_str_append(s->out, " Every key is distilled from what comes over all its routes, so that ");
    say_colluders(s);
    kh_str_append(s->out, ".");
    size_t n = count_exposed(s->plan);
    if (n > 0)
        kh_str_printf(s->out, " %zu with a route cannot be secret and %s left out.", n, n == 1 ? "is" : "are");
    if (s->plan->value > 0 && secrecy->plain_value > s->plan->value * (1 + 1e-6)) {
        kh_str_append(s->out, " Without that they could all have ");
        kh_phrase_times(secrecy->plain_value, s->out);
        kh_str_append(s->out, " times what they ask: secrecy costs ");
        kh_phrase_share(secrecy->plain_value - s->plan->value, secrecy->plain_value, s->out);
        kh_str_append(s->out, " of that level.");
    } else if (s->plan->value > 0) {
        kh_str_append(s->out, " Without that they could have no more.");
    }
    if (secrecy->kind == KH_SECRECY_RAMP && secrecy->colluders > 1)
        kh_str_append(s->out, " What relays on one route see together is counted for each of them: safe, perhaps not the most.");
}

/* The bound is that of plans without limits; what is known of those with them follows. */
static void say_limits(const subject *s)
{
    const kh_plan *plan = s->plan;
    if (plan->most_paths == 0 && plan->quantum_bps <= 0)
        return;
    kh_str_append(s->out, " That bound is of plans without limits; this one keeps to");
    if (plan->most_paths > 0) {
        kh_str_append(s->out, " ");
        kh_phrase_count(plan->most_paths, "route", s->out);
        kh_str_append(s->out, " a demand");
    }
    if (plan->quantum_bps > 0) {
        kh_str_append(s->out, plan->most_paths > 0 ? " and whole multiples of " : " whole multiples of ");
        kh_words_rate(plan->quantum_bps, s->out);
        kh_str_append(s->out, " on each route: a request is met in full only when it is one");
    }
    kh_str_append(s->out, ".");
    bool closed = plan->bound <= plan->value * (1 + 1e-6);
    if (!closed && plan->few_bound <= plan->value * (1 + 1e-6))
        kh_str_append(s->out, " Within these limits no plan does better.");
    else if (!closed)
        kh_str_printf(s->out, " Within them %.3g is not exceeded; the routes come from local search.", plan->few_bound);
}

/* The bound of the total is a rate, that of shares a multiple of what is asked. */
static void say_bound(const subject *s)
{
    const kh_plan *plan = s->plan;
    if (plan->gap < 1e-6 && plan->value > 0) {
        kh_str_append(s->out, ", and no plan can do better: the bound proves it.");
        return;
    }
    if (plan->value > 0)
        kh_str_printf(s->out,
                      plan->gap < 1 ? "; no plan can do more than %.2g %% better" : "; no plan can do more than %.0f %% better",
                      100 * plan->gap);
    kh_str_append(s->out, " (proven bound ");
    if (plan->objective == KH_OBJECTIVE_TOTAL)
        kh_words_rate(plan->bound, s->out);
    else
        kh_phrase_times(plan->bound, s->out);
    kh_str_append(s->out, ").");
}

static void say_level(const subject *s)
{
    const kh_plan *plan = s->plan;
    if (plan->n_asking == count_without_route(plan) + count_exposed(plan) || plan->bound <= 0)
        return;
    if (plan->objective == KH_OBJECTIVE_TOTAL)
        say_total(s);
    else
        say_share(s);
    say_bound(s);
    double load = kh_plan_max_load(plan, plan->value);
    if (load > 1) {
        kh_str_append(s->out, " With all requests served the busiest link would carry ");
        kh_phrase_times(load, s->out);
        kh_str_append(s->out, " times its rate.");
    }
}

/* One more pair on link i, to first order: its rate times the shadow price. */
static double gain_of_pair(const subject *s, size_t i)
{
    return s->plan->links[i].shadow_price * s->rates->qkd[i].per_module_bps;
}

static void say_tightest(const subject *s)
{
    const kh_plan *plan = s->plan;
    uint32_t best = KH_NO_INDEX;
    for (uint32_t i = 0; i < plan->n_links; i++)
        if (gain_of_pair(s, i) > (best == KH_NO_INDEX ? 0 : gain_of_pair(s, best)))
            best = i;
    if (best == KH_NO_INDEX || plan->quantum_bps > 0) /* in multiples nothing is to first order */
        return;
    if (plan->objective != KH_OBJECTIVE_TOTAL && plan->value >= 1) {
        kh_str_append(s->out, " The first to run out would be ");
        kh_phrase_link(s->net, s->rates, (kh_qkd_link_id){best}, s->out);
        kh_str_append(s->out, ".");
        return;
    }
    kh_str_append(s->out, " The tightest place is ");
    kh_phrase_link(s->net, s->rates, (kh_qkd_link_id){best}, s->out);
    kh_str_append(s->out, ": one more pair there (");
    kh_words_rate(s->rates->qkd[best].per_module_bps, s->out);
    if (plan->objective == KH_OBJECTIVE_TOTAL) {
        kh_str_append(s->out, ") adds ");
        kh_words_rate(gain_of_pair(s, best), s->out);
        kh_str_append(s->out, ", to first order.");
        return;
    }
    kh_str_append(s->out, ") lifts that level from ");
    kh_phrase_share(plan->value, 1, s->out);
    kh_str_append(s->out, " to ");
    kh_phrase_share(fmin(1, plan->value + gain_of_pair(s, best)), 1, s->out);
    kh_str_append(s->out, ", to first order.");
}

static void say_part(const char *what, double eur, bool *first, kh_str *out)
{
    if (!(eur > 0))
        return;
    kh_str_printf(out, "%s%s ", *first ? "" : ", ", what);
    kh_phrase_money(eur, out);
    *first = false;
}

static void say_cost(const subject *s)
{
    const kh_plan_cost *cost = &s->plan->cost;
    if (!(cost->total_eur > 0))
        return;
    bool first = true;
    kh_str_append(s->out, " Cost over ");
    kh_str_printf(s->out, "%g years: ", s->net->costs.years);
    kh_phrase_money(cost->total_eur, s->out);
    kh_str_append(s->out, " (");
    if (cost->n_modules > 0) {
        kh_phrase_count(cost->n_modules, "QKD pair", s->out);
        kh_str_append(s->out, " ");
        kh_phrase_money(cost->modules_eur, s->out);
        first = false;
    }
    say_part("trusted nodes", cost->trusted_nodes_eur, &first, s->out);
    say_part("key management", cost->kms_eur, &first, s->out);
    say_part("encryptors", cost->encryptors_eur, &first, s->out);
    say_part("fibre", cost->fibre_eur, &first, s->out);
    say_part("operation", cost->opex_eur, &first, s->out);
    kh_str_append(s->out, ").");
}

void kh_words_plan(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_str *out)
{
    subject s = {net, rates, plan, out};
    say_met(&s);
    say_level(&s);
    say_secrecy(&s);
    say_limits(&s);
    say_tightest(&s);
    say_cost(&s);
}
