#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assigns the services that bench_spectrum writes with GNPy's own functions; prints the time for each and how many slots differ."""
import sys
import time


def main():
    lines = sys.stdin.read().split("\n")
    try:
        from gnpy.topology import spectrum_assignment as gnpy
    except ImportError as reason:
        print(f"GNPy: not here ({reason})")
        return
    n_edges, first, units = map(int, lines[0].split())
    step = 6.25e9
    # one unit more at either end, closed by the guard band, since GNPy never gives its lowest one away; and half a unit outwards,
    # since it cuts towards zero what is not quite whole
    f_min, f_max = 193.1e12 + (first - 1.5) * step, 193.1e12 + (first + units + 0.5) * step
    oms = []
    for edge in range(n_edges):
        oms.append(gnpy.OMS(oms_id=edge, el_id_list=[], el_list=[]))
        oms[-1].update_spectrum(f_min, f_max, guardband=step)
    differ = carried = 0
    start = time.perf_counter()
    for line in lines[1:]:
        if not line:
            continue
        m, expected, *edges = map(int, line.split())
        joined = gnpy.aggregate_oms_bitmap(edges, oms)
        n, _, _ = gnpy.spectrum_selection(joined, m)
        differ += (1000000 if n is None else n) != expected
        if n is None:
            continue
        carried += 1
        for edge in edges:
            oms[edge].assign_spectrum(n, m)
    spent = time.perf_counter() - start
    print(f"GNPy: {spent / (len(lines) - 2) * 1e6:.0f} us a service, {carried} carried, {differ} slots differ")


if __name__ == "__main__":
    main()
