# SPDX-License-Identifier: Apache-2.0
"""`netprov` over Bluetooth LE as its users run it: through BlueZ's D-Bus interface."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import scenarios_netprov as netprov
from bluez import Bluez, missing
from device import Device
from harness import Context, Skip, check_equal
from scenarios_ble import NAME
from scenarios_netprov import SUCCESS, UNREACHABLE, Bench, Way


@contextmanager
def over_bluez(device: Device) -> Iterator[Way]:
    bluez = Bluez(device.air)
    try:
        yield Way(lambda: ["--ble", NAME], {"DBUS_SYSTEM_BUS_ADDRESS": bluez.address})
    finally:
        bluez.close()


def needs(context: Context) -> None:
    """Skips where it cannot run."""
    if reason := missing():
        raise Skip(reason)
    help_text = subprocess.run([netprov.program(context), "--help"], capture_output=True, text=True).stdout
    if "discover" not in help_text:
        raise Skip("netprov has no Bluetooth LE: build it with --features ble, which takes libdbus-1-dev")


netprov.WAYS["ble"] = over_bluez
netprov.NEEDS["ble"] = needs


def discover(bench: Bench) -> None:
    found = bench.bare(["discover", "--prefix", NAME[:5], "--time", "1"]).must(SUCCESS)
    listed = [event["name"] for event in found.events if event["event"] == "device"]
    check_equal(listed, [NAME], "the devices that netprov listed")
    others = bench.bare(["discover", "--prefix", "OTHER_", "--time", "1"]).must(SUCCESS)
    check_equal(others.events, [], "the devices with another prefix")


def absent(bench: Bench) -> None:
    bench.bare(["info", "--ble", "NOBODY"]).must(UNREACHABLE)
    bench.info().must(SUCCESS)


def no_adapter(bench: Bench) -> None:
    """A host without BlueZ."""
    nowhere = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bench.context.folder}/no-bus"}
    done = netprov.run(bench.context, ["info", "--ble", NAME], more=nowhere)
    done.must(UNREACHABLE)


for number in (0, 1, 2):
    netprov.register("ble", number)
    netprov.bench("discover", "2.1", "ble", number)(discover)
netprov.bench("absent", "2.1", "ble", 1)(absent)
netprov.bench("no-bus", "", "ble", 1)(no_adapter)
