"""The browser's emulation of Bluetooth over BiDi: an adapter, and a peripheral with a virtual device behind it.

The emulation has no long writes, no MTU and no encryption. An emulated adapter stays, so each scenario takes a
browser of its own.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable

import websockets
from harness import PASSPHRASE, PATIENCE, PATIENT_TIMERS, SSID, Device, Skipped

SERVICE = "021a9004-0382-4aea-bff4-6b3f1c5adfb4"
ENDPOINTS = {"prov-ctrl": "ff4f", "prov-scan": "ff50", "prov-session": "ff51", "prov-config": "ff52", "proto-ver": "ff53"}
PERIPHERAL = "09:09:09:09:09:09"
NAME = "00002901-0000-1000-8000-00805f9b34fb"
# A chooser that offers nothing for so many seconds is asked for again, this often.
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
    """The emulation did not bring page and device together; the page did its part."""


class Bidi:
    """A BiDi session of a browser of its own."""

    def __init__(self, socket: websockets.ClientConnection):
        self.socket, self.next = socket, 0
        self.waiting: dict[int, asyncio.Future] = {}
        self.on_event: Callable[[str, dict], None] = lambda method, parameters: None
        self.reader = asyncio.create_task(self.read())

    async def read(self) -> None:
        reason: Exception = ConnectionError("the browser closed the session")
        try:
            async for text in self.socket:
                message = json.loads(text)
                if message.get("id") is None:
                    if message.get("type") == "error":
                        raise AssertionError(f"the browser complains: {message}")
                    self.on_event(message["method"], message["params"])
                    continue
                future = self.waiting.pop(message["id"], None)
                # Nobody waits any more for a response that came too late.
                if future and not future.done():
                    future.set_result(message)
        except websockets.ConnectionClosed:
            pass  # The browser closes without a goodbye.
        except Exception as error:
            reason = error
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(reason)

    async def call(self, method: str, **parameters: object) -> dict:
        if self.reader.done():
            raise ConnectionError(f"{method}: the browser has closed the session")
        self.next += 1
        future = asyncio.get_running_loop().create_future()
        self.waiting[self.next] = future
        await self.socket.send(json.dumps({"id": self.next, "method": method, "params": parameters}))
        try:
            answer = await asyncio.wait_for(future, PATIENCE)
        except (asyncio.TimeoutError, TimeoutError):
            raise AssertionError(f"{method}: no response in {PATIENCE:.0f} s") from None
        if answer.get("type") == "error":
            raise AssertionError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]


class Peripheral:
    """GATT events of the browser, as requests to the virtual device and back."""

    def __init__(self, bidi: Bidi, context: str, device: Device):
        self.bidi, self.context, self.device = bidi, context, device
        self.responses: dict[str, bytes] = {}
        self.cookie = ""
        self.events = 0
        # What happened, for a report.
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
        """Waits for that; what fails in a handler meanwhile is raised here."""
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
            # The chooser has gone or has changed: the next one gets its answer.
            self.prompts.discard(prompt)
            self.story.append(str(error))

    async def connected(self, _: dict) -> None:
        self.story.append("connection attempted")
        self.attempted.set()
        await self.bidi.call("bluetooth.simulateGattConnectionResponse", context=self.context,
                             address=PERIPHERAL, code=0)
        place = {"context": self.context, "address": PERIPHERAL}
        await self.bidi.call("bluetooth.simulateService", **place, uuid=SERVICE, type="add")
        for short in ENDPOINTS.values():
            which = {**place, "serviceUuid": SERVICE, "characteristicUuid": uuid(short)}
            await self.bidi.call("bluetooth.simulateCharacteristic", **which, type="add",
                                 characteristicProperties={"read": True, "write": True})
            await self.bidi.call("bluetooth.simulateDescriptor", **which, descriptorUuid=NAME, type="add")
        self.built.set()
        await self.evaluate("self.isBuilt = true")

    async def lose_link(self) -> None:
        """The link is lost, and a session with it; a request that is held never gets its response."""
        self.cookie = ""
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
        name = next(n for n, short in ENDPOINTS.items() if uuid(short) == parameters["characteristicUuid"])
        await self.bidi.call("bluetooth.simulateDescriptorResponse", context=self.context, address=PERIPHERAL,
                             serviceUuid=SERVICE, characteristicUuid=parameters["characteristicUuid"],
                             descriptorUuid=NAME, type=parameters["type"], code=0, data=list(name.encode()))

    async def characteristic(self, parameters: dict) -> None:
        which, kind = parameters["characteristicUuid"], parameters["type"]
        name = next(n for n, short in ENDPOINTS.items() if uuid(short) == which)
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
            self.responses[which] = await asyncio.to_thread(self.post, name, bytes(parameters["data"]))
        except (OSError, http.client.HTTPException):
            code = 14
        await self.bidi.call("bluetooth.simulateCharacteristicResponse", **answer, type="write", code=code)

    def post(self, endpoint: str, message: bytes) -> bytes:
        host, port = self.device.address.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
        connection.request("POST", f"/{endpoint}", message, {"Cookie": self.cookie} if self.cookie else {})
        response = connection.getresponse()
        self.cookie = response.getheader("Set-Cookie") or self.cookie
        return response.read()


def uuid(short: str) -> str:
    return f"021a{short}" + SERVICE[8:]


class Page:
    """The static page in a browser of its own, with an emulated adapter and the device behind it."""

    def __init__(self, bidi: Bidi, context: str, device: Device):
        self.bidi, self.context, self.peripheral = bidi, context, Peripheral(bidi, context, device)

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
        """Chooses the device, once the browser offers it."""
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


async def open_page(bidi: Bidi, profile: str, address: str) -> str:
    """Starts the browser, opens the page, and returns its context."""
    await bidi.call("session.new", capabilities={"alwaysMatch": {
        "browserName": "chrome", "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
            "--enable-features=WebBluetooth", f"--user-data-dir={profile}"]}}})
    context = (await bidi.call("browsingContext.getTree"))["contexts"][0]["context"]
    await bidi.call("session.subscribe", events=["bluetooth"])
    await bidi.call("script.addPreloadScript", functionDeclaration=f"() => {{ {PATIENT_TIMERS} }}")
    await bidi.call("browsingContext.navigate", context=context, url=f"http://{address}/", wait="complete")
    return context
