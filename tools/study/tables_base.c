/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/tables.h"

#include "tools/study/book.h"

static const char *node_id(const kh_net *net, kh_node_id node)
{
    return net->nodes[node.i].id;
}

static const char *chain_text(kh_book *book, const kh_net *net, const kh_fibre_id *via, size_t n_via)
{
    kh_str text = {0};
    for (size_t i = 0; i < n_via; i++)
        kh_str_printf(&text, "%s%s", i == 0 ? "" : " ", net->fibres[via[i].i].id);
    return kh_book_take(book, &text);
}

static void add_nodes(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "nodes", net->n_nodes, 7);
    const char **id = kh_book_text(book, t, "id"), **label = kh_book_text(book, t, "label");
    const char **domain = kh_book_text(book, t, "domain"), **kind = kh_book_text(book, t, "kind");
    double *trusted = kh_book_number(book, t, "trusted");
    double *lat = kh_book_number(book, t, "lat_deg"), *lon = kh_book_number(book, t, "lon_deg");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_nodes; i++) {
        const kh_node *n = &net->nodes[i];
        id[i] = kh_book_copy(book, n->id);
        label[i] = kh_book_copy(book, kh_node_name(n));
        domain[i] = n->domain.i == KH_NO_INDEX ? NULL : kh_book_copy(book, net->domains[n->domain.i].id);
        kind[i] = kh_node_kind_name(n->kind);
        trusted[i] = n->trusted;
        lat[i] = n->lat_deg;
        lon[i] = n->lon_deg;
    }
}

static void add_domains(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "domains", net->n_domains, 3);
    const char **id = kh_book_text(book, t, "id"), **name = kh_book_text(book, t, "operator");
    const char **country = kh_book_text(book, t, "country");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_domains; i++) {
        id[i] = kh_book_copy(book, net->domains[i].id);
        name[i] = kh_book_copy(book, net->domains[i].operator_name);
        country[i] = kh_book_copy(book, net->domains[i].country);
    }
}

static const char *medium_name(kh_medium medium)
{
    switch (medium) {
    case KH_MEDIUM_BURIED:
        return "buried";
    case KH_MEDIUM_AERIAL:
        return "aerial";
    case KH_MEDIUM_SUBSEA:
        return "subsea";
    }
    return NULL;
}

static void add_fibres(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "fibres", net->n_fibres, 6);
    const char **id = kh_book_text(book, t, "id"), **a = kh_book_text(book, t, "a"), **b = kh_book_text(book, t, "b");
    const char **medium = kh_book_text(book, t, "medium");
    double *length = kh_book_number(book, t, "length_km"), *loss = kh_book_number(book, t, "loss_db");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_fibres; i++) {
        const kh_fibre *f = &net->fibres[i];
        id[i] = kh_book_copy(book, f->id);
        a[i] = kh_book_copy(book, node_id(net, f->ends[0]));
        b[i] = kh_book_copy(book, node_id(net, f->ends[1]));
        medium[i] = medium_name(f->medium);
        length[i] = f->length_km;
        loss[i] = f->loss_db;
    }
}

static void add_qkd_links(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "qkd_links", net->n_qkd_links, 9);
    const char **id = kh_book_text(book, t, "id"), **a = kh_book_text(book, t, "a"), **b = kh_book_text(book, t, "b");
    const char **via = kh_book_text(book, t, "via"), **protocol = kh_book_text(book, t, "protocol");
    const char **device = kh_book_text(book, t, "device");
    double *modules = kh_book_number(book, t, "modules"), *length = kh_book_number(book, t, "length_km");
    double *loss = kh_book_number(book, t, "loss_db");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_qkd_links; i++) {
        const kh_qkd_link *l = &net->qkd_links[i];
        id[i] = kh_book_copy(book, l->id);
        a[i] = kh_book_copy(book, node_id(net, l->ends[0]));
        b[i] = kh_book_copy(book, node_id(net, l->ends[1]));
        via[i] = chain_text(book, net, l->via, l->n_via);
        protocol[i] = kh_protocol_name(l->protocol);
        device[i] = l->device.i == KH_NO_INDEX ? NULL : kh_book_copy(book, net->devices[l->device.i].id);
        modules[i] = l->modules;
        length[i] = kh_net_chain_length_km(net, l->via, l->n_via);
        loss[i] = kh_net_chain_loss_db(net, l->via, l->n_via) + l->extra_loss_db;
    }
}

static void add_line_systems(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "line_systems", net->n_line_systems, 5);
    const char **id = kh_book_text(book, t, "id"), **a = kh_book_text(book, t, "a"), **b = kh_book_text(book, t, "b");
    const char **via = kh_book_text(book, t, "via");
    double *length = kh_book_number(book, t, "length_km");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_line_systems; i++) {
        const kh_line_system *l = &net->line_systems[i];
        id[i] = kh_book_copy(book, l->id);
        a[i] = kh_book_copy(book, node_id(net, l->ends[0]));
        b[i] = kh_book_copy(book, node_id(net, l->ends[1]));
        via[i] = chain_text(book, net, l->via, l->n_via);
        length[i] = kh_net_chain_length_km(net, l->via, l->n_via);
    }
}

static void add_demands(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "demands", net->n_demands, 9);
    const char **id = kh_book_text(book, t, "id"), **label = kh_book_text(book, t, "label");
    const char **a = kh_book_text(book, t, "a"), **b = kh_book_text(book, t, "b");
    const char **use = kh_book_text(book, t, "use"), **security = kh_book_text(book, t, "security");
    double *requested = kh_book_number(book, t, "requested_bps"), *data = kh_book_number(book, t, "data_gbps");
    double *priority = kh_book_number(book, t, "priority");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_demands; i++) {
        const kh_demand *d = &net->demands[i];
        id[i] = kh_book_copy(book, d->id);
        label[i] = kh_book_copy(book, d->label);
        a[i] = kh_book_copy(book, node_id(net, d->between[0]));
        b[i] = kh_book_copy(book, node_id(net, d->between[1]));
        use[i] = kh_use_name(d->use);
        security[i] = kh_security_name(d->security);
        requested[i] = d->rate_bps;
        data[i] = d->data_gbps;
        priority[i] = d->priority;
    }
}

static const char *place_text(kh_book *book, kh_place place)
{
    kh_str text = {0};
    if (place.file != NULL)
        kh_str_printf(&text, "%s:%u:%u", place.file, place.line, place.column);
    return kh_book_take(book, &text);
}

static void add_assumptions(kh_book *book, const kh_net *net)
{
    kh_table *t = kh_book_table(book, "assumptions", net->n_provenance, 7);
    const char **noun = kh_book_text(book, t, "noun"), **id = kh_book_text(book, t, "id");
    const char **field = kh_book_text(book, t, "field"), **value = kh_book_text(book, t, "value");
    const char **source = kh_book_text(book, t, "source"), **place = kh_book_text(book, t, "place");
    double *assumed = kh_book_number(book, t, "assumed");
    if (book->failed)
        return;
    for (size_t i = 0; i < net->n_provenance; i++) {
        const kh_provenance *p = &net->provenance[i];
        noun[i] = kh_book_copy(book, p->noun);
        id[i] = kh_book_copy(book, p->id);
        field[i] = kh_book_copy(book, p->field);
        value[i] = kh_book_copy(book, p->value);
        source[i] = kh_book_copy(book, p->source);
        assumed[i] = p->assumed;
        place[i] = place_text(book, p->place);
    }
}

kh_status kh_tables_base(const kh_net *net, kh_arena *arena, kh_table **tables, size_t *n_tables, kh_error *err)
{
    static void (*const adders[])(kh_book *, const kh_net *) = {add_nodes,        add_domains, add_fibres,     add_qkd_links,
                                                                add_line_systems, add_demands, add_assumptions};
    kh_book book = kh_book_start(arena);
    for (size_t i = 0; i < sizeof adders / sizeof *adders; i++)
        adders[i](&book, net);
    if (book.failed)
        return kh_fail(err, KH_ENOMEM, "no memory for the tables of '%s'", net->name);
    *tables = book.tables;
    *n_tables = book.n_tables;
    return KH_OK;
}
