"""Provisioning messages as bytes, encoded by hand.

A few dozen lines instead of generated code: the harness then does not depend on any protobuf definitions,
its bytes can be compared with the byte vectors, and it can send malformed messages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

Value = int | bytes
Fields = dict[int, list[Value]]

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class Status(IntEnum):
    SUCCESS = 0
    INVALID_ARGUMENT = 4
    INTERNAL_ERROR = 5


class State(IntEnum):
    CONNECTED = 0
    CONNECTING = 1
    DISCONNECTED = 2
    CONNECTION_FAILED = 3


class Reason(IntEnum):
    AUTH_ERROR = 0
    NETWORK_NOT_FOUND = 1


class WireError(ValueError):
    """The bytes are not a protobuf message."""


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def message(*fields: tuple[int, Value]) -> bytes:
    """Encodes fields in the given order. An int becomes a varint, bytes a length-delimited field."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3 | VARINT) + varint(value)
        else:
            out += varint(number << 3 | LENGTH) + varint(len(value)) + value
    return out


def parse(data: bytes) -> Fields:
    """Decodes one level of a message. Returns every occurrence of every field, in order."""
    fields: Fields = {}
    at = 0

    def take_varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            if at >= len(data) or shift > 63:
                raise WireError("truncated or overlong varint")
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def take(count: int) -> bytes:
        nonlocal at
        if at + count > len(data):
            raise WireError("a field extends beyond the end")
        at += count
        return data[at - count : at]

    while at < len(data):
        tag = take_varint()
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise WireError("field number 0")
        value: Value
        if kind == VARINT:
            value = take_varint()
        elif kind == LENGTH:
            value = take(take_varint())
        elif kind in (FIXED64, FIXED32):
            value = take(8 if kind == FIXED64 else 4)
        else:
            raise WireError(f"wire type {kind}")
        fields.setdefault(number, []).append(value)
    return fields


def number(fields: Fields, key: int) -> int:
    """Returns the last integer of a field, or 0 if the field is absent."""
    value = fields.get(key, [0])[-1]
    if not isinstance(value, int):
        raise WireError(f"field {key} is not an integer")
    return value


def blob(fields: Fields, key: int) -> bytes:
    """Returns the last bytes of a field, or empty bytes if the field is absent."""
    value = fields.get(key, [b""])[-1]
    if not isinstance(value, bytes):
        raise WireError(f"field {key} is not length-delimited")
    return value


def signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


# --- prov-session -------------------------------------------------------------------------------------------

SEC0_COMMAND = message((10, message((20, b""))))


def sec1_command0(public_key: bytes) -> bytes:
    return message((2, 1), (11, message((20, message((1, public_key))))))


def sec1_command1(verify_data: bytes) -> bytes:
    return message((2, 1), (11, message((1, 2), (22, message((2, verify_data))))))


# --- prov-config --------------------------------------------------------------------------------------------

GET_STATUS = message((10, b""))
APPLY = message((1, 4), (14, b""))
APPLY_BARE = message((1, 4))  # esp_prov omits the empty member


def set_wifi(ssid: bytes, passphrase: bytes, bssid: bytes = b"", channel: int = 0) -> bytes:
    inner: list[tuple[int, Value]] = [(1, ssid), (2, passphrase), (3, bssid), (4, channel)]
    return message((1, 2), (12, message(*[(n, v) for n, v in inner if v])))


@dataclass(frozen=True)
class WifiStatus:
    status: int
    state: State
    reason: Reason | None = None
    attempts_remaining: int | None = None
    ip: str = ""
    ssid: bytes = b""
    bssid: bytes = b""
    auth: int = 0
    channel: int = 0


def config_status(response: bytes, expected_msg: int) -> int:
    """Returns the status of a Set (3) or Apply (5) response."""
    fields = parse(response)
    if number(fields, 1) != expected_msg:
        raise WireError(f"expected response {expected_msg}, got {number(fields, 1)}")
    arm = 10 + expected_msg
    if arm not in fields:
        raise WireError(f"response {expected_msg} lacks its member {arm}")
    return number(parse(blob(fields, arm)), 1)


def wifi_status(response: bytes) -> WifiStatus:
    fields = parse(response)
    if number(fields, 1) != 1 or 11 not in fields:
        raise WireError(f"not a status response: {response.hex()}")
    inner = parse(blob(fields, 11))
    connected = parse(blob(inner, 11))
    return WifiStatus(
        status=number(inner, 1),
        state=State(number(inner, 2)),
        reason=Reason(number(inner, 10)) if 10 in inner else None,
        attempts_remaining=number(parse(blob(inner, 12)), 1) if 12 in inner else None,
        ip=blob(connected, 1).decode("utf-8"),
        auth=number(connected, 2),
        ssid=blob(connected, 3),
        bssid=blob(connected, 4),
        channel=number(connected, 5),
    )


# --- prov-scan ----------------------------------------------------------------------------------------------

SCAN_START_PHONE = message((10, message((1, 1), (4, 120))))
SCAN_START_SOFTAP = message((10, message((1, 1), (3, 5), (4, 120))))
SCAN_STATUS = message((1, 2), (12, b""))
SCAN_STATUS_BARE = message((1, 2))


def scan_result_request(start: int, count: int) -> bytes:
    inner = [(1, start), (2, count)]
    return message((1, 4), (14, message(*[(n, v) for n, v in inner if v])))


@dataclass(frozen=True)
class ScanEntry:
    ssid: bytes
    channel: int
    rssi: int
    bssid: bytes
    auth: int


@dataclass(frozen=True)
class ScanResponse:
    msg: int
    status: int
    finished: bool = False
    count: int = 0
    entries: list[ScanEntry] = field(default_factory=list)


def scan_response(response: bytes, expected_msg: int) -> ScanResponse:
    fields = parse(response)
    msg = number(fields, 1)
    if msg != expected_msg:
        raise WireError(f"expected scan response {expected_msg}, got {msg}")
    status = parse(blob(fields, 13))
    entries = []
    for raw in parse(blob(fields, 15)).get(1, []):
        if not isinstance(raw, bytes):
            raise WireError("scan entry is not a message")
        entry = parse(raw)
        entries.append(
            ScanEntry(
                ssid=blob(entry, 1),
                channel=number(entry, 2),
                rssi=signed(number(entry, 3)),
                bssid=blob(entry, 4),
                auth=number(entry, 5),
            )
        )
    return ScanResponse(msg, number(fields, 2), bool(number(status, 1)), number(status, 2), entries)


# --- prov-ctrl ----------------------------------------------------------------------------------------------

CTRL_RESET = message((1, 1))
CTRL_REPROV = message((1, 3))


def ctrl_status(response: bytes, expected_msg: int) -> int:
    fields = parse(response)
    if number(fields, 1) != expected_msg:
        raise WireError(f"expected control response {expected_msg}, got {number(fields, 1)}")
    return number(fields, 2)
