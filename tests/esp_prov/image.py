# SPDX-License-Identifier: Apache-2.0
"""The native_sim image as a device of tests/interop: its command line, log, pseudo-terminal and
radio.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import select
import subprocess
import termios
import threading
import time
import tty
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import srp_verifier
from air import Air
from device import CONSOLE_ERROR, START_TIMEOUT, USERNAME, Device, DeviceError, Event
from harness import Skip

ENDPOINTS = ("custom-data",)  # those of the image
SECURITIES = ("open", "wep", "wpa-psk", "wpa2-psk", "wpa2-enterprise", "wpa3-psk", "wpa2-wpa3-psk")
PROMPT = b"uart:~$ "
ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
LOG_LINE = re.compile(r"<\w+> (?:app|world): (.*)")
TERMINAL = re.compile(r"connected to pseudotty: (\S+)")
CRASH = re.compile(r"ZEPHYR FATAL ERROR|ASSERTION FAIL|Halting system|AddressSanitizer")

STORED = "stored"  # yes
ONLINE = "online"
JOINING = "joining"  # ssid
REFUSED = "session_refused"
LOCKED_OUT = "locked_out"

# The image's log texts, and the events that the scenarios know.
WORDS: list[tuple[str, dict[str, Any]]] = [
    (r"Credentials are stored: (?P<answer>yes|no)", {"event": STORED}),
    (r"The service runs", {"event": Event.LISTENING}),
    (r"A client has a session", {"event": Event.SESSION}),
    (r"A client has a wrong proof of possession", {"event": REFUSED}),
    (r"Handshakes are refused for \d+ ms", {"event": LOCKED_OUT}),
    (r"Credentials received", {"event": Event.CREDENTIALS}),
    (r'Joining "(?P<ssid>.*)"', {"event": JOINING}),
    (r"Credentials worked", {"event": Event.CONNECTED}),
    (r"Credentials failed: the passphrase is wrong", {"event": Event.FAILED, "reason": "auth_error"}),
    (
        r"Credentials failed: there is no such network",
        {"event": Event.FAILED, "reason": "network_not_found"},
    ),
    (r"Credentials failed: (?P<reason>.*)", {"event": Event.FAILED}),
    (r"The service has ended", {"event": Event.END}),
    (r"Online", {"event": ONLINE}),
]


class Taps:
    """TAP interfaces of the current namespace. Each is a network of its own with two addresses."""

    def __init__(self, reason: str = "") -> None:
        """`reason` says why there can be none."""
        self._reason = reason
        self._free = list(range(63, -1, -1))
        self._lock = threading.Lock()

    def claim(self) -> Tap:
        if self._reason:
            raise Skip(f"no TAP interface can be made: {self._reason}")
        with self._lock:
            number = self._free.pop()
        tap = Tap(self, number)
        tap.create()
        return tap

    def give_back(self, number: int) -> None:
        with self._lock:
            self._free.append(number)


class Tap:
    def __init__(self, taps: Taps, number: int) -> None:
        self._taps = taps
        self._number = number
        self.name = f"netprov{number}"
        # Addresses of TEST-NET-1, which belong to nobody.
        self.device_address = f"192.0.2.{4 * number + 1}"
        self._host_address = f"192.0.2.{4 * number + 2}/30"

    def create(self) -> None:
        ip("tuntap", "add", "dev", self.name, "mode", "tap")
        ip("address", "add", self._host_address, "dev", self.name)
        ip("link", "set", self.name, "up")

    def remove(self) -> None:
        ip("link", "delete", self.name)
        self._taps.give_back(self._number)


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise DeviceError(f"`ip {' '.join(arguments)}` failed: {done.stdout.strip()}")


class Terminal:
    """A person at the shell: types lines and reads everything up to the next prompt."""

    def __init__(self, device: ImageDevice, path: str) -> None:
        self._device = device
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._fd, termios.TCSANOW)  # TCSANOW keeps the input that has already come
        self._seen = b""

    def close(self) -> None:
        os.close(self._fd)

    def share(self) -> None:
        """Lets programs open the pseudo-terminal while they need it for themselves."""
        fcntl.ioctl(self._fd, termios.TIOCNXCL)

    def await_prompt(self, timeout: float) -> bytes:
        """Everything up to the next prompt, without escape sequences."""
        deadline = time.monotonic() + timeout
        while not ESCAPE.sub(b"", self._seen).endswith(PROMPT):
            self._read(deadline)
        text, self._seen = ESCAPE.sub(b"", self._seen), b""
        return text.removesuffix(PROMPT)

    def _read(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeviceError(f"no prompt in time, after {self._seen[-200:]!r}")
        if not self._device.alive:
            raise DeviceError("the device ended without a prompt")
        if select.select([self._fd], [], [], min(left, 1.0))[0]:
            with contextlib.suppress(OSError):  # EIO: the device has ended
                self._seen += os.read(self._fd, 65536)

    def ask(self, line: bytes, timeout: float) -> str:
        """Types a line and returns what the device says to it."""
        self._write(line + b"\r", timeout)
        text = self.await_prompt(timeout)
        return after_echo(text, line).decode("utf-8", errors="backslashreplace").strip()

    def _write(self, data: bytes, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while data:
            if not select.select([], [self._fd], [], max(0.0, deadline - time.monotonic()))[1]:
                raise DeviceError("the console takes no input")
            data = data[os.write(self._fd, data) :]


def after_echo(text: bytes, line: bytes) -> bytes:
    """Everything after the echo of a line. The shell wraps the echo at its terminal's width."""
    at = 0
    for position, byte in enumerate(text):
        if at == len(line):
            return text[position:]
        if byte == line[at]:
            at += 1
        elif byte not in b"\r\n":
            break
    raise DeviceError(f"the console echoed {text[:200]!r} for {line[:200]!r}")


class ImageDevice(Device):
    """Takes the options of the virtual device as far as the image has similar ones."""

    taps = Taps()

    def __init__(
        self,
        binary: Path,
        *,
        security: int = 1,
        pop: str | None = None,
        wifi: Sequence[tuple[str, str]] = (),
        world: Path | None = None,
        state: Path | None = None,
        attempts: int = 1,
        endpoints: Sequence[str] = (),
        autostop_ms: int | None = None,
        http: bool = True,
        console: bool = False,
        serves: bool = True,
        more: Sequence[str] = (),
    ) -> None:
        """`serves` says whether it will wait for a client at once. Without HTTP and console, it
        uses Bluetooth; `more` are options of the image that the virtual device does not have."""
        if (http and console) or autostop_ms not in (None, 0) or not set(endpoints) <= set(ENDPOINTS):
            raise ValueError("the image has no such transport")
        super().__init__(binary, http=False)
        self._serves = serves
        self._tap: Tap | None = None
        self._terminal: Terminal | None = None
        self._terminal_path: str | None = None
        self._has_console = console
        self._has_tap = http
        self.air: Air | None = None
        # In real time, because the clients' clocks cannot be sped up.
        options = ["-rt", "-seed-random", f"-security={security}", f"-attempts={attempts}"]
        # Otherwise, what the shell prints before its terminal is opened may be lost.
        options += ["-scheme=console", "-wait_uart"] if console else []
        options += ["-scheme=softap"] if http else []
        options += [] if http or console else ["-scheme=ble"]
        options.append(f"-flash={state}" if state is not None else "-flash_in_ram")
        if security == 2:
            proof = srp_verifier.verifier(USERNAME, pop or "")
            options += [f"-salt={srp_verifier.SALT.hex()}", f"-verifier={proof.hex()}"]
        elif pop is not None:
            options.append(f"-pop={pop}")
        if autostop_ms == 0:
            options.append("-no_auto_stop")
        options += [f"-network={network}" for network in [*networks_of(wifi), *networks_in(world)]]
        self._options = [*options, *more]

    def start(self) -> None:
        if self._has_tap:
            self._tap = self.taps.claim()
            self.address = (self._tap.device_address, 80)
            self._options += [f"-eth-if={self._tap.name}", f"-address={self._tap.device_address}"]
        elif not self._has_console:
            self.air = Air()
            self._options += [f"-bt-dev=127.0.0.1:{self.air.port}"]
        super().start()
        if self._serves:
            self.wait_event(Event.LISTENING, START_TIMEOUT)
        if self._has_console:
            path = self._await(lambda: self._terminal_path, START_TIMEOUT, "pseudo-terminal")
            self._terminal = Terminal(self, path)
            self._terminal.await_prompt(START_TIMEOUT)

    @property
    def console_path(self) -> str | None:
        """Nothing else reads from it while no line is typed here. Each user may open it again."""
        if self._terminal is not None:
            self._terminal.share()
        return self._terminal_path

    def stop(self) -> None:
        super().stop()
        terminal, self._terminal = self._terminal, None
        tap, self._tap = self._tap, None
        air, self.air = self.air, None
        if terminal is not None:
            terminal.close()
        if air is not None:
            air.close()
        if tap is not None:
            tap.remove()

    def _sort(self, text: str) -> None:
        """Handles a line of standard output: the log and the simulator's own messages."""
        if CRASH.search(text) and self.panic is None:
            self.panic = text
        if match := TERMINAL.search(text):
            self._terminal_path = match[1]
        if match := LOG_LINE.search(text):
            self._understand(match[1])

    def _understand(self, words: str) -> None:
        for pattern, event in WORDS:
            if match := re.fullmatch(pattern, words):
                break
        else:
            return
        self._events.append({**event, **match.groupdict()})
        if event["event"] == JOINING:
            # The module does not tell the application whose credentials it has received.
            for earlier in reversed(self._events):
                if earlier["event"] == Event.CREDENTIALS:
                    earlier.setdefault("ssid", match["ssid"])
                    break

    def console_line(self, line: bytes, timeout: float = 20.0) -> str:
        assert self._terminal is not None
        with self._console_lock:
            reply = self._terminal.ask(line, timeout)
        with self._changed:
            self._lines.append((time.monotonic() - self._started, "con", reply))
            self._raw += reply.encode() + b"\n"
        if reply.startswith("net_prov: "):
            return CONSOLE_ERROR + reply
        return reply


def network(
    ssid: str,
    passphrase: str,
    security: str,
    rssi: int = -50,
    channel: int = 6,
    bssid: str = "02:00:00:00:00:01",
    hidden: bool = False,
) -> str:
    """A network in range, in the form of the image's command line."""
    if "," in ssid + passphrase or security not in SECURITIES:
        raise ValueError(f"the image has no such network: {ssid}")
    visibility = "hidden" if hidden else "visible"
    return f"{ssid},{passphrase},{security},{rssi},{channel},{bssid},{visibility}"


def networks_of(wifi: Sequence[tuple[str, str]]) -> list[str]:
    return [network(ssid, passphrase, "wpa2-psk" if passphrase else "open") for ssid, passphrase in wifi]


def networks_in(world: Path | None) -> list[str]:
    """The networks of a world file, which has one value a line."""
    points: list[dict[str, Any]] = []
    for line in world.read_text(encoding="utf-8").splitlines() if world is not None else []:
        key, is_value, value = line.partition(" = ")
        if is_value:
            points[-1][key] = json.loads(value)
        elif line:
            points.append({})
    return [
        network(
            point["ssid"],
            point.get("passphrase", ""),
            point["auth"],
            point["rssi"],
            point["channel"],
            point["bssid"],
            point["hidden"],
        )
        for point in points
    ]
