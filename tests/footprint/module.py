#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an image of Zephyr's takes, and the module's own share of it, by the linker's map.

    tests/footprint/module.py BUILD_FOLDER...

A share has what the linker has placed for each of the module's objects. What it has filled in between,
and what the module makes Zephyr link, is in Zephyr's totals alone. So is the simulated radio. It is for
Cortex-M: where code and constants are mapped elsewhere than they are stored, as on Espressif's chips, the
column of the flash is not right.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

REGION = re.compile(r"^(\S+) +0x([0-9a-f]+) +0x([0-9a-f]+) +\S*[rwx]\S*$")
# A section of the image, and one of an object's in it; the address is on a line of its own if the name is long.
OUTPUT = re.compile(r"^([^\s*]\S*)(?: .*)?$")
LOADED = re.compile(r"^\S* +0x([0-9a-f]+) +0x[0-9a-f]+ load address 0x([0-9a-f]+)$")
INPUT = re.compile(r"^ (?:\S+)? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S.*)$")
OURS = re.compile(r"/libnetwork_provisioning\.a\((\w+\.c)\.obj\)$|/libnetwork_provisioning\.a\((netprov\.o)\)$")
# What is in the file and not in the device.
NOT_LOADED = (".debug", ".comment", ".ARM.attributes", ".riscv.attributes", ".stab")

Sizes = Counter[str]  # region -> bytes


class Map:
    def __init__(self, text: str) -> None:
        head, _, body = text.partition("Linker script and memory map")
        self._regions = [(m[1], int(m[2], 16), int(m[3], 16)) for m in map(REGION.match, head.splitlines()) if m]
        self.shares: dict[str, Sizes] = {}
        for address, size, loaded, name in self._placed(body):
            share = self.shares.setdefault(name, Counter())
            for region in {self._region(address), self._region(loaded)}:
                share[region] += size

    def _region(self, address: int) -> str:
        return next((name for name, start, size in self._regions if start <= address < start + size), "")

    @staticmethod
    def _placed(body: str) -> Iterator[tuple[int, int, int, str]]:
        """Of each of our sections: where it is, its size, where it is loaded from, whose it is."""
        name, offset = "", 0
        for line in body.splitlines():
            if found := OUTPUT.match(line):
                name, offset = found[1], 0
            if found := LOADED.match(line):
                offset = int(found[2], 16) - int(found[1], 16)
            elif (found := INPUT.match(line)) and (owner := OURS.search(found[3])):
                address, size = int(found[1], 16), int(found[2], 16)
                # Without an address it has been left out.
                if address != 0 and size != 0 and not name.startswith(NOT_LOADED):
                    yield address, size, address + offset, owner[1] or owner[2]


def report(folder: Path) -> None:
    [path] = folder.glob("zephyr/zephyr.map")
    shares = Map(path.read_text()).shares
    regions = sorted({region for share in shares.values() for region in share})
    print(folder)
    print(f"  {'':24}" + "".join(f"{region:>16}" for region in regions))
    rows = sorted(shares.items(), key=lambda row: -sum(row[1].values()))
    for name, share in [*rows, ("all of the module's", sum((s for _, s in rows), Counter()))]:
        print(f"  {name:24}" + "".join(f"{share[region]:16}" for region in regions))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for argument in sys.argv[1:]:
        report(Path(argument))
