#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Provisions the Rust sample with esp-protocomm, over its console or over Bluetooth LE.

    tests/esp_prov/sample_rust.py console|ble PROGRAM

PROGRAM is samples/wifi_prov_rust for native_sim/native/64, built with ble.conf for Bluetooth. Its
Bluetooth controller is a virtual one (air.py). The script continues in the Python environment of
tests/interop, which it makes if it is missing, and prints a verdict as run.py does.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INTEROP = HERE.parent / "interop"
NAME = "sample_rust/esp-protocomm"
SERVICE_NAME = "PROV_ZEPHYR"
SSID, PASSPHRASE, PROOF = "Sample Home", "sample-at-home-77", "abcd1234"
# The sample's log texts, in this order.
WANTED = ["Waiting for credentials", "Credentials received", "worked and are stored", "Online"]
TIMEOUT = 60.0


class Sample:
    """The program, as far as a terminal asks for it."""

    def __init__(self, program: Path, *more: str) -> None:
        self.output = ""
        self._changed = threading.Condition()
        options = ["-rt", "-seed-random", "-flash_in_ram", *more]
        self._process = subprocess.Popen(
            [str(program), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.output += line
                self._changed.notify_all()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def await_output(self, pattern: str) -> re.Match[str]:
        with self._changed:
            if not self._changed.wait_for(lambda: re.search(pattern, self.output), TIMEOUT):
                raise TimeoutError(f"the sample does not say {pattern!r}")
            found = re.search(pattern, self.output)
        assert found is not None
        return found

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


class Console:
    """esp-protocomm's transport to the device: lines of the shell."""

    def __init__(self, program: Path) -> None:
        from image import Terminal

        self.sample = Sample(program, "-wait_uart")
        path = self.sample.await_output(r"connected to pseudotty: (\S+)")[1]
        self._terminal = Terminal(self.sample, path)

    async def connect(self) -> None:
        self._terminal.await_prompt(TIMEOUT)

    async def send(self, endpoint: str, data: bytes) -> bytes:
        line = f"net_prov {endpoint} 1 {data.hex() or '-'}"
        reply = self._terminal.ask(line.encode(), TIMEOUT)
        for text in reply.splitlines():
            if re.fullmatch("([0-9a-f]{2})+", text.strip()):
                return bytes.fromhex(text.strip())
        raise OSError(f"no answer: {reply!r}")

    def close(self) -> None:
        self.sample.end()
        self._terminal.close()


class Ble:
    """esp-protocomm's own transport, on the stand-in for bleak."""

    def __init__(self, program: Path) -> None:
        import air
        from esp_protocomm.ble import BleTransport

        self._air = air.Air()
        air.breathe(self._air)
        self._transport = BleTransport()
        self.send = self._transport.send
        self.sample = Sample(program, f"-bt-dev=127.0.0.1:{self._air.port}")

    async def connect(self) -> None:
        await self._transport.connect(SERVICE_NAME)

    def close(self) -> None:
        self.sample.end()
        self._air.close()


TRANSPORTS = {"console": Console, "ble": Ble}


def provision(transport: str, program: Path) -> str:
    """Provisions the sample. Returns why it failed; empty if it did not."""
    sys.path.insert(0, str(INTEROP))
    from esp_protocomm import Security1, WifiState, establish_session, provision_wifi

    way = TRANSPORTS[transport](program)
    sample = way.sample
    try:
        sample.await_output(WANTED[0])

        async def client() -> WifiState:
            await way.connect()
            session = await establish_session(way, Security1(PROOF))
            status = await provision_wifi(way, session, SSID, PASSPHRASE, timeout=30, poll_interval=0.2)
            return status.state

        state = asyncio.run(client())
        if state != WifiState.CONNECTED:
            return f"the client saw {state}"
        sample.await_output(WANTED[-1])
        places = [sample.output.find(text) for text in WANTED]
        if places != sorted(places) or -1 in places:
            return f"the sample logged {sample.output}"
        if PASSPHRASE in sample.output:
            return "the log has the passphrase"
        return ""
    finally:
        way.close()


def main() -> int:
    transport, program, python = sys.argv[1], Path(sys.argv[2]), Path(sys.executable)
    name = f"{NAME}/{transport}"
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    environment = (target / "interop-venv").absolute()
    if python.parent != environment / "bin":
        from run import SetupError, environment_python

        try:
            python = environment_python(environment)
        except SetupError as error:
            print(f"FAIL {name}: {str(error).splitlines()[-1]}")
            return 1
        os.execv(python, [str(python), "-u", *sys.argv])
    begun = time.monotonic()
    try:
        problem = provision(transport, program)
    except Exception as error:  # whatever it is, it is no success
        problem = f"{type(error).__name__}: {error}"
    if problem:
        print(f"FAIL {name}: {problem}")
        return 1
    print(f"PASS {name} ({time.monotonic() - begun:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
