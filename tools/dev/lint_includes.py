#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Include lint: arrows between rooms point down, each third-party header stays in its one file, every file has its SPDX line.

usage: lint_includes.py ROOT      exit status 1 and one line a problem when something is wrong
"""
import os
import re
import sys

SOLVERS = ["solvers/" + part for part in ("lp", "graph", "flow", "explain", "verify", "light", "secure", "survive", "design", "site", "domains", "stores")]
# room -> rooms it may include, itself always allowed
ARROWS = {
    "core/base": [],
    "core/text": ["core/base"],
    "core/net": ["core/base", "core/text"],
    "core/sim/kernel": ["core/base"],
    "core/sim/stats": ["core/base", "core/sim/kernel"],
    "core/sim/supply": ["core/base", "core/net", "core/sim/kernel", "core/sim/stats"],
    "core/sim/service": ["core/base", "core/net", "core/sim/kernel", "core/sim/stats", "core/sim/supply"],
    "core/sim/fluid": ["core/base", "core/net", "core/sim/kernel", "core/sim/stats", "core/sim/supply", "core/sim/service"],
    "core/sim": ["core/base", "core/net", "core/sim/kernel", "core/sim/stats", "core/sim/supply", "core/sim/service", "core/sim/fluid"],
    "core/run": ["core/base"],
    "models/num": ["core/base"],
    "models/fibre": ["core/base", "core/net", "models/num"],
    "models/optical": ["core/base", "core/net", "models/num", "models/fibre"],
    "models/qkd": ["core/base", "core/net", "models/num", "models/fibre"],
    "models/noise": ["core/base", "core/net", "models/num", "models/fibre", "models/optical", "models/qkd"],
    "models/space": ["core/base", "core/net", "models/num", "models/qkd"],
    "models": ["core/base", "core/net", "models/num", "models/fibre", "models/optical", "models/qkd", "models/noise", "models/space"],
    "models/reference": ["core/base", "core/text", "core/net", "models", "models/num", "models/fibre", "models/optical", "models/qkd", "models/space"],
    "solvers/lp": ["core/base"],
    "solvers/graph": ["core/base", "core/net"],
    "solvers/flow": ["core/base", "core/net", "solvers/lp", "solvers/graph"],
    "solvers/explain": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow", "solvers/design"],
    "solvers/verify": ["core/base", "core/net"],
    "solvers/light": ["core/base", "core/net", "solvers/lp", "solvers/graph"],
    "solvers/secure": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow"],
    "solvers/survive": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow", "solvers/secure"],
    "solvers/site": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow"],
    "solvers/design": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow", "solvers/survive"],
    "solvers/domains": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow"],
    "solvers/stores": ["core/base", "core/net", "solvers/lp", "solvers/graph", "solvers/flow"],
    "solvers": ["core/base", "core/net", *SOLVERS],
    "tools/services": ["core/base", "core/net", "models/optical", "solvers", *SOLVERS],
    "tools/study": ["core/base", "core/text", "core/net", "core/sim", "core/run", "models", "models/optical", "models/qkd", "solvers", *SOLVERS, "tools/services"],
    "tools/batch": ["core/base", "core/run", "core/sim", "core/sim/kernel", "tools/study"],
    "tools/domains": ["core/base", "solvers/domains"],
    "tools/report": ["core/base", "core/text", "core/run"],
    "tools/import": ["core/base", "core/text", "core/net"],
    "tools/validate": ["core/base", "core/text", "core/net", "models/optical", "models/reference", "solvers", *SOLVERS, "tools/import", "tools/study"],
    "tools/cli": ["core/base", "core/text", "core/net", "core/sim", "core/sim/kernel", "core/sim/service", "core/run", "models", "solvers", *SOLVERS, "tools/import", "tools/services", "tools/study", "tools/batch", "tools/report", "tools/validate"],
}
# third-party header (by prefix) -> the only file that may include it
THIRD_PARTY = {
    "yaml.h": "core/text/yaml.c",
    "jansson.h": "core/text/json.c",
    "sqlite3.h": "core/run/store_sqlite.c",
    "gsl/": "models/num/num_gsl.c",
    "igraph": "solvers/graph/graph_igraph.c",
    "glpk.h": "solvers/lp/lp_glpk.c",
    "nettle/": "solvers/domains/veil.c",
    "microhttpd.h": "tools/emulator/http_mhd.c",
    "mpi.h": "tools/domains/post_mpi.c",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
MOST_LINES = 800


def room_of(path):
    parts = path.split("/")
    if parts[:2] == ["core", "sim"] and len(parts) > 3:
        return "/".join(parts[:3])
    return "/".join(parts[:2]) if parts[0] in ("core", "models", "solvers", "tools") and len(parts) > 2 else parts[0]


def problems_of(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        lines = file.read().split("\n")
    if SPDX not in lines[0]:
        yield f"{path}:1: the SPDX line is missing"
    if len(lines) > MOST_LINES:
        yield f"{path}:{MOST_LINES}: file has {len(lines)} lines, more than {MOST_LINES}"
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            problem = problem_of_include(path, match.group(1), match.group(2), root)
            if problem:
                yield f"{path}:{number}: {problem}"


def problem_of_include(path, bracket, header, root):
    if bracket == "<":
        for prefix, only in THIRD_PARTY.items():
            if header.startswith(prefix) and path != only and not path.startswith("tests/bench/"):
                return f"<{header}> belongs to {only} alone"
        return None
    if "/" not in header or not os.path.exists(os.path.join(root, header)):
        return f'"{header}" is no address from the root'
    room, target = room_of(path), room_of(header)
    if room in ARROWS and target != room and target not in ARROWS[room]:
        return f"{room} must not include {target}"
    return None


def main():
    root = sys.argv[1]
    found = []
    for top in ("core", "models", "solvers", "tools", "tests"):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = [f for f in folders if f != "node_modules"]
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    found += problems_of(root, os.path.relpath(os.path.join(folder, name), root))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
