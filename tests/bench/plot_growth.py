#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what bench_growth and bench_planner_growth print: CPU time over events or demands, both axes logarithmic, memory in the
titles of the points; says how each level grows between its last sizes.

usage: bench_growth | python3 tests/bench/plot_growth.py growth.svg"""
import csv
import math
import sys

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 420, 70, 50
COLOURS = ["#1f6fb2", "#b2571f", "#3c8a3c", "#7a4fa3"]


def scale(values, low, high):
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    last = max(last, first + 1)
    return (lambda v: low + (math.log10(v) - first) / (last - first) * (high - low)), range(first, last + 1)


def main():
    rows = list(csv.DictReader(sys.stdin, delimiter="\t"))
    size = "events" if "events" in rows[0] else "demands"
    x, decades_x = scale([float(r[size]) for r in rows], LEFT, WIDTH - 20)
    y, decades_y = scale([max(float(r["cpu_s"]), 1e-4) for r in rows], HEIGHT - BOTTOM, 20)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for d in decades_x:
        out.append(f'<path d="M{x(10.0 ** d):.1f} 20V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                   f'<text x="{x(10.0 ** d):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">1e{d}</text>')
    for d in decades_y:
        out.append(f'<path d="M{LEFT} {y(10.0 ** d):.1f}H{WIDTH - 20}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y(10.0 ** d) + 4:.1f}" text-anchor="end">1e{d}</text>')
    for i, level in enumerate(dict.fromkeys(r["level"] for r in rows)):
        colour = COLOURS[i % len(COLOURS)]
        of = [r for r in rows if r["level"] == level]
        points = " ".join(f'{x(float(r[size])):.1f},{y(max(float(r["cpu_s"]), 1e-4)):.1f}' for r in of)
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
                   f'<text x="{LEFT + 10}" y="{36 + 18 * i}" fill="{colour}">{level}</text>')
        if len(of) > 1:
            steps = math.log(float(of[-1][size]) / float(of[-2][size]))
            exponents = [math.log(float(of[-1][what]) / max(float(of[-2][what]), 1e-9)) / steps for what in ("cpu_s", "megabytes")]
            print(f"{level}: CPU grows as {size}^{exponents[0]:.2f}, memory as {size}^{exponents[1]:.2f} between the last two sizes")
        for r in of:
            out.append(f'<circle cx="{x(float(r[size])):.1f}" cy="{y(max(float(r["cpu_s"]), 1e-4)):.1f}" r="4" fill="{colour}">'
                       f'<title>{r["links"]} links, {r["demands"]} demands, {r["megabytes"]} MB</title></circle>')
    out.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">{size}</text>'
               f'<text x="14" y="{HEIGHT / 2}" transform="rotate(-90 14 {HEIGHT / 2})" text-anchor="middle">CPU s</text></svg>')
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
