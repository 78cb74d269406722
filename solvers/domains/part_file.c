/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/part_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FIELDS = 8, SECRET_WORDS = 8, LINE = 256 };
static const double MOST_ITEMS = 1e8, MOST_KEY = 9007199254740992.0 /* 2^53 */, MOST_WORD = 4294967296.0;

kh_status kh_part_write(const kh_part *part, FILE *file, kh_error *err)
{
    bool failed = fprintf(file, "keyhaul-part 1 %u %u %d %.17g %.17g\nnodes %zu\n", part->self, part->n_domains, (int)part->policy,
                          part->transit_bps, part->transit_eur_per_mbit, part->graph.n_nodes) < 0;
    for (size_t v = 0; v < part->graph.n_nodes; v++)
        failed |= fprintf(file, "%d\n", part->graph.relays == NULL || part->graph.relays[v]) < 0;
    failed |= fprintf(file, "links %zu\n", part->graph.n_links) < 0;
    for (size_t e = 0; e < part->graph.n_links; e++)
        failed |= fprintf(file, "%u %u %.17g\n", part->graph.ends[e][0], part->graph.ends[e][1], part->capacity_bps[e]) < 0;
    failed |= fprintf(file, "borders %zu\n", part->n_borders) < 0;
    for (size_t b = 0; b < part->n_borders; b++)
        failed |= fprintf(file, "%u\n", part->border[b]) < 0;
    failed |= fprintf(file, "crossings %zu\n", part->n_crossings) < 0;
    for (size_t x = 0; x < part->n_crossings; x++) {
        const kh_part_crossing *c = &part->crossings[x];
        failed |= fprintf(file, "%llu %u %u %.17g\n", (unsigned long long)c->key, c->border, c->beyond, c->capacity_bps) < 0;
    }
    failed |= fprintf(file, "demands %zu\n", part->n_demands) < 0;
    for (size_t k = 0; k < part->n_demands; k++) {
        const kh_part_demand *d = &part->demands[k];
        failed |= fprintf(file, "%u %u %llu %.17g\n", d->here, d->there, (unsigned long long)d->end, d->requested_bps) < 0;
    }
    failed |= fprintf(file, "ends %zu\n", part->n_ends) < 0;
    for (size_t i = 0; i < part->n_ends; i++)
        failed |= fprintf(file, "%u %u %llu\n", part->ends[i].asker, part->ends[i].node, (unsigned long long)part->ends[i].key) < 0;
    size_t n_secrets = part->secret != NULL ? part->n_domains : 0;
    failed |= fprintf(file, "secrets %zu\n", n_secrets) < 0;
    for (size_t i = 0; i < n_secrets * SECRET_WORDS; i++)
        failed |= fprintf(file, "%u%c", part->secret[i / SECRET_WORDS][i % SECRET_WORDS], i % SECRET_WORDS < 7 ? ' ' : '\n') < 0;
    return failed ? kh_fail(err, KH_EWRITE, "a domain's part cannot be written") : KH_OK;
}

typedef struct reader {
    FILE *file;
    const char *name;
    int line;
    double field[MOST_FIELDS];
} reader;

static kh_status wrong(const reader *r, const char *what, kh_error *err)
{
    return kh_fail(err, KH_EDATA, "%s:%d: %s", r->name, r->line, what);
}

/* A line of @p word, where there is one, and n numbers below the limits; those with a limit of 0 are rates. */
static kh_status read_line(reader *r, const char *word, size_t n, const double *limit, kh_error *err)
{
    char text[LINE], *at = text;
    r->line++;
    if (fgets(text, sizeof text, r->file) == NULL || strchr(text, '\n') == NULL)
        return wrong(r, "the line is missing or too long", err);
    if (strncmp(text, word, strlen(word)) != 0)
        return wrong(r, "another word is due here", err);
    at += strlen(word);
    for (size_t i = 0; i < n; i++) {
        char *end;
        double x = r->field[i] = strtod(at, &end);
        if (end == at)
            return wrong(r, "a number is missing", err);
        if (limit[i] > 0 ? !(x >= 0 && x < limit[i] && x == floor(x)) : !(x > 0 && isfinite(x)))
            return wrong(r, "a number is outside its range", err);
        at = end;
    }
    return *at == '\n' ? KH_OK : wrong(r, "there is more than belongs here", err);
}

static kh_status read_count(reader *r, const char *word, size_t *n, kh_error *err)
{
    KH_TRY(read_line(r, word, 1, &MOST_ITEMS, err));
    *n = (size_t)r->field[0];
    return KH_OK;
}

static kh_status no_memory(const reader *r, kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for '%s'", r->name);
}

static kh_status read_graph(reader *r, kh_arena *arena, kh_part *part, kh_error *err)
{
    KH_TRY(read_count(r, "nodes ", &part->graph.n_nodes, err));
    bool *relays = KH_NEW(arena, bool, part->graph.n_nodes);
    for (size_t v = 0; v < part->graph.n_nodes && relays != NULL; v++) {
        KH_TRY(read_line(r, "", 1, (double[]){2}, err));
        relays[v] = r->field[0] > 0;
    }
    KH_TRY(read_count(r, "links ", &part->graph.n_links, err));
    uint32_t(*ends)[2] = kh_arena_alloc(arena, part->graph.n_links, sizeof *ends);
    double *capacity_bps = KH_NEW(arena, double, part->graph.n_links), n = (double)part->graph.n_nodes;
    if (relays == NULL || ends == NULL || capacity_bps == NULL)
        return no_memory(r, err);
    for (size_t e = 0; e < part->graph.n_links; e++) {
        KH_TRY(read_line(r, "", 3, (double[]){n, n, 0}, err));
        ends[e][0] = (uint32_t)r->field[0];
        ends[e][1] = (uint32_t)r->field[1];
        capacity_bps[e] = r->field[2];
    }
    part->graph.relays = relays;
    part->graph.ends = (const uint32_t(*)[2])ends;
    part->capacity_bps = capacity_bps;
    return KH_OK;
}

static kh_status read_borders(reader *r, kh_arena *arena, kh_part *part, kh_error *err)
{
    double n = (double)part->graph.n_nodes;
    KH_TRY(read_count(r, "borders ", &part->n_borders, err));
    uint32_t *border = KH_NEW(arena, uint32_t, part->n_borders);
    for (size_t b = 0; b < part->n_borders && border != NULL; b++) {
        KH_TRY(read_line(r, "", 1, &n, err));
        border[b] = (uint32_t)r->field[0];
    }
    KH_TRY(read_count(r, "crossings ", &part->n_crossings, err));
    kh_part_crossing *crossings = KH_NEW(arena, kh_part_crossing, part->n_crossings);
    if (border == NULL || crossings == NULL)
        return no_memory(r, err);
    for (size_t x = 0; x < part->n_crossings; x++) {
        KH_TRY(read_line(r, "", 4, (double[]){MOST_KEY, (double)part->n_borders, part->n_domains, 0}, err));
        crossings[x] = (kh_part_crossing){(uint64_t)r->field[0], (uint32_t)r->field[1], (uint32_t)r->field[2], r->field[3]};
        if (crossings[x].beyond == part->self)
            return wrong(r, "a crossing leads to another domain", err);
    }
    part->border = border;
    part->crossings = crossings;
    return KH_OK;
}

static kh_status read_demands(reader *r, kh_arena *arena, kh_part *part, kh_error *err)
{
    double n = (double)part->graph.n_nodes;
    KH_TRY(read_count(r, "demands ", &part->n_demands, err));
    kh_part_demand *demands = KH_NEW(arena, kh_part_demand, part->n_demands);
    for (size_t k = 0; k < part->n_demands && demands != NULL; k++) {
        KH_TRY(read_line(r, "", 4, (double[]){n, part->n_domains, MOST_KEY, 0}, err));
        demands[k] = (kh_part_demand){(uint32_t)r->field[0], (uint32_t)r->field[1], (uint64_t)r->field[2], r->field[3]};
        if (demands[k].there == part->self && (r->field[2] >= n || demands[k].end == demands[k].here))
            return wrong(r, "the end of a demand inside is no other node", err);
    }
    KH_TRY(read_count(r, "ends ", &part->n_ends, err));
    kh_part_end *ends = KH_NEW(arena, kh_part_end, part->n_ends);
    if (demands == NULL || ends == NULL)
        return no_memory(r, err);
    for (size_t i = 0; i < part->n_ends; i++) {
        KH_TRY(read_line(r, "", 3, (double[]){part->n_domains, n, MOST_KEY}, err));
        ends[i] = (kh_part_end){(uint32_t)r->field[0], (uint32_t)r->field[1], (uint64_t)r->field[2]};
        if (ends[i].asker == part->self || (i > 0 && kh_part_end_order(&ends[i - 1], &ends[i]) >= 0))
            return wrong(r, "ends stand by domain and key, each once", err);
    }
    part->demands = demands;
    part->ends = ends;
    return KH_OK;
}

static kh_status read_secrets(reader *r, kh_arena *arena, kh_part *part, kh_error *err)
{
    size_t n;
    double limit[SECRET_WORDS];
    for (size_t k = 0; k < SECRET_WORDS; k++)
        limit[k] = MOST_WORD;
    KH_TRY(read_count(r, "secrets ", &n, err));
    if (n != 0 && n != part->n_domains)
        return wrong(r, "secrets are shared with all domains or with none", err);
    uint32_t(*secret)[SECRET_WORDS] = kh_arena_alloc(arena, n, sizeof *secret);
    if (secret == NULL)
        return no_memory(r, err);
    for (size_t j = 0; j < n; j++) {
        KH_TRY(read_line(r, "", SECRET_WORDS, limit, err));
        for (size_t k = 0; k < SECRET_WORDS; k++)
            secret[j][k] = (uint32_t)r->field[k];
    }
    part->secret = n > 0 ? (const uint32_t(*)[SECRET_WORDS])secret : NULL;
    return KH_OK;
}

kh_status kh_part_read(FILE *file, const char *name, kh_arena *arena, kh_part *part, kh_error *err)
{
    reader r = {.file = file, .name = name};
    char head[LINE];
    kh_part read = {0};
    int policy, used = 0;
    r.line++;
    if (fgets(head, sizeof head, file) == NULL ||
        sscanf(head, "keyhaul-part 1 %u %u %d %lf %lf %n", &read.self, &read.n_domains, &policy, &read.transit_bps,
               &read.transit_eur_per_mbit, &used) != 5 ||
        head[used] != '\0')
        return wrong(&r, "this is no part of a network", err);
    if (read.self >= read.n_domains || read.n_domains > 1000 || policy < 0 || policy > KH_PART_NOTHING || !(read.transit_bps > 0) ||
        !(read.transit_eur_per_mbit >= 0) || isinf(read.transit_eur_per_mbit))
        return wrong(&r, "a number is outside its range", err);
    read.policy = (kh_part_policy)policy;
    KH_TRY(read_graph(&r, arena, &read, err));
    KH_TRY(read_borders(&r, arena, &read, err));
    KH_TRY(read_demands(&r, arena, &read, err));
    KH_TRY(read_secrets(&r, arena, &read, err));
    *part = read;
    return KH_OK;
}
