/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_FINDINGS_H
#define KH_CORE_BASE_FINDINGS_H

#include "core/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** All problems in user input, like a compiler's: severity, place, message, hint.
 *
 *  Checking goes on after a finding, so one run shows everything. Findings are about input; a kh_error is about a call.
 */
typedef enum kh_severity { KH_NOTE, KH_WARNING, KH_ERROR } kh_severity;
const char *kh_severity_name(kh_severity severity); /**< "note", "warning", "error" */

/** A place in a text. file = NULL: no place. line and column count from 1; 0 = unknown. */
typedef struct kh_place {
    const char *file; /**< borrowed: must outlive what holds the place */
    uint32_t line, column;
} kh_place;

typedef struct kh_finding {
    kh_severity severity;
    kh_place place;
    const char *message; /**< what is wrong, with the value and the allowed range */
    const char *hint;    /**< what to do, or NULL */
    const char *excerpt; /**< the line of the text, without its newline, or NULL */
} kh_finding;

typedef struct kh_findings kh_findings;

/** @return NULL when memory is out */
kh_findings *kh_findings_create(void);
void kh_findings_destroy(kh_findings *findings);

/** Adds one. Everything is copied (the file name too). Beyond KH_FINDINGS_KEPT only the counts go up.
 *  When memory is out the count still goes up, so that an error is never lost.
 *  @param hint  may be NULL */
void kh_findings_add(kh_findings *findings, kh_severity severity, kh_place place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
enum { KH_FINDINGS_KEPT = 1000 };

/** Gives the findings of @p file without an excerpt their line of @p text (the whole file's contents). */
void kh_findings_quote(kh_findings *findings, const char *file, const char *text, size_t length);

/** Number of findings of one severity, those not kept included. */
size_t kh_findings_count(const kh_findings *findings, kh_severity severity);
/** Number of findings kept, and the i-th of them in order of arrival; NULL beyond the end. */
size_t kh_findings_kept(const kh_findings *findings);
const kh_finding *kh_findings_at(const kh_findings *findings, size_t i);

/** Writes all findings as text, ordered by file, line, column:
 *      net.yaml:12:5: error: unknown key 'lenght_km'
 *         12 |   lenght_km: 80
 *            |   ^
 *         did you mean 'length_km'?
 *  @param colour  ANSI colours around the severity */
void kh_findings_text(const kh_findings *findings, bool colour, kh_str *out);

#endif
