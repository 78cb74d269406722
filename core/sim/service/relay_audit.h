/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_RELAY_AUDIT_H
#define KH_CORE_SIM_SERVICE_RELAY_AUDIT_H

#include "core/sim/service/relay.h"

/** The laws of kh_relay_ledger; walks over all requests. @param self kh_relay @return KH_OK; KH_EINTERNAL: one is broken */
kh_status kh_relay_audit(const void *self, kh_error *err);

/** Bits on the links that requests under way have taken: walks over all requests. */
int64_t kh_relay_bits_under_way(const kh_relay *relay);

#endif
