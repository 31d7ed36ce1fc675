#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the images and runs the simulations in BabbleSim.

    tests/bsim/run.py [--zephyr DIR] [--filter SUBSTR] [--without NAME] [--keep-images] [--jobs N] [--out DIR] [--logs DIR]

It builds the images that the chosen simulations use. It takes BSIM_OUT_PATH and BSIM_COMPONENTS_PATH, as all of
Zephyr's simulations do. It prints `PASS name`, `FAIL name: reason` and `SKIP name: reason`, one line for each
simulation, and fails if something failed. A pass tells how much time was simulated. `--filter` and `--without`
take such a name, for example `bsim/thread_e2e/child`, or its last part.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import rust_app_setup as rust_app  # noqa: E402

PHY = "bs_2G4_phy_v1"
# The simulations with an application in Rust, which needs more than the others.
RUST = ("rust",)
# d_01: @00:00:04.606354 INFO: Test end: …
END = re.compile(r"^d_\d+: @(\d+):(\d+):([\d.]+) .*Test end", re.MULTILINE)
ERROR = re.compile(r"^d_\d+: .*?ERROR: (?:\([^)]*\): )?(.*)", re.MULTILINE)
# Facts that are shown in addition to the verdict.
FACT = re.compile(r"^d_\d+: .*?INFO: \([^)]*\): (.*(?:MTU|usage|networks|the owner).*)", re.MULTILINE)


def why_not() -> str:
    """Returns why no simulation is possible; empty if it is."""
    for name in ("BSIM_OUT_PATH", "BSIM_COMPONENTS_PATH"):
        if not os.environ.get(name):
            return f"{name} is not set; see BabbleSim in Zephyr's documentation"
    phy = Path(os.environ["BSIM_OUT_PATH"]) / "bin" / PHY
    if not os.access(phy, os.X_OK):
        return f"BabbleSim is not built: there is no {phy}"
    return ""


def find_zephyr(given: Path | None) -> Path | None:
    if given is None and os.environ.get("ZEPHYR_BASE"):
        given = Path(os.environ["ZEPHYR_BASE"])
    if given is None:
        from zephyr import exported_zephyr

        given = exported_zephyr()
    return given.resolve() if given is not None else None


def for_rust(zephyr: Path) -> tuple[dict[str, str], str]:
    """The environment for the build of an application in Rust; or why there is none."""
    lang = rust_app.revisions(zephyr)[0]
    settings, reason = rust_app.settings(lang, from_source=True)
    return ({} if reason else {**settings, "ZEPHYR_LANG_RUST": str(lang.resolve())}), reason


def images(script: Path) -> list[str]:
    """The images that a simulation uses, as compile.sh names them."""
    text = script.read_text(encoding="utf-8")
    for shared in set(re.findall(r"/(_\w+\.source)", text)) - {"_simulate.source"}:
        text += (script.parent / shared).read_text(encoding="utf-8")
    if script.stem == "bluetooth":
        return ["node", "node_bluetooth", "tester", "hci_uart"]
    # `simulate` without an image takes that of prj.conf. So do the peers of Thread.
    calls = [line for line in text.splitlines() if re.search(r"(^|[(\s])simulate( |$)", line)]
    found = [name for line in calls for name in re.findall(r"\b(?:image|peers)=(\w+)", line)]
    if script.parent.parent.name == "thread_e2e":
        return ["node", *(f"node_{name}" for name in found)]
    ordinary = any("image=" not in line for line in calls)
    return ["tester", *(f"device_{name}" for name in found), *(["device"] if ordinary else [])]


def build(environment: dict[str, str], names: list[str]) -> tuple[int, list[str]]:
    """Builds images, shows the lines as they come, and returns the exit code and the lines."""
    process = subprocess.Popen(
        [str(HERE / "compile.sh"), *names],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if line.startswith("Building "):
            # Marked, so nobody takes it for a verdict.
            print(f"| {Path(line.strip()).name}", flush=True)
        lines.append(line.rstrip())
    return process.wait(), lines


def simulated(output: str) -> float:
    """Returns the simulated time at which the last device finished, in seconds."""
    return max(
        int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        for hours, minutes, seconds in END.findall(output)
    )


def reason(output: str, code: int) -> str:
    """Returns the first reported error."""
    told = ERROR.search(output)
    if told:
        return told.group(1)
    if "TESTCASE NOT PASSED" in output:
        return "the simulation ended too early"
    return f"it ended with {code}"


def name_of(script: Path) -> str:
    """The name of a simulation, as the verdicts have it."""
    return f"bsim/{script.parent.parent.name}/{script.stem}"


def run(script: Path, environment: dict[str, str], logs: Path | None) -> tuple[bool, list[str]]:
    done = subprocess.run(
        ["bash", str(script)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    name = name_of(script)
    if logs:
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{script.stem}.log").write_text(done.stdout, encoding="utf-8")
    if done.returncode == 0:
        lines = [f"PASS {name} ({simulated(done.stdout):.1f} s simulated)"]
        facts = list(dict.fromkeys(FACT.findall(done.stdout)))
        # One of many equal facts is enough.
        return True, lines + [f"    {fact}" for fact in facts[:2] + facts[2:][-2:]]
    lines = [f"FAIL {name}: {reason(done.stdout, done.returncode)}"]
    return False, lines + [f"    {line}" for line in done.stdout.splitlines()[-20:]]


def main() -> int:
    parser = argparse.ArgumentParser(description="Simulations in BabbleSim.")
    parser.add_argument(
        "--zephyr", type=Path, help="the Zephyr tree; default: ZEPHYR_BASE, or the exported one"
    )
    parser.add_argument(
        "--filter",
        action="append",
        metavar="SUBSTR",
        help="run only simulations whose name, as it is printed, contains this; repeatable",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="NAME",
        help="not this simulation: its printed name, or the last part of it; repeatable",
    )
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "target" / "zephyr" / "bsim")
    parser.add_argument("--keep-images", action="store_true", help="run the existing images")
    parser.add_argument("--jobs", type=int, default=1, help="simulations at a time (default: 1)")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="save the output of each simulation here")
    options = parser.parse_args()

    missing = why_not()
    zephyr = find_zephyr(options.zephyr)
    if not missing and zephyr is None:
        missing = "no exported Zephyr was found; run `west zephyr-export` in a workspace"
    if missing:
        print(f"SKIP bsim: {missing}")
        return 0
    rust, no_rust = for_rust(zephyr)
    environment = {name: value for name, value in os.environ.items() if name != "ZEPHYR_LANG_RUST"}
    environment |= {"ZEPHYR_BASE": str(zephyr), "WORK_DIR": str(options.out.resolve())} | rust
    scripts = sorted(HERE.glob("*/test_scripts/[!_]*.sh"))
    scripts = [s for s in scripts if not options.filter or any(f in name_of(s) for f in options.filter)]
    scripts = [s for s in scripts if not {s.stem, name_of(s)} & set(options.without)]
    failed = not scripts
    if no_rust:
        for script in [script for script in scripts if script.stem in RUST]:
            scripts.remove(script)
            print(f"SKIP {name_of(script)}: {no_rust}")
    if failed:
        print("FAIL bsim: there is no such simulation")
    if scripts and not options.keep_images:
        names = list(dict.fromkeys(name for script in scripts for name in images(script)))
        code, lines = build({"BSIM_BUILD_JOBS": str(options.jobs), **environment}, names)
        if code != 0:
            print(f"FAIL bsim: compile.sh ended with {code}")
            print("\n".join(f"    {line}" for line in lines[-40:]))
            return 1
    with ThreadPoolExecutor(max(options.jobs, 1)) as pool:
        runs = [pool.submit(run, script, environment, options.logs) for script in scripts]
        for future in as_completed(runs):
            passed, lines = future.result()
            failed |= not passed
            print("\n".join(lines), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
