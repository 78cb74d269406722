/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_FEDERATION_H
#define KH_SOLVERS_DOMAINS_FEDERATION_H

#include "solvers/domains/member.h"

/** Domains in one process, each with its own part, and letters between them. */
typedef struct kh_federation {
    kh_member **members; /**< [n_domains] */
    kh_part *parts;      /**< [n_domains] */
    uint32_t n_domains;
    size_t n_steps, n_letters, bytes; /**< letters that left a domain */
    bool ended;                       /**< by the clock */
} kh_federation;

/** Sees every letter that leaves a domain, for transcripts. */
typedef struct kh_federation_watch {
    void (*see)(void *user, uint32_t to, const kh_letter *letter);
    void *user;
    void (*keep)(void *user, const kh_letter *letter); /**< NULL, or what a domain writes to itself, which nobody else sees */
} kh_federation_watch;

/** Runs the exchange to its end, or by options->until_s to what is known then. Whatever it returns, kh_federation_clear() gives
 * back what is not in the arena.
 *  @param watch  may be NULL
 *  @return KH_OK, also when the gap was not reached; KH_TIMELIMIT: there is no value yet; KH_EDATA, KH_ENOMEM, KH_EINTERNAL */
kh_status kh_federation_run(kh_part *parts, uint32_t n_domains, const kh_member_options *options, const kh_federation_watch *watch,
                            kh_arena *arena, kh_federation *federation, kh_error *err);
void kh_federation_clear(kh_federation *federation);

#endif
