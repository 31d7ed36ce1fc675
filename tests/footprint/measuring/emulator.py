"""Runs the firmware on an emulated Cortex-M4 and reads what it reports."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

MACHINE = "mps2-an386"

# Seconds; a run takes a few.
PATIENCE = 120


class Broken(Exception):
    """The firmware does not do what was recorded, so none of its measurements count."""


@dataclass
class Step:
    name: str
    instructions: int
    stack: int


@dataclass
class Run:
    steps: list[Step] = field(default_factory=list)
    sizes: list[tuple[str, int]] = field(default_factory=list)


def play(firmware: Path, run: str) -> Run:
    """Plays a run."""
    words = ",".join(f"arg={word}" for word in ("replay", run))
    command = [
        "qemu-system-arm", "-M", MACHINE, "-nographic", "-monitor", "none", "-serial", "none",
        "-icount", "shift=0", "-semihosting-config", f"enable=on,target=native,{words}",
        "-kernel", str(firmware),
    ]
    output = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    lines = output.stdout.splitlines() or [""]
    if output.returncode == 0 and lines[-1] == "end":
        return _read(lines)
    said = "\n  ".join((lines + output.stderr.splitlines())[-6:])
    raise Broken(f"the run `{run}` went wrong:\n  {said}")


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
            ticks, stack, name = rest.split(" ", 2)
            run.steps.append(Step(name, round(int(ticks) * per_tick), int(stack)))
    return run
