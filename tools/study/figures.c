/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/figures.h"

#include <math.h>

double kh_figure_requests(const kh_sim_result *sim, size_t i)
{
    return sim->demands[i].requests;
}

double kh_figure_served(const kh_sim_result *sim, size_t i)
{
    return sim->demands[i].served;
}

double kh_figure_late(const kh_sim_result *sim, size_t i)
{
    return sim->demands[i].late;
}

double kh_figure_blocked(const kh_sim_result *sim, size_t i)
{
    return sim->demands[i].blocked;
}

double kh_figure_availability(const kh_sim_result *sim, size_t i)
{
    return sim->demands[i].availability;
}

double kh_figure_mean_wait_s(const kh_sim_result *sim, size_t i)
{
    return sim->demands[i].mean_wait_s;
}

double kh_figure_up_fraction(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].up_fraction;
}

double kh_figure_lowest_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].lowest_bits;
}

double kh_figure_generated_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].generated_bits;
}

double kh_figure_lost_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].lost_bits;
}

double kh_figure_initial_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].initial_bits;
}

double kh_figure_delivered_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].delivered_bits;
}

double kh_figure_relayed_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].relayed_bits;
}

double kh_figure_stored_bits(const kh_sim_result *sim, size_t i)
{
    return sim->links[i].stored_bits;
}

static double share(double part, double requests)
{
    return requests > 0 ? part / requests : (double)NAN;
}

double kh_figure_served_share(const kh_sim_result *sim, size_t i)
{
    return share(sim->demands[i].served, sim->demands[i].requests);
}

double kh_figure_blocked_share(const kh_sim_result *sim, size_t i)
{
    return share(sim->demands[i].blocked, sim->demands[i].requests);
}

kh_estimate kh_figure_estimate(const kh_pipeline *pipeline, kh_figure *figure, size_t i)
{
    if (pipeline->n_sims == 0)
        return (kh_estimate){(double)NAN, (double)NAN, 0};
    for (size_t k = 0; k < pipeline->n_sims; k++)
        pipeline->sample[k] = figure(pipeline->sims[k], i);
    return (pipeline->paired ? kh_estimate_of_pairs : kh_estimate_of)(pipeline->sample, pipeline->n_sims);
}
