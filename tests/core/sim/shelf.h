/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_SHELF_H
#define KH_TESTS_CORE_SIM_SHELF_H

#include "core/sim/sim.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

/* The first checkpoints of a run. */

enum { SHELF_ROOM = 8 };

typedef struct shelf {
    uint8_t *bytes[SHELF_ROOM];
    size_t sizes[SHELF_ROOM], n;
    size_t most; /* that are kept, at most SHELF_ROOM */
} shelf;

static inline kh_status shelf_keep(void *user, const kh_sim_checkpoint *checkpoint, kh_error *err)
{
    (void)err;
    shelf *s = user;
    if (s->n == s->most)
        return KH_OK;
    s->bytes[s->n] = test_malloc(checkpoint->n);
    memcpy(s->bytes[s->n], checkpoint->bytes, checkpoint->n);
    s->sizes[s->n++] = checkpoint->n;
    return KH_OK;
}

static inline void shelf_clear(shelf *s)
{
    for (size_t i = 0; i < s->n; i++)
        test_free(s->bytes[i]);
    s->n = 0;
}

#endif
