"""The screenshots of docs/browser.md: `run.py --shots docs/images`."""

from __future__ import annotations

import base64
from pathlib import Path

from harness import POP, SSID, Stage

WORLD = """
[radio]
scan_ms = 50
[[access_point]]
ssid = "HomeNet"
passphrase = "correct-horse-battery"
rssi = -45
join_ms = 4000
dhcp_ms = 50
[[access_point]]
ssid = "CoffeeShop"
auth = "open"
rssi = -62
[[access_point]]
ssid = "Caf\u00e9 \u6c34"
passphrase = "sesame-open-the-door"
auth = "wpa3"
rssi = -70
[[access_point]]
ssid = "Campus"
auth = "wpa2-enterprise"
rssi = -81
"""


def take(stage: Stage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        device = stage.device("--pop", POP, world=WORLD)
        stage.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": 390, "height": 700, "deviceScaleFactor": 1.25, "mobile": True})
        stage.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                     {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

        def shot(name: str) -> None:
            image = stage.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
            path = folder / f"browser-{name}-{scheme}.png"
            path.write_bytes(base64.b64decode(image["data"]))
            print(path)

        stage.open(device.address)
        stage.view("prove")
        stage.type("secret", POP)
        shot("prove")
        stage.submit()
        stage.view("networks")
        shot("networks")
        stage.click(SSID)
        stage.view("join")
        stage.type("passphrase", "not-the-passphrase")
        shot("join")
        stage.submit()
        stage.view("failed")
        shot("failed")
        stage.click("Enter the passphrase again")
        stage.type("passphrase", "correct-horse-battery")
        stage.submit()
        stage.view("progress")
        device.event("attempt")
        shot("progress")
        stage.view("online")
        shot("online")
        stage.reset()
