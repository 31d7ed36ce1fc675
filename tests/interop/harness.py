"""What a scenario is, what it may use, and how its outcome is printed."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device import Device, DeviceError, Secret


class Failure(Exception):
    """The device or the client did not do what the scenario demands."""


class Skip(Exception):
    """The scenario cannot run here; the text says why and what to do."""


def check(condition: object, reason: str) -> None:
    if not condition:
        raise Failure(reason)


def check_equal(got: Any, expected: Any, what: str) -> None:
    if got != expected:
        raise Failure(f"{what}: expected {expected!r}, got {got!r}")


@dataclass(frozen=True)
class Scenario:
    name: str
    traps: str
    run: Callable[[Context], None]


SCENARIOS: list[Scenario] = []


def scenario(name: str, traps: str) -> Callable[[Callable[[Context], None]], Callable[[Context], None]]:
    """Registers a scenario; `traps` are the numbers of protocol.md it covers."""

    def register(function: Callable[[Context], None]) -> Callable[[Context], None]:
        if any(s.name == name for s in SCENARIOS):
            raise ValueError(f"two scenarios are called {name}")
        SCENARIOS.append(Scenario(name, traps, function))
        return function

    return register


@dataclass
class Settings:
    """What the command line and the environment decided."""

    device: Path
    work: Path
    transcripts: Path | None = None
    esp_prov: Path | None = None
    idf_path: Path | None = None
    keep: bool = False


@dataclass
class Context:
    """One run of one scenario: its devices, its files, its notes."""

    scenario: Scenario
    settings: Settings
    notes: list[str] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    _folder: Path | None = None

    @property
    def folder(self) -> Path:
        """A folder of this scenario alone."""
        if self._folder is None:
            self._folder = Path(
                tempfile.mkdtemp(prefix=self.scenario.name.replace("/", "-") + "-", dir=self.settings.work)
            )
        return self._folder

    def note(self, text: str) -> None:
        self.notes.append(text)

    @contextmanager
    def device(self, *, secrets: tuple[str, ...] = (), **options: Any) -> Iterator[Device]:
        """A running device. When the block ends it is stopped and its whole output searched for secrets."""
        device = Device(self.settings.device, **options)
        self.devices.append(device)
        try:
            device.start()
            yield device
        finally:
            device.stop()
        check(
            device.panic is None,
            f"the device panicked: {device.panic}",
        )
        leak = device.find_secret([Secret(s) for s in secrets])
        check(leak is None, f"the device wrote a secret (7.A.8): {leak}")

    def clean(self) -> None:
        if self._folder is not None and not self.settings.keep:
            shutil.rmtree(self._folder, ignore_errors=True)

    def details(self) -> list[str]:
        """What a reader needs to understand a failure."""
        lines: list[str] = []
        if self.notes:
            lines += ["client:"] + [f"  {note}" for note in self.notes[-60:]]
        for number, device in enumerate(self.devices, 1):
            lines += [f"device {number}: {device.command_line}"] + [
                f"  {line}" for line in device.transcript(60)
            ]
        return lines

    def save_transcripts(self) -> None:
        """Writes both sides to files, for scenarios that drive a foreign tool."""
        if self.settings.transcripts is None:
            return
        stem = self.scenario.name.replace("/", "-")
        self.settings.transcripts.mkdir(parents=True, exist_ok=True)
        client = self.settings.transcripts / f"{stem}.client.txt"
        client.write_text(self._tidy(self.notes), encoding="utf-8")
        device = self.settings.transcripts / f"{stem}.device.txt"
        lines = [line for d in self.devices for line in [f"$ {d.command_line}", *d.transcript(None)]]
        device.write_text(self._tidy(lines), encoding="utf-8")

    def _tidy(self, lines: list[str]) -> str:
        """Without the name of a folder that is gone by the time somebody reads it."""
        return ("\n".join(lines) + "\n").replace(str(self.folder), "TMP")


@dataclass
class Outcome:
    verdict: str  # PASS, FAIL or SKIP
    name: str
    seconds: float
    reason: str = ""
    details: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        if self.verdict == "PASS":
            return [f"PASS {self.name} ({self.seconds:.1f} s)"]
        first = f"{self.verdict} {self.name}: {' '.join(self.reason.split())}"
        return [first, *(f"    {line}" for line in self.details)]


def run_scenario(item: Scenario, settings: Settings) -> Outcome:
    """Runs one scenario to its end; never raises for what the scenario does."""
    context = Context(item, settings)
    started = time.monotonic()

    def outcome(verdict: str, reason: str = "", details: list[str] | None = None) -> Outcome:
        return Outcome(verdict, item.name, time.monotonic() - started, reason, details or [])

    try:
        item.run(context)
        return outcome("PASS")
    except Skip as reason:
        return outcome("SKIP", str(reason))
    except (Failure, DeviceError) as reason:
        return outcome("FAIL", str(reason), [f"traps: {item.traps}", *context.details()])
    except Exception as error:  # a scenario must not take the others down
        trace = traceback.format_exc().splitlines()
        return outcome(
            "FAIL",
            f"{type(error).__name__}: {error}",
            [f"traps: {item.traps}", *context.details(), *trace],
        )
    finally:
        for device in context.devices:
            device.stop()
        context.clean()


_print_lock = threading.Lock()


def report(result: Outcome) -> None:
    with _print_lock:
        print("\n".join(result.lines()), flush=True)
