/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_DOMAINS_POST_H
#define KH_TOOLS_DOMAINS_POST_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "solvers/domains/letter.h"

#include <stdbool.h>

/** Carries letters between processes, one domain each. */
typedef struct post_office {
    uint32_t self, n_domains;
    size_t bytes; /**< that left this process so far */
} post_office;

/** Joins the others; the process ends with them. @return KH_OK, KH_EINTERNAL */
kh_status post_open(int *argc, char ***argv, post_office *post, kh_error *err);
void post_close(void);
/** Ends all processes after a failure of this one. */
void post_abort(void);

/** Processes with other terms would wait for letters that never come. To be called by all.
 *  @return KH_OK; KH_EUSAGE: one has not the first one's numbers; KH_EINTERNAL */
kh_status post_compare(const post_office *post, const double *number, int n, kh_error *err);

/** What the first process says, to all: one bit, in every step in which all ask. */
kh_status post_ask_first(const post_office *post, bool *says, kh_error *err);

/** Delivers what all wrote in one step.
 *  @param out       [n_domains]
 *  @param[out] in   [n_domains], in @p arena
 *  @return KH_OK; KH_ELIMIT: more than 2 GB in one step; KH_ENOMEM; KH_EINTERNAL */
kh_status post_exchange(post_office *post, const kh_letter *out, kh_letter *in, kh_arena *arena, kh_error *err);

#endif
