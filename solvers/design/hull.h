/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_HULL_H
#define KH_SOLVERS_DESIGN_HULL_H

#include "solvers/design/cover.h"

/** Inequalities of the hull of all covers. */

/** The inequality weight y >= least of the hull that a point breaks most.
 *  @param here   [cover->n] the point
 *  @param known  [n_known][cover->n] covers known already
 *  @param[out] least  0: none is worth a row; else the inequality is in cover->weight
 *  @return KH_OK, KH_ENOMEM
 *  Why   : w >= 0 with w y >= 1 for all covers y, w here least: a linear program whose rows are covers, found one by one */
kh_status kh_hull_separate(kh_cover *cover, const double *here, const double *known, size_t n_known, double *least, kh_error *err);

#endif
