# SPDX-License-Identifier: Apache-2.0
"""Bluetooth LE: esp-protocomm's own transport, and a central that can break rules that libraries
enforce."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import air as radio
import scenarios_esp_prov as tool
import scenarios_phone as phone
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
    meant,
)
from bumble import att
from clients import Note, Security1, Session
from device import Device, Event
from esp_protocomm.ble import BleTransport
from harness import Context, Failure, check, check_equal, scenario
from image import REFUSED

HERE = Path(__file__).resolve().parent
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
        self._device, self._note = device, note
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


# --- Espressif's tool, on the same -----------------------------------------------------------------------------


class AirBench(tool.Bench):
    def run_plain(self, *arguments: str, answer: tool.Answer | None = None) -> tool.Run:
        port = self.device.air.outlet()
        program = [str(port), str(tool.tool(self.context))]
        way = ["--transport", "ble", "--service_name", NAME]
        return tool.run(self.context, HERE / "tool_ble.py", [*program, *way, *arguments], answer)


def through_the_air(test: tool.Test) -> tool.Test:
    return lambda bench: test(AirBench(bench.context, bench.device, "ble", bench.security))


def tool_wrong_pop(bench: tool.Bench) -> None:
    # Over Bluetooth, the tool does not catch the library's exception for an ATT error.
    done = bench.run(*tool.credentials(), pop="a-pop-nobody-has")
    check_equal(done.code, 1, "the exit code")
    done.must(f"ATT error 0x{INVALID_PDU:02x}").must_not(tool.SESSION, tool.SUCCESS)
    bench.device.wait_event(REFUSED, 5)
    check_equal(bench.device.events(Event.SESSION), [], "session events")


tool.bench("success", "2.1, 2.2, 2.3, 8.1", "ble", 1)(through_the_air(tool.success))
tool.bench("wrong-password", "5.6, 7.C.43, 8.1", "ble", 1)(through_the_air(tool.wrong_password))
tool.bench("wrong-ssid", "5.6, 7.C.43, 8.1", "ble", 1)(through_the_air(tool.wrong_ssid))
tool.bench("wrong-pop", "1.14, 2.3, 8.1", "ble", 1)(through_the_air(tool_wrong_pop))
tool.bench("scan", "7.D.52, 7.D.53, 8.1", "ble", 1)(through_the_air(tool.scan))
tool.bench("custom-data", "8.1", "ble", 1)(through_the_air(tool.custom_data))
tool.bench("success", "8.1", "ble", 0)(through_the_air(tool.success))
# The tool requests no larger MTU than 23, so a first command of about 400 bytes is 23 prepared
# writes.
tool.bench("success", "1.15, 2.3, 7.E.63, 8.1", "ble", 2)(through_the_air(tool.success))
tool.bench("scan", "1.15, 7.D.52, 7.D.53, 8.1", "ble", 2)(through_the_air(tool.scan))
tool.bench("wrong-password-of-the-device", "1.15, 2.3, 8.1", "ble", 2)(through_the_air(tool_wrong_pop))


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


def must_provision(context: Context, running: Device) -> None:
    """A whole run of a client written by others."""
    result = protocomm.provision(context, running, "ble", POP, SSID, PASSPHRASE)
    check_equal(result.state, protocomm.WifiState.CONNECTED, "what the client saw")


def paired(central: Central) -> Session:
    return Session(central, Security1(POP))


def must_echo(session: Session, data: bytes) -> None:
    check_equal(session.request(CUSTOM, data), b"echo:" + data, "the endpoint's answer")


# --- what a client sees -------------------------------------------------------------------------------------


@scenario("ble/advertising", traps="2.1, 7.E.61, 7.B.26")
def advertising(context: Context) -> None:
    with device(context) as running:
        advertiser = running.air.device.le_legacy_advertiser
        uuid = bytes.fromhex(SERVICE.replace("-", ""))[::-1]
        central = running.air.central().connect()
        check(not advertiser.enabled, "the device advertises while a client is connected")
        central.disconnect()
        running.air.central(2).connect(timeout=10)
        check_equal(meant(advertiser.advertising_data), b"\x02\x01\x06\x11\x07" + uuid, "the advertisement")
        name = bytes([len(NAME) + 1, 0x09]) + NAME.encode()
        check_equal(meant(advertiser.scan_response_data), name, "the scan response")
        check_equal(advertiser.advertising_interval_min, 0x100, "the interval, in units of 0.625 ms")


@scenario("ble/table", traps="2.2, 2.3, 7.E.62")
def table(context: Context) -> None:
    with connected(context) as (_, central):
        services = central.air.run(central.services())
        check(OWN_SERVICE in services, "the application's own service is gone")
        check_equal([int(row.uuid[4:8], 16) for row in services[SERVICE]], list(NUMBERS.values()), "the numbers")
        for name, row in central.table.items():
            check_equal(row.uuid, SERVICE[:4] + f"{NUMBERS[name]:04x}" + SERVICE[8:], f"the UUID of {name}")
            check_equal(row.properties, READ | WRITE, f"the properties of {name}")
            check_equal(list(row.descriptors), [radio.USER_DESCRIPTION], f"the descriptors of {name}")


@scenario("ble/mtu", traps="2.3, 7.E.63")
def mtu(context: Context) -> None:
    for number, (asked, given) in enumerate([(None, 23), (100, 100), (185, 185), (498, 247), (517, 247)]):
        with connected(context, asked) as (_, central):
            check_equal(central.mtu, given, "the MTU")
            session = paired(central)
            for length in (1, given - 5, given - 3, given - 2, 400, 507):
                must_echo(session, bytes((number + n) % 251 for n in range(length)))


@scenario("ble/longest", traps="2.3, 7.A.14, 7.E.63")
def longest(context: Context) -> None:
    with connected(context) as (_, central):
        session = paired(central)
        must_echo(session, bytes(512 - len(b"echo:")))
        # The request was not too long, but its response would be, and the client's keystream has
        # advanced.
        must_fail(INVALID_LENGTH, "a request with too long an answer", session.request, CUSTOM, bytes(512))
        must_fail(INVALID_PDU, "reading what there is not", central.read, CUSTOM)
        must_echo(paired(central), b"and on")
        must_fail(INVALID_LENGTH, "a request of 513 bytes", central.write, CUSTOM, bytes(513))
        central.execute(0)
        must_echo(paired(central), b"and on")


@scenario("ble/value-is-stable", traps="2.3, 7.E.66, 7.F.72")
def stable(context: Context) -> None:
    with connected(context) as (_, central):
        check_equal(central.read("prov-session"), b"", "what there is to read before the first request")
        session = paired(central)
        central.write(CUSTOM, session.security.seal(bytes(range(200))))
        first, second = central.read(CUSTOM), central.read(CUSTOM)
        check_equal(first, second, "the answer, read again")
        check_equal(len(first), 205, "its length")
        blob = att.ATT_Read_Blob_Request(central.table[CUSTOM].handle, 206)
        must_fail(INVALID_OFFSET, "a read behind the end", central.request, blob)
        check_equal(central.read("prov-config"), b"", "what there is to read of another endpoint")


@scenario("ble/zero-length", traps="7.E.65, 7.A.1")
def zero_length(context: Context) -> None:
    with connected(context) as (running, central):
        # If the device accepted it, the client would take the previous response for the response to
        # this.
        for name in NUMBERS:
            must_fail(INVALID_LENGTH, f"an empty request to {name}", central.write, name, b"")
            check_equal(central.read(name), b"", f"what {name} answers to nothing")
        central.prepare(CUSTOM, 0, b"")
        must_fail(INVALID_LENGTH, "an empty long write", central.execute)
        session = paired(central)
        answer = central.exchange(CUSTOM, session.security.seal(b"something"))
        must_fail(INVALID_LENGTH, "an empty request", central.write, CUSTOM, b"")
        check_equal(central.read(CUSTOM), answer, "the answer before")
        check_equal(session.security.open(answer), b"echo:something", "in clear text")
        must_echo(session, b"in step")
        check_equal(len(running.events(Event.SESSION)), 1, "sessions")


@scenario("ble/refused", traps="2.3, 7.A.1, 7.E.66")
def refused(context: Context) -> None:
    with connected(context) as (running, central):
        for name in ("prov-config", "prov-scan", "prov-ctrl", CUSTOM):
            must_fail(INVALID_PDU, f"{name} without a session", central.write, name, b"\x52\x00")
            must_fail(INVALID_PDU, "reading the answer to that", central.read, name)
        must_fail(INVALID_PDU, "a malformed handshake", central.write, "prov-session", b"\xff")
        must_fail(INVALID_PDU, "a wrong proof", Security1("air-pop-0000").handshake, central)
        running.wait_event(REFUSED, 5)
        session = paired(central)
        # A write without response is not a property of the service, so it does nothing.
        central.send(att.ATT_Write_Command(central.table[CUSTOM].handle, b"nothing at all"))
        must_echo(session, b"in step")


@scenario("ble/descriptors", traps="2.3, 7.E.62")
def descriptors(context: Context) -> None:
    with connected(context) as (_, central):
        rows = central.table.values()
        for row in rows:
            name = row.descriptors[radio.USER_DESCRIPTION]
            for pdu in (
                att.ATT_Write_Request(name, b"x"),
                att.ATT_Prepare_Write_Request(name, 0, b"x"),
                att.ATT_Write_Request(row.handle - 1, b"\x01\x00"),
            ):
                must_fail(WRITE_NOT_PERMITTED, str(pdu), central.request, pdu)
        # Nothing notifies, so after the last name there is nothing to subscribe to.
        subscribe = att.ATT_Write_Request(max(row.handle for row in rows) + 2, b"\x01\x00")
        must_fail(INVALID_HANDLE, "a subscription", central.request, subscribe)
        must_echo(paired(central), b"unharmed")


# --- long writes --------------------------------------------------------------------------------------------


@scenario("ble/prepares-out-of-order", traps="7.E.63, C.1 CVE-2026-25508")
def prepares(context: Context) -> None:
    # Each of these would cost Zephyr's own server one of its 32 buffers until the device restarts.
    with connected(context) as (running, central):
        part = bytes(18)
        for _ in range(40):
            central.prepare(CUSTOM, 0, part)
            must_fail(INVALID_OFFSET, "a gap", central.prepare, CUSTOM, 19, part)
            must_fail(INVALID_OFFSET, "an overlap", central.prepare, CUSTOM, 17, part)
            central.execute(0)
        for _ in range(3):
            for at in range(0, 504, 18):
                central.prepare(CUSTOM, at, part)
            must_fail(INVALID_LENGTH, "a part beyond 512 bytes", central.prepare, CUSTOM, 504, part)
            central.execute(0)
        must_fail(INVALID_OFFSET, "a part at the end", central.prepare, "proto-ver", 511, b"x")
        must_fail(INVALID_OFFSET, "a part beyond the end", central.prepare, "proto-ver", 0xFFFF, b"x")
        central.execute()  # of nothing
        central.execute(0)
        # After a cancel, a long write begins from its start.
        central.prepare("proto-ver", 0, b"abc")
        central.execute(0)
        central.prepare("proto-ver", 3, b"def")
        must_fail(INVALID_OFFSET, "a long write that begins in its middle", central.execute)
        # Interleaved parts for two endpoints are two requests.
        session = paired(central)
        sealed = session.security.seal(bytes(60))
        for at in range(0, 60, 15):
            central.prepare("proto-ver", at, bytes(15))
            central.prepare(CUSTOM, at, sealed[at : at + 15])
        central.execute()
        check_equal(session.security.open(central.read(CUSTOM)), b"echo:" + bytes(60), "the last one's answer")
        central.disconnect()
        must_provision(context, running)


@scenario("ble/prepares-left-behind", traps="7.E.63, 7.E.64")
def prepares_left(context: Context) -> None:
    with connected(context) as (running, central):
        for _ in range(3):
            for at in range(0, 504, 18):
                central.prepare(CUSTOM, at, bytes(18))
            central.disconnect()
            central = running.air.central().connect().discover()
            # What the previous client has prepared is not continued.
            must_fail(INVALID_OFFSET, "a part of the client's before", central.prepare, CUSTOM, 504, b"x")
        must_echo(paired(central), bytes(500))


# --- links --------------------------------------------------------------------------------------------------

STEPS = (
    "connected",
    "asked for the version",
    "begun a handshake",
    "finished it",
    "prepared a part",
    "asked for a scan",
    "set credentials",
)


def go(central: Central, step: str) -> None:
    """Goes up to this step, as an app does."""
    if step == "connected":
        return
    central.exchange("proto-ver", b"ESP")
    if step == "asked for the version":
        return
    if step == "begun a handshake":
        central.write("prov-session", Security1(POP).command0())
        return
    session = paired(central)
    if step == "prepared a part":
        central.prepare("prov-config", 0, b"x" * 18)
    elif step == "asked for a scan":
        # Without reading the response.
        central.write("prov-scan", session.security.seal(wire.SCAN_START_PHONE))
    elif step == "set credentials":
        session.set_wifi(SSID, "not-the-passphrase")


@scenario("ble/reconnect", traps="2.4, 7.E.64, 7.B.26, C.1 CVE-2026-25507")
def reconnect(context: Context) -> None:
    with device(context) as running:
        for step in STEPS:
            context.note(f"gone after it has {step}")
            central = running.air.central().connect().discover()
            go(central, step)
            central.disconnect()
            central = running.air.central().connect().discover()
            for name in NUMBERS:
                check_equal(central.read(name), b"", f"{name}, by the next client after one that has {step}")
            apply = (INVALID_PDU, "a request of the session before", central.write, "prov-config", b"\x08\x04")
            must_fail(*apply)
            central.disconnect()
        must_provision(context, running)
        running.wait_event(Event.END, 15)
        check_equal(running.events(Event.FAILED), [], "failures")


@scenario("ble/second-central", traps="7.A.18, 7.B.25, 7.E.64")
def second_central(context: Context) -> None:
    with connected(context, more=["-advertises"]) as (running, first):
        session = paired(first)
        must_echo(session, b"first")
        # The application's own advertising brings a link that has nothing to do with provisioning.
        second = running.air.central(2).connect().discover()
        for name in NUMBERS:
            must_fail(AUTHORIZATION, f"{name} by another link", second.write, name, b"ESP")
            must_fail(AUTHORIZATION, f"a part of {name} by another link", second.prepare, name, 0, b"ESP")
            check_equal(second.read(name), b"", f"{name}, read by another link")
            must_fail(INVALID_LENGTH, f"an empty request to {name} by another link", second.write, name, b"")
        must_echo(session, bytes(300))
        second.disconnect()
        must_echo(session, b"first still")


@scenario("ble/other-links-stay", traps="7.B.25, 7.E.67")
def other_links(context: Context) -> None:
    with connected(context, more=["-advertises"]) as (running, first):
        session = paired(first)
        # Through the application's own advertising, since provisioning's has stopped.
        second = running.air.central(2).connect()
        check_equal(session.set_wifi(SSID, PASSPHRASE), wire.Status.SUCCESS, "the answer to Set")
        check_equal(session.apply(), wire.Status.SUCCESS, "the answer to Apply")
        check_equal(session.settle()[-1].state, wire.State.CONNECTED, "what came of it")
        first.await_disconnection(10)
        running.wait_event(Event.END, 5)
        services = second.air.run(second.services())
        check(OWN_SERVICE in services, "the application's own service is gone")
        check(SERVICE not in services, "the provisioning service is still there")


@scenario("ble/scan", traps="7.B.27, 7.D.51, 7.D.53")
def scan(context: Context) -> None:
    with connected(context, 247) as (_, central):
        session = paired(central)
        check_equal(len(phone.phone_scan(session)), 1, "networks")
        check_equal(len(phone.phone_scan(session)), 1, "networks, once more")
