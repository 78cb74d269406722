/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/note.h"

static void add(kh_note *note, kh_note_field field)
{
    if (note->n_fields < KH_NOTE_MOST_FIELDS)
        note->fields[note->n_fields++] = field;
}

void kh_note_text(kh_note *note, const char *key, const char *text)
{
    add(note, (kh_note_field){.key = key, .text = text});
}

void kh_note_number(kh_note *note, const char *key, double number)
{
    add(note, (kh_note_field){.key = key, .number = number});
}
