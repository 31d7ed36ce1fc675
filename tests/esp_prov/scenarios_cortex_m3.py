# SPDX-License-Identifier: Apache-2.0
"""Bluetooth LE on an emulated Cortex-M3: the sample, with Zephyr's default stack sizes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import scenarios_phone as phone
import scenarios_protocomm as protocomm
import wire
from air import DEFAULT_MTU, INVALID_OFFSET, INVALID_PDU, Central
from clients import Security, Security1, Session
from cortex_m3_image import PROTOCOMM, ROUGH, RUNS
from device import Event, Secret
from emulated import REPORT, EmulatedDevice
from harness import Context, Failure, Skip, check, check_equal, scenario
from image import ONLINE
from scenarios_ble import must_fail
from srp import Security2

# These are the values of samples/common and of the network in the image's range.
USERNAME, PASSWORD = "wifiprov", "abcd1234"
SSID, PASSPHRASE = "Air Home", "nothing-in-the-air"
NETWORKS = 4
# A report without these threads shows nothing.
THREADS = ("BT RX WQ", "bt_rx_thread", "main", "netprov", "sysworkq")
# This share of each stack must stay free, for what a run does not happen to do.
SPARE = 0.1

# The image, or why there is none; run.py sets them.
image: Path | None = None
missing = ""


@contextmanager
def device(context: Context, security: int) -> Iterator[EmulatedDevice]:
    """A device that is provisioned when the block ends. Its stacks are checked then."""
    if image is None:
        raise Skip(missing)
    running = EmulatedDevice(image, security)
    context.devices.append(running)
    try:
        running.start()
        yield running
        running.wait_event(Event.CONNECTED)
        running.wait_event(ONLINE)
        running.wait_event(REPORT, since=running.event_names().index(ONLINE))
    finally:
        running.stop()
    check(running.panic is None, f"the device panicked: {running.panic}")
    leak = running.find_secret([Secret(text) for text in (PASSPHRASE, PASSWORD)])
    check(leak is None, f"the device wrote a secret (7.A.8): {leak}")
    lacking = [name for name in THREADS if name not in running.stacks]
    check(not lacking, f"the device did not tell of the stacks of {', '.join(lacking)}")
    for name, (used, size) in sorted(running.stacks.items()):
        context.note(f"{name}: {used} of {size}")
    context.save_transcripts()
    for name, (used, size) in running.stacks.items():
        check(used <= size * (1 - SPARE), f"of {size} bytes, the stack of {name} has used {used}")


def client(security: int) -> Security:
    return Security1(PASSWORD) if security == 1 else Security2(USERNAME, PASSWORD)


def provision(central: Central, security: int) -> None:
    """A whole run, with an attempt that fails."""
    session = Session(central, client(security))
    check_equal(len(phone.phone_scan(session)), NETWORKS, "networks")
    for passphrase, state in ((PASSPHRASE[::-1], wire.State.CONNECTION_FAILED), (PASSPHRASE, wire.State.CONNECTED)):
        check_equal(session.set_wifi(SSID, passphrase), wire.Status.SUCCESS, "the answer to Set")
        check_equal(session.apply(), wire.Status.SUCCESS, "the answer to Apply")
        check_equal(session.settle()[-1].state, state, "what came of it")
        if state is wire.State.CONNECTION_FAILED:
            check_equal(session.reset(), wire.Status.SUCCESS, "the answer to Reset")
    central.disconnect()


def _register(name: str, security: int, mtu: int) -> None:
    @scenario(name, traps="7.B.28, 7.E.63")
    def _run(context: Context) -> None:
        with device(context, security) as running:
            asked = mtu if mtu != DEFAULT_MTU else None
            provision(running.air.central().connect(asked).discover(), security)


for _name, (_security, _mtu) in RUNS.items():
    _register(_name, _security, _mtu)


@scenario(ROUGH, traps="7.B.28, 7.E.63, 7.E.64")
def rough(context: Context) -> None:
    """What strangers do, and phones that leave, before the owner's phone comes."""
    with device(context, 2) as running:
        for _ in range(2):
            stranger = running.air.central(2).connect().discover()
            must_fail(INVALID_PDU, "a message with no known field", stranger.write, "prov-session", b"\xff" * 512)
            must_fail(INVALID_PDU, "a request without a session", stranger.write, "prov-config", bytes(512))
            stranger.prepare("prov-scan", 0, bytes(18))
            must_fail(INVALID_OFFSET, "a gap", stranger.prepare, "prov-scan", 19, bytes(18))
            must_fail(INVALID_PDU, "a wrong password", Security2(USERNAME, "no").handshake, stranger)
            stranger.disconnect()
        central = running.air.central().connect().discover()
        Session(central, client(2)).set_wifi(SSID, PASSPHRASE[::-1])
        central.disconnect()
        provision(running.air.central().connect(498).discover(), 2)


@scenario(PROTOCOMM, traps="1.14, 2.3, 7.B.28")
def esp_protocomm(context: Context) -> None:
    with device(context, 1) as running:
        result = protocomm.provision(context, running, "ble", PASSWORD, SSID, PASSPHRASE)
        if result.state is not protocomm.WifiState.CONNECTED:
            raise Failure(f"what the client saw: {result}")
