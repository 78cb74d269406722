/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_mode.h"

#include "core/base/units.h"

#include <math.h>
#include <stdbool.h>

double kh_optical_mode_penalty_db(const kh_points *table, double x)
{
    const double *xy = table->xy;
    if (table->n == 0)
        return 0.0;
    if (x < xy[0]) /* a table that starts above 0 has (0, 0) in front */
        return xy[0] > 0.0 && x >= 0.0 ? xy[1] * x / xy[0] : (double)INFINITY;
    for (size_t i = 1; i < table->n; i++) {
        const double *a = &xy[2 * i - 2], *b = &xy[2 * i];
        if (x <= b[0])
            return a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
    }
    return x == xy[2 * table->n - 2] ? xy[2 * table->n - 1] : (double)INFINITY;
}

/* What one channel suffers. Impairments beyond their table or limit are told by the obstacle and count nothing. */
typedef struct suffering {
    double gsnr_01nm_db, penalty_db, margin_db, rate_gbps;
    kh_optical_obstacle obstacle;
} suffering;

static void add_impairment(suffering *s, const kh_points *table, double x, double most, kh_optical_obstacle obstacle)
{
    double penalty_db = kh_optical_mode_penalty_db(table, x);
    if (isfinite(penalty_db) && fabs(x) <= most)
        s->penalty_db += penalty_db;
    else if (s->obstacle == KH_OPTICAL_CLEAR)
        s->obstacle = obstacle;
}

/* A generic mode lowers its rate to what the gap allows; a full rate has a margin. */
static void judge_generic(const kh_mode *mode, double margin_db, double baud_gbd, suffering *s)
{
    double left_db =
        s->gsnr_01nm_db - kh_db_from_linear(baud_gbd * 1e9 / KH_OPTICAL_B0_HZ) - s->penalty_db - margin_db - mode->shannon_gap_db;
    double full = exp2(mode->rate_gbps / (2.0 * baud_gbd)) - 1.0, left = kh_linear_from_db(left_db);
    s->rate_gbps = fmin(mode->rate_gbps, 2.0 * baud_gbd * log2(1.0 + left));
    s->margin_db = fmax(left_db - kh_db_from_linear(full), 0.0);
}

static void judge_fixed(const kh_mode *mode, double margin_db, suffering *s)
{
    double need_db = mode->required_osnr_db + margin_db, have_db = s->gsnr_01nm_db - s->penalty_db;
    s->rate_gbps = mode->rate_gbps;
    s->margin_db = have_db - need_db;
    if (!(round(have_db * 100.0) / 100.0 > need_db))
        s->obstacle = KH_OPTICAL_LACKS_OSNR; /* goes before the other obstacles */
}

static suffering judge_channel(const kh_mode *mode, double margin_db, const kh_optical_path *path, const kh_optical_comb *comb,
                               size_t i)
{
    kh_optical_channel channel = path->channels[i];
    if (!isnan(mode->tx_osnr_db))
        kh_optical_channel_add_tx(&channel, comb->baud_hz[i], mode->tx_osnr_db);
    suffering s = {.gsnr_01nm_db = channel.gsnr_01nm_db};
    add_impairment(&s, &mode->cd_penalty, channel.cd_ps_nm, mode->max_cd_ps_nm, KH_OPTICAL_TOO_MUCH_CD);
    add_impairment(&s, &mode->pmd_penalty, path->pmd_ps, mode->max_pmd_ps, KH_OPTICAL_TOO_MUCH_PMD);
    add_impairment(&s, &mode->pdl_penalty, path->pdl_db, (double)INFINITY, KH_OPTICAL_TOO_MUCH_PDL);
    if (isnan(mode->required_osnr_db))
        judge_generic(mode, margin_db, comb->baud_hz[i] * 1e-9, &s);
    else
        judge_fixed(mode, margin_db, &s);
    return s;
}

static bool is_worse(const suffering *a, const suffering *b)
{
    return a->margin_db != b->margin_db ? a->margin_db < b->margin_db : a->gsnr_01nm_db < b->gsnr_01nm_db;
}

kh_optical_verdict kh_optical_mode_judge(const kh_mode *mode, double margin_db, const kh_optical_path *path,
                                         const kh_optical_comb *comb, const kh_optical_selection *which)
{
    kh_optical_verdict verdict = {.obstacle = KH_OPTICAL_CLEAR, .rate_gbps = (double)INFINITY};
    suffering worst = {.margin_db = (double)INFINITY, .gsnr_01nm_db = (double)INFINITY};
    size_t n = which == NULL ? path->n : which->n;
    for (size_t k = 0; k < n; k++) {
        size_t i = which == NULL ? k : which->index[k];
        suffering s = judge_channel(mode, margin_db, path, comb, i);
        if (s.obstacle == KH_OPTICAL_LACKS_OSNR || verdict.obstacle == KH_OPTICAL_CLEAR)
            verdict.obstacle = s.obstacle;
        verdict.rate_gbps = fmin(verdict.rate_gbps, s.rate_gbps);
        if (k > 0 && !is_worse(&s, &worst))
            continue;
        worst = s;
        verdict.worst = i;
    }
    verdict.gsnr_01nm_db = worst.gsnr_01nm_db;
    verdict.penalty_db = worst.penalty_db;
    verdict.margin_db = worst.margin_db;
    if (verdict.obstacle != KH_OPTICAL_CLEAR)
        verdict.rate_gbps = 0.0;
    return verdict;
}

static double largest_cd_ps_nm(const kh_optical_path *path)
{
    double largest = 0.0;
    for (size_t i = 0; i < path->n; i++)
        largest = fabs(path->channels[i].cd_ps_nm) > fabs(largest) ? path->channels[i].cd_ps_nm : largest;
    return largest;
}

static double table_end(const kh_points *table)
{
    return table->n == 0 ? (double)INFINITY : table->xy[2 * table->n - 2];
}

static const char *explain_osnr(const kh_mode *mode, double margin_db, const kh_optical_verdict *verdict, kh_arena *arena)
{
    double missing_db = fmax(-verdict->margin_db, 0.0);
    if (verdict->penalty_db > 0.0)
        return kh_arena_printf(arena, "misses %g dB + %.1f dB penalties + %g dB margin by %.1f dB (GSNR %.1f dB in 0.1 nm)",
                               mode->required_osnr_db, verdict->penalty_db, margin_db, missing_db, verdict->gsnr_01nm_db);
    return kh_arena_printf(arena, "misses %g dB + %g dB margin by %.1f dB (GSNR %.1f dB in 0.1 nm)", mode->required_osnr_db,
                           margin_db, missing_db, verdict->gsnr_01nm_db);
}

const char *kh_optical_mode_explain(const kh_mode *mode, double margin_db, const kh_optical_path *path,
                                    const kh_optical_verdict *verdict, kh_arena *arena)
{
    switch (verdict->obstacle) {
    case KH_OPTICAL_LACKS_OSNR:
        return explain_osnr(mode, margin_db, verdict, arena);
    case KH_OPTICAL_TOO_MUCH_CD:
        return kh_arena_printf(arena, "corrects %g ps/nm of dispersion, the line has %.0f ps/nm",
                               fmin(mode->max_cd_ps_nm, table_end(&mode->cd_penalty)), largest_cd_ps_nm(path));
    case KH_OPTICAL_TOO_MUCH_PMD:
        return kh_arena_printf(arena, "bears %g ps of PMD, the line has %.1f ps",
                               fmin(mode->max_pmd_ps, table_end(&mode->pmd_penalty)), path->pmd_ps);
    case KH_OPTICAL_TOO_MUCH_PDL:
        return kh_arena_printf(arena, "bears %g dB of PDL, the line has %.1f dB", table_end(&mode->pdl_penalty), path->pdl_db);
    case KH_OPTICAL_CLEAR:
        break;
    }
    return kh_arena_strdup(arena, "works");
}
