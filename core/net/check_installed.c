/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <math.h>
#include <string.h>

#define ERROR(l, place, hint, ...) kh_findings_add((l)->findings, KH_ERROR, (place), (hint), __VA_ARGS__)

static bool uses_fibre(const kh_line_system *line, kh_fibre_id fibre)
{
    for (size_t i = 0; i < line->n_via; i++)
        if (line->via[i].i == fibre.i)
            return true;
    return false;
}

/* Where something stands, and the entry that it is. */
typedef struct standing {
    kh_noun noun;
    size_t i;
    kh_place place;
    kh_line_id line;
} standing;

static const char *id_of(const kh_loader *l, kh_noun noun, size_t i)
{
    return kh_record_id(kh_schema_layout(noun), kh_record_at(l->net, noun, i));
}

/* The fibre next to which something stands must be one of the line. */
static void check_beside(const kh_loader *l, const standing *s, kh_fibre_id fibre)
{
    const kh_line_system *line = &l->net->line_systems[s->line.i];
    if (!l->broken[KH_NOUN_LINE_SYSTEMS][s->line.i] && !uses_fibre(line, fibre))
        ERROR(l, s->place, "name a fibre of its via", "%s '%s' stands at fibre '%s', which line_system '%s' does not use",
              kh_schema_layout(s->noun)->table->singular, id_of(l, s->noun, s->i), l->net->fibres[fibre.i].id, line->id);
}

/* One entry a place: @p where tells the place within the line. When memory is out nothing is found here; the load fails elsewhere.
 */
static void check_alone(const kh_loader *l, kh_map *taken, const standing *s, uint32_t what, unsigned where)
{
    const char *key = kh_arena_printf(l->scratch, "%u %u %u", (unsigned)s->line.i, (unsigned)what, where);
    if (key == NULL)
        return;
    uint32_t twin = kh_map_get(taken, key, strlen(key));
    if (twin == KH_MAP_NONE)
        (void)kh_map_put(taken, key, strlen(key), (uint32_t)s->i);
    else if (twin != s->i)
        ERROR(l, s->place, "one entry for each place and direction", "%s '%s' stands where '%s' stands",
              kh_schema_layout(s->noun)->table->singular, id_of(l, s->noun, s->i), id_of(l, s->noun, twin));
}

static void check_amplifiers(const kh_loader *l)
{
    kh_map taken = {.arena = l->scratch};
    for (size_t i = 0; i < l->net->n_installed_amplifiers; i++) {
        if (l->broken[KH_NOUN_INSTALLED_AMPLIFIERS][i])
            continue;
        const kh_installed_amplifier *a = &l->net->installed_amplifiers[i];
        const kh_amplifier *type = &l->net->amplifiers[a->type.i];
        const standing s = {KH_NOUN_INSTALLED_AMPLIFIERS, i, a->place, a->line};
        check_beside(l, &s, a->fibre);
        check_alone(l, &taken, &s, a->fibre.i, 2 * (unsigned)a->direction + (unsigned)a->side);
        const kh_line_system *line = &l->net->line_systems[a->line.i];
        if (!l->broken[KH_NOUN_AMPLIFIERS][a->type.i] && !kh_amplifier_covers(type, line))
            ERROR(l, a->place, "lowest_thz and highest_thz of the type say its band",
                  "installed_amplifier '%s': channels from %.10g to %.10g THz, '%s' takes %g to %g THz", a->id,
                  kh_line_first_thz(line), kh_line_last_thz(line), type->id, type->lowest_thz, type->highest_thz);
        double most_db = type->gain_max_db + type->gain_extension_db;
        if (a->gain_db > most_db)
            ERROR(l, a->place, "lower gain_db, or take a type with more gain or gain_extension_db",
                  "installed_amplifier '%s': gain_db is %g, '%s' has at most %g dB", a->id, a->gain_db, type->id, most_db);
    }
}

static void check_losses(const kh_loader *l)
{
    for (size_t i = 0; i < l->net->n_installed_losses; i++) {
        if (l->broken[KH_NOUN_INSTALLED_LOSSES][i])
            continue;
        const kh_installed_loss *loss = &l->net->installed_losses[i];
        const standing s = {KH_NOUN_INSTALLED_LOSSES, i, loss->place, loss->line};
        check_beside(l, &s, loss->fibre);
    }
}

static bool has_roadm(const kh_line_system *line, kh_node_id node)
{
    bool found = !line->bare_ends && (line->ends[0].i == node.i || line->ends[1].i == node.i);
    for (size_t i = 0; i < line->n_roadms; i++)
        found = found || line->roadms[i].i == node.i;
    return found;
}

static void check_roadm(const kh_loader *l, const kh_installed_roadm *r)
{
    const kh_line_system *line = &l->net->line_systems[r->line.i];
    if (!l->broken[KH_NOUN_LINE_SYSTEMS][r->line.i] && !has_roadm(line, r->node))
        ERROR(l, r->place, "name an end of the line or one of its roadms",
              "installed_roadm '%s': line_system '%s' has no ROADM at '%s'", r->id, line->id, l->net->nodes[r->node.i].id);
    if (!isnan(r->target_dbm) + !isnan(r->target_mw_per_ghz) + !isnan(r->target_mw_per_slot_ghz) > 1)
        ERROR(l, r->place, "give one of target_dbm, target_mw_per_ghz and target_mw_per_slot_ghz",
              "installed_roadm '%s' has more than one target", r->id);
}

static void check_roadms(const kh_loader *l)
{
    kh_map taken = {.arena = l->scratch};
    for (size_t i = 0; i < l->net->n_installed_roadms; i++) {
        if (l->broken[KH_NOUN_INSTALLED_ROADMS][i])
            continue;
        const kh_installed_roadm *r = &l->net->installed_roadms[i];
        const standing s = {KH_NOUN_INSTALLED_ROADMS, i, r->place, r->line};
        check_roadm(l, r);
        if (r->direction != KH_DIRECTION_BACKWARD)
            check_alone(l, &taken, &s, r->node.i, 0);
        if (r->direction != KH_DIRECTION_FORWARD)
            check_alone(l, &taken, &s, r->node.i, 1);
    }
}

void kh_loader_check_installed(kh_loader *l)
{
    check_amplifiers(l);
    check_losses(l);
    check_roadms(l);
}
