"""The behaviour of the phone apps, imitated by the harness's client: scan, provision, poll, retry,
reset."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import wire
from clients import HttpLink, NotVerified, Refused, Security, Security0, Security1, Session, version
from device import AUTH_ERROR, AUTH_MODES, NETWORK_NOT_FOUND, AccessPoint, Device, Event, world_toml
from harness import Context, Failure, check, check_equal, scenario
from wire import Reason, State, Status

SSID = "Phone Home"
OTHER_SSID = "Summer House"
PASSPHRASE = "a-phone-calls-home"
OTHER_PASSPHRASE = "rain-on-the-roof"
WRONG = "never-the-right-one"
POP = "phone-pop-77c0"
CUSTOM = "custom-data"
SECRETS = (PASSPHRASE, OTHER_PASSPHRASE, WRONG, POP)
PAGE = 4
LIMIT = 16  # most networks that a device keeps from a scan


@contextmanager
def paired(context: Context, *, security: int = 1, **options: Any) -> Iterator[tuple[Device, Session]]:
    """Runs a device with two access points and establishes a session."""
    if "world" not in options:
        options.setdefault("wifi", [(SSID, PASSPHRASE), (OTHER_SSID, OTHER_PASSPHRASE)])
    pop = POP if security else None
    with context.device(security=security, pop=pop, endpoints=[CUSTOM], secrets=SECRETS, **options) as device:
        link = HttpLink(device, context.note)
        scheme: Security = Security1(POP) if security else Security0()
        try:
            yield device, Session(link, scheme)
        finally:
            link.close()


def expect(session: Session, state: State, reason: Reason | None, what: str) -> None:
    status = session.status()
    check_equal((status.state, status.reason), (state, reason), what)


def send(session: Session, ssid: str = SSID, passphrase: str = PASSPHRASE) -> None:
    check_equal(session.set_wifi(ssid, passphrase), Status.SUCCESS, "Set")
    check_equal(session.apply(), Status.SUCCESS, "Apply")


def outcome(session: Session, state: State, reason: Reason | None, what: str) -> list[wire.WifiStatus]:
    seen = session.settle()
    check_equal((seen[-1].state, seen[-1].reason), (state, reason), what)
    return seen


# --- scan ---------------------------------------------------------------------------------------------------


def world_file(context: Context, points: list[AccessPoint]) -> Path:
    path = context.folder / "world.toml"
    path.write_text(world_toml(points), encoding="utf-8")
    return path


def point(number: int, ssid: str, rssi: int, auth: str = "wpa2-psk", hidden: bool = False) -> AccessPoint:
    passphrase = "" if auth == "open" else PASSPHRASE
    return AccessPoint(ssid, passphrase, rssi, number % 13 + 1, auth, f"02:00:00:00:01:{number:02x}", hidden)


def visible(points: list[AccessPoint]) -> list[tuple[bytes, int, int, bytes, int]]:
    """Returns the expected scan result: the strongest of each (SSID, auth), strongest first, without
    hidden ones."""
    best: dict[tuple[str, str], AccessPoint] = {}
    for ap in points:
        key = (ap.ssid, ap.auth)
        if not ap.hidden and (key not in best or ap.rssi > best[key].rssi):
            best[key] = ap
    ordered = sorted(best.values(), key=lambda ap: -ap.rssi)
    return [
        (ap.ssid.encode(), ap.channel, ap.rssi, bytes.fromhex(ap.bssid.replace(":", "")), AUTH_MODES[ap.auth])
        for ap in ordered
    ]


def plain(entry: wire.ScanEntry) -> tuple[bytes, int, int, bytes, int]:
    return (entry.ssid, entry.channel, entry.rssi, entry.bssid, entry.auth)


def scan_count(session: Session, start: bytes, status: bytes) -> int:
    """Starts a scan and requests its status once, as every client does. Android hangs if the scan has not
    finished then."""
    check_equal(wire.scan_response(session.request("prov-scan", start), 1).status, Status.SUCCESS, "scan start")
    response = wire.scan_response(session.request("prov-scan", status), 3)
    check_equal(response.status, Status.SUCCESS, "scan status")
    check(response.finished, "a blocking scan start returned before the scan had finished (docs/traps.md, 53)")
    return response.count


def scan_page(session: Session, start: int, count: int) -> list[wire.ScanEntry]:
    response = wire.scan_response(session.request("prov-scan", wire.scan_result_request(start, count)), 5)
    check_equal(response.status, Status.SUCCESS, "scan result")
    check_equal(len(response.entries), count, f"entries of the page that starts at {start}")
    return response.entries


def phone_scan(session: Session) -> list[wire.ScanEntry]:
    """Scans as both apps do: pages of 4 in fixed steps, whatever is returned."""
    count = scan_count(session, wire.SCAN_START_PHONE, wire.SCAN_STATUS)
    found: list[wire.ScanEntry] = []
    for start in range(0, count, PAGE):
        found += scan_page(session, start, min(PAGE, count - start))
    return found


def check_scan(found: list[wire.ScanEntry], expected: list[Any]) -> None:
    got = [plain(entry) for entry in found]
    for entry in found:
        check(entry.ssid, "a hidden network was listed")
        check(entry.auth <= 7, f"auth value {entry.auth} crashes esp_prov")
    rssi = [entry.rssi for entry in found]
    check_equal(rssi, sorted(rssi, reverse=True), "order of signal strength")
    keys = [(entry.ssid, entry.auth) for entry in found]
    check_equal(len(keys), len(set(keys)), "rows with distinct (SSID, auth)")
    check_equal(got, expected, "scan result")


@scenario("phone/scan-pages", traps="51, 52, 53, 54, 55, 59")
def scan_pages(context: Context) -> None:
    points = [
        point(1, "Weak", -88),
        point(2, SSID, -71),
        point(3, "", -30, hidden=True),
        point(4, SSID, -44),
        point(5, "Open Cafe", -60, "open"),
        point(6, SSID, -52, "wpa3-psk"),
        point(7, "Office", -65, "wpa2-enterprise"),
        point(8, "Mixed", -49, "wpa2-wpa3-psk"),
        point(9, "Cloaked", -33, hidden=True),
        point(10, "Old Router", -81, "wep"),
        point(11, "Grüße aus Köln", -77, "wpa-wpa2-psk"),
        point(12, "Older", -79, "wpa-psk"),
    ]
    expected = visible(points)
    check_equal(len(expected), 9, "number of visible networks")
    for security in (0, 1):
        with paired(context, security=security, world=world_file(context, points)) as (_, session):
            before = wire.scan_response(session.request("prov-scan", wire.SCAN_STATUS), 3)
            check_equal((before.finished, before.count), (True, 0), "status before the first scan")
            check_scan(phone_scan(session), expected)
            check_scan(phone_scan(session), expected)


@scenario("phone/scan-any-page-size", traps="51, 52")
def scan_any_page_size(context: Context) -> None:
    points = [point(n, f"Network {n:02}", -40 - 2 * n) for n in range(11)]
    expected = visible(points)
    with paired(context, world=world_file(context, points)) as (_, session):
        count = scan_count(session, wire.SCAN_START_SOFTAP, wire.SCAN_STATUS_BARE)
        check_equal(count, len(expected), "announced count")
        check_scan(scan_page(session, 0, count), expected)
        for size in (1, 3, 5, 8):
            found: list[wire.ScanEntry] = []
            for start in range(0, count, size):
                found += scan_page(session, start, min(size, count - start))
            check_scan(found, expected)


@scenario("phone/scan-strongest-kept", traps="54, 56")
def scan_strongest_kept(context: Context) -> None:
    points = [point(n, f"Crowd {n:02}", -90 + 2 * n) for n in range(24)]
    with paired(context, world=world_file(context, points)) as (_, session):
        found = phone_scan(session)
        check(LIMIT <= len(found) <= 24, f"{len(found)} of 24 networks listed, at least {LIMIT} wanted")
        check_scan(found, visible(points)[: len(found)])


@scenario("phone/scan-nothing-found", traps="51, 59")
def scan_nothing_found(context: Context) -> None:
    world = world_file(context, [point(1, "", -40, hidden=True)])
    with paired(context, world=world) as (_, session):
        check_equal(scan_count(session, wire.SCAN_START_PHONE, wire.SCAN_STATUS), 0, "announced count")
        session.status()


# --- custom endpoint and version ----------------------------------------------------------------------------


@scenario("phone/custom-endpoint")
def custom_endpoint(context: Context) -> None:
    for security in (0, 1):
        with paired(context, security=security) as (_, session):
            for data in (b"x", b"hello", bytes(range(256)), b"y" * 400):
                check_equal(session.request(CUSTOM, data), b"echo:" + data, f"{len(data)} bytes")


@scenario("phone/version-document", traps="75")
def version_document(context: Context) -> None:
    infos = ["app:1.4.2:led,buzzer", 'we"ird\\label:v"2:c"ap']
    for security, pop, flag in ((0, None, "no_sec"), (1, POP, None), (1, None, "no_pop")):
        with context.device(security=security, pop=pop, app_info=infos, secrets=SECRETS) as device:
            link = HttpLink(device, context.note)
            document = version(link)
            link.close()
            prov = document["prov"]
            check_equal(prov["ver"], "netprov-v1.2", "version")
            check_equal((prov["sec_ver"], prov.get("sec_patch_ver", 0)), (security, 0), "security version")
            flags = [cap for cap in prov["cap"] if cap in ("no_sec", "no_pop")]
            check_equal(flags, [flag] if flag else [], "flags among the capabilities")
            check({"wifi_prov", "wifi_scan"} <= set(prov["cap"]), f"capabilities {prov['cap']}")
            check(
                not {"thread_prov", "thread_scan"} & set(prov["cap"]),
                "Thread among a Wi-Fi device's capabilities",
            )
            check_equal(document.get("app"), {"ver": "1.4.2", "cap": ["led", "buzzer"]}, "application label")
            check_equal(document.get('we"ird\\label'), {"ver": 'v"2', "cap": ['c"ap']}, "escaped label")


# --- provisioning -------------------------------------------------------------------------------------------


@scenario("phone/ios-success", traps="35, 38, 39, 50")
def ios_success(context: Context) -> None:
    with paired(context) as (device, session):
        before = session.status()
        check(before.state in (State.CONNECTING, State.DISCONNECTED), f"status before any Apply: {before}")
        send(session)
        expect(session, State.CONNECTING, None, "status right after Apply")
        seen = outcome(session, State.CONNECTED, None, "outcome")
        last = seen[-1]
        check_equal(last.ssid, SSID.encode(), "ssid of the Connected status")
        check(last.ip.count(".") == 3, f"Connected without an address: {last}")
        check_equal(len(last.bssid), 6, "bssid length")
        check(last.auth in (3, 4, 7), f"auth of a WPA2 network: {last.auth}")
        check(all(s.state is not State.DISCONNECTED for s in seen), "Disconnected during an attempt")
        device.wait_event(Event.END, 10)


@scenario("phone/esp-prov-forms")
def esp_prov_forms(context: Context) -> None:
    with paired(context, security=0, autostop_ms=0) as (_, session):
        check_equal(session.set_wifi(SSID, PASSPHRASE), Status.SUCCESS, "Set")
        check_equal(session.apply(wire.APPLY_BARE), Status.SUCCESS, "Apply without its member")
        outcome(session, State.CONNECTED, None, "outcome")


@scenario("phone/ios-refused-apply", traps="39, 42")
def ios_refused_apply(context: Context) -> None:
    with paired(context) as (device, session):
        check_equal(session.apply(), Status.INTERNAL_ERROR, "Apply without Set")
        expect(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "status after a refused Apply")
        check_equal(device.events(Event.CREDENTIALS), [], "credentials events")
    with paired(context) as (_, session):
        check_equal(session.set_wifi("s" * 33, PASSPHRASE), Status.INVALID_ARGUMENT, "Set with a long SSID")
        check_equal(session.apply(), Status.INTERNAL_ERROR, "Apply after a refused Set")
        expect(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "status after a refused Set and Apply")
        send(session)
        outcome(session, State.CONNECTED, None, "the right credentials afterwards")


@scenario("phone/apply-while-busy", traps="42")
def apply_while_busy(context: Context) -> None:
    with paired(context, autostop_ms=0) as (device, session):
        send(session)
        session.set_wifi(OTHER_SSID, OTHER_PASSPHRASE)
        check_equal(session.apply(), Status.INTERNAL_ERROR, "Apply during an attempt")
        expect(session, State.CONNECTING, None, "status during the attempt")
        seen = outcome(session, State.CONNECTED, None, "outcome of the first Apply")
        check_equal(seen[-1].ssid, SSID.encode(), "the network of the first Apply")
        session.set_wifi(OTHER_SSID, OTHER_PASSPHRASE)
        check_equal(session.apply(), Status.INTERNAL_ERROR, "Apply after success")
        expect(session, State.CONNECTED, None, "status after success")
        check_equal(len(device.events(Event.CREDENTIALS)), 1, "credentials events")


@scenario("phone/apply-consumes-set", traps="42")
def apply_consumes_set(context: Context) -> None:
    with paired(context) as (_, session):
        send(session, passphrase=WRONG)
        outcome(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "outcome")
        check_equal(session.apply(), Status.INTERNAL_ERROR, "a second Apply for one Set")
        expect(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "status afterwards")


@scenario("phone/retry-after-failure", traps="49")
def retry_after_failure(context: Context) -> None:
    with paired(context, autostop_ms=0) as (device, session):
        send(session, passphrase=WRONG)
        outcome(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "wrong password")
        send(session, ssid="No Such Network")
        expect(session, State.CONNECTING, None, "status right after the second Apply")
        outcome(session, State.CONNECTION_FAILED, Reason.NETWORK_NOT_FOUND, "wrong SSID: the fresh reason")
        send(session)
        outcome(session, State.CONNECTED, None, "right credentials, same session, no reset")
        reasons = [event.get("reason") for event in device.events(Event.FAILED)]
        check_equal(reasons, [AUTH_ERROR, NETWORK_NOT_FOUND], "the device's failure events")


@scenario("phone/attempts", traps="39, 49")
def attempts(context: Context) -> None:
    with paired(context, attempts=3) as (device, session):
        for _ in range(2):  # the counter restarts with new credentials
            mark = device.mark()
            send(session, passphrase=WRONG)
            seen = outcome(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "outcome")
            left = [s.attempts_remaining for s in seen if s.attempts_remaining is not None]
            check_equal(left, [2, 1], "attempts remaining, as polled")
            device.wait_event(Event.FAILED, since=mark)
        check_equal(len(device.events(Event.FAILED)), 2, "failure events, one per set of credentials")


@scenario("phone/reset", traps="40, 41")
def reset(context: Context) -> None:
    with paired(context) as (_, session):
        check_equal(session.reset(), Status.SUCCESS, "reset while waiting for credentials")
        check_equal(session.reprovision(), Status.SUCCESS, "reprovision while waiting for credentials")
        send(session, passphrase=WRONG)
        check_equal(session.reset(), Status.INTERNAL_ERROR, "reset during an attempt")
        outcome(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "outcome")
        check_equal(session.reset(), Status.SUCCESS, "reset after a failure")
        expect(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "the reason after a reset")
        send(session)
        outcome(session, State.CONNECTED, None, "after the reset")


@scenario("phone/reprovision", traps="41, 44")
def reprovision(context: Context) -> None:
    state = context.folder / "state"
    with paired(context, autostop_ms=0, state=state) as (device, session):
        send(session)
        outcome(session, State.CONNECTED, None, "first network")
        stored = state.read_bytes()
        check_equal(session.reprovision(), Status.SUCCESS, "reprovision")
        send(session, passphrase=WRONG)
        outcome(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "wrong password")
        check_equal(state.read_bytes(), stored, "the stored credentials after a failure")
        send(session, OTHER_SSID, OTHER_PASSPHRASE)
        seen = outcome(session, State.CONNECTED, None, "second network")
        check_equal(seen[-1].ssid, OTHER_SSID.encode(), "the second network's name")
        check_equal(device.events(Event.END), [], "end events with auto-stop disabled")


@scenario("phone/reprovision-cancels-auto-stop", traps="41")
def reprovision_cancels_auto_stop(context: Context) -> None:
    with paired(context, autostop_ms=1500) as (device, session):
        send(session)
        device.wait_event(Event.CONNECTED, 20)  # seen here but not read by the client, so the auto-stop is pending
        check_equal(session.reprovision(), Status.SUCCESS, "reprovision")
        typing = time.monotonic() + 2.5  # a user types for longer than the auto-stop delay
        while time.monotonic() < typing:
            session.status()
            time.sleep(0.25)
        send(session, OTHER_SSID, OTHER_PASSPHRASE)
        device.wait_event(Event.CONNECTED, 20, ssid=OTHER_SSID)
        device.wait_event(Event.END, 15)
        names = [name for name in device.event_names() if name in (Event.CONNECTED, Event.END)]
        check_equal(names, [Event.CONNECTED, Event.CONNECTED, Event.END], "success, success, end")


@scenario("phone/limits", traps="12, 13, 48")
def limits(context: Context) -> None:
    with paired(context) as (_, session):
        good: list[tuple[bytes, bytes, bytes]] = [
            (b"s" * 32, b"p" * 63, b""),
            (b"nul\x00inside", b"passphrase", b""),
            (b"\xff\xfe\x00\x01", b"", b""),
            (b"raw-psk", b"0123456789abcdefABCDEF" + b"0" * 42, b""),
            (b"bssid", b"passphrase", b"\x02\x00\x00\x00\x00\x01"),
        ]
        bad: list[tuple[bytes, bytes, bytes]] = [
            (b"s" * 33, b"passphrase", b""),
            (b"s" * 300, b"passphrase", b""),
            (b"ssid", b"p" * 64, b""),
            (b"ssid", b"p" * 65, b""),
            (b"ssid", b"p" * 300, b""),
            (b"bssid", b"passphrase", b"\x02\x00\x00\x00\x01"),
            (b"bssid", b"passphrase", b"\x02\x00\x00\x00\x00\x00\x01"),
        ]
        for expected, rows in ((Status.SUCCESS, good), (Status.INVALID_ARGUMENT, bad)):
            for ssid, passphrase, bssid in rows:
                what = f"Set with {len(ssid)}, {len(passphrase)} and {len(bssid)} bytes"
                check_equal(session.set_wifi(ssid, passphrase, bssid=bssid), expected, what)


@scenario("phone/odd-credentials", traps="13, 46, 47")
def odd_credentials(context: Context) -> None:
    long_name = "ü" * 16
    wifi = [(SSID, PASSPHRASE), ("Open Cafe", ""), (long_name, OTHER_PASSPHRASE)]
    with paired(context, wifi=wifi) as (_, session):
        send(session, passphrase="short")
        outcome(session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "a passphrase of 5 characters")
        send(session, "Open Cafe", "")
        seen = outcome(session, State.CONNECTED, None, "an open network")
        check_equal(seen[-1].auth, 0, "auth of an open network")
    with paired(context, wifi=wifi) as (device, session):
        send(session, long_name, OTHER_PASSPHRASE)
        seen = outcome(session, State.CONNECTED, None, "an SSID of exactly 32 bytes")
        check_equal(seen[-1].ssid, long_name.encode(), "its name in the status")
        check_equal(device.events(Event.CREDENTIALS)[0].get("ssid"), long_name, "its name in the event")


@scenario("phone/auto-stop-fallback", traps="50")
def auto_stop_fallback(context: Context) -> None:
    with paired(context, autostop_ms=1500) as (device, session):
        send(session)
        device.wait_event(Event.CONNECTED, 20)
        started = time.monotonic()
        device.wait_event(Event.END, 15)
        took = time.monotonic() - started
        check(took > 0.5, f"the service ended {took:.2f} s after success, too early for a client to read it")
    with paired(context) as (device, session):
        send(session)
        outcome(session, State.CONNECTED, None, "outcome")
        started = time.monotonic()
        device.wait_event(Event.END, 10)
        context.note(f"end {time.monotonic() - started:.2f} s after Connected was read")


# --- the session itself -------------------------------------------------------------------------------------


@scenario("phone/rehandshake", traps="2, 4")
def rehandshake(context: Context) -> None:
    with paired(context) as (_, session):
        keys = set()
        for _ in range(40):
            again = Security1(POP)
            again.take_response0(session.link.exchange("prov-session", again.command0()))
            keys.add(again.device_public_key)
        # Handshakes in progress share a key; a completed one uses it up.
        check_equal(len(keys), 1, "device keys in 40 started handshakes")
        session = Session(session.link, Security1(POP))
        again = Security1(POP)
        again.take_response0(session.link.exchange("prov-session", again.command0()))
        check(again.device_public_key not in keys, "the device's key outlived its handshake")
        check_equal(
            session.request(CUSTOM, b"again"), b"echo:again", "after a second handshake in one session"
        )


@scenario("phone/in-step-after-error", traps="10")
def in_step_after_error(context: Context) -> None:
    with paired(context) as (_, session):
        set_with_apply_member = wire.message((1, 2), (14, b""))
        result_with_start_member = wire.message((1, 4), (10, b""))
        for endpoint, bad in (
            ("prov-config", b"\xff\xff\xff"),
            ("prov-config", wire.message((1, 99))),
            ("prov-config", set_with_apply_member),
            ("prov-scan", b"\xff\xff\xff"),
            ("prov-scan", wire.message((1, 99))),
            ("prov-scan", result_with_start_member),
            ("prov-ctrl", wire.message((1, 99))),
        ):
            try:
                session.request(endpoint, bad)
                raise Failure(f"{bad.hex()} to {endpoint} got a response")
            except Refused:
                pass
            session.status()


@scenario("phone/bad-handshakes", traps="9, 10")
def bad_handshakes(context: Context) -> None:
    def sec1(*fields: tuple[int, wire.Value]) -> bytes:
        return wire.message((2, 1), (11, wire.message(*fields)))

    key = Security1(POP).public_key
    command0 = wire.message((1, key))
    command1 = wire.message((2, bytes(32)))
    bad = {
        "zero public key": wire.sec1_command0(bytes(32)),
        "public key of order 1": wire.sec1_command0(b"\x01" + bytes(31)),
        "public key of order 8": wire.sec1_command0(
            bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
        ),
        "short public key": wire.sec1_command0(key[:31]),
        "long public key": wire.sec1_command0(key + b"\x00"),
        "no public key": wire.sec1_command0(b""),
        "second message first": wire.sec1_command1(bytes(32)),
        "first message with the second's member": sec1((22, command1)),
        "second message with the first's member": sec1((1, 2), (20, command0)),
        "no member": sec1((1, 0)),
        "a response": sec1((1, 1), (21, b"")),
        "another scheme's number": wire.message((2, 2), (11, wire.message((20, command0)))),
        "another scheme's member": wire.message((2, 1), (10, wire.message((20, b"")))),
        "only the scheme": wire.message((2, 1)),
    }
    with context.device(pop=POP, secrets=SECRETS, endpoints=[CUSTOM]) as device:
        for what, data in bad.items():
            link = HttpLink(device, context.note)
            try:
                response = link.exchange("prov-session", data)
                raise Failure(f"{what}: got response {response.hex()!r}")
            except Refused:
                pass
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        check_equal(session.request(CUSTOM, b"1"), b"echo:1", "a valid handshake afterwards")
        link.close()


@scenario("phone/proof-of-any-length", traps="6")
def proof_of_any_length(context: Context) -> None:
    for pop in ("p", "p" * 63, "p" * 64 + "q" * 200, "schlüssel zum Öffnen"):
        with context.device(pop=pop, endpoints=[CUSTOM], secrets=(pop,) if len(pop) > 8 else ()) as device:
            link = HttpLink(device, context.note)
            session = Session(link, Security1(pop))
            check_equal(session.request(CUSTOM, b"1"), b"echo:1", f"a proof of {len(pop)} characters")
            if len(pop) > 64:
                try:
                    Session(HttpLink(device, context.note), Security1(pop[:63]))
                    raise Failure("a proof truncated to 63 characters was accepted")
                except (Refused, NotVerified):
                    pass
            link.close()


@scenario("phone/guessing-is-limited", traps="17")
def guessing_is_limited(context: Context) -> None:
    def attempt(device: Device, pop: str) -> bool:
        link = HttpLink(device, context.note)
        try:
            Session(link, Security1(pop))
            return True
        except Refused:
            return False
        finally:
            link.close()

    with context.device(pop=POP, secrets=SECRETS) as device:
        for number in range(5):
            check(not attempt(device, f"guess {number}"), "a wrong proof was accepted")
        check(not attempt(device, POP), "the right proof was accepted right after five wrong ones")
        version(HttpLink(device, context.note))
        deadline = time.monotonic() + 90
        while not attempt(device, POP):
            check(time.monotonic() < deadline, "the right proof is still refused after 90 s")
            time.sleep(1)  # pause between a user's attempts; the lockout is a matter of time


@scenario("phone/once-exit-code")
def once_exit_code(context: Context) -> None:
    with paired(context, once=True) as (device, session):
        send(session)
        outcome(session, State.CONNECTED, None, "outcome")
        check_equal(device.wait_exit(20), 0, "exit code after success")
        check("end" in device.event_names(), "no end event before the exit")
    with paired(context, once=True) as (device, session):
        send(session, passphrase=WRONG)
        outcome(
            session, State.CONNECTION_FAILED, Reason.AUTH_ERROR, "a client must be able to read the failure"
        )
        check(device.wait_exit(45) != 0, "exit code 0 after a failure")
