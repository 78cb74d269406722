/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/federation.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static kh_status run(const char *path, uint32_t n, double gap, kh_arena *arena, kh_error *err)
{
    kh_keyflow_problem problem;
    kh_qpi qpi;
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    double *along = KH_NEW(arena, double, qpi.n_nodes);
    uint32_t *domain_of = KH_NEW(arena, uint32_t, qpi.n_nodes);
    for (size_t v = 0; v < qpi.n_nodes; v++)
        along[v] = qpi.nodes[v].longitude;
    KH_TRY(kh_part_bands(along, qpi.n_nodes, n, domain_of, err));
    kh_part parts[16];
    size_t borders = 0, crossings = 0;
    for (uint32_t i = 0; i < n; i++) {
        KH_TRY(kh_part_cut(&problem, domain_of, (uint32_t[2]){i, n}, arena, &parts[i], err));
        borders += parts[i].n_borders;
        crossings += parts[i].n_crossings;
    }
    kh_federation f;
    const kh_member_options options = {.gap = gap, .most_rounds = 60, .most_promises = 16};
    double start = cpu_s();
    KH_TRY(kh_federation_run(parts, n, &options, NULL, arena, &f, err));
    kh_member_report r = kh_member_report_of(f.members[0]);
    const char *name = strrchr(path, '/');
    printf("%-22s %u  borders %zu crossings %zu rounds %zu gap %.5f value %.7g bound %.7g first %.4f bytes %zu  %.2f s\n", name + 1,
           n, borders, crossings / 2, r.n_rounds, r.bound / r.value - 1, r.value, r.bound, r.first / r.bound, f.bytes,
           cpu_s() - start);
    kh_federation_clear(&f);
    return KH_OK;
}

int main(int argc, char **argv)
{
    kh_error err = {0};
    for (int i = 3; i < argc; i++) {
        kh_arena *arena = kh_arena_create(0);
        if (run(argv[i], (uint32_t)atoi(argv[1]), atof(argv[2]), arena, &err) != KH_OK)
            fprintf(stderr, "%s%s\n", err.steps, err.message);
        kh_arena_destroy(arena);
    }
    return 0;
}
