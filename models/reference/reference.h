/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_REFERENCE_REFERENCE_H
#define KH_MODELS_REFERENCE_REFERENCE_H

#include "core/base/status.h"
#include "core/text/json.h"

#include <stdbool.h>

/** The models as functions of the inputs of a reference table, so that a table of expected numbers can be checked row by row.
 *
 *  @param model     plob, single_repeater_bound (bit/use); ma2005_infinite_reach, ma2005_vw_reach (km); ma2005_mu_opt (photons);
 *                   ma2005_vw_rate, bbm92_pdc (bit/pulse); bbm92_counts (the unit of the counts); lim2014_key_length,
 *                   one_decoy_wiesemann2024, one_decoy_rusca2018 (bit); cv_gmcs_limit, cv_gmcs_trusted, cv_gmcs_finite_lgg2010,
 *                   cv_gmcs_composable (bit/symbol); sns_aopp_asym (bit/s); mdi_infinite_decoy (bit/pulse pair);
 *                   mdi_infinite_decoy_reach (km);
 *                   sat_diffraction (share); sat_pass_finite, sat_pass_optimised (bit/pass): the loss of the pass second by second
 * in the arrays loss_time_s and loss_transmittance, which tools/validate fills from the loss_file of a row
 *                   raman_rho (1/(km nm)); raman_power (W)
 *  @param inputs    JSON object with the numbers the model asks for; others are ignored
 *  @param[out] computed  in the unit given with the model
 *  @param[out] known     false: no such model here, @p computed is left alone
 *  @return KH_OK; KH_ERANGE for an input that is missing or out of range; KH_ENOMEM, KH_EINTERNAL from a search */
kh_status kh_reference_qkd(const char *model, const kh_json *inputs, double *computed, bool *known, kh_error *err);

#endif
