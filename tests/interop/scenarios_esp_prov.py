"""Espressif's own tool, over HTTP and over its patched console transport. Skipped if the tool is not
available."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from device import AUTH_ERROR, NETWORK_NOT_FOUND, USERNAME, AccessPoint, ConsoleRefused, Device, Event, world_toml
from harness import Context, Failure, Skip, check, check_equal, scenario

SSID = "Tool Home"
OTHER_SSID = "Tool Away"
PASSPHRASE = "esp-prov-was-here"
OTHER_PASSPHRASE = "and-came-back-again"
WRONG_PASSPHRASE = "esp-prov-mistyped"
POP = "tool-pop-2f6b"
SECRETS = (PASSPHRASE, OTHER_PASSPHRASE, WRONG_PASSPHRASE, POP)

SUCCESS = "Provisioning was successful"
SESSION = "Session Established"
NO_SESSION = "Failed to establish session"
WRONG_PASSWORD = "Incorrect Password"
WRONG_SSID = "Incorrect SSID"
FAILED = "Provisioning failed"
RESET_OK = "CtrlReset status: 0x0"  # printed with -v for reset and for reprov

RUN_TIMEOUT = 120.0

# The tool's prompt: a request for the user to copy, followed by the prompt for the response.
CONSOLE_REQUEST = re.compile(rb"Client->Device msg : (\S+) (\d+) ([0-9a-f]*)\r?\nEnter device->client msg : ")
# The console transport passes bytes to callers that expect latin-1 text; patching one call fixes this.
CONSOLE_BUG = re.compile(r"hex_str_to_bytes\(resp\)(?=\s*$)", re.MULTILINE)
CONSOLE_PATCH = "hex_str_to_bytes(resp).decode('latin-1')"
AP_PROMPT = b"Select AP by number (0 to rescan) : "

Answer = Callable[[bytes], "tuple[int, bytes] | None"]

_tools: set[subprocess.Popen[bytes]] = set()
_tools_lock = threading.Lock()


def kill_tools() -> None:
    with _tools_lock:
        for tool in _tools:
            tool.kill()


@dataclass(frozen=True)
class Run:
    text: str
    code: int

    def must(self, *wanted: str) -> Run:
        for text in wanted:
            check(text in self.text, f"esp_prov did not print {text!r}")
        return self

    def must_not(self, *unwanted: str) -> Run:
        for text in unwanted:
            check(text not in self.text, f"esp_prov printed {text!r}")
        return self


def tool(context: Context) -> Path:
    """Returns the path of the tool, or skips the scenario."""
    path, idf = context.settings.esp_prov, context.settings.idf_path
    if path is None or idf is None:
        raise Skip("esp_prov is not available; set ESP_PROV to esp_prov.py and IDF_PATH to an esp-idf")
    check(path.is_file(), f"ESP_PROV is not a file: {path}")
    check(
        (idf / "components" / "protocomm" / "python").is_dir(),
        f"IDF_PATH has no folder components/protocomm/python: {idf}",
    )
    return path


def patched_tool(context: Context) -> Path:
    """Returns a copy of the tool with a working console transport."""
    original = tool(context)
    root = context.folder / "copy"
    if not root.exists():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(original.parent, root / "tool" / "esp_prov", ignore=ignored)
        shutil.copytree(original.parents[2] / "python", root / "python", ignore=ignored)
        transport = root / "tool" / "esp_prov" / "transport" / "transport_console.py"
        text = transport.read_text(encoding="utf-8")
        text, count = CONSOLE_BUG.subn(CONSOLE_PATCH, text)
        check(
            count == 1,
            f"esp_prov's console transport has changed: the patch matches {count} places instead of 1; "
            "see tests/README.md",
        )
        transport.write_text(text, encoding="utf-8")
    return root / "tool" / "esp_prov" / original.name


def run(context: Context, program: Path, arguments: Sequence[str], answer: Answer | None = None) -> Run:
    """Runs the tool. `answer` gets its new output and returns how much of it is consumed and what to
    type."""
    context.note(f"$ python -u esp_prov.py {shlex.join(arguments)}")
    environment = dict(os.environ, IDF_PATH=str(context.settings.idf_path), PYTHONDONTWRITEBYTECODE="1")
    child = subprocess.Popen(
        [sys.executable, "-u", str(program), *arguments],
        stdin=subprocess.PIPE if answer else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        bufsize=0,
    )
    with _tools_lock:
        _tools.add(child)
    reaper = threading.Timer(RUN_TIMEOUT, child.kill)
    reaper.start()
    started = time.monotonic()
    output, open_part = b"", b""
    try:
        assert child.stdout is not None
        while chunk := os.read(child.stdout.fileno(), 65536):
            output += chunk
            open_part += chunk
            while answer is not None and (found := answer(open_part)) is not None:
                used, typed = found
                open_part = open_part[used:]
                output += typed  # a terminal would echo this
                assert child.stdin is not None
                child.stdin.write(typed)
        code = child.wait(RUN_TIMEOUT)
    except BrokenPipeError:
        code = child.wait(RUN_TIMEOUT)
    finally:
        reaper.cancel()
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
        with _tools_lock:
            _tools.discard(child)
        text = output.decode("utf-8", errors="replace").replace("\r\n", "\n")
        context.notes.extend(text.replace(str(program.parent), "esp_prov").splitlines())
    context.note(f"exit code {code}")
    if time.monotonic() - started >= RUN_TIMEOUT:
        raise Failure(f"esp_prov did not exit within {RUN_TIMEOUT:.0f} s")
    return Run(text, code)


def bridge(device: Device) -> Answer:
    """Copies requests and responses between the two consoles, in place of a user."""

    def answer(output: bytes) -> tuple[int, bytes] | None:
        match = CONSOLE_REQUEST.search(output)
        if match is None:
            return None
        endpoint, session, request = match[1].decode(), int(match[2]), bytes.fromhex(match[3].decode())
        try:
            response = device.console(endpoint, session, request).hex()
        except ConsoleRefused:
            response = ""  # a rejected request has no response to copy
        return match.end(), response.encode() + b"\n"

    return answer


class Bench:
    """A device and the tool, connected over one transport with one security version."""

    def __init__(self, context: Context, device: Device, transport: str, security: int) -> None:
        self.context = context
        self.device = device
        self.console = transport == "console"
        self.security = security

    def run(
        self, *arguments: str, pop: str = POP, username: str = USERNAME, answer: Answer | None = None
    ) -> Run:
        options = ["--sec_ver", str(self.security)]
        if self.security == 1:
            options += ["--pop", pop]
        if self.security == 2:
            options += ["--sec2_username", username, "--sec2_pwd", pop]
        return self.run_plain(*options, *arguments, answer=answer)

    def run_plain(self, *arguments: str, answer: Answer | None = None) -> Run:
        if self.console:
            program = patched_tool(self.context)
            return run(self.context, program, ["--transport", "console", *arguments], bridge(self.device))
        assert self.device.address is not None
        host, port = self.device.address
        name = f"{host}:{port}"
        program = tool(self.context)
        return run(
            self.context, program, ["--transport", "softap", "--service_name", name, *arguments], answer
        )


Test = Callable[[Bench], None]


def bench(
    name: str, traps: str, transport: str, security: int, *, auto_stop: bool = True
) -> Callable[[Test], Test]:
    """Registers a scenario that gets a device and the tool."""

    def register(test: Test) -> Test:
        @scenario(f"esp-prov/{transport}/sec{security}/{name}", traps)
        def _run(context: Context) -> None:
            tool(context)
            world = context.folder / "world.toml"
            world.write_text(world_toml(WORLD), encoding="utf-8")
            try:
                with context.device(
                    security=security,
                    pop=POP if security else None,
                    world=world,
                    endpoints=["custom-data"],
                    autostop_ms=None if auto_stop else 0,
                    http=transport == "http",
                    console=transport == "console",
                    secrets=SECRETS,
                ) as device:
                    test(Bench(context, device, transport, security))
            finally:
                context.save_transcripts()

        return test

    return register


WORLD = [
    AccessPoint("Tool Neighbour", PASSPHRASE, -80, 11, "wpa3-psk", "02:00:00:00:02:01"),
    AccessPoint(SSID, PASSPHRASE, -40, 1, "wpa2-psk", "02:00:00:00:02:02"),
    AccessPoint(SSID, PASSPHRASE, -66, 6, "wpa2-psk", "02:00:00:00:02:03"),
    AccessPoint("Tool Secret", PASSPHRASE, -30, 6, "wpa2-psk", "02:00:00:00:02:04", hidden=True),
    AccessPoint(OTHER_SSID, OTHER_PASSPHRASE, -55, 3, "wpa2-psk", "02:00:00:00:02:05"),
    AccessPoint("Tool Cafe", "", -61, 9, "open", "02:00:00:00:02:06"),
    AccessPoint("Tool Office", "", -84, 13, "wpa2-enterprise", "02:00:00:00:02:07"),
]


def credentials(ssid: str = SSID, passphrase: str = PASSPHRASE) -> list[str]:
    return ["--ssid", ssid, "--passphrase", passphrase]


def check_success(bench: Bench, done: Run, ssid: str = SSID) -> None:
    done.must(SESSION, SUCCESS).must_not(WRONG_PASSWORD, WRONG_SSID, FAILED)
    check_equal(done.code, 0, "exit code of esp_prov")
    bench.device.wait_event(Event.CREDENTIALS, 1, ssid=ssid)
    bench.device.wait_event(Event.CONNECTED, 1)


def success(bench: Bench) -> None:
    check_success(
        bench, bench.run("--proto_ver", "netprov-v1.2", *credentials()).must("Verified protocol version")
    )
    bench.device.wait_event(Event.END, 15)


def wrong_password(bench: Bench) -> None:
    bench.run(*credentials(passphrase=WRONG_PASSPHRASE)).must(SESSION, WRONG_PASSWORD, FAILED).must_not(
        SUCCESS
    )
    bench.device.wait_event(Event.FAILED, 1, reason=AUTH_ERROR)


def wrong_ssid(bench: Bench) -> None:
    bench.run(*credentials(ssid="No Such Network")).must(SESSION, WRONG_SSID, FAILED).must_not(SUCCESS)
    bench.device.wait_event(Event.FAILED, 1, reason=NETWORK_NOT_FOUND)


def wrong_pop(bench: Bench) -> None:
    done = bench.run(*credentials(), pop="a-pop-nobody-has").must(NO_SESSION).must_not(SESSION, SUCCESS)
    check_equal(done.code, 1, "exit code of esp_prov")
    check_equal(bench.device.events(Event.SESSION), [], "session events")
    check_equal(bench.device.events(Event.CREDENTIALS), [], "credentials events")


def wrong_username(bench: Bench) -> None:
    bench.run(*credentials(), username="threadprov").must(NO_SESSION).must_not(SESSION, SUCCESS)
    check_equal(bench.device.events(Event.SESSION), [], "session events")


def scan(bench: Bench) -> None:
    listed: list[str] = []

    def choose(output: bytes) -> tuple[int, bytes] | None:
        at = output.find(AP_PROMPT)
        if at < 0:
            return None
        for line in output[:at].decode("utf-8", errors="replace").splitlines():
            if match := re.match(r"\[ ?(\d+)\] (.{33}) ", line):
                listed.append(match[2].strip())
        number = listed.index(OTHER_SSID) + 1 if OTHER_SSID in listed else 0
        return at + len(AP_PROMPT), b"%d\n" % number

    done = bench.run("--passphrase", OTHER_PASSPHRASE, answer=choose)
    check_equal(
        listed,
        [SSID, OTHER_SSID, "Tool Cafe", "Tool Neighbour", "Tool Office"],
        "the networks esp_prov listed",
    )
    check_success(bench, done, OTHER_SSID)


def custom_data(bench: Bench) -> None:
    done = bench.run("--custom_data", "what is your name", *credentials())
    check_success(bench, done.must("echo:what is your name", "Custom data sent successfully"))


def auto_security(bench: Bench) -> None:
    pop = ["--pop", POP] if bench.security else []
    check_success(bench, bench.run_plain(*pop, *credentials()).must(f"Security Scheme: {bench.security}"))


def reset(bench: Bench) -> None:
    bench.run(*credentials(passphrase=WRONG_PASSPHRASE)).must(WRONG_PASSWORD)
    done = bench.run("--reset", "-v").must(SESSION, "Resetting WiFi", RESET_OK)
    check_equal(done.code, 0, "exit code of esp_prov --reset")
    check_success(bench, bench.run(*credentials()))


def reprov(bench: Bench) -> None:
    check_success(bench, bench.run(*credentials()))
    done = bench.run("--reprov", "-v").must(SESSION, "Reprovisioning WiFi", RESET_OK)
    check_equal(done.code, 0, "exit code of esp_prov --reprov")
    check_success(bench, bench.run(*credentials(OTHER_SSID, OTHER_PASSPHRASE)), OTHER_SSID)


def _register() -> None:
    common: list[tuple[str, str, Test]] = [
        ("success", "", success),
        ("wrong-password", "43", wrong_password),
        ("wrong-ssid", "43", wrong_ssid),
    ]
    for security in (0, 1, 2):
        for name, traps, test in common:
            bench(name, traps, "http", security)(test)
            bench(name, traps, "console", security)(test)
        bench("scan", "52, 54, 55", "http", security)(scan)
        bench("custom-data", "", "http", security)(custom_data)
        if security < 2:  # the tool detects 0 and 1 by itself, never 2
            bench("auto-security", "75", "http", security)(auto_security)
        bench("reset", "41", "http", security)(reset)
        bench("reprov", "41", "http", security, auto_stop=False)(reprov)
    bench("wrong-password-of-the-device", "", "http", 2)(wrong_pop)
    bench("wrong-user-name", "", "http", 2)(wrong_username)
    bench("wrong-pop", "", "http", 1)(wrong_pop)
    bench("wrong-pop", "", "console", 1)(wrong_pop)


_register()
