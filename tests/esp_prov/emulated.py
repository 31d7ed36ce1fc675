# SPDX-License-Identifier: Apache-2.0
"""The image of cortex_m3/ in QEMU as a device of tests/interop, connected to the air by its second
UART."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from air import Air
from cortex_m3_image import QEMU
from device import START_TIMEOUT, Device, Event
from image import CRASH, ONLINE


# Where the image looks for the number of the security scheme: cortex_m3/src/main.c.
CHOICE = 0x21000000
LINE = re.compile(r"<\w+> (app|stacks): (.*)")
STACK = re.compile(r"(.+): (\d+) of (\d+)")
# The last stack in a report.
LAST_STACK = "interrupts"
REPORT = "report"

# The sample's log texts, and the events that the scenarios know.
WORDS = {
    "Choose PROV_ZEPHYR in the app, or scan this code:": Event.LISTENING,
    "Credentials received": Event.CREDENTIALS,
    "Credentials worked and are stored": Event.CONNECTED,
    "Online": ONLINE,
}


class EmulatedDevice(Device):
    def __init__(self, image: Path, security: int) -> None:
        super().__init__(Path(QEMU), http=False)
        self._options = ["-machine", "mps2-an385", "-display", "none", "-monitor", "none"]
        self._options += ["-kernel", str(image)]
        self._options += ["-device", f"loader,addr={CHOICE:#x},data={security},data-len=4"]
        self.air: Air | None = None
        # How much of each stack was used, and how large it is.
        self.stacks: dict[str, tuple[int, int]] = {}

    def start(self) -> None:
        self.air = Air()
        self._options += ["-serial", "stdio", "-serial", f"tcp:127.0.0.1:{self.air.port},nodelay=on"]
        super().start()
        self.wait_event(Event.LISTENING, START_TIMEOUT)

    def stop(self) -> None:
        super().stop()
        air, self.air = self.air, None
        if air is not None:
            air.close()

    def _sort(self, text: str) -> None:
        if CRASH.search(text) and self.panic is None:
            self.panic = text
        match = LINE.search(text)
        if match is None:
            return
        if match[1] == "app" and match[2] in WORDS:
            self._tell(WORDS[match[2]])
        elif match[1] == "stacks" and (stack := STACK.fullmatch(match[2])):
            self.stacks[stack[1]] = (int(stack[2]), int(stack[3]))
            if stack[1] == LAST_STACK:
                self._tell(REPORT)

    def _tell(self, event: str, **more: Any) -> None:
        self._events.append({"event": event, **more})
