/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/restoration.h"

static void note(const kh_restoration *r, const char *what, uint32_t demand)
{
    if (!kh_kernel_journals(r->kernel))
        return;
    const kh_restoration_demand *d = &r->demands[demand];
    kh_note made = kh_kernel_note(r->kernel, what);
    kh_note_text(&made, "demand", r->links->net->demands[demand].id);
    if (d->route != KH_NO_INDEX) {
        kh_note_number(&made, "hops", r->routes->entries[d->route].n_links);
        kh_note_number(&made, "since_s", kh_s_from_ns(kh_kernel_now(r->kernel) - d->failed_at));
    }
    kh_kernel_tell(r->kernel, &made);
}

/* --- what becomes of a demand --- */

static void fail(kh_restoration *r, uint32_t demand)
{
    kh_restoration_demand *d = &r->demands[demand];
    d->failed = true;
    d->failed_at = kh_kernel_now(r->kernel);
    d->due = kh_queue_push_timer(&r->kernel->queue, d->failed_at + r->delay, r->due, demand);
    note(r, "fails", demand);
}

static void set_overdue(kh_restoration *r, kh_restoration_demand *d, bool overdue)
{
    if (d->overdue == overdue)
        return;
    d->overdue = overdue;
    r->n_overdue += overdue ? 1 : UINT32_MAX; /* one more, or one less */
}

static void restore(kh_restoration *r, uint32_t demand)
{
    kh_restoration_demand *d = &r->demands[demand];
    (void)kh_queue_cancel(&r->kernel->queue, d->due);
    d->route = r->seek(r->self, demand);
    set_overdue(r, d, d->route == KH_NO_INDEX);
    if (d->route == KH_NO_INDEX)
        return;
    d->failed = false;
    d->restorations++;
    d->took_ns += kh_kernel_now(r->kernel) - d->failed_at;
    r->n_restored++;
    note(r, "restored", demand);
}

static void leave_path(kh_restoration *r, kh_restoration_demand *d)
{
    d->route = KH_NO_INDEX;
    r->n_restored--;
}

static void revert(kh_restoration *r, uint32_t demand)
{
    kh_restoration_demand *d = &r->demands[demand];
    (void)kh_queue_cancel(&r->kernel->queue, d->due);
    set_overdue(r, d, false);
    d->failed = false;
    if (d->route != KH_NO_INDEX)
        leave_path(r, d);
    note(r, "reverts", demand);
}

static void come_due(void *self, uint32_t demand)
{
    restore(self, demand);
}

uint32_t kh_restoration_route(kh_restoration *r, uint32_t demand)
{
    kh_restoration_demand *d = &r->demands[demand];
    /* A request may be handled before the timer of the same instant. */
    if (d->failed && !d->overdue && kh_kernel_now(r->kernel) >= d->failed_at + r->delay)
        restore(r, demand);
    return d->route;
}

/* --- what happens to links --- */

static bool uses_link(const kh_routes_entry *route, uint32_t link)
{
    for (uint32_t i = 0; i < route->n_links; i++)
        if (route->links[i].i == link)
            return true;
    return false;
}

static void hear_down(kh_restoration *r, uint32_t link)
{
    r->down[link] = true;
    for (uint32_t i = 0; r->n_restored > 0 && i < r->n_demands; i++)
        if (r->demands[i].route != KH_NO_INDEX && uses_link(&r->routes->entries[r->demands[i].route], link)) {
            leave_path(r, &r->demands[i]);
            fail(r, i);
        }
    for (uint32_t u = r->first_use[link]; u < r->first_use[link + 1]; u++) {
        if (r->n_down[r->uses[u]]++ > 0)
            continue;
        uint32_t demand = r->user[r->uses[u]];
        if (++r->demands[demand].n_down == r->demands[demand].n_routes)
            fail(r, demand);
    }
}

static void hear_up(kh_restoration *r, uint32_t link)
{
    r->down[link] = false;
    for (uint32_t u = r->first_use[link]; u < r->first_use[link + 1]; u++) {
        if (--r->n_down[r->uses[u]] > 0)
            continue;
        uint32_t demand = r->user[r->uses[u]];
        if (r->demands[demand].n_down-- == r->demands[demand].n_routes)
            revert(r, demand);
    }
    for (uint32_t i = 0; r->n_overdue > 0 && i < r->n_demands; i++)
        if (r->demands[i].overdue)
            restore(r, i);
}

void kh_restoration_hear(kh_restoration *r, uint32_t link, kh_link_news news)
{
    if (news == KH_LINK_DOWN && !r->down[link])
        hear_down(r, link);
    if (news == KH_LINK_UP && r->down[link] && kh_links_up(r->links, link))
        hear_up(r, link);
}

/* --- setting up --- */

static void count_uses(kh_restoration *r, const kh_restoration_setup *setup)
{
    uint32_t planned = 0;
    for (uint32_t i = 0; i < r->n_demands; i++)
        for (uint32_t k = 0; k < setup->n_planned[i]; k++, planned++) {
            const kh_routes_entry *route = &r->routes->entries[setup->planned[i][k]];
            r->user[planned] = i;
            for (uint32_t h = 0; h < route->n_links; h++)
                r->first_use[route->links[h].i + 1]++;
        }
    for (size_t i = 0; i < r->links->n; i++)
        r->first_use[i + 1] += r->first_use[i];
}

/* Fills from the end of each link's part, which so becomes its start. */
static void sort_uses(kh_restoration *r, const kh_restoration_setup *setup)
{
    uint32_t planned = (uint32_t)r->n_planned, all = r->first_use[r->links->n];
    for (uint32_t i = (uint32_t)r->n_demands; i-- > 0;)
        for (uint32_t k = setup->n_planned[i]; k-- > 0;) {
            planned--;
            const kh_routes_entry *route = &r->routes->entries[setup->planned[i][k]];
            for (uint32_t h = 0; h < route->n_links; h++)
                r->uses[--r->first_use[route->links[h].i + 1]] = planned;
        }
    for (size_t i = 0; i < r->links->n; i++)
        r->first_use[i] = r->first_use[i + 1];
    r->first_use[r->links->n] = all;
}

kh_status kh_restoration_init(kh_restoration *r, const kh_restoration_setup *setup, kh_arena *arena, kh_error *err)
{
    *r = (kh_restoration){.kernel = setup->kernel, .links = setup->links, .routes = setup->routes, .delay = setup->delay};
    r->seek = setup->seek;
    r->self = setup->self;
    r->n_demands = setup->n_demands;
    for (size_t i = 0; i < r->n_demands; i++)
        r->n_planned += setup->n_planned[i];
    r->demands = KH_NEW(arena, kh_restoration_demand, r->n_demands);
    r->first_use = KH_NEW(arena, uint32_t, r->links->n + 1);
    r->user = KH_NEW(arena, uint32_t, r->n_planned);
    r->n_down = KH_NEW(arena, uint32_t, r->n_planned);
    r->down = KH_NEW(arena, bool, r->links->n);
    if (r->demands == NULL || r->first_use == NULL || r->user == NULL || r->n_down == NULL || r->down == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory to restore %zu demands", r->n_demands);
    for (size_t i = 0; i < r->n_demands; i++)
        r->demands[i] = (kh_restoration_demand){.n_routes = setup->n_planned[i], .route = KH_NO_INDEX};
    count_uses(r, setup);
    r->uses = KH_NEW(arena, uint32_t, r->first_use[r->links->n]);
    if (r->uses == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory to restore %zu demands", r->n_demands);
    sort_uses(r, setup);
    return kh_kernel_handle(setup->kernel, "restoration", come_due, r, &r->due, err);
}

void kh_restoration_restart(kh_restoration *r)
{
    for (size_t i = 0; i < r->n_demands; i++) {
        r->demands[i].restorations = 0;
        r->demands[i].took_ns = 0;
    }
}

void kh_restoration_visit(kh_restoration *r, kh_state *state)
{
    kh_state_visit(state, r->demands, r->n_demands * sizeof *r->demands);
    kh_state_visit(state, r->n_down, r->n_planned * sizeof *r->n_down);
    kh_state_visit(state, r->down, r->links->n * sizeof *r->down);
    KH_STATE(state, r->n_overdue);
    KH_STATE(state, r->n_restored);
}
