/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_PART_FILE_H
#define KH_SOLVERS_DOMAINS_PART_FILE_H

#include "solvers/domains/part.h"

#include <stdio.h>

/** A part as text, so that a domain's process reads its own and no other:
 *
 *      keyhaul-part 1 SELF N_DOMAINS POLICY TRANSIT_BPS TRANSIT_EUR_PER_MBIT
 *      nodes N          then N lines     relays (0 or 1)
 *      links M          then M lines     node node rate_bps
 *      borders B        then B lines     node
 *      crossings X      then X lines     key border domain rate_bps
 *      demands K        then K lines     node domain end rate_bps
 *      ends E           then E lines     domain node key
 *      secrets S        then S lines     word... (8 of 32 bits; one line a domain, 0 for the own one, or none at all)
 *
 *  Numbers with all their digits: what is read is what was written. */

/** @return KH_OK, KH_EWRITE */
kh_status kh_part_write(const kh_part *part, FILE *file, kh_error *err);

/** Strict: everything as above, indices inside their ranges, rates finite and > 0 (transit may be inf).
 *  @param name  for messages
 *  @return KH_OK; KH_EDATA with the line; KH_ENOMEM */
kh_status kh_part_read(FILE *file, const char *name, kh_arena *arena, kh_part *part, kh_error *err);

#endif
