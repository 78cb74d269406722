/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/relay_audit.h"

int64_t kh_relay_bits_under_way(const kh_relay *relay)
{
    int64_t bits = 0;
    for (size_t i = 0; i < relay->n_requests; i++) {
        const kh_relay_request *request = &relay->requests[i];
        bits += request->in_use ? request->bits * request->hop : 0;
    }
    return bits;
}

static kh_status audit_requests(const kh_relay *relay, kh_error *err)
{
    const kh_relay_ledger *ledger = &relay->ledger;
    int64_t under_way = kh_relay_bits_under_way(relay);
    if (ledger->taken == ledger->served + ledger->burnt + under_way)
        return KH_OK;
    return kh_fail(
        err, KH_EINTERNAL,
        "audit: bits taken = served + burnt + under way is broken at t = %.9f s over all requests: %lld, %lld + %lld + %lld bit",
        kh_s_from_ns(kh_kernel_now(relay->kernel)), (long long)ledger->taken, (long long)ledger->served, (long long)ledger->burnt,
        (long long)under_way);
}

/* The stores tell the same as the requests. */
static kh_status audit_stores(const kh_relay *relay, kh_error *err)
{
    int64_t spent = kh_links_spent(relay->links), under_way = 0;
    for (size_t i = 0; i < relay->n_requests; i++) {
        const kh_relay_request *request = &relay->requests[i];
        under_way += request->in_use ? request->bits * (request->hop - request->counted_from) : 0;
    }
    if (spent == relay->ledger.kept + under_way)
        return KH_OK;
    return kh_fail(
        err, KH_EINTERNAL,
        "audit: bits delivered and relayed by all stores = bits of served keys x hops + under way is broken at t = %.9f s: "
        "%lld, %lld + %lld bit",
        kh_s_from_ns(kh_kernel_now(relay->kernel)), (long long)spent, (long long)relay->ledger.kept, (long long)under_way);
}

kh_status kh_relay_audit(const void *self, kh_error *err)
{
    KH_TRY(audit_requests(self, err));
    return audit_stores(self, err);
}
