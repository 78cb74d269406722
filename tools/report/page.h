/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_PAGE_H
#define KH_TOOLS_REPORT_PAGE_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/run/run.h"

/** The formats of kh_report_write(), each a file. The run has at least one case. */
kh_status kh_page_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err); /**< HTML */
kh_status kh_markdown_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err);
kh_status kh_csv_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err);
kh_status kh_summary_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err); /**< a few lines of 78 columns */
kh_status kh_json_write_run(const kh_run *run, kh_str *out, kh_error *err);

#endif
