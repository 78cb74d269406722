/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_REFERENCE_H
#define KH_MODELS_REFERENCE_H

#include "core/base/status.h"
#include "core/text/json.h"

#include <stdbool.h>

/** The models as functions of the inputs of a reference table, so that a table of expected numbers can be checked row by row.
 *
 *  @param model     plob, single_repeater_bound, ma2005_infinite_reach, ma2005_vw_reach, ma2005_mu_opt, ma2005_vw_rate,
 *                   lim2014_key_length, bbm92_pdc, bbm92_counts, one_decoy_wiesemann2024, one_decoy_rusca2018
 *  @param inputs    JSON object with the numbers the model asks for; others are ignored
 *  @param[out] computed  in the unit of the table: bit/use, km, photons, bit/pulse, bit, bit/pulse, the unit of the counts, bit,
 * bit
 *  @param[out] known     false: no such model here, @p computed is left alone
 *  @return KH_OK; KH_ERANGE for an input that is missing or out of range; KH_ENOMEM, KH_EINTERNAL from a search */
kh_status kh_reference_qkd(const char *model, const kh_json *inputs, double *computed, bool *known, kh_error *err);

#endif
