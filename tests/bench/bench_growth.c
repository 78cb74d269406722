/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the cost of a run grows with the network: grids with ten demands a link, each over at most ten hops, with cuts;
   an hour at block level, a month at fluid level.
   bench_growth [MOST_LINKS]     a line a size and level: level links demands events cpu_s ns_per_event megabytes (default 10000)
   bench_growth | python3 tests/bench/plot_growth.py growth.svg */
#include "core/base/rng.h"
#include "core/sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEMANDS_A_LINK = 10, FARTHEST = 5 };
static const double DAY_S = 86400, KEY_BITS = 256;

typedef struct grid {
    kh_arena *arena;
    kh_net net;
    kh_rates rates;
    kh_plan plan;
    uint32_t side;
    uint32_t *right, *down; /* [side * side] links */
} grid;

static void *checked(void *pointer)
{
    if (pointer == NULL)
        abort();
    return pointer;
}
#define MAKE(g, type, n) ((type *)checked(KH_NEW((g)->arena, type, (n))))

static uint32_t add_link(grid *g, uint32_t a, uint32_t b)
{
    uint32_t i = (uint32_t)g->net.n_qkd_links++;
    g->net.n_fibres = g->rates.n_qkd = g->net.n_qkd_links;
    g->net.fibres[i] = (kh_fibre){.id = checked(kh_arena_printf(g->arena, "f%u", i)), .ends = {{a}, {b}}, .length_km = 100};
    kh_fibre_id *via = MAKE(g, kh_fibre_id, 1);
    via->i = i;
    kh_qkd_link *link = &g->net.qkd_links[i];
    *link =
        (kh_qkd_link){.id = checked(kh_arena_printf(g->arena, "q%u", i)), .via = via, .n_via = 1, .ends = {{a}, {b}}, .modules = 1};
    link->key_store = (kh_store_policy){.capacity_keys = 4000, .refill_below_keys = 3000, .initial_keys = 4000};
    double rate_bps = 4000 + 500.0 * (i % 17);
    g->rates.qkd[i] =
        (kh_qkd_rate){.key_rate_bps = rate_bps, .per_module_bps = rate_bps, .block_key_bits = 65536, .block_s = 65536 / rate_bps};
    return i;
}

static void add_demand(grid *g, kh_rng *rng)
{
    uint32_t n = g->side, links[2 * FARTHEST], hops = 0;
    uint32_t row = (uint32_t)kh_rng_below(rng, n), column = (uint32_t)kh_rng_below(rng, n), from = row * n + column;
    uint32_t right = 1 + (uint32_t)kh_rng_below(rng, FARTHEST), down = (uint32_t)kh_rng_below(rng, FARTHEST + 1);
    for (; right > 0 && column + 1 < n; right--, column++)
        links[hops++] = g->right[row * n + column];
    for (; down > 0 && row + 1 < n; down--, row++)
        links[hops++] = g->down[row * n + column];
    if (hops == 0)
        return;
    uint32_t i = (uint32_t)g->net.n_demands++;
    double rate_bps = 25 + 50 * kh_rng_uniform(rng);
    g->net.demands[i] = (kh_demand){.id = checked(kh_arena_printf(g->arena, "d%u", i)),
                                    .between = {{from}, {row * n + column}},
                                    .use = KH_USE_KEY,
                                    .rate_bps = rate_bps,
                                    .key_bits = KEY_BITS,
                                    .rekey_s = 60,
                                    .encryptors = 1,
                                    .directions = 1};
    kh_route *route = MAKE(g, kh_route, 1);
    *route = (kh_route){.links = MAKE(g, kh_qkd_link_id, hops), .n_links = hops, .rate_bps = rate_bps};
    for (uint32_t k = 0; k < hops; k++)
        route->links[k].i = links[k];
    g->plan.demands[i] = (kh_plan_demand){.requested_bps = rate_bps, .rate_bps = rate_bps, .routes = route, .n_routes = 1};
    g->plan.n_demands = g->net.n_demands;
}

static grid make_grid(uint32_t side)
{
    size_t n = (size_t)side * side, most_links = 2 * n, most_demands = most_links * DEMANDS_A_LINK;
    grid g = {.arena = checked(kh_arena_create(0)), .side = side};
    g.net.nodes = MAKE(&g, kh_node, n);
    g.net.n_nodes = n;
    for (uint32_t i = 0; i < n; i++)
        g.net.nodes[i] = (kh_node){.id = checked(kh_arena_printf(g.arena, "n%u", i)), .trusted = true};
    g.net.fibres = MAKE(&g, kh_fibre, most_links);
    g.net.qkd_links = MAKE(&g, kh_qkd_link, most_links);
    g.net.demands = MAKE(&g, kh_demand, most_demands);
    g.rates.qkd = MAKE(&g, kh_qkd_rate, most_links);
    g.plan.demands = MAKE(&g, kh_plan_demand, most_demands);
    g.right = MAKE(&g, uint32_t, n);
    g.down = MAKE(&g, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        if (i % side + 1 < side)
            g.right[i] = add_link(&g, i, i + 1);
        if (i / side + 1 < side)
            g.down[i] = add_link(&g, i, i + side);
    }
    kh_rng rng = kh_rng_stream(1, "growth", "demands");
    for (size_t i = 0; i < g.net.n_qkd_links * DEMANDS_A_LINK; i++)
        add_demand(&g, &rng);
    g.net.faults = MAKE(&g, kh_fault, 1);
    g.net.faults[0] = (kh_fault){.kind = KH_FAULT_FIBRE_CUT,
                                 .on = "all-fibres",
                                 .mtbf_h = 240,
                                 .mttr_h = 12,
                                 .mtbf_h_per_1000km = (double)NAN,
                                 .first_h = (double)NAN,
                                 .every_h = (double)NAN,
                                 .duration_h = (double)NAN,
                                 .factor = (double)NAN,
                                 .wind_above_m_s = (double)NAN};
    g.net.n_faults = 1;
    return g;
}

/* In a process of its own, so that the peak of its memory is its own. */
static void play(uint32_t side, kh_sim_level level)
{
    grid g = make_grid(side);
    kh_sim_options options = kh_sim_defaults();
    options.level = level;
    options.duration_s = level == KH_SIM_FLUID ? 30 * DAY_S : DAY_S / 24;
    options.warm_up_s = 0;
    options.fetch_s = 0;
    options.series_points = 0;
    kh_sim_result *result = NULL;
    kh_error err = {0};
    clock_t start = clock();
    if (kh_sim_run(&g.net, &g.rates, &g.plan, &options, g.arena, &result, &err) != KH_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    double cpu_s = (double)(clock() - start) / CLOCKS_PER_SEC;
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("%s\t%zu\t%zu\t%llu\t%.3f\t%.1f\t%.1f\n", level == KH_SIM_FLUID ? "fluid" : "block", g.net.n_qkd_links, g.net.n_demands,
           (unsigned long long)result->events, cpu_s, cpu_s / (double)result->events * 1e9, (double)usage.ru_maxrss / 1024);
    (void)fflush(stdout);
    exit(0);
}

int main(int argc, char **argv)
{
    double most = argc > 1 ? atof(argv[1]) : 10000;
    printf("level\tlinks\tdemands\tevents\tcpu_s\tns_per_event\tmegabytes\n");
    (void)fflush(stdout);
    for (int level = KH_SIM_BLOCK; level <= KH_SIM_FLUID; level++)
        for (uint32_t side = 5; 2.0 * side * (side - 1) <= most; side = (uint32_t)ceil(side * 1.934)) {
            pid_t child = fork();
            if (child == 0)
                play(side, (kh_sim_level)level);
            int status = 0;
            if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
                return 1;
        }
    return 0;
}
