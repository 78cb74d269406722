/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_fibre.h"

#include "core/base/units.h"
#include "models/fibre/attenuation.h"
#include "models/fibre/effective_area.h"
#include "models/optical/optical_range.h"

#include <math.h>

static const double n2_m2_w = 2.6e-20; /* Kerr index of silica */
static const double core_index = 1.468;
static const double reference_wavelength_m = 1550e-9;

static double reference_hz(void)
{
    return KH_LIGHT_M_PER_S / reference_wavelength_m;
}

kh_status kh_optical_fibre_check(const kh_optical_fibre *fibre, kh_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } fields[] = {
        {"length_km", fibre->length_km, 1e-6, 1000.0},
        {"attenuation in dB/km", fibre->attenuation_db_km, 1e-3, 100.0},
        {"dispersion in ps/(nm km)", fibre->dispersion_ps_nm_km, 1.0, 40.0},
        {"dispersion slope in ps/(nm2 km)", fibre->slope_ps_nm2_km, -1.0, 1.0},
        {"effective area in um2", fibre->effective_area_um2, 20.0, 300.0},
        {"PMD in ps/sqrt(km)", fibre->pmd_ps_sqrt_km, 0.0, 10.0},
        {"connector loss at the input in dB", fibre->connector_in_db, 0.0, 100.0},
        {"connector loss at the output in dB", fibre->connector_out_db, 0.0, 100.0},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        KH_TRY(kh_optical_range_check(fields[i].name, fields[i].value, fields[i].low, fields[i].high, err));
    return KH_OK;
}

double kh_optical_fibre_alpha_per_m(const kh_optical_fibre *fibre)
{
    return fibre->attenuation_db_km * 1e-3 * log(10.0) / 10.0;
}

double kh_optical_fibre_alpha_at_per_m(const kh_optical_fibre *fibre, double freq_hz)
{
    double alpha = kh_optical_fibre_alpha_per_m(fibre);
    if (!fibre->spectral)
        return alpha;
    double more_db_km = kh_attenuation_above_1550_db_km(fibre->type, KH_LIGHT_M_PER_S / freq_hz * 1e9);
    return fmax(alpha + more_db_km * 1e-3 * log(10.0) / 10.0, alpha / 2.0); /* a given loss may be below what glass allows */
}

double kh_optical_fibre_effective_length_m(const kh_optical_fibre *fibre)
{
    double alpha = kh_optical_fibre_alpha_per_m(fibre);
    return -expm1(-alpha * fibre->length_km * 1e3) / alpha;
}

double kh_optical_fibre_area_m2(const kh_optical_fibre *fibre, double freq_hz)
{
    return kh_effective_area_um2(fibre->effective_area_um2, freq_hz) * 1e-12;
}

double kh_optical_fibre_gamma_per_w_m(const kh_optical_fibre *fibre, double freq_hz)
{
    return 2.0 * KH_PI * n2_m2_w * freq_hz / (KH_LIGHT_M_PER_S * kh_optical_fibre_area_m2(fibre, freq_hz));
}

static double dispersion_s_m2(const kh_optical_fibre *fibre, double freq_hz)
{
    double f0 = reference_hz();
    double d0 = fibre->dispersion_ps_nm_km * 1e-6;
    if (fibre->slope_ps_nm2_km == 0.0)
        return d0 * (freq_hz / f0) * (freq_hz / f0);
    return d0 + fibre->slope_ps_nm2_km * 1e3 * (KH_LIGHT_M_PER_S / freq_hz - KH_LIGHT_M_PER_S / f0);
}

double kh_optical_fibre_beta2_s2_m(const kh_optical_fibre *fibre, double freq_hz)
{
    double wavelength_m = KH_LIGHT_M_PER_S / freq_hz;
    return -wavelength_m * wavelength_m * dispersion_s_m2(fibre, freq_hz) / (2.0 * KH_PI * KH_LIGHT_M_PER_S);
}

double kh_optical_fibre_cd_ps_nm(const kh_optical_fibre *fibre, double freq_hz)
{
    double f0 = reference_hz();
    double cd_s_m2 = -kh_optical_fibre_beta2_s2_m(fibre, freq_hz) * 2.0 * KH_PI * f0 * f0 / KH_LIGHT_M_PER_S;
    return cd_s_m2 * fibre->length_km * 1e3 * 1e3; /* s/m2 times m, in ps/nm */
}

double kh_optical_fibre_latency_ms(const kh_optical_fibre *fibre)
{
    return fibre->length_km * 1e3 * core_index / KH_LIGHT_M_PER_S * 1e3;
}

double kh_optical_fibre_loss_db(const kh_optical_fibre *fibre)
{
    return fibre->length_km * fibre->attenuation_db_km + fibre->connector_in_db + fibre->connector_out_db;
}
