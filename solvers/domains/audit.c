/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/audit.h"

kh_status kh_audit_exchange(const kh_record *record, const kh_federation *federation, const kh_member_options *options,
                            kh_error *err)
{
    const kh_federation *f = federation;
    kh_member_report report = kh_member_report_of(f->members[0]);
    size_t n_rows;
    const double *price = kh_member_prices(f->members[0], &n_rows);
    KH_TRY(kh_replay_check(record->letters, record->n, f->parts, f->n_domains, price, n_rows, report, record->arena, err));
    KH_TRY(kh_audit_letters(record, f->parts, f->n_domains, options, record->arena, err));
    for (uint32_t i = 0; i < f->n_domains; i++)
        KH_TRY(kh_audit_routes(record, &f->parts[i], kh_member_trace(f->members[i]), report, record->arena, err));
    return KH_OK;
}
