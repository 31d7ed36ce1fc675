"""HTTP edge cases: cookies, errors, hostile and faulty connections."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import wire
from clients import (
    BrokenResponse,
    HttpLink,
    HttpStatus,
    RawConnection,
    Refused,
    Response,
    Security0,
    Security1,
    Session,
    request_bytes,
    version,
)
from device import Device
from harness import Context, Failure, check, check_equal, scenario

SSID = "Edge Net"
PASSPHRASE = "edge-of-the-net"
POP = "edge-pop-93aa"
CUSTOM = "custom-data"
COOKIE = re.compile(r"session=(\d{1,10})\Z")
MAX_BODY = 4096


@contextmanager
def running(context: Context, security: int) -> Iterator[Device]:
    with context.device(
        security=security,
        pop=POP if security else None,
        wifi=[(SSID, PASSPHRASE)],
        endpoints=[CUSTOM],
        secrets=(PASSPHRASE, POP),
    ) as device:
        yield device


def connect(device: Device, timeout: float = 10.0) -> RawConnection:
    assert device.address is not None
    return RawConnection(device.address, timeout)


def once(
    device: Device, endpoint: str, body: bytes, cookie: str | None = None, timeout: float = 10.0
) -> Response:
    """Sends a request on a new connection."""
    with connect(device, timeout) as connection:
        return connection.post(f"/{endpoint}", body, [("Cookie", cookie)] if cookie else [])


def require_rejection(device: Device, endpoint: str, body: bytes, what: str, cookie: str | None = None) -> None:
    """Requires an encrypted endpoint to reject a request by closing the connection."""
    try:
        response = once(device, endpoint, body, cookie)
    except Refused:
        return
    raise Failure(
        f"{what}: response {response.status} with {len(response.body)} bytes instead of a closed connection"
    )


def require_alive(device: Device, what: str, timeout: float = 5.0) -> None:
    """Requires the device to respond to a version request on a new connection."""
    try:
        response = once(device, "proto-ver", b"ESP", timeout=timeout)
    except (Refused, BrokenResponse, OSError) as error:
        raise Failure(f"{what}: the device no longer responds: {error}") from None
    check_equal(response.status, 200, f"{what}: status of proto-ver")
    check("prov" in json.loads(response.body), f"{what}: proto-ver lacks 'prov'")


def cookie_of(response: Response) -> str:
    """Returns the cookie of a new session. Requires one header, exact name, bare value."""
    folded = [value for key, value in response.headers if key.lower() == "set-cookie"]
    check_equal(len(folded), 1, "Set-Cookie headers of a new session")
    names = [key for key, _ in response.headers if key.lower() == "set-cookie"]
    check_equal(names, ["Set-Cookie"], "the header's name, as esp_prov compares it")
    match = COOKIE.match(folded[0])
    check(match, f"cookie is not session=<decimal> without attributes: {folded[0]!r}")
    assert match is not None
    check(int(match[1]) < 0xFFFFFFFF, "the id is not a usable 32-bit number (docs/traps.md, 74)")
    return folded[0]


def same_session(response: Response, cookie: str) -> bool:
    return all(value == cookie for key, value in response.headers if key.lower() == "set-cookie")


@scenario("http/new-session-cookie", traps="70, 74")
def new_session_cookie(context: Context) -> None:
    for security in (0, 1):
        with running(context, security) as device:
            first = once(device, "proto-ver", b"ESP")
            check_equal(first.status, 200, "status")
            cookie = cookie_of(first)
            again = once(device, "proto-ver", b"ESP", cookie)
            check(same_session(again, cookie), "a request with the current cookie got another session")


@scenario("http/stale-cookie", traps="73")
def stale_cookie(context: Context) -> None:
    with running(context, 0) as device:
        for stale in ("session=4242", "session=4294967295", "session=", "session=99999999999", "other=1"):
            response = once(device, "proto-ver", b"ESP", stale)
            check_equal(response.status, 200, f"status with Cookie: {stale}")
            check(cookie_of(response) != stale, "the stale id became a session")
        link = HttpLink(device, context.note, cookie="session=4242")
        session = Session(link, Security0())
        check_equal(session.request(CUSTOM, b"hello"), b"echo:hello", "a session started with a stale cookie")
        link.close()


@scenario("http/cookie-parsing", traps="19")
def cookie_parsing(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        current = link.cookie
        check(current is not None and COOKIE.match(current), "no cookie for the handshake")
        assert current is not None
        link.close()
        for bad in (f"x{current}", f"{current}x", f"{current} 1", f"session=+{current[8:]}", f"a=b{current}"):
            require_rejection(device, CUSTOM, b"xx", f"Cookie: {bad}", bad)
        for good in (
            current,
            f"a=b; {current}",
            f"{current}; a=b",
            f"session=4242; {current}",
            f" {current} ",
        ):
            link.cookie = good
            response = session.request(CUSTOM, b"ping")
            check_equal(response, b"echo:ping", f"Cookie: {good}")
            link.close()


@scenario("http/cookieless-keep-alive")
def cookieless_keep_alive(context: Context) -> None:
    with running(context, 0) as device:
        with connect(device) as connection:
            response = connection.post("/prov-session", wire.SEC0_COMMAND)
            check_equal(response.body.hex(), "52050801aa0100", "security 0 response")
            for count in range(3):
                response = connection.post(f"/{CUSTOM}", b"%d" % count)
                check_equal(response.body, b"echo:%d" % count, "request on the same socket")
            response = connection.post("/prov-config", wire.GET_STATUS)
            wire.wifi_status(response.body)
    with running(context, 1) as device:

        class Cookieless:
            def __init__(self, connection: RawConnection) -> None:
                self.connection = connection

            def exchange(self, endpoint: str, data: bytes) -> bytes:
                return self.connection.post(f"/{endpoint}", data).body

        with connect(device) as connection:
            session = Session(Cookieless(connection), Security1(POP))
            check_equal(session.request(CUSTOM, b"1"), b"echo:1", "security 1 without cookies")
            require_rejection(device, CUSTOM, b"xx", "another socket without a cookie")
            check_equal(session.request(CUSTOM, b"2"), b"echo:2", "the first socket afterwards")


@scenario("http/cookie-survives-sockets", traps="69")
def cookie_survives_sockets(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note, keep_alive=False)
        session = Session(link, Security1(POP))
        with connect(device), connect(device), connect(device):
            for count in range(4):
                response = session.request(CUSTOM, b"%d" % count)
                check_equal(response, b"echo:%d" % count, "a new socket for each request, three lingering")


@scenario("http/error-closes", traps="1, 71, 72")
def error_closes(context: Context) -> None:
    with running(context, 1) as device:
        for endpoint in ("prov-config", "prov-scan", "prov-ctrl", CUSTOM):
            require_rejection(device, endpoint, b"\x52\x00", f"{endpoint} before the handshake")
        require_rejection(device, "prov-session", b"\xff\xff\xff", "garbage handshake")
        require_rejection(
            device, "prov-session", wire.SEC0_COMMAND, "security 0 handshake with a security 1 device"
        )
        require_alive(device, "after refused requests")
    with running(context, 0) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security0())
        bad = {
            "garbage": b"\xff\xff\xff",
            "unknown command": wire.message((1, 99)),
            "Set without its member": wire.message((1, 2)),
            "Set with another member": wire.message((1, 2), (14, b"")),
            "cut": wire.set_wifi(SSID.encode(), b"x" * 20)[:-3],
        }
        for what, body in bad.items():
            try:
                response = session.request("prov-config", body)
                raise Failure(f"{what}: got response {response.hex()!r}")
            except Refused:
                pass
            session.status()  # the same session, on the next connection
        link.close()


@scenario("http/empty-body", traps="1, 72")
def empty_body(context: Context) -> None:
    without_length = b"POST /%s HTTP/1.1\r\nHost: h\r\n\r\n"
    with running(context, 1) as device:
        for endpoint in ("prov-session", "prov-config", "prov-scan", "prov-ctrl", CUSTOM):
            require_rejection(device, endpoint, b"", f"empty {endpoint} before the handshake")
            with connect(device) as connection:
                connection.send(without_length % endpoint.encode())
                try:
                    response = connection.response()
                    check(response.status != 200, f"{endpoint} without a length got status 200")
                except Refused:
                    pass
        try:
            response = once(device, "proto-ver", b"")
            check(response.status != 200 or b"prov" in response.body, "proto-ver returned an empty document")
        except Refused:
            pass
        require_alive(device, "after empty bodies")
    with running(context, 0) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security0())
        for endpoint in ("prov-config", "prov-scan", "prov-ctrl", CUSTOM):
            try:
                check(session.request(endpoint, b"") != b"", f"{endpoint} returned an empty body")
            except Refused:
                pass
        session.status()
        link.close()


@scenario("http/oversize-body", traps="14")
def oversize_body(context: Context) -> None:
    with running(context, 0) as device:
        check_equal(once(device, "proto-ver", b"x" * MAX_BODY).status, 200, f"a body of {MAX_BODY} bytes")
        link = HttpLink(device, context.note)
        session = Session(link, Security0())
        for endpoint in ("proto-ver", CUSTOM, "prov-session"):
            for size in (MAX_BODY + 1, 70000):
                try:
                    response = once(device, endpoint, b"x" * size, link.cookie)
                    check(response.status >= 400, f"{size} bytes to {endpoint}: {response.status}")
                except Refused:
                    pass
        with connect(device) as connection:
            connection.send(
                b"POST /proto-ver HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999\r\n\r\nxx"
            )
            try:
                check(connection.response().status >= 400, "a huge announced body was accepted")
            except Refused:
                pass
        check_equal(session.request(CUSTOM, b"still"), b"echo:still", "the session afterwards")
        link.close()


@scenario("http/unknown-uri", traps="20")
def unknown_uri(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        for path in ("nonsense", "", "prov-config/", "prov-config/x", "PROV-CONFIG", "../prov-config"):
            for cookie in (None, link.cookie):
                response = once(device, path, b"xx", cookie)
                check_equal(response.status, 404, f"POST /{path}")
        check_equal(
            session.request(CUSTOM, b"ping"), b"echo:ping", "the running session after POST /nonsense"
        )
        link.close()


@scenario("http/wrong-method", traps="69")
def wrong_method(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        for endpoint in ("proto-ver", "prov-session", "prov-config", CUSTOM):
            with connect(device) as connection:
                connection.send(f"GET /{endpoint} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
                check_equal(connection.response().status, 405, f"GET /{endpoint}")
        with connect(device) as connection:
            connection.send(b"GET /nonsense HTTP/1.1\r\nHost: h\r\n\r\n")
            check_equal(connection.response().status, 404, "GET /nonsense")
        check_equal(session.request(CUSTOM, b"ping"), b"echo:ping", "the running session afterwards")
        link.close()


@scenario("http/slow-client")
def slow_client(context: Context) -> None:
    with (
        running(context, 1) as device,
        connect(device) as body,
        connect(device) as head,
        connect(device) as idle,
    ):
        body.send(request_bytes("POST", "/prov-session", b"x" * 100)[:-60])
        head.send(b"POST /prov-session HTTP/1.1\r\nHo")
        link = HttpLink(device, context.note)
        started = time.monotonic()
        session = Session(link, Security1(POP))
        check_equal(session.request(CUSTOM, b"ping"), b"echo:ping", "a session beside stalled clients")
        took = time.monotonic() - started
        check(took < 5, f"stalled clients delayed another client for {took:.1f} s")
        check_equal(idle.post("/proto-ver", b"ESP").status, 200, "the idle connection")
        link.close()


@scenario("http/half-closed")
def half_closed(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        whole = request_bytes("POST", "/proto-ver", b"ESP")
        cases = {"whole request": whole, "cut body": whole[:-2], "cut header": whole[:20], "nothing": b""}
        for what, data in cases.items():
            with connect(device) as connection:
                connection.send(data)
                connection.socket.shutdown(socket.SHUT_WR)
                try:
                    context.note(f"half-closed after {what}: {connection.response().status}")
                except Refused:
                    context.note(f"half-closed after {what}: closed")
            check_equal(
                session.request(CUSTOM, b"ping"), b"echo:ping", f"the session after a client that sent {what}"
            )
        link.close()


@scenario("http/malformed")
def malformed(context: Context) -> None:
    requests = {
        "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",
        "no version": b"POST /proto-ver\r\n\r\n",
        "negative length": b"POST /prov-session HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "two lengths": b"POST /prov-session HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "header bomb": b"POST /proto-ver HTTP/1.1\r\n" + b"X: " + b"y" * 300_000 + b"\r\n\r\n",
        "many headers": b"POST /proto-ver HTTP/1.1\r\n"
        + b"".join(b"X-%d: y\r\n" % n for n in range(5000))
        + b"\r\n",
        "NUL in the path": b"POST /prov\x00-session HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
    }
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        for what, data in requests.items():
            with connect(device) as connection:
                connection.send(data)
                try:
                    response = connection.response()
                    check(response.status >= 400, f"{what} got status {response.status}")
                except Refused:
                    pass
            check_equal(session.request(CUSTOM, b"ping"), b"echo:ping", f"the session after {what}")
        link.close()


@scenario("http/hundred-connections", traps="18, 69")
def hundred_connections(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        crowd = [connect(device, timeout=20) for _ in range(100)]
        try:
            for connection in crowd:
                connection.send(request_bytes("POST", "/proto-ver", b"ESP"))
            served = 0
            for connection in crowd:
                try:
                    served += connection.response().status == 200
                except Refused:
                    pass
            context.note(f"{served} of 100 connections got a response")
            check(served > 0, "none of a hundred connections got a response")
            check_equal(
                session.request(CUSTOM, b"in"), b"echo:in", "the session while a hundred sockets are open"
            )
        finally:
            for connection in crowd:
                connection.close()
        check_equal(session.request(CUSTOM, b"out"), b"echo:out", "the session after a hundred connections")
        link.close()
        require_alive(device, "after a hundred connections")


@scenario("http/newcomer", traps="16, 18")
def newcomer(context: Context) -> None:
    with running(context, 1) as device:
        old_link = HttpLink(device, context.note)
        old = Session(old_link, Security1(POP))
        version(HttpLink(device, context.note, keep_alive=False))
        check_equal(
            old.request(CUSTOM, b"1"), b"echo:1", "the session after an unauthenticated version request"
        )
        other_link = HttpLink(device, context.note)
        half = Security1(POP)
        half.take_response0(other_link.exchange("prov-session", half.command0()))
        check_equal(
            old.request(CUSTOM, b"2"), b"echo:2", "the session after another peer's first handshake message"
        )
        wrong = HttpLink(device, context.note)
        try:
            Session(wrong, Security1("wrong"))
            raise Failure("a wrong proof of possession was accepted")
        except Refused:
            pass
        check_equal(old.request(CUSTOM, b"3"), b"echo:3", "the session after another peer's wrong proof")
        new_link = HttpLink(device, context.note)
        new = Session(new_link, Security1(POP))
        check_equal(new.request(CUSTOM, b"4"), b"echo:4", "a new client after its handshake")
        require_rejection(device, CUSTOM, b"xx", "the replaced session", old_link.cookie)
        check_equal(new.request(CUSTOM, b"5"), b"echo:5", "the new client after a stale request")
        for link in (old_link, other_link, wrong, new_link):
            link.close()


@scenario("http/version-any-time")
def version_any_time(context: Context) -> None:
    with running(context, 1) as device:
        link = HttpLink(device, context.note)
        version(link, b"no_pop")
        client = Security1(POP)
        client.take_response0(link.exchange("prov-session", client.command0()))
        version(link, b"---")
        client.take_response1(link.exchange("prov-session", client.command1()))
        version(link, b"thread_prov")
        response = client.open(link.exchange(CUSTOM, client.seal(b"in step")))
        check_equal(response, b"echo:in step", "the keystream after version queries")
        try:
            link.exchange("nonsense", b"x")
        except HttpStatus as error:
            check_equal(error.status, 404, "unknown endpoint")
        response = client.open(link.exchange(CUSTOM, client.seal(b"still")))
        check_equal(response, b"echo:still", "the keystream after an unknown endpoint")
        link.close()
