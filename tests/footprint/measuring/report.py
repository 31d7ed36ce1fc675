"""Puts the measurements together, and prints them for people."""

from .emulator import Run, Step

# The runs, and what they are.
RUNS = {
    "session": "an ordinary session of a phone",
    "bluetooth": "the worst of everything, messages of up to 512 bytes",
    "http": "the worst of everything, messages of up to 4096 bytes",
}

# The ordinary session under security 2.
SECURITY_2 = "session-2"

# The first thing in every run. It happens once, before there is a service, on a stack of its owner's choice.
CREATION = "create the manager"

# Steps whose cost is of interest by itself, in the ordinary session.
OPERATIONS = [
    CREATION, "start", "version", "handshake command 0", "handshake command 1", "scan start", "scan page of 4",
    "set", "apply", "status: connecting", "status: connected",
]


def of_run(run: Run, smallest: int) -> dict:
    peak = max(run.steps, key=lambda step: step.peak)
    deepest = max((step for step in run.steps if step.name != CREATION), key=lambda step: step.stack)
    most = max(run.steps, key=lambda step: step.allocations)
    return {
        "steps": len(run.steps),
        "arena": smallest,
        "arena_requested": peak.peak,
        "arena_peak_step": peak.name,
        "arena_lasting": max(step.used for step in run.steps if not step.name.startswith("application's endpoint")),
        "stack": deepest.stack,
        "stack_step": deepest.name,
        "most_allocations": most.allocations,
        "most_allocations_step": most.name,
        "instructions": sum(step.instructions for step in run.steps),
    }


def operations(run: Run) -> dict[str, dict]:
    """The worst of each kind of step."""
    table: dict[str, dict] = {}
    for name in OPERATIONS:
        kind = [step for step in run.steps if step.name == name]
        if kind:
            table[name] = {
                "instructions": max(step.instructions for step in kind),
                "stack": max(step.stack for step in kind),
                "transient": max(step.peak - step.used for step in kind),
                "allocations": max(step.allocations for step in kind),
            }
    return table


def worst_steps(run: Run, count: int = 8) -> list[Step]:
    """The kinds of step that need the most of the arena."""
    kinds: dict[str, Step] = {}
    for step in run.steps:
        if step.name not in kinds or step.peak > kinds[step.name].peak:
            kinds[step.name] = step
    return sorted(kinds.values(), key=lambda step: -step.peak)[:count]


def show(results: dict) -> None:
    _title(f"{results['toolchain']}, {results['target']}, {results['machine']}")

    _title("Arena and stack, in bytes")
    print(f"{'run':<26}{'arena':>7}{'asked for':>11}{'lasting':>9}{'stack':>7}   highest at")
    for name, run in results["runs"].items():
        print(
            f"{name:<26}{run['arena']:>7}{run['arena_requested']:>11}{run['arena_lasting']:>9}{run['stack']:>7}"
            f"   {run['arena_peak_step']} (stack: {run['stack_step']})"
        )
    for name, what in {**RUNS, SECURITY_2: "the ordinary session under security 2"}.items():
        print(f"  {name}: {what}")

    for name, steps in results["worst_steps"].items():
        _title(f"What needs the most of the arena: {name}")
        for step in steps:
            print(f"{step['peak']:>7}  {step['allocations']:>4} allocations  {step['name']}")

    for operations, run, title in (
        ("operations", "session", "One by one, in the ordinary session"),
        ("operations_2", SECURITY_2, "The same under security 2"),
    ):
        _title(title)
        print(f"{'':<24}{'instructions':>13}{'stack':>7}{'arena':>7}{'allocations':>13}")
        for name, cost in results[operations].items():
            instructions = f"{cost['instructions']:,}" if cost["instructions"] else "-"
            print(
                f"{name:<24}{instructions:>13}{cost['stack']:>7}{cost['transient']:>7}"
                f"{cost['allocations']:>13}"
            )
        print(f"{'the whole session':<24}{results['runs'][run]['instructions']:>13,}")

    for sizes, title in (("sizes", "Values that live long, in bytes"), ("sizes_2", "With security 2 built in")):
        _title(title)
        for name, size in results[sizes].items():
            print(f"{size:>7}  {name}")

    _title("Flash, in bytes")
    print(f"{'':<44}{'code':>8}{'constants':>11}")
    for name, image in results["images"].items():
        print(f"{name:<44}{image['code']:>8}{image['constants']:>11}")

    _title("Code by crate, in bytes")
    for name, size in results["shares"].items():
        print(f"{size:>7}  {name}")

    _title("Where a panic can be reached")
    print("(m) for want of memory, which the arena's size rules out; (p) by another check")
    for site in results["panics"]:
        print(f"  {site['kind']}  {site['place']}, in {site['function']}")


def _title(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")
