# SPDX-License-Identifier: Apache-2.0
"""What tests/interop lacks: all of esp_prov over the console, more of esp-protocomm, reboots."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cortex_m3_image as cortex_m3
import scenarios_esp_prov as tool
import scenarios_phone as phone
import wire
from device import AUTH_ERROR, AccessPoint, Device, Event, world_toml
from esp_protocomm import Security1, WifiFailure, WifiState, WifiStatus, establish_session, provision_wifi
from esp_protocomm.wifi import get_status
from harness import Context, check_equal, scenario
from image import JOINING, ONLINE, STORED
from scenarios_protocomm import TRANSPORTS
from wire import Status

# The scenarios of tests/interop that need nothing the image lacks. The others test the virtual
# device's command line, its timing, or more connections at once than a small server has.
GROUPS = ("ble/", cortex_m3.GROUP, "esp-prov/", "esp-protocomm/", "page/")
ALSO = (
    "console/session",
    "console/session-number",
    "http/cookie-parsing",
    "http/cookieless-keep-alive",
    "http/error-closes",
    "http/half-closed",
    "http/new-session-cookie",
    "http/newcomer",
    "http/stale-cookie",
    "http/unknown-uri",
    "http/version-any-time",
    "http/wrong-method",
    "phone/apply-consumes-set",
    "phone/apply-while-busy",
    "phone/attempts",
    "phone/custom-endpoint",
    "phone/esp-prov-forms",
    "phone/guessing-is-limited",
    "phone/in-step-after-error",
    "phone/ios-refused-apply",
    "phone/ios-success",
    "phone/limits",
    "phone/odd-credentials",
    "phone/proof-of-any-length",
    "phone/rehandshake",
    "phone/reprovision",
    "phone/reset",
    "phone/retry-after-failure",
    "phone/scan-any-page-size",
    "phone/scan-nothing-found",
    "phone/scan-strongest-kept",
)
# These wait long, esp_prov in polls of 5 s, so they start first.
SLOW = (cortex_m3.GROUP, "guessing-is-limited", "moved", "/reset", "/wrong-password", "/wrong-ssid", "/reprov")

SSID = "Image Home"
OTHER_SSID = "Image Away"
PASSPHRASE = "an-image-at-home"
OTHER_PASSPHRASE = "an-image-on-the-road"
WRONG_PASSPHRASE = "an-image-upside-down"
POP = "image-pop-93c1"
SECRETS = (PASSPHRASE, OTHER_PASSPHRASE, WRONG_PASSPHRASE, POP)
CUSTOM = "custom-data"
HOME = [(SSID, PASSPHRASE)]
AWAY = [(OTHER_SSID, OTHER_PASSPHRASE)]


def belongs(name: str) -> bool:
    # The image is for Wi-Fi, and netprov does not run it as its child.
    if "/thread-" in name or name.startswith("netprov/child/"):
        return False
    return name.startswith((*GROUPS, "netprov/")) or name in ALSO


# --- esp_prov over the console, in what tests/interop does over HTTP ----------------------------------------


class TypingBench(tool.Bench):
    """A person who copies requests and responses, and is sometimes asked something."""

    def run_plain(self, *arguments: str, answer: tool.Answer | None = None) -> tool.Run:
        carry = tool.bridge(self.device)

        def either(output: bytes) -> tuple[int, bytes] | None:
            return (answer(output) if answer is not None else None) or carry(output)

        program = tool.patched_tool(self.context)
        return tool.run(self.context, program, ["--transport", "console", *arguments], either)


def typing(test: tool.Test) -> tool.Test:
    return lambda bench: test(TypingBench(bench.context, bench.device, "console", bench.security))


tool.bench("scan", "4.3, 8.1, 7.D.52", "console", 1)(typing(tool.scan))
tool.bench("custom-data", "4.3, 8.1", "console", 1)(tool.custom_data)
tool.bench("auto-security", "4.3, 5.7", "console", 1)(tool.auto_security)
tool.bench("reset", "4.3, 8.1, 5.5, 7.C.41", "console", 1)(tool.reset)
tool.bench("reprov", "4.3, 8.1, 5.5, 7.C.41", "console", 1, auto_stop=False)(tool.reprov)


# --- esp-protocomm ------------------------------------------------------------------------------------------


class Client:
    """A session of esp-protocomm, for its own requests and for those that it has no function for."""

    def __init__(self, context: Context, device: Device, transport: str) -> None:
        self._transport = TRANSPORTS[transport](device, context.note)
        self._session = asyncio.run(establish_session(self._transport, Security1(POP)))

    def close(self) -> None:
        self._transport.close()

    def provision(self, ssid: str, passphrase: str) -> WifiStatus:
        arguments = (self._transport, self._session, ssid, passphrase)
        return asyncio.run(provision_wifi(*arguments, timeout=30, poll_interval=0.2))

    def status(self) -> WifiStatus:
        return asyncio.run(get_status(self._transport, self._session))

    def request(self, endpoint: str, plain: bytes) -> bytes:
        sealed = self._session.encrypt(plain)
        return self._session.decrypt(asyncio.run(self._transport.send(endpoint, sealed)))

    def control(self, request: bytes, answer: int) -> int:
        return wire.ctrl_status(self.request("prov-ctrl", request), answer)


@contextmanager
def running(context: Context, transport: str, **options: Any) -> Iterator[Device]:
    options.setdefault("wifi", [*HOME, *AWAY] if "world" not in options else [])
    ways = {"http": transport == "http", "console": transport == "console"}
    with context.device(pop=POP, **ways, secrets=SECRETS, **options) as device:
        yield device


@contextmanager
def paired(context: Context, transport: str, **options: Any) -> Iterator[tuple[Device, Client]]:
    """A device and a session with it."""
    with running(context, transport, **options) as device:
        client = Client(context, device, transport)
        try:
            yield device, client
        finally:
            client.close()


def must_connect(client: Client, ssid: str = SSID, passphrase: str = PASSPHRASE) -> None:
    check_equal(client.provision(ssid, passphrase).state, WifiState.CONNECTED, f"what came of {ssid!r}")


def world_file(context: Context, points: list[AccessPoint]) -> Path:
    path = context.folder / "world.toml"
    path.write_text(world_toml(points), encoding="utf-8")
    return path


def joined(device: Device) -> list[str]:
    return [event["ssid"] for event in device.events(JOINING)]


def custom_data(context: Context, transport: str) -> None:
    with paired(context, transport) as (_, client):
        for data in (b"what is your name", bytes(range(256)), b"again"):
            check_equal(client.request(CUSTOM, data), b"echo:" + data, "the endpoint's answer")
        must_connect(client)


WORLD = [
    AccessPoint(OTHER_SSID, OTHER_PASSPHRASE, -71, 11, "wpa3-psk", "02:00:00:00:03:01"),
    AccessPoint(SSID, PASSPHRASE, -44, 1, "wpa2-psk", "02:00:00:00:03:02"),
    AccessPoint("Image Cafe", "", -60, 6, "open", "02:00:00:00:03:03"),
    AccessPoint("Image Attic", PASSPHRASE, -30, 6, "wpa2-psk", "02:00:00:00:03:04", hidden=True),
    AccessPoint("Image Old", PASSPHRASE, -80, 9, "wpa-psk", "02:00:00:00:03:05"),
    AccessPoint("Image Mixed", PASSPHRASE, -66, 3, "wpa2-wpa3-psk", "02:00:00:00:03:06"),
    AccessPoint("Image Office", "", -84, 13, "wpa2-enterprise", "02:00:00:00:03:07"),
]


def scan(context: Context, transport: str) -> None:
    with paired(context, transport, world=world_file(context, WORLD)) as (_, client):
        phone.check_scan(phone.phone_scan(client), phone.visible(WORLD))
        phone.check_scan(phone.phone_scan(client), phone.visible(WORLD))


def reset(context: Context, transport: str) -> None:
    with paired(context, transport) as (device, client):
        result = client.provision(SSID, WRONG_PASSPHRASE)
        check_equal(result.state, WifiState.CONNECTION_FAILED, "what came of the wrong passphrase")
        check_equal(client.control(wire.CTRL_RESET, 2), Status.SUCCESS, "the answer to a reset")
        must_connect(client)
        check_equal(device.wait_event(Event.FAILED, 1).get("reason"), AUTH_ERROR, "the device's failure reason")


def reprovision(context: Context, transport: str) -> None:
    with paired(context, transport, autostop_ms=0) as (device, client):
        must_connect(client)
        mark = device.mark()
        check_equal(client.control(wire.CTRL_REPROV, 4), Status.SUCCESS, "the answer to a re-provisioning")
        device.wait_event(Event.LISTENING, 5, since=mark)
        check_equal(client.status().state, WifiState.DISCONNECTED, "the state after it")
        must_connect(client, OTHER_SSID, OTHER_PASSPHRASE)
        check_equal(joined(device), [SSID, OTHER_SSID], "the networks it has joined")
        check_equal(device.events(Event.END), [], "end events with auto-stop disabled")


def reboot(context: Context, transport: str) -> None:
    state = context.folder / "state"
    with paired(context, transport, state=state) as (device, client):
        check_equal(device.events(STORED)[0].get("answer"), "no", "credentials stored at the first start")
        must_connect(client)
        device.kill_hard()  # the client has its answer: nothing may be lost from here on
    with running(context, transport, state=state, serves=False) as device:
        device.wait_event(ONLINE, 10)
        check_equal(device.events(STORED)[0].get("answer"), "yes", "credentials stored at the second start")
        check_equal(joined(device), [SSID], "the networks it has joined")
        check_equal(device.events(Event.LISTENING), [], "services that were started")


def moved(context: Context, transport: str) -> None:
    state = context.folder / "state"
    with paired(context, transport, state=state, wifi=HOME) as (device, client):
        must_connect(client)
        device.wait_event(Event.END, 15)
    # The device tries its stored networks for a while, then waits for a client again.
    with paired(context, transport, state=state, wifi=AWAY) as (device, client):
        check_equal(device.events(STORED)[0].get("answer"), "yes", "credentials stored at the second start")
        must_connect(client, OTHER_SSID, OTHER_PASSPHRASE)
        device.wait_event(ONLINE, 15)
    with running(context, transport, state=state, wifi=AWAY, serves=False) as device:
        device.wait_event(ONLINE, 20)
        check_equal(joined(device)[-1], OTHER_SSID, "the network it has joined at the third start")
        check_equal(device.events(Event.LISTENING), [], "services that were started")


def every_kind(context: Context, transport: str) -> None:
    with paired(context, transport, world=world_file(context, WORLD), autostop_ms=0) as (device, client):
        for point in WORLD:
            if point.auth == "wpa2-enterprise":
                continue
            must_connect(client, point.ssid, point.passphrase)
            check_equal(joined(device)[-1], point.ssid, "the network it has joined")
            check_equal(client.control(wire.CTRL_REPROV, 4), Status.SUCCESS, "the answer to a re-provisioning")


def enterprise(context: Context, transport: str) -> None:
    with paired(context, transport, world=world_file(context, WORLD)) as (device, client):
        phone.phone_scan(client)  # as apps do: it tells the device what kind of network it is
        result = client.provision("Image Office", PASSPHRASE)
        expected = WifiStatus(WifiState.CONNECTION_FAILED, WifiFailure.INCORRECT_PASSWORD)
        check_equal(result, expected, "what the client saw")
        reason = device.wait_event(Event.FAILED, 1).get("reason")
        check_equal(reason, "a passphrase does not open it", "the device's failure reason")
        must_connect(client)


def register(name: str, traps: str, test: Callable[[Context, str], None], transports: tuple[str, ...]) -> None:
    for transport in transports:

        @scenario(f"esp-protocomm/{transport}/{name}", traps)
        def _run(context: Context, transport: str = transport) -> None:
            try:
                test(context, transport)
            finally:
                context.save_transcripts()


ALL = ("http", "console", "ble")
register("custom-data", "8.1", custom_data, ALL)
register("scan", "7.D.51, 7.D.52, 7.D.53, 7.D.54, 7.D.55, 7.D.59", scan, ALL)
register("reset", "5.5, 7.C.41", reset, ALL)
register("reprovision", "5.5, 7.C.41", reprovision, ALL)
register("reboot", "7.C.44", reboot, ALL)
register("moved", "7.C.44", moved, ("http",))
register("every-kind-of-network", "5.6", every_kind, ("http",))
register("enterprise-network", "5.6", enterprise, ("http",))
