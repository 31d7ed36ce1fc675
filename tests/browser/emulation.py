"""The browser's emulation of Bluetooth over BiDi: an adapter, and a peripheral with a device behind it.

The emulation has no long writes, no MTU and no encryption. An emulated adapter stays, so each scenario takes a
browser of its own.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Awaitable
from typing import Protocol

from bidi import Bidi
from harness import PASSPHRASE, PATIENCE, SSID, Device, Skipped

SERVICE = "021a9004-0382-4aea-bff4-6b3f1c5adfb4"
ENDPOINTS = {"prov-ctrl": "ff4f", "prov-scan": "ff50", "prov-session": "ff51", "prov-config": "ff52", "proto-ver": "ff53"}
PERIPHERAL = "09:09:09:09:09:09"
NAME = "00002901-0000-1000-8000-00805f9b34fb"
# If a chooser offers nothing for this many seconds, ask for a new one, this many times.
OFFER_PATIENCE, OFFERS = 20.0, 3
# What the page does with Bluetooth is counted. Services can be simulated on a connected peripheral only, so a
# connection is reported to the page when they are there.
WATCH = """
self.asked = 0;
self.lost = 0;
self.isBuilt = self.isAway = false;
const requestDevice = Bluetooth.prototype.requestDevice;
Bluetooth.prototype.requestDevice = async function (...options) {
  self.asked += 1;
  const device = (self.device = await requestDevice.apply(this, options));
  device.addEventListener("gattserverdisconnected", () => (self.lost += 1));
  return device;
};
const connect = BluetoothRemoteGATTServer.prototype.connect;
BluetoothRemoteGATTServer.prototype.connect = async function () {
  const until = async (isDone) => {
    while (!isDone()) await new Promise((done) => setTimeout(done, 20));
  };
  await until(() => !self.isAway);
  const server = await connect.call(this);
  await until(() => self.isBuilt);
  return server;
};
0
"""


class Stalled(Exception):
    """The emulation did not connect page and device, although the page did its part."""


class Link(Protocol):
    """A connection to a device: its endpoints and their UUIDs, and how to send a request."""

    endpoints: dict[str, str]

    def exchange(self, endpoint: str, message: bytes) -> bytes:
        """Raises an OSError if the device refuses."""

    def lose(self) -> None:
        """Makes the next request use a new link."""


class Http:
    """The virtual device. A cookie's session stands for a Bluetooth session here."""

    endpoints = {name: f"021a{short}{SERVICE[8:]}" for name, short in ENDPOINTS.items()}

    def __init__(self, device: Device):
        self.device, self.cookie = device, ""

    def exchange(self, endpoint: str, message: bytes) -> bytes:
        host, port = self.device.address.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
        try:
            connection.request("POST", f"/{endpoint}", message, {"Cookie": self.cookie} if self.cookie else {})
            response = connection.getresponse()
            self.cookie = response.getheader("Set-Cookie") or self.cookie
            return response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from None

    def lose(self) -> None:
        self.cookie = ""


class Peripheral:
    """Passes the browser's GATT events to the device as requests, and the responses back."""

    def __init__(self, bidi: Bidi, context: str, link: Link):
        self.bidi, self.context, self.link = bidi, context, link
        self.names = {which: name for name, which in link.endpoints.items()}
        self.responses: dict[str, bytes] = {}
        self.events = 0
        # What has happened, for a report.
        self.story: list[str] = []
        self.prompts: set[str] = set()
        self.tasks: set[asyncio.Task] = set()
        # The first failure of a handler.
        self.failed: asyncio.Future = asyncio.get_running_loop().create_future()
        self.attempted, self.built, self.held = asyncio.Event(), asyncio.Event(), asyncio.Event()
        # The endpoint whose next request gets no response.
        self.hold: str | None = None
        self.held_at = ""
        bidi.on_event = self.event

    def event(self, method: str, parameters: dict) -> None:
        handler = {
            "bluetooth.requestDevicePromptUpdated": self.prompt,
            "bluetooth.gattConnectionAttempted": self.connected,
            "bluetooth.characteristicEventGenerated": self.characteristic,
            "bluetooth.descriptorEventGenerated": self.descriptor,
        }.get(method)
        if handler:
            self.events += 1
            task = asyncio.create_task(handler(parameters))
            self.tasks.add(task)
            task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() and not self.failed.done():
            self.failed.set_exception(task.exception())

    async def within(self, waiting: Awaitable, seconds: float = PATIENCE) -> object:
        """Waits for this. An error in a handler is raised here."""
        task = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait({task, self.failed}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self.failed.done():
            self.failed.result()
        raise TimeoutError(f"nothing in {seconds:.0f} s; so far: {', '.join(self.story) or 'nothing'}")

    async def prompt(self, parameters: dict) -> None:
        prompt, devices = parameters["prompt"], parameters["devices"]
        self.story.append(f"chooser with {len(devices)} devices")
        if not devices or prompt in self.prompts:
            return
        self.prompts.add(prompt)
        try:
            await self.bidi.call("bluetooth.handleRequestDevicePrompt", context=self.context, prompt=prompt,
                                 accept=True, device=devices[0]["id"])
            self.story.append("device chosen")
        except AssertionError as error:
            # The chooser has gone or changed. The next one gets its answer.
            self.prompts.discard(prompt)
            self.story.append(str(error))

    async def connected(self, _: dict) -> None:
        self.story.append("connection attempted")
        self.attempted.set()
        await self.bidi.call("bluetooth.simulateGattConnectionResponse", context=self.context,
                             address=PERIPHERAL, code=0)
        place = {"context": self.context, "address": PERIPHERAL}
        await self.bidi.call("bluetooth.simulateService", **place, uuid=SERVICE, type="add")
        for uuid in self.names:
            which = {**place, "serviceUuid": SERVICE, "characteristicUuid": uuid}
            await self.bidi.call("bluetooth.simulateCharacteristic", **which, type="add",
                                 characteristicProperties={"read": True, "write": True})
            await self.bidi.call("bluetooth.simulateDescriptor", **which, descriptorUuid=NAME, type="add")
        self.built.set()
        await self.evaluate("self.isBuilt = true")

    async def lose_link(self) -> None:
        """Drops the link, and with it the session. A request that is held never gets its response."""
        await asyncio.to_thread(self.link.lose)
        self.attempted.clear()
        self.built.clear()
        place = {"context": self.context, "address": PERIPHERAL}
        await self.evaluate("self.isAway = true; self.isBuilt = false")
        if self.held.is_set():
            # With an operation pending, Chromium 156 tells the page nothing of an emulated disconnection. This
            # fires the same event, and leaves the operation unsettled as a lost link does.
            await self.evaluate("self.device.gatt.disconnect()")
            await self.bidi.call("bluetooth.simulateCharacteristicResponse", **place, serviceUuid=SERVICE,
                                 characteristicUuid=self.held_at, type="write", code=14)
            self.held.clear()
        # Once the link is lost, the emulation neither knows the services nor lets them go.
        await self.bidi.call("bluetooth.simulateService", **place, uuid=SERVICE, type="remove")
        await self.bidi.call("bluetooth.simulateGattDisconnection", **place)
        await self.evaluate("self.isAway = false")

    async def evaluate(self, expression: str) -> None:
        await self.bidi.call("script.evaluate", expression=expression, awaitPromise=False,
                             target={"context": self.context})

    async def descriptor(self, parameters: dict) -> None:
        name = self.names[parameters["characteristicUuid"]]
        await self.bidi.call("bluetooth.simulateDescriptorResponse", context=self.context, address=PERIPHERAL,
                             serviceUuid=SERVICE, characteristicUuid=parameters["characteristicUuid"],
                             descriptorUuid=NAME, type=parameters["type"], code=0, data=list(name.encode()))

    async def characteristic(self, parameters: dict) -> None:
        which, kind = parameters["characteristicUuid"], parameters["type"]
        name = self.names[which]
        answer = {"context": self.context, "address": PERIPHERAL, "serviceUuid": SERVICE, "characteristicUuid": which}
        if kind == "read":
            await self.bidi.call("bluetooth.simulateCharacteristicResponse", **answer, type="read", code=0,
                                 data=list(self.responses.pop(which, b"")))
            return
        if name == self.hold:
            self.hold, self.held_at = None, which
            self.held.set()
            return
        code = 0
        try:
            self.responses[which] = await asyncio.to_thread(self.link.exchange, name, bytes(parameters["data"]))
        except OSError:
            code = 14
        await self.bidi.call("bluetooth.simulateCharacteristicResponse", **answer, type="write", code=code)


class Page:
    """The static page in a browser of its own, with an emulated adapter and a device behind it."""

    def __init__(self, bidi: Bidi, context: str, link: Link):
        self.bidi, self.context, self.peripheral = bidi, context, Peripheral(bidi, context, link)

    async def js(self, expression: str, gesture: bool = False) -> object:
        result = await self.bidi.call("script.evaluate", expression=expression, target={"context": self.context},
                                      awaitPromise=True, userActivation=gesture)
        assert result["type"] == "success", result
        return result["result"].get("value")

    async def until(self, expression: str, seconds: float = PATIENCE) -> None:
        async def look() -> None:
            while not await self.js(f"!!({expression})"):
                await asyncio.sleep(0.03)

        try:
            await self.peripheral.within(look(), seconds)
        except TimeoutError as error:
            raise TimeoutError(f"{expression}: {error}; page: {await self.js('document.body.innerText')}") from None

    async def view(self, name: str) -> None:
        await self.until(f"document.getElementById('main').dataset.view === '{name}'")

    async def text(self) -> str:
        return str(await self.js("document.getElementById('main').innerText"))

    async def click(self, text: str) -> None:
        await self.js(f"[...document.querySelectorAll('main button')].find(b => b.innerText.includes('{text}')).click()",
                      gesture=True)

    async def submit(self, field: str, text: str) -> None:
        await self.js(f"document.getElementById('{field}').value = '{text}'; document.querySelector('form').requestSubmit()")

    async def choose(self) -> None:
        """Chooses the device once the browser offers it."""
        await self.view("find")
        if not await self.js("!!navigator.bluetooth"):
            raise Skipped("this Chromium has no Web Bluetooth")
        await self.bidi.call("bluetooth.simulateAdapter", context=self.context, state="powered-on")
        await self.bidi.call("bluetooth.simulatePreconnectedPeripheral", context=self.context, address=PERIPHERAL,
                             name="PROV_TEST", manufacturerData=[], knownServiceUuids=[SERVICE])
        await self.js(WATCH)
        for _ in range(OFFERS):
            asked = await self.js("self.asked")
            await self.click("Bluetooth")
            assert await self.js("self.asked") == asked + 1, "the page does not ask for a device"
            if await self.offered():
                break
            self.peripheral.story.append(f"nothing offered ({(await self.text())!r})")
        else:
            raise Stalled("the browser offers no device: " + ", ".join(self.peripheral.story))
        await self.discovered()

    async def offered(self) -> bool:
        """Whether the page's request for a device led to a connection."""
        refused = asyncio.ensure_future(
            self.until("document.getElementById('main').querySelector('[role=alert]')", OFFER_PATIENCE))
        reached = asyncio.ensure_future(self.peripheral.attempted.wait())
        await asyncio.wait({refused, reached}, return_when=asyncio.FIRST_COMPLETED)
        refused.cancel()
        reached.cancel()
        await asyncio.gather(refused, reached, return_exceptions=True)
        return self.peripheral.attempted.is_set()

    async def discovered(self) -> None:
        await self.peripheral.within(self.peripheral.built.wait())

    async def join(self) -> None:
        await self.view("networks")
        await self.click(SSID)
        await self.submit("passphrase", PASSPHRASE)
