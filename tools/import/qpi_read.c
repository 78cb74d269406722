/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/file.h"
#include "tools/import/qpi.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 64 << 20, MOST_WORDS = 6, MOST_COUNT = 10000000 };

typedef struct reader {
    const char *path;
    kh_arena *arena;
    kh_error *err;
    char *rest;  /* of the text, lines are cut off it */
    size_t line; /* from 1 */
    char *words[MOST_WORDS];
    size_t n_words;
    char *comment; /* [length of the text] */
    size_t n_comment;
} reader;

static kh_status refuse(const reader *r, const char *what)
{
    return kh_fail(r->err, KH_EDATA, "'%s', line %zu: %s", r->path, r->line, what);
}

static void keep_comment(reader *r, const char *line)
{
    line += strspn(line, "# ");
    size_t n = strlen(line);
    memcpy(r->comment + r->n_comment, line, n);
    r->n_comment += n;
    r->comment[r->n_comment++] = '\n';
}

static void split(reader *r, char *line)
{
    r->n_words = 0;
    for (char *at = line + strspn(line, " \t\r"); *at != '\0'; at += strspn(at, " \t\r")) {
        if (r->n_words < MOST_WORDS)
            r->words[r->n_words] = at;
        r->n_words++;
        at += strcspn(at, " \t\r");
        if (*at != '\0')
            *at++ = '\0';
    }
}

/* The next line that is no comment and not empty, as words. false: the text ends. */
static bool next_line(reader *r)
{
    while (*r->rest != '\0') {
        char *line = r->rest, *end = line + strcspn(line, "\n");
        r->rest = *end == '\0' ? end : end + 1;
        *end = '\0';
        r->line++;
        if (*line == '#')
            keep_comment(r, line);
        else if (split(r, line), r->n_words > 0)
            return true;
    }
    r->line++;
    return false;
}

static kh_status need_words(reader *r, size_t n, const char *what)
{
    return next_line(r) && r->n_words == n ? KH_OK : refuse(r, what);
}

static bool is_whole(const char *text, uint32_t below, uint32_t *out)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *out = (uint32_t)value;
    return end != text && *end == '\0' && *text != '-' && errno == 0 && value < below;
}

static bool is_number(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static kh_status read_count(reader *r, const char *noun, size_t *count)
{
    uint32_t n = 0;
    KH_TRY(need_words(r, 2, "'nodes N', then 'edges M', then 'demands K' is expected"));
    if (strcmp(r->words[0], noun) != 0)
        return kh_fail(r->err, KH_EDATA, "'%s', line %zu: '%s' and a number are expected, not '%.40s'", r->path, r->line, noun,
                       r->words[0]);
    if (!is_whole(r->words[1], MOST_COUNT, &n))
        return refuse(r, "the number must be a whole one below 10,000,000");
    *count = n;
    return KH_OK;
}

/* Every line takes some bytes: a count beyond what is left of the text is wrong before it takes memory. */
static kh_status need_lines(const reader *r, size_t count)
{
    return count <= strlen(r->rest) ? KH_OK : refuse(r, "there are fewer lines than that");
}

static kh_status read_nodes(reader *r, kh_qpi *qpi)
{
    KH_TRY(read_count(r, "nodes", &qpi->n_nodes));
    KH_TRY(need_lines(r, qpi->n_nodes));
    qpi->nodes = KH_NEW(r->arena, kh_qpi_node, qpi->n_nodes);
    if (qpi->nodes == NULL)
        return kh_fail(r->err, KH_ENOMEM, "no memory for %zu nodes", qpi->n_nodes);
    for (size_t i = 0; i < qpi->n_nodes; i++) {
        kh_qpi_node *node = &qpi->nodes[i];
        uint32_t index;
        KH_TRY(need_words(r, 4, "a node is 'index name longitude latitude'"));
        if (!is_whole(r->words[0], (uint32_t)qpi->n_nodes, &index) || index != i)
            return refuse(r, "nodes are numbered from 0 in order");
        if (!is_number(r->words[2], &node->longitude) || !is_number(r->words[3], &node->latitude))
            return refuse(r, "longitude and latitude must be numbers");
        node->name = r->words[1];
    }
    return KH_OK;
}

static kh_status read_edges(reader *r, kh_qpi *qpi)
{
    KH_TRY(read_count(r, "edges", &qpi->n_edges));
    KH_TRY(need_lines(r, qpi->n_edges));
    qpi->edges = KH_NEW(r->arena, kh_qpi_edge, qpi->n_edges);
    if (qpi->edges == NULL)
        return kh_fail(r->err, KH_ENOMEM, "no memory for %zu edges", qpi->n_edges);
    for (size_t i = 0; i < qpi->n_edges; i++) {
        kh_qpi_edge *edge = &qpi->edges[i];
        uint32_t index, n = (uint32_t)qpi->n_nodes;
        KH_TRY(need_words(r, 6, "an edge is 'index u v length_km spans rate_kbit_s'"));
        if (!is_whole(r->words[0], (uint32_t)qpi->n_edges, &index) || index != i)
            return refuse(r, "edges are numbered from 0 in order");
        if (!is_whole(r->words[1], n, &edge->ends[0]) || !is_whole(r->words[2], n, &edge->ends[1]))
            return refuse(r, "the ends of an edge must be nodes");
        if (!is_number(r->words[3], &edge->length_km) || edge->length_km < 0 || !is_whole(r->words[4], UINT32_MAX, &edge->spans) ||
            !is_number(r->words[5], &edge->rate_kbps) || edge->rate_kbps < 0)
            return refuse(r, "length_km, spans and rate_kbit_s must be numbers >= 0");
    }
    return KH_OK;
}

static kh_status read_demands(reader *r, kh_qpi *qpi)
{
    KH_TRY(read_count(r, "demands", &qpi->n_demands));
    KH_TRY(need_lines(r, qpi->n_demands));
    qpi->demands = KH_NEW(r->arena, kh_qpi_demand, qpi->n_demands);
    if (qpi->demands == NULL)
        return kh_fail(r->err, KH_ENOMEM, "no memory for %zu demands", qpi->n_demands);
    for (size_t i = 0; i < qpi->n_demands; i++) {
        kh_qpi_demand *demand = &qpi->demands[i];
        uint32_t n = (uint32_t)qpi->n_nodes;
        KH_TRY(need_words(r, 3, "a demand is 'u v requested_rate'"));
        if (!is_whole(r->words[0], n, &demand->ends[0]) || !is_whole(r->words[1], n, &demand->ends[1]))
            return refuse(r, "the ends of a demand must be nodes");
        if (!is_number(r->words[2], &demand->rate_kbps) || demand->rate_kbps < 0)
            return refuse(r, "the requested rate must be a number >= 0");
    }
    return next_line(r) ? refuse(r, "nothing is expected after the demands") : KH_OK;
}

kh_status kh_qpi_read(const char *path, kh_arena *arena, kh_qpi *qpi, kh_error *err)
{
    size_t length;
    kh_qpi read = {0};
    reader r = {.path = path, .arena = arena, .err = err};
    KH_TRY(kh_file_read(path, LIMIT, arena, &r.rest, &length, err));
    r.comment = KH_NEW(arena, char, length + 2);
    if (r.comment == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for '%s'", path);
    if (strlen(r.rest) != length)
        return kh_fail(err, KH_EDATA, "'%s' is no text: it holds a NUL byte", path);
    KH_TRY(need_words(&r, 3, "the first line must be 'qpi 1 NAME'"));
    if (strcmp(r.words[0], "qpi") != 0 || strcmp(r.words[1], "1") != 0)
        return refuse(&r, "the first line must be 'qpi 1 NAME'");
    read.name = r.words[2];
    KH_TRY(read_nodes(&r, &read));
    KH_TRY(read_edges(&r, &read));
    KH_TRY(read_demands(&r, &read));
    read.comment = r.comment;
    *qpi = read;
    return KH_OK;
}
