/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_LINES_H
#define KH_CORE_SIM_SUPPLY_LINES_H

#include "core/net/net.h"
#include "core/sim/kernel/kernel.h"

/** The line systems as they play: which of them work. A line is down while one of its fibres is cut or one of the nodes that they
 *  join has failed: an amplifier, a ROADM or a transceiver stands there. Kept only where a demand moves data. */
typedef struct kh_lines {
    const kh_net *net;
    uint32_t *broken;                        /**< [n] by kh_line_id; causes that keep it down, 0: it is up */
    size_t n;                                /**< 0: nobody looks at lines */
    void (*tell)(void *self, uint32_t line); /**< after it went up or down; NULL: nobody */
    void *self;
} kh_lines;

/** All up. Joins the kernel. @return KH_OK; KH_ENOMEM */
kh_status kh_lines_init(kh_lines *lines, const kh_net *net, kh_kernel *kernel, kh_arena *arena, kh_error *err);

/** One more cause keeps the lines over a fibre, or through a node, down; one cause less. */
void kh_lines_break_fibre(kh_lines *lines, uint32_t fibre);
void kh_lines_repair_fibre(kh_lines *lines, uint32_t fibre);
void kh_lines_break_node(kh_lines *lines, uint32_t node);
void kh_lines_repair_node(kh_lines *lines, uint32_t node);

static inline bool kh_lines_up(const kh_lines *lines, uint32_t line)
{
    return lines->broken[line] == 0;
}

#endif
