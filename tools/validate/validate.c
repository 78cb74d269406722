/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/validate.h"

#include "core/text/csv.h"
#include "core/text/file.h"
#include "tools/validate/rows.h"

enum { TABLE_LIMIT = 4 << 20 };

static bool has_column(const kh_csv *csv, const char *name)
{
    return kh_csv_column(csv, name) != KH_CSV_NO_COLUMN;
}

static kh_status evaluate(kh_rows *rows)
{
    const kh_csv *csv = rows->csv;
    if (has_column(csv, "chain") && has_column(csv, "channel"))
        return kh_rows_evaluate_optical(rows);
    if (has_column(csv, "example") && has_column(csv, "topology"))
        return kh_rows_evaluate_examples(rows);
    if (has_column(csv, "id") && has_column(csv, "model") && has_column(csv, "inputs_json") && has_column(csv, "expected") &&
        has_column(csv, "tol_rel") && has_column(csv, "check"))
        return kh_rows_evaluate_qkd(rows);
    if (has_column(csv, "instance") && has_column(csv, "model") && has_column(csv, "objective"))
        return kh_rows_evaluate_optimiser(rows);
    kh_findings_add(rows->findings, KH_ERROR, (kh_place){.file = rows->path, .line = 1, .column = 1},
                    "QKD: id,model,inputs_json,expected,unit,tol_rel,check; lines: case_id,...,chain,...,channel,...; "
                    "networks: example,topology,equipment,source,destination,method,...; "
                    "optimisation: id,instance,model,params,objective,unit,tol_rel,check",
                    "the header fits no layout of reference tables");
    return KH_OK;
}

kh_status kh_validate_table(const char *path, const kh_validate_options *options, kh_arena *arena, kh_findings *findings,
                            kh_validate_result *result, kh_error *err)
{
    char *text = NULL;
    size_t length = 0, errors = kh_findings_count(findings, KH_ERROR);
    KH_TRY(kh_file_read(path, TABLE_LIMIT, arena, &text, &length, err));
    kh_csv csv = {0};
    kh_error why = {0};
    kh_status status = kh_csv_read(text, length, arena, &csv, &why);
    if (status == KH_EDATA)
        kh_findings_add(findings, KH_ERROR, (kh_place){.file = path}, NULL, "%s", why.message);
    else if (status != KH_OK)
        return kh_fail(err, status, "%s", why.message);
    static const kh_validate_options plain = {0};
    kh_rows rows = {
        .csv = &csv, .path = path, .options = options == NULL ? &plain : options, .arena = arena, .findings = findings, .err = err};
    if (status == KH_OK)
        KH_TRY(evaluate(&rows));
    kh_findings_quote(findings, path, text, length);
    errors = kh_findings_count(findings, KH_ERROR) - errors;
    if (errors > 0)
        return kh_fail(err, KH_EDATA, "%zu errors in '%s'", errors, path);
    *result = rows.result;
    return KH_OK;
}
