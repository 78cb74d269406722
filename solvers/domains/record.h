/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_RECORD_H
#define KH_SOLVERS_DOMAINS_RECORD_H

#include "solvers/domains/federation.h"
#include "solvers/domains/replay.h"

/** All letters of an exchange, for those who check it: those between domains, and those that each wrote to itself. */
typedef struct kh_record {
    kh_arena *arena;
    kh_replay_letter *letters; /**< [n] in the order in which they were written */
    size_t n, room, bytes;
    size_t most_bytes; /**< it ends there; 0: no limit */
    bool ended;        /**< kh_federation.ended, by who runs it */
    bool broken;       /**< not all letters are here: the limit, or memory was out */
} kh_record;

/** What kh_federation_run() is to be given. */
kh_federation_watch kh_record_watch(kh_record *record);

#endif
