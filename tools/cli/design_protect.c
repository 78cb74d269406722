/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/design_protect.h"

#include "tools/cli/json_put.h"
#include "tools/cli/plan_survive.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 10, MOST_NAMED = 6 };
static const double SAME = 1e-9, MANY = 10; /* of a cost: equal; told as a multiple */

static void write_price(const cli_modules *m, const kh_dimension *d, kh_str *text)
{
    const kh_modules_design *with = &d->design, *without = &m->unprotected->design;
    kh_str_printf(text, "They bear the loss of any one %s (%zu in all): what is left then finds other routes. ",
                  cli_survive_thing(m->request->dimension.against), d->perils.n);
    if (isinf(without->cost)) {
        kh_str_append(text, "What would do without that was not found in time.");
        return;
    }
    kh_str_append(text, "Without that ");
    cli_modules_cost(m, without->cost, text);
    kh_str_append(text, " would do");
    if (!without->complete) {
        kh_str_append(text, " (no less than ");
        cli_modules_cost(m, without->bound, text);
        kh_str_append(text, ")");
    }
    kh_str_append(text, ": protection costs ");
    if (with->cost > MANY * without->cost)
        kh_str_printf(text, "%.3g times as much.", with->cost / without->cost);
    else if (with->cost > without->cost * (1 + SAME))
        kh_str_printf(text, "%.3g %% more.", 100 * (with->cost / without->cost - 1));
    else
        kh_str_append(text, "nothing more.");
}

typedef struct row {
    size_t loss;
    double value; /* INFINITY: nobody asks then */
} row;

static int by_value(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return x->loss < y->loss ? -1 : x->loss > y->loss;
}

static row *sort_losses(const cli_modules *m, const kh_dimension *d)
{
    row *rows = KH_NEW(m->pipeline->arena, row, d->perils.n);
    for (size_t s = 0; rows != NULL && s < d->perils.n; s++) {
        double value = d->design.after[s].value;
        rows[s] = (row){s, d->design.after[s].n_routes > 0 ? value : HUGE_VAL};
    }
    if (rows != NULL && d->perils.n > 0)
        qsort(rows, d->perils.n, sizeof *rows, by_value);
    return rows;
}

static void write_losses(const cli_modules *m, const kh_dimension *d, kh_str *out)
{
    cli_table table = cli_table_start(m->pipeline->arena, "after the loss of|>carries|>lose an end|>no way left");
    row *rows = sort_losses(m, d);
    for (size_t i = 0; rows != NULL && i < d->perils.n && i < MOST_ROWS; i++) {
        const kh_peril *peril = &d->perils.of[rows[i].loss];
        cli_table_cell(&table, "%s", d->problem.losses[rows[i].loss].name);
        if (isfinite(rows[i].value))
            cli_table_cell(&table, rows[i].value < 1000 ? "%.4g x" : "%.0f x", rows[i].value);
        else
            cli_table_cell(&table, "-");
        cli_table_cell(&table, "%zu", peril->n_left_out);
        cli_table_cell(&table, "%zu", peril->n_cut_off);
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
    if (d->perils.n > MOST_ROWS)
        kh_str_printf(out, "... and %zu more losses that leave as much or more.\n", d->perils.n - MOST_ROWS);
}

static size_t count_cut_off(const kh_dimension *d)
{
    size_t n = 0;
    for (size_t s = 0; s < d->perils.n; s++)
        n += d->perils.of[s].n_cut_off > 0;
    return n;
}

/* Demands that a loss parts whatever is installed: more modules do not help, other links would. */
static void write_cut_off(const cli_modules *m, const kh_dimension *d, kh_str *text)
{
    size_t n = count_cut_off(d), told = 0;
    kh_str_printf(text, n == 1 ? "%zu loss parts" : "%zu losses part", n);
    kh_str_append(text, " demands that no modules can join again: ");
    for (size_t s = 0; s < d->perils.n && told < MOST_NAMED; s++) {
        const kh_peril *peril = &d->perils.of[s];
        if (peril->n_cut_off == 0)
            continue;
        kh_str_printf(text, "%s%s (", told++ > 0 ? ", " : "", d->problem.losses[s].name);
        for (size_t i = 0; i < peril->n_cut_off && i < MOST_NAMED; i++)
            kh_str_printf(text, "%s%s", i > 0 ? " " : "", m->pipeline->net->demands[d->sent[peril->cut_off[i]]].id);
        if (peril->n_cut_off > MOST_NAMED)
            kh_str_printf(text, " and %zu more", peril->n_cut_off - MOST_NAMED);
        kh_str_append(text, ")");
    }
    if (n > told)
        kh_str_printf(text, " and %zu more", n - told);
    kh_str_append(text, n == 1 ? ". They are left out of that loss; " : ". They are left out of those losses; ");
    if (m->request->dimension.against == KH_LOSS_VENDOR && (m->request->device == NULL || strcmp(m->request->device, "all") != 0))
        kh_str_append(text, "another vendor's device there (--device all) or another link would protect them.");
    else
        kh_str_append(text, "only another link would protect them.");
}

void cli_protect_text(const cli_modules *m, kh_str *out)
{
    const kh_dimension *d = &m->designs[m->n - 1];
    kh_str text = {0};
    if (d->perils.n == 0) {
        kh_str_printf(&text, "Nothing is protected: the topology names no %s that a QKD link depends on.",
                      cli_survive_thing(m->request->dimension.against));
        cli_modules_paragraph(out, &text);
        return;
    }
    write_price(m, d, &text);
    cli_modules_paragraph(out, &text);
    if (count_cut_off(d) > 0) {
        write_cut_off(m, d, &text);
        cli_modules_paragraph(out, &text);
    }
    write_losses(m, d, out);
}

static kh_json *demands_json(const cli_modules *m, const kh_dimension *d, const uint32_t *list, size_t n)
{
    kh_json *all = kh_json_array();
    for (size_t i = 0; i < n; i++)
        kh_json_append(all, kh_json_text(m->pipeline->net->demands[d->sent[list[i]]].id));
    return all;
}

kh_json *cli_protect_losses_json(const cli_modules *m, const kh_dimension *d)
{
    kh_json *all = kh_json_array();
    for (size_t s = 0; s < d->perils.n; s++) {
        const kh_peril *peril = &d->perils.of[s];
        const kh_keyflow *after = &d->design.after[s];
        kh_json *one = kh_json_object();
        set_text(one, "lost", d->problem.losses[s].name);
        set_number(one, "worst", after->n_routes > 0 ? after->value : (double)NAN);
        kh_json_set(one, "left_out", demands_json(m, d, peril->left_out, peril->n_left_out));
        kh_json_set(one, "cut_off", demands_json(m, d, peril->cut_off, peril->n_cut_off));
        kh_json_append(all, one);
    }
    return all;
}
