/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_STATE_H
#define KH_CORE_SIM_KERNEL_STATE_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The bytes of a run in progress. One function of each part walks over all that changes while the run goes on, and serves both to
 *  save it and to load it into a part that was set up from the same inputs; what set-up decides is not in it. */
typedef struct kh_state {
    bool loading;     /**< false: saving */
    kh_status status; /**< sticky: KH_ENOMEM while saving; KH_EDATA when the bytes end too soon or do not fit */
    uint8_t *bytes;   /**< [n]; while saving: grows in the arena */
    size_t n, at, capacity;
    kh_arena *arena; /**< of the bytes while saving; of arrays that must grow while loading */
} kh_state;

kh_state kh_state_saving(kh_arena *arena);
kh_state kh_state_loading(const uint8_t *bytes, size_t n, kh_arena *arena);

/** Saves @p size bytes from @p data, or loads them into it. After a failure it does nothing. */
void kh_state_visit(kh_state *state, void *data, size_t size);
#define KH_STATE(state, lvalue) kh_state_visit((state), &(lvalue), sizeof(lvalue))

/** A growing array, with its length: loading grows it as needed.
 *  @param array     the present array; @param n, capacity its length and room, updated while loading
 *  @return the array, which may have moved while loading */
void *kh_state_array(kh_state *state, void *array, size_t *n, size_t *capacity, size_t size);

#endif
