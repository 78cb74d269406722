/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/kernel.h"

void kh_kernel_init(kh_kernel *kernel, kh_arena *arena)
{
    *kernel = (kh_kernel){0};
    kh_queue_init(&kernel->queue, arena);
}

kh_status kh_kernel_handle(kh_kernel *kernel, const char *name, kh_handler run, void *self, kh_event_kind *kind, kh_error *err)
{
    if (kernel->n_kinds == KH_KERNEL_MOST_KINDS)
        return kh_fail(err, KH_ELIMIT, "more than %d kinds of events, the last is '%s'", KH_KERNEL_MOST_KINDS, name);
    kernel->kinds[kernel->n_kinds] = (kh_kernel_kind){.run = run, .self = self, .name = name};
    *kind = (kh_event_kind)kernel->n_kinds++;
    return KH_OK;
}

kh_status kh_kernel_join(kh_kernel *kernel, const kh_part_ops *ops, void *self, kh_error *err)
{
    if (kernel->n_parts == KH_KERNEL_MOST_PARTS)
        return kh_fail(err, KH_ELIMIT, "more than %d parts, the last is '%s'", KH_KERNEL_MOST_PARTS, ops->name);
    kernel->parts[kernel->n_parts++] = (kh_part){ops, self};
    return KH_OK;
}

kh_note kh_kernel_note(const kh_kernel *kernel, const char *what)
{
    return (kh_note){.time = kernel->queue.now, .what = what};
}

void kh_kernel_tell(const kh_kernel *kernel, const kh_note *note)
{
    kernel->journal->write(kernel->journal->user, note);
}

void kh_kernel_warm(kh_kernel *kernel, kh_event_kind kind, kh_warmer warm)
{
    kernel->kinds[kind].warm = warm;
    kernel->warms = true;
}

/* Events between two steps of warming: about as many as run while memory answers. */
enum { EVENTS_A_STEP = 1 };

static void warm_ahead(const kh_kernel *kernel)
{
    for (unsigned step = 0; step < KH_KERNEL_WARM_STEPS; step++) {
        const kh_event *event = kh_queue_ahead(&kernel->queue, (KH_KERNEL_WARM_STEPS - step) * EVENTS_A_STEP);
        const kh_kernel_kind *kind = event != NULL ? &kernel->kinds[event->kind] : NULL;
        if (kind != NULL && kind->warm != NULL && !event->timed)
            kind->warm(kind->self, event->subject, step);
    }
}

bool kh_kernel_step(kh_kernel *kernel, kh_ns end, kh_event *event)
{
    if (!kh_queue_pop_before(&kernel->queue, end, event))
        return false;
    if (kernel->warms)
        warm_ahead(kernel);
    const kh_kernel_kind *kind = &kernel->kinds[event->kind];
    kind->run(kind->self, event->subject);
    kernel->events++;
    return true;
}

bool kh_kernel_run_some(kh_kernel *kernel, kh_ns end, uint64_t most)
{
    kh_event event;
    for (; most > 0 && kernel->queue.status == KH_OK; most--)
        if (!kh_kernel_step(kernel, end, &event))
            return false;
    return true;
}

void kh_kernel_run(kh_kernel *kernel, kh_ns end)
{
    (void)kh_kernel_run_some(kernel, end, UINT64_MAX);
}

kh_status kh_kernel_play(kh_kernel *kernel, kh_ns end, kh_clock *clock)
{
    kh_event event;
    kh_ns next;
    if (kh_clock_is_virtual(clock))
        kh_kernel_run(kernel, end);
    else
        while (kernel->queue.status == KH_OK && kh_queue_peek(&kernel->queue, &next) && next < end) {
            if (!kh_clock_wait(clock, next))
                return KH_EINTERRUPTED;
            (void)kh_kernel_step(kernel, end, &event);
        }
    return kernel->queue.status;
}

void kh_kernel_restart(kh_kernel *kernel)
{
    for (size_t i = 0; i < kernel->n_parts; i++)
        if (kernel->parts[i].ops->restart != NULL)
            kernel->parts[i].ops->restart(kernel->parts[i].self);
}

void kh_kernel_visit(kh_kernel *kernel, kh_state *state)
{
    kh_queue_visit(&kernel->queue, kernel->n_kinds, state);
    KH_STATE(state, kernel->events);
    for (size_t i = 0; i < kernel->n_parts; i++)
        if (kernel->parts[i].ops->visit != NULL)
            kernel->parts[i].ops->visit(kernel->parts[i].self, state);
}

void kh_kernel_reseed(kh_kernel *kernel, uint64_t salt)
{
    for (size_t i = 0; i < kernel->n_parts; i++)
        if (kernel->parts[i].ops->reseed != NULL)
            kernel->parts[i].ops->reseed(kernel->parts[i].self, salt);
}

kh_status kh_kernel_audit_touched(kh_kernel *kernel, kh_error *err)
{
    for (size_t i = 0; i < kernel->n_parts; i++)
        if (kernel->parts[i].ops->audit_touched != NULL)
            KH_TRY(kernel->parts[i].ops->audit_touched(kernel->parts[i].self, err));
    return KH_OK;
}

kh_status kh_kernel_audit(const kh_kernel *kernel, kh_error *err)
{
    for (size_t i = 0; i < kernel->n_parts; i++)
        if (kernel->parts[i].ops->audit != NULL)
            KH_TRY(kernel->parts[i].ops->audit(kernel->parts[i].self, err));
    return KH_OK;
}
