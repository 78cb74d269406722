/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_EAVESDROPPING_H
#define KH_CORE_SIM_SUPPLY_EAVESDROPPING_H

#include "core/sim/supply/links.h"
#include "core/sim/supply/spells.h"

/** Somebody listens on a QKD link for a spell (spell.h, stream (link id, "eavesdropping")) and adds to its error rate.
 *
 *  Above alarm_qber it is seen at the end of the first block that was in the making while he listened: that block is thrown away,
 *  so no key of the time in which he listened ever gets into the store, and the link is in quarantine: down for quarantine_h, its
 *  stored key of before usable. If he still listens then, the next block gives the alarm again. A block that ends while the link is
 *  down anyway is lost and gives no alarm.
 *
 *  At or below alarm_qber nobody notices. The security proof covers that: privacy amplification removes what he may know, so the
 * key is as safe as before and there is less of it. The link makes key_share of its key, from the block in the making on. By
 * default that is the ratio of 1 - 2 h(e) at both error rates (h binary entropy; Shor and Preskill, PRL 85:441, 2000), 0 where that
 * is not positive: an estimate, which leaves out finite blocks and decoys. A link whose error rate is not known is taken to have
 * none. */
typedef struct kh_eavesdropper {
    uint32_t link;
    const kh_fault *fault; /**< the entry */
    kh_ns quarantine;
    bool is_heard;           /* this and the next: in the present spell, the error rate is above the threshold */
    bool noticed;            /* there was an alarm */
    bool overlooked;         /* over, and counted as unnoticed; its last block may still give the alarm */
    bool quarantined;        /**< now */
    kh_ns quarantined_since; /* the present quarantine, or the statistics */
    kh_ns quarantine_ns;     /* of closed quarantines */
    uint64_t attacks;        /**< that began since the start of the statistics */
    uint64_t alarms;         /**< quarantines that began since then */
    uint64_t unnoticed;      /**< attacks that ended since then without an alarm */
} kh_eavesdropper;

typedef struct kh_eavesdropping {
    kh_spells spells;     /**< when they listen */
    kh_eavesdropper *all; /**< [spells.n] at most one a link */
    uint32_t *of_link;    /**< [links] index in all, or KH_NO_INDEX; NULL without any */
    kh_kernel *kernel;
    kh_links *links;
    kh_event_kind release; /* subject: in all; a quarantine is over */
} kh_eavesdropping;

typedef struct kh_eavesdropping_setup {
    const kh_net *net;
    kh_kernel *kernel;
    kh_links *links;
    uint64_t seed;
    bool play; /**< false: nobody ever listens */
} kh_eavesdropping_setup;

/** Joins the kernel and, where it is played, listens to the links; after kh_faults_init(), which checks the entries.
 *  @return KH_OK; KH_ERANGE; KH_ELIMIT; KH_ENOMEM */
kh_status kh_eavesdropping_init(kh_eavesdropping *e, const kh_eavesdropping_setup *setup, kh_arena *arena, kh_error *err);

/** Time in quarantine from the start of the statistics to @p end. */
kh_ns kh_eavesdropper_quarantine_ns(const kh_eavesdropper *eavesdropper, kh_ns end);

/** The default of key_share. @param qber of the link, NAN: 0; @param added > 0 */
double kh_eavesdropping_key_share(double qber, double added);

#endif
