/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_VERDICT_H
#define KH_TOOLS_REPORT_VERDICT_H

#include "core/base/str.h"
#include "tools/report/facts.h"

/** One sentence on a case: how many demands get all the key they ask for, who falls short by how much, and how many
 *  services the classical lines carry. Plain text. */
void kh_verdict_say(const kh_facts *facts, kh_arena *arena, kh_str *out);

/** What the plan was asked for and how near to the best possible it is: objective, proven bound, gap. Writes nothing without them.
 */
void kh_verdict_certify(const kh_facts *facts, kh_str *out);

/** One figure at the top of the report. */
typedef struct kh_tile {
    const char *title, *value, *note;
} kh_tile;
enum { KH_TILES = 5 };

/** Demands met, worst demand, keys delivered, trusted relays, cost. False when memory is out. */
bool kh_verdict_tiles(const kh_facts *facts, kh_arena *arena, kh_tile tiles[KH_TILES]);

#endif
