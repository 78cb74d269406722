/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_KERNEL_H
#define KH_CORE_SIM_KERNEL_KERNEL_H

#include "core/sim/kernel/clock.h"
#include "core/sim/kernel/note.h"
#include "core/sim/kernel/queue.h"
#include "core/sim/kernel/state.h"

/** What plays a run: pending events, and the parts whose handlers they call. It knows nothing of networks.
 *
 *  A part (links, relay, faults...) registers a handler for each kind of event that it schedules, and itself with the few things
 *  that are asked of every part. Kinds and parts are numbered in the order of registration, so the same set-up gives the same
 *  numbers. */

/** Runs one event. @param self the part; @param subject as it was pushed */
typedef void (*kh_handler)(void *self, uint32_t subject);

/** Asks for the memory that an event of this kind will look at, some events ahead of it: in a large network each event is of
 *  another entity, and waiting for its memory would be most of the cost. Changes nothing.
 *  @param step 0 to KH_KERNEL_WARM_STEPS - 1, each some events later: what step k asked for can be read in step k + 1 */
typedef void (*kh_warmer)(const void *self, uint32_t subject, unsigned step);
enum { KH_KERNEL_WARM_STEPS = 4 };

/** What is asked of every part; NULL where it has nothing to say. */
typedef struct kh_part_ops {
    const char *name;
    void (*restart)(void *self);                           /**< the statistics start afresh: the end of the warm-up */
    void (*visit)(void *self, kh_state *state);            /**< saves or loads all that changes in a run */
    kh_status (*audit_touched)(void *self, kh_error *err); /**< laws of what the last event touched; KH_EINTERNAL: which law */
    kh_status (*audit)(const void *self, kh_error *err);   /**< all its laws */
    void (*reseed)(void *self, uint64_t salt);             /**< its streams go on with other numbers from here */
} kh_part_ops;

enum { KH_KERNEL_MOST_KINDS = 64, KH_KERNEL_MOST_PARTS = 32 };

typedef struct kh_kernel_kind {
    kh_handler run;
    void *self;
    const char *name;
    kh_warmer warm; /**< NULL: nothing to be fetched ahead */
} kh_kernel_kind;

typedef struct kh_part {
    const kh_part_ops *ops;
    void *self;
} kh_part;

typedef struct kh_kernel {
    kh_queue queue;
    uint64_t events;           /**< run so far */
    bool warms;                /**< some kind has a warmer */
    const kh_journal *journal; /**< NULL: none is kept */
    kh_kernel_kind kinds[KH_KERNEL_MOST_KINDS];
    kh_part parts[KH_KERNEL_MOST_PARTS];
    size_t n_kinds, n_parts;
} kh_kernel;

/** At time 0, without parts. @param arena must outlive the kernel */
void kh_kernel_init(kh_kernel *kernel, kh_arena *arena);

/** @param name static, for messages and traces, such as "block"
 *  @return KH_OK; KH_ELIMIT */
kh_status kh_kernel_handle(kh_kernel *kernel, const char *name, kh_handler run, void *self, kh_event_kind *kind, kh_error *err);
/** The same kind is warmed from now on. */
void kh_kernel_warm(kh_kernel *kernel, kh_event_kind kind, kh_warmer warm);
/** @param ops static */
kh_status kh_kernel_join(kh_kernel *kernel, const kh_part_ops *ops, void *self, kh_error *err);

static inline kh_ns kh_kernel_now(const kh_kernel *kernel)
{
    return kernel->queue.now;
}

/** True when what happens now is wanted by a journal: ask before a note is made. */
static inline bool kh_kernel_journals(const kh_kernel *kernel)
{
    const kh_journal *journal = kernel->journal;
    return journal != NULL && kernel->queue.now >= journal->from && kernel->queue.now < journal->to;
}
/** A note of now, to be filled; and the filled one handed in. @param what static */
kh_note kh_kernel_note(const kh_kernel *kernel, const char *what);
void kh_kernel_tell(const kh_kernel *kernel, const kh_note *note);

/** Runs the next event when it lies before @p end. @param[out] event what ran
 *  @return false: nothing is left before the end (*event untouched) */
bool kh_kernel_step(kh_kernel *kernel, kh_ns end, kh_event *event);

/** Runs all events before @p end, > 0; again with a later end it goes on. It stops early when a push fails: look at queue.status.
 */
void kh_kernel_run(kh_kernel *kernel, kh_ns end);
/** The same, but at most so many events. @return false: nothing is left before the end */
bool kh_kernel_run_some(kh_kernel *kernel, kh_ns end, uint64_t most);

/** The same, each event when @p clock says that it is due. On a virtual clock it is kh_kernel_run().
 *  @return KH_OK; KH_EINTERRUPTED: the clock was stopped, the events due later are left; or queue.status */
kh_status kh_kernel_play(kh_kernel *kernel, kh_ns end, kh_clock *clock);

/** Of every part, in the order in which they joined. */
void kh_kernel_restart(kh_kernel *kernel);
void kh_kernel_visit(kh_kernel *kernel, kh_state *state);
void kh_kernel_reseed(kh_kernel *kernel, uint64_t salt);
kh_status kh_kernel_audit_touched(kh_kernel *kernel, kh_error *err);
kh_status kh_kernel_audit(const kh_kernel *kernel, kh_error *err);

#endif
