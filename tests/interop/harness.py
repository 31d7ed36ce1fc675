"""Scenarios: their registration, resources and results."""

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
    """The device or the client did not behave as the scenario requires."""


class Skip(Exception):
    """The scenario cannot run here. The text gives the reason and a solution."""


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


def scenario(name: str, traps: str = "") -> Callable[[Callable[[Context], None]], Callable[[Context], None]]:
    """Registers a scenario. `traps` are the numbers of docs/traps.md that it covers."""

    def register(function: Callable[[Context], None]) -> Callable[[Context], None]:
        if any(s.name == name for s in SCENARIOS):
            raise ValueError(f"duplicate scenario name {name}")
        SCENARIOS.append(Scenario(name, traps, function))
        return function

    return register


@dataclass
class Settings:
    """Settings from the command line and the environment."""

    device: Path
    work: Path
    netprov: Path | None = None
    transcripts: Path | None = None
    esp_prov: Path | None = None
    idf_path: Path | None = None
    keep: bool = False


@dataclass
class Context:
    """A single run of a scenario, with its devices, files and notes."""

    scenario: Scenario
    settings: Settings
    notes: list[str] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    _folder: Path | None = None

    @property
    def folder(self) -> Path:
        """Returns a folder for this scenario only."""
        if self._folder is None:
            self._folder = Path(
                tempfile.mkdtemp(prefix=self.scenario.name.replace("/", "-") + "-", dir=self.settings.work)
            )
        return self._folder

    def note(self, text: str) -> None:
        self.notes.append(text)

    @contextmanager
    def device(self, *, secrets: tuple[str, ...] = (), **options: Any) -> Iterator[Device]:
        """Runs a device. Afterwards, stops it and searches its whole output for secrets."""
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
        check(leak is None, f"the device printed a secret (docs/traps.md, 8): {leak}")

    def clean(self) -> None:
        if self._folder is not None and not self.settings.keep:
            shutil.rmtree(self._folder, ignore_errors=True)

    def details(self) -> list[str]:
        """Returns the details needed to understand a failure."""
        lines: list[str] = []
        if self.notes:
            lines += ["client:"] + [f"  {note}" for note in self.notes[-60:]]
        for number, device in enumerate(self.devices, 1):
            lines += [f"device {number}: {device.command_line}"] + [
                f"  {line}" for line in device.transcript(60)
            ]
        return lines

    def save_transcripts(self) -> None:
        """Writes the output of both sides to files, for scenarios that run an external tool."""
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
        """Replaces the path of the temporary folder."""
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
    """Runs a scenario. Exceptions of the scenario become its outcome."""
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
    except Exception as error:  # one scenario must not stop the others
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
