/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_FIGURES_H
#define KH_TOOLS_STUDY_FIGURES_H

#include "tools/study/pipeline.h"

/** Figures of a simulation, one number for each replication, and their estimates. */
typedef double kh_figure(const kh_sim_result *sim, size_t i);

/** Of demand i; the fields of kh_sim_demand. */
kh_figure kh_figure_requests, kh_figure_served, kh_figure_late, kh_figure_blocked, kh_figure_mean_wait_s, kh_figure_availability;
/** Of demand i, as a share of the keys asked for; NAN when none was. Requests under way at an end of the counted time make the
 * shares leave 1 by as much. */
kh_figure kh_figure_served_share, kh_figure_blocked_share;
/** Of link i; the fields of kh_sim_link. */
kh_figure kh_figure_up_fraction, kh_figure_lowest_bits, kh_figure_generated_bits, kh_figure_lost_bits;
kh_figure kh_figure_initial_bits, kh_figure_delivered_bits, kh_figure_relayed_bits, kh_figure_stored_bits;

/** Mean and confidence interval over the replications; NAN when nothing was simulated.
 *  @param i  demand or link, < their number in the network */
kh_estimate kh_figure_estimate(const kh_pipeline *pipeline, kh_figure *figure, size_t i);

#endif
