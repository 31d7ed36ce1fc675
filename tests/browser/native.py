"""Images of the module for native_sim, used in place of the virtual device."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from harness import PASSPHRASE, PASSWORD, PATIENCE, POP, SSID, USER, Skipped, Stage

ESP_PROV = Path(__file__).resolve().parents[1] / "esp_prov"


class Image:
    """A running image, and its log."""

    def __init__(self, stage: Stage, mode: str, security: int, *options: str):
        command = [program(mode), "-rt", "-seed-random", "-flash_in_ram", "-no_auto_stop", f"-security={security}",
                   f"-network={SSID},{PASSPHRASE},wpa2-psk,-45,6,02:00:00:00:00:01,visible",
                   "-network=CoffeeShop,,open,-70,1,02:00:00:00:00:02,visible", *options]
        if security == 2:
            sys.path.append(str(ESP_PROV))
            import srp_verifier as srp

            command += [f"-salt={srp.SALT.hex()}", f"-verifier={srp.verifier(USER, PASSWORD).hex()}"]
        else:
            command.append(f"-pop={POP}")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        errors="replace")
        stage.closing.append(lambda: (self.process.kill(), self.process.wait()))
        self.lines: queue.Queue[str] = queue.Queue()
        self.seen: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.event("The service runs")

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)

    def event(self, words: str) -> None:
        """Waits for a line of the log with these words."""
        while True:
            try:
                self.seen.append(self.lines.get(timeout=PATIENCE))
            except queue.Empty:
                raise TimeoutError(f"no {words!r} in {PATIENCE:.0f} s; so far: {self.seen[-20:]}") from None
            if words in self.seen[-1]:
                return


def program(mode: str) -> Path:
    """The image that answers probes in this way."""
    folder = os.environ.get("NETPROV_BROWSER_IMAGES")
    if not folder:
        raise Skipped("no image of the module: give --zephyr or --images")
    return Path(folder) / mode / "native_sim" / "zephyr" / "zephyr.exe"
