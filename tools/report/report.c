/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/report.h"

#include "tools/report/page.h"

static kh_status write_format(const kh_run *run, kh_report_format format, kh_arena *arena, kh_str *out, kh_error *err)
{
    switch (format) {
    case KH_REPORT_HTML:
        return kh_page_write(run, arena, out, err);
    case KH_REPORT_MARKDOWN:
        return kh_markdown_write(run, arena, out, err);
    case KH_REPORT_CSV:
        return kh_csv_write(run, arena, out, err);
    case KH_REPORT_JSON:
        return kh_json_write_run(run, out, err);
    case KH_REPORT_SUMMARY:
        return kh_summary_write(run, arena, out, err);
    }
    return kh_fail(err, KH_EUSAGE, "no such format of a report: %d", (int)format);
}

kh_status kh_report_write(const kh_run *run, kh_report_format format, kh_str *out, kh_error *err)
{
    if (run->n_cases == 0)
        return kh_fail(err, KH_EDATA, "the run holds no finished case yet: there is nothing to report");
    kh_arena *arena = kh_arena_create(0);
    kh_str text = {0};
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the report");
    kh_status status = write_format(run, format, arena, &text, err);
    if (status == KH_OK)
        kh_str_append_n(out, kh_str_text(&text), text.length);
    if (status == KH_OK && (text.failed || out->failed))
        status = kh_fail(err, KH_ENOMEM, "out of memory for the report");
    kh_str_clear(&text);
    kh_arena_destroy(arena);
    return status;
}
