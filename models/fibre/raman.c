/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/raman.h"

#include "core/base/units.h"
#include "models/fibre/effective_area.h"
#include "models/fibre/raman_gain.h"

#include <math.h>

static const double MEASURED_OVER_GAIN = 1.166;
static const double LEAST_SHIFT_HZ = 1e9; /* gain over shift, and so the result, has a limit there */
static const double BOLTZMANN_J_K = 1.380649e-23;

static double gain_per_w_km(const kh_raman_pair *pair, double higher_hz, double lower_hz)
{
    double area_um2 = 0.5 * (kh_effective_area_um2(pair->area_um2, higher_hz) + kh_effective_area_um2(pair->area_um2, lower_hz));
    return kh_raman_gain_m_per_w(higher_hz, lower_hz) / (area_um2 * 1e-12) * 1e3;
}

double kh_raman_coefficient_per_km_nm(const kh_raman_pair *pair)
{
    double quantum_hz = pair->quantum_hz, shift_hz = fmax(fabs(pair->light_hz - quantum_hz), LEAST_SHIFT_HZ);
    double phonons = 1.0 / expm1(KH_PLANCK_JS * shift_hz / (BOLTZMANN_J_K * pair->temperature_k));
    double nm_in_hz = quantum_hz * quantum_hz / KH_LIGHT_M_PER_S * 1e-9;
    double scale = MEASURED_OVER_GAIN * KH_PLANCK_JS * quantum_hz * nm_in_hz;
    if (quantum_hz <= pair->light_hz)
        return scale * gain_per_w_km(pair, quantum_hz + shift_hz, quantum_hz) * (1.0 + phonons);
    return scale * gain_per_w_km(pair, quantum_hz, quantum_hz - shift_hz) * phonons * quantum_hz / pair->light_hz;
}

/* (1 - exp(-x)) / x, 1 at 0 */
static double mean_decay(double x)
{
    return fabs(x) < 1e-12 ? 1.0 : -expm1(-x) / x;
}

double kh_raman_forward_km(const kh_raman_fibre *fibre)
{
    double length_km = fibre->length_km, difference = (fibre->light_loss_per_km - fibre->quantum_loss_per_km) * length_km;
    return length_km * exp(-fibre->quantum_loss_per_km * length_km) * mean_decay(difference);
}

double kh_raman_backward_km(const kh_raman_fibre *fibre)
{
    double length_km = fibre->length_km;
    return length_km * mean_decay((fibre->light_loss_per_km + fibre->quantum_loss_per_km) * length_km);
}
