#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which lines of the module's C files the suites on native_sim run.

    tests/coverage/run.py --zephyr DIR [--only SCENARIO]... [--out DIR] [--least PERCENT] [--lines] [--keep]

Builds and runs the suites with counters in the module's files and nowhere else, and prints a line for
each file of zephyr/src: lines that ran, lines that there are, and with `--lines` those that did not run.
Files for Thread are in none of these images: `--also DIR` adds the counts of images that were built
with `tests/coverage/module` and have run elsewhere, as those of tests/bsim. Fails if a suite fails, or
if less than `--least` per cent of all lines ran. Each suite has a folder of its own in `--out`: `--only`
runs some of them and counts the others as they have run before, and `--keep` runs none.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "zephyr" / "src"
BOARD = "native_sim"
SCENARIOS = (
    "console",
    "endurance.gatt",
    "engine",
    "faults",
    "faults.gatt",
    "first_run.no_wifi",
    "fuzz_glue",
    "fuzz_glue.gatt",
    "gatt_server",
    "http.alone",
    "http.page_crowd",
    "http.probes",
    "lifetime",
    "limits.least",
    "manager",
    "power_cut.nvs",
    "wifi",
    "wifi.no_interface",
    "wifi.static_address",
)

Counts = dict[str, dict[int, int]]


def run_suite(scenario: str, zephyr: Path, out: Path) -> bool:
    """Builds and runs a suite. Returns whether it has passed."""
    modules = f"{ROOT};{ROOT / 'tests' / 'coverage' / 'module'}"
    command = [sys.executable, str(zephyr / "scripts" / "twister"), "-T", str(ROOT / "tests")]
    command += ["-p", BOARD, "--inline-logs", "-O", str(out / scenario), "-j", "1", "--no-detailed-test-id"]
    command += ["--clobber-output", "-s", f"network_provisioning.{scenario}"]
    command += [f"-x=EXTRA_ZEPHYR_MODULES={modules}", f"-x=NETWORK_PROV_BUILD_CACHE={out.parent / 'cargo'}"]
    environment = {**os.environ, "ZEPHYR_BASE": str(zephyr), "ZEPHYR_TOOLCHAIN_VARIANT": "host"}
    return subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def read(folder: Path, counts: Counts) -> None:
    """Adds what the images in this folder have counted."""
    for data in folder.glob("**/*.gcda"):
        command = ["gcov", "--json-format", "--stdout", str(data)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for document in done.stdout.splitlines():
            for file in json.loads(document)["files"]:
                path = Path(file["file"])
                if path.is_relative_to(SOURCES):
                    lines = counts[str(path.relative_to(SOURCES))]
                    for line in file["lines"]:
                        number = line["line_number"]
                        lines[number] = lines.get(number, 0) + line["count"]


def ranges(numbers: list[int]) -> str:
    """Numbers as `3-5, 9`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def report(counts: Counts, with_lines: bool) -> float:
    """Prints a line for each file. Returns the share of all lines, in per cent."""
    ran = there = 0
    for name in sorted(counts):
        lines = counts[name]
        missed = sorted(number for number, count in lines.items() if count == 0)
        ran += len(lines) - len(missed)
        there += len(lines)
        detail = f"  not: {ranges(missed)}" if with_lines and missed else ""
        print(f"{100 * (1 - len(missed) / len(lines)):6.1f} %  {len(lines):4}  {name}{detail}")
    share = 100 * ran / there if there else 0.0
    print(f"{share:6.1f} %  {there:4}  all")
    absent = sorted(str(p.relative_to(SOURCES)) for p in SOURCES.glob("**/*.c") if str(p.relative_to(SOURCES)) not in counts)
    print(f"in none of these images: {', '.join(absent) or 'none'}")
    return share


def main() -> int:
    parser = argparse.ArgumentParser(description="Count the lines of the glue that the suites run.")
    parser.add_argument("--zephyr", type=Path, required=True)
    parser.add_argument("--only", choices=SCENARIOS, action="append", metavar="SCENARIO")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "zephyr" / "coverage")
    parser.add_argument("--also", type=Path, action="append", default=[])
    parser.add_argument("--least", type=float, default=0.0)
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    out = options.out.resolve()
    wanted = () if options.keep else options.only or SCENARIOS
    # Each of them runs, whether others fail or not.
    passed = all([run_suite(scenario, options.zephyr.resolve(), out) for scenario in wanted])
    counts: Counts = defaultdict(dict)
    for folder in (out, *options.also):
        read(folder, counts)
    absent = [name for name in SCENARIOS if not any((out / name).glob("**/*.gcda"))]
    print(f"suites that have not run: {', '.join(absent) or 'none'}")
    share = report(counts, options.lines)
    if not passed:
        print("FAIL coverage: a suite has failed")
    elif share < options.least:
        print(f"FAIL coverage: {share:.1f} % of the lines, not {options.least:.1f} %")
    else:
        print(f"PASS coverage: {share:.1f} % of the lines")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
