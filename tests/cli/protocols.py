#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the JSON of `keyhaul rates tests/cli/protocols.yaml` and checks what must hold between the protocols."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    links = {link["id"]: link for link in json.load(file)["links"]}

for name, link in links.items():
    assert link["protocol"] == name, f"{name} is {link['protocol']}"
    assert 0 < link["key_rate_bps"] <= link["ceiling_bps"], f"{name} gives {link['key_rate_bps']}"
    effects = link["effects"]
    assert effects["loss_db"] > 3 and effects["error_correction_db"] > 0, f"{name}: {effects}"
    assert link["limit"] == "loss of the channel", f"{name}: {link['limit']}"

for finite in ("mdi", "bb84-decoy", "bb84-one-decoy", "bb84-one-decoy-rusca"):
    assert links[finite]["time_to_first_key_s"] > 0 and links[finite]["effects"]["finite_key_db"] > 1, finite
for name in ("cv-gaussian", "cv-gaussian-composable", "cv-gaussian-asymptotic"):
    assert links[name]["qber"] is None and links[name]["effects"]["dark_counts_db"] > 0.1, name
assert links["cv-gaussian"]["effects"]["finite_key_db"] > 0 == links["cv-gaussian-asymptotic"]["effects"]["finite_key_db"]
assert links["cv-gaussian-composable"]["key_rate_bps"] < links["cv-gaussian"]["key_rate_bps"]
assert links["bb84-one-decoy"]["key_rate_bps"] < links["bb84-one-decoy-rusca"]["key_rate_bps"]
for name in ("tf-sns-asymptotic", "tf-cal-asymptotic", "mdi-asymptotic"):
    assert links[name]["effects"]["finite_key_db"] == 0 < links[name]["effects"]["misalignment_db"], name
for finite in ("tf-sns", "tf-cal"):
    assert links[finite]["key_rate_bps"] < links[finite + "-asymptotic"]["key_rate_bps"], finite
    assert links[finite]["time_to_first_key_s"] > 0 and links[finite]["effects"]["finite_key_db"] > 1, finite
# arms of 6 and 4 dB: the worse one counts for the bound of twin field, the sum for the others
assert links["tf-sns-asymptotic"]["ceiling_bps"] > 1.5 * links["mdi-asymptotic"]["ceiling_bps"]
