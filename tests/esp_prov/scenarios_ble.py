# SPDX-License-Identifier: Apache-2.0
"""Bluetooth LE: esp-protocomm's own transport, and a central that does what no library lets it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import air as radio
import scenarios_protocomm as protocomm
import wire
from air import (
    AUTHORIZATION,
    INVALID_HANDLE,
    INVALID_LENGTH,
    INVALID_OFFSET,
    INVALID_PDU,
    WRITE_NOT_PERMITTED,
    AttError,
    Central,
)
from bumble import att
from clients import Note, Session
from device import AccessPoint, Device, Event
from esp_protocomm.ble import BleTransport
from harness import Context, Failure, check, check_equal, scenario
from image import REFUSED

NAME = "PROV_ZEPHYR"
SERVICE = "021a9004-0382-4aea-bff4-6b3f1c5adfb4"
OWN_SERVICE = "5f6d1e00-1b7c-4f3a-9d2e-0c8a7b6d5e4f"
NUMBERS = {
    "prov-ctrl": 0xFF4F,
    "prov-scan": 0xFF50,
    "prov-session": 0xFF51,
    "prov-config": 0xFF52,
    "proto-ver": 0xFF53,
    "custom-data": 0xFF54,
}
READ, WRITE = 0x02, 0x08
SSID = "Air Home"
PASSPHRASE = "nothing-in-the-air"
POP = "air-pop-5a5a"
SECRETS = (PASSPHRASE, POP)
CUSTOM = "custom-data"


# --- esp-protocomm's transport, on the stand-in for bleak ---------------------------------------------------


class ProtocommBle:
    """Finds the device by its name and the endpoints by their descriptors."""

    def __init__(self, device: Device, note: Note, mtu: int | None = None) -> None:
        self._device, self._note, self._mtu = device, note, mtu
        self._transport = BleTransport()
        radio.breathe(device.air, mtu)
        asyncio.run(self._transport.connect(NAME))

    async def send(self, endpoint: str, data: bytes) -> bytes:
        self._note(f"{endpoint} > {data.hex()}")
        reply = await self._transport.send(endpoint, data)
        self._note(f"{endpoint} < {reply.hex()}")
        return reply

    def close(self) -> None:
        if self._device.alive:
            asyncio.run(self._transport.disconnect())


protocomm.TRANSPORTS["ble"] = ProtocommBle
protocomm._register("ble")


# --- a central of ours --------------------------------------------------------------------------------------


@contextmanager
def device(context: Context, **options: Any) -> Iterator[Device]:
    options.setdefault("wifi", [(SSID, PASSPHRASE)])
    with context.device(pop=POP, http=False, console=False, secrets=SECRETS, **options) as running:
        yield running


@contextmanager
def connected(context: Context, mtu: int | None = None, **options: Any) -> Iterator[tuple[Device, Central]]:
    with device(context, **options) as running:
        yield running, running.air.central().connect(mtu).discover()


def must_fail(code: int, what: str, action: Callable[..., Any], *arguments: Any) -> None:
    try:
        action(*arguments)
    except AttError as error:
        check_equal(error.code, code, f"the ATT error for {what}")
        return
    raise Failure(f"{what} was taken")


def session_of(context: Context, central: Central) -> Session:
    return Session.open(central, context.note, pop=POP) if hasattr(Session, "open") else Session(central, POP)


def must_provision(context: Context, running: Device, mtu: int | None = None) -> None:
    """A whole run of a client that nobody here wrote."""
    result = protocomm.provision(context, running, "ble", POP, SSID, PASSPHRASE)
    check_equal(str(result.state), str(protocomm.WifiState.CONNECTED), "what the client saw")


def echo(central: Central, session: Any, data: bytes) -> None:
    check_equal(session.decrypt(central.exchange(CUSTOM, session.encrypt(data))), b"echo:" + data, "the answer")


class Paired:
    """A session of esp-protocomm's security over a central of ours."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._security = protocomm.Security1(POP)
        asyncio.run(protocomm.establish_session(self, self._security))

    async def send(self, endpoint: str, data: bytes) -> bytes:
        return self._central.exchange(endpoint, data)

    def request(self, endpoint: str, plain: bytes) -> bytes:
        return bytes(self._security.decrypt(self._central.exchange(endpoint, self._security.encrypt(plain))))

    def echo(self, data: bytes) -> None:
        check_equal(self.request(CUSTOM, data), b"echo:" + data, "the endpoint's answer")
