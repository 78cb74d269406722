/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/background.h"

#include "core/base/units.h"

#include <math.h>

double kh_background_photons(const kh_background *b, double radiance_w_m2_sr_um)
{
    double angle_rad = 1e-6 * b->field_of_view_urad;
    double solid_angle_sr = 0.25 * KH_PI * angle_rad * angle_rad;
    double area_m2 = 0.25 * KH_PI * b->receive_diameter_m * b->receive_diameter_m;
    double power_w = radiance_w_m2_sr_um * solid_angle_sr * area_m2 * 1e-3 * b->filter_nm;
    double photon_j = KH_PLANCK_JS * KH_LIGHT_M_PER_S / (1e-9 * b->wavelength_nm);
    return power_w * b->gate_s / photon_j * b->transmittance;
}

double kh_background_noise_per_gate(const kh_background *b, double efficiency, double radiance_w_m2_sr_um)
{
    return -expm1(-kh_background_photons(b, radiance_w_m2_sr_um) * efficiency / b->detectors);
}
