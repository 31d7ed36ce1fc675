"""Web Bluetooth with the module's own GATT server behind it: a native_sim image with a virtual controller.

The browser's emulated peripheral passes each operation on to a central of Bumble's, which carries it out on the
image: its services, descriptors, long writes and links are the module's, the page's side is the browser's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from emulation import NAME, SERVICE, Page
from harness import PASSPHRASE, PASSWORD, POP, SSID, Stage, scenario
from native import ESP_PROV, Image, program
from scenarios_bluetooth import run

MTU = 247


class Air:
    """A link from Bumble to the image."""

    def __init__(self, stage: Stage, security: int):
        program("ignored")
        sys.path.append(str(ESP_PROV))
        import air

        self.refusal = air.AttError
        self.air = air.Air()
        stage.closing.append(self.air.close)
        self.image = Image(stage, "ignored", security, "-scheme=ble", f"-bt-dev=127.0.0.1:{self.air.port}")
        self.central = self.air.central()
        self.connect()

    def connect(self) -> None:
        self.central.connect(MTU).discover()
        services = self.air.run(self.central.services())
        assert SERVICE in services, list(services)
        assert all(NAME in row.descriptors for row in services[SERVICE]), services
        self.endpoints = {name: row.uuid for name, row in self.central.table.items()}

    def exchange(self, endpoint: str, message: bytes) -> bytes:
        try:
            return self.central.exchange(endpoint, message)
        except self.refusal as error:
            raise ConnectionError(str(error)) from None

    def lose(self) -> None:
        self.central.disconnect()
        self.connect()


def whole_run(stage: Stage, security: int) -> None:
    air = Air(stage, security)

    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", "wrong")
        await page.until("document.querySelector('[role=alert]')?.innerText.includes('refused')")
        await page.submit("secret", PASSWORD if security == 2 else POP)
        await page.view("networks")
        await page.peripheral.lose_link()
        await page.click("Look again")
        await page.discovered()
        await page.view("networks")
        await page.click(SSID)
        await page.submit("passphrase", "not-the-passphrase")
        await page.view("failed")
        await page.click("Enter the passphrase again")
        await page.submit("passphrase", PASSPHRASE)
        await page.view("online")

    run(stage, air, steps)
    air.image.event("Credentials worked")


def register(security: int) -> Callable[[Stage], None]:
    def run_it(stage: Stage) -> None:
        whole_run(stage, security)

    run_it.__name__ = f"air_security_{security}"
    run_it.__doc__ = "Wrong proof, lost link, wrong passphrase and the right one, over the module's GATT server."
    return scenario(run_it)


for each in (1, 2):
    register(each)
