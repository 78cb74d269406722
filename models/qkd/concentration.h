/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CONCENTRATION_H
#define KH_MODELS_QKD_CONCENTRATION_H

/** How far a count may be from what was to be expected, for rare events whose probability may depend on all that came before: an
 *  eavesdropper may react. Pure functions, no checks.
 *
 *  M events are counted; S is the sum of their probabilities, each given the past. For every l the mean of exp(l M - (e^l - 1) S)
 *  is at most 1, since a round multiplies it by 1 + p (e^l - 1) <= exp(p (e^l - 1)) on average (the exponential supermartingale of
 *  Freedman, Ann. Probab. 3, 100 (1975)). With Markov's inequality l M - (e^l - 1) S <= ln(1/eps) but for a probability eps. This
 *  holds for any l chosen beforehand; here it is what is best for the count that the model expects, as with Kato's inequality.
 *  @param ln_inverse_eps  ln(1/eps) > 0
 *  @param expected        >= 0; also taken as what is counted */

/** Most that S can be. */
double kh_concentration_mean_at_most(double expected, double ln_inverse_eps);

/** Least that S can be, >= 0. */
double kh_concentration_mean_at_least(double expected, double ln_inverse_eps);

/** Most that M can be when S is at most @p mean. */
double kh_concentration_count_at_most(double mean, double ln_inverse_eps);

/** Least that M can be when S is at least @p mean, >= 0. */
double kh_concentration_count_at_least(double mean, double ln_inverse_eps);

#endif
