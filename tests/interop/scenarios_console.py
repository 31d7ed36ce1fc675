"""The console transport: its commands, errors and sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clients import ConsoleLink, HttpLink, Refused, Security0, Security1, Session, version
from device import CONSOLE_ERROR, Device
from harness import Context, Failure, check, check_equal, scenario
from wire import SEC0_COMMAND, State

SSID = "Cable Net"
PASSPHRASE = "wire-me-up-1999"
POP = "console-pop-41fe"
CUSTOM = "custom-data"


@contextmanager
def running(context: Context, security: int, http: bool = False) -> Iterator[Device]:
    with context.device(
        security=security,
        pop=POP if security else None,
        wifi=[(SSID, PASSPHRASE)],
        endpoints=[CUSTOM],
        http=http,
        console=True,
        secrets=(PASSPHRASE, POP),
    ) as device:
        yield device


@scenario("console/session")
def session_over_console(context: Context) -> None:
    for security in (0, 1):
        with running(context, security) as device:
            for _ in range(
                2
            ):  # a second run of a tool that always uses session 0 starts with a new handshake
                link = ConsoleLink(device, context.note)
                check_equal(version(link)["prov"]["sec_ver"], security, "sec_ver")
                session = Session(link, Security1(POP) if security else Security0())
                check_equal(session.request(CUSTOM, b"hello"), b"echo:hello", "custom endpoint")
            session.set_wifi(SSID, PASSPHRASE)
            session.apply()
            check_equal(session.settle()[-1].state, State.CONNECTED, "outcome")


@scenario("console/session-number", traps="16")
def session_number(context: Context) -> None:
    with running(context, 1) as device:
        first = ConsoleLink(device, context.note, session=4)
        session = Session(first, Security1(POP))
        check_equal(session.request(CUSTOM, b"1"), b"echo:1", "session 4")
        other = ConsoleLink(device, context.note, session=5)
        try:
            other.exchange(CUSTOM, b"xx")
            raise Failure("a request with another session number was accepted without a handshake")
        except Refused:
            pass
        session = Session(other, Security1(POP))
        check_equal(session.request(CUSTOM, b"2"), b"echo:2", "session 5 after its own handshake")


@scenario("console/bad-lines", traps="1")
def bad_lines(context: Context) -> None:
    lines = {
        "no arguments": b"net_prov",
        "no session": b"net_prov proto-ver",
        "odd number of digits": b"net_prov proto-ver 0 abc",
        "not hexadecimal": b"net_prov proto-ver 0 zz",
        "session is not a number": b"net_prov proto-ver x 00",
        "negative session": b"net_prov proto-ver -1 00",
        "huge session": b"net_prov proto-ver 99999999999 00",
        "unknown endpoint": b"net_prov nonsense 0 00",
        "too many arguments": b"net_prov proto-ver 0 00 00",
        "unknown command": b"frobnicate 1 2 3",
        "not UTF-8": b"net_prov \xff\xfe 0 00",
        "a very long line": b"net_prov proto-ver 0 " + b"00" * 100_000,
        "empty request before the handshake": b"net_prov custom-data 0 ",
        "request before the handshake": b"net_prov prov-config 0 5200",
    }
    with running(context, 1) as device:
        for what, line in lines.items():
            response = device.console_line(line)
            context.note(f"{what}: {response}")
            check(response.startswith(CONSOLE_ERROR), f"{what}: expected an error line, got {response[:80]!r}")
            version(ConsoleLink(device, context.note))


@scenario("console/spelling")
def spelling(context: Context) -> None:
    with running(context, 0) as device:
        command = SEC0_COMMAND.hex()
        for line in (
            f"net_prov prov-session 0 {command}",
            f"net_prov prov-session 0 {command.upper()}",
            f"  net_prov   prov-session  0   {command}  ",
            f"net_prov prov-session 0 {command}\r",
        ):
            check_equal(device.console_line(line.encode()), "52050801aa0100", repr(line))
        for line in ("net_prov custom-data 0", "net_prov custom-data 0 -"):
            check_equal(device.console_line(line.encode()), b"echo:".hex(), f"an empty request: {line!r}")


@scenario("console/beside-http", traps="18")
def beside_http(context: Context) -> None:
    with running(context, 1, http=True) as device:
        http = HttpLink(device, context.note)
        session = Session(http, Security1(POP))
        version(ConsoleLink(device, context.note))
        try:
            ConsoleLink(device, context.note).exchange(CUSTOM, b"xx")
            raise Failure("a console request was accepted in the session of an HTTP client")
        except Refused:
            pass
        check_equal(session.request(CUSTOM, b"1"), b"echo:1", "the HTTP session afterwards")
        http.close()
