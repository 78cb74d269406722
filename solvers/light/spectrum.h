/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LIGHT_SPECTRUM_H
#define KH_SOLVERS_LIGHT_SPECTRUM_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Which piece of every fibre's spectrum a service gets, on the flexible grid of ITU-T G.694.1: centres at 193.1 THz + n * 6.25
 * GHz, widths of m * 12.5 GHz. A unit is 6.25 GHz wide; unit u reaches from 193.1 THz + u * 6.25 GHz upwards; the slot (n, m) takes
 * the units n - m to n + m - 1.
 *
 *  A service has the same slot on every edge of its route (continuity), in one piece (contiguity), and no two services overlap on
 * an edge. An edge is what is used as a whole, in both directions: a line system, or a fibre pair that several of them share.
 *  Policies as in GNPy's spectrum_assignment.py: lowest or highest free place on all edges at once. */

#define KH_SPECTRUM_ANCHOR_THZ 193.1
#define KH_SPECTRUM_UNIT_GHZ   6.25

enum { KH_SPECTRUM_UNITS_MAX = 16384, KH_SPECTRUM_M_MAX = 4096 };

typedef struct kh_spectrum_slot {
    int32_t n, m; /**< m >= 1 */
} kh_spectrum_slot;

/** Units from first to last, both included; empty when last < first. */
typedef struct kh_spectrum_band {
    int32_t first, last;
} kh_spectrum_band;

typedef enum kh_spectrum_fit { KH_SPECTRUM_FIRST, KH_SPECTRUM_LAST } kh_spectrum_fit;

/** Edges that are used together. */
typedef struct kh_spectrum_route {
    const uint32_t *edges; /**< [n_edges], each once or more */
    size_t n_edges;        /**< >= 1 */
} kh_spectrum_route;

/** What is free on all edges of a route at once. */
typedef struct kh_spectrum_room {
    double free_ghz, widest_ghz; /**< in all; in the widest piece */
    size_t slots;                /**< that still fit, of the width asked */
} kh_spectrum_room;

/** Bitmaps of all edges. Belongs to its arena; not for two threads at once (it holds the scratch of its searches). */
typedef struct kh_spectrum kh_spectrum;

double kh_spectrum_low_thz(kh_spectrum_slot slot);
double kh_spectrum_high_thz(kh_spectrum_slot slot);
/** Smallest m whose slot is at least so wide; width_ghz in (0, 12.5 * KH_SPECTRUM_M_MAX]. */
int32_t kh_spectrum_m(double width_ghz);

/** The units that lie whole between two frequencies, with a guard at either edge left free; edges within 1 MHz of the grid count as
 *  on it. low_thz and high_thz in [100, 300], guard_ghz >= 0. */
kh_spectrum_band kh_spectrum_band_between(double low_thz, double high_thz, double guard_ghz);

/** @param bands  [n_edges] what each edge can carry
 *  @return KH_OK; KH_ERANGE when the bands span more than KH_SPECTRUM_UNITS_MAX units; KH_ENOMEM */
kh_status kh_spectrum_create(size_t n_edges, const kh_spectrum_band *bands, kh_arena *arena, kh_spectrum **spectrum, kh_error *err);

/** The lowest or highest place of width m that is free on every edge of the route.
 *  @param m  in [1, KH_SPECTRUM_M_MAX]
 *  @return false when there is none (then *slot is as before)
 *  Cost: edges * units/64 + units/64 * log2(m) word operations, no allocation. */
bool kh_spectrum_find(kh_spectrum *spectrum, const kh_spectrum_route *route, int32_t m, kh_spectrum_fit fit,
                      kh_spectrum_slot *slot);

/** Takes a slot on every edge of the route, or on none.
 *  @return KH_OK; KH_ERANGE when a unit of it is not free on one of them */
kh_status kh_spectrum_take(kh_spectrum *spectrum, const kh_spectrum_route *route, kh_spectrum_slot slot, kh_error *err);

/** @p count slots of width m for one service: in one block where one is free, else each where it fits; all are taken, or none.
 *  @param[out] slots  [count] in rising (first fit) or falling order
 *  @return false when they do not all fit */
bool kh_spectrum_assign(kh_spectrum *spectrum, const kh_spectrum_route *route, int32_t m, size_t count, kh_spectrum_fit fit,
                        kh_spectrum_slot *slots);

/** Frees slots that were taken on this route. */
void kh_spectrum_give_back(kh_spectrum *spectrum, const kh_spectrum_route *route, const kh_spectrum_slot *slots, size_t n);

/** @param m  the width of the slots that are counted, in [1, KH_SPECTRUM_M_MAX] */
kh_spectrum_room kh_spectrum_free(kh_spectrum *spectrum, const kh_spectrum_route *route, int32_t m);

#endif
