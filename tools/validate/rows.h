/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_ROWS_H
#define KH_TOOLS_VALIDATE_ROWS_H

#include "core/text/csv.h"
#include "tools/validate/validate.h"

/** The rows while a table is worked through. Inside this room only. */
typedef struct kh_rows {
    const kh_csv *csv;
    const char *path;
    const kh_validate_options *options;
    kh_arena *arena;
    kh_findings *findings;
    kh_validate_result result;
    size_t capacity;
    kh_error *err;
} kh_rows;

/** Adds a value and counts it: evaluated rows pass when error <= tolerance (a NAN error fails). Texts are borrowed. */
kh_status kh_rows_add(kh_rows *rows, kh_validate_row row);

/** A finding about one row of the table, in its line. */
void kh_rows_complain(kh_rows *rows, size_t row, const char *hint, const char *message);

/** What to do with a row that ended in @p status: a finding; *note for KH_ENOINPUT, since a file of its own is missing only to it.
 *  @return KH_OK; KH_ENOMEM and KH_EINTERNAL as they came */
kh_status kh_rows_refuse(kh_rows *rows, size_t row, kh_status status, const kh_error *why, const char **note);

/** The cell as a finite number; a finding and false when it is none. */
bool kh_rows_number(kh_rows *rows, size_t row, size_t column, double *out);

/** Fills error, and tolerance where it means something else, by the row's check: equal, at_most, at_least are relative to what is
 *  expected; within_factor takes the tolerance as the factor, 2 = from half to double. false: no such check. */
bool kh_rows_compare(kh_validate_row *row, const char *check);
#define KH_ROWS_CHECKS "one of equal, at_most, at_least, within_factor"

/** The layouts. Findings for rows that cannot be read; KH_ENOMEM and KH_EINTERNAL otherwise. */
kh_status kh_rows_evaluate_qkd(kh_rows *rows);
kh_status kh_rows_evaluate_optical(kh_rows *rows);
kh_status kh_rows_evaluate_examples(kh_rows *rows);
kh_status kh_rows_evaluate_optimiser(kh_rows *rows);

#endif
