/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_SPELLS_H
#define KH_CORE_SIM_SUPPLY_SPELLS_H

#include "core/sim/kernel/kernel.h"
#include "core/sim/supply/spell.h"

typedef void (*kh_spells_change)(void *self, uint32_t spell, bool on);

/** Several spells that a part plays, each with its pending event. */
typedef struct kh_spells {
    kh_spell *all;  /**< [n] */
    kh_timer *next; /* [n] change of the spell, and when that is */
    kh_ns *due;
    size_t n;
    kh_kernel *kernel;
    kh_event_kind toggle; /**< subject: spell; it starts or ends */
    kh_draw draw;         /**< of times between them and of their lengths */
    kh_spells_change change;
    void *self;
} kh_spells;

/** None yet. @param name static, of the event; @param change told after one has started or ended @return KH_OK; KH_ELIMIT */
kh_status kh_spells_init(kh_spells *spells, const char *name, kh_kernel *kernel, kh_spells_change change, void *self,
                         kh_error *err);
/** Room for so many, before the first is added. @return KH_OK; KH_ENOMEM */
kh_status kh_spells_reserve(kh_spells *spells, size_t most, kh_arena *arena, kh_error *err);

/** One more, its first start scheduled. Parameters and failures of kh_spell_init(). */
kh_status kh_spells_add(kh_spells *spells, const kh_fault *fault, double mtbf_h, kh_rng rng, kh_error *err);

/** From now on its random starts come so many times as often; a pending one is as much nearer. @param pace > 0 */
void kh_spells_set_pace(kh_spells *spells, uint32_t spell, double pace);

/** Events expected up to @p end. */
double kh_spells_events(const kh_spells *spells, kh_ns end);

void kh_spells_visit(kh_spells *spells, kh_state *state);
void kh_spells_reseed(kh_spells *spells, uint64_t salt);

#endif
