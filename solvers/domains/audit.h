/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_AUDIT_H
#define KH_SOLVERS_DOMAINS_AUDIT_H

#include "solvers/domains/record.h"

/** For those who may look into the domains, and so can find out what replay.h cannot: a domain that says of itself what is not so.
 */

/** Each domain writes its letters again, from its own part and what the others wrote to it; they must be the same to the last bit.
 *  Costs what the exchange costs.
 *  @return KH_OK; KH_EDATA: a letter is another; KH_ENOMEM, KH_EINTERNAL */
kh_status kh_audit_letters(const kh_record *record, const kh_part *parts, uint32_t n_domains, const kh_member_options *options,
                           kh_arena *arena, kh_error *err);

/** The routes inside one domain carry what was asked of it in the best round, over its own links and nodes that relay, and no link
 *  more than its rate once all rates are multiplied by the value. Nothing here has made them.
 *  @param trace  kh_member_trace()
 *  @return KH_OK; KH_EDATA: they do not; KH_ENOMEM */
kh_status kh_audit_routes(const kh_record *record, const kh_part *part, const kh_trace *trace, kh_member_report report,
                          kh_arena *arena, kh_error *err);

/** Both of every domain, and kh_replay_check(): all that can be checked of an exchange that brought a value.
 *  @param record      whole, of this federation
 *  @param federation  after its run
 *  @return KH_OK; KH_EDATA: something does not follow; KH_ENOMEM, KH_EINTERNAL */
kh_status kh_audit_exchange(const kh_record *record, const kh_federation *federation, const kh_member_options *options,
                            kh_error *err);

#endif
