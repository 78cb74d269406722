/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time of an optimised pass and of a year of a satellite link, and how far the classes of passes are from passes computed one by
 * one: build/release/tests/bench_sat */
#include "core/net/load.h"
#include "models/qkd_link.h"
#include "models/space/orbit.h"
#include "models/space/pass.h"
#include "models/space/satellite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char TOPOLOGY[] =
    "keyhaul: 1\n"
    "name: bench\n"
    "devices: [{id: d, protocol: bb84-decoy, clock_hz: 1e8, detector_efficiency: 0.5, dark_count_hz: 100, gate_ns: 1,\n"
    "           misalignment: 0.005, eps_sec: 1e-9, optics: {loss_db: 8}}]\n"
    "nodes: [{id: SAT, kind: satellite, orbit: {altitude_km: 500, inclination_deg: 97.4, ascending_node_deg: 100}},\n"
    "        {id: OGS, kind: ogs, at: [48.08, 11.28], sky: {horizon_deg: 10}}]\n"
    "qkd_links: [{id: L, ends: [SAT, OGS], device: d, wavelength_nm: 810},\n"
    "            {id: P, ends: [SAT, OGS], device: d, wavelength_nm: 810, passes_per_block: 20}]\n";

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static kh_net *load(void)
{
    kh_net *net = NULL;
    kh_error err = {0};
    kh_findings *findings = kh_findings_create();
    if (kh_net_load_text("bench", TOPOLOGY, strlen(TOPOLOGY), NULL, 0, findings, &net, &err) != KH_OK)
        fprintf(stderr, "%s%s\n", err.steps, err.message);
    kh_findings_destroy(findings);
    return net;
}

/* every pass by itself against the sum over classes */
typedef struct sums {
    const kh_net *net;
    double bits, n;
} sums;

static void add_pass(const kh_passage *passage, void *user)
{
    sums *s = user;
    bool by_day = passage->sun_elevation_rad >= -12.0 * 3.14159265358979 / 180.0;
    if (by_day)
        return;
    s->bits += 0.5 * kh_satellite_pass_bits(s->net, &s->net->qkd_links[0], passage->offset_rad, false);
    s->n += 1.0;
}

static void compare(const kh_net *net)
{
    kh_satellite_year year;
    kh_error err = {0};
    if (kh_satellite_year_compute(net, &net->qkd_links[0], NULL, &year, &err) != KH_OK)
        return;
    const kh_satellite_setting setting = kh_satellite_setting_of(net, &net->qkd_links[0]);
    sums all = {.net = net};
    double before = now_ms();
    kh_passes_visit(&setting.orbit, &setting.station, add_pass, &all);
    printf("%.0f passes a year, %.0f by night, %.0f give key, best %.0f bit\n", year.rate.passes, year.rate.night_passes,
           year.rate.key_passes, year.rate.best_pass_bits);
    printf("classes %.6g bit a year, all %.0f passes one by one %.6g bit, difference %.3f %%\n", year.rate.key_bits_year, all.n,
           all.bits, 100.0 * (year.rate.key_bits_year / all.bits - 1.0));
    printf("one pass from scratch, window included: %.2f ms\n", (now_ms() - before) / all.n);
}

static void time_year(const kh_net *net, size_t link, const char *what)
{
    enum { TIMES = 20 };
    kh_satellite_year year;
    kh_qkd_rate rate;
    kh_error err = {0};
    double start = now_ms();
    for (int i = 0; i < TIMES; i++)
        (void)kh_satellite_year_compute(net, &net->qkd_links[link], NULL, &year, &err);
    double middle = now_ms();
    for (int i = 0; i < TIMES; i++)
        (void)kh_qkd_link_rate(net, (kh_qkd_link_id){(uint32_t)link}, &rate, &err);
    printf("a year of a link, %s: %.2f ms; with effects and the best change %.2f ms; %.4g bit\n", what, (middle - start) / TIMES,
           (now_ms() - middle) / TIMES, year.rate.key_bits_year);
}

static void skip_pass(const kh_passage *passage, void *user)
{
    *(double *)user += passage->offset_rad;
}

int main(void)
{
    kh_net *net = load();
    if (net == NULL)
        return 1;
    const kh_satellite_setting setting = kh_satellite_setting_of(net, &net->qkd_links[0]);
    double sum = 0.0, start = now_ms();
    for (int i = 0; i < 20; i++)
        kh_passes_visit(&setting.orbit, &setting.station, skip_pass, &sum);
    printf("passes of a year: %.2f ms\n", (now_ms() - start) / 20.0);
    time_year(net, 0, "one block a pass");
    time_year(net, 1, "20 passes a block");
    compare(net);
    kh_net_destroy(net);
    return 0;
}
