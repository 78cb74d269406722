/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which coalitions' views a solution breaks that have no row yet, and the last solution that broke none. */
#include "core/net/ids.h"
#include "solvers/secure/shares.h"

#include <math.h>
#include <string.h>

static const double STILL_WHOLE = 1 - 1e-9; /* of a frozen demand's rate */
static const double BROKEN = 1e-10;         /* of a demand's rate, seen beyond what a solution allows for */

static void sum_views(kh_shares *s)
{
    for (size_t v = 0; v < s->n_views; v++)
        s->views[v].flow = 0;
    for (size_t p = 0; p < s->n_paths; p++)
        for (size_t i = p > 0 ? s->seen_end[p - 1] : 0; i < s->seen_end[p]; i++)
            s->views[s->seen[i]].flow += s->path_flow[p];
}

/* Of a path's views without a row the one that sees most, KH_NO_INDEX: none breaks its own. */
static uint32_t worst_view(const kh_shares *s, size_t path)
{
    uint32_t worst = KH_NO_INDEX;
    for (size_t i = path > 0 ? s->seen_end[path - 1] : 0; i < s->seen_end[path] && s->path_flow[path] > 0; i++) {
        const kh_shares_view *view = &s->views[s->seen[i]];
        if (view->row == KH_NO_INDEX && view->flow > s->theta[view->demand] + BROKEN &&
            (worst == KH_NO_INDEX || view->flow > s->views[worst].flow))
            worst = s->seen[i];
    }
    return worst;
}

static kh_status add_row(kh_shares *s, uint32_t view, kh_error *err)
{
    if (s->n_rows == s->row_room) {
        uint32_t *rows = kh_arena_grow(s->arena, s->rows, s->n_rows, &s->row_room, sizeof *rows);
        if (rows == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", s->n_rows + 1);
        s->rows = rows;
    }
    s->views[view].row = (uint32_t)s->n_rows;
    s->rows[s->n_rows++] = view;
    return KH_OK;
}

kh_status kh_shares_tighten(kh_shares *s, size_t *n_added, kh_error *err)
{
    *n_added = 0;
    sum_views(s);
    for (size_t p = 0; p < s->n_paths; p++) {
        uint32_t view = worst_view(s, p);
        if (view == KH_NO_INDEX)
            continue;
        KH_TRY(add_row(s, view, err));
        ++*n_added;
    }
    return KH_OK;
}

static double seen_by_worst(const kh_shares *s, size_t demand)
{
    double most = 0;
    for (uint32_t v = s->last_view[demand]; v != KH_NO_INDEX; v = s->views[v].previous)
        most = fmax(most, s->views[v].flow);
    return most;
}

double kh_shares_kept_secret(kh_shares *s)
{
    double least = HUGE_VAL;
    memset(s->secret, 0, s->problem->n_demands * sizeof *s->secret);
    for (size_t p = 0; p < s->n_paths; p++)
        s->secret[s->pool->paths[p].demand] += s->path_flow[p];
    for (size_t k = 0; k < s->problem->n_demands; k++) {
        if (s->unit_bps[k] <= 0)
            continue;
        double secret = s->secret[k] - seen_by_worst(s, k);
        if (s->frozen[k] && secret < STILL_WHOLE)
            return 0;
        if (!s->frozen[k])
            least = fmin(least, secret);
    }
    return isinf(least) ? 0 : fmax(least, 0) * s->level;
}

void kh_shares_keep(kh_shares *s, double lambda)
{
    for (size_t p = 0; p < s->n_paths; p++)
        s->kept_bps[p] = s->path_flow[p] * s->unit_bps[s->pool->paths[p].demand];
    s->n_kept = s->n_paths;
    s->kept_lambda = lambda;
}

void kh_shares_restore(kh_shares *s)
{
    for (size_t p = 0; p < s->n_paths; p++)
        s->path_flow[p] = p < s->n_kept ? s->kept_bps[p] / s->unit_bps[s->pool->paths[p].demand] : 0;
    s->lambda = s->kept_lambda;
}
