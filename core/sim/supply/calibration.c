/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/calibration.h"

#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/sim/supply/production.h"

#include <math.h>

enum { S_PER_MIN = 60 };

static bool calibrates(const kh_links *links, uint32_t link)
{
    kh_device_id device = links->net->qkd_links[link].device;
    if (links->states[link].variation == NULL || device.i >= links->net->n_devices)
        return false;
    return links->net->devices[device.i].calibration_min > 0 && !isnan(links->net->devices[device.i].calibration_every_h);
}

static void change(kh_calibration *calibration, kh_calibrated *c)
{
    c->calibrates = !c->calibrates;
    (c->calibrates ? kh_production_pause : kh_production_resume)(calibration->links, c->link);
}

static void wait_for(kh_calibration *calibration, uint32_t i, kh_ns time)
{
    kh_kernel *kernel = calibration->links->kernel;
    kh_queue_push(&kernel->queue, kh_kernel_now(kernel) + time, calibration->turn, i);
}

static void turn(void *self, uint32_t i)
{
    kh_calibration *calibration = self;
    kh_calibrated *c = &calibration->calibrated[i];
    change(calibration, c);
    wait_for(calibration, i, c->calibrates ? c->pause : c->work);
}

static void begin(kh_calibration *calibration, uint32_t link, uint64_t seed)
{
    const kh_net *net = calibration->links->net;
    const kh_device *device = &net->devices[net->qkd_links[link].device.i];
    kh_rng rng = kh_rng_stream(seed, net->qkd_links[link].id, "calibration");
    kh_ns cycle = kh_ns_from_s(device->calibration_every_h * KH_S_PER_H);
    kh_calibrated *c = &calibration->calibrated[calibration->n];
    *c = (kh_calibrated){.link = link, .pause = kh_ns_from_s(device->calibration_min * S_PER_MIN)};
    c->work = cycle - c->pause;
    kh_ns phase = (kh_ns)(kh_rng_uniform(&rng) * (double)cycle);
    if (phase < c->pause)
        change(calibration, c);
    wait_for(calibration, (uint32_t)calibration->n++, (phase < c->pause ? c->pause : cycle) - phase);
}

double kh_calibration_events(const kh_calibration *calibration, kh_ns end)
{
    double events = 0;
    for (size_t i = 0; i < calibration->n; i++)
        events += 2 * (double)end / (double)(calibration->calibrated[i].pause + calibration->calibrated[i].work);
    return events;
}

static void visit(void *self, kh_state *state)
{
    kh_calibration *calibration = self;
    for (size_t i = 0; i < calibration->n; i++)
        KH_STATE(state, calibration->calibrated[i].calibrates);
}

static const kh_part_ops ops = {.name = "calibration", .visit = visit};

kh_status kh_calibration_init(kh_calibration *calibration, kh_links *links, uint64_t seed, kh_arena *arena, kh_error *err)
{
    *calibration = (kh_calibration){.links = links};
    size_t n = 0;
    for (uint32_t i = 0; i < links->n; i++)
        n += calibrates(links, i);
    if (n == 0)
        return KH_OK;
    calibration->calibrated = KH_NEW(arena, kh_calibrated, n);
    if (calibration->calibrated == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu links that calibrate", n);
    KH_TRY(kh_kernel_handle(links->kernel, "calibration", turn, calibration, &calibration->turn, err));
    for (uint32_t i = 0; i < links->n; i++)
        if (calibrates(links, i))
            begin(calibration, i, seed);
    return kh_kernel_join(links->kernel, &ops, calibration, err);
}
