/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_LOSSES_H
#define KH_SOLVERS_SURVIVE_LOSSES_H

#include "core/net/net.h"
#include "solvers/flow/given.h"
#include "solvers/survive/outages.h"

/** What can be lost at once in a network. */
typedef enum kh_loss_kind {
    KH_LOSS_LINK,   /**< one QKD link that makes key */
    KH_LOSS_NODE,   /**< one node: links that end there, pass through or have their middle station there; demands of that node */
    KH_LOSS_RISK,   /**< one fibre with all links over it; one shared risk of the faults (a duct, a power feed) */
    KH_LOSS_DOMAIN, /**< all nodes of one operator's domain */
    KH_LOSS_VENDOR, /**< all links with devices of one vendor */
    KH_LOSS_KINDS   /**< how many */
} kh_loss_kind;
const char *kh_loss_kind_name(kh_loss_kind kind); /**< "link", "node", "risk", "domain", "vendor" */
/** @return KH_LOSS_KINDS: there is no such kind */
kh_loss_kind kh_loss_kind_find(const char *name);

typedef struct kh_losses {
    kh_loss *loss;
    const char **name; /**< [n] of the network; a shared risk's is what its fault is on */
    size_t n;
} kh_losses;

/** All losses of a kind, in the network's order; only those that take links with key.
 *  @param problem  of kh_given_make()
 *  @param arena    where they live; names are the network's
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_losses_list(const kh_net *net, const kh_keyflow_problem *problem, kh_loss_kind kind, kh_arena *arena,
                         kh_losses *losses, kh_error *err);

#endif
