/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_NOTE_H
#define KH_CORE_SIM_KERNEL_NOTE_H

#include "core/sim/kernel/event.h"

/** What happened, for people: parts tell it while they handle an event, when a journal is kept; whoever keeps it writes it down. */

enum { KH_NOTE_MOST_FIELDS = 8 };

typedef struct kh_note_field {
    const char *key;  /**< static */
    const char *text; /**< NULL: the number */
    double number;    /**< its unit is in the key */
} kh_note_field;

typedef struct kh_note {
    kh_ns time;
    const char *what; /**< static: "block", "served", "blocked", "broken"... */
    kh_note_field fields[KH_NOTE_MOST_FIELDS];
    size_t n_fields;
} kh_note;

/** Adds a field; what does not fit is left out. */
void kh_note_text(kh_note *note, const char *key, const char *text);
void kh_note_number(kh_note *note, const char *key, double number);

/** Who keeps it. Notes come in the order of time. */
typedef struct kh_journal {
    void (*write)(void *user, const kh_note *note);
    void *user;
    kh_ns from, to; /**< only notes of [from, to) are wanted */
} kh_journal;

#endif
