/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/flow.h"
#include "core/sim/fluid/limits.h"
#include "core/sim/fluid/setup.h"
#include "core/sim/fluid/wait.h"

#include <math.h>

/* --- when something happens next --- */

static double seconds_to_fill(const kh_fluid_room *room)
{
    if (room->mode == KH_FLUID_GROWS && room->rate_bps > 0)
        return fmax(room->limit - room->bits, 0) / room->rate_bps;
    if (room->mode == KH_FLUID_DRAINS && room->rate_bps < 0)
        return room->bits / -room->rate_bps;
    return (double)INFINITY;
}

static double seconds_to_crossing(const kh_fluid_link *link)
{
    const kh_tank *tank = &link->tank;
    if (link->position == KH_FLUID_FREE)
        return kh_tank_seconds_until(tank, tank->reserve, false);
    if (link->position == KH_FLUID_BELOW)
        return fmin(kh_tank_seconds_until(tank, tank->reserve, true), kh_tank_seconds_until(tank, 0, false));
    return (double)INFINITY;
}

/* A store's event comes a little early rather than late, so no level falls below 0; a room's a little late. */
static kh_ns next_event(const kh_fluid *fluid, const kh_fluid_link *link)
{
    double rooms_s = fmin(seconds_to_fill(&link->rooms[0]), seconds_to_fill(&link->rooms[1]));
    double ns = fmin(floor(seconds_to_crossing(link) * KH_NS_PER_S), ceil(rooms_s * KH_NS_PER_S));
    kh_ns now = kh_kernel_now(fluid->kernel);
    return ns < (double)(fluid->end - now) ? now + (kh_ns)fmax(ns, 1) : INT64_MAX;
}

/* A timer that comes too early finds nothing to do and is set again, which costs less than to set it at every change. */
static void set_timer(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    kh_ns due = next_event(fluid, link);
    if (due >= link->due)
        return;
    (void)kh_queue_cancel(&fluid->kernel->queue, link->timer);
    link->timer = kh_queue_push_timer(&fluid->kernel->queue, due, fluid->crossing, index);
    link->due = due;
}

static void settle(kh_fluid *fluid)
{
    kh_flow_settle(fluid);
    struct kh_fluid_list *list = &fluid->touched;
    for (size_t i = 0; i < list->n; i++) {
        fluid->tanks[list->links[i]].touched = false;
        set_timer(fluid, list->links[i]);
    }
    list->n = 0;
}

static void cross(void *self, uint32_t link)
{
    kh_fluid *fluid = self;
    kh_flow_begin(fluid);
    fluid->tanks[link].due = INT64_MAX;
    kh_flow_touch(fluid, link);
    settle(fluid);
}

/* --- faults --- */

/* Key that comes at once, such as that of a satellite's pass, lies in the links' own store. */
static void take_over(kh_fluid *fluid, uint32_t index)
{
    kh_keystore *store = &fluid->links->states[index].store;
    kh_fluid_link *link = &fluid->tanks[index];
    double bits = (double)store->level;
    link->tank.generated += (double)store->lost;
    link->tank.lost += (double)store->lost;
    store->level = 0;
    kh_keystore_restart(store);
    if (bits == 0)
        return;
    kh_tank_fill(&link->tank, bits);
    if (!link->closed && link->tank.level > link->tank.reserve + link->dust_bits)
        link->position = KH_FLUID_FREE;
    kh_flow_pour_waiting(fluid, index);
}

static void open_link(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    if (fluid->links->net->qkd_links[index].key_store.is_volatile)
        kh_tank_spill(&link->tank);
    link->position = link->tank.level > link->tank.reserve + link->dust_bits ? KH_FLUID_FREE : KH_FLUID_CLOSED;
    kh_flow_pour_waiting(fluid, index);
}

static void take_news(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    link->changed = false;
    kh_flow_touch(fluid, index);
    link->tank.makes_bps = kh_links_rate_bps(fluid->links, index);
    link->tank.arrives = kh_links_up(fluid->links, index) && link->tank.capacity > 0;
    bool opens = link->closed && kh_links_ends_up(fluid->links, index);
    link->closed = !kh_links_ends_up(fluid->links, index);
    if (opens)
        open_link(fluid, index);
    take_over(fluid, index);
}

/* All that happens at one instant, such as the failure of a node, is settled once. */
static void settle_event(void *self, uint32_t later)
{
    kh_fluid *fluid = self;
    kh_flow_begin(fluid);
    for (size_t i = 0; i < fluid->changed.n; i++)
        take_news(fluid, fluid->changed.links[i]);
    fluid->changed.n = 0;
    *(later != 0 ? &fluid->settles_later : &fluid->settles_now) = false;
    for (size_t i = 0; i < fluid->deferred.n; i++) {
        fluid->tanks[fluid->deferred.links[i]].deferred = false;
        kh_flow_touch(fluid, fluid->deferred.links[i]);
    }
    fluid->deferred.n = 0;
    settle(fluid);
}

static void hear(void *self, uint32_t link, kh_link_news news)
{
    (void)news;
    kh_fluid *fluid = self;
    if (!fluid->tanks[link].changed)
        fluid->changed.links[fluid->changed.n++] = link;
    fluid->tanks[link].changed = true;
    if (!fluid->settles_now)
        kh_queue_push(&fluid->kernel->queue, kh_kernel_now(fluid->kernel), fluid->settle, 0);
    fluid->settles_now = true;
}

/* --- as a part --- */

static void advance_all(kh_fluid *fluid, kh_ns now)
{
    for (uint32_t i = 0; i < fluid->n_links; i++) {
        kh_wait_advance_rooms(&fluid->tanks[i], now);
        kh_tank_advance_recorded(&fluid->tanks[i].tank, now, &fluid->recorders[i]);
    }
    for (size_t i = 0; i < fluid->n_waits; i++)
        kh_wait_advance(&fluid->waits[i], now);
    fluid->present = now;
}

void kh_fluid_finish(kh_fluid *fluid, kh_ns now)
{
    advance_all(fluid, now);
}

static void restart(void *self)
{
    kh_fluid *fluid = self;
    kh_flow_begin(fluid);
    double t_s = fluid->now_s;
    advance_all(fluid, kh_kernel_now(fluid->kernel));
    fluid->start = fluid->present;
    for (uint32_t i = 0; i < fluid->n_links; i++)
        kh_tank_restart(&fluid->tanks[i].tank);
    for (size_t i = 0; i < fluid->n_hops; i++)
        fluid->hops[i].passed = -fluid->hops[i].passes_bps * t_s;
    for (size_t i = 0; i < fluid->n_waits; i++) {
        fluid->waits[i].area = 0;
        fluid->waits[i].at_start = fluid->waits[i].bits;
    }
    for (uint32_t i = 0; i < fluid->n_routes; i++) {
        kh_fluid_route *route = &fluid->routes[i];
        route->asked = -route->asks_bps * t_s;
        route->late = route->late_mark = 0;
    }
    for (uint32_t i = 0; i < fluid->n_demands; i++) {
        kh_fluid_demand *demand = &fluid->demands[i];
        demand->waited_s = demand->served_mark = demand->served_waiting = 0;
        demand->waits_since = fluid->present;
    }
}

static void visit_list(struct kh_fluid_list *list, size_t most, kh_state *state)
{
    KH_STATE(state, list->head);
    KH_STATE(state, list->n);
    kh_state_visit(state, list->links, most * sizeof list->links[0]);
}

static void visit(void *self, kh_state *state)
{
    kh_fluid *fluid = self;
    kh_state_visit(state, fluid->tanks, fluid->n_links * sizeof fluid->tanks[0]);
    kh_state_visit(state, fluid->hops, fluid->n_hops * sizeof fluid->hops[0]);
    kh_state_visit(state, fluid->waits, fluid->n_waits * sizeof fluid->waits[0]);
    kh_state_visit(state, fluid->routes, fluid->n_routes * sizeof fluid->routes[0]);
    kh_state_visit(state, fluid->demands, fluid->n_demands * sizeof fluid->demands[0]);
    struct kh_fluid_list *lists[] = {&fluid->changed, &fluid->queued, &fluid->touched, &fluid->deferred};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        visit_list(lists[i], fluid->n_links, state);
    for (uint32_t i = 0; i < fluid->n_links; i++)
        kh_recorder_visit(&fluid->recorders[i], state);
    KH_STATE(state, fluid->settles_now);
    KH_STATE(state, fluid->settles_later);
    KH_STATE(state, fluid->start);
}

static kh_status audit_tank(const kh_fluid *fluid, uint32_t index, kh_error *err)
{
    const kh_tank *tank = &fluid->tanks[index].tank;
    const char *id = fluid->links->net->qkd_links[index].id;
    double t_s = kh_s_from_ns(tank->since), dust = fluid->tanks[index].dust_bits + 1e-9 * tank->capacity;
    if (!(tank->level >= -dust && tank->level <= tank->capacity + dust))
        return kh_fail(err, KH_EINTERNAL,
                       "audit: 0 <= level <= capacity is broken at t = %.9f s on link '%s': level %.9g of %.9g bit", t_s, id,
                       tank->level, tank->capacity);
    double in = tank->initial + tank->generated, out = tank->taken + tank->lost + tank->level;
    if (fabs(in - out) > 1e-9 * (in + out) + 1e-3)
        return kh_fail(err, KH_EINTERNAL,
                       "audit: initial + generated = taken + lost + stored is broken at t = %.9f s on link '%s': %.12g + %.12g, "
                       "%.12g + %.12g + %.12g bit",
                       t_s, id, tank->initial, tank->generated, tank->taken, tank->lost, tank->level);
    return KH_OK;
}

static kh_status audit_flows(const kh_fluid *fluid, uint32_t index, kh_error *err)
{
    const kh_fluid_link *link = &fluid->tanks[index];
    double passes_bps = 0, passed = 0, t_s = kh_s_from_ns(link->tank.since);
    for (uint32_t i = 0; i < link->n_hops; i++) {
        const kh_fluid_hop *hop = &fluid->hops[fluid->hops_of_links[link->first_hop + i]];
        passes_bps += hop->passes_bps;
        passed += kh_flow_passed(hop, t_s);
    }
    double taken = link->tank.taken, off_bps = fabs(passes_bps - link->tank.takes_bps);
    if (off_bps <= 1e-9 * passes_bps + 1e-6 && fabs(passed - taken) <= 1e-9 * (passed + taken) + 1e-8 * passes_bps + 1e-3)
        return KH_OK;
    return kh_fail(err, KH_EINTERNAL,
                   "audit: taken = sum over hops is broken at t = %.9f s on link '%s': %.12g of %.12g bit, %.12g of %.12g bit/s",
                   t_s, fluid->links->net->qkd_links[index].id, taken, passed, link->tank.takes_bps, passes_bps);
}

static kh_status audit(const void *self, kh_error *err)
{
    const kh_fluid *fluid = self;
    for (uint32_t i = 0; i < fluid->n_links; i++) {
        KH_TRY(audit_tank(fluid, i, err));
        KH_TRY(audit_flows(fluid, i, err));
    }
    return KH_OK;
}

static const kh_part_ops ops = {.name = "fluid", .restart = restart, .visit = visit, .audit = audit};

kh_status kh_fluid_init(kh_fluid *fluid, const kh_fluid_setup *setup, kh_arena *arena, kh_error *err)
{
    KH_TRY(kh_limits_check(setup->links, err));
    KH_TRY(kh_setup_fluid(fluid, setup, arena, err));
    KH_TRY(kh_kernel_handle(setup->kernel, "crossing", cross, fluid, &fluid->crossing, err));
    KH_TRY(kh_kernel_handle(setup->kernel, "settle", settle_event, fluid, &fluid->settle, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, fluid, err));
    KH_TRY(kh_links_listen(setup->links, hear, fluid, err));
    kh_flow_start(fluid);
    for (uint32_t i = 0; i < fluid->n_links; i++)
        kh_flow_touch(fluid, i);
    settle(fluid);
    return KH_OK;
}
