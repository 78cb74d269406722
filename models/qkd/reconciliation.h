/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_RECONCILIATION_H
#define KH_MODELS_QKD_RECONCILIATION_H

/** What one-way error correction of a finite block discloses at least, in bit.
 *
 *  n h(Q) + (n (1 - Q) - F^-1(eps (1 + 1/sqrt n); n, 1 - Q) - 1) log2((1 - Q)/Q) - log2(n)/2 - log2(1/eps), where F^-1 is the
 *  quantile of the binomial distribution.
 *  @param n        bits of the block, >= 1
 *  @param qber     (0, 0.5)
 *  @param eps_cor  (0, 1)
 *  @return bits, may be negative for a block of a few bits; 0 for a QBER of 0; n for one of 1/2 and above
 *
 *  Model : Tomamichel, Martinez-Mateo, Pacher, Elkouss, Quantum Inf. Process. 16, 280 (2017), as given in the SatQuMA code, which
 *          mixes natural logarithms with h in bit; here all are to base 2, which is more.
 *  Valid : the quantile is that of Cornish and Fisher to third order, smooth in n: within one count for n Q >= 100. */
double kh_reconciliation_leak(double n, double qber, double eps_cor);

#endif
