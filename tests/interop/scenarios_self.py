"""Tests the harness itself against byte vectors."""

from __future__ import annotations

import wire
from clients import Security1
from harness import Context, check, check_equal, scenario

CLIENT_PRIVATE = bytes(range(0x01, 0x21))
DEVICE_PUBLIC = bytes.fromhex("64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466")
CLIENT_PUBLIC = bytes.fromhex("07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c")
RANDOM = bytes(range(0xA0, 0xB0))
COMMAND0 = bytes.fromhex("10015a25a201220a20") + CLIENT_PUBLIC
REPLY0 = bytes.fromhex("10015a390801aa01341220") + DEVICE_PUBLIC + b"\x1a\x10" + RANDOM


def _vector(pop: str, verify: str, proof: str, status: str, connecting: str) -> None:
    client = Security1(pop, private_key=CLIENT_PRIVATE)
    check_equal(client.command0(), COMMAND0, "command 0")
    client.take_response0(REPLY0)
    check_equal(client.command1(), bytes.fromhex("10015a270802b201221220" + verify), "command 1")
    client.take_response1(bytes.fromhex("10015a270803ba01221a20" + proof))
    check_equal(client.seal(wire.GET_STATUS), bytes.fromhex(status), "first sealed request")
    check_equal(client.open(bytes.fromhex(connecting)), bytes.fromhex("08015a021001"), "first opened response")


@scenario("harness/security1-vectors")
def security1_vectors(_: Context) -> None:
    _vector(
        "abcd1234",
        "c4a89b1acc9f181421f27ada88e1d81b23233eedb4ad011f5b4f5eeac83ee6c9",
        "29a2e4c89371f5f6e4f0d90538f211db81918ef1eb68cea8db0bc6b0135214f8",
        "018f",
        "bd7e870688b4",
    )
    _vector(
        "",
        "c364240633b64680305b0c74e4d30071e6f9535255998e14d5b9f69db503ef7e",
        "ea66ce3a38cb7b0bd348f7f60978e26488430fc076a5f6f24c097f93bf16dc48",
        "ae2e",
        "a69d325cc94f",
    )


@scenario("harness/message-vectors")
def message_vectors(_: Context) -> None:
    expected = {
        "5203a20100": wire.SEC0_COMMAND,
        "080262180a07486f6d654e6574120d636f72726563742d686f727365": wire.set_wifi(
            b"HomeNet", b"correct-horse"
        ),
        "08047200": wire.APPLY,
        "0804": wire.APPLY_BARE,
        "5200": wire.GET_STATUS,
        "520408012078": wire.SCAN_START_PHONE,
        "5206080118052078": wire.SCAN_START_SOFTAP,
        "0802": wire.SCAN_STATUS_BARE,
        "080472021002": wire.scan_result_request(0, 2),
        "0801": wire.CTRL_RESET,
    }
    for text, data in expected.items():
        check_equal(data.hex(), text, "encoding")
    connected = wire.wifi_status(
        bytes.fromhex("08015a245a220a0b3139322e3136382e312e3710031a07486f6d654e657422060011223344552806")
    )
    check_equal((connected.state, connected.ip, connected.ssid), (0, "192.168.1.7", b"HomeNet"), "Connected")
    check_equal((connected.auth, connected.channel), (3, 6), "auth and channel")
    failed = wire.wifi_status(bytes.fromhex("08015a0410035001"))
    check_equal((failed.state, failed.reason), (3, 1), "Failed")
    check_equal(wire.wifi_status(bytes.fromhex("08015a06100162020804")).attempts_remaining, 4, "attempts")
    page = wire.scan_response(
        bytes.fromhex(
            "08057a430a200a07486f6d654e6574100618d6ffffffffffffffff01220600112233445528030a1f0a084f70656e4361"
            "6665100b18b5ffffffffffffffff012206aabbccddeeff"
        ),
        5,
    )
    check_equal([(e.ssid, e.rssi) for e in page.entries], [(b"HomeNet", -42), (b"OpenCafe", -75)], "page")
    check(wire.config_status(bytes.fromhex("08036a020804"), 3) == 4, "status of a refused Set")
