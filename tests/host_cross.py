# SPDX-License-Identifier: Apache-2.0
"""Offers the host's compiler under the names and with the answers that Zephyr expects of a cross
compiler."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

PREFIX = "x86_64-zephyr-elf-"
TOOLS = (
    *("ar", "as", "ld", "ld.bfd", "nm", "objcopy", "objdump", "ranlib", "readelf", "strip"),
    *("gcc-ar", "gcc-nm", "gcc-ranlib"),
)
# Zephyr takes the folders of the compiler's headers from two of them, and Debian's GCC 12 has
# limits.h in the one that newer compilers have it in.
GCC = """#!/bin/sh
case "$*" in
--print-file-name=include-fixed/limits.h) exec {gcc} --print-file-name=include/limits.h ;;
*) exec {gcc} "$@" ;;
esac
"""


class Missing(Exception):
    """The host has no such compiler."""


def make(folder: Path) -> str:
    """Creates a folder of tools. Returns the value for CROSS_COMPILE."""
    if platform.machine() != "x86_64":
        raise Missing(f"the host's compiler is for {platform.machine()}")
    found = {tool: shutil.which(tool) for tool in ("gcc", *TOOLS)}
    if missing := [tool for tool, path in found.items() if path is None]:
        raise Missing(f"there is no {', '.join(missing)}")
    programs = folder / "bin"
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir(parents=True)
    for tool in TOOLS:
        (programs / f"{PREFIX}{tool}").symlink_to(str(found[tool]))
    gcc = programs / f"{PREFIX}gcc"
    gcc.write_text(GCC.format(gcc=found["gcc"]))
    gcc.chmod(0o755)
    return str(programs / PREFIX)
