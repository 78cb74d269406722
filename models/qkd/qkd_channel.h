/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_QKD_CHANNEL_H
#define KH_MODELS_QKD_QKD_CHANNEL_H

/** What the light of a QKD link meets between its ends, whatever the device. */

/** Light of others at the input of a receiver, behind its filter: photons a second, both polarisations, on average. */
typedef struct kh_stray_light {
    double raman_hz, fwm_hz, leakage_hz;
    double bandwidth_hz; /**< of the filter; 0 when there is no such light */
} kh_stray_light;

typedef struct kh_qkd_channel {
    double loss_db;          /**< of the whole way between A and B, at the wavelength of the quantum channel */
    double length_km;        /**< NAN when not known */
    double arms_db[2];       /**< from the source, or the middle station, to A and to B: {0, loss} when A is the source */
    double misalignment;     /**< that the channel adds, [0, 0.5]: light turned on the way */
    double noise_per_gate;   /**< given for the link, per detector, [0, 1) */
    kh_stray_light stray[2]; /**< at A when A detects too, and at B; with a middle station at the station, in the second */
} kh_qkd_channel;

#endif
