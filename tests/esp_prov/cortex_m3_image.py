# SPDX-License-Identifier: Apache-2.0
"""The image for an emulated Cortex-M3: how it is built and run, and which scenarios use it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "cortex_m3"
BOARD = "mps2/an385"
COMPILER = "arm-none-eabi-gcc"
QEMU = "qemu-system-arm"

GROUP = "ble-cortex-m3/"
RUNS = {f"{GROUP}sec{security}/mtu-{mtu}": (security, mtu) for security in (1, 2) for mtu in (23, 498)}
ROUGH = f"{GROUP}rough"
PROTOCOMM = f"{GROUP}esp-protocomm"


def wanted(filters: Sequence[str] | None) -> bool:
    """Whether one of its scenarios is to run."""
    names = (*RUNS, ROUGH, PROTOCOMM)
    return not filters or any(text in name for text in filters for name in names)


def missing() -> str:
    """The program that is missing; empty if none is."""
    return " and ".join(f"there is no {tool}" for tool in (COMPILER, QEMU) if shutil.which(tool) is None)


def toolchain() -> dict[str, str]:
    gcc = shutil.which(COMPILER)
    assert gcc is not None
    return {
        "ZEPHYR_TOOLCHAIN_VARIANT": "gnuarmemb",
        "GNUARMEMB_TOOLCHAIN_PATH": str(Path(gcc).parent.parent),
    }
