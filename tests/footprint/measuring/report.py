"""Collects the measurements and prints them for people."""

from .emulator import Run, Step

# The runs, and what they stand for.
RUNS = {
    "session": "an ordinary session of a phone",
    "bluetooth": "the worst case, with messages of up to 512 bytes",
    "http": "the worst case, with messages of up to 4096 bytes",
}

# The ordinary session under security 2.
SECURITY_2 = "session-2"

# The first step in every run. It happens once, before there is a service, on a stack that its
# caller chooses.
CREATION = "create the manager"

# Steps of the ordinary session whose cost matters on its own.
OPERATIONS = [
    CREATION, "start", "version", "handshake command 0", "handshake command 1", "scan start", "scan page of 4",
    "set", "apply", "status: connecting", "status: connected",
]


def of_run(run: Run) -> dict:
    deepest = max((step for step in run.steps if step.name != CREATION), key=lambda step: step.stack)
    return {
        "steps": len(run.steps),
        "stack": deepest.stack,
        "stack_step": deepest.name,
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
            }
    return table


def show(results: dict) -> None:
    _title(f"{results['toolchain']}, {results['target']}, {results['machine']}")

    _title("Whole runs")
    print(f"{'run':<26}{'steps':>7}{'instructions':>14}{'stack':>7}   deepest at")
    for name, run in results["runs"].items():
        print(f"{name:<26}{run['steps']:>7}{run['instructions']:>14,}{run['stack']:>7}   {run['stack_step']}")
    for name, what in {**RUNS, SECURITY_2: "the ordinary session under security 2"}.items():
        print(f"  {name}: {what}")

    for operations, title in (
        ("operations", "One by one, in the ordinary session"),
        ("operations_2", "The same under security 2"),
    ):
        _title(title)
        print(f"{'':<24}{'instructions':>13}{'stack':>7}")
        for name, cost in results[operations].items():
            instructions = f"{cost['instructions']:,}" if cost["instructions"] else "-"
            print(f"{name:<24}{instructions:>13}{cost['stack']:>7}")

    for sizes, title in (("sizes", "Values that live long, in bytes"), ("sizes_2", "With security 2 built in")):
        _title(title)
        for name, size in results[sizes].items():
            print(f"{size:>7}  {name}")


def _title(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")
