"""A browser of its own, driven by WebDriver BiDi over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import websockets
from harness import PATIENCE, PATIENT_TIMERS


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
                        raise AssertionError(f"the browser reports an error: {message}")
                    self.on_event(message["method"], message["params"])
                    continue
                future = self.waiting.pop(message["id"], None)
                # Nobody waits any longer for a response that came too late.
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
