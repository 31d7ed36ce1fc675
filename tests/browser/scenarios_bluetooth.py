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
from collections.abc import Callable

import websockets
from harness import PASSPHRASE, PATIENCE, POP, SSID, Device, Skipped, Stage, scenario
from scenarios_static import serve

SERVICE = "021a9004-0382-4aea-bff4-6b3f1c5adfb4"
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
        if parameters["devices"] and not getattr(self, "prompted", False):
            self.prompted = True
            await self.bidi.call("bluetooth.handleRequestDevicePrompt", context=self.context,
                                 prompt=parameters["prompt"], accept=True, device=parameters["devices"][0]["id"])

    async def connected(self, parameters: dict) -> None:
        await self.bidi.call("bluetooth.simulateGattConnectionResponse", context=self.context,
                             address=PERIPHERAL, code=0)
        if getattr(self, "is_built", False):
            return
        self.is_built = True
        place = {"context": self.context, "address": PERIPHERAL}
        await self.bidi.call("bluetooth.simulateService", **place, uuid=SERVICE, type="add")
        for short in ENDPOINTS.values():
            which = {**place, "serviceUuid": SERVICE, "characteristicUuid": uuid(short)}
            await self.bidi.call("bluetooth.simulateCharacteristic", **which, type="add",
                                 characteristicProperties={"read": True, "write": True})
            await self.bidi.call("bluetooth.simulateDescriptor", **which, descriptorUuid=NAME, type="add")
        self.built.set()

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


async def provision(stage: Stage, port: int, address: str, device: Device) -> int:
    async with websockets.connect(f"ws://127.0.0.1:{port}/session", max_size=None) as socket:
        bidi = Bidi(socket)
        await bidi.call("session.new", capabilities={"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                "--enable-features=WebBluetooth", f"--user-data-dir={stage.work}/bluetooth"]}}})
        try:
            context = (await bidi.call("browsingContext.getTree"))["contexts"][0]["context"]
            await bidi.call("session.subscribe", events=["bluetooth"])
            await bidi.call("browsingContext.navigate", context=context, url=f"http://{address}/", wait="complete")

            async def js(expression: str, gesture: bool = False) -> object:
                result = await bidi.call("script.evaluate", expression=expression, target={"context": context},
                                         awaitPromise=True, userActivation=gesture)
                assert result["type"] == "success", result
                return result["result"].get("value")

            async def until(expression: str) -> None:
                watch = ("new Promise(done => { const look = () => (%s) ? done(true) : setTimeout(look, 30); look(); })"
                         % expression)
                try:
                    await asyncio.wait_for(js(watch), PATIENCE)
                except (asyncio.TimeoutError, TimeoutError):
                    raise AssertionError(f"{expression}: {await js('document.body.innerText')}") from None

            shows = "document.getElementById('main').dataset.view === '%s'"
            await until(shows % "find")
            if not await js("!!navigator.bluetooth"):
                raise Skipped("this Chromium has no Web Bluetooth")
            await bidi.call("bluetooth.simulateAdapter", context=context, state="powered-on")
            peripheral = Peripheral(bidi, context, device)
            await bidi.call("bluetooth.simulatePreconnectedPeripheral", context=context, address=PERIPHERAL,
                            name="PROV_TEST", manufacturerData=[], knownServiceUuids=[SERVICE])
            # Services can be simulated on a connected peripheral only: the page waits for them.
            await js("const connect = BluetoothRemoteGATTServer.prototype.connect;"
                     "BluetoothRemoteGATTServer.prototype.connect = async function () {"
                     " const server = await connect.call(this);"
                     " while (!self.isBuilt) await new Promise(done => setTimeout(done, 20));"
                     " return server; }; 0")
            await js("document.getElementById('bluetooth').click()", gesture=True)
            built = asyncio.create_task(peripheral.built.wait())
            await asyncio.wait_for(built, PATIENCE)
            await js("self.isBuilt = true")
            await until(shows % "prove")
            secret = "document.getElementById('%s').value = '%s'; document.querySelector('form').requestSubmit()"
            await js(secret % ("secret", POP))
            await until(shows % "networks")
            await js("[...document.querySelectorAll('.list button')].find(b => b.innerText.includes('%s')).click()" % SSID)
            await js(secret % ("passphrase", PASSPHRASE))
            await until(shows % "online")
            return peripheral.events
        finally:
            await bidi.call("session.end")


def run(stage: Stage) -> int:
    device = stage.device("--pop", POP)
    address = serve(stage, "127.0.0.1")
    driver = subprocess.Popen(["/usr/bin/chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    stage.closing.append(lambda: (driver.kill(), driver.wait()))
    port = next(int(line.rsplit(" ", 1)[1].strip(".\n")) for line in driver.stdout if "successfully on port" in line)
    threading.Thread(target=driver.stdout.read, daemon=True).start()
    return asyncio.run(provision(stage, port, address, device))


@scenario
def bluetooth_security_1(stage: Stage) -> None:
    """A device that advertises itself gets online; names of endpoints are read from descriptors."""
    assert run(stage) > 20
