"""The device under test: its command line, events, console and exit.

This is the only module that knows the program's option names, event names and line formats.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Event:
    """Names of the JSON events, which the device prints on stdout, one per line."""

    LISTENING = "listening"  # transport, address
    SESSION = "session_established"
    CREDENTIALS = "credentials_received"  # ssid
    CONNECTED = "connected"
    FAILED = "failed"  # reason
    END = "end"


AUTH_ERROR = "auth_error"
NETWORK_NOT_FOUND = "network_not_found"

CONSOLE_COMMAND = "net_prov"
CONSOLE_ERROR = "error: "

USERNAME = "wifiprov"  # for security 2; also the clients' default

START_TIMEOUT = 20.0
STOP_TIMEOUT = 5.0
LIFETIME = 240.0  # longer than any scenario takes; devices running longer are killed


class DeviceError(Exception):
    """The device did not start, exited early, or did not report an expected event."""


class ConsoleRefused(Exception):
    """The console rejected a request with an error line."""


@dataclass(frozen=True)
class Secret:
    """A text that must not appear in the output, in any encoding that a careless log might use."""

    text: str

    def encodings(self) -> list[bytes]:
        raw = self.text.encode("utf-8")
        as_list = ", ".join(str(b) for b in raw).encode()
        return [raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw), as_list]


AUTH_MODES = {  # name in the world file -> number in the protocol
    "open": 0,
    "wep": 1,
    "wpa-psk": 2,
    "wpa2-psk": 3,
    "wpa-wpa2-psk": 4,
    "wpa2-enterprise": 5,
    "wpa3-psk": 6,
    "wpa2-wpa3-psk": 7,
}


@dataclass(frozen=True)
class AccessPoint:
    """An access point of the simulated world."""

    ssid: str
    passphrase: str = ""
    rssi: int = -50
    channel: int = 6
    auth: str = "wpa2-psk"
    bssid: str = "02:00:00:00:00:01"
    hidden: bool = False


def world_toml(points: Sequence[AccessPoint]) -> str:
    """Formats the world file. Only this function knows the format."""
    out = []
    for point in points:
        out.append("[[access_point]]")
        out.append(f"ssid = {json.dumps(point.ssid)}")
        if point.passphrase:
            out.append(f"passphrase = {json.dumps(point.passphrase)}")
        out.append(f"rssi = {point.rssi}")
        out.append(f"channel = {point.channel}")
        out.append(f"auth = {json.dumps(point.auth)}")
        out.append(f"bssid = {json.dumps(point.bssid)}")
        out.append(f"hidden = {'true' if point.hidden else 'false'}")
        out.append("")
    return "\n".join(out)


def state_holds(path: Path, text: str) -> bool:
    """Returns whether the state file contains a text, either literally or in hexadecimal."""
    if not path.exists():
        return False
    content = path.read_text(encoding="utf-8", errors="replace")
    return text in content or text.encode("utf-8").hex() in content.lower()


_live: set[Device] = set()
_live_lock = threading.Lock()


def kill_all() -> None:
    """Kills all running devices when a run is interrupted."""
    with _live_lock:
        devices = list(_live)
    for device in devices:
        device.kill()


class Device:
    """A device process, with a reader thread for each output stream."""

    def __init__(
        self,
        binary: Path,
        *,
        security: int = 1,
        pop: str | None = None,
        wifi: Sequence[tuple[str, str]] = (),
        world: Path | None = None,
        state: Path | None = None,
        attempts: int | None = 1,
        endpoints: Sequence[str] = (),
        app_info: Sequence[str] = (),
        autostop_ms: int | None = None,
        http: bool = True,
        console: bool = False,
        once: bool = False,
        reprovision: bool = False,
        network: str = "wifi",
        thread: Sequence[str] = (),
    ) -> None:
        options = ["--json", "--security", str(security)]
        options += ["--http", "127.0.0.1:0"] if http else ["--no-http"]
        if console:
            options.append("--console")
        if security == 1:
            options += ["--pop", pop] if pop is not None else ["--no-pop"]
        if security == 2:
            options += ["--username", USERNAME, "--password", pop or ""]
        for ssid, passphrase in wifi:
            options += ["--wifi", f"{ssid}:{passphrase}" if passphrase else ssid]
        if world is not None:
            options += ["--world", str(world)]
        if state is not None:
            options += ["--state", str(state)]
        if attempts is not None:
            options += ["--wifi-conn-attempts", str(attempts)]
        for name in endpoints:
            options += ["--endpoint", name]
        for info in app_info:
            options += ["--app-info", info]
        if autostop_ms is not None:
            options += ["--autostop-ms", str(autostop_ms)]
        if once:
            options.append("--once")
        if reprovision:
            options.append("--reprovision")
        if network != "wifi":
            options += ["--network", network]
        for text in thread:
            options += ["--thread", text]
        self._binary = binary
        self._options = options
        self._http = http
        self._process: subprocess.Popen[bytes] | None = None
        self._changed = threading.Condition()
        self._lines: list[tuple[float, str, str]] = []
        self._raw = bytearray()
        self._events: list[dict[str, Any]] = []
        self._replies: list[str] = []
        self._replies_taken = 0
        self._open_outputs = 0
        self._console_lock = threading.Lock()
        self._readers: list[threading.Thread] = []
        self._reaper: threading.Timer | None = None
        self._started = time.monotonic()
        self.address: tuple[str, int] | None = None
        self.panic: str | None = None

    @property
    def command_line(self) -> str:
        return shlex.join([self._binary.name, *self._options])

    # --- process --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the program and waits until it is listening."""
        self._process = subprocess.Popen(
            [str(self._binary), *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        with _live_lock:
            _live.add(self)
        self._reaper = threading.Timer(LIFETIME, self.kill)
        self._reaper.daemon = True
        self._reaper.start()
        self._open_outputs = 2
        for name, stream in (("out", self._process.stdout), ("err", self._process.stderr)):
            reader = threading.Thread(target=self._read, args=(name, stream), daemon=True)
            reader.start()
            self._readers.append(reader)
        if self._http:
            event = self.wait_event(Event.LISTENING, START_TIMEOUT, transport="http")
            host, _, port = str(event["address"]).rpartition(":")
            self.address = (host, int(port))

    def kill(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()

    def stop(self) -> None:
        """Stops the process in any state. Does nothing if it has exited."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        for reader in self._readers:
            reader.join(STOP_TIMEOUT)
        if self._reaper is not None:
            self._reaper.cancel()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        with _live_lock:
            _live.discard(self)

    def kill_hard(self) -> None:
        """Kills the process, as a power cut would."""
        self.kill()
        if self._process is not None:
            self._process.wait()

    def wait_exit(self, timeout: float) -> int:
        assert self._process is not None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise DeviceError(f"the device did not exit within {timeout:.0f} s") from None

    @property
    def console_path(self) -> str | None:
        """The pseudo-terminal of the console, if the device has one of its own."""
        return None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    # --- output ---------------------------------------------------------------------------------------------

    def _read(self, name: str, stream: Any) -> None:
        for line in iter(stream.readline, b""):
            text = line.decode("utf-8", errors="backslashreplace").rstrip("\r\n")
            with self._changed:
                self._raw += line
                self._lines.append((time.monotonic() - self._started, name, text))
                if "panicked at" in text and self.panic is None:
                    self.panic = text
                if name == "out":
                    self._sort(text)
                self._changed.notify_all()
        with self._changed:
            self._open_outputs -= 1
            self._changed.notify_all()

    def _sort(self, text: str) -> None:
        if text.startswith("{"):
            try:
                self._events.append(json.loads(text))
                return
            except ValueError:
                pass
        self._replies.append(text)

    def _await(self, ready: Callable[[], Any], timeout: float, what: str) -> Any:
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = ready()
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if self._open_outputs == 0:
                    raise DeviceError(f"the device exited without {what}")
                if left <= 0:
                    raise DeviceError(f"no {what} within {timeout:.0f} s")
                self._changed.wait(left)

    def wait_event(self, name: str, timeout: float = 15.0, since: int = 0, **fields: Any) -> dict[str, Any]:
        """Returns the first event with this name and these values, from index `since` on."""

        def ready() -> dict[str, Any] | None:
            for event in self._events[since:]:
                if event.get("event") == name and all(event.get(k) == v for k, v in fields.items()):
                    return event
            return None

        wanted = name + "".join(f" {k}={v}" for k, v in fields.items())
        event: dict[str, Any] = self._await(ready, timeout, f"event {wanted!r}")
        return event

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        with self._changed:
            return [e for e in self._events if name is None or e.get("event") == name]

    def event_names(self) -> list[str]:
        return [str(e.get("event")) for e in self.events()]

    def mark(self) -> int:
        """Returns the index of the next event, for `wait_event(since=…)`."""
        with self._changed:
            return len(self._events)

    def transcript(self, last: int | None) -> list[str]:
        with self._changed:
            lines = self._lines if last is None else self._lines[-last:]
            return [f"{at:7.2f} {name}| {text}" for at, name, text in lines]

    def find_secret(self, secrets: Sequence[Secret]) -> str | None:
        """Returns the first secret found in the output, with its line."""
        with self._changed:
            raw = bytes(self._raw)
        for secret in secrets:
            for spelling in secret.encodings():
                at = raw.find(spelling)
                if at >= 0:
                    line = raw[raw.rfind(b"\n", 0, at) + 1 :].split(b"\n", 1)[0]
                    return f"{secret.text!r} in {line.decode('utf-8', errors='backslashreplace')!r}"
        return None

    # --- console --------------------------------------------------------------------------------------------

    def console_line(self, line: bytes, timeout: float = 20.0) -> str:
        """Sends a raw line to the console and returns the one line of its response, which may be an error
        line."""
        assert self._process is not None and self._process.stdin is not None
        with self._console_lock:
            with self._changed:
                extra = self._replies[self._replies_taken :]
            if extra:
                raise DeviceError(f"unexpected console output: {extra[:3]!r}")
            try:
                self._process.stdin.write(line + b"\n")
            except (BrokenPipeError, OSError) as error:
                raise DeviceError(f"the console was closed: {error}") from None

            def ready() -> str | None:
                waiting = self._replies[self._replies_taken :]
                return waiting[0] if waiting else None

            response = str(self._await(ready, timeout, "console response"))
            self._replies_taken += 1
            return response

    def console(self, endpoint: str, session: int, data: bytes, timeout: float = 20.0) -> bytes:
        """Sends a request over the console. Raises ConsoleRefused for an error line."""
        line = f"{CONSOLE_COMMAND} {endpoint} {session} {data.hex()}".rstrip()
        response = self.console_line(line.encode(), timeout)
        if response.startswith(CONSOLE_ERROR):
            raise ConsoleRefused(response)
        if response != response.lower():
            raise DeviceError(f"console response is not lower-case hexadecimal: {response!r}")
        try:
            return bytes.fromhex(response)
        except ValueError:
            raise DeviceError(f"console response is neither hex nor an error line: {response!r}") from None


def run_to_end(
    binary: Path, options: Sequence[str], timeout: float = 20.0
) -> subprocess.CompletedProcess[bytes]:
    """Runs the program with options that make it exit by itself."""
    try:
        return subprocess.run(
            [str(binary), *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env=dict(os.environ, NO_COLOR="1"),
        )
    except subprocess.TimeoutExpired:
        raise DeviceError(
            f"`{shlex.join([binary.name, *options])}` did not exit within {timeout:.0f} s"
        ) from None
