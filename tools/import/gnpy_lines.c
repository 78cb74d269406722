/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/gnpy.h"

#include <math.h>
#include <string.h>

static const double HALF_DB = 3.010299956639812;
static const double LONGEST_KM = 20000.0; /* of a fibre in Keyhaul */

/* One fibre of the built network, and what each direction of the light loses right before and right behind it. */
typedef struct piece {
    uint32_t fibre;
    double loss_db[2][2]; /* [direction][side] */
    const char *why[2][2];
} piece;

typedef struct line {
    kh_gnpy *g;
    const kh_gnpy_section *there, *back; /* back NULL: one way only */
    kh_line_id index;
    piece *pieces;
    size_t n_pieces;
    size_t *first; /* [n_fibres + 1] of each of GNPy's fibres: its first piece */
} line;

/* --- fibres --- */

static size_t count_pieces(const kh_gnpy *g, double length_km)
{
    double shortest_km = fmax(g->padding_db / 0.2, 50.0), target_km = fmax(shortest_km, fmin(g->max_span_km, 90.0));
    if (g->designed || length_km < g->max_span_km)
        return 1;
    size_t fewer = (size_t)(length_km / target_km), more = fewer + 1;
    double long_km = length_km / (double)fewer, short_km = length_km / (double)more;
    bool long_fits = long_km >= shortest_km && long_km <= g->max_span_km;
    bool short_fits = short_km >= shortest_km && short_km <= g->max_span_km;
    if (fewer == 0 || long_fits != short_fits)
        return fewer == 0 || short_fits ? more : fewer;
    return long_km - target_km <= target_km - short_km && long_km <= g->max_span_km ? fewer : more;
}

static double common_connector_db(const line *l, size_t fibre)
{
    const kh_gnpy_element *a = &l->g->elements[l->there->fibres[fibre]];
    double least_db = fmin(a->con_in_db, a->con_out_db);
    if (l->back != NULL) {
        const kh_gnpy_element *b = &l->g->elements[l->back->fibres[l->back->n_fibres - 1 - fibre]];
        least_db = fmin(least_db, fmin(b->con_in_db, b->con_out_db));
    }
    return fmax(least_db, 0.0);
}

static void add_fibre(line *l, size_t fibre, size_t n_pieces, kh_node_id from, kh_node_id to)
{
    kh_build *b = &l->g->build;
    const kh_gnpy_element *e = &l->g->elements[l->there->fibres[fibre]];
    const char *id = kh_build_text(b, "%s-%s", b->net.nodes[from.i].id, b->net.nodes[to.i].id);
    kh_fibre *made = kh_build_add(b, KH_NOUN_FIBRES, id);
    made->ends[0] = from;
    made->ends[1] = to;
    made->type.i = e->type;
    made->length_km = e->length_km / (double)n_pieces;
    made->loss_db_per_km = e->loss_db_km;
    made->connector_loss_db = 2.0 * common_connector_db(l, fibre);
    made->loss_is_given = false;
    made->loss_db = made->length_km * made->loss_db_per_km + made->connector_loss_db; /* as the loader derives it */
    made->aerial_km = 0.0;
    const char *back = l->back == NULL ? NULL : l->g->elements[l->back->fibres[l->back->n_fibres - 1 - fibre]].uid;
    kh_build_source(
        b, KH_NOUN_FIBRES, made->id, "entry", n_pieces > 1,
        kh_build_text(b, "%s%s%s%s", e->uid, back == NULL ? "" : " and ", back == NULL ? "" : back, n_pieces > 1 ? ", split" : ""));
    l->pieces[l->n_pieces++].fibre = kh_build_last(b, KH_NOUN_FIBRES);
}

/* The city where an element between two fibres stands, and its position, when some element there says so. */
static const kh_gnpy_element *find_located(const line *l, size_t fibre)
{
    size_t passed = 0;
    for (size_t i = 0; i < l->there->n_way; i++) {
        const kh_gnpy_element *e = &l->g->elements[l->there->way[i]];
        passed += e->kind == KH_GNPY_FIBRE ? 1 : 0;
        if (passed == fibre + 1 && e->kind != KH_GNPY_FIBRE)
            return e;
    }
    return NULL;
}

static bool has_amplifier(const line *l, const kh_gnpy_section *s, size_t fibre)
{
    size_t passed = 0;
    for (size_t i = 0; i < s->n_way; i++) {
        const kh_gnpy_element *e = &l->g->elements[s->way[i]];
        passed += e->kind == KH_GNPY_FIBRE ? 1 : 0;
        if (passed == fibre + 1 && e->kind == KH_GNPY_AMPLIFIER)
            return true;
    }
    return false;
}

/* A node behind the fibre of that number; fused fibres meet at a switch, where the light passes. */
static kh_node_id add_junction(line *l, size_t fibre, size_t number, bool inside_fibre)
{
    kh_build *b = &l->g->build;
    const kh_gnpy_element *at = inside_fibre ? NULL : find_located(l, fibre);
    bool amplified = inside_fibre || at == NULL || has_amplifier(l, l->there, fibre) ||
                     (l->back != NULL && has_amplifier(l, l->back, l->back->n_fibres - 2 - fibre));
    const char *name = at != NULL && at->city != NULL && at->city[0] != '\0'
                           ? at->city
                           : kh_build_text(b, "%s-%s-%zu", b->net.nodes[l->g->elements[l->there->from].node].id,
                                           b->net.nodes[l->g->elements[l->there->to].node].id, number);
    kh_node *node = kh_build_add(b, KH_NOUN_NODES, name);
    node->kind = amplified ? KH_NODE_AMPLIFIER : KH_NODE_SWITCH;
    node->label = strcmp(name, node->id) == 0 ? NULL : name;
    if (at != NULL) {
        node->lat_deg = at->lat_deg;
        node->lon_deg = at->lon_deg;
    }
    return (kh_node_id){kh_build_last(b, KH_NOUN_NODES)};
}

static void add_fibres(line *l)
{
    kh_gnpy *g = l->g;
    kh_node_id from = {g->elements[l->there->from].node};
    size_t junctions = 0;
    for (size_t f = 0; f < l->there->n_fibres; f++) {
        size_t n = l->first[f + 1] - l->first[f];
        for (size_t i = 0; i < n; i++) {
            bool last = f + 1 == l->there->n_fibres && i + 1 == n;
            kh_node_id to = last ? (kh_node_id){g->elements[l->there->to].node} : add_junction(l, f, ++junctions, i + 1 < n);
            add_fibre(l, f, n, from, to);
            from = to;
        }
    }
}

/* --- what stands between fibres --- */

static void lose(line *l, size_t piece_index, kh_direction direction, kh_side side, double loss_db, const char *why)
{
    piece *p = &l->pieces[piece_index];
    if (loss_db == 0.0)
        return;
    p->loss_db[direction][side] += loss_db;
    const char *before = p->why[direction][side];
    p->why[direction][side] = before == NULL ? why : kh_build_text(&l->g->build, "%s, %s", before, why);
}

/* Connectors beyond those that the fibre has at both ends both ways, and pads. */
static void lose_at_fibres(line *l, const kh_gnpy_section *s, kh_direction direction)
{
    for (size_t i = 0; i < s->n_fibres; i++) {
        size_t f = direction == KH_DIRECTION_FORWARD ? i : s->n_fibres - 1 - i;
        const kh_gnpy_element *e = &l->g->elements[s->fibres[i]];
        double common_db = common_connector_db(l, f);
        for (size_t p = l->first[f]; p < l->first[f + 1]; p++) {
            lose(l, p, direction, KH_SIDE_BEFORE, e->con_in_db - common_db, "con_in");
            lose(l, p, direction, KH_SIDE_BEFORE, e->att_in_db, "att_in");
            lose(l, p, direction, KH_SIDE_AFTER, e->con_out_db - common_db, "con_out");
        }
    }
}

/* Fused elements and at most two amplifiers between two fibres, or between an end and a fibre. */
typedef struct gap {
    bool has_before, has_after; /* there is a fibre on that side */
    size_t before, after;       /* pieces */
    uint32_t amplifiers[2];     /* in net.installed_amplifiers */
    size_t n_amplifiers;
    kh_direction direction;
} gap;

static kh_installed_amplifier *installed(line *l, const gap *between, size_t i)
{
    return &l->g->build.net.installed_amplifiers[between->amplifiers[i]];
}

static void lose_in_gap(line *l, const gap *between, const kh_gnpy_element *e)
{
    if (between->n_amplifiers == 0 && between->has_before)
        lose(l, between->before, between->direction, KH_SIDE_AFTER, e->loss_db, e->uid);
    else if (between->n_amplifiers > 0)
        installed(l, between, between->n_amplifiers - 1)->voa_db += e->loss_db;
    else
        lose(l, between->after, between->direction, KH_SIDE_BEFORE, e->loss_db, e->uid);
}

/* A loss in front of the booster: it was put before the fibre, for want of an amplifier then. */
static double take_loss_before(line *l, const gap *between)
{
    if (between->has_before || between->n_amplifiers > 0)
        return 0.0;
    double loss_db = l->pieces[between->after].loss_db[between->direction][KH_SIDE_BEFORE];
    l->pieces[between->after].loss_db[between->direction][KH_SIDE_BEFORE] = 0.0;
    l->pieces[between->after].why[between->direction][KH_SIDE_BEFORE] = NULL;
    return loss_db;
}

static void add_amplifier(line *l, gap *between, const kh_gnpy_element *e)
{
    kh_gnpy *g = l->g;
    if (between->n_amplifiers == (between->has_before && between->has_after ? 2 : 1)) {
        kh_build_error(&g->build, e->place, "Keyhaul takes one amplifier on each side of a fibre",
                       "Edfa '%s' is refused: too many amplifiers in a row", e->uid);
        return;
    }
    if (e->type == KH_GNPY_NONE) {
        kh_build_remark(&g->build, "Edfa '%s' has no type_variety: one is put there by `amplifiers: auto`, GNPy would design it",
                        e->uid);
        return;
    }
    bool before = between->n_amplifiers == 1 || !between->has_before;
    double in_front_db = take_loss_before(l, between);
    kh_installed_amplifier *made = kh_build_add(&g->build, KH_NOUN_INSTALLED_AMPLIFIERS, e->uid);
    made->line = l->index;
    made->direction = between->direction;
    made->fibre.i = l->pieces[before ? between->after : between->before].fibre;
    made->side = before ? KH_SIDE_BEFORE : KH_SIDE_AFTER;
    made->type.i = e->type;
    made->gain_db = e->gain_db;
    made->tilt_db = e->tilt_db;
    made->in_voa_db = e->in_voa_db + in_front_db;
    made->voa_db = e->out_voa_db;
    between->amplifiers[between->n_amplifiers++] = kh_build_last(&g->build, KH_NOUN_INSTALLED_AMPLIFIERS);
}

static gap start_gap(const line *l, kh_direction direction, size_t passed, size_t n_fibres)
{
    gap made = {.direction = direction, .has_before = passed > 0, .has_after = passed < n_fibres};
    bool forward = direction == KH_DIRECTION_FORWARD;
    if (made.has_before)
        made.before = forward ? l->first[passed] - 1 : l->first[n_fibres - passed];
    if (made.has_after)
        made.after = forward ? l->first[passed] : l->first[n_fibres - passed] - 1;
    return made;
}

static void install(line *l, const kh_gnpy_section *s, kh_direction direction)
{
    size_t passed = 0;
    gap between = start_gap(l, direction, 0, s->n_fibres);
    for (size_t i = 0; i < s->n_way; i++) {
        const kh_gnpy_element *e = &l->g->elements[s->way[i]];
        if (e->kind == KH_GNPY_FIBRE)
            between = start_gap(l, direction, ++passed, s->n_fibres);
        if (e->kind == KH_GNPY_FUSED)
            lose_in_gap(l, &between, e);
        if (e->kind == KH_GNPY_AMPLIFIER)
            add_amplifier(l, &between, e);
    }
    lose_at_fibres(l, s, direction);
}

static void add_losses(line *l)
{
    kh_build *b = &l->g->build;
    for (size_t i = 0; i < l->n_pieces; i++)
        for (int d = 0; d < 2; d++)
            for (int s = 0; s < 2; s++) {
                const piece *p = &l->pieces[i];
                if (p->loss_db[d][s] <= 0.0)
                    continue;
                const char *id = kh_build_text(b, "%s/%s/%s", b->net.fibres[p->fibre].id, d == 0 ? "forward" : "backward",
                                               s == 0 ? "before" : "after");
                kh_installed_loss *made = kh_build_add(b, KH_NOUN_INSTALLED_LOSSES, id);
                made->line = l->index;
                made->direction = (kh_direction)d;
                made->fibre.i = p->fibre;
                made->side = (kh_side)s;
                made->loss_db = p->loss_db[d][s];
                kh_build_source(b, KH_NOUN_INSTALLED_LOSSES, made->id, "entry", false, p->why[d][s]);
            }
}

/* --- ROADMs --- */

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_like_line(const kh_gnpy_roadm *a, const kh_gnpy_roadm *b)
{
    return is_same(a->target_dbm, b->target_dbm) && is_same(a->target_mw_per_ghz, b->target_mw_per_ghz) &&
           is_same(a->target_mw_per_slot_ghz, b->target_mw_per_slot_ghz) && a->max_loss_db == b->max_loss_db &&
           a->pmd_ps == b->pmd_ps && a->pdl_db == b->pdl_db && a->stage_osnr_db == b->stage_osnr_db;
}

static void set_line_roadm(kh_line_system *system, const kh_gnpy_roadm *roadm)
{
    if (!isnan(roadm->target_dbm))
        system->roadm_target_dbm = roadm->target_dbm;
    system->roadm_target_mw_per_ghz = roadm->target_mw_per_ghz;
    system->roadm_target_mw_per_slot_ghz = roadm->target_mw_per_slot_ghz;
    system->roadm_max_loss_db = roadm->max_loss_db;
    system->roadm_pmd_ps = roadm->pmd_ps;
    system->roadm_pdl_db = roadm->pdl_db;
    system->add_drop_osnr_db = roadm->stage_osnr_db - HALF_DB;
}

static void add_roadm(line *l, const kh_gnpy_element *e, kh_direction direction, const kh_gnpy_roadm *roadm)
{
    kh_build *b = &l->g->build;
    kh_installed_roadm *made =
        kh_build_add(b, KH_NOUN_INSTALLED_ROADMS,
                     kh_build_text(b, "%s/%s/%s", b->net.line_systems[l->index.i].id, b->net.nodes[e->node].id,
                                   direction == KH_DIRECTION_FORWARD ? "forward" : "backward"));
    made->line = l->index;
    made->direction = direction;
    made->node.i = e->node;
    made->target_dbm = roadm->target_dbm;
    made->target_mw_per_ghz = roadm->target_mw_per_ghz;
    made->target_mw_per_slot_ghz = roadm->target_mw_per_slot_ghz;
    made->max_loss_db = roadm->max_loss_db;
    made->pmd_ps = roadm->pmd_ps;
    made->pdl_db = roadm->pdl_db;
    made->add_osnr_db = made->drop_osnr_db = roadm->stage_osnr_db;
}

/* The ROADM where the light begins, towards this section, and the one that drops it; entries only where they differ. */
static void add_roadms(line *l, const kh_gnpy_section *s, kh_direction direction, const kh_gnpy_roadm *of_line)
{
    const kh_gnpy_element *from = &l->g->elements[s->from], *to = &l->g->elements[s->to];
    if (from->kind != KH_GNPY_ROADM || to->kind != KH_GNPY_ROADM)
        return;
    kh_gnpy_roadm adds = kh_gnpy_roadm_of(l->g, from, "add", l->g->elements[s->way[0]].uid);
    kh_gnpy_roadm drops = kh_gnpy_roadm_of(l->g, to, "drop", NULL);
    if (!is_like_line(&adds, of_line))
        add_roadm(l, from, direction, &adds);
    if (!is_like_line(&drops, of_line))
        add_roadm(l, to, direction, &drops);
}

/* --- the line --- */

static void set_channels(kh_gnpy *g, kh_line_system *system)
{
    const kh_json *si = kh_gnpy_equipment(g, "SI", NULL);
    double f_min_hz = kh_gnpy_equipment_number(g, si, "f_min", 191.35e12),
           f_max_hz = kh_gnpy_equipment_number(g, si, "f_max", 196.1e12);
    double spacing_hz = kh_gnpy_equipment_number(g, si, "spacing", 50e9),
           power_dbm = kh_gnpy_equipment_number(g, si, "power_dbm", 0.0);
    system->first_thz = (f_min_hz + spacing_hz) / 1e12;
    system->spacing_ghz = spacing_hz / 1e9;
    system->channels = floor((f_max_hz - f_min_hz) / spacing_hz + 1e-6);
    system->baud_gbd = kh_gnpy_equipment_number(g, si, "baud_rate", 32e9) / 1e9;
    system->launch_dbm = system->bare_ends ? kh_gnpy_equipment_number(g, si, "tx_power_dbm", power_dbm) : power_dbm;
    system->margin_db = kh_gnpy_equipment_number(g, si, "sys_margins", 0.0);
}

static void add_system(line *l)
{
    kh_gnpy *g = l->g;
    const kh_gnpy_element *from = &g->elements[l->there->from], *to = &g->elements[l->there->to];
    const char *id = kh_build_text(&g->build, "%s-%s", g->build.net.nodes[from->node].id, g->build.net.nodes[to->node].id);
    kh_line_system *system = kh_build_add(&g->build, KH_NOUN_LINE_SYSTEMS, id);
    l->index.i = kh_build_last(&g->build, KH_NOUN_LINE_SYSTEMS);
    system->ends[0].i = from->node;
    system->ends[1].i = to->node;
    system->as_built = g->designed;
    system->bare_ends = from->kind != KH_GNPY_ROADM || to->kind != KH_GNPY_ROADM;
    if (system->bare_ends && from->kind != to->kind)
        kh_build_warn(&g->build, from->place, "line '%s' has a ROADM at one end only: it is dropped", system->id);
    set_channels(g, system);
    kh_build_source(&g->build, KH_NOUN_LINE_SYSTEMS, system->id, "entry", false, kh_gnpy_base_name(g->topology_path));
}

static bool plan_pieces(line *l)
{
    kh_gnpy *g = l->g;
    l->first = KH_NEW(g->build.arena, size_t, l->there->n_fibres + 1);
    if (l->first == NULL)
        return false;
    for (size_t f = 0; f < l->there->n_fibres; f++) {
        const kh_gnpy_element *e = &g->elements[l->there->fibres[f]];
        if (e->length_km > LONGEST_KM)
            kh_build_error(&g->build, e->place, "check length_units", "fibre '%s' is %g km long, must be at most %g km", e->uid,
                           e->length_km, LONGEST_KM);
        size_t n = e->length_km > LONGEST_KM ? 1 : count_pieces(g, e->length_km);
        g->n_split += n > 1 ? 1 : 0;
        l->first[f + 1] = l->first[f] + n;
    }
    l->pieces = KH_NEW(g->build.arena, piece, l->first[l->there->n_fibres]);
    return l->pieces != NULL;
}

static void list_fibres(line *l)
{
    kh_line_system *system = &l->g->build.net.line_systems[l->index.i];
    system->via = KH_NEW(l->g->build.arena, kh_fibre_id, l->n_pieces);
    for (size_t i = 0; system->via != NULL && i < l->n_pieces; i++)
        system->via[system->n_via++].i = l->pieces[i].fibre;
    l->g->build.failed = l->g->build.failed || system->via == NULL;
}

static void add_line(kh_gnpy *g, const kh_gnpy_section *s)
{
    line l = {.g = g, .there = s, .back = s->back == KH_GNPY_NONE ? NULL : &g->sections[s->back]};
    if (!plan_pieces(&l)) {
        g->build.failed = true;
        return;
    }
    add_system(&l);
    add_fibres(&l);
    if (g->build.failed)
        return;
    list_fibres(&l);
    install(&l, s, KH_DIRECTION_FORWARD);
    if (l.back != NULL)
        install(&l, l.back, KH_DIRECTION_BACKWARD);
    add_losses(&l);
    if (g->build.net.line_systems[l.index.i].bare_ends)
        return;
    kh_gnpy_roadm of_line = kh_gnpy_roadm_of(g, &g->elements[s->from], "add", g->elements[s->way[0]].uid);
    set_line_roadm(&g->build.net.line_systems[l.index.i], &of_line);
    add_roadms(&l, s, KH_DIRECTION_FORWARD, &of_line);
    if (l.back != NULL)
        add_roadms(&l, l.back, KH_DIRECTION_BACKWARD, &of_line);
}

void kh_gnpy_add_lines(kh_gnpy *g)
{
    for (uint32_t i = 0; i < g->n_sections && !g->build.failed; i++)
        if (g->sections[i].back == KH_GNPY_NONE || i < g->sections[i].back)
            add_line(g, &g->sections[i]);
}
