/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_REPORT_H
#define KH_TOOLS_REPORT_REPORT_H

#include "core/base/status.h"
#include "core/base/str.h"
#include "core/run/run.h"

typedef enum kh_report_format {
    KH_REPORT_HTML,
    KH_REPORT_MARKDOWN,
    KH_REPORT_CSV,
    KH_REPORT_JSON,
    KH_REPORT_SUMMARY
} kh_report_format;

/** Writes a report of a stored run. It reads the run only: no network, no model is asked again.
 *  Summary: a few lines for a terminal. HTML: one self-contained file that opens from file:// without a request. CSV: one table a
 * block, for spreadsheets.
 *  @return KH_OK; KH_EDATA when the run lacks what a report needs; KH_ENOMEM */
kh_status kh_report_write(const kh_run *run, kh_report_format format, kh_str *out, kh_error *err);

#endif
