"""Web Bluetooth, by the browser's own emulation over BiDi, with the virtual device behind it.

One browser for each scenario: an emulated adapter stays. The emulation has no long writes, no MTU and
no encryption.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import subprocess
import threading
from collections.abc import Awaitable, Callable

import websockets
from harness import PASSPHRASE, PASSWORD, PATIENCE, POP, SSID, USER, Device, Skipped, Stage, scenario
from scenarios_static import serve

SERVICE = "021a9004-0382-4aea-bff4-6b3f1c5adfb4"
# What a scenario does with its page.
Steps = Callable[["Page"], Awaitable[None]]
ENDPOINTS = {"prov-ctrl": "ff4f", "prov-scan": "ff50", "prov-session": "ff51", "prov-config": "ff52", "proto-ver": "ff53"}
PERIPHERAL = "09:09:09:09:09:09"
NAME = "00002901-0000-1000-8000-00805f9b34fb"


def uuid(short: str) -> str:
    return f"021a{short}" + SERVICE[8:]


class Bidi:
    """A BiDi session of a browser of its own."""

    def __init__(self, socket: websockets.ClientConnection):
        self.socket, self.waiting, self.next = socket, {}, 0
        self.on_event: Callable[[str, dict], None] = lambda method, parameters: None
        self.reader = asyncio.create_task(self.read())

    async def read(self) -> None:
        # The browser closes without a goodbye.
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self.socket:
                message = json.loads(text)
                if "id" in message:
                    self.waiting.pop(message["id"]).set_result(message)
                else:
                    self.on_event(message["method"], message["params"])

    async def call(self, method: str, **parameters: object) -> dict:
        self.next += 1
        future = asyncio.get_running_loop().create_future()
        self.waiting[self.next] = future
        await self.socket.send(json.dumps({"id": self.next, "method": method, "params": parameters}))
        answer = await asyncio.wait_for(future, PATIENCE)
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
        self.prompted = self.is_deaf = False
        self.ignored = asyncio.Event()
        self.tasks: set[asyncio.Task] = set()
        self.built = asyncio.Event()
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

    async def prompt(self, parameters: dict) -> None:
        if parameters["devices"] and not self.prompted:
            self.prompted = True
            await self.bidi.call("bluetooth.handleRequestDevicePrompt", context=self.context,
                                 prompt=parameters["prompt"], accept=True, device=parameters["devices"][0]["id"])

    async def connected(self, parameters: dict) -> None:
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

    async def lose_link(self, comes_back: bool) -> None:
        """A session ends with its link."""
        self.cookie = ""
        if comes_back:
            # Once the link is lost, the emulation neither knows the services nor lets them go.
            self.built.clear()
            await self.bidi.call("bluetooth.simulateService", context=self.context, address=PERIPHERAL,
                                 uuid=SERVICE, type="remove")
        await self.bidi.call("bluetooth.simulateGattDisconnection", context=self.context, address=PERIPHERAL)

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
        if self.is_deaf:
            self.ignored.set()
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


class Page:
    """The static page in a browser of its own, with an emulated adapter and the device behind it."""

    def __init__(self, bidi: Bidi, context: str, device: Device):
        self.bidi, self.context, self.peripheral = bidi, context, Peripheral(bidi, context, device)

    async def js(self, expression: str, gesture: bool = False) -> object:
        result = await self.bidi.call("script.evaluate", expression=expression, target={"context": self.context},
                                      awaitPromise=True, userActivation=gesture)
        assert result["type"] == "success", result
        return result["result"].get("value")

    async def until(self, expression: str) -> None:
        watch = ("new Promise(done => { const look = () => (%s) ? done(true) : setTimeout(look, 30); look(); })"
                 % expression)
        try:
            await asyncio.wait_for(self.js(watch), PATIENCE)
        except (asyncio.TimeoutError, TimeoutError):
            raise AssertionError(f"{expression}: {await self.js('document.body.innerText')}") from None

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
        # Services can be simulated on a connected peripheral only: the page waits for them.
        await self.js("const connect = BluetoothRemoteGATTServer.prototype.connect;"
                      "BluetoothRemoteGATTServer.prototype.connect = async function () {"
                      " const server = await connect.call(this);"
                      " while (!self.isBuilt) await new Promise(done => setTimeout(done, 20));"
                      " return server; }; 0")
        await self.click("Bluetooth")
        await self.discovered()

    async def discovered(self) -> None:
        await asyncio.wait_for(self.peripheral.built.wait(), PATIENCE)
        await self.js("self.isBuilt = true")

    async def lose_link(self, comes_back: bool) -> None:
        await self.js("self.isBuilt = false")
        await self.peripheral.lose_link(comes_back)

    async def join(self) -> None:
        await self.view("networks")
        await self.click(SSID)
        await self.submit("passphrase", PASSPHRASE)


async def drive(stage: Stage, port: int, address: str, device: Device, steps: Steps) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/session", max_size=None) as socket:
        bidi = Bidi(socket)
        await bidi.call("session.new", capabilities={"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                "--enable-features=WebBluetooth", f"--user-data-dir={stage.work}/bluetooth-{port}"]}}})
        try:
            context = (await bidi.call("browsingContext.getTree"))["contexts"][0]["context"]
            await bidi.call("session.subscribe", events=["bluetooth"])
            await bidi.call("browsingContext.navigate", context=context, url=f"http://{address}/", wait="complete")
            await steps(Page(bidi, context, device))
        finally:
            await bidi.call("session.end")


def run(stage: Stage, device: Device, steps: Steps) -> None:
    address = serve(stage, "127.0.0.1")
    driver = subprocess.Popen(["/usr/bin/chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    stage.closing.append(lambda: (driver.kill(), driver.wait()))
    port = next(int(line.rsplit(" ", 1)[1].strip(".\n")) for line in driver.stdout if "successfully on port" in line)
    threading.Thread(target=driver.stdout.read, daemon=True).start()
    asyncio.run(drive(stage, port, address, device, steps))


@scenario
def bluetooth_security_1(stage: Stage) -> None:
    """A device that advertises itself gets online; names of endpoints are read from descriptors."""
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
    """User name and password; a wrong one first, and then a wrong passphrase."""
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
    assert device.heard("session_established") == 1, device.seen


@scenario
def a_bluetooth_link_that_is_lost_between_requests(stage: Stage) -> None:
    """It is made again, with a new handshake, without a question."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", POP)
        await page.view("networks")
        await page.lose_link(comes_back=True)
        await page.click("Look again")
        await page.discovered()
        await page.join()
        await page.view("online")

    device = stage.device("--pop", POP)
    run(stage, device, steps)
    assert device.heard("session_established") == 2, device.seen


@scenario
def a_bluetooth_link_that_is_lost_within_a_request(stage: Stage) -> None:
    """The page says so at once, and offers to try again."""
    async def steps(page: Page) -> None:
        await page.choose()
        await page.view("prove")
        await page.submit("secret", POP)
        await page.view("networks")
        page.peripheral.is_deaf = True
        await page.click("Look again")
        await asyncio.wait_for(page.peripheral.ignored.wait(), PATIENCE)
        await page.lose_link(comes_back=False)
        await page.view("problem")
        text = await page.text()
        assert "link to the device was lost" in text and "Try again" in text, text

    run(stage, stage.device("--pop", POP), steps)
