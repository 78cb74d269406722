/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_relax.h"

#include "solvers/explain/relaxation.h"
#include "solvers/verify.h"
#include "tools/cli/json_put.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_NAMES = 6 };
static const double NOTHING = 1e-9; /* share of a request or a link that is rounding */
static const double CLOSE = 1e-6;   /* relative distance of value and bound that is not worth a word */

kh_status cli_relax(const kh_pipeline *p, const plan_args *args, kh_relaxation *relaxation, kh_error *err)
{
    const kh_relaxation_options wanted = {plan_args_left_s(args, PLAN_RELAX, p), args->optimise.lp_program, args->mps};
    KH_TRY(kh_relaxation_find(p->net, p->rates, &wanted, p->arena, relaxation, err));
    kh_findings *findings = kh_findings_create();
    if (findings == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify the ways out");
    kh_status status = kh_verify_relaxation(p->net, p->rates, relaxation, findings, err);
    if (status == KH_UNMET)
        status = kh_fail(err, KH_EINTERNAL, "the ways out do not verify: %s",
                         kh_findings_kept(findings) > 0 ? kh_findings_at(findings, 0)->message : "?");
    kh_findings_destroy(findings);
    return status;
}

static bool is_needed(const kh_relaxation *r)
{
    return r->n_lost > 0 || (r->share.found && r->share.value < 1 - NOTHING);
}

/* --- words ------------------------------------------------------------------------------------------------------------------ */

static void paragraph(kh_str *out, kh_str *text)
{
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(text), 76, "  ");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
    kh_str_clear(text);
}

/* ", which is the least possible" or how far the bound is away. */
static void say_proof(const kh_relaxed *way, bool is_money, kh_str *text)
{
    if (way->value - way->bound <= CLOSE * way->value) {
        kh_str_append(text, "; proven: no less will do");
        return;
    }
    kh_str_append(text, "; less than ");
    if (is_money)
        kh_phrase_money(way->bound, text);
    else
        kh_words_rate(way->bound, text);
    kh_str_append(text, " will not do");
}

static void say_who(const kh_relaxation *r, const kh_pipeline *p, kh_str *text)
{
    bool is_required = false;
    for (size_t k = 0; k < r->n_demands; k++)
        is_required = is_required || (r->must[k] && p->net->demands[k].required);
    kh_str_printf(text, "%zu %sdemand%s", r->n_must, is_required ? "required " : "", r->n_must == 1 ? "" : "s");
}

static void say_tightest_cut(const kh_pipeline *p, const kh_relaxation *r, kh_str *text)
{
    const kh_cut *worst = NULL;
    for (size_t k = 0; k < r->n_demands; k++) {
        const kh_cut *cut = &p->plan->demands[k].cut;
        bool counts = r->must[k] && cut->n_links > 0 && cut->requested_bps > cut->capacity_bps;
        if (counts && (worst == NULL || cut->requested_bps * worst->capacity_bps > worst->requested_bps * cut->capacity_bps))
            worst = cut;
    }
    if (worst == NULL)
        return;
    kh_str_append(text, " The tightest cut is around ");
    kh_phrase_nodes(p->net, worst->side, worst->n_side, MOST_NAMES, text);
    kh_str_printf(text, ": %zu link%s ", worst->n_links, worst->n_links == 1 ? " carries" : "s carry");
    kh_words_rate(worst->capacity_bps, text);
    kh_str_append(text, ", ");
    kh_words_rate(worst->requested_bps, text);
    kh_str_append(text, " are asked across.");
}

static void say_share(const kh_pipeline *p, const kh_relaxation *r, kh_str *out)
{
    kh_str text = {0};
    kh_str_append(&text, "Not all of the ");
    say_who(r, p, &text);
    kh_str_append(&text, " can be served in full at once.");
    if (r->n_lost > 0)
        kh_str_printf(&text, " %zu %s no path over trusted nodes and links with key%s.", r->n_lost, r->n_lost == 1 ? "has" : "have",
                      r->n_lost < r->n_must ? "" : " at all");
    if (r->share.found && r->share.value < 1 - NOTHING)
        kh_str_printf(&text, " Together %s can have %.4g %% of what they ask%s.", r->n_lost > 0 ? "the others" : "they",
                      100 * r->share.value, r->share.bound <= r->share.value * (1 + CLOSE) ? ", proven" : "");
    say_tightest_cut(p, r, &text);
    paragraph(out, &text);
}

static void tell_fewer(const kh_pipeline *p, const kh_relaxation *r, kh_str *out)
{
    const kh_relaxed *way = &r->fewer;
    if (!way->found || r->share.value >= 1 - NOTHING)
        return;
    kh_str text = {0};
    kh_str_append(&text, "Asking for less: requests give up ");
    kh_words_rate(way->value, &text);
    kh_str_append(&text, " in all");
    say_proof(way, false, &text);
    kh_str_append(&text, ". Which of them is a matter of choice where they compete; here:");
    kh_str_append(out, "\n");
    paragraph(out, &text);
    cli_table table = cli_table_start(p->arena, "demand|>asks|>gives up|>keeps %");
    for (size_t k = 0; k < r->n_demands; k++) {
        double asked_bps = p->net->demands[k].rate_bps;
        if (!(way->change[k] > NOTHING * asked_bps))
            continue;
        cli_table_cell(&table, "%s", p->net->demands[k].id);
        cli_table_rate(&table, asked_bps);
        cli_table_rate(&table, way->change[k]);
        cli_table_number(&table, 100 * (1 - way->change[k] / asked_bps), 1);
    }
    cli_table_text(&table, out);
}

static void say_no_growth(const kh_relaxation *r, kh_str *out)
{
    kh_str text = {0};
    kh_str_append(&text, r->n_hopeless == r->n_must
                             ? "More modules do not help: on no way over trusted nodes would every link give key."
                             : "More modules alone do not help, or no way was found: the time was out, or the rates are too "
                               "far apart to compute with.");
    kh_str_append(out, "\n");
    paragraph(out, &text);
}

static void tell_extra(const kh_pipeline *p, const kh_relaxation *r, kh_str *out)
{
    const kh_relaxed *way = &r->extra;
    if (!way->found || way->value <= 0) {
        say_no_growth(r, out);
        return;
    }
    kh_str text = {0};
    kh_str_append(&text, "More key: ");
    kh_words_rate(way->value, &text);
    kh_str_append(&text, " more on links where a further QKD pair gives some");
    say_proof(way, false, &text);
    kh_str_append(&text, ".");
    if (r->n_hopeless > 0)
        kh_str_printf(&text, " This leaves out %zu demand%s that no modules would join.", r->n_hopeless,
                      r->n_hopeless == 1 ? "" : "s");
    kh_str_append(out, "\n");
    paragraph(out, &text);
    cli_table table = cli_table_start(p->arena, "link|>has|>more|>of a pair");
    for (size_t e = 0; e < r->n_links; e++) {
        if (!(way->change[e] > NOTHING * way->value))
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[e].id);
        cli_table_rate(&table, p->rates->qkd[e].key_rate_bps);
        cli_table_rate(&table, way->change[e]);
        cli_table_number(&table, way->change[e] / p->rates->qkd[e].per_module_bps, 2);
    }
    cli_table_text(&table, out);
}

static void tell_modules(const kh_pipeline *p, const kh_relaxation *r, kh_str *out)
{
    const kh_relaxed *way = &r->modules;
    kh_str text = {0};
    kh_str_append(out, "\n");
    if (!way->found) {
        kh_str_append(&text, "What whole QKD pairs would cost is not known: prices of devices are missing, the time was "
                             "out, or the rates are too far apart to compute with.");
        paragraph(out, &text);
        return;
    }
    double n = 0;
    for (size_t e = 0; e < r->n_links; e++)
        n += way->change[e];
    kh_str_append(&text, "More modules: ");
    kh_phrase_count((size_t)n, "QKD pair", &text);
    kh_str_append(&text, " for ");
    kh_phrase_money(way->value, &text);
    say_proof(way, true, &text);
    kh_str_append(&text, ". The price is that of the devices alone.");
    paragraph(out, &text);
    cli_table table = cli_table_start(p->arena, "link|>pairs|>more pairs|>more key");
    for (size_t e = 0; e < r->n_links; e++) {
        if (!(way->change[e] > 0))
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[e].id);
        cli_table_number(&table, p->net->qkd_links[e].modules, 0);
        cli_table_number(&table, way->change[e], 0);
        cli_table_rate(&table, way->change[e] * p->rates->qkd[e].per_module_bps);
    }
    cli_table_text(&table, out);
}

void cli_relax_text(const kh_pipeline *p, const kh_relaxation *r, kh_str *out)
{
    kh_str_append(out, "\nways out\n");
    if (!is_needed(r)) {
        kh_str text = {0};
        kh_str_append(&text, "Nothing has to give way: ");
        if (r->n_must > 0)
            say_who(r, p, &text);
        kh_str_append(&text, r->n_must == 0   ? "no key is asked for."
                             : r->n_must == 1 ? " is served in full."
                                              : " are served in full at once.");
        paragraph(out, &text);
        return;
    }
    say_share(p, r, out);
    tell_fewer(p, r, out);
    tell_extra(p, r, out);
    if (r->extra.found && r->extra.value > 0)
        tell_modules(p, r, out);
    if (p->plan->most_paths > 0 || p->plan->quantum_bps > 0) {
        kh_str text = {0};
        kh_str_append(&text, "Limits on the number of routes and on whole multiples are left aside here.");
        kh_str_append(out, "\n");
        paragraph(out, &text);
    }
}

/* --- JSON ------------------------------------------------------------------------------------------------------------------- */

static kh_json *changes_of_links(const kh_pipeline *p, const double *change, const char *key)
{
    kh_json *list = kh_json_array();
    for (size_t e = 0; change != NULL && e < p->net->n_qkd_links; e++) {
        if (!(change[e] > 0))
            continue;
        kh_json *object = kh_json_object();
        set_text(object, "link", p->net->qkd_links[e].id);
        set_number(object, key, change[e]);
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *changes_of_demands(const kh_pipeline *p, const double *change)
{
    kh_json *list = kh_json_array();
    for (size_t k = 0; change != NULL && k < p->net->n_demands; k++) {
        if (!(change[k] > NOTHING * p->net->demands[k].rate_bps))
            continue;
        kh_json *object = kh_json_object();
        set_text(object, "demand", p->net->demands[k].id);
        set_number(object, "gives_up_bps", change[k]);
        kh_json_append(list, object);
    }
    return list;
}

/* null when it was not found. */
static kh_json *way_of(const kh_relaxed *way, const char *value, const char *bound, kh_json *changes)
{
    if (!way->found) {
        kh_json_destroy(changes);
        return kh_json_text(NULL);
    }
    kh_json *object = kh_json_object();
    set_number(object, value, way->value);
    set_number(object, bound, way->bound);
    if (changes != NULL)
        kh_json_set(object, "changes", changes);
    return object;
}

kh_json *cli_relax_json(const kh_pipeline *p, const kh_relaxation *r)
{
    kh_json *object = kh_json_object();
    kh_json_set(object, "needed", kh_json_bool(is_needed(r)));
    set_number(object, "demands", (double)r->n_must);
    set_number(object, "without_path", (double)r->n_lost);
    set_number(object, "without_hope", (double)r->n_hopeless);
    kh_json_set(object, "share", way_of(&r->share, "value", "bound", NULL));
    kh_json_set(object, "fewer", way_of(&r->fewer, "value_bps", "bound_bps", changes_of_demands(p, r->fewer.change)));
    kh_json_set(object, "extra", way_of(&r->extra, "value_bps", "bound_bps", changes_of_links(p, r->extra.change, "add_bps")));
    kh_json_set(object, "modules",
                way_of(&r->modules, "value_eur", "bound_eur", changes_of_links(p, r->modules.change, "add_pairs")));
    return object;
}
