/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_OFFERS_H
#define KH_TOOLS_STUDY_OFFERS_H

#include "solvers/design/dimension.h"

/** Which devices may stand on which links, with what they give there: links with their own device as computed, and, with @p all,
 *  every device of the topology on every link whose rate is not measured. Devices that give no key there are left out.
 *  @return KH_OK; KH_ENOMEM; as kh_qkd_link_rate() */
kh_status kh_offers_make(const kh_net *net, const kh_rates *rates, bool all, kh_arena *arena, kh_dimension_offer **offers,
                         size_t *n, kh_error *err);

#endif
