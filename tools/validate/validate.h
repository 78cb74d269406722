/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_VALIDATE_H
#define KH_TOOLS_VALIDATE_VALIDATE_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/** Reference tables evaluated with Keyhaul's own models.
 *
 *  Layouts are told apart by their header line: `id,model,inputs_json,expected,unit,tol_rel,check,...` (QKD),
 *  `case_id,group,...,chain,channel,...` (optical lines, several columns expected a row, tolerance in dB),
 *  `id,instance,model,params,objective,unit,tol_rel,check,...` (optimisation models on instances, tools/import/qpi.h), and
 *  `example,topology,equipment,source,destination,method,...` (paths through networks of GNPy, files beside the table).
 */
typedef struct kh_validate_row {
    const char *id, *model, *quantity, *unit, *source;
    double expected, computed; /**< computed is NAN when the row was not evaluated */
    double error, tolerance;   /**< both relative, or both in dB when @c in_db */
    bool in_db, evaluated, pass;
    const char *note; /**< why not evaluated: "model 'sat_pass_finite' is not part of this version" */
} kh_validate_row;

typedef struct kh_validate_result {
    kh_validate_row *rows;
    size_t n_rows, n_passed, n_failed, n_skipped;
} kh_validate_result;

typedef struct kh_validate_options {
    const char *instances;  /**< folder of the instances that rows name, NULL: `instances` beside the table */
    const char *lp_program; /**< see kh_lp_options, NULL: GLPK */
} kh_validate_options;

/** @param options  NULL: all as it comes
 *  @return KH_OK also when rows fail (see the counts); KH_ENOINPUT; KH_EDATA with findings for a table that cannot be read;
 *          KH_ELIMIT above 4 MiB; KH_ENOMEM */
kh_status kh_validate_table(const char *path, const kh_validate_options *options, kh_arena *arena, kh_findings *findings,
                            kh_validate_result *result, kh_error *err);

#endif
