"""Compares the times of runs by the page and by `netprov provision`: `run.py --times NETPROV`."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

from harness import PASSPHRASE, PASSWORD, POP, SSID, USER, Stage

RUNS = 5
SECURITIES = {
    "security 1": (["--pop", POP], ["--pop", POP], POP),
    "security 2": (["--security", "2", "--username", USER, "--password", PASSWORD],
                   ["--username", USER, "--pop", PASSWORD], PASSWORD),
}
# Does what a person would do, without pauses. Resolves to the milliseconds since the page was
# requested.
PERSON = """
const [secret, ssid, passphrase, done] = arguments;
const acts = {
  prove() { field("secret", secret); },
  networks() {
    [...document.querySelectorAll(".list button")].find((b) => b.innerText.includes(ssid)).click();
  },
  join() { field("passphrase", passphrase); },
  online() { done(performance.now()); },
  problem() { done(document.body.innerText); },
};
const field = (id, text) => {
  document.getElementById(id).value = text;
  document.querySelector("form").requestSubmit();
};
const main = document.getElementById("main");
let last;
const look = () => {
  const { view } = main.dataset;
  if (view !== last) (last = view, acts[view]?.());
};
new MutationObserver(look).observe(main, { attributes: true, attributeFilter: ["data-view"] });
look();
"""


def by_page(stage: Stage, options: list[str], secret: str) -> float:
    device = stage.device(*options)
    stage.open(device.address)
    took = stage.driver.execute_async_script(PERSON, secret, SSID, PASSPHRASE)
    assert not isinstance(took, str), took
    return float(took)


def by_command(stage: Stage, netprov: Path, options: list[str], secret: list[str]) -> float:
    device = stage.device(*options)
    passphrase = stage.work / "passphrase"
    passphrase.write_text(PASSPHRASE)
    command = [netprov, "provision", "--http", device.address, *secret, "--ssid", SSID, "--passphrase-file", passphrase]
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return (time.monotonic() - began) * 1000


def take(stage: Stage, netprov: Path) -> None:
    for name, (device, secret, typed) in SECURITIES.items():
        by_page(stage, device, typed)
        for way, run in (("page", lambda: by_page(stage, device, typed)),
                         ("netprov", lambda: by_command(stage, netprov, device, secret))):
            took = [run() for _ in range(RUNS)]
            print(f"{name}, {way}: {statistics.median(took):.0f} ms (median of {RUNS}; {min(took):.0f} to {max(took):.0f})")
        stage.reset()
