/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_LIGHT_SWITCHED_H
#define KH_TOOLS_CLI_LIGHT_SWITCHED_H

#include "core/text/json.h"
#include "tools/cli/table.h"
#include "tools/study/pipeline.h"
#include "tools/study/switched.h"

#include <math.h>

/** Quantum light through switches: channels for good (`--through`) or paths in turns (`--turns`). */
typedef struct cli_switched_options {
    kh_switched_options ways;
    uint64_t n_channels;     /**< quantum channels of a fibre */
    uint64_t n_transceivers; /**< of a site, in turns */
    double lost_share;       /**< of the time, in turns */
    double time_limit_s;
    const char *lp_program; /**< see kh_lp_options */
    bool json;
} cli_switched_options;

/** Finds the channels of all demands, verifies and prints them.
 *  @return KH_OK; as kh_switched_find() and kh_channels_solve(); KH_EINTERNAL: an answer that does not verify */
kh_status cli_light_through(const kh_pipeline *p, const cli_switched_options *options, kh_error *err);

/** The same for paths in turns. */
kh_status cli_light_turns(const kh_pipeline *p, const cli_switched_options *options, kh_error *err);

/* --- what both print, light_switched.c --- */

enum { CLI_SWITCHED_WIDTH = 80 };

static inline double cli_switched_gap(double value, double bound)
{
    return value > 0 ? fmax(bound / value - 1, 0) : 0;
}

/** The ways of all demands, at most so many each, within the time limit.
 *  @return as kh_switched_find() */
kh_status cli_switched_find(const kh_pipeline *p, const cli_switched_options *options, size_t most_ways, kh_switched *found,
                            kh_error *err);

/** "no other choice gives more", or how much more one might. In @p arena. */
const char *cli_switched_proof(kh_arena *arena, double value, double bound);

/** "A > switch > (fibre) B", with the fibre where there is another one beside it. In @p arena. */
const char *cli_switched_way(const kh_net *net, const kh_switched *switched, const kh_switched_way *way, kh_arena *arena);

/** Which demands have no way, and what to do. Nothing when all have one. */
void cli_switched_left_out(const kh_net *net, const kh_switched *switched, kh_str *words);

/** Sets members that both have: name, channels, switch_db, and left_out. */
void cli_switched_json(const kh_pipeline *p, const cli_switched_options *options, const kh_switched *switched, kh_json *root);

/** Ids of the fibres of a way. */
kh_json *cli_switched_fibres(const kh_net *net, const kh_switched_way *way);

#endif
