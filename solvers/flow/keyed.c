/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/keyed.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

/* More tight links than this are left to a solver of sparse programs. */
enum { MOST_TIGHT = 800 };

kh_status kh_keyed_init(kh_keyed *b, const kh_keyflow_problem *problem, kh_pool *pool, kh_arena *arena, kh_error *err)
{
    size_t m = problem->graph.n_links, n = problem->n_demands, room = m < MOST_TIGHT ? m + 1 : MOST_TIGHT;
    *b = (kh_keyed){.problem = problem,
                    .pool = pool,
                    .unit = KH_NEW(arena, double, n),
                    .per_scale = KH_NEW(arena, double, m),
                    .room = KH_NEW(arena, double, m),
                    .asked = KH_NEW(arena, bool, n),
                    .frozen = KH_NEW(arena, bool, n),
                    .key = KH_NEW(arena, uint32_t, n),
                    .tight = KH_NEW(arena, uint32_t, room),
                    .extra = KH_NEW(arena, uint32_t, room),
                    .row = KH_NEW(arena, uint32_t, m),
                    .key_load = KH_NEW(arena, double, m),
                    .held = KH_NEW(arena, double, m),
                    .value = KH_NEW(arena, double, room),
                    .load = KH_NEW(arena, double, m),
                    .extra_sum = KH_NEW(arena, double, n),
                    .price = KH_NEW(arena, double, m),
                    .weight = KH_NEW(arena, double, m),
                    .line = KH_NEW(arena, double, m),
                    .slack_reduced = KH_NEW(arena, double, m),
                    .at_key = KH_NEW(arena, double, n),
                    .looked_up = KH_NEW(arena, uint32_t, n),
                    .column = KH_NEW(arena, double, room),
                    .solved = KH_NEW(arena, double, room),
                    .rhs = KH_NEW(arena, double, room)};
    if (b->unit == NULL || b->per_scale == NULL || b->room == NULL || b->asked == NULL || b->frozen == NULL || b->key == NULL ||
        b->tight == NULL || b->extra == NULL || b->row == NULL || b->key_load == NULL || b->held == NULL || b->value == NULL ||
        b->load == NULL || b->extra_sum == NULL || b->price == NULL || b->weight == NULL || b->line == NULL ||
        b->slack_reduced == NULL || b->at_key == NULL || b->looked_up == NULL || b->column == NULL || b->solved == NULL ||
        b->rhs == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a basis of %zu links and %zu demands", m, n);
    memset(b->key, 0xff, n * sizeof *b->key);
    memset(b->row, 0xff, m * sizeof *b->row);
    KH_TRY(kh_working_init(&b->working, room, arena, err));
    return kh_keyed_follow(b, arena, err);
}

kh_status kh_keyed_follow(kh_keyed *b, kh_arena *arena, kh_error *err)
{
    size_t n = b->pool->n_paths, room = 2 * n + 16;
    if (n <= b->path_room && b->place != NULL)
        return KH_OK;
    uint32_t *place = KH_NEW(arena, uint32_t, room), *candidate = KH_NEW(arena, uint32_t, room);
    bool *barred = KH_NEW(arena, bool, room), *open = KH_NEW(arena, bool, room);
    double *reduced = KH_NEW(arena, double, room), *entry = KH_NEW(arena, double, room);
    if (place == NULL || candidate == NULL || barred == NULL || open == NULL || reduced == NULL || entry == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", n);
    if (b->path_room > 0) {
        memcpy(place, b->place, b->path_room * sizeof *place);
        memcpy(barred, b->barred, b->path_room * sizeof *barred);
    }
    b->place = place;
    b->barred = barred;
    b->candidate = candidate;
    b->open = open;
    b->reduced = reduced;
    b->entry = entry;
    b->path_room = room;
    return KH_OK;
}

void kh_keyed_copy(const kh_keyed *from, kh_keyed *to)
{
    size_t m = from->problem->graph.n_links, n = from->problem->n_demands;
    memcpy(to->unit, from->unit, n * sizeof *to->unit);
    memcpy(to->per_scale, from->per_scale, m * sizeof *to->per_scale);
    memcpy(to->room, from->room, m * sizeof *to->room);
    memcpy(to->asked, from->asked, n * sizeof *to->asked);
    memcpy(to->frozen, from->frozen, n * sizeof *to->frozen);
    memcpy(to->key, from->key, n * sizeof *to->key);
    memset(to->place, 0, to->path_room * sizeof *to->place);
    memset(to->barred, 0, to->path_room * sizeof *to->barred);
    memcpy(to->tight, from->tight, from->working.n * sizeof *to->tight);
    memcpy(to->extra, from->extra, from->working.n * sizeof *to->extra);
    memcpy(to->row, from->row, m * sizeof *to->row);
    memcpy(to->key_load, from->key_load, m * sizeof *to->key_load);
    memcpy(to->held, from->held, m * sizeof *to->held);
    kh_working_copy(&from->working, &to->working);
    for (uint32_t i = 1; i < from->working.n; i++)
        to->place[from->extra[i]] = i;
}

void kh_keyed_add_load(const kh_keyed *b, uint32_t path, double factor, double *load)
{
    const kh_pool_path *p = &b->pool->paths[path];
    const uint32_t *link = &b->pool->links[p->first];
    double each = factor * kh_keyed_unit(b, p);
    for (uint32_t i = 0; i < p->n_links; i++)
        load[link[i]] += each * b->per_scale[link[i]];
}

double kh_keyed_cost(const kh_keyed *b, uint32_t path, const double *weight)
{
    const kh_pool_path *p = &b->pool->paths[path];
    const uint32_t *link = &b->pool->links[p->first];
    double sum = 0;
    for (uint32_t i = 0; i < p->n_links; i++)
        sum += weight[link[i]];
    return sum * kh_keyed_unit(b, p);
}

static void add_to_column(const kh_keyed *b, uint32_t path, double factor, double *column)
{
    const kh_pool_path *p = &b->pool->paths[path];
    const uint32_t *link = &b->pool->links[p->first];
    double each = factor * kh_keyed_unit(b, p);
    for (uint32_t i = 0; i < p->n_links; i++)
        if (b->row[link[i]] != KH_NO_INDEX)
            column[b->row[link[i]]] += each * b->per_scale[link[i]];
}

void kh_keyed_column(const kh_keyed *b, uint32_t path, double *column)
{
    memset(column, 0, b->working.n * sizeof *column);
    add_to_column(b, path, 1, column);
    add_to_column(b, b->key[b->pool->paths[path].demand], -1, column);
}

void kh_keyed_column_of_t(const kh_keyed *b, double *column)
{
    for (size_t r = 0; r < b->working.n; r++)
        column[r] = b->key_load[b->tight[r]];
}

/* Bit/s on the link at a share of 1. */
static double on_link(const kh_keyed *b, uint32_t path, uint32_t link)
{
    const kh_pool_path *p = &b->pool->paths[path];
    for (uint32_t i = 0; i < p->n_links; i++)
        if (b->pool->links[p->first + i] == link)
            return kh_keyed_unit(b, p);
    return 0;
}

double kh_keyed_entry(const kh_keyed *b, uint32_t path, uint32_t link)
{
    uint32_t k = b->pool->paths[path].demand;
    return (on_link(b, path, link) - on_link(b, b->key[k], link)) * b->per_scale[link];
}

void kh_keyed_set_values(kh_keyed *b)
{
    size_t m = b->problem->graph.n_links;
    for (size_t r = 0; r < b->working.n; r++)
        b->rhs[r] = b->room[b->tight[r]] - b->held[b->tight[r]];
    kh_working_solve(&b->working, b->rhs, b->value);
    for (size_t e = 0; e < m; e++)
        b->load[e] = b->held[e] + b->key_load[e] * b->value[0];
    memset(b->extra_sum, 0, b->problem->n_demands * sizeof *b->extra_sum);
    for (size_t i = 1; i < b->working.n; i++) {
        uint32_t k = b->pool->paths[b->extra[i]].demand;
        b->extra_sum[k] += b->value[i];
        kh_keyed_add_load(b, b->extra[i], b->value[i], b->load);
        kh_keyed_add_load(b, b->key[k], -b->value[i], b->load);
    }
}

void kh_keyed_set_prices(kh_keyed *b)
{
    size_t m = b->problem->graph.n_links;
    memset(b->price, 0, m * sizeof *b->price);
    memset(b->weight, 0, m * sizeof *b->weight);
    for (size_t r = 0; r < b->working.n; r++) {
        uint32_t e = b->tight[r];
        b->price[e] = b->working.inverse[r];
        b->weight[e] = b->price[e] * b->per_scale[e];
    }
}

uint32_t kh_keyed_dearest(const kh_keyed *b)
{
    uint32_t best = b->tight[0];
    for (size_t r = 1; r < b->working.n; r++)
        if (b->price[b->tight[r]] > b->price[best])
            best = b->tight[r];
    return best;
}

double kh_keyed_key_share(const kh_keyed *b, uint32_t demand)
{
    return (b->frozen[demand] ? 1 : b->asked[demand] ? b->value[0] : 0) - b->extra_sum[demand];
}

void kh_keyed_rescale(kh_keyed *b, double factor, bool with_t)
{
    for (size_t i = 0; i < b->working.n; i++)
        if (i == 0 ? with_t : kh_keyed_grows(b, b->pool->paths[b->extra[i]].demand))
            for (size_t r = 0; r < b->working.n; r++)
                b->working.inverse[i * b->working.room + r] /= factor;
    for (size_t k = 0; k < b->problem->n_demands; k++)
        if (kh_keyed_grows(b, k))
            b->unit[k] *= factor;
    for (size_t e = 0; e < b->problem->graph.n_links; e++)
        b->key_load[e] *= factor;
}

/* The load of a key, where its demand's share is counted. */
static double *load_of_keys(kh_keyed *b, uint32_t demand)
{
    return b->frozen[demand] ? b->held : b->key_load;
}

void kh_keyed_replace_key(kh_keyed *b, uint32_t path)
{
    uint32_t k = b->pool->paths[path].demand;
    if (b->asked[k]) {
        kh_keyed_add_load(b, b->key[k], -1, load_of_keys(b, k));
        kh_keyed_add_load(b, path, 1, load_of_keys(b, k));
    }
    b->key[k] = path;
}

/* Solved for the key, x_new = t - sum of the extras; that is what the lines of the inverse say of the new key's column too. */
void kh_keyed_swap(kh_keyed *b, uint32_t column)
{
    uint32_t fresh = b->extra[column], k = b->pool->paths[fresh].demand, old = b->key[k];
    size_t room = b->working.room, n = b->working.n;
    double *line = &b->working.inverse[column * room], *t_line = b->working.inverse;
    for (size_t r = 0; r < n; r++)
        line[r] = (kh_keyed_grows(b, k) ? t_line[r] : 0) - line[r];
    for (size_t i = 1; i < n; i++)
        for (size_t r = 0; i != column && b->pool->paths[b->extra[i]].demand == k && r < n; r++)
            line[r] -= b->working.inverse[i * room + r];
    kh_keyed_replace_key(b, fresh);
    b->extra[column] = old;
    b->place[fresh] = 0;
    b->place[old] = column;
}

void kh_keyed_sum_keys(kh_keyed *b)
{
    size_t m = b->problem->graph.n_links;
    memset(b->key_load, 0, m * sizeof *b->key_load);
    memset(b->held, 0, m * sizeof *b->held);
    for (uint32_t k = 0; k < b->problem->n_demands; k++)
        if (b->asked[k])
            kh_keyed_add_load(b, b->key[k], 1, load_of_keys(b, k));
}
