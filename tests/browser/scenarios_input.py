"""Names and secrets of every kind: shown as text, sent as bytes."""

from harness import PASSPHRASE, POP, Stage, scenario

HOSTILE = [
    b"<img src=x onerror=alert(1)>",
    b"\"'`</script><b>",
    "Caf\u00e9 \U0001f3e1 \u6c34".encode(),
    "\u202egnp.exe\u202c".encode(),
    b"\xff\xfe\x00\xc3(",
    bytes(range(32)),
    b" two  spaces ",
    "\u2066\u200b\ufeff".encode(),
    b"\xed\xa0\x80\xf5",
    b"\\u{202e}",
]


def world() -> str:
    lines = ["[radio]", "scan_ms = 20"]
    for place, ssid in enumerate(HOSTILE):
        lines += ["[[access_point]]", f'ssid_hex = "{ssid.hex()}"', f'passphrase = "{PASSPHRASE}"',
                  f"rssi = {-40 - place}", "join_ms = 20", "dhcp_ms = 20"]
    return "\n".join(lines)


@scenario
def hostile_names(stage: Stage) -> None:
    """Each name is shown as text, differs from the others, and arrives at the device byte by byte."""
    device = stage.device("--pop", POP, world=world())
    stage.open(device.address)
    stage.prove()
    stage.view("networks")
    shown = stage.js("return [...document.querySelectorAll('.list bdi')].map(b => b.textContent)")
    assert len(set(shown)) == len(HOSTILE), shown
    assert shown[0] == HOSTILE[0].decode() and shown[2] == HOSTILE[2].decode()
    assert shown[3] == "\\u{202e}gnp.exe\\u{202c}" and shown[4] == "\\xff\\xfe\\u{0}\\xc3("
    assert not stage.js("return document.querySelector('main img, main b, main script')")
    for place, ssid in enumerate(HOSTILE):
        if place:
            stage.click("Set up another network")
            stage.view("networks")
        stage.driver.execute_script("document.querySelectorAll('.list button')[arguments[0]].click()", place)
        stage.view("join")
        stage.type("passphrase", PASSPHRASE)
        stage.submit()
        event = device.event("credentials_received")
        sent = bytes.fromhex(event["ssid_hex"]) if "ssid_hex" in event else event["ssid"].encode()
        assert sent == ssid, (sent, ssid)
        stage.view("online")


@scenario
def names_and_passphrases_that_cannot_be(stage: Stage) -> None:
    """The page refuses them, shows the reason, and sends nothing."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.view("prove")
    stage.submit()
    assert "label says" in stage.text()
    stage.prove()
    stage.view("networks")
    stage.click("Another network")
    for ssid, passphrase, reason in (("", "12345678", "1 to 32"), ("\u6c34" * 11, "12345678", "1 to 32"),
                                     ("Net", "1234567", "8 to 63"), ("Net", "g" * 64, "8 to 63")):
        stage.type("ssid", ssid)
        stage.type("passphrase", passphrase)
        stage.submit()
        assert reason in stage.text(), (ssid, stage.text())
    assert device.heard("credentials_received") == 0


@scenario
def show_and_hide(stage: Stage) -> None:
    """The page shows a passphrase only on request."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.view("prove")
    kind = "return document.getElementById('secret').type"
    assert stage.js(kind) == "password"
    stage.click("Show")
    assert stage.js(kind) == "text"
    stage.click("Hide")
    assert stage.js(kind) == "password"
