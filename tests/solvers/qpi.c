/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/qpi.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    FILE *file;
    const char *path;
    kh_arena *arena;
    kh_error *err;
    char line[512];
} reader;

static kh_status next_line(reader *r)
{
    do {
        if (fgets(r->line, sizeof r->line, r->file) == NULL)
            return kh_fail(r->err, KH_EDATA, "%s ends early", r->path);
    } while (r->line[0] == '#');
    return KH_OK;
}

static kh_status bad_line(const reader *r)
{
    return kh_fail(r->err, KH_EDATA, "%s: cannot read the line '%.60s'", r->path, r->line);
}

static kh_status read_count(reader *r, const char *noun, size_t *count)
{
    char word[32];
    KH_TRY(next_line(r));
    if (sscanf(r->line, "%31s %zu", word, count) != 2 || strcmp(word, noun) != 0)
        return bad_line(r);
    return KH_OK;
}

static kh_status read_links(reader *r, kh_qpi *qpi)
{
    KH_TRY(read_count(r, "edges", &qpi->n_links));
    qpi->ends = kh_arena_alloc(r->arena, qpi->n_links, sizeof *qpi->ends);
    qpi->rate_kbps = KH_NEW(r->arena, double, qpi->n_links);
    if (qpi->ends == NULL || qpi->rate_kbps == NULL)
        return kh_fail(r->err, KH_ENOMEM, "no memory for %zu links", qpi->n_links);
    for (size_t e = 0; e < qpi->n_links; e++) {
        KH_TRY(next_line(r));
        if (sscanf(r->line, "%*u %u %u %*f %*u %lf", &qpi->ends[e][0], &qpi->ends[e][1], &qpi->rate_kbps[e]) != 3)
            return bad_line(r);
    }
    return KH_OK;
}

static kh_status read_demands(reader *r, kh_qpi *qpi)
{
    KH_TRY(read_count(r, "demands", &qpi->n_demands));
    qpi->demands = KH_NEW(r->arena, kh_keyflow_demand, qpi->n_demands);
    if (qpi->demands == NULL)
        return kh_fail(r->err, KH_ENOMEM, "no memory for %zu demands", qpi->n_demands);
    for (size_t k = 0; k < qpi->n_demands; k++) {
        KH_TRY(next_line(r));
        kh_keyflow_demand *d = &qpi->demands[k];
        if (sscanf(r->line, "%u %u %lf", &d->ends[0], &d->ends[1], &d->requested_bps) != 3)
            return bad_line(r);
    }
    return KH_OK;
}

static kh_status read_all(reader *r, kh_qpi *qpi)
{
    KH_TRY(next_line(r));
    if (strncmp(r->line, "qpi 1 ", 6) != 0)
        return bad_line(r);
    KH_TRY(read_count(r, "nodes", &qpi->n_nodes));
    for (size_t v = 0; v < qpi->n_nodes; v++)
        KH_TRY(next_line(r));
    KH_TRY(read_links(r, qpi));
    return read_demands(r, qpi);
}

kh_status kh_qpi_read(const char *path, kh_arena *arena, kh_qpi *qpi, kh_error *err)
{
    reader r = {.file = fopen(path, "r"), .path = path, .arena = arena, .err = err};
    if (r.file == NULL)
        return kh_fail(err, KH_ENOINPUT, "%s cannot be opened", path);
    kh_status status = read_all(&r, qpi);
    fclose(r.file);
    return status;
}

kh_keyflow_problem kh_qpi_problem(const kh_qpi *qpi, bool max_min)
{
    return (kh_keyflow_problem){
        .graph = {.n_nodes = qpi->n_nodes, .n_links = qpi->n_links, .ends = (const uint32_t(*)[2])qpi->ends},
        .capacity_bps = qpi->rate_kbps,
        .demands = qpi->demands,
        .n_demands = qpi->n_demands,
        .max_min = max_min,
        .level_cap = INFINITY,
        .time_limit_s = INFINITY};
}
