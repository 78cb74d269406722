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
                    .key = KH_NEW(arena, uint32_t, n),
                    .tight = KH_NEW(arena, uint32_t, room),
                    .extra = KH_NEW(arena, uint32_t, room),
                    .row = KH_NEW(arena, uint32_t, m),
                    .key_load = KH_NEW(arena, double, m),
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
    if (b->unit == NULL || b->per_scale == NULL || b->room == NULL || b->asked == NULL || b->key == NULL || b->tight == NULL ||
        b->extra == NULL || b->row == NULL || b->key_load == NULL || b->value == NULL || b->load == NULL || b->extra_sum == NULL ||
        b->price == NULL || b->weight == NULL || b->line == NULL || b->slack_reduced == NULL || b->at_key == NULL ||
        b->looked_up == NULL || b->column == NULL || b->solved == NULL || b->rhs == NULL)
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
    memcpy(to->key, from->key, n * sizeof *to->key);
    memset(to->place, 0, to->path_room * sizeof *to->place);
    memset(to->barred, 0, to->path_room * sizeof *to->barred);
    memcpy(to->tight, from->tight, from->working.n * sizeof *to->tight);
    memcpy(to->extra, from->extra, from->working.n * sizeof *to->extra);
    memcpy(to->row, from->row, m * sizeof *to->row);
    memcpy(to->key_load, from->key_load, m * sizeof *to->key_load);
    kh_working_copy(&from->working, &to->working);
    for (uint32_t i = 1; i < from->working.n; i++)
        to->place[from->extra[i]] = i;
}

void kh_keyed_add_load(const kh_keyed *b, uint32_t path, double factor, double *load)
{
    const kh_pool_path *p = &b->pool->paths[path];
    const uint32_t *link = &b->pool->links[p->first];
    double each = factor * b->unit[p->demand];
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
    return sum * b->unit[p->demand];
}

static void add_to_column(const kh_keyed *b, uint32_t path, double factor, double *column)
{
    const kh_pool_path *p = &b->pool->paths[path];
    const uint32_t *link = &b->pool->links[p->first];
    double each = factor * b->unit[p->demand];
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

static double on_path(const kh_keyed *b, uint32_t path, uint32_t link)
{
    const kh_pool_path *p = &b->pool->paths[path];
    for (uint32_t i = 0; i < p->n_links; i++)
        if (b->pool->links[p->first + i] == link)
            return 1;
    return 0;
}

double kh_keyed_entry(const kh_keyed *b, uint32_t path, uint32_t link)
{
    uint32_t k = b->pool->paths[path].demand;
    return (on_path(b, path, link) - on_path(b, b->key[k], link)) * b->unit[k] * b->per_scale[link];
}

void kh_keyed_set_values(kh_keyed *b)
{
    size_t m = b->problem->graph.n_links;
    for (size_t r = 0; r < b->working.n; r++)
        b->rhs[r] = b->room[b->tight[r]];
    kh_working_solve(&b->working, b->rhs, b->value);
    for (size_t e = 0; e < m; e++)
        b->load[e] = b->key_load[e] * b->value[0];
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

double kh_keyed_key_share(const kh_keyed *b, uint32_t demand)
{
    return (b->asked[demand] ? b->value[0] : 0) - b->extra_sum[demand];
}

/* Solved for the key, x_new = t - sum of the extras; that is what the lines of the inverse say of the new key's column too. */
void kh_keyed_swap(kh_keyed *b, uint32_t column)
{
    uint32_t fresh = b->extra[column], k = b->pool->paths[fresh].demand, old = b->key[k];
    size_t room = b->working.room, n = b->working.n;
    double *line = &b->working.inverse[column * room], *t_line = b->working.inverse;
    for (size_t r = 0; r < n; r++)
        line[r] = (b->asked[k] ? t_line[r] : 0) - line[r];
    for (size_t i = 1; i < n; i++)
        for (size_t r = 0; i != column && b->pool->paths[b->extra[i]].demand == k && r < n; r++)
            line[r] -= b->working.inverse[i * room + r];
    if (b->asked[k]) {
        kh_keyed_add_load(b, old, -1, b->key_load);
        kh_keyed_add_load(b, fresh, 1, b->key_load);
    }
    b->key[k] = fresh;
    b->extra[column] = old;
    b->place[fresh] = 0;
    b->place[old] = column;
}

static uint32_t sum_keys(kh_keyed *b)
{
    size_t m = b->problem->graph.n_links;
    uint32_t busiest = 0;
    double most = 0;
    memset(b->key_load, 0, m * sizeof *b->key_load);
    for (size_t k = 0; k < b->problem->n_demands; k++)
        if (b->asked[k])
            kh_keyed_add_load(b, b->key[k], 1, b->key_load);
    for (uint32_t e = 0; e < m; e++)
        if (b->room[e] > 0 && b->key_load[e] / b->room[e] > most) {
            most = b->key_load[e] / b->room[e];
            busiest = e;
        }
    return busiest;
}

static void fill_matrix(kh_keyed *b, double *matrix)
{
    size_t n = b->working.n, room = b->working.room;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            kh_keyed_column(b, b->extra[i], b->column);
        for (size_t r = 0; r < n; r++)
            matrix[r * room + i] = i > 0 ? b->column[r] : b->key_load[b->tight[r]];
    }
}

/* Rows and columns that depend on the others go. */
static void drop(kh_keyed *b, const bool *kept)
{
    size_t n = b->working.n, rows = 0;
    uint32_t columns = 0;
    for (size_t r = 0; r < n; r++) {
        uint32_t e = b->tight[r];
        b->row[e] = kept[r] ? (uint32_t)rows : KH_NO_INDEX;
        if (kept[r])
            b->tight[rows++] = e;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t p = b->extra[i];
        if (i > 0)
            b->place[p] = kept[n + i] ? columns : 0;
        if (kept[n + i])
            b->extra[columns++] = p;
    }
    b->working.n = rows;
}

/* Only t and the link that the keys fill first. */
static void start_over(kh_keyed *b, uint32_t busiest)
{
    for (size_t r = 0; r < b->working.n; r++)
        b->row[b->tight[r]] = KH_NO_INDEX;
    for (size_t i = 1; i < b->working.n; i++)
        b->place[b->extra[i]] = 0;
    b->working.n = 1;
    b->tight[0] = busiest;
    b->row[busiest] = 0;
}

bool kh_keyed_rebuild(kh_keyed *b, double *matrix, bool *kept)
{
    if (b->problem->graph.n_links == 0)
        return false;
    uint32_t busiest = sum_keys(b);
    if (!(b->key_load[busiest] > 0) || !(b->room[busiest] > 0))
        return false;
    for (int turn = 0; turn < 3; turn++) {
        size_t n = b->working.n;
        fill_matrix(b, matrix);
        size_t rank = kh_working_invert(&b->working, matrix, n, kept);
        if (rank == n && n > 0)
            return true;
        if (rank > 0 && kept[n])
            drop(b, kept);
        else
            start_over(b, busiest);
    }
    return false;
}
