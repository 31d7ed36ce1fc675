"""esp-protocomm from PyPI, an independent client, over HTTP and over the console."""

from __future__ import annotations

import asyncio

from esp_protocomm import (
    Security1,
    SecurityError,
    WifiFailure,
    WifiState,
    WifiStatus,
    establish_session,
    provision_wifi,
)

from clients import ProtocommConsole, ProtocommHttp
from device import AUTH_ERROR, NETWORK_NOT_FOUND, Device, Event, state_holds
from harness import Context, Failure, check, check_equal, scenario

SSID = "Interop Home"
PASSPHRASE = "staple-battery-77"
WRONG_PASSPHRASE = "wrong-battery-78"
POP = "pop-for-interop-5d1c"
TRANSPORTS = {"http": ProtocommHttp, "console": ProtocommConsole}
SECRETS = (PASSPHRASE, WRONG_PASSPHRASE, POP)


def provision(
    context: Context, device: Device, transport: str, pop: str, ssid: str, passphrase: str
) -> WifiStatus:
    client = TRANSPORTS[transport](device, context.note)

    async def run() -> WifiStatus:
        session = await establish_session(client, Security1(pop))
        return await provision_wifi(client, session, ssid, passphrase, timeout=30, poll_interval=0.2)

    try:
        return asyncio.run(run())
    finally:
        client.close()


def success(context: Context, transport: str, pop: str | None) -> None:
    state = context.folder / "state"
    with context.device(
        wifi=[(SSID, PASSPHRASE)],
        pop=pop,
        state=state,
        http=transport == "http",
        console=transport == "console",
        secrets=SECRETS,
    ) as device:
        result = provision(context, device, transport, pop or "", SSID, PASSPHRASE)
        check_equal(result.state, WifiState.CONNECTED, "what the client saw")
        device.wait_event(Event.END, 15)
        names = [
            n
            for n in device.event_names()
            if n in (Event.SESSION, Event.CREDENTIALS, Event.CONNECTED, Event.END)
        ]
        check_equal(
            names, [Event.SESSION, Event.CREDENTIALS, Event.CONNECTED, Event.END], "the device's events"
        )
        check_equal(device.events(Event.CREDENTIALS)[0].get("ssid"), SSID, "ssid of the credentials event")
        check_equal(device.events(Event.FAILED), [], "failure events")
    check(
        state_holds(state, SSID) and state_holds(state, PASSPHRASE),
        "the state file lacks the successful credentials",
    )


def failure(
    context: Context, transport: str, ssid: str, passphrase: str, client: WifiFailure, reason: str
) -> None:
    state = context.folder / "state"
    with context.device(
        wifi=[(SSID, PASSPHRASE)],
        pop=POP,
        state=state,
        http=transport == "http",
        console=transport == "console",
        secrets=SECRETS,
    ) as device:
        result = provision(context, device, transport, POP, ssid, passphrase)
        check_equal(result, WifiStatus(WifiState.CONNECTION_FAILED, client), "what the client saw")
        check_equal(device.wait_event(Event.FAILED, 5).get("reason"), reason, "the device's failure reason")
        check_equal(device.events(Event.CONNECTED), [], "connected events")
    check(not state_holds(state, passphrase), "failed credentials were stored (docs/traps.md, 44)")


def wrong_pop(context: Context, transport: str) -> None:
    with context.device(
        wifi=[(SSID, PASSPHRASE)],
        pop=POP,
        http=transport == "http",
        console=transport == "console",
        secrets=SECRETS,
    ) as device:
        try:
            provision(context, device, transport, "pop-nobody-has", SSID, PASSPHRASE)
        except SecurityError as error:
            context.note(f"SecurityError: {error}")
        else:
            raise Failure("the device accepted a wrong proof of possession")
        check_equal(device.events(Event.SESSION), [], "session events")
        check_equal(device.events(Event.CREDENTIALS), [], "credentials events")
        result = provision(context, device, transport, POP, SSID, PASSPHRASE)
        check_equal(result.state, WifiState.CONNECTED, "the right proof of possession after a wrong one")


def _register(transport: str) -> None:
    @scenario(f"esp-protocomm/{transport}/success", traps="8, 35, 50")
    def _success(context: Context) -> None:
        success(context, transport, POP)

    @scenario(f"esp-protocomm/{transport}/no-pop")
    def _no_pop(context: Context) -> None:
        success(context, transport, None)

    @scenario(f"esp-protocomm/{transport}/wrong-password", traps="8, 43, 44")
    def _wrong_password(context: Context) -> None:
        failure(context, transport, SSID, WRONG_PASSPHRASE, WifiFailure.INCORRECT_PASSWORD, AUTH_ERROR)

    @scenario(f"esp-protocomm/{transport}/wrong-ssid", traps="43, 44")
    def _wrong_ssid(context: Context) -> None:
        failure(
            context, transport, "No Such Network", PASSPHRASE, WifiFailure.INCORRECT_SSID, NETWORK_NOT_FOUND
        )

    @scenario(f"esp-protocomm/{transport}/wrong-pop", traps="5, 8")
    def _wrong_pop(context: Context) -> None:
        wrong_pop(context, transport)


for _transport in TRANSPORTS:
    _register(_transport)
