/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/survive.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/survive/outages_check.h"
#include "solvers/survive/restore_check.h"
#include "solvers/survive/served.h"

#include <math.h>
#include <stdlib.h>

static const double SHORT = 1e-9;      /* share of a request below which nobody falls short */
static const double FAIR_WORK = 1.2e6; /* demands times links of all whose fair rates are worked out unasked: a few seconds */
static const double FAIR = 1e-6;       /* slack above which fair rates are not proven */

typedef struct work {
    const kh_keyflow_problem *problem;
    kh_findings *findings;
} work;

static kh_status inspect(void *user, const kh_loss *const losses[2], const kh_loss_outcome *outcome, const kh_keyflow *flow,
                         kh_error *err)
{
    const work *w = user;
    kh_status status = kh_outages_check(w->problem, losses, outcome, flow, w->findings, err);
    if (status != KH_UNMET)
        return status;
    const kh_finding *first = kh_findings_at(w->findings, 0);
    return kh_fail(err, KH_EINTERNAL, "what is left after a loss failed its check: %s", first != NULL ? first->message : "");
}

static const kh_demand_id *translate(const kh_given *given, const uint32_t *list, size_t n, kh_arena *arena)
{
    kh_demand_id *ids = KH_NEW(arena, kh_demand_id, n);
    for (size_t i = 0; ids != NULL && i < n; i++)
        ids[i] = (kh_demand_id){given->sent[list[i]]};
    return ids;
}

static double asked_of(const kh_given *given, const uint32_t *list, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += given->problem.demands[list[i]].requested_bps;
    return sum;
}

/* @p asked: by all that have a path without a loss. */
static kh_status describe(const kh_given *given, const kh_loss_outcome *outcome, double asked, kh_aftermath *after, kh_arena *arena,
                          kh_error *err)
{
    double lost = asked_of(given, outcome->left_out, outcome->n_left_out) + asked_of(given, outcome->cut_off, outcome->n_cut_off);
    after->value = outcome->value;
    after->bound = outcome->bound;
    after->kept = outcome->proof == KH_LOSS_KEPT;
    double left = asked > 0 ? fmax(asked - lost, 0) / asked : 1;
    after->served_evenly = fmin(outcome->value, 1) * left;
    if (outcome->value >= 1 || !(left > 0))
        after->served = (kh_served_share){.known = true, .share = after->served_evenly};
    after->n_left_out = outcome->n_left_out;
    after->n_cut_off = outcome->n_cut_off;
    after->left_out = translate(given, outcome->left_out, outcome->n_left_out, arena);
    after->cut_off = translate(given, outcome->cut_off, outcome->n_cut_off, arena);
    if (after->left_out == NULL || after->cut_off == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for what is lost");
    return KH_OK;
}

static int by_order(const kh_aftermath *x, const kh_aftermath *y)
{
    for (int i = 0; i < 2; i++)
        if (x->loss[i] != y->loss[i])
            return x->loss[i] < y->loss[i] ? -1 : 1;
    return 0;
}

static int by_harm(const void *a, const void *b)
{
    const kh_aftermath *x = a, *y = b;
    double by_served = x->served_evenly - y->served_evenly, by_value = x->value - y->value;
    if (fabs(by_served) > 1e-12)
        return by_served < 0 ? -1 : 1;
    if (fabs(by_value) > 1e-12 * y->value)
        return by_value < 0 ? -1 : 1;
    return by_order(x, y);
}

static int rank(const kh_aftermath *after)
{
    if (!after->served.known)
        return 1;
    return after->served.share < 1 ? 0 : 2;
}

static int by_served(const void *a, const void *b)
{
    const kh_aftermath *x = a, *y = b;
    int order = rank(x) - rank(y);
    if (order != 0)
        return order;
    double apart = x->served.share - y->served.share;
    if (!x->served.known || fabs(apart) <= 1e-9)
        return by_harm(a, b);
    return apart < 0 ? -1 : 1;
}

static double asked_by_joined(const kh_given *given, const kh_keyflow *whole)
{
    double sum = 0;
    for (size_t k = 0; k < given->problem.n_demands; k++)
        sum += whole->joined[k] ? given->problem.demands[k].requested_bps : 0;
    return sum;
}

static kh_status describe_all(const kh_given *given, const kh_losses *losses, const kh_outages *sweep, kh_protection *p,
                              kh_arena *arena, kh_error *err)
{
    double asked = asked_by_joined(given, &sweep->whole);
    p->of = KH_NEW(arena, kh_aftermath, sweep->n_outcomes);
    if (p->of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu losses", sweep->n_outcomes);
    for (size_t i = 0; i < losses->n; i++)
        for (size_t j = p->pairs ? i + 1 : i; j < (p->pairs ? losses->n : i + 1) && p->n < sweep->n_outcomes; j++) {
            kh_aftermath *after = &p->of[p->n];
            after->loss[0] = i;
            after->loss[1] = j;
            after->lost[0] = losses->name[i];
            after->lost[1] = p->pairs ? losses->name[j] : NULL;
            KH_TRY(describe(given, &sweep->outcome[p->n++], asked, after, arena, err));
        }
    if (p->n > 0)
        qsort(p->of, p->n, sizeof *p->of, by_harm);
    return KH_OK;
}

typedef struct serving {
    const kh_given *given;
    const kh_keyflow *whole;
    double asked, deadline_s;
    kh_arena *arena; /* of the answer */
} serving;

static int by_share(const void *a, const void *b)
{
    const kh_fall_short *x = a, *y = b;
    double apart = x->rate_bps / x->requested_bps - y->rate_bps / y->requested_bps;
    if (fabs(apart) > 1e-12)
        return apart < 0 ? -1 : 1;
    return x->demand.i < y->demand.i ? -1 : x->demand.i > y->demand.i;
}

static kh_status list_short(const serving *s, const kh_keyflow *flow, kh_served_share *served, kh_error *err)
{
    size_t n = s->given->problem.n_demands;
    kh_fall_short *list = KH_NEW(s->arena, kh_fall_short, n);
    double sum = 0;
    if (list == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", n);
    for (size_t k = 0; k < n; k++) {
        double asked = s->given->problem.demands[k].requested_bps;
        sum += flow->rate_bps[k];
        if (flow->joined[k] && flow->rate_bps[k] < asked * (1 - SHORT))
            list[served->n_short++] = (kh_fall_short){{s->given->sent[k]}, flow->rate_bps[k], asked};
    }
    if (served->n_short > 0)
        qsort(list, served->n_short, sizeof *list, by_share);
    served->short_of = list;
    served->share = s->asked > 0 ? fmin(sum / s->asked, 1) : 1;
    return KH_OK;
}

static kh_status check_served(const serving *s, const kh_loss *const lost[2], const kh_keyflow *flow, double *slack, kh_error *err)
{
    kh_findings *findings = kh_findings_create();
    if (findings == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check what is served");
    kh_status status = kh_served_check(&s->given->problem, lost, flow, findings, slack, err);
    const kh_finding *first = kh_findings_at(findings, 0);
    if (status == KH_UNMET)
        status = kh_fail(err, KH_EINTERNAL, "fair rates after a loss failed their check: %s", first != NULL ? first->message : "");
    kh_findings_destroy(findings);
    return status;
}

/* Without time, or where a level is not proven, the share stays unknown. */
static kh_status serve(const serving *s, const kh_loss *const lost[2], kh_served_share *served, kh_error *err)
{
    kh_keyflow_problem problem = s->given->problem;
    problem.time_limit_s = s->deadline_s - kh_clock_s();
    if (served->known || !(problem.time_limit_s > 0))
        return KH_OK;
    kh_keyflow flow;
    kh_arena *scratch = kh_arena_create(0);
    if (scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for fair rates after a loss");
    kh_status status = kh_served_find(&problem, lost, s->whole, scratch, &flow, err);
    double slack = HUGE_VAL;
    if (status == KH_OK && flow.complete)
        status = check_served(s, lost, &flow, &slack, err);
    if (status == KH_OK && slack <= FAIR) {
        served->known = true;
        served->slack = slack;
        status = list_short(s, &flow, served, err);
    }
    kh_arena_destroy(scratch);
    return status;
}

/* The same for the same network, whatever the machine: a count, not a time. */
static size_t fair_by_size(const kh_given *given)
{
    double size = (double)given->problem.n_demands * (double)given->problem.graph.n_links;
    return size > 0 ? (size_t)(fmax(FAIR_WORK / size, 1) - 1) : 0; /* the whole is one of them */
}

static kh_status serve_worst(const serving *s, const kh_losses *losses, kh_protection *p, kh_error *err)
{
    size_t left = p->n_fair;
    for (size_t i = 0; i < p->n && left > 0; i++) {
        kh_aftermath *after = &p->of[i];
        left -= !after->served.known;
        const kh_loss *const lost[2] = {&losses->loss[after->loss[0]], p->pairs ? &losses->loss[after->loss[1]] : NULL};
        KH_TRY(serve(s, lost, &after->served, err));
    }
    for (size_t i = 0; i < p->n; i++)
        p->n_served += p->of[i].served.known;
    if (p->n > 0)
        qsort(p->of, p->n, sizeof *p->of, by_served);
    p->served = (kh_served_share){.known = p->value >= 1 || !(s->asked > 0), .share = 1};
    return p->n_fair > 0 ? serve(s, (const kh_loss *const[2]){NULL, NULL}, &p->served, err) : KH_OK;
}

static kh_status sweep_over(const kh_given *given, const kh_losses *losses, kh_protection *p, kh_arena *scratch, kh_outages *sweep,
                            kh_error *err)
{
    work w = {&given->problem, kh_findings_create()};
    if (w.findings == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check what is left after losses");
    const kh_outages_options options = {p->pairs, inspect, &w};
    kh_status status = kh_outages_run(&given->problem, losses->loss, losses->n, &options, scratch, sweep, err);
    kh_findings_destroy(w.findings);
    return status;
}

static kh_status protect(const kh_net *net, const kh_given *given, kh_protection *p, kh_arena *arena, kh_arena *scratch,
                         kh_error *err)
{
    kh_losses losses;
    kh_outages sweep;
    double deadline_s = kh_clock_s() + given->problem.time_limit_s;
    KH_TRY(kh_losses_list(net, &given->problem, p->kind, scratch, &losses, err));
    KH_TRY(sweep_over(given, &losses, p, scratch, &sweep, err));
    p->complete = sweep.complete;
    p->value = sweep.whole.value;
    p->bound = sweep.whole.bound;
    p->n_kept = sweep.n_kept;
    p->n_fair = p->n_fair > 0 ? p->n_fair : fair_by_size(given);
    p->n_all = kh_outages_count(losses.n, p->pairs);
    KH_TRY(describe_all(given, &losses, &sweep, p, arena, err));
    const serving s = {given, &sweep.whole, asked_by_joined(given, &sweep.whole), deadline_s, arena};
    return serve_worst(&s, &losses, p, err);
}

static kh_status prepare(const kh_net *net, const kh_rates *rates, double time_limit_s, kh_arena *arena, kh_given *given,
                         kh_error *err)
{
    KH_TRY(kh_given_make(net, rates, arena, given, err));
    given->problem.time_limit_s = time_limit_s > 0 ? time_limit_s : HUGE_VAL;
    return KH_OK;
}

kh_status kh_survive_protect(const kh_net *net, const kh_rates *rates, const kh_protect_options *options, kh_arena *arena,
                             kh_protection **protection, kh_error *err)
{
    kh_protection *p = KH_NEW(arena, kh_protection, 1);
    kh_arena *scratch = kh_arena_create(0);
    if (p == NULL || scratch == NULL) {
        kh_arena_destroy(scratch);
        return kh_fail(err, KH_ENOMEM, "no memory for a sweep over losses");
    }
    *p = (kh_protection){.kind = options->kind, .pairs = options->pairs, .n_fair = options->n_fair};
    kh_given given;
    kh_status status = prepare(net, rates, options->time_limit_s, scratch, &given, err);
    if (status == KH_OK)
        status = protect(net, &given, p, arena, scratch, err);
    kh_arena_destroy(scratch);
    if (status == KH_OK)
        *protection = p;
    return status;
}

kh_status kh_survive_gain(const kh_net *net, const kh_rates *rates, double time_limit_s, kh_arena *arena, kh_gains *gains,
                          double **module_bps, kh_error *err)
{
    kh_given given;
    KH_TRY(prepare(net, rates, time_limit_s, arena, &given, err));
    *module_bps = KH_NEW(arena, double, net->n_qkd_links);
    if (*module_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", net->n_qkd_links);
    for (size_t e = 0; e < net->n_qkd_links; e++) {
        double each_bps = net->qkd_links[e].modules > 0 ? rates->qkd[e].key_rate_bps / net->qkd_links[e].modules : 0;
        (*module_bps)[e] = given.problem.capacity_bps[e] > 0 ? each_bps : 0;
    }
    return kh_gain_find(&given.problem, *module_bps, arena, gains, err);
}

/* The plan's routes, by demands of the problem. */
static kh_status list_working(const kh_given *given, const kh_plan *plan, kh_arena *arena, kh_backup_plan *backup, kh_error *err)
{
    size_t n = 0;
    for (size_t k = 0; k < given->problem.n_demands; k++)
        n += plan->demands[given->sent[k]].n_routes;
    backup->working = KH_NEW(arena, kh_keyflow_route, n);
    if (backup->working == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", n);
    for (uint32_t k = 0; k < given->problem.n_demands; k++) {
        const kh_plan_demand *demand = &plan->demands[given->sent[k]];
        for (size_t r = 0; r < demand->n_routes; r++) {
            uint32_t *links = KH_NEW(arena, uint32_t, demand->routes[r].n_links);
            if (links == NULL)
                return kh_fail(err, KH_ENOMEM, "no memory for a route of %zu links", demand->routes[r].n_links);
            for (size_t i = 0; i < demand->routes[r].n_links; i++)
                links[i] = demand->routes[r].links[i].i;
            backup->working[backup->n_working++] =
                (kh_keyflow_route){k, links, demand->routes[r].n_links, demand->routes[r].rate_bps};
        }
    }
    return KH_OK;
}

static kh_status restore(const kh_restore_problem *problem, kh_arena *arena, kh_restoration *found, kh_error *err)
{
    KH_TRY(kh_restore_solve(problem, arena, found, err));
    kh_findings *findings = kh_findings_create();
    if (findings == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check backups");
    kh_status status = kh_restore_check(problem, found, findings, err);
    const kh_finding *first = kh_findings_at(findings, 0);
    if (status == KH_UNMET)
        status = kh_fail(err, KH_EINTERNAL, "backups failed their check: %s", first != NULL ? first->message : "");
    kh_findings_destroy(findings);
    return status;
}

kh_status kh_survive_backup(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_loss_kind kind,
                            const kh_survive_options *options, kh_arena *arena, kh_backup_plan **backup, kh_error *err)
{
    kh_given given;
    kh_losses losses;
    kh_backup_plan *found = KH_NEW(arena, kh_backup_plan, 1);
    if (found == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for backups");
    KH_TRY(prepare(net, rates, options->time_limit_s, arena, &given, err));
    given.problem.lp_program = options->lp_program;
    given.problem.mps = options->mps;
    KH_TRY(kh_losses_list(net, &given.problem, kind, arena, &losses, err));
    KH_TRY(list_working(&given, plan, arena, found, err));
    found->n_losses = losses.n;
    kh_restore_problem problem = {&given.problem, found->working, found->n_working, losses.loss, losses.n, false};
    double deadline_s = kh_clock_s() + given.problem.time_limit_s; /* one limit for both searches */
    given.problem.time_limit_s /= 2;
    KH_TRY(restore(&problem, arena, &found->shared, err));
    problem.dedicated = true;
    given.problem.mps = NULL;
    given.problem.time_limit_s = deadline_s - kh_clock_s();
    KH_TRY(restore(&problem, arena, &found->dedicated, err));
    for (size_t i = 0; i < found->n_working; i++)
        found->working[i].demand = given.sent[found->working[i].demand];
    *backup = found;
    return KH_OK;
}

kh_status kh_survive_apart(const kh_net *net, const kh_rates *rates, kh_loss_kind kind, const kh_survive_options *options,
                           kh_arena *arena, kh_apart_plan **apart, kh_error *err)
{
    kh_error wrong = {0};
    kh_apart_plan *found = KH_NEW(arena, kh_apart_plan, 1);
    if (found == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for pairs of routes");
    found->kind = kind;
    KH_TRY(prepare(net, rates, options->time_limit_s, arena, &found->given, err));
    kh_keyflow_problem *problem = &found->given.problem;
    problem->lp_program = options->lp_program;
    KH_TRY(kh_losses_list(net, problem, kind, arena, &found->losses, err));
    KH_TRY(kh_pairs_find(problem, found->losses.loss, found->losses.n, arena, &found->pairs, err));
    if (kh_pairs_check(problem, found->losses.loss, found->losses.n, &found->pairs, &wrong) != KH_OK)
        return kh_fail(err, KH_EINTERNAL, "pairs of routes failed their check: %s", wrong.message);
    *apart = found;
    return KH_OK;
}
