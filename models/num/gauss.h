/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_GAUSS_H
#define KH_MODELS_NUM_GAUSS_H

/** Gauss' rule on [0, 1]: the sum of weight times f(x) is the integral of f, exact for polynomials of degree 15. */
enum { KH_GAUSS_NODES = 8 };

typedef struct kh_gauss_node {
    double x, weight;
} kh_gauss_node;

extern const kh_gauss_node kh_gauss_nodes[KH_GAUSS_NODES];

#endif
