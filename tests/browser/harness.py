"""The stage: a browser, devices, and a proxy between them. Every wait is for an event and has a
time limit."""

from __future__ import annotations

import http.client
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 90.0
# The page's own time limits over 5 s, times twenty: a slow machine is not a slow device.
PATIENT_TIMERS = ("const set = self.setTimeout.bind(self);"
                  "self.setTimeout = (act, ms, ...rest) => set(act, ms > 5000 ? ms * 20 : ms, ...rest);")
POP = "abcd1234"
USER, PASSWORD = "wifiprov", "correct horse"
SSID, PASSPHRASE = "HomeNet", "a-good-passphrase"

WORLD = """
[radio]
scan_ms = 50
[[access_point]]
ssid = "HomeNet"
passphrase = "a-good-passphrase"
rssi = -45
join_ms = 50
dhcp_ms = 50
[[access_point]]
ssid = "CoffeeShop"
auth = "open"
rssi = -70
join_ms = 50
dhcp_ms = 50
[[access_point]]
ssid = "Campus"
auth = "wpa2-enterprise"
rssi = -80
[[access_point]]
ssid = "Cellar"
passphrase = "a-hidden-passphrase"
hidden = true
join_ms = 50
dhcp_ms = 50
[[access_point]]
ssid = "Slow"
passphrase = "all-in-good-time"
rssi = -60
join_ms = 5000
dhcp_ms = 100
[[access_point]]
ssid = "Endless"
passphrase = "until-the-end-of-time"
rssi = -90
join_ms = 3600000
"""

SCENARIOS: list[Callable[[Stage], None]] = []


class Skipped(Exception):
    """The machine lacks something; the text says what."""


def scenario(function: Callable[[Stage], None]) -> Callable[[Stage], None]:
    SCENARIOS.append(function)
    return function


class Device:
    """A virtual device and its events."""

    def __init__(self, program: Path, work: Path, address: str, options: list[str], world: str = WORLD,
                 port: int = 0, has_console: bool = False):
        file = work / f"world-{time.monotonic_ns()}.toml"
        file.write_text(world, encoding="utf-8")
        command = [program, "--json", "--http", f"{address}:{port}", "--page", *options]
        # The service keeps running: a slow machine may ask late.
        command += ["--autostop-ms", "0"]
        if "thread" not in options:
            command += ["--world", file]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE if has_console else subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.on_line: Callable[[str], None] = lambda line: None
        self.events: queue.Queue[dict] = queue.Queue()
        self.seen: list[dict] = []
        threading.Thread(target=self._read, daemon=True).start()
        # It listens on its console as well.
        while "address" not in (listening := self.event("listening")):
            pass
        self.address = listening["address"]
        self.port = int(self.address.rsplit(":", 1)[1])

    def _read(self) -> None:
        for line in self.process.stdout:
            self.on_line(line)
            # A line that is not an event is a response of the console.
            if line.startswith("{"):
                self.events.put(json.loads(line))

    def event(self, name: str) -> dict:
        """The next event with this name."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                event = self.events.get(timeout=max(0.1, end - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"no event {name!r} in {PATIENCE:.0f} s; so far: {self.seen}") from None
            self.seen.append(event)
            if event["event"] == name:
                return event

    def heard(self, name: str) -> int:
        """How many events with this name there have been so far."""
        while not self.events.empty():
            self.seen.append(self.events.get())
        return sum(event["event"] == name for event in self.seen)

    def counted(self, name: str, count: int) -> int:
        """How many events with this name there have been, after waiting for so many: the pipe may
        lag."""
        while self.heard(name) < count:
            self.event(name)
        return self.heard(name)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Proxy:
    """HTTP between browser and device. `change(path, body) -> body` may delay a message, change it
    or raise."""

    def __init__(self, address: str, port: int):
        self.on_request: Callable[[str, bytes], bytes] = lambda path, body: body
        self.on_response: Callable[[str, bytes], bytes] = lambda path, body: body
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    body = proxy.on_request(self.path, body)
                    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
                    headers = {k: v for k, v in self.headers.items() if k in ("Cookie", "Content-Type")}
                    connection.request(self.command, self.path, body or None, headers)
                    response = connection.getresponse()
                    content = proxy.on_response(self.path, response.read())
                except (OSError, http.client.HTTPException):
                    self.close_connection = True
                    return
                self.send_response(response.status)
                for name in ("Content-Type", "Set-Cookie", "Content-Security-Policy"):
                    if response.getheader(name):
                        self.send_header(name, response.getheader(name))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = forward

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.address = f"{address}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Stage:
    def __init__(self, program: Path, work: Path, address: str, axe: str):
        self.program, self.work, self.address, self.axe_script = program, work, address or "127.0.0.1", axe
        self.is_insecure = bool(address)
        self.closing: list[Callable[[], None]] = []
        self._driver: webdriver.Chrome | None = None
        # Windows whose pages have patient timers.
        self.patient: set[str] = set()

    # Start and end.

    @property
    def driver(self) -> webdriver.Chrome:
        if self._driver is None:
            options = webdriver.ChromeOptions()
            options.binary_location = "/usr/bin/chromium"
            for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                             f"--user-data-dir={self.work}/profile", "--hide-scrollbars"):
                options.add_argument(argument)
            options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
            service = webdriver.ChromeService("/usr/bin/chromedriver")
            self._driver = webdriver.Chrome(options, service)
            self._driver.set_script_timeout(PATIENCE)
        return self._driver

    def device(self, *options: str, world: str = WORLD, port: int = 0) -> Device:
        device = Device(self.program, self.work, self.address, list(options), world, port)
        self.closing.append(device.kill)
        return device

    def proxy(self, device: Device) -> Proxy:
        proxy = Proxy(self.address, device.port)
        self.closing.append(proxy.close)
        return proxy

    def reset(self) -> None:
        for close in reversed(self.closing):
            close()
        self.closing = []
        if self._driver:
            self._driver.switch_to.new_window("tab")
            keep = self._driver.current_window_handle
            for handle in self._driver.window_handles:
                if handle != keep:
                    self._driver.switch_to.window(handle)
                    self._driver.close()
            self._driver.switch_to.window(keep)
            self._driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
            self._driver.get_log("browser")

    def quit_browser(self) -> None:
        """Makes the next scenario start another browser."""
        if self._driver:
            self._driver.quit()
            self._driver = None

    def close(self) -> None:
        self.reset()
        self.quit_browser()

    def check_console(self) -> None:
        """The page must not violate its own policy, nor throw."""
        log = self.driver.get_log("browser") if self._driver else []
        own = [e["message"] for e in log if "Content Security Policy" in e["message"] or e["source"] == "javascript"]
        assert not own, own

    def picture(self) -> str:
        try:
            return "page: " + self.driver.find_element(By.TAG_NAME, "body").text
        except Exception:
            return "no page"

    # What a person does and sees.

    def open(self, address: str) -> None:
        if self.driver.current_window_handle not in self.patient:
            self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": PATIENT_TIMERS})
            self.patient.add(self.driver.current_window_handle)
        self.driver.get(f"http://{address}/")

    def js(self, script: str, *arguments: object) -> object:
        return self.driver.execute_script(script, *arguments)

    def view(self, *names: str) -> str:
        """Waits for one of these views."""
        def found(_: object) -> str | bool:
            view = self.js("return document.getElementById('main')?.dataset.view")
            if view == "problem" and view not in names:
                raise AssertionError(f"the page shows a problem: {self.text()}")
            return view if view in names else False
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(found)

    def until(self, script: str) -> object:
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: self.js("return " + script))

    def text(self) -> str:
        return str(self.js("return document.getElementById('main').innerText"))

    def footer(self) -> str:
        return str(self.js("return document.getElementById('footer').innerText"))

    def type(self, field: str, text: str) -> None:
        element = self.driver.find_element(By.ID, field)
        element.clear()
        element.send_keys(text)

    def submit(self) -> None:
        self.driver.find_element(By.CSS_SELECTOR, "form button[type=submit]").click()

    def click(self, text: str) -> None:
        button = self.js("return [...document.querySelectorAll('main button')]"
                         ".find(button => button.innerText.includes(arguments[0]))", text)
        assert button, f"no button {text!r} in: {self.text()}"
        button.click()

    def prove(self, secret: str = POP) -> None:
        self.view("prove")
        self.type("secret", secret)
        self.submit()

    def join(self, name: str = SSID, passphrase: str | None = PASSPHRASE) -> None:
        self.view("networks")
        self.click(name)
        self.view("join")
        if passphrase is not None:
            self.type("passphrase", passphrase)
        self.submit()

    def online(self, name: str = SSID) -> None:
        self.view("online")
        assert name in self.text(), self.text()

    def key(self, *keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def axe(self) -> list[str]:
        """What axe-core complains about on the current view. Call `axe_ready` first."""
        if not self.axe_script:
            raise Skipped("axe-core could not be fetched: it takes npm and its registry")
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": Path(self.axe_script).read_text()})
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run({resultTypes: ['violations', 'passes']})"
            ".then(r => done([r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')), r.passes.length]))")
        self.axe_passes = found[1]
        return found[0]


TAB, ENTER = Keys.TAB, Keys.ENTER
