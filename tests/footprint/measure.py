#!/usr/bin/env python3
"""Measures what a Wi-Fi provisioning run takes on a device: instructions and stack.

Builds the firmware of this folder and runs it on an emulated Cortex-M4. docs/cost.md tells how to
read the result; `cargo xtask cost` shows it beside the rest.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from measuring import emulator, image, panics, report, timing
from measuring.toolchain import HERE, TARGET, Missing, Toolchain, check


# The exit code if something has to be installed first.
MISSING = 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument(
        "--panics", action="store_true",
        help="only check the image for panics that measuring/panics.py does not allow: "
        "`PASS`, a `FAIL` line for each, or `SKIP`",
    )
    parser.add_argument(
        "--secrets", action="store_true",
        help="only compare the cost of steps that differ only in secrets: `PASS` or `FAIL` for each, or `SKIP`",
    )
    parser.add_argument(
        "--target-dir", type=Path, default=HERE.parent.parent / "target/footprint", metavar="DIR",
        help="folder for the build (default: target/footprint of the repository)",
    )
    options = parser.parse_args()
    try:
        if options.panics:
            return look_for_panics(options.target_dir.resolve())
        if options.secrets:
            return compare_secrets(options.target_dir.resolve())
        check()
        results = measure(Toolchain(options.target_dir.resolve()))
    except Missing as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return MISSING
    except emulator.Broken as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"measure.py: `{error.cmd[0]}` failed; its output is above\n{error.stderr or ''}", file=sys.stderr)
        return 1
    if options.json:
        json.dump(results, sys.stdout, indent=2)
        print()
    else:
        report.show(results)
    return 0


def look_for_panics(target_dir: Path) -> int:
    """Checks everything in one image. Prints verdicts like the other suites."""
    try:
        check(panics.PROGRAMS)
        toolchain = Toolchain(target_dir)
    except Missing as error:
        print(f"SKIP panics: {' '.join(str(error).split())}")
        return 0
    if not toolchain.version.startswith(panics.COMPILERS):
        # Another compiler places the code elsewhere, so other lines stand for the same panics.
        print(f"SKIP panics: the list is of {' and '.join(panics.COMPILERS)}, and this is {toolchain.version}")
        return 0
    folder = toolchain.build(features="transports,sec2")
    unexpected = panics.unexpected(image.panic_sites(folder / "image"))
    for site in unexpected:
        print(f"FAIL panics: {site}")
    if unexpected:
        print(
            "    A panic that a peer could reach? Rule it out in the source; or, if it is ruled out by value, say\n"
            "    why in tests/footprint/measuring/panics.py."
        )
    else:
        print("PASS panics")
    return len(unexpected) > 0


def compare_secrets(target_dir: Path) -> int:
    """Checks both security schemes. Prints verdicts like the other suites."""
    try:
        check()
        toolchain = Toolchain(target_dir)
    except Missing as error:
        print(f"SKIP timing: {' '.join(str(error).split())}")
        return 0
    failed = False
    for passed, what in timing.verdicts(toolchain.build(features="sec2") / "replay"):
        print(f"{'PASS' if passed else 'FAIL'} timing: {what}")
        failed |= not passed
    return failed


def measure(toolchain: Toolchain) -> dict:
    # Measured apart from the other runs, which use security 1, to show the cost of each scheme.
    folder = toolchain.build(features="sec2")
    security_2 = emulator.play(folder / "replay", report.SECURITY_2)
    folder = toolchain.build()
    runs = {name: emulator.play(folder / "replay", name) for name in report.RUNS}
    return {
        "toolchain": toolchain.version,
        "target": TARGET,
        "machine": f"QEMU {emulator.MACHINE}",
        "runs": {name: report.of_run(run) for name, run in {**runs, report.SECURITY_2: security_2}.items()},
        "operations": report.operations(runs["session"]),
        "operations_2": report.operations(security_2),
        # In the order in which they are shown, which JSON objects do not keep.
        "operation_names": report.OPERATIONS,
        "size_names": [name for name, _ in runs["session"].sizes],
        "sizes": dict(runs["session"].sizes),
        "sizes_2": dict(security_2.sizes),
    }


if __name__ == "__main__":
    sys.exit(main())
