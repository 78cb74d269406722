/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_plan.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static kh_optical_part part_of_line(const kh_line_system *line)
{
    return (kh_optical_part){.comb = {KH_NO_INDEX},
                             .grid = {.first_thz = line->first_thz,
                                      .spacing_ghz = line->spacing_ghz,
                                      .channels = line->channels,
                                      .baud_gbd = line->baud_gbd,
                                      .launch_dbm = line->launch_dbm},
                             .mode = {KH_NO_INDEX}};
}

static kh_optical_part part_of_comb(const kh_net *net, const kh_line_system *line, const kh_comb *comb)
{
    kh_optical_part part = {.comb = {(uint32_t)(comb - net->combs)},
                            .id = comb->id,
                            .grid = {.first_thz = comb->first_thz,
                                     .spacing_ghz = comb->spacing_ghz,
                                     .channels = comb->channels,
                                     .baud_gbd = comb->baud_gbd,
                                     .launch_dbm = line->launch_dbm + comb->launch_offset_db},
                            .offset_db = comb->launch_offset_db,
                            .mode = comb->mode};
    if (comb->mode.i != KH_NO_INDEX)
        part.grid.baud_gbd = net->modes[comb->mode.i].baud_gbd;
    return part;
}

kh_status kh_optical_plan_read(const kh_net *net, kh_line_id line, kh_arena *arena, kh_optical_plan *plan, kh_error *err)
{
    const kh_line_system *system = &net->line_systems[line.i];
    kh_optical_plan made = {.n = system->n_combs == 0 ? 1 : system->n_combs};
    made.parts = KH_NEW(arena, kh_optical_part, made.n);
    if (made.parts == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu combs", made.n);
    made.parts[0] = part_of_line(system);
    for (size_t i = 0; i < system->n_combs; i++)
        made.parts[i] = part_of_comb(net, system, system->combs[i]);
    *plan = made;
    return KH_OK;
}

/* Where a channel stood before the parts were put in order. */
typedef struct place {
    double freq_hz;
    size_t part, index;
} place;

static int by_frequency(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return (x->freq_hz > y->freq_hz) - (x->freq_hz < y->freq_hz);
}

/* Channels of all parts, one comb a part. */
typedef struct mixer {
    kh_optical_comb *combs; /* [plan->n] */
    place *places;          /* [n] */
    size_t n;
} mixer;

static kh_status light_parts(const kh_optical_plan *plan, const double *baud_gbd, kh_arena *arena, mixer *m, kh_error *err)
{
    m->combs = KH_NEW(arena, kh_optical_comb, plan->n);
    if (m->combs == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu combs", plan->n);
    for (size_t k = 0; k < plan->n; k++) {
        kh_optical_grid grid = plan->parts[k].grid;
        grid.baud_gbd = baud_gbd[k];
        kh_status status = kh_optical_comb_grid(&grid, arena, &m->combs[k], err);
        if (status != KH_OK)
            return plan->parts[k].id == NULL ? status : kh_while(err, status, "comb '%s'", plan->parts[k].id);
        m->n += m->combs[k].n;
    }
    return KH_OK;
}

static kh_status sort_channels(const kh_optical_plan *plan, kh_arena *arena, mixer *m, kh_error *err)
{
    m->places = KH_NEW(arena, place, m->n);
    if (m->places == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu channels", m->n);
    size_t n = 0;
    for (size_t k = 0; k < plan->n; k++)
        for (size_t i = 0; i < m->combs[k].n; i++)
            m->places[n++] = (place){m->combs[k].freq_hz[i], k, i};
    qsort(m->places, n, sizeof *m->places, by_frequency);
    return KH_OK;
}

static bool has_offsets(const kh_optical_plan *plan)
{
    for (size_t k = 0; k < plan->n; k++)
        if (plan->parts[k].offset_db != 0.0)
            return true;
    return false;
}

kh_status kh_optical_plan_light(const kh_optical_plan *plan, const double *baud_gbd, kh_arena *arena, kh_optical_comb *comb,
                                size_t **owner, kh_error *err)
{
    mixer m = {0};
    KH_TRY(light_parts(plan, baud_gbd, arena, &m, err));
    KH_TRY(sort_channels(plan, arena, &m, err));
    double *all = KH_NEW(arena, double, 5 * m.n);
    size_t *owners = KH_NEW(arena, size_t, m.n);
    if (all == NULL || owners == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu channels", m.n);
    kh_optical_comb made = {.n = m.n, .freq_hz = all, .baud_hz = all + m.n, .slot_hz = all + 2 * m.n, .launch_w = all + 3 * m.n};
    made.offset_db = has_offsets(plan) ? all + 4 * m.n : NULL;
    for (size_t i = 0; i < m.n; i++) {
        const kh_optical_comb *from = &m.combs[m.places[i].part];
        size_t at = m.places[i].index;
        owners[i] = m.places[i].part;
        made.freq_hz[i] = from->freq_hz[at];
        made.baud_hz[i] = from->baud_hz[at];
        made.slot_hz[i] = from->slot_hz[at];
        made.launch_w[i] = from->launch_w[at];
        if (made.offset_db != NULL)
            made.offset_db[i] = plan->parts[owners[i]].offset_db;
    }
    KH_TRY(kh_optical_comb_check(&made, err));
    *comb = made;
    if (owner != NULL)
        *owner = owners;
    return KH_OK;
}
