"""A Thread device, provisioned by Espressif's tool and, in more detail, by the harness's own client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import wire
from clients import HttpLink, Security1, Session, version
from device import NETWORK_NOT_FOUND, Device, Event
from harness import Context, Failure, check, check_equal, scenario
from scenarios_esp_prov import Bench, tool
from wire import Status

NAME = "Interop Mesh"
NETWORKS = (f"{NAME}:0x4321:17", "Next Door:0xbeef:25")
POP = "thread-pop-12f0"
KEY = "c0ffee00c0ffee00c0ffee00c0ffee00"
SECRETS = (POP, KEY)
INVALID = "dataset_invalid"

ATTACHED, ATTACHING, DETACHED, FAILED = range(4)  # ThreadNetworkState
EXT_PAN_ID = bytes.fromhex("1111111122222222")


def dataset(name: str = NAME, pan_id: int = 0x4321, channel: int = 17) -> bytes:
    """Returns an active operational dataset, as a commissioner provides it."""
    tlvs = [
        (14, bytes.fromhex("0000000000010000")),
        (0, bytes([0, 0, channel])),
        (53, bytes.fromhex("0407fff800")[1:]),
        (2, EXT_PAN_ID),
        (7, bytes.fromhex("fd000db800a00000")),
        (5, bytes.fromhex(KEY)),
        (3, name.encode()),
        (1, pan_id.to_bytes(2, "big")),
        (4, bytes.fromhex(KEY)),
        (12, bytes.fromhex("02a0f7f8")),
    ]
    return b"".join(bytes([kind, len(value)]) + value for kind, value in tlvs)


@contextmanager
def device(context: Context, security: int = 1) -> Iterator[Device]:
    options = {"security": security, "pop": POP, "network": "thread", "thread": NETWORKS}
    with context.device(secrets=SECRETS, **options) as started:
        yield started


@contextmanager
def paired(context: Context) -> Iterator[tuple[Device, Session]]:
    with device(context) as started:
        link = HttpLink(started, context.note)
        try:
            yield started, Session(link, Security1(POP))
        finally:
            link.close()


# --- the harness's client: messages by number --------------------------------------------------------------


def config(session: Session, msg: int, member: int | None = None, payload: bytes = b"") -> wire.Fields:
    """Sends a request to prov-config and returns the member of its response."""
    fields: list[tuple[int, wire.Value]] = [(1, msg)]
    if member is not None:
        fields.append((member, payload))
    response = wire.parse(session.request("prov-config", wire.message(*fields)))
    check_equal(wire.number(response, 1), msg + 1, "type of the response")
    return wire.parse(wire.blob(response, {6: 17, 8: 19, 10: 21}[msg]))


def set_dataset(session: Session, tlvs: bytes) -> int:
    return wire.number(config(session, 8, 18, wire.message((1, tlvs))), 1)


def apply(session: Session) -> int:
    return wire.number(config(session, 10), 1)


def state(session: Session) -> tuple[int, wire.Fields]:
    response = config(session, 6, 16)
    return wire.number(response, 2), response


def settle(session: Session, timeout: float) -> tuple[int, wire.Fields]:
    """Polls until the state is final."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = state(session)
        if found[0] != ATTACHING:
            return found
        time.sleep(0.05)
    raise Failure(f"still attaching after {timeout:.0f} s")


@scenario("thread/version", "75")
def _version(context: Context) -> None:
    with device(context) as started:
        link = HttpLink(started, context.note)
        try:
            check_equal(version(link)["prov"]["cap"], ["thread_prov", "thread_scan"], "capabilities")
        finally:
            link.close()


@scenario("thread/success")
def _success(context: Context) -> None:
    with paired(context) as (started, session):
        check_equal(state(session)[0], DETACHED, "initial state")
        check_equal(set_dataset(session, dataset()), Status.SUCCESS, "Set")
        check_equal(apply(session), Status.SUCCESS, "Apply")
        found, response = settle(session, 10)
        check_equal(found, ATTACHED, "state")
        network = wire.parse(wire.blob(response, 11))
        seen = (wire.number(network, 1), wire.blob(network, 2), wire.number(network, 3), wire.blob(network, 4))
        check_equal(seen, (0x4321, EXT_PAN_ID, 17, NAME.encode()), "the network")
        started.wait_event("attached", 1, network=NAME, pan_id=0x4321, channel=17)
        started.wait_event(Event.END, 15)


@scenario("thread/bad-dataset", "11")
def _bad_dataset(context: Context) -> None:
    with paired(context) as (started, session):
        check_equal(set_dataset(session, b"\x01" * 255), Status.INVALID_ARGUMENT, "Set of 255 bytes")
        check_equal(set_dataset(session, dataset()[:-1]), Status.SUCCESS, "Set of a truncated dataset")
        check_equal(apply(session), Status.INTERNAL_ERROR, "Apply")
        found, response = state(session)
        check_equal((found, wire.number(response, 10)), (FAILED, 0), "state, and the reason: invalid")
        check(10 in response, "the reason is missing, perhaps because it is 0")
        started.wait_event(Event.FAILED, 1, reason=INVALID)


@scenario("thread/network-absent", "43")
def _absent(context: Context) -> None:
    with paired(context) as (started, session):
        check_equal(set_dataset(session, dataset("Elsewhere")), Status.SUCCESS, "Set")
        check_equal(apply(session), Status.SUCCESS, "Apply")
        found, response = settle(session, 30)
        check_equal((found, wire.number(response, 10)), (FAILED, 1), "state, and the reason: not found")
        started.wait_event(Event.FAILED, 1, reason=NETWORK_NOT_FOUND)
        check_equal(set_dataset(session, dataset()), Status.SUCCESS, "Set of another dataset")
        check_equal(apply(session), Status.SUCCESS, "Apply of another dataset")
        check_equal(settle(session, 10)[0], ATTACHED, "state")


@scenario("thread/scan", "60")
def _scan(context: Context) -> None:
    with paired(context) as (_, session):
        start = wire.parse(session.request("prov-scan", wire.message((1, 6), (16, wire.message((1, 1))))))
        check_equal((wire.number(start, 1), wire.number(start, 2)), (7, Status.SUCCESS), "start")
        stand = wire.parse(session.request("prov-scan", wire.message((1, 8))))
        stand = wire.parse(wire.blob(stand, 19))
        check_equal((wire.number(stand, 1), wire.number(stand, 2)), (1, 2), "finished, and number of networks")
        page = wire.parse(session.request("prov-scan", wire.message((1, 10), (20, wire.message((1, 0), (2, 2))))))
        entries = [wire.parse(entry) for entry in wire.parse(wire.blob(page, 21))[1]]
        names = [wire.blob(entry, 6).decode() for entry in entries]
        check_equal(names, [NAME, "Next Door"], "networks, the strongest first")
        first = entries[0]
        check_equal((wire.number(first, 1), wire.number(first, 2)), (0x4321, 17), "PAN ID and channel")
        check(wire.signed(wire.number(first, 3)) < 0, "its strength is in dBm")
        check_equal((len(wire.blob(first, 5)), len(wire.blob(first, 7))), (8, 8), "lengths of the addresses")


@scenario("thread/commands-for-wifi")
def _wifi(context: Context) -> None:
    with paired(context) as (_, session):
        response = wire.parse(session.request("prov-config", wire.message((1, 0), (10, b""))))
        inner = wire.parse(wire.blob(response, 11))
        seen = (wire.number(response, 1), wire.number(inner, 1))
        check_equal(seen, (1, Status.INVALID_ARGUMENT), "type and status")
        check(wire.number(inner, 2) != 0, "the response decodes as connected")


# --- Espressif's tool ---------------------------------------------------------------------------------------


@contextmanager
def run_tool(context: Context, security: int, tlvs: bytes, *expected: str) -> Iterator[Device]:
    """Runs the tool to its end, and yields the device if the tool printed the expected texts."""
    tool(context)
    try:
        with device(context, security) as started:
            bench = Bench(context, started, "http", security)
            bench.run("--dataset_tlvs", tlvs.hex(), pop=POP).must(*expected)
            yield started
    finally:
        context.save_transcripts()


@scenario("esp-prov/http/sec1/thread-success")
def _tool_success(context: Context) -> None:
    said = ("Session Established", "Thread state: Attached", "Provisioning was successful")
    with run_tool(context, 1, dataset(), *said) as started:
        started.wait_event("attached", 1, network=NAME)


@scenario("esp-prov/http/sec2/thread-success")
def _tool_success_2(context: Context) -> None:
    with run_tool(context, 2, dataset(), "Thread state: Attached", "Provisioning was successful") as started:
        started.wait_event("attached", 1, network=NAME)


@scenario("esp-prov/http/sec1/thread-bad-dataset")
def _tool_bad(context: Context) -> None:
    with run_tool(context, 1, dataset()[3:], "Error in apply Thread config") as started:
        started.wait_event(Event.FAILED, 1, reason=INVALID)


@scenario("esp-prov/http/sec1/thread-network-absent")
def _tool_absent(context: Context) -> None:
    with run_tool(context, 1, dataset("Elsewhere"), "Thread state: Attaching") as started:
        started.wait_event(Event.FAILED, 1, reason=NETWORK_NOT_FOUND)
