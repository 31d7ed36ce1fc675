"""Web Bluetooth in the browser's own emulation over BiDi, with the virtual device behind it."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Awaitable, Callable

import websockets
from bidi import Bidi, open_page
from emulation import Http, Link, Page, Stalled
from harness import PASSPHRASE, PASSWORD, POP, SSID, USER, Device, Stage, scenario
from scenarios_static import serve

# What a scenario does with its page.
Steps = Callable[["Page"], Awaitable[None]]
BROWSERS = 3


async def drive(stage: Stage, port: int, address: str, link: Link, steps: Steps) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/session", max_size=None) as socket:
        bidi = Bidi(socket)
        context = await open_page(bidi, f"{stage.work}/bluetooth-{port}", address)
        page = Page(bidi, context, link)
        try:
            await steps(page)
        except Stalled:
            raise
        except Exception:
            # If a handler fails, that is why the page lacks something.
            if page.peripheral.failed.done():
                page.peripheral.failed.result()
            raise
        finally:
            await bidi.call("session.end")


def run(stage: Stage, device: Device | Link, steps: Steps) -> None:
    """Runs the steps in a browser of its own, or in a new one if the emulation stalls before it
    reaches the device."""
    address = serve(stage, "127.0.0.1")
    link = Http(device) if isinstance(device, Device) else device
    for browser in range(1, BROWSERS + 1):
        driver = subprocess.Popen(["/usr/bin/chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        stage.closing.append(lambda driver=driver: (driver.kill(), driver.wait()))
        port = next(int(line.rsplit(" ", 1)[1].strip(".\n")) for line in driver.stdout if "successfully on port" in line)
        threading.Thread(target=driver.stdout.read, daemon=True).start()
        try:
            return asyncio.run(drive(stage, port, address, link, steps))
        except Stalled as stall:
            if browser == BROWSERS:
                raise
            print(f"    the emulation stalled, again in a fresh browser ({browser} of {BROWSERS - 1}): {stall}")


@scenario
def bluetooth_security_1(stage: Stage) -> None:
    """A device that advertises gets online; the names of endpoints are read from descriptors."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", POP)
        await page.join()
        await page.view("online")
        assert page.peripheral.events > 20, page.peripheral.events

    run(stage, stage.device("--pop", POP), steps)


@scenario
def bluetooth_security_2(stage: Stage) -> None:
    """User name and password; first a wrong password, then a wrong passphrase."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", "wrong")
        await page.until("document.querySelector('[role=alert]')?.innerText.includes('user name')")
        await page.submit("secret", PASSWORD)
        await page.view("networks")
        await page.click(SSID)
        await page.submit("passphrase", "not-the-passphrase")
        await page.view("failed")
        await page.click("Enter the passphrase again")
        await page.submit("passphrase", PASSPHRASE)
        await page.view("online")

    device = stage.device("--security", "2", "--username", USER, "--password", PASSWORD)
    run(stage, device, steps)
    assert device.counted("session_established", 1) == 1, device.seen


@scenario
def a_bluetooth_link_that_is_lost_between_requests(stage: Stage) -> None:
    """The session is made again, with a new handshake, without asking the user."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", POP)
        await page.view("networks")
        await page.peripheral.lose_link()
        await page.until("self.lost === 1")
        await page.click("Look again")
        await page.discovered()
        await page.join()
        await page.view("online")

    device = stage.device("--pop", POP)
    run(stage, device, steps)
    assert device.counted("session_established", 2) == 2, device.seen


def lost_within(stage: Stage, endpoint: str, act: Callable[[Page], Awaitable[None]], view: str) -> None:
    """Loses the link while a request to that endpoint waits for its response."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", POP)
        await page.view("networks")
        page.peripheral.hold = endpoint
        await act(page)
        await page.peripheral.within(page.peripheral.held.wait())
        await page.peripheral.lose_link()
        await page.until("self.lost === 1")
        await page.discovered()
        await page.view(view)
        if view != "online":
            await page.join()
            await page.view("online")

    device = stage.device("--pop", POP)
    run(stage, device, steps)
    assert device.counted("session_established", 2) == 2, device.seen


@scenario
def a_bluetooth_link_that_is_lost_within_a_scan(stage: Stage) -> None:
    """The page notices at once, restores the link and the session, and scans again."""
    lost_within(stage, "prov-scan", lambda page: page.click("Look again"), "networks")


@scenario
def a_bluetooth_link_that_is_lost_with_the_credentials(stage: Stage) -> None:
    """The page notices at once, restores the link and the session, and sends the credentials."""
    lost_within(stage, "prov-config", Page.join, "online")


@scenario
def a_bluetooth_link_that_is_lost_within_the_handshake(stage: Stage) -> None:
    """The page says so at once; a wrong proof is not sent twice without asking."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        page.peripheral.hold = "prov-session"
        await page.submit("secret", POP)
        await page.peripheral.within(page.peripheral.held.wait())
        await page.peripheral.lose_link()
        await page.view("problem")
        assert "link to the device was lost" in await page.text(), await page.text()
        await page.click("Try again")
        await page.join()
        await page.view("online")

    device = stage.device("--pop", POP)
    run(stage, device, steps)
    assert device.counted("session_established", 1) == 1, device.seen
