/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/attenuation.h"

#include <math.h>

static const double CHAIN_LOSS_MAX_DB = 1000.0; /* 10^-100: beyond it a loss is a mistake, not a fibre */
static const double WAVELENGTH_MIN_NM = 400.0, WAVELENGTH_MAX_NM = 2000.0;

/* assumed: 0.32 to 0.35 dB/km at 1310 nm where 1550 nm has 0.19 to 0.21 */
static const double MORE_AT_1310_DB_KM = 0.13;

static const double INFRARED_DB_KM = 7.81e11, INFRARED_UM = 48.48;
static const double O_BAND_UM = 1.31, C_BAND_UM = 1.55;

static double infrared_db_km(double wavelength_um)
{
    return INFRARED_DB_KM * exp(-INFRARED_UM / wavelength_um);
}

/* of Rayleigh scattering, per unit of its coefficient */
static double rayleigh_above_1550(double wavelength_um)
{
    return pow(wavelength_um, -4.0) - pow(C_BAND_UM, -4.0);
}

double kh_attenuation_above_1550_db_km(const kh_fibre_type *type, double wavelength_nm)
{
    double wavelength_um = wavelength_nm * 1e-3, more_at_1310_db_km = MORE_AT_1310_DB_KM;
    if (type != NULL && !isnan(type->loss_1310_db_per_km))
        more_at_1310_db_km = type->loss_1310_db_per_km - type->loss_db_per_km;
    double infrared_at_1550_db_km = infrared_db_km(C_BAND_UM);
    double rayleigh_db_km_um4 =
        (more_at_1310_db_km + infrared_at_1550_db_km - infrared_db_km(O_BAND_UM)) / rayleigh_above_1550(O_BAND_UM);
    return rayleigh_db_km_um4 * rayleigh_above_1550(wavelength_um) + infrared_db_km(wavelength_um) - infrared_at_1550_db_km;
}

const kh_fibre_type *kh_fibre_type_of(const kh_net *net, const kh_fibre *fibre)
{
    return fibre->type.i < net->n_fibre_types ? &net->fibre_types[fibre->type.i] : NULL;
}

kh_status kh_fibre_loss_at(const kh_net *net, const kh_fibre *fibre, double wavelength_nm, double *loss_db, kh_error *err)
{
    if (!(fibre->loss_db >= 0.0 && fibre->loss_db <= CHAIN_LOSS_MAX_DB))
        return kh_fail(err, KH_ERANGE, "loss_db of fibre '%s' is %g, must be in [0, %g]", fibre->id, fibre->loss_db,
                       CHAIN_LOSS_MAX_DB);
    if (!(wavelength_nm >= WAVELENGTH_MIN_NM && wavelength_nm <= WAVELENGTH_MAX_NM))
        return kh_fail(err, KH_ERANGE, "wavelength_nm is %g, must be in [%g, %g]", wavelength_nm, WAVELENGTH_MIN_NM,
                       WAVELENGTH_MAX_NM);
    double more_db = fibre->length_km * kh_attenuation_above_1550_db_km(kh_fibre_type_of(net, fibre), wavelength_nm);
    *loss_db = fmax(0.0, fibre->loss_db + more_db);
    return KH_OK;
}
