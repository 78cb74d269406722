/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "core/base/units.h"
#include "models/fibre/raman.h"

#include <string.h>

static kh_status coefficient(const kh_json *inputs, double *computed, kh_error *err)
{
    double pump_nm = 0.0, quantum_nm = 0.0, area_m2 = 0.0;
    kh_raman_pair pair = {0};
    const kh_reference_input wanted[] = {{"pump_nm", 1200.0, 1700.0, &pump_nm},
                                         {"q_nm", 1200.0, 1700.0, &quantum_nm},
                                         {"T", 1.0, 1000.0, &pair.temperature_k},
                                         {"Aeff", 20e-12, 300e-12, &area_m2}};
    KH_REFERENCE_READ(inputs, wanted, err);
    pair.light_hz = KH_LIGHT_M_PER_S / (pump_nm * 1e-9);
    pair.quantum_hz = KH_LIGHT_M_PER_S / (quantum_nm * 1e-9);
    pair.area_um2 = area_m2 * 1e12;
    *computed = kh_raman_coefficient_per_km_nm(&pair);
    return KH_OK;
}

static kh_status power(const kh_json *inputs, double *computed, kh_error *err)
{
    double launch_dbm = 0.0, loss_db_km = 0.0, per_km_nm = 0.0, band_nm = 0.0;
    kh_raman_fibre fibre = {0};
    const kh_reference_input wanted[] = {{"P_dBm", -100.0, 50.0, &launch_dbm},
                                         {"L_km", 0.0, 1000.0, &fibre.length_km},
                                         {"alpha_dB", 0.0, 10.0, &loss_db_km},
                                         {"rho", 0.0, 1.0, &per_km_nm},
                                         {"dl_nm", 0.0, 100.0, &band_nm}};
    KH_REFERENCE_READ(inputs, wanted, err);
    const char *way = kh_json_as_text(kh_json_get(inputs, "dir"));
    if (way == NULL || (strcmp(way, "f") != 0 && strcmp(way, "b") != 0))
        return kh_fail(err, KH_ERANGE, "dir is '%s', must be f or b", way == NULL ? "" : way);
    fibre.light_loss_per_km = fibre.quantum_loss_per_km = KH_LN10_PER_10 * loss_db_km;
    double length_km = way[0] == 'f' ? kh_raman_forward_km(&fibre) : kh_raman_backward_km(&fibre);
    *computed = kh_watt_from_dbm(launch_dbm) * per_km_nm * band_nm * length_km;
    return KH_OK;
}

const kh_reference_model kh_reference_raman[] = {
    {"raman_rho", coefficient},
    {"raman_power", power},
    {NULL, NULL},
};
