/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_OFFERS_H
#define KH_TOOLS_STUDY_OFFERS_H

#include "solvers/design/dimension.h"

/** Which devices may stand on which links, with what they give there. Devices that give no key there are left out.
 *  @param device  NULL: each link's own; "all": every device of the topology on every link, too; else the id of the one that all
 *                 links get. A link whose rate is measured keeps its own.
 *  @return KH_OK; KH_EUSAGE: no such device; KH_ENOMEM; as kh_qkd_link_rate() */
kh_status kh_offers_make(const kh_net *net, const kh_rates *rates, const char *device, kh_arena *arena, kh_dimension_offer **offers,
                         size_t *n, kh_error *err);

/** The device of that id. @return KH_OK; KH_EUSAGE: there is none, with the nearest in @p err */
kh_status kh_offers_find(const kh_net *net, const char *id, kh_arena *arena, kh_device_id *device, kh_error *err);

#endif
