/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/tables.h"

#include "tools/study/book.h"
#include "tools/study/figures.h"
#include "tools/study/words.h"

#include <math.h>

typedef struct result {
    kh_book book;
    const kh_pipeline *p;
    double days;
} result;

static void set(result *r, kh_table *t, const char *column, double value)
{
    double *cells = kh_book_number(&r->book, t, column);
    if (cells != NULL)
        cells[0] = value;
}

static void add_summary(result *r)
{
    const kh_plan *plan = r->p->plan;
    const kh_plan_cost *cost = &plan->cost;
    double events = 0, cuts = 0, none = r->p->n_sims == 0 ? (double)NAN : 0;
    for (size_t i = 0; i < r->p->n_sims; i++) {
        events += (double)r->p->sims[i]->events;
        cuts += (double)r->p->sims[i]->fibre_cuts;
    }
    kh_table *t = kh_book_table(&r->book, "summary", 1, 19);
    set(r, t, "value", plan->value);
    set(r, t, "bound", plan->bound);
    set(r, t, "gap", plan->gap);
    set(r, t, "n_met", (double)plan->n_met);
    set(r, t, "n_asking", (double)plan->n_asking);
    set(r, t, "cost_total_eur", cost->total_eur);
    set(r, t, "cost_modules_eur", cost->modules_eur);
    set(r, t, "cost_trusted_nodes_eur", cost->trusted_nodes_eur);
    set(r, t, "cost_kms_eur", cost->kms_eur);
    set(r, t, "cost_encryptors_eur", cost->encryptors_eur);
    set(r, t, "cost_fibre_eur", cost->fibre_eur);
    set(r, t, "cost_opex_eur", cost->opex_eur);
    set(r, t, "n_modules", (double)cost->n_modules);
    set(r, t, "n_trusted_nodes", (double)cost->n_trusted_nodes);
    set(r, t, "days", r->days);
    set(r, t, "replications", (double)r->p->n_sims);
    set(r, t, "events", events + none);
    set(r, t, "fibre_cuts", cuts + none);
    const char **objective = kh_book_text(&r->book, t, "objective");
    if (objective != NULL)
        objective[0] = kh_objective_name(plan->objective);
}

static double lowest_of_all(const kh_pipeline *p, size_t link)
{
    double lowest = (double)NAN; /* fmin() passes over it */
    for (size_t k = 0; k < p->n_sims; k++)
        lowest = fmin(lowest, p->sims[k]->links[link].lowest_bits);
    return lowest;
}

static const char *assumed_text(kh_book *book, const kh_satellite_rate *rate)
{
    kh_str text = {0};
    for (size_t i = 0; i < rate->n_assumed; i++)
        kh_str_printf(&text, "%s%s", i == 0 ? "" : ", ", rate->assumed[i]);
    return kh_book_take(book, &text);
}

/* Links from satellites; the others stay without numbers. */
static void add_passes(result *r, kh_table *t)
{
    kh_book *book = &r->book;
    double *year = kh_book_number(book, t, "key_bits_year"), *passes = kh_book_number(book, t, "key_passes");
    double *pass = kh_book_number(book, t, "mean_pass_bits");
    const char **assumed = kh_book_text(book, t, "assumed");
    for (size_t i = 0; !book->failed && i < r->p->net->n_qkd_links; i++) {
        const kh_qkd_rate *q = &r->p->rates->qkd[i];
        if (!q->is_satellite)
            continue;
        year[i] = q->satellite.key_bits_year * r->p->net->qkd_links[i].modules;
        passes[i] = q->satellite.key_passes;
        pass[i] = q->satellite.mean_pass_bits;
        assumed[i] = assumed_text(book, &q->satellite);
    }
}

static void add_links(result *r)
{
    const kh_net *net = r->p->net;
    kh_book *book = &r->book;
    kh_table *t = kh_book_table(book, "links", net->n_qkd_links, 16);
    const char **id = kh_book_text(book, t, "id"), **limit = kh_book_text(book, t, "limit");
    double *rate = kh_book_number(book, t, "key_rate_bps"), *qber = kh_book_number(book, t, "qber");
    double *loss = kh_book_number(book, t, "loss_db"), *measured = kh_book_number(book, t, "measured");
    double *capacity = kh_book_number(book, t, "capacity_bps"), *used = kh_book_number(book, t, "used_bps");
    double *price = kh_book_number(book, t, "shadow_price"), *lowest = kh_book_number(book, t, "lowest_store_bits");
    double *up = kh_book_number(book, t, "up_fraction"), *lost = kh_book_number(book, t, "lost_bits");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_qkd_links; i++) {
        const kh_qkd_rate *q = &r->p->rates->qkd[i];
        const kh_plan_link *l = &r->p->plan->links[i];
        id[i] = kh_book_copy(book, net->qkd_links[i].id);
        limit[i] = kh_limit_text(q->limit);
        rate[i] = q->key_rate_bps;
        qber[i] = q->qber;
        loss[i] = q->loss_db;
        measured[i] = q->measured;
        capacity[i] = l->capacity_bps;
        used[i] = l->used_bps;
        price[i] = l->shadow_price;
        lowest[i] = lowest_of_all(r->p, i);
        up[i] = kh_figure_estimate(r->p, kh_figure_up_fraction, i).mean;
        lost[i] = kh_figure_estimate(r->p, kh_figure_lost_bits, i).mean;
    }
    add_passes(r, t);
}

static void add_lines(result *r)
{
    const kh_net *net = r->p->net;
    kh_book *book = &r->book;
    kh_table *t = kh_book_table(book, "lines", net->n_line_systems, 11);
    const char **id = kh_book_text(book, t, "id"), **mode = kh_book_text(book, t, "mode");
    const char **reason = kh_book_text(book, t, "reason");
    double *gsnr = kh_book_number(book, t, "gsnr_db"), *osnr = kh_book_number(book, t, "osnr_db");
    double *capacity = kh_book_number(book, t, "capacity_gbps"), *shannon = kh_book_number(book, t, "shannon_gbps");
    double *margin = kh_book_number(book, t, "margin_db"), *latency = kh_book_number(book, t, "latency_ms");
    double *free_ghz = kh_book_number(book, t, "free_ghz"), *left = kh_book_number(book, t, "left_gbps");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_line_systems; i++) {
        const kh_line_rate *l = &r->p->rates->line[i];
        id[i] = kh_book_copy(book, net->line_systems[i].id);
        mode[i] = l->mode.i == KH_NO_INDEX ? NULL : kh_book_copy(book, net->modes[l->mode.i].id);
        reason[i] = kh_book_copy(book, l->reason);
        gsnr[i] = l->gsnr_01nm_db;
        osnr[i] = l->osnr_01nm_db;
        capacity[i] = l->capacity_gbps;
        shannon[i] = l->shannon_gbps;
        margin[i] = l->margin_db;
        latency[i] = l->latency_ms;
        free_ghz[i] = r->p->services->room[i].free_ghz;
        left[i] = r->p->services->room[i].left_gbps;
    }
}

static const char *shortfall_name(kh_shortfall shortfall)
{
    switch (shortfall) {
    case KH_SHORTFALL_NONE:
        return "met";
    case KH_SHORTFALL_NOT_NEEDED:
        return "not-needed";
    case KH_SHORTFALL_NO_PATH:
        return "no-path";
    case KH_SHORTFALL_UNTRUSTED:
        return "untrusted";
    case KH_SHORTFALL_CAPACITY:
        return "capacity";
    case KH_SHORTFALL_EXPOSED:
        return "exposed";
    }
    return NULL;
}

static const char *why_text(result *r, uint32_t demand)
{
    kh_str text = {0}, advice = {0};
    kh_words_demand(r->p->net, r->p->rates, r->p->plan, (kh_demand_id){demand}, &text);
    kh_words_advice(r->p->net, r->p->rates, r->p->plan, (kh_demand_id){demand}, &advice);
    if (advice.length > 0)
        kh_str_printf(&text, " %s", advice.data);
    r->book.failed = r->book.failed || advice.failed;
    kh_str_clear(&advice);
    return kh_book_take(&r->book, &text);
}

static const char *data_text(result *r, uint32_t demand)
{
    kh_str text = {0};
    kh_words_data(r->p->net, &r->p->services->of[demand], (kh_demand_id){demand}, &text);
    return kh_book_take(&r->book, &text);
}

static const char *nodes_text(result *r, const kh_node_id *nodes, size_t n)
{
    kh_str text = {0};
    for (size_t i = 0; i < n; i++)
        kh_str_printf(&text, "%s%s", i == 0 ? "" : " ", r->p->net->nodes[nodes[i].i].id);
    return kh_book_take(&r->book, &text);
}

static const char *links_text(result *r, const kh_qkd_link_id *links, size_t n)
{
    kh_str text = {0};
    for (size_t i = 0; i < n; i++)
        kh_str_printf(&text, "%s%s", i == 0 ? "" : " ", r->p->net->qkd_links[links[i].i].id);
    return kh_book_take(&r->book, &text);
}

static void add_planned_columns(result *r, kh_table *t)
{
    kh_book *book = &r->book;
    const char **id = kh_book_text(book, t, "id"), **shortfall = kh_book_text(book, t, "shortfall");
    const char **why = kh_book_text(book, t, "why"), **sites = kh_book_text(book, t, "cut_sites");
    const char **links = kh_book_text(book, t, "cut_links"), **data_why = kh_book_text(book, t, "data_why");
    double *requested = kh_book_number(book, t, "requested_bps"), *rate = kh_book_number(book, t, "rate_bps");
    double *asked_gbps = kh_book_number(book, t, "data_gbps"), *data = kh_book_number(book, t, "data_capacity_gbps");
    if (book->failed)
        return;
    for (uint32_t i = 0; i < r->p->plan->n_demands; i++) {
        const kh_plan_demand *d = &r->p->plan->demands[i];
        id[i] = kh_book_copy(book, r->p->net->demands[i].id);
        shortfall[i] = shortfall_name(d->shortfall);
        why[i] = why_text(r, i);
        sites[i] = nodes_text(r, d->cut.side, d->cut.n_side);
        links[i] = links_text(r, d->cut.links, d->cut.n_links);
        asked_gbps[i] = r->p->net->demands[i].data_gbps;
        requested[i] = d->requested_bps;
        rate[i] = d->rate_bps;
        data[i] = r->p->services->of[i].capacity_gbps;
        data_why[i] = data_text(r, i);
    }
}

static void add_estimated_column(result *r, kh_table *t, const char *column, const char *half_width_column, kh_figure *of)
{
    double *mean = kh_book_number(&r->book, t, column);
    double *half_width = half_width_column == NULL ? NULL : kh_book_number(&r->book, t, half_width_column);
    if (r->book.failed)
        return;
    for (size_t i = 0; i < r->p->plan->n_demands; i++) {
        kh_estimate e = kh_figure_estimate(r->p, of, i);
        mean[i] = e.mean;
        if (half_width != NULL)
            half_width[i] = e.half_width_95;
    }
}

static void add_demands(result *r)
{
    kh_table *t = kh_book_table(&r->book, "demands", r->p->plan->n_demands, 21);
    add_planned_columns(r, t);
    add_estimated_column(r, t, "requests", NULL, kh_figure_requests);
    add_estimated_column(r, t, "served", NULL, kh_figure_served);
    add_estimated_column(r, t, "served_share", "served_share_ci", kh_figure_served_share);
    add_estimated_column(r, t, "late", NULL, kh_figure_late);
    add_estimated_column(r, t, "blocked", NULL, kh_figure_blocked);
    add_estimated_column(r, t, "blocked_share", "blocked_share_ci", kh_figure_blocked_share);
    add_estimated_column(r, t, "availability", "availability_ci", kh_figure_availability);
    add_estimated_column(r, t, "mean_wait_s", NULL, kh_figure_mean_wait_s);
}

static const char *path_text(result *r, kh_node_id from, const kh_route *route)
{
    const kh_net *net = r->p->net;
    kh_str text = {0};
    kh_str_append(&text, net->nodes[from.i].id);
    for (size_t i = 0; i < route->n_links; i++) {
        from = kh_node_far_end(net->qkd_links[route->links[i].i].ends, from);
        kh_str_printf(&text, " %s", net->nodes[from.i].id);
    }
    return kh_book_take(&r->book, &text);
}

static void add_routes(result *r)
{
    const kh_plan *plan = r->p->plan;
    kh_book *book = &r->book;
    size_t n = 0;
    for (size_t i = 0; i < plan->n_demands; i++)
        n += plan->demands[i].n_routes;
    kh_table *t = kh_book_table(book, "routes", n, 4);
    const char **demand = kh_book_text(book, t, "demand"), **path = kh_book_text(book, t, "path");
    const char **links = kh_book_text(book, t, "links");
    double *rate = kh_book_number(book, t, "rate_bps");
    if (book->failed)
        return;
    size_t row = 0;
    for (size_t i = 0; i < plan->n_demands; i++) {
        for (size_t k = 0; k < plan->demands[i].n_routes; k++, row++) {
            const kh_route *route = &plan->demands[i].routes[k];
            demand[row] = kh_book_copy(book, r->p->net->demands[i].id);
            path[row] = path_text(r, r->p->net->demands[i].between[0], route);
            links[row] = links_text(r, route->links, route->n_links);
            rate[row] = route->rate_bps;
        }
    }
}

static void add_stores(result *r)
{
    kh_book *book = &r->book;
    const kh_sim_result *first = r->p->n_sims > 0 ? r->p->sims[0] : NULL;
    size_t n = 0, n_links = first != NULL ? first->n_links : 0;
    for (size_t i = 0; i < n_links; i++)
        n += first->links[i].level.n;
    kh_table *t = kh_book_table(book, "stores", n, 3);
    const char **link = kh_book_text(book, t, "link");
    double *time = kh_book_number(book, t, "t_s"), *level = kh_book_number(book, t, "level_bits");
    if (book->failed)
        return;
    size_t row = 0;
    for (size_t i = 0; i < n_links; i++) {
        const kh_series *series = &first->links[i].level;
        const char *id = kh_book_copy(book, r->p->net->qkd_links[i].id);
        for (size_t k = 0; k < series->n; k++, row++) {
            link[row] = id;
            time[row] = series->t_s[k];
            level[row] = series->level_bits[k];
        }
    }
}

static void add_services(result *r)
{
    kh_tables_add_services(&r->book, r->p);
}

static void add_findings(result *r)
{
    kh_book *book = &r->book;
    size_t n = kh_findings_kept(r->p->findings);
    kh_table *t = kh_book_table(book, "findings", n, 3);
    const char **severity = kh_book_text(book, t, "severity"), **place = kh_book_text(book, t, "place");
    const char **message = kh_book_text(book, t, "message");
    if (book->failed)
        return;
    for (size_t i = 0; i < n; i++) {
        const kh_finding *f = kh_findings_at(r->p->findings, i);
        kh_str where = {0};
        if (f->place.file != NULL)
            kh_str_printf(&where, "%s:%u:%u", f->place.file, f->place.line, f->place.column);
        severity[i] = kh_severity_name(f->severity);
        place[i] = kh_book_take(book, &where);
        message[i] = kh_book_copy(book, f->message);
    }
}

kh_status kh_tables_case(const kh_pipeline *pipeline, double days, kh_arena *arena, kh_table **tables, size_t *n_tables,
                         kh_error *err)
{
    static void (*const adders[])(result *) = {add_summary,  add_links,  add_lines,  add_demands,
                                               add_services, add_routes, add_stores, add_findings};
    result r = {.book = kh_book_start(arena), .p = pipeline, .days = pipeline->n_sims > 0 ? days : 0};
    for (size_t i = 0; i < sizeof adders / sizeof *adders; i++)
        adders[i](&r);
    if (r.book.failed)
        return kh_fail(err, KH_ENOMEM, "no memory for the tables of '%s'", pipeline->net->name);
    *tables = r.book.tables;
    *n_tables = r.book.n_tables;
    return KH_OK;
}
