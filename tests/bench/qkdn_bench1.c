/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QKDN-BENCH-1 on the engine: qkdn_bench1 ROWS COLS PAIRS T_s STOCHASTIC(0|1) SEED prints one line of counts and CPU seconds. */
#include "tests/bench/bench1.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 7) {
        (void)fprintf(stderr, "usage: qkdn_bench1 ROWS COLS PAIRS T_s STOCHASTIC(0|1) SEED\n");
        return 2;
    }
    kh_bench1_case which = {.rows = (uint32_t)strtoul(argv[1], NULL, 10),
                            .columns = (uint32_t)strtoul(argv[2], NULL, 10),
                            .pairs = (uint32_t)strtoul(argv[3], NULL, 10),
                            .duration_s = strtod(argv[4], NULL),
                            .stochastic = strtol(argv[5], NULL, 10) != 0,
                            .seed = strtoull(argv[6], NULL, 10)};
    if (which.rows == 0 || which.columns == 0 || which.rows * which.columns < 2 || which.pairs == 0) {
        (void)fprintf(stderr, "qkdn_bench1: %s x %s nodes and %s pairs, must be at least 2 nodes and 1 pair\n", argv[1], argv[2],
                      argv[3]);
        return 2;
    }
    kh_bench1_counts c;
    kh_error err = {0};
    double cpu_s = 0;
    if (kh_bench1_run(&which, false, &c, &cpu_s, &err) != KH_OK) {
        (void)fprintf(stderr, "qkdn_bench1: %s%s\n", err.steps, err.message);
        return 1;
    }
    printf("events=%" PRIu64 " req=%" PRIu64 " ok=%" PRIu64 " blocked=%" PRIu64 " blocks=%" PRIu64 " dropped=%" PRIu64
           " lost=%" PRIu64 " hopkeys=%" PRIu64 " poolbits=%" PRId64 " cpu=%.6f\n",
           c.events, c.requests, c.served, c.blocked, c.blocks, c.dropped, c.lost, c.hop_keys, c.pool_bits, cpu_s);
    return 0;
}
