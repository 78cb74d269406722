/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/apart.h"

#include "solvers/flow/program.h"

#include <math.h>

typedef struct work {
    const kh_apart_problem *problem;
    kh_arena *arena;
    kh_watch watch;
    size_t *user;      /* [n_groups] way that touches the group, from 1; 0: none */
    uint32_t *touched; /* [n_groups] */
    kh_program program;
    bool *integer;
    size_t n_columns, n_rows, n_entries;
} work;

static size_t n_arcs(const work *w)
{
    return 2 * w->problem->graph.n_links;
}

/* --- Suurballe's paths, when they are apart as they are --------------------------------------------------------------------- */

static bool are_apart(work *w, const kh_disjoint_ways *ways)
{
    const kh_apart_problem *p = w->problem;
    for (size_t j = 0; j < p->n_groups; j++)
        w->user[j] = 0;
    for (size_t i = 0; i < p->n_ways; i++) {
        kh_disjoint_way way = kh_disjoint_ways_get(ways, i);
        size_t n = kh_watch_touched(&w->watch, p->ends, p->ends[0], way.links, way.n_links, w->touched);
        for (size_t t = 0; t < n; t++) {
            if (w->user[w->touched[t]] > 0)
                return false;
            w->user[w->touched[t]] = i + 1;
        }
    }
    return true;
}

static kh_status keep(work *w, kh_disjoint_way way, kh_apart *apart, size_t i, kh_error *err)
{
    uint32_t *links = KH_NEW(w->arena, uint32_t, way.n_links);
    if (links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a path of %zu links", way.n_links);
    for (size_t h = 0; h < way.n_links; h++)
        links[h] = way.links[h];
    way.links = links;
    for (; i > 0 && apart->ways[i - 1].length > way.length; i--)
        apart->ways[i] = apart->ways[i - 1];
    apart->ways[i] = way;
    return KH_OK;
}

/* --- the integer program: columns are arcs of each way, then groups of each way ---------------------------------------------- */

static uint32_t node_row(const work *w, size_t way, uint32_t node)
{
    return (uint32_t)(way * w->problem->graph.n_nodes + node);
}

static uint32_t relay_row(const work *w, uint32_t node)
{
    return node_row(w, w->problem->n_ways, node);
}

static uint32_t group_row(const work *w, size_t group)
{
    return relay_row(w, (uint32_t)w->problem->graph.n_nodes) + (uint32_t)group;
}

static uint32_t next_member_row(work *w)
{
    w->program.row_lower[w->n_rows] = -HUGE_VAL;
    return (uint32_t)w->n_rows++;
}

static void put(work *w, uint32_t row, double value)
{
    w->program.row[w->n_entries] = row;
    w->program.value[w->n_entries++] = value;
}

static bool is_arc(const work *w, uint32_t tail, uint32_t head, size_t link)
{
    const kh_apart_problem *p = w->problem;
    bool leaves = tail == p->ends[0] || p->graph.relays == NULL || p->graph.relays[tail];
    return p->use[link] && tail != head && leaves && head != p->ends[0] && tail != p->ends[1];
}

/* Coalitions that see the arc: those of the link, and of the relay that it leads to. */
static size_t groups_of_arc(work *w, uint32_t link, uint32_t head)
{
    const uint32_t path[2] = {link, 0};
    const kh_watch *watch = &w->watch;
    size_t n = kh_watch_touched(&w->watch, w->problem->ends, w->problem->ends[0], path, 1, w->touched);
    for (size_t i = watch->node_first[head]; head != w->problem->ends[1] && i < watch->node_first[head + 1]; i++)
        if (!kh_watch_owns_end(watch, watch->node_item[i], w->problem->ends))
            w->touched[n++] = watch->node_item[i];
    return n;
}

/* Rows "arc <= group of the way" are numbered as arcs come: member[] keeps them for the groups' columns. */
typedef struct member {
    uint32_t row;
    size_t way, group;
} member;

static void add_arc(work *w, size_t way, uint32_t link, int turn, member *members, size_t *n_members)
{
    uint32_t tail = w->problem->graph.ends[link][turn], head = w->problem->graph.ends[link][1 - turn];
    w->program.start[w->n_columns] = w->n_entries;
    w->program.column_upper[w->n_columns] = is_arc(w, tail, head, link) ? 1 : 0;
    w->program.cost[w->n_columns] = -w->problem->length[link];
    w->integer[w->n_columns] = true;
    if (is_arc(w, tail, head, link)) {
        put(w, node_row(w, way, tail), 1);
        put(w, node_row(w, way, head), -1);
        put(w, relay_row(w, head), 1);
        size_t n = groups_of_arc(w, link, head);
        for (size_t i = 0; i < n; i++) {
            members[*n_members] = (member){next_member_row(w), way, w->touched[i]};
            put(w, members[(*n_members)++].row, 1);
        }
    } else {
        w->program.cost[w->n_columns] = 0;
    }
    w->n_columns++;
}

static void add_groups(work *w, size_t way, const member *members, size_t n_members)
{
    for (size_t j = 0; j < w->problem->n_groups; j++) {
        w->program.start[w->n_columns] = w->n_entries;
        w->program.column_upper[w->n_columns] = 1;
        put(w, group_row(w, j), 1);
        for (size_t i = 0; i < n_members; i++)
            if (members[i].way == way && members[i].group == j)
                put(w, members[i].row, -1);
        w->n_columns++;
    }
}

static void set_rows(work *w)
{
    const kh_apart_problem *p = w->problem;
    for (size_t way = 0; way < p->n_ways; way++) {
        uint32_t from = node_row(w, way, p->ends[0]), to = node_row(w, way, p->ends[1]);
        w->program.row_lower[from] = w->program.row_upper[from] = 1;
        w->program.row_lower[to] = w->program.row_upper[to] = -1;
    }
    for (uint32_t v = 0; v < p->graph.n_nodes; v++) {
        w->program.row_lower[relay_row(w, v)] = -HUGE_VAL;
        w->program.row_upper[relay_row(w, v)] = v == p->ends[1] ? HUGE_VAL : 1;
    }
    for (size_t j = 0; j < p->n_groups; j++) {
        w->program.row_lower[group_row(w, j)] = -HUGE_VAL;
        w->program.row_upper[group_row(w, j)] = 1;
    }
}

static kh_status fill(work *w, kh_error *err)
{
    const kh_apart_problem *p = w->problem;
    size_t n = p->graph.n_nodes, groups = p->n_groups, touches = 0;
    for (uint32_t e = 0; e < p->graph.n_links; e++)
        for (int turn = 0; turn < 2; turn++)
            touches += groups_of_arc(w, e, p->graph.ends[e][1 - turn]);
    touches *= p->n_ways;
    size_t rows = (p->n_ways + 1) * n + groups + touches, columns = p->n_ways * (n_arcs(w) + groups);
    size_t entries = p->n_ways * (3 * n_arcs(w) + groups) + 2 * touches, n_members = 0;
    KH_TRY(kh_program_allocate(&w->program, rows, columns, entries, w->arena, err));
    member *members = KH_NEW(w->arena, member, touches);
    w->integer = KH_NEW(w->arena, bool, columns);
    if (members == NULL || w->integer == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu members of %zu groups", touches, groups);
    w->n_rows = (p->n_ways + 1) * n + groups;
    for (size_t way = 0; way < p->n_ways; way++)
        for (uint32_t e = 0; e < p->graph.n_links; e++)
            for (int turn = 0; turn < 2; turn++)
                add_arc(w, way, e, turn, members, &n_members);
    for (size_t way = 0; way < p->n_ways; way++)
        add_groups(w, way, members, n_members);
    w->program.start[w->n_columns] = w->n_entries;
    w->program.n_rows = w->n_rows;
    set_rows(w);
    return KH_OK;
}

/* --- its paths -------------------------------------------------------------------------------------------------------------- */

static kh_status read_way(work *w, size_t way, kh_apart *apart, kh_error *err)
{
    const kh_apart_problem *p = w->problem;
    uint32_t *links = KH_NEW(w->arena, uint32_t, p->graph.n_nodes);
    kh_disjoint_way read = {.links = links};
    if (links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a path");
    for (uint32_t node = p->ends[0]; node != p->ends[1] && read.n_links < p->graph.n_nodes;) {
        size_t arc = 0;
        while (arc < n_arcs(w) && (w->program.primal[way * n_arcs(w) + arc] < 0.5 || p->graph.ends[arc / 2][arc % 2] != node))
            arc++;
        if (arc == n_arcs(w))
            return kh_fail(err, KH_EINTERNAL, "the integer program's path %zu breaks", way);
        links[read.n_links++] = (uint32_t)(arc / 2);
        read.length += p->length[arc / 2];
        node = p->graph.ends[arc / 2][1 - arc % 2];
    }
    apart->length += read.length;
    return keep(w, read, apart, way, err);
}

static kh_status solve_program(work *w, kh_apart *apart, kh_error *err)
{
    KH_TRY(fill(w, err));
    kh_lp lp = kh_program_lp(&w->program);
    lp.integer = w->integer;
    kh_lp_solution solution = {.primal = w->program.primal};
    const kh_lp_options options = {.program = w->problem->lp_program, .time_limit_s = w->problem->time_limit_s};
    kh_error failure = {0};
    kh_status status = kh_lp_solve(&lp, &options, &solution, &failure);
    if (status == KH_INFEASIBLE) {
        apart->bound = HUGE_VAL;
        return KH_OK;
    }
    if (status != KH_OK && status != KH_TIMELIMIT) {
        if (err != NULL)
            *err = failure;
        return status;
    }
    apart->bound = fmax(apart->bound, -solution.bound);
    if (status == KH_TIMELIMIT && isnan(solution.objective))
        return KH_OK;
    apart->ways = KH_NEW(w->arena, kh_disjoint_way, w->problem->n_ways);
    if (apart->ways == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", w->problem->n_ways);
    apart->length = 0;
    for (size_t way = 0; way < w->problem->n_ways; way++)
        KH_TRY(read_way(w, way, apart, err));
    return KH_OK;
}

kh_status kh_apart_find(const kh_apart_problem *problem, kh_arena *arena, kh_apart *apart, kh_error *err)
{
    static const kh_coalition none;
    work w = {.problem = problem, .arena = arena};
    kh_apart found = {.length = HUGE_VAL, .bound = HUGE_VAL};
    KH_TRY(
        kh_watch_init(&w.watch, &problem->graph, problem->n_groups > 0 ? problem->groups : &none, problem->n_groups, arena, err));
    w.user = KH_NEW(arena, size_t, problem->n_groups);
    w.touched = KH_NEW(arena, uint32_t, 2 * problem->n_groups);
    kh_disjoint_ways *ways = kh_disjoint_ways_create(&problem->graph, problem->use, arena);
    if (w.user == NULL || w.touched == NULL || ways == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for paths through %zu links", problem->graph.n_links);
    kh_disjoint_ways_root(ways, problem->length, problem->ends[0]);
    if (kh_disjoint_ways_find(ways, problem->ends[1], problem->n_ways, KH_DISJOINT_NODES) == problem->n_ways) {
        found.bound = kh_disjoint_ways_length(ways);
        if (are_apart(&w, ways)) {
            found.length = found.bound;
            found.ways = KH_NEW(arena, kh_disjoint_way, problem->n_ways);
            if (found.ways == NULL)
                return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", problem->n_ways);
            for (size_t i = 0; i < problem->n_ways; i++)
                KH_TRY(keep(&w, kh_disjoint_ways_get(ways, i), &found, i, err));
        } else {
            KH_TRY(solve_program(&w, &found, err));
        }
    }
    *apart = found;
    return KH_OK;
}
