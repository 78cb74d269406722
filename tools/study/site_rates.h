/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_SITE_RATES_H
#define KH_TOOLS_STUDY_SITE_RATES_H

#include "solvers/site/site_net.h"

/** Key rates of devices over the loss of a dark fibre, for planning sites: siting never calls a model.
 *
 *  @param device   id of the one device to be sampled; "all": every device for fibre with a price; NULL: those of the QKD links
 *  @param[out] tables  [*n_tables] every 0.25 dB until no key is left, calibration of the device taken off; in @p arena
 *  @param[out] reach_db  of the farthest of them
 *  @return KH_OK; KH_EUSAGE: no such device; KH_ERANGE: the network has none to choose from, or as kh_qkd_device_rate(); KH_ENOMEM
 */
kh_status kh_site_rates_sample(const kh_net *net, const char *device, kh_arena *arena, kh_site_table **tables, size_t *n_tables,
                               double *reach_db, kh_error *err);

#endif
