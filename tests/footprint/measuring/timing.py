"""Whether the time that the device takes depends on a secret: steps that differ in secrets alone are
compared by the number of instructions."""

from collections import defaultdict
from pathlib import Path

from . import emulator
from .emulator import Step

# What one tick of the emulated timer is, in instructions. A count is exact to one tick.
TICK = 40

# Runs that are compared, and which of their steps.
COMPARISONS = [
    (
        "security 1",
        ["secrets"],
        ["handshake command 0", "second command 0", "handshake command 1", "wrong proof", "request"],
    ),
    # Its second command has an exponent that everybody can compute.
    ("security 2", ["secrets-2"], ["handshake command 0", "request"]),
    ("security 2", ["proof-2-first", "proof-2-last"], ["wrong proof"]),
]

# A step that does take different times.
CONTROL = ("secrets", "control")


def verdicts(firmware: Path) -> list[tuple[bool, str]]:
    """For each comparison, whether the counts are equal, and what was found."""
    runs = {run: emulator.play(firmware, run).steps for _, runs, _ in COMPARISONS for run in runs}
    found = [
        _compare(f"{scheme}: {name}", [step for run in names for step in runs[run]], name)
        for scheme, names, steps in COMPARISONS
        for name in steps
    ]
    run, name = CONTROL
    least, most, _ = _counts(runs[run], name)
    return [*found, (most - least > TICK, f"the control differs: {least:,} and {most:,} instructions")]


def _compare(title: str, steps: list[Step], name: str) -> tuple[bool, str]:
    least, most, count = _counts(steps, name)
    if count < 2:
        return False, f"{title}: {count} steps, nothing to compare"
    if most - least > TICK:
        return False, f"{title}: {least:,} to {most:,} instructions for {count} sets of secrets"
    return True, f"{title}: {most:,} instructions for each of {count} sets of secrets"


def _counts(steps: list[Step], name: str) -> tuple[int, int, int]:
    counts: dict[str, list[int]] = defaultdict(list)
    for step in steps:
        counts[step.name].append(step.instructions)
    of_name = counts.get(name, [0])
    return min(of_name), max(of_name), len(counts.get(name, []))
