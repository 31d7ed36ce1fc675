#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an image of Zephyr's takes, and the module's own share of it, by the linker's map.

    tests/footprint/module.py [--json] BUILD_FOLDER...

A share has what the linker has placed for each of the module's objects. What it has filled in between,
and what the module makes Zephyr link, is in Zephyr's totals alone. So is the simulated radio. It is for
Cortex-M: where code and constants are mapped elsewhere than they are stored, as on Espressif's chips, the
column of the flash is not right.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

REGION = re.compile(r"^(\S+) +0x([0-9a-f]+) +0x([0-9a-f]+) +\S*[rwx]\S*$")
# A section of the image, and one of an object in it. The address is on the next line if the name is
# long.
OUTPUT = re.compile(r"^([^\s*]\S*)(?: .*)?$")
LOADED = re.compile(r"^\S* +0x([0-9a-f]+) +0x[0-9a-f]+ load address 0x([0-9a-f]+)$")
SECTION = re.compile(
    r"^([^\s*]\S*)\n? +0x([0-9a-f]+) +0x([0-9a-f]+)(?: load address 0x([0-9a-f]+))?$", re.MULTILINE
)
INPUT = re.compile(r"^ (?:\S+)? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S.*)$")
OURS = re.compile(r"/libnetwork_provisioning\.a\((\w+\.c)\.obj\)$|/libnetwork_provisioning\.a\((netprov\.o)\)$")
# Sections that are in the file but not on the device.
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
        self.image: Sizes = Counter()
        for address, size, loaded in self._sections(body):
            for region in {self._region(address), self._region(loaded)}:
                self.image[region] += size

    def _region(self, address: int) -> str:
        return next((name for name, start, size in self._regions if start <= address < start + size), "")

    @staticmethod
    def _sections(body: str) -> Iterator[tuple[int, int, int]]:
        """Of each section of the image: its address, its size, and where it is loaded from."""
        # The address is on the next line if the name is long.
        for found in SECTION.finditer(body):
            address, size = int(found[2], 16), int(found[3], 16)
            if size != 0 and not found[1].startswith(NOT_LOADED):
                loaded = int(found[4], 16) if found[4] else address
                # A section without bytes in the image exists only on the device, from the start.
                yield address, size, loaded

    @staticmethod
    def _placed(body: str) -> Iterator[tuple[int, int, int, str]]:
        """Of each of our sections: its address, its size, where it is loaded from, and whose it is."""
        name, offset = "", 0
        for line in body.splitlines():
            if found := OUTPUT.match(line):
                name, offset = found[1], 0
            if found := LOADED.match(line):
                offset = int(found[2], 16) - int(found[1], 16)
            elif (found := INPUT.match(line)) and (owner := OURS.search(found[3])):
                address, size = int(found[1], 16), int(found[2], 16)
                # Without an address, the linker has left it out.
                if address != 0 and size != 0 and not name.startswith(NOT_LOADED):
                    yield address, size, address + offset, owner[1] or owner[2]


ALL = "all of the module's"
IMAGE = "the whole image"


def measure(folder: Path) -> dict[str, Sizes]:
    """What each object takes, then all of them, then the image; the largest object first."""
    [path] = folder.glob("zephyr/zephyr.map")
    found = Map(path.read_text())
    rows = dict(sorted(found.shares.items(), key=lambda row: -sum(row[1].values())))
    return {**rows, ALL: sum(rows.values(), Counter()), IMAGE: found.image}


def report(folder: Path) -> None:
    rows = measure(folder)
    regions = sorted({region for name, share in rows.items() for region in share if name != IMAGE})
    print(folder)
    print(f"  {'':24}" + "".join(f"{region:>16}" for region in regions))
    for name, share in rows.items():
        print(f"  {name:24}" + "".join(f"{share[region]:16}" for region in regions))


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--json"]
    if not arguments:
        sys.exit(__doc__)
    for argument in arguments:
        if "--json" in sys.argv:
            print(json.dumps(measure(Path(argument)), indent=2))
        else:
            report(Path(argument))
