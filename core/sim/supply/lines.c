/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/lines.h"

static bool uses_fibre(const kh_lines *lines, uint32_t line, uint32_t fibre)
{
    const kh_line_system *system = &lines->net->line_systems[line];
    for (size_t i = 0; i < system->n_via; i++)
        if (system->via[i].i == fibre)
            return true;
    return false;
}

static bool passes_node(const kh_lines *lines, uint32_t line, uint32_t node)
{
    const kh_line_system *system = &lines->net->line_systems[line];
    for (size_t i = 0; i < system->n_via; i++) {
        const kh_node_id *ends = lines->net->fibres[system->via[i].i].ends;
        if (ends[0].i == node || ends[1].i == node)
            return true;
    }
    return false;
}

static void change(kh_lines *lines, bool (*depends)(const kh_lines *, uint32_t, uint32_t), uint32_t on, bool breaks)
{
    for (uint32_t i = 0; i < lines->n; i++) {
        if (!depends(lines, i, on))
            continue;
        bool before = kh_lines_up(lines, i);
        lines->broken[i] = breaks ? lines->broken[i] + 1 : lines->broken[i] - 1;
        if (lines->tell != NULL && kh_lines_up(lines, i) != before)
            lines->tell(lines->self, i);
    }
}

void kh_lines_break_fibre(kh_lines *lines, uint32_t fibre)
{
    change(lines, uses_fibre, fibre, true);
}

void kh_lines_repair_fibre(kh_lines *lines, uint32_t fibre)
{
    change(lines, uses_fibre, fibre, false);
}

void kh_lines_break_node(kh_lines *lines, uint32_t node)
{
    change(lines, passes_node, node, true);
}

void kh_lines_repair_node(kh_lines *lines, uint32_t node)
{
    change(lines, passes_node, node, false);
}

static void visit(void *self, kh_state *state)
{
    kh_lines *lines = self;
    kh_state_visit(state, lines->broken, lines->n * sizeof lines->broken[0]);
}

static const kh_part_ops ops = {.name = "lines", .visit = visit};

static bool data_are_moved(const kh_net *net)
{
    for (size_t i = 0; i < net->n_demands; i++)
        if (net->demands[i].transfer.volume_tb > 0)
            return true;
    return false;
}

kh_status kh_lines_init(kh_lines *lines, const kh_net *net, kh_kernel *kernel, kh_arena *arena, kh_error *err)
{
    *lines = (kh_lines){.net = net};
    if (!data_are_moved(net))
        return KH_OK;
    lines->n = net->n_line_systems;
    lines->broken = KH_NEW(arena, uint32_t, lines->n);
    if (lines->broken == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu line systems", lines->n);
    return kh_kernel_join(kernel, &ops, lines, err);
}
