/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/record.h"

#include <string.h>

static void see(void *user, uint32_t to, const kh_letter *letter)
{
    kh_record *r = user;
    r->bytes += kh_letter_bytes(letter);
    r->broken = r->broken || (r->most_bytes > 0 && r->bytes > r->most_bytes);
    if (r->broken)
        return;
    if (r->n == r->room)
        r->letters = kh_arena_grow(r->arena, r->letters, r->n, &r->room, sizeof *r->letters);
    double *number = r->letters != NULL ? KH_NEW(r->arena, double, letter->n) : NULL;
    r->broken = number == NULL;
    if (r->broken)
        return;
    if (letter->n > 0)
        memcpy(number, letter->number, letter->n * sizeof *number);
    r->letters[r->n] = (kh_replay_letter){to, *letter};
    r->letters[r->n++].letter.number = number;
}

static void keep(void *user, const kh_letter *letter)
{
    see(user, letter->from, letter);
}

kh_federation_watch kh_record_watch(kh_record *record)
{
    return (kh_federation_watch){see, record, keep};
}
