/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/page.h"
#include "tools/report/verdict.h"

#include <math.h>

enum { WIDTH = 76 };
static const char *const INDENT = "  ";

static void paragraph(kh_str *out, const kh_str *text)
{
    if (text->length == 0)
        return;
    kh_str_append(out, INDENT);
    kh_str_append_wrapped(out, kh_str_text(text), WIDTH, INDENT);
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
}

static void say_cases(const kh_run *run, kh_str *out)
{
    size_t all_met = 0, worst = 0;
    double fewest = INFINITY;
    for (size_t i = 1; i < run->n_cases; i++) {
        kh_facts facts = kh_facts_of(run, i);
        double share = facts.n_asking == 0 ? 1 : (double)facts.n_met / (double)facts.n_asking;
        all_met += share >= 1;
        if (share < fewest)
            fewest = share, worst = i;
    }
    if (run->n_cases < 2)
        return;
    kh_facts facts = kh_facts_of(run, worst);
    kh_str_printf(out, "What-ifs: %zu of %zu cases meet every demand", all_met, run->n_cases - 1);
    if (fewest < 1)
        kh_str_printf(out, "; the worst, '%s', meets %zu of %zu", run->cases[worst].name, facts.n_met, facts.n_asking);
    kh_str_append(out, ".");
}

kh_status kh_summary_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err)
{
    kh_facts facts = kh_facts_of(run, 0);
    kh_str verdict = {0}, cases = {0};
    kh_str_printf(out, "%s\n", run->study == NULL ? "?" : run->study);
    kh_verdict_say(&facts, arena, &verdict);
    say_cases(run, &cases);
    paragraph(out, &verdict);
    paragraph(out, &cases);
    kh_str_clear(&verdict);
    kh_str_clear(&cases);
    return out->failed ? kh_fail(err, KH_ENOMEM, "out of memory for the summary") : KH_OK;
}
