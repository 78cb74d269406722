/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_survive.h"

#include "tools/cli/cli.h"
#include "tools/cli/plan_apart.h"
#include "tools/cli/table.h"
#include "tools/study/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 10, MOST_ROWS = 40, MOST_NAMED = 6, MOST_TOLD = 20 };
static const double SOME = 1e-9; /* relative gain below which a module brings nothing */

bool cli_survive_asked(const plan_args *args)
{
    return args->protect != NULL || args->protect_two != NULL || args->apart != NULL || args->backup != NULL || args->what_if;
}

kh_status cli_survive_protect(const kh_pipeline *p, const plan_args *args, kh_protection **found, kh_error *err)
{
    bool pairs = args->protect_two != NULL;
    const kh_protect_options options = {.kind = kh_loss_kind_find(pairs ? args->protect_two : args->protect),
                                        .pairs = pairs,
                                        .n_fair = args->fair,
                                        .time_limit_s = plan_args_left_s(args, PLAN_PROTECT, p)};
    return kh_survive_protect(p->net, p->rates, &options, p->arena, found, err);
}

static void paragraph(kh_str *out, kh_str *text)
{
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(text), 76, "  ");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
    kh_str_clear(text);
}

const char *cli_survive_thing(kh_loss_kind kind)
{
    static const char *const things[] = {"QKD link", "node", "fibre or shared risk", "domain", "vendor"};
    return things[kind];
}

/* -- losses in text ------------------------------------------------------------------------------------------------ */

/* A share as people say it: in per cent, and far above 1 as a multiple. 100 % is said of the whole only. */
static const char *share(const kh_pipeline *p, double value)
{
    if (value > 0.9999 && value < 1 - SOME)
        return "99.99 %";
    if (value >= 1000)
        return kh_arena_printf(p->arena, "%.0f x", value);
    return kh_arena_printf(p->arena, value < 10 ? "%.4g %%" : "%.3g x", value < 10 ? 100 * value : value);
}

/* With so many digits that a gain of a thousandth of a per cent shows beside what was. */
static const char *share_beside(const kh_pipeline *p, double value, double other)
{
    char one[32], two[32];
    int digits = 4;
    if (value >= 10 || other >= 10)
        return share(p, value);
    for (; digits < MOST_DIGITS; digits++) {
        (void)snprintf(one, sizeof one, "%.*g", digits, 100 * value);
        (void)snprintf(two, sizeof two, "%.*g", digits, 100 * other);
        if (strcmp(one, two) != 0)
            break;
    }
    return kh_arena_printf(p->arena, digits > 4 ? "%#.*g %%" : "%.*g %%", digits, 100 * value);
}

static void name_loss(const kh_aftermath *after, kh_str *out)
{
    kh_str_append(out, after->lost[0]);
    if (after->lost[1] != NULL)
        kh_str_printf(out, " and %s", after->lost[1]);
}

/* Outcomes whose fair rates are not known serve no less than one share for all does. */
static double surely_served(const kh_aftermath *after)
{
    return after->served.known ? after->served.share : after->served_evenly;
}

static const kh_aftermath *least_served(const kh_protection *p)
{
    const kh_aftermath *least = &p->of[0];
    for (size_t i = 1; i < p->n; i++)
        if (surely_served(&p->of[i]) < surely_served(least))
            least = &p->of[i];
    return least;
}

static const kh_aftermath *least_share(const kh_protection *p)
{
    const kh_aftermath *least = NULL;
    for (size_t i = 0; i < p->n; i++)
        if (p->of[i].value > 0 && (least == NULL || p->of[i].value < least->value))
            least = &p->of[i];
    return least;
}

static void say_whole(const kh_protection *p, kh_str *text)
{
    kh_str_printf(text, "Without a loss every demand with a route can have %.4g %% of what it asks for, all at once.",
                  100 * p->value);
    if (p->value < 1 && p->served.known)
        kh_str_printf(text, " With fair rates, none above its request, %.4g %% of the key asked for is served.",
                      100 * p->served.share);
}

/* Where the least that is known is one share for all. */
static void say_evenly(const kh_pipeline *pipeline, const kh_protection *p, kh_str *text)
{
    const kh_aftermath *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->of[i].served.known && p->of[i].value < 1) {
            first = first != NULL ? first : &p->of[i];
            n++;
        }
    if (n == 0) {
        kh_str_append(text, " Fair rates serve more: --fair N works them out for the N worst losses.");
        return;
    }
    kh_str_printf(text,
                  " Fair rates of at most what is asked (nobody gets more while one with less could have it) were worked out for "
                  "the %zu worst by that: they serve %s",
                  n, share(pipeline, first->served.share));
    kh_str_append(text, n > 1 ? " and more, least after the loss of " : " after the loss of ");
    name_loss(first, text);
    kh_str_append(text, ". --fair N does so for more.");
}

static void say_worst(const kh_pipeline *pipeline, const kh_protection *p, kh_str *text)
{
    const kh_aftermath *least = least_share(p), *worst = least_served(p);
    if (p->complete)
        kh_str_printf(text, " After the loss of any %s %s%s", p->pairs ? "two" : "one", cli_survive_thing(p->kind),
                      p->pairs ? "s at once" : "");
    else
        kh_str_printf(text, " The time limit passed after %zu of %zu losses; after any of these", p->n, p->n_all);
    kh_str_printf(text, " at least %s of the key asked for is served", share(pipeline, surely_served(worst)));
    kh_str_append(text, worst->served.known ? "; least after the loss of " : ", with one share for all, after the loss of ");
    name_loss(worst, text);
    kh_str_append(text, ".");
    if (!worst->served.known) {
        say_evenly(pipeline, p, text);
        return;
    }
    kh_str_append(text, " Served: fair rates of at most what is asked; nobody gets more while one with less could have it.");
    if (least == NULL || least->value >= 1)
        return;
    kh_str_printf(text, " One share for all falls to %s, after the loss of ", share(pipeline, least->value));
    name_loss(least, text);
    kh_str_append(text, ": no measure of what the others get.");
}

/* How many were worked out, and how well that is proven. */
static void say_served(const kh_protection *p, kh_str *text)
{
    double slack = p->served.slack;
    for (size_t i = 0; i < p->n; i++)
        slack = fmax(slack, p->of[i].served.slack);
    if (p->n_served < p->n && least_served(p)->served.known)
        kh_str_printf(text,
                      " Served was worked out for %zu of the %zu, the worst by one share for all; the others serve no less than "
                      "that. --fair N does so for more.",
                      p->n_served, p->n);
    if (slack > 0)
        kh_str_printf(text, " Fair is proven too: no rate could rise by more than %.0e of its request.", slack);
}

static void say_proof(const kh_protection *p, kh_str *text)
{
    double gap = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->of[i].value > 0)
            gap = fmax(gap, p->of[i].bound / p->of[i].value - 1);
    kh_str_append(text, " Every share for all is the best that rerouting all keys can do: ");
    if (p->n_kept > 0)
        kh_str_printf(text, "%zu of the %zu losses %s nothing that carries key, so the flow and its proof stay", p->n_kept, p->n,
                      p->n_kept == 1 ? "takes" : "take");
    if (p->n_kept < p->n)
        kh_str_printf(text, "%s solved anew, each with a bound of its own, at most %.2g above",
                      p->n_kept > 0 ? "; the others were" : "after each loss the plan was", gap);
    kh_str_append(text, ". Routes and bounds of all were checked by code of its own.");
}

static void say_protection(const kh_pipeline *pipeline, const kh_protection *p, kh_str *out)
{
    kh_str text = {0};
    say_whole(p, &text);
    if (p->n_all == 0)
        kh_str_printf(&text, " There is no %s to lose%s.", cli_survive_thing(p->kind), p->pairs ? " together with another" : "");
    if (p->n > 0) {
        say_worst(pipeline, p, &text);
        say_proof(p, &text);
        say_served(p, &text);
    }
    if (!p->complete && p->n == 0)
        kh_str_append(&text, " The time limit passed before any loss was looked at.");
    paragraph(out, &text);
}

/* Who gets less than it asks for: nothing, then the least share first. */
static void list_demands(const kh_net *net, const kh_aftermath *after, kh_str *text)
{
    size_t none = after->n_left_out + after->n_cut_off, n = none + after->served.n_short, told = n < MOST_NAMED ? n : MOST_NAMED;
    for (size_t i = 0; i < told; i++) {
        kh_str_append(text, i > 0 ? ", " : "");
        if (i < none) {
            bool end = i < after->n_left_out;
            kh_demand_id id = end ? after->left_out[i] : after->cut_off[i - after->n_left_out];
            kh_str_printf(text, "%s 0", net->demands[id.i].id);
        } else {
            const kh_fall_short *one = &after->served.short_of[i - none];
            kh_str_printf(text, "%s %.3g %%", net->demands[one->demand.i].id, 100 * one->rate_bps / one->requested_bps);
        }
    }
    if (told < n)
        kh_str_printf(text, " and %zu more", n - told);
    if (!after->served.known)
        kh_str_printf(text, "%snot worked out", n > 0 ? ", others: " : "");
}

static void write_losses(const kh_pipeline *pipeline, const kh_protection *p, kh_str *out)
{
    size_t told = p->n < MOST_ROWS ? p->n : MOST_ROWS;
    cli_table table = cli_table_start(pipeline->arena, "lost|>one share for all|>served|proof|who falls short");
    for (size_t i = 0; i < told; i++) {
        kh_str name = {0}, demands = {0};
        name_loss(&p->of[i], &name);
        list_demands(pipeline->net, &p->of[i], &demands);
        cli_table_cell(&table, "%s", kh_str_text(&name));
        cli_table_cell(&table, "%s", share(pipeline, p->of[i].value));
        cli_table_cell(&table, "%s", p->of[i].served.known ? share(pipeline, p->of[i].served.share) : "?");
        cli_table_cell(&table, "%s", p->of[i].kept ? "kept" : "anew");
        cli_table_cell(&table, "%s", demands.length > 0 ? kh_str_text(&demands) : "-");
        kh_str_clear(&name);
        kh_str_clear(&demands);
    }
    cli_table_text(&table, out);
    if (told < p->n)
        kh_str_printf(out, "The %zu worst of %zu; --json has all.\n", told, p->n);
}

/* Which losses cut a demand off though both its ends are there: what no routing survives. */
static size_t list_separators(const kh_protection *p, uint32_t demand, kh_str *text)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < p->of[i].n_cut_off; j++) {
            if (p->of[i].cut_off[j].i != demand || ++n > MOST_NAMED)
                continue;
            kh_str_append(text, n > 1 ? ", or " : "");
            name_loss(&p->of[i], text);
        }
    if (n > MOST_NAMED)
        kh_str_printf(text, ", or one of %zu more", n - MOST_NAMED);
    return n;
}

static void write_separators(const kh_net *net, const kh_protection *p, kh_str *out)
{
    size_t told = 0, n = 0;
    for (uint32_t k = 0; k < net->n_demands; k++) {
        kh_str losses = {0}, text = {0};
        if (list_separators(p, k, &losses) > 0 && ++n <= MOST_TOLD) {
            kh_str_printf(&text, "%s loses all when %s %s lost: every route passes there, so no routing helps.", net->demands[k].id,
                          kh_str_text(&losses), p->of[0].lost[1] != NULL ? "are" : "is");
            if (told++ == 0)
                kh_str_append(out, "\n");
            paragraph(out, &text);
        }
        kh_str_clear(&losses);
    }
    if (told < n)
        kh_str_printf(out, "  %zu more demands lose all after some loss; --json names them.\n", n - told);
    if (n == 0 && p->n > 0 && p->complete)
        kh_str_append(out, "\n  No loss parts a demand whose ends are left.\n");
}

/* -- one more module in text --------------------------------------------------------------------------------------- */

typedef struct row {
    uint32_t link;
    double gain;
} row;

static int by_gain(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (fabs(x->gain - y->gain) > 0)
        return x->gain > y->gain ? -1 : 1;
    return x->link < y->link ? -1 : 1;
}

double cli_survive_module_eur(const kh_net *net, uint32_t link)
{
    uint32_t device = net->qkd_links[link].device.i;
    return device < net->n_devices ? net->devices[device].cost_eur : (double)NAN;
}

static void write_gains(const kh_pipeline *p, const kh_gains *gains, const double *module_bps, const row *rows, size_t n,
                        kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "one more module on|>brings|>share now|>then|>first order|>EUR");
    for (size_t i = 0; i < n; i++) {
        const kh_gain *gain = &gains->of[rows[i].link];
        cli_table_cell(&table, "%s", p->net->qkd_links[rows[i].link].id);
        cli_table_rate(&table, module_bps[rows[i].link]);
        cli_table_cell(&table, "%s", share_beside(p, gains->value, gain->value));
        cli_table_cell(&table, "%s", share_beside(p, gain->value, gains->value));
        cli_table_cell(&table, "%s", share_beside(p, gains->value + gain->first_order, gains->value));
        cli_table_number(&table, cli_survive_module_eur(p->net, rows[i].link), 0);
    }
    if (n > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

/* Links that have a price, or may have one, and yet bring nothing by themselves. */
static void say_cut(const kh_net *net, const kh_gains *gains, kh_str *out)
{
    kh_str text = {0};
    size_t n = 0;
    for (size_t e = 0; e < gains->n_known; e++) {
        const kh_gain *gain = &gains->of[e];
        bool brings = gain->value > gains->value * (1 + SOME);
        if (brings || !(gain->price_high * 1e-3 > gain->price_low && gain->price_high > 0) || ++n > MOST_TOLD)
            continue;
        kh_str_printf(&text, "%s%s",
                      n > 1 ? ", " : "Part of the bottleneck, but one more module on one of them alone brings nothing: ",
                      net->qkd_links[e].id);
    }
    if (n > MOST_TOLD)
        kh_str_printf(&text, " and %zu more", n - MOST_TOLD);
    if (n > 0) {
        kh_str_append(&text, ". Less there would cost.");
        kh_str_append(out, "\n");
        paragraph(out, &text);
    }
    kh_str_clear(&text);
}

static void say_gains(const kh_pipeline *p, const kh_gains *gains, size_t n_rows, kh_str *out)
{
    kh_str text = {0};
    size_t n_links = gains->n_known;
    kh_str_printf(&text, "One more module, link by link: every demand with a route can have %s of what it asks for, all at once. ",
                  share(p, gains->value));
    if (!gains->complete)
        kh_str_printf(&text, "The time limit passed after %zu of %zu links; what is said here is of these. ", n_links,
                      p->net->n_qkd_links);
    if (n_rows == 0)
        kh_str_append(&text, "No single module raises that.");
    else
        kh_str_printf(&text, "%zu of %zu links raise that by themselves.", n_rows, n_links);
    kh_str_printf(
        &text,
        " %zu links have a price of 0 in its proof, which therefore holds with a module more; the others were solved anew. "
        "First order is the price times the rate of the module: never less than the exact share.",
        gains->n_kept);
    paragraph(out, &text);
}

static kh_status write_what_if(const kh_pipeline *p, const plan_args *args, kh_str *out, kh_error *err)
{
    kh_gains gains;
    double *module_bps;
    KH_TRY(kh_survive_gain(p->net, p->rates, plan_args_left_s(args, PLAN_WHAT_IF, p), p->arena, &gains, &module_bps, err));
    row *rows = KH_NEW(p->arena, row, p->net->n_qkd_links);
    if (rows == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", p->net->n_qkd_links);
    size_t n = 0;
    for (uint32_t e = 0; e < gains.n_known; e++)
        if (gains.of[e].value > gains.value * (1 + SOME))
            rows[n++] = (row){e, gains.of[e].value - gains.value};
    qsort(rows, n, sizeof *rows, by_gain);
    say_gains(p, &gains, n, out);
    write_gains(p, &gains, module_bps, rows, n < MOST_ROWS ? n : MOST_ROWS, out);
    say_cut(p->net, &gains, out);
    return KH_OK;
}

static kh_status write_protection(const kh_pipeline *p, const plan_args *args, kh_str *out, kh_error *err)
{
    kh_protection *found;
    KH_TRY(cli_survive_protect(p, args, &found, err));
    say_protection(p, found, out);
    if (found->n > 0)
        kh_str_append(out, "\n");
    write_losses(p, found, out);
    write_separators(p->net, found, out);
    return KH_OK;
}

/* -- backups in text ----------------------------------------------------------------------------------------------- */

static void say_backup(const kh_pipeline *p, const kh_backup_plan *found, kh_loss_kind kind, kh_str *out)
{
    const kh_restoration *shared = &found->shared, *own = &found->dedicated;
    kh_str text = {0};
    kh_str_printf(
        &text,
        "The plan's routes as they are, each with backups that no loss of a %s takes together with it: %s of the plan can be "
        "carried and protected at once when reserves are shared between losses, %s when every backup has its own (1+1).",
        cli_survive_thing(kind), share(p, shared->value), share(p, own->value));
    if (shared->n_bare > 0)
        kh_str_printf(&text, " %zu of %zu routes %s no way around some loss: they are carried, but not protected.", shared->n_bare,
                      found->n_working, shared->n_bare == 1 ? "has" : "have");
    if (shared->reserved_bps > 0 && own->reserved_bps > 0) /* nothing reserved: no route has a backup, or none needs any */
        kh_str_printf(&text, " For the same share, shared reserves take %.3g %% of the key rate that own ones take.",
                      100 * (shared->reserved_bps / shared->value) / (own->reserved_bps / own->value));
    if (shared->complete && own->complete)
        kh_str_append(&text, " No choice of backups does better; that and the backups were checked by code of its own.");
    else
        kh_str_printf(&text, " Not proven to be the best: no choice does better than %s and %s.", share(p, shared->bound),
                      share(p, own->bound));
    paragraph(out, &text);
}

static void write_bare(const kh_pipeline *p, const kh_backup_plan *found, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "no way around a loss|>carries|over");
    const kh_restoration *shared = &found->shared;
    for (size_t i = 0; i < shared->n_bare && i < MOST_ROWS; i++) {
        const kh_keyflow_route *route = &found->working[shared->bare[i]];
        kh_str links = {0};
        for (size_t j = 0; j < route->n_links && j < MOST_NAMED; j++)
            kh_str_printf(&links, "%s%s", j > 0 ? ", " : "", p->net->qkd_links[route->links[j]].id);
        if (route->n_links > MOST_NAMED)
            kh_str_printf(&links, " and %zu more", route->n_links - MOST_NAMED);
        cli_table_cell(&table, "%s", p->net->demands[route->demand].id);
        cli_table_rate(&table, route->rate_bps);
        cli_table_cell(&table, "%s", kh_str_text(&links));
        kh_str_clear(&links);
    }
    if (shared->n_bare > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
    if (shared->n_bare > MOST_ROWS)
        kh_str_printf(out, "The first %d of %zu; --json has all.\n", MOST_ROWS, shared->n_bare);
}

kh_status cli_survive_backup(const kh_pipeline *p, const plan_args *args, kh_backup_plan **found, kh_error *err)
{
    const kh_survive_options options = {plan_args_left_s(args, PLAN_BACKUP, p), args->optimise.lp_program, args->mps};
    return kh_survive_backup(p->net, p->rates, p->plan, kh_loss_kind_find(args->backup), &options, p->arena, found, err);
}

static kh_status write_backup(const kh_pipeline *p, const plan_args *args, kh_str *out, kh_error *err)
{
    kh_backup_plan *found;
    KH_TRY(cli_survive_backup(p, args, &found, err));
    say_backup(p, found, kh_loss_kind_find(args->backup), out);
    write_bare(p, found, out);
    return KH_OK;
}

kh_status cli_survive_text(const kh_pipeline *p, const plan_args *args, kh_error *err)
{
    kh_str out = {0};
    kh_status status = KH_OK;
    kh_str_printf(&out, "%s\n", p->net->name);
    if (p->plan->n_asking == 0) {
        kh_str_append(&out, "  No demand asks for QKD key: no loss takes any, and no module brings any.\n");
        status = cli_write(NULL, &out, err);
        kh_str_clear(&out);
        return status;
    }
    static kh_status (*const write[])(const kh_pipeline *, const plan_args *, kh_str *,
                                      kh_error *) = {write_protection, cli_apart_text, write_backup, write_what_if};
    const bool asked[] = {args->protect != NULL || args->protect_two != NULL, args->apart != NULL, args->backup != NULL,
                          args->what_if};
    for (size_t i = 0, told = 0; i < sizeof asked / sizeof asked[0] && status == KH_OK; i++) {
        if (!asked[i])
            continue;
        kh_str_append(&out, told++ > 0 ? "\n" : "");
        status = write[i](p, args, &out, err);
    }
    if (status == KH_OK)
        status = cli_write(NULL, &out, err);
    kh_str_clear(&out);
    return status;
}
