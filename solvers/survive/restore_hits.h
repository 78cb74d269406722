/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_RESTORE_HITS_H
#define KH_SOLVERS_SURVIVE_RESTORE_HITS_H

#include "solvers/survive/restore.h"

/** Which losses take which links and which working routes, line by line: the losses, under dedicated backups one more that hits
 *  every route and takes no link, and an empty one. */
typedef struct kh_restore_hits {
    bool *gone; /**< [lines][n_links] */
    bool *hit;  /**< [n_working][lines] not by a loss of an end, which no backup could help with */
} kh_restore_hits;

/** @param problem  its routes were checked
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_restore_hits_find(const kh_restore_problem *problem, kh_arena *arena, kh_restore_hits *hits, kh_error *err);

#endif
