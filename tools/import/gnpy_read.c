/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/file.h"
#include "tools/import/gnpy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t LARGEST_FILE = (size_t)64 << 20;

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory while reading a network of GNPy");
}

/* The number behind a word at the start of *text, and *text behind the number; 0 when the text starts otherwise. */
static uint32_t take_number(const char **text, const char *word)
{
    char *end = NULL;
    if (strncmp(*text, word, strlen(word)) != 0)
        return 0;
    unsigned long number = strtoul(*text + strlen(word), &end, 10);
    *text = end;
    return (uint32_t)number;
}

/* "line 3, column 7: ..." of the JSON reader as a place. */
static void report_syntax(const kh_gnpy *g, const char *path, const char *message)
{
    kh_place place = {.file = path};
    place.line = take_number(&message, "line ");
    place.column = take_number(&message, ", column ");
    kh_findings_add(g->build.findings, KH_ERROR, place, NULL, "no JSON: %s", message + strspn(message, ": "));
}

kh_status kh_gnpy_read_file(kh_gnpy *g, const char *path, kh_json **json, kh_error *err)
{
    char *text = NULL;
    size_t length = 0;
    KH_TRY(kh_file_read(path, LARGEST_FILE, g->build.arena, &text, &length, err));
    kh_error why = {0};
    kh_status status = kh_json_read(text, length, json, &why);
    if (status == KH_EDATA) {
        report_syntax(g, path, why.message);
        kh_findings_quote(g->build.findings, path, text, length);
        return kh_fail(err, KH_EDATA, "'%s' is no JSON", path);
    }
    return status == KH_OK ? KH_OK : kh_fail(err, status, "%s", why.message);
}

double kh_gnpy_number(kh_gnpy *g, const char *file, const kh_json *object, const char *key, double fallback)
{
    const kh_json *value = kh_json_get(object, key);
    if (value == NULL || kh_json_kind_of(value) == KH_JSON_NULL)
        return fallback;
    if (kh_json_kind_of(value) == KH_JSON_NUMBER)
        return kh_json_as_number(value);
    kh_build_error(&g->build, kh_json_place(file, value), NULL, "'%s' must be a number", key);
    return fallback;
}

/* --- elements --- */

static const struct {
    const char *type;
    kh_gnpy_kind kind;
} kinds[] = {{"Transceiver", KH_GNPY_TRANSCEIVER}, {"Roadm", KH_GNPY_ROADM}, {"Fiber", KH_GNPY_FIBRE},
             {"RamanFiber", KH_GNPY_FIBRE},        {"Fused", KH_GNPY_FUSED}, {"Edfa", KH_GNPY_AMPLIFIER}};

static kh_gnpy_kind read_kind(kh_gnpy *g, const kh_gnpy_element *e, const char *type)
{
    for (size_t i = 0; type != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].kind;
    kh_build_error(&g->build, e->place, "elements may be Transceiver, Roadm, Fiber, RamanFiber, Fused and Edfa",
                   "element '%s' is refused: its type '%s' has no counterpart", e->uid, type == NULL ? "" : type);
    return KH_GNPY_REFUSED;
}

static bool read_element(kh_gnpy *g, const kh_json *json, kh_gnpy_element *e)
{
    *e =
        (kh_gnpy_element){.json = json, .place = kh_json_place(g->topology_path, json), .node = KH_GNPY_NONE, .type = KH_GNPY_NONE};
    e->uid = kh_json_as_text(kh_json_get(json, "uid"));
    if (e->uid == NULL) {
        kh_build_error(&g->build, e->place, NULL, "an element has no text 'uid'");
        return false;
    }
    if (kh_map_get(&g->by_uid, e->uid, strlen(e->uid)) != KH_MAP_NONE) {
        kh_build_error(&g->build, e->place, "give one of them another uid", "uid '%s' comes twice", e->uid);
        return false;
    }
    e->kind = read_kind(g, e, kh_json_as_text(kh_json_get(json, "type")));
    const kh_json *location = kh_json_get(kh_json_get(json, "metadata"), "location");
    e->city = kh_json_as_text(kh_json_get(location, "city"));
    e->lat_deg = kh_gnpy_number(g, g->topology_path, location, "latitude", (double)NAN);
    e->lon_deg = kh_gnpy_number(g, g->topology_path, location, "longitude", (double)NAN);
    if (fabs(e->lat_deg) > 90.0 || fabs(e->lon_deg) > 180.0) {
        kh_build_error(&g->build, e->place, NULL, "element '%s' is at latitude %g, longitude %g, must be within 90 and 180", e->uid,
                       e->lat_deg, e->lon_deg);
        return false;
    }
    return true;
}

static kh_status read_elements(kh_gnpy *g, kh_error *err)
{
    const kh_json *list = kh_json_get(g->topology, "elements");
    size_t n = kh_json_kind_of(list) == KH_JSON_ARRAY ? kh_json_length(list) : 0;
    if (n == 0)
        kh_build_error(&g->build, kh_json_place(g->topology_path, g->topology), "give GNPy's own topology file, not a YANG one",
                       "the topology has no list of 'elements'");
    g->elements = KH_NEW(g->build.arena, kh_gnpy_element, n);
    if (g->elements == NULL)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        kh_gnpy_element *e = &g->elements[g->n_elements];
        if (!read_element(g, kh_json_at(list, i), e))
            continue;
        if (!kh_map_put(&g->by_uid, e->uid, strlen(e->uid), (uint32_t)g->n_elements))
            return no_memory(err);
        g->n_elements++;
    }
    return KH_OK;
}

/* --- connections --- */

typedef struct edge {
    uint32_t from, to;
} edge;

static uint32_t find_end(kh_gnpy *g, const kh_json *connection, const char *key)
{
    const char *uid = kh_json_as_text(kh_json_get(connection, key));
    uint32_t found = uid == NULL ? KH_MAP_NONE : kh_map_get(&g->by_uid, uid, strlen(uid));
    if (found == KH_MAP_NONE)
        kh_build_error(&g->build, kh_json_place(g->topology_path, connection), NULL, "%s '%s' is no element", key,
                       uid == NULL ? "" : uid);
    return found;
}

/* Counts first, then fills: two lists an element, each as long as it must be. */
static kh_status link_elements(kh_gnpy *g, const edge *edges, size_t n, kh_error *err)
{
    for (size_t i = 0; i < n; i++) {
        g->elements[edges[i].from].n_next++;
        g->elements[edges[i].to].n_previous++;
    }
    for (size_t i = 0; i < g->n_elements; i++) {
        kh_gnpy_element *e = &g->elements[i];
        e->next = KH_NEW(g->build.arena, uint32_t, e->n_next);
        e->previous = KH_NEW(g->build.arena, uint32_t, e->n_previous);
        if (e->next == NULL || e->previous == NULL)
            return no_memory(err);
        e->n_next = e->n_previous = 0;
    }
    for (size_t i = 0; i < n; i++) {
        kh_gnpy_element *from = &g->elements[edges[i].from], *to = &g->elements[edges[i].to];
        from->next[from->n_next++] = edges[i].to;
        to->previous[to->n_previous++] = edges[i].from;
    }
    return KH_OK;
}

static kh_status read_connections(kh_gnpy *g, kh_error *err)
{
    const kh_json *list = kh_json_get(g->topology, "connections");
    size_t n = kh_json_kind_of(list) == KH_JSON_ARRAY ? kh_json_length(list) : 0, n_edges = 0;
    if (n == 0)
        kh_build_error(&g->build, kh_json_place(g->topology_path, g->topology), NULL, "the topology has no list of 'connections'");
    edge *edges = KH_NEW(g->build.arena, edge, n);
    if (edges == NULL)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        const kh_json *connection = kh_json_at(list, i);
        edge made = {.from = find_end(g, connection, "from_node"), .to = find_end(g, connection, "to_node")};
        if (made.from != KH_MAP_NONE && made.to != KH_MAP_NONE)
            edges[n_edges++] = made;
    }
    return link_elements(g, edges, n_edges, err);
}

kh_status kh_gnpy_read_topology(kh_gnpy *g, kh_error *err)
{
    g->by_uid.arena = g->build.arena;
    KH_TRY(read_elements(g, err));
    return read_connections(g, err);
}
