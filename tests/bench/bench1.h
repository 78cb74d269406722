/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_BENCH_BENCH1_H
#define KH_TESTS_BENCH_BENCH1_H

#include "core/sim/engine.h"

/** QKDN-BENCH-1 on the engine: a front that sets up a network, rates and a plan as anyone would, and then puts the benchmark's own
 *  random numbers and its own first events in the place of the engine's. All that runs is the engine's.
 *
 *  - Grid of rows x columns, links row by row, for each node first to the right, then down. Link l makes 2000 + 500 (l mod 17)
 * bit/s in blocks of 65536 bit; stores of 10^6 bit start with one block, and a block for which there is no room is lost whole.
 *  - Pair k joins s = k mod n with (s + 1 + 7 k mod (n - 1)) mod n over the shortest path (breadth first, neighbours by rising
 *    number, the first parent stays) and asks for one key of 256 bit: a second on average when stochastic, else every second.
 *  - A hop takes 2 ms; a hop that finds too little key blocks its request. Links fail when stochastic: 1800 s up and 120 s down on
 *    average.
 *  - Random numbers: splitmix64, see bench1.c. */
typedef struct kh_bench1_case {
    uint32_t rows, columns, pairs;
    double duration_s;
    bool stochastic;
    uint64_t seed;
} kh_bench1_case;

typedef struct kh_bench1_counts {
    uint64_t events, requests, served, blocked;
    uint64_t blocks, dropped, lost; /**< that were stored, had no room, came while the link was down */
    uint64_t hop_keys;              /**< taken from stores, also for requests that were blocked further on */
    int64_t pool_bits;              /**< in all stores at the end */
} kh_bench1_counts;

/** Plays it. @param[out] cpu_s of the events alone, without set-up; NULL: not wanted. @param audit as in kh_sim_options
 *  @return KH_OK, or what the engine returns */
kh_status kh_bench1_run(const kh_bench1_case *which, bool audit, kh_bench1_counts *counts, double *cpu_s, kh_error *err);

#endif
