/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All links of a network, effects and best change included:  build/release/tests/bench_rates [TOPOLOGY.yaml]
 * Prints the shortest of 20 runs of kh_evaluate() and what one QKD link costs. */
#include "core/net/load.h"
#include "models/choice.h"
#include "models/evaluate.h"

#include <stdio.h>
#include <time.h>

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "topologies/europe.yaml";
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_error err = {0};
    double best_ms = 1e300, limit_ms = 50.0;
    kh_status status = findings == NULL ? KH_ENOMEM : kh_net_load(path, NULL, 0, findings, &net, &err);
    if (status == KH_OK)
        status = kh_choice_make(net, &err);
    for (int run = 0; run < 20 && status == KH_OK; run++) {
        kh_arena *arena = kh_arena_create(0);
        kh_rates *rates = NULL;
        double start_ms = cpu_ms();
        status = arena == NULL ? KH_ENOMEM : kh_evaluate(net, arena, &rates, &err);
        double took_ms = cpu_ms() - start_ms;
        best_ms = took_ms < best_ms ? took_ms : best_ms;
        kh_arena_destroy(arena);
    }
    if (status == KH_OK)
        printf("%s: %zu QKD links, %zu line systems: %.1f ms of CPU, %.2f of the limit of %g ms\n", path, net->n_qkd_links,
               net->n_line_systems, best_ms, best_ms / limit_ms, limit_ms);
    else
        fprintf(stderr, "%s: %s\n", path, err.message);
    kh_net_destroy(net);
    kh_findings_destroy(findings);
    return status == KH_OK ? 0 : 1;
}
