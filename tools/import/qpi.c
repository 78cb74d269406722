/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/qpi.h"

#include "core/net/geo.h"
#include "tools/import/build.h"

#include <math.h>

static const double ROUNDING_KM = 0.01;
static const double LOSS_DB_PER_KM = 0.2; /* not in an instance, and of no effect where the rate is measured */

static const double MOST_KM = 5000; /* what a topology takes as one fibre */

/* Whether the coordinates can be degrees when one of them is @p degrees: places on Earth, no line longer in the air than in the
   fibre. */
static bool are_places(const kh_qpi *qpi, double degrees)
{
    for (size_t i = 0; i < qpi->n_nodes; i++)
        if (!(fabs(qpi->nodes[i].latitude * degrees) <= 90) || !(fabs(qpi->nodes[i].longitude * degrees) <= 180))
            return false;
    for (size_t i = 0; i < qpi->n_edges; i++) {
        const kh_qpi_node *a = &qpi->nodes[qpi->edges[i].ends[0]], *b = &qpi->nodes[qpi->edges[i].ends[1]];
        double air_km =
            kh_geo_distance_km(a->latitude * degrees, a->longitude * degrees, b->latitude * degrees, b->longitude * degrees);
        if (air_km > qpi->edges[i].length_km + ROUNDING_KM)
            return false;
    }
    return true;
}

/* The coordinates of generated instances are km of a drawing: it is laid on the equator, where a degree is as long either way. */
static double find_degrees(kh_build *b, const kh_qpi *qpi)
{
    double of_a_km = 1 / kh_geo_distance_km(0, 0, 0, 1);
    if (are_places(qpi, 1))
        return 1;
    if (are_places(qpi, of_a_km)) {
        kh_build_remark(b, "The coordinates of the file are km of a drawing: it is laid on the equator.");
        return of_a_km;
    }
    kh_build_remark(b, "Nodes have no place: the coordinates of the file do not agree with the lengths of its edges.");
    return NAN;
}

static void add_nodes(kh_build *b, const kh_qpi *qpi)
{
    double degrees = find_degrees(b, qpi);
    for (size_t i = 0; i < qpi->n_nodes; i++) {
        kh_node *node = kh_build_add(b, KH_NOUN_NODES, qpi->nodes[i].name);
        node->trusted = true;
        if (isnan(degrees))
            continue;
        node->lat_deg = qpi->nodes[i].latitude * degrees;
        node->lon_deg = qpi->nodes[i].longitude * degrees;
        if (degrees < 1)
            kh_build_source(b, KH_NOUN_NODES, node->id, "at", true, "km of a drawing");
    }
}

static const char *pair_name(kh_build *b, const uint32_t ends[2])
{
    return kh_build_text(b, "%s-%s", b->net.nodes[ends[0]].id, b->net.nodes[ends[1]].id);
}

static void add_fibre(kh_build *b, const kh_qpi_edge *edge)
{
    kh_fibre *fibre = kh_build_add(b, KH_NOUN_FIBRES, pair_name(b, edge->ends));
    fibre->ends[0].i = edge->ends[0];
    fibre->ends[1].i = edge->ends[1];
    fibre->length_km = edge->length_km;
    fibre->loss_db_per_km = LOSS_DB_PER_KM;
    kh_build_source(b, KH_NOUN_FIBRES, fibre->id, "loss_db_per_km", true, "not in the instance");
    if (edge->spans > 1)
        kh_build_source(b, KH_NOUN_FIBRES, fibre->id, "length_km", false, kh_build_text(b, "in %u spans", edge->spans));
}

static kh_status add_link(kh_build *b, const kh_qpi_edge *edge, kh_error *err)
{
    bool has_fibre = edge->length_km > 0 && edge->length_km <= MOST_KM;
    if (has_fibre)
        add_fibre(b, edge);
    kh_qkd_link *link = kh_build_add(b, KH_NOUN_QKD_LINKS, pair_name(b, edge->ends));
    link->ends[0].i = edge->ends[0];
    link->ends[1].i = edge->ends[1];
    link->measured_key_rate_bps = 1000 * edge->rate_kbps;
    if (!has_fibre)
        return KH_OK;
    link->via = KH_NEW(b->arena, kh_fibre_id, 1);
    if (link->via == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a link");
    link->via[0].i = kh_build_last(b, KH_NOUN_FIBRES);
    link->n_via = 1;
    return KH_OK;
}

static void add_demand(kh_build *b, const kh_qpi_demand *from)
{
    kh_demand *demand = kh_build_add(b, KH_NOUN_DEMANDS, pair_name(b, from->ends));
    demand->between[0].i = from->ends[0];
    demand->between[1].i = from->ends[1];
    demand->use = KH_USE_KEY;
    demand->rate_bps = 1000 * from->rate_kbps;
}

static kh_status convert(kh_build *b, const kh_qpi *qpi, kh_imported *out, kh_error *err)
{
    b->net.name = qpi->name;
    kh_str_printf(&b->comment, "From the instance %s.\n%s", qpi->name, qpi->comment);
    kh_build_remark(b, "Every node is trusted. The rate of an edge is that of its link, as if measured.");
    add_nodes(b, qpi);
    if (b->failed)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes", qpi->n_nodes);
    for (size_t i = 0; i < qpi->n_edges; i++)
        KH_TRY(add_link(b, &qpi->edges[i], err));
    size_t longer = 0;
    for (size_t i = 0; i < qpi->n_edges; i++)
        longer += qpi->edges[i].length_km > MOST_KM;
    if (longer > 0)
        kh_build_remark(b, "%zu links are longer than %g km: they have no fibre here.", longer, MOST_KM);
    for (size_t i = 0; i < qpi->n_demands; i++)
        add_demand(b, &qpi->demands[i]);
    kh_imported made = {.complete = true, .tx_osnr_db = (double)NAN};
    KH_TRY(kh_build_finish(b, &made, err));
    *out = made;
    return KH_OK;
}

kh_status kh_qpi_import(const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out, kh_error *err)
{
    kh_qpi qpi;
    kh_build b;
    KH_TRY(kh_qpi_read(input->path, arena, &qpi, err));
    KH_TRY(kh_build_start(&b, arena, findings, input->path, err));
    kh_status status = convert(&b, &qpi, out, err);
    kh_build_clear(&b);
    return status;
}
