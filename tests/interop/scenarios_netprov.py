"""Our own client, `netprov`, as its users run it: over HTTP, over a serial console (a pseudo-terminal) and
over a child's standard input and output. Beside `scenarios_esp_prov.py` it completes the matrix of clients.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shlex
import subprocess
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device import AUTH_ERROR, NETWORK_NOT_FOUND, USERNAME, Device, Event, state_holds, world_toml
from harness import Context, Failure, Skip, check, check_equal, scenario
from scenarios_esp_prov import OTHER_PASSPHRASE, OTHER_SSID, PASSPHRASE, POP, SECRETS, SSID, WORLD, WRONG_PASSPHRASE
from scenarios_thread import KEY, NAME, NETWORKS, dataset

RUN_TIMEOUT = 90.0

# The program's exit codes, as its help lists them.
SUCCESS, NOT_CONNECTED, USAGE, UNREACHABLE, WRONG_PROOF = 0, 1, 2, 3, 4
REFUSED = 6
SECURITY_MISMATCH = 9


@dataclass(frozen=True)
class Run:
    """The output of a run of the program, and its exit code."""

    events: list[dict[str, Any]]
    code: int

    def must(self, code: int) -> Run:
        check_equal(self.code, code, f"exit code of netprov, which said {self.events[-1:]}")
        return self

    def event(self, name: str) -> dict[str, Any]:
        for event in self.events:
            if event["event"] == name:
                return event
        raise Failure(f"netprov did not report {name!r}, but {[event['event'] for event in self.events]}")


def program(context: Context) -> Path:
    path = context.settings.netprov
    if path is None:
        raise Skip("netprov was not built; give its path in NETPROV_CLIENT")
    return path


def run(
    context: Context,
    arguments: Sequence[str],
    passphrase: str = PASSPHRASE,
    pop: str | None = POP,
    more: Mapping[str, str] | None = None,
) -> Run:
    """Runs the program. Secrets are in its environment and must not be in its output; `more` is
    added to the environment."""
    context.note(f"$ netprov --json {shlex.join(arguments)}")
    environment = {**os.environ, **(more or {}), "NETPROV_PASSPHRASE": passphrase}
    environment.pop("NETPROV_POP", None)
    if pop is not None:
        environment["NETPROV_POP"] = pop
    try:
        done = subprocess.run(
            [str(program(context)), "--json", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=RUN_TIMEOUT,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"netprov did not exit within {RUN_TIMEOUT:.0f} s") from None
    output, errors = (stream.decode("utf-8", errors="replace") for stream in (done.stdout, done.stderr))
    context.notes.extend([*output.splitlines(), *errors.splitlines(), f"exit code {done.returncode}"])
    check("panicked" not in errors, f"netprov panicked: {errors}")
    for secret in (*SECRETS, KEY):
        check(secret not in output + errors, f"netprov printed the secret {secret!r}")
    return Run([json.loads(line) for line in output.splitlines()], done.returncode)


class PtyBridge:
    """A pseudo-terminal whose other end is a device's console. Takes a line, then gives its response.

    The virtual device has standard input and output only, so this stands for a serial line.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self._slave = slave  # kept open, so the master is never hung up
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        line = b""
        while True:
            try:
                chunk = os.read(self._master, 4096)
            except OSError:
                return
            for byte in chunk:
                if byte not in b"\r\n":
                    line += bytes([byte])
                    continue
                typed, line = line, b""
                if typed:
                    try:
                        answer = self._device.console_line(typed)
                        os.write(self._master, answer.encode() + b"\r\n")
                    except Exception:  # the device has ended, or the scenario
                        return

    @property
    def path(self) -> str:
        """The terminal's path. Each run may open it again, although programs want it for
        themselves."""
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
        return os.ttyname(self._slave)

    def close(self) -> None:
        os.close(self._slave)
        os.close(self._master)


@dataclass(frozen=True)
class Way:
    """The options and the environment with which netprov reaches a device."""

    options: Callable[[], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)


class Bench:
    """A device, and how `netprov` reaches it."""

    def __init__(self, context: Context, device: Device, way: Way, security: int) -> None:
        self.context = context
        self.device = device
        self.way = way
        self.security = security

    def run(self, command: str, *arguments: str, passphrase: str = PASSPHRASE, pop: str | None = POP) -> Run:
        options = [command, *self.way.options(), "--security", str(self.security), *arguments]
        if self.security == 2:
            options += ["--username", USERNAME]
        return self.bare(options, passphrase, pop if self.security else None)

    def bare(self, arguments: Sequence[str], passphrase: str = PASSPHRASE, pop: str | None = None) -> Run:
        """Runs the program without options for the device."""
        return run(self.context, arguments, passphrase, pop, self.way.environment)

    def info(self) -> Run:
        return self.bare(["info", *self.way.options()])

    def provision(self, ssid: str = SSID, passphrase: str = PASSPHRASE, pop: str | None = POP) -> Run:
        return self.run("provision", "--ssid", ssid, passphrase=passphrase, pop=pop)


Test = Callable[[Bench], None]


@contextmanager
def over_http(device: Device) -> Iterator[Way]:
    assert device.address is not None
    address = "{}:{}".format(*device.address)
    yield Way(lambda: ["--http", address])


@contextmanager
def over_pty(device: Device) -> Iterator[Way]:
    if device.console_path is not None:
        yield Way(lambda: ["--console", str(device.console_path)])
        return
    bridge = PtyBridge(device)
    try:
        yield Way(lambda: ["--console", bridge.path])
    finally:
        bridge.close()


# How to reach a device over each transport, and what skips a scenario that cannot.
WAYS: dict[str, Callable[[Device], AbstractContextManager[Way]]] = {"http": over_http, "pty": over_pty}
NEEDS: dict[str, Callable[[Context], None]] = {}


def bench(name: str, traps: str, transport: str, security: int, **options: Any) -> Callable[[Test], Test]:
    """Registers a scenario that gets a Wi-Fi device."""

    def register(test: Test) -> Test:
        @scenario(f"netprov/{transport}/sec{security}/{name}", traps)
        def _run(context: Context) -> None:
            program(context)
            NEEDS.get(transport, lambda _: None)(context)
            world = context.folder / "world.toml"
            world.write_text(world_toml(WORLD), encoding="utf-8")
            try:
                with context.device(
                    security=security,
                    pop=POP if security else None,
                    world=world,
                    endpoints=["custom-data"],
                    http=transport == "http",
                    console=transport == "pty",
                    secrets=SECRETS,
                    **options,
                ) as device, WAYS[transport](device) as way:
                    test(Bench(context, device, way, security))
            finally:
                context.save_transcripts()

        return test

    return register


def success(bench: Bench) -> None:
    done = bench.provision().must(SUCCESS)
    check_equal(done.event("connected")["ssid"], SSID, "the network that netprov reports")
    bench.device.wait_event(Event.CREDENTIALS, 1, ssid=SSID)
    bench.device.wait_event(Event.CONNECTED, 1)
    bench.device.wait_event(Event.END, 15)


def wrong_password(bench: Bench) -> None:
    error = bench.provision(passphrase=WRONG_PASSPHRASE).must(NOT_CONNECTED).event("error")
    check_equal(error["kind"], "not_connected", "the kind of error")
    bench.device.wait_event(Event.FAILED, 1, reason=AUTH_ERROR)


def wrong_ssid(bench: Bench) -> None:
    bench.provision(ssid="No Such Network").must(NOT_CONNECTED)
    bench.device.wait_event(Event.FAILED, 1, reason=NETWORK_NOT_FOUND)


def wrong_pop(bench: Bench) -> None:
    done = bench.provision(pop="a-pop-nobody-has").must(WRONG_PROOF)
    check_equal(done.event("error")["kind"], "wrong_proof", "the kind of error")
    check_equal(bench.device.events(Event.SESSION), [], "session events")
    check_equal(bench.device.events(Event.CREDENTIALS), [], "credentials events")


def scan(bench: Bench) -> None:
    found = bench.run("scan").must(SUCCESS)
    listed = [event["ssid"] for event in found.events if event["event"] == "network"]
    check_equal(
        listed,
        [SSID, OTHER_SSID, "Tool Cafe", "Tool Neighbour", "Tool Office"],
        "the networks netprov listed",
    )


def custom_data(bench: Bench) -> None:
    done = bench.run("send", "custom-data", "--text", "what is your name").must(SUCCESS)
    check_equal(bytes.fromhex(done.event("response")["hex"]), b"echo:what is your name", "the response")


def info(bench: Bench) -> None:
    document = bench.info().must(SUCCESS).event("info")["version"]
    check_equal(document["prov"]["sec_ver"], bench.security, "the security version")


def other_security(bench: Bench) -> None:
    bench.security = 1 if bench.security != 1 else 2
    bench.provision().must(SECURITY_MISMATCH)


def reset(bench: Bench) -> None:
    bench.provision(passphrase=WRONG_PASSPHRASE).must(NOT_CONNECTED)
    bench.run("reset").must(SUCCESS).event("reset")
    check_equal(bench.run("status").must(SUCCESS).events[-1]["event"], "failed", "the status after a reset")
    bench.provision().must(SUCCESS)


def retry(bench: Bench) -> None:
    bench.provision(passphrase=WRONG_PASSPHRASE).must(NOT_CONNECTED)
    done = bench.provision().must(SUCCESS)
    check_equal(done.event("connected")["ssid"], SSID, "the network that netprov reports")
    bench.device.wait_event(Event.END, 15)


def status(bench: Bench) -> None:
    bench.provision().must(SUCCESS)
    done = bench.run("status").must(SUCCESS)
    check_equal(done.event("connected")["ssid"], SSID, "the network of the status")


def reprov(bench: Bench) -> None:
    bench.provision().must(SUCCESS)
    bench.run("reset", "--reprovision").must(SUCCESS)
    done = bench.provision(OTHER_SSID, OTHER_PASSPHRASE).must(SUCCESS)
    check_equal(done.event("connected")["ssid"], OTHER_SSID, "the network that netprov reports")


# --- a device for Thread ------------------------------------------------------------------------------------


def thread_bench(name: str, transport: str, security: int) -> Callable[[Test], Test]:
    def register(test: Test) -> Test:
        @scenario(f"netprov/{transport}/sec{security}/thread-{name}")
        def _run(context: Context) -> None:
            program(context)
            try:
                with context.device(
                    security=security,
                    pop=POP if security else None,
                    network="thread",
                    thread=NETWORKS,
                    http=transport == "http",
                    console=transport == "pty",
                    secrets=(POP, KEY),
                ) as device, WAYS[transport](device) as way:
                    test(Bench(context, device, way, security))
            finally:
                context.save_transcripts()

        return test

    return register


def send_dataset(bench: Bench, tlvs: bytes) -> Run:
    path = bench.context.folder / "dataset.hex"
    path.write_text(tlvs.hex(), encoding="utf-8")
    return bench.run("provision", "--dataset-file", str(path))


def thread_success(bench: Bench) -> None:
    done = send_dataset(bench, dataset()).must(SUCCESS)
    check_equal(done.event("attached")["network"], NAME, "the network that netprov reports")
    bench.device.wait_event("attached", 1)


def thread_invalid(bench: Bench) -> None:
    send_dataset(bench, dataset()[:12]).must(REFUSED)


def thread_scan(bench: Bench) -> None:
    found = bench.run("scan").must(SUCCESS)
    names = sorted(event["network"] for event in found.events if event["event"] == "network")
    check_equal(names, sorted([NAME, "Next Door"]), "the networks netprov listed")


# --- a child's standard input and output ----------------------------------------------------------------------


def child(security: int, network: str) -> None:
    @scenario(f"netprov/child/sec{security}/{network}-success")
    def _run(context: Context) -> None:
        program(context)
        state, wifi = context.folder / "state", network == "wifi"
        # netprov starts the device; only the options come from here. To netprov, the device's
        # events on the same output are log lines.
        device = Device(
            context.settings.device,
            security=security,
            pop=POP if security else None,
            state=state,
            http=False,
            console=True,
            wifi=[(SSID, PASSPHRASE)] if wifi else [],
            network=network,
            thread=() if wifi else NETWORKS,
        )
        command = [str(context.settings.device), *shlex.split(device.command_line)[1:]]
        path = context.folder / "dataset.hex"
        path.write_text(dataset().hex(), encoding="utf-8")
        target = ["--ssid", SSID] if wifi else ["--dataset-file", str(path)]
        user = ["--username", USERNAME] if security == 2 else []
        options = ["provision", "--child", "--security", str(security), *user, *target, "--", *command]
        # The proof is in the child's command line, which is noted. That is not a leak: the device
        # has the proof.
        notes, context.notes = context.notes, []
        done = run(context, options, pop=POP if security else None)
        context.notes = [*notes, *context.notes[1:]]
        done.must(SUCCESS).event("connected" if wifi else "attached")
        check(state_holds(state, SSID if wifi else dataset().hex()), "the device has not stored what worked")


def register(transport: str, security: int) -> None:
    """Registers the scenarios of a Wi-Fi device."""
    bench("success", "", transport, security)(success)
    bench("wrong-password", "43", transport, security)(wrong_password)
    bench("wrong-ssid", "43", transport, security)(wrong_ssid)
    bench("scan", "52, 54, 55", transport, security)(scan)
    bench("custom-data", "", transport, security)(custom_data)
    bench("info", "75", transport, security)(info)
    bench("other-security", "75", transport, security)(other_security)
    bench("reset", "41", transport, security)(reset)
    bench("retry", "43", transport, security)(retry)
    bench("status", "", transport, security, autostop_ms=0)(status)
    bench("reprov", "41", transport, security, autostop_ms=0)(reprov)
    if security:
        bench("wrong-pop", "", transport, security)(wrong_pop)


def _register() -> None:
    for security in (0, 1, 2):
        for transport in ("http", "pty"):
            register(transport, security)
            thread_bench("success", transport, security)(thread_success)
            thread_bench("invalid", transport, security)(thread_invalid)
            thread_bench("scan", transport, security)(thread_scan)
        for network in ("wifi", "thread"):
            child(security, network)


_register()
