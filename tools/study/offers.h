/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_OFFERS_H
#define KH_TOOLS_STUDY_OFFERS_H

#include "solvers/design/dimension.h"

typedef struct kh_offers_wish {
    const char *device; /**< NULL: each link's own; "all": every device of the topology on every link, too; else the id of the one
                             that all links get. A link whose rate is measured keeps its own */
    double until_s;     /**< on kh_clock_s() */
} kh_offers_wish;

/** Which devices may stand on which links, with what they give there. Devices that give no key there are left out.
 *  @return KH_OK; KH_EUSAGE: no such device; KH_TIMELIMIT: not all rates are known; KH_ENOMEM; as kh_qkd_link_rate() */
kh_status kh_offers_make(const kh_net *net, const kh_rates *rates, const kh_offers_wish *by, kh_arena *arena,
                         kh_dimension_offer **offers, size_t *n, kh_error *err);

/** The device of that id. @return KH_OK; KH_EUSAGE: there is none, with the nearest in @p err */
kh_status kh_offers_find(const kh_net *net, const char *id, kh_arena *arena, kh_device_id *device, kh_error *err);

#endif
