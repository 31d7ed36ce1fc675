"""Runs the firmware on an emulated Cortex-M4 and reads what it reports."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

MACHINE = "mps2-an386"

# Seconds; a run takes less than one.
PATIENCE = 120

# The allocator gives and takes memory in pieces of this size.
GRAIN = 8


class Broken(Exception):
    """The firmware does not do what was recorded: nothing that it reports is worth anything."""


@dataclass
class Step:
    name: str
    instructions: int
    stack: int
    used: int
    peak: int
    allocations: int


@dataclass
class Run:
    steps: list[Step] = field(default_factory=list)
    sizes: list[tuple[str, int]] = field(default_factory=list)


def play(firmware: Path, run: str, arena: int) -> Run | None:
    """Plays a run; returns nothing if the arena is too small for it."""
    words = ",".join(f"arg={word}" for word in ("replay", run, arena))
    command = [
        "qemu-system-arm", "-M", MACHINE, "-nographic", "-monitor", "none", "-serial", "none",
        "-icount", "shift=0", "-semihosting-config", f"enable=on,target=native,{words}",
        "-kernel", str(firmware),
    ]
    output = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    lines = output.stdout.splitlines() or [""]
    if output.returncode == 0 and lines[-1] == "end":
        return _read(lines)
    if re.search(r"memory allocation of \d+ bytes failed", output.stdout):
        return None
    said = "\n  ".join((lines + output.stderr.splitlines())[-6:])
    raise Broken(f"the run `{run}` with an arena of {arena} bytes went wrong:\n  {said}")


def smallest_arena(firmware: Path, run: str, largest: int = 65536) -> int:
    """The smallest arena such that the run completes in it, and in the next larger ones too.

    A larger arena can, in theory, be worse than a smaller one, because blocks fall elsewhere.
    """
    too_small, enough = 0, largest
    while enough - too_small > GRAIN:
        middle = (too_small + enough) // 2 // GRAIN * GRAIN
        if play(firmware, run, middle) is None:
            too_small = middle
        else:
            enough = middle
    for arena in range(enough + 32 * GRAIN, enough, -GRAIN):
        if play(firmware, run, arena) is None:
            return arena + GRAIN
    return enough


def _read(lines: list[str]) -> Run:
    run = Run()
    per_tick = 0.0
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "clock":
            instructions, ticks = map(int, rest.split())
            per_tick = instructions / ticks
        elif kind == "size":
            size, _, name = rest.partition(" ")
            run.sizes.append((name, int(size)))
        elif kind == "step":
            *numbers, name = rest.split(" ", 5)
            ticks, stack, used, peak, allocations = map(int, numbers)
            run.steps.append(Step(name, round(ticks * per_tick), stack, used, peak, allocations))
    return run
