"""Web Serial for real: the console of the virtual device on a pseudo-terminal in place of a port.

In the mount namespace of the run, the terminal is bound over a serial port's device file, and a policy
allows the page all ports: no dialog has to be answered.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import tty
from pathlib import Path

from harness import PASSPHRASE, PASSWORD, POP, SSID, USER, Device, Skipped, Stage, scenario
from scenarios_static import serve

PORT = Path("/dev/ttyS0")
POLICIES = Path("/etc/chromium")
PROMPT = b"\x1b[1;32muart:~$ \x1b[m"
NOISE = b"\x1b[8D\x1b[J[00:00:01.234,000] \x1b[0m<inf> net_if: carrier ON, 0badcafe\x1b[0m\r\n" + PROMPT
# The width of the terminal that the shell assumes: it wraps longer echoes.
WIDTH = 80


class Console:
    """A device whose console is a shell on a serial port: it echoes, prompts, and logs between lines."""

    def __init__(self, stage: Stage, *options: str):
        self.lock = threading.Lock()
        self.lines = 0
        # Without a cable there is no port; the machine's own port is out of reach.
        subprocess.run(["mount", "--bind", "/dev/null", PORT], check=True)
        stage.closing.append(lambda: subprocess.run(["umount", "--lazy", PORT], check=True))
        self.plug(stage)
        self.device = Device(stage.program, stage.work, stage.address, [*options, "--console"], has_console=True)
        self.device.on_line = self.answer
        stage.closing.append(self.device.kill)

    def plug(self, stage: Stage) -> None:
        """Opens a new terminal in place of the port."""
        self.master, self.slave = os.openpty()
        # The terminal itself must not echo.
        tty.setraw(self.slave)
        subprocess.run(["mount", "--bind", os.ttyname(self.slave), PORT], check=True)
        self.is_unplugged = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        stage.closing.append(self.unplug)

    def unplug(self) -> None:
        """Makes the port hang up for whoever has it open."""
        if self.is_unplugged.is_set():
            return
        subprocess.run(["umount", "--lazy", PORT], check=True)
        self.is_unplugged.set()
        # A terminal hangs up when nobody reads from it any longer.
        self.reader.join()
        with self.lock:
            os.close(self.master)
        os.close(self.slave)

    def write(self, text: bytes) -> None:
        with self.lock:
            while text and not self.is_unplugged.is_set():
                text = text[os.write(self.master, text):]

    def read(self) -> None:
        """Takes lines as a shell does."""
        line = b""
        while not self.is_unplugged.is_set():
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            for byte in os.read(self.master, 4096):
                if byte != 13:
                    line += bytes([byte])
                    continue
                wrapped = b"\r\n".join(line[at:at + WIDTH] for at in range(0, len(line), WIDTH))
                self.write(wrapped + b"\r\n")
                if line:
                    self.lines += 1
                    self.write(NOISE)
                    self.device.process.stdin.write(line.decode("latin-1") + "\n")
                    self.device.process.stdin.flush()
                else:
                    self.write(PROMPT)
                line = b""

    def answer(self, line: str) -> None:
        """What the device prints, including its events, which are one more kind of noise."""
        self.write(NOISE + line.rstrip("\n").encode() + b"\r\n" + PROMPT)


def start(stage: Stage, *options: str) -> Console:
    """A device on a cable, and the static page in a browser that may use the port."""
    if not stage.is_insecure:
        raise Skipped("no namespace can be made: unshare -rmn fails")
    for path in (PORT, POLICIES):
        if not path.exists():
            raise Skipped(f"there is no {path}")
    console = Console(stage, *options)
    address = serve(stage, "127.0.0.1")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", POLICIES], check=True)
    stage.closing.append(lambda: subprocess.run(["umount", POLICIES], check=True))
    policies = POLICIES / "policies" / "managed"
    policies.mkdir(parents=True)
    (policies / "serial.json").write_text(json.dumps({"SerialAllowAllPortsForUrls": [f"http://{address}"]}))
    # A browser reads policies when it starts.
    stage.quit_browser()
    stage.closing.append(stage.quit_browser)
    stage.open(address)
    stage.view("find")
    stage.driver.find_element("id", "serial").click()
    return console


@scenario
def serial_security_1(stage: Stage) -> None:
    """A whole run over a serial port, with echoes, prompts and log lines in between."""
    console = start(stage, "--pop", POP)
    stage.prove()
    stage.join()
    stage.online()
    assert console.device.event("connected")["ssid"] == SSID
    assert console.lines > 6, console.lines


@scenario
def serial_security_2(stage: Stage) -> None:
    """Longer lines, a wrong password and a wrong passphrase."""
    console = start(stage, "--security", "2", "--username", USER, "--password", PASSWORD)
    stage.prove("wrong")
    stage.until("document.querySelector('[role=alert]')?.innerText.includes('user name')")
    stage.prove(PASSWORD)
    stage.join(passphrase="not-the-passphrase")
    stage.view("failed")
    stage.click("Enter the passphrase again")
    stage.type("passphrase", PASSPHRASE)
    stage.submit()
    stage.online()
    assert console.device.counted("session_established", 1) == 1


@scenario
def a_cable_that_is_pulled(stage: Stage) -> None:
    """The page says that the link is lost, and continues when the cable is back."""
    console = start(stage, "--pop", POP)
    stage.prove()
    stage.view("networks")
    console.unplug()
    stage.click("Look again")
    stage.view("problem")
    assert "cannot be opened" in stage.text(), stage.text()
    console.plug(stage)
    stage.click("Try again")
    stage.join()
    stage.online()
