/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SUGGEST_H
#define KH_MODELS_SUGGEST_H

#include "core/base/status.h"
#include "core/net/net.h"

#include <stdbool.h>

/** Where a quantum channel is best put beside classical light, and how much of that light it stands. */
typedef struct kh_suggestion {
    double wavelength_nm;  /**< of the largest key rate; NAN when no wavelength is free */
    double key_rate_bps;   /**< there, all modules, with the light as it is; 0 when there is no key anywhere */
    double dark_rate_bps;  /**< there, on a strand of its own */
    double now_rate_bps;   /**< at the link's own wavelength, with the light as it is */
    double wanted_bps;     /**< what the power below keeps */
    double power_shift_db; /**< by how much all channels beside may be raised (above 0) or must be lowered; NAN: even without light
                              the wanted rate is not reached, or there is none wanted; INFINITY: no power in range takes it away */
    double launch_dbm;     /**< of one channel of the strongest line beside, with that shift; NAN, INFINITY likewise */
} kh_suggestion;

/** How much of the rate of a dark strand is wanted when nothing else is said. */
#define KH_SUGGEST_WANTED_SHARE 0.8

/** Looks at every wavelength of the 100 GHz grid of ITU-T G.694.1 (193.1 THz + n 0.1 THz) in the O band (1260 to 1360 nm) and the
 *  C band (1530 to 1565 nm) that the channels beside leave free, with the launch powers of the topology. Then the largest shift of
 *  all launch powers, in +-60 dB, that keeps the wanted key rate at the best of them; to 0.01 dB.
 *  No wind; each fibre at its own temperature.
 *  @param link        with fibres, device, and lines beside; no measured rate
 *  @param wanted_bps  of all modules together; NAN: KH_SUGGEST_WANTED_SHARE of dark_rate_bps
 *  @return KH_OK; as kh_link_channel_find() and kh_qkd_compute(); KH_ERANGE for a link without what is asked above
 *  Cost: a search of the best parameters for each wavelength that no other beats in both loss and noise, and about 15 more. */
kh_status kh_suggest_wavelength(const kh_net *net, kh_qkd_link_id link, double wanted_bps, kh_suggestion *suggestion,
                                kh_error *err);

/** True when kh_suggest_wavelength() has something to say about the link. */
bool kh_suggest_applies(const kh_net *net, const kh_qkd_link *link);

#endif
