/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_START_H
#define KH_SOLVERS_SITE_SITE_START_H

#include "solvers/site/site_cut.h"

/** A good choice of sites: terminals are joined one by one, the cheapest next, over what is open already; then every site that is
 *  not needed is closed again, the dearest first.
 *
 *  @param guide       [n_choices] value of each site in the linear program: the nearer to 1 the cheaper it is taken to be; NULL:
 * none
 *  @param[out] open   [n_sites] without the terminals
 *  @param[out] price  of the open sites
 *  @param[out] unjoined  n_terminals; or the terminal that cannot be joined at all
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_site_start_find(kh_site_cuts *cuts, const double *guide, bool *open, double *price, size_t *unjoined, kh_error *err);

#endif
