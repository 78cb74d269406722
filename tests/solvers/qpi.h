/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_QPI_H
#define KH_TESTS_SOLVERS_QPI_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "solvers/keyflow.h"

/** An instance of tests/ref/optimiser (format: README there). Rates in kbit/s, as in the file. */
typedef struct kh_qpi {
    size_t n_nodes, n_links, n_demands;
    uint32_t (*ends)[2];
    double *rate_kbps;
    kh_keyflow_demand *demands; /**< requested in kbit/s */
} kh_qpi;

/** @return KH_OK; KH_ENOINPUT; KH_EDATA; KH_ENOMEM */
kh_status kh_qpi_read(const char *path, kh_arena *arena, kh_qpi *qpi, kh_error *err);

/** The instance as a key flow problem without cap or time limit, every node trusted; borrows from @p qpi. */
kh_keyflow_problem kh_qpi_problem(const kh_qpi *qpi, bool max_min);

#endif
