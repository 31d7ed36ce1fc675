#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks for symbols that the module's archive and the application's, librustapp.a, both define.

    check_archives.py READELF libnetwork_provisioning.a FOLDER-WITH-librustapp.a
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

#    Num:    Value  Size Type    Bind   Vis      Ndx Name
ROW = re.compile(r"^ *\d+: [0-9a-f]+ +\S+ \S+ +(GLOBAL|WEAK) +\S+ +(?:\[.*\] +)?(\S+) (\S+)")
# Symbols that the core and zephyr-lang-rust define, so that an empty list does not pass.
OURS, THEIRS = "network_prov_mgr_init", "rust_main"
# Symbols on which two Rust archives collide unless something is done about it.
OF_RUST = re.compile(r"rust_begin_unwind|__rust_alloc|rust_eh_personality|compiler_builtins|^_R|^_ZN")


def symbols(readelf: str, archive: Path) -> tuple[set[str], set[str]]:
    """The symbols that an archive defines for others, and those that it needs."""
    table = subprocess.run([readelf, "-sW", str(archive)], capture_output=True, text=True).stdout
    defined, wanted = set(), set()
    for line in table.splitlines():
        row = ROW.match(line)
        if row:
            (wanted if row[2] == "UND" else defined).add(row[3])
    return defined, wanted - defined


def main() -> int:
    readelf, module, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    found = sorted(folder.glob("*/*/librustapp.a"))
    if len(found) != 1:
        print(f"there is not one librustapp.a in {folder}: {[str(path) for path in found]}")
        return 1
    ours, _ = symbols(readelf, module)
    theirs, wanted = symbols(readelf, found[0])
    if OURS not in ours or THEIRS not in theirs or OURS not in wanted:
        print(f"{module.name} does not define what {found[0].name} needs")
        return 1
    problems = sorted(ours & theirs) + sorted(name for name in ours if OF_RUST.search(name))
    for name in problems:
        print(f"{name} is in {module.name}, and in {found[0].name} or in Rust's libraries")
    profile = found[0].parent.name
    print(f"{profile}: {len(ours)} symbols of the module, {len(theirs)} of the application, "
          f"{len(ours & theirs)} of both")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
