/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/timetable.h"

#include "core/base/units.h"

typedef struct writer {
    const kh_classes *classes;
    kh_pass *passes; /* NULL: only count */
    size_t n;
} writer;

static void write_pass(const kh_passage *passage, void *user)
{
    writer *w = user;
    const kh_satellite_setting *setting = w->classes->setting;
    double bits = kh_classes_bits(w->classes, passage), share = setting->clear_share[passage->month];
    if (!(bits > 0.0 && share > 0.0))
        return;
    if (w->passes != NULL) {
        const kh_track track = kh_classes_track(w->classes, passage->offset_rad);
        const double half_s = kh_track_half_time_s(&track, setting->station.horizon_rad);
        w->passes[w->n] = (kh_pass){
            .start_s = passage->culmination_s - half_s,
            .end_s = passage->culmination_s + half_s,
            .key_bits = bits,
            .clear_share = share,
            .day = (uint32_t)(passage->culmination_s / KH_S_PER_DAY),
        };
    }
    w->n++;
}

kh_status kh_timetable_make(const kh_classes *classes, kh_arena *arena, kh_pass **passes, size_t *n, kh_error *err)
{
    const kh_satellite_setting *setting = classes->setting;
    writer w = {.classes = classes};
    kh_passes_visit(&setting->orbit, &setting->station, write_pass, &w);
    *n = w.n;
    *passes = NULL;
    if (w.n == 0)
        return KH_OK;
    *passes = KH_NEW(arena, kh_pass, w.n);
    if (*passes == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu passes", w.n);
    w = (writer){.classes = classes, .passes = *passes};
    kh_passes_visit(&setting->orbit, &setting->station, write_pass, &w);
    return KH_OK;
}
