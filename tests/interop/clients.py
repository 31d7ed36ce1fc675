"""Clients: raw HTTP, transports for single requests, security 0 and 1, and adapters for esp-protocomm."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import wire
from device import ConsoleRefused, Device

Note = Callable[[str], None]


class Refused(Exception):
    """The device rejected a request: it closed the connection or printed an error line."""


class HttpStatus(Exception):
    """The response has another HTTP status than 200."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP status {status} with {len(body)} bytes")
        self.status = status
        self.body = body


class BrokenResponse(Exception):
    """The response is incomplete, malformed, or did not arrive in time."""


class NotVerified(Exception):
    """The device failed to authenticate."""


# --- Raw HTTP ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def named(self, name: str) -> list[str]:
        """Returns the values of a header. The name is compared case-sensitively."""
        return [value for key, value in self.headers if key == name]


class RawConnection:
    """A TCP connection to the device. Every wait has a time limit."""

    def __init__(self, address: tuple[str, int], timeout: float = 10.0) -> None:
        self._timeout = timeout
        self.socket = socket.create_connection(address, timeout=timeout)
        self._buffer = b""

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def closed_by_peer(self) -> bool:
        """Returns whether the device has closed this idle connection."""
        readable, _, _ = select.select([self.socket], [], [], 0)
        if not readable:
            return False
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the response, or its absence, shows what the device made of it

    def post(self, path: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> Response:
        self.send(request_bytes("POST", path, body, headers))
        return self.response()

    def _receive(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if left <= 0:
            raise BrokenResponse(f"no complete response within {self._timeout:.0f} s")
        self.socket.settimeout(left)
        try:
            return self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return b""
        except TimeoutError:
            raise BrokenResponse(f"no complete response within {self._timeout:.0f} s") from None

    def response(self, timeout: float | None = None) -> Response:
        """Reads a response. Raises Refused if the connection ends before its first byte."""
        deadline = time.monotonic() + (timeout or self._timeout)
        while b"\r\n\r\n" not in self._buffer:
            chunk = self._receive(deadline)
            if not chunk:
                if self._buffer:
                    raise BrokenResponse(f"connection ended inside the header: {self._buffer!r}")
                raise Refused("connection closed without a response")
            self._buffer += chunk
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ", 2)
        if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
            raise BrokenResponse(f"not a status line: {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            key, separator, value = line.partition(":")
            if not separator:
                raise BrokenResponse(f"not a header line: {line!r}")
            headers.append((key, value.strip()))
        folded = {key.lower(): value for key, value in headers}
        if folded.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunks(deadline)
        elif "content-length" in folded:
            body = self._exactly(int(folded["content-length"]), deadline)
        else:
            body = self._rest(deadline)
        return Response(int(parts[1]), headers, body)

    def _exactly(self, count: int, deadline: float) -> bytes:
        while len(self._buffer) < count:
            chunk = self._receive(deadline)
            if not chunk:
                raise BrokenResponse(f"body ended after {len(self._buffer)} of {count} bytes")
            self._buffer += chunk
        body, self._buffer = self._buffer[:count], self._buffer[count:]
        return body

    def _rest(self, deadline: float) -> bytes:
        while chunk := self._receive(deadline):
            self._buffer += chunk
        body, self._buffer = self._buffer, b""
        return body

    def _chunks(self, deadline: float) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                chunk = self._receive(deadline)
                if not chunk:
                    raise BrokenResponse("chunked body was truncated")
                self._buffer += chunk
            size_line, self._buffer = self._buffer.split(b"\r\n", 1)
            size = int(size_line.split(b";")[0], 16)
            body += self._exactly(size, deadline)
            self._exactly(2, deadline)
            if size == 0:
                return body


def request_bytes(method: str, path: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 192.168.4.1", "Accept: text/plain"]
    lines += ["Content-type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    lines += [f"{key}: {value}" for key, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


# --- transports: single requests to an endpoint ---------------------------------------------------------------


class Link(Protocol):
    def exchange(self, endpoint: str, data: bytes) -> bytes: ...


class HttpLink:
    """HTTP as the phone apps use it: with cookies and keep-alive, reconnecting when necessary."""

    def __init__(
        self, device: Device, note: Note, *, keep_alive: bool = True, cookie: str | None = None
    ) -> None:
        assert device.address is not None
        self._address = device.address
        self._note = note
        self._keep_alive = keep_alive
        self.cookie = cookie
        self._connection: RawConnection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def exchange(self, endpoint: str, data: bytes) -> bytes:
        return self.post(endpoint, data).body

    def post(self, endpoint: str, data: bytes) -> Response:
        if self._connection is not None and self._connection.closed_by_peer():
            self.close()
        if self._connection is None:
            self._connection = RawConnection(self._address, timeout=30.0)
        headers = [("Cookie", self.cookie)] if self.cookie else []
        try:
            response = self._connection.post(f"/{endpoint}", data, headers)
        except Refused:
            self._note(f"POST /{endpoint} {data.hex()} -> connection closed")
            self.close()
            raise
        self._note(f"POST /{endpoint} {data.hex()} -> {response.status} {response.body.hex()}")
        for value in response.named("Set-Cookie"):
            self.cookie = value
        if not self._keep_alive or any(
            v.lower() == "close" for k, v in response.headers if k.lower() == "connection"
        ):
            self.close()
        if response.status != 200:
            raise HttpStatus(response.status, response.body)
        return response


class ConsoleLink:
    def __init__(self, device: Device, note: Note, session: int = 0) -> None:
        self._device = device
        self._note = note
        self.session = session

    def exchange(self, endpoint: str, data: bytes) -> bytes:
        try:
            response = self._device.console(endpoint, self.session, data)
        except ConsoleRefused as error:
            self._note(f"net_prov {endpoint} {self.session} {data.hex()} -> {error}")
            raise Refused(str(error)) from None
        self._note(f"net_prov {endpoint} {self.session} {data.hex()} -> {response.hex()}")
        return response

    def close(self) -> None:
        pass


# --- security -----------------------------------------------------------------------------------------------


class Security(Protocol):
    def handshake(self, link: Link) -> None: ...

    def seal(self, plain: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...


class Security0:
    def handshake(self, link: Link) -> None:
        response = wire.parse(link.exchange("prov-session", wire.SEC0_COMMAND))
        content = wire.parse(wire.blob(response, 10))
        if wire.number(response, 2) != 0 or wire.number(content, 1) != 1 or 21 not in content:
            raise NotVerified(f"not a security 0 response: {response}")
        if wire.number(wire.parse(wire.blob(content, 21)), 1) != wire.Status.SUCCESS:
            raise NotVerified("security 0 handshake returned an error status")

    def seal(self, plain: bytes) -> bytes:
        return plain

    def open(self, sealed: bytes) -> bytes:
        return sealed


class Security1:
    """X25519, SHA-256 of the proof of possession, one AES-CTR keystream for both directions."""

    def __init__(self, pop: str | bytes = b"", private_key: bytes | None = None) -> None:
        self._pop = pop.encode("utf-8") if isinstance(pop, str) else pop
        self._private = X25519PrivateKey.from_private_bytes(private_key or os.urandom(32))
        self.public_key = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.device_public_key = b""
        self._stream: Any = None

    def command0(self) -> bytes:
        return wire.sec1_command0(self.public_key)

    def take_response0(self, data: bytes) -> None:
        session = wire.parse(data)
        payload = wire.parse(wire.blob(session, 11))
        content = wire.parse(wire.blob(payload, 21))
        self.device_public_key = wire.blob(content, 2)
        random = wire.blob(content, 3)
        if wire.number(session, 2) != 1 or wire.number(payload, 1) != 1 or wire.number(content, 1) != 0:
            raise NotVerified(f"not the first response of security 1: {data.hex()}")
        if len(self.device_public_key) != 32 or len(random) != 16:
            raise NotVerified("device key or random value has the wrong length")
        key = self._private.exchange(X25519PublicKey.from_public_bytes(self.device_public_key))
        if self._pop:
            proof = hashlib.sha256(self._pop).digest()
            key = bytes(a ^ b for a, b in zip(key, proof, strict=True))
        self._stream = Cipher(algorithms.AES(key), modes.CTR(random)).encryptor()

    def command1(self) -> bytes:
        return wire.sec1_command1(self.seal(self.device_public_key))

    def take_response1(self, data: bytes) -> None:
        session = wire.parse(data)
        payload = wire.parse(wire.blob(session, 11))
        content = wire.parse(wire.blob(payload, 23))
        if wire.number(session, 2) != 1 or wire.number(payload, 1) != 3 or wire.number(content, 1) != 0:
            raise NotVerified(f"not the second response of security 1: {data.hex()}")
        if self.open(wire.blob(content, 3)) != self.public_key:
            raise NotVerified("the device failed to authenticate")

    def handshake(self, link: Link) -> None:
        self.take_response0(link.exchange("prov-session", self.command0()))
        self.take_response1(link.exchange("prov-session", self.command1()))

    def seal(self, plain: bytes) -> bytes:
        return bytes(self._stream.update(plain))

    def open(self, sealed: bytes) -> bytes:
        return bytes(self._stream.update(sealed))


class Session:
    """An established session with the requests that the phone apps send."""

    def __init__(self, link: Link, security: Security) -> None:
        self.link = link
        self.security = security
        security.handshake(link)

    def request(self, endpoint: str, plain: bytes) -> bytes:
        return self.security.open(self.link.exchange(endpoint, self.security.seal(plain)))

    def set_wifi(self, ssid: str | bytes, passphrase: str | bytes, **more: Any) -> int:
        raw = [v.encode() if isinstance(v, str) else v for v in (ssid, passphrase)]
        return wire.config_status(self.request("prov-config", wire.set_wifi(raw[0], raw[1], **more)), 3)

    def apply(self, request: bytes = wire.APPLY) -> int:
        return wire.config_status(self.request("prov-config", request), 5)

    def status(self) -> wire.WifiStatus:
        status = wire.wifi_status(self.request("prov-config", wire.GET_STATUS))
        if status.status != wire.Status.SUCCESS:
            raise wire.WireError(f"status request returned {status.status}")
        return status

    def reset(self) -> int:
        return wire.ctrl_status(self.request("prov-ctrl", wire.CTRL_RESET), 2)

    def reprovision(self) -> int:
        return wire.ctrl_status(self.request("prov-ctrl", wire.CTRL_REPROV), 4)

    def settle(self, timeout: float = 20.0, interval: float = 0.05) -> list[wire.WifiStatus]:
        """Polls until the state is not Connecting. Returns the distinct statuses; the last is final."""
        deadline = time.monotonic() + timeout
        seen: list[wire.WifiStatus] = []
        while time.monotonic() < deadline:
            status = self.status()
            if not seen or seen[-1] != status:
                seen.append(status)
            if status.state is not wire.State.CONNECTING:
                return seen
            time.sleep(interval)  # the protocol's poll interval, not a wait for an event
        raise TimeoutError(f"still Connecting after {timeout:.0f} s")


def version(link: Link, body: bytes = b"ESP") -> dict[str, Any]:
    """Requests the version document (proto-ver)."""
    document = json.loads(link.exchange("proto-ver", body))
    if not isinstance(document, dict):
        raise wire.WireError("proto-ver is not a JSON object")
    return document


# --- esp-protocomm ------------------------------------------------------------------------------------------


@dataclass
class ProtocommHttp:
    """esp-protocomm's transport, based on the standard library's HTTP client."""

    device: Device
    note: Note
    headers: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    async def send(self, endpoint: str, data: bytes) -> bytes:
        return await asyncio.to_thread(self._post, endpoint, data)

    def _post(self, endpoint: str, data: bytes) -> bytes:
        if self.connection is None:
            assert self.device.address is not None
            self.connection = http.client.HTTPConnection(*self.device.address, timeout=20)
        self.note(f"POST /{endpoint} {data.hex()}")
        try:
            self.connection.request("POST", f"/{endpoint}", data, self.headers)
            response = self.connection.getresponse()
            body = response.read()
        except Exception as error:
            self.note(f"  -> {type(error).__name__}: {error}")
            self.close()
            raise
        self.note(f"  -> {response.status} {body.hex()}")
        if cookie := response.getheader("Set-Cookie"):
            self.headers["Cookie"] = cookie
        if response.status != 200:
            raise HttpStatus(response.status, body)
        return body

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@dataclass
class ProtocommConsole:
    """esp-protocomm's transport over the device's console."""

    device: Device
    note: Note

    async def send(self, endpoint: str, data: bytes) -> bytes:
        link = ConsoleLink(self.device, self.note)
        return await asyncio.to_thread(link.exchange, endpoint, data)

    def close(self) -> None:
        pass
