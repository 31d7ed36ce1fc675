# SPDX-License-Identifier: Apache-2.0
"""A stand-in for BlueZ, the Bluetooth stack of Linux, on our air. Programs that use BlueZ run
unchanged.

It owns the name `org.bluez` on a private D-Bus, which a program uses as the system bus if
`DBUS_SYSTEM_BUS_ADDRESS` names it. The stand-in has the interfaces that a GATT client needs and
behaves like BlueZ wherever such a client could notice: devices appear during discovery and stay
known, services are resolved after `Connect` has returned, and ATT errors become the errors that
BlueZ makes of them.
"""

# No postponed annotations: dbus_fast reads signatures from them.

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import air as radio
from air import Air, AttError, Central, Characteristic
from bumble.core import AdvertisingData
from dbus_fast import DBusError, PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusBytes, DBusDict, DBusInt16, DBusSignature, DBusStr, DBusUInt16
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

Texts = Annotated[list[str], DBusSignature("as")]

MTU = 517  # what BlueZ asks for
ADAPTER = "/org/bluez/hci0"
PROPERTIES = {0x02: "read", 0x04: "write-without-response", 0x08: "write", 0x10: "notify", 0x20: "indicate"}
BUS = """<busconfig>
  <listen>unix:path={folder}/bus</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""

_daemons: set[subprocess.Popen[bytes]] = set()


def missing() -> str:
    """Why it cannot run; empty if it can."""
    return "" if shutil.which("dbus-daemon") else "there is no dbus-daemon (Debian: dbus-daemon)"


def kill_all() -> None:
    """Kills the buses of an interrupted run."""
    for daemon in list(_daemons):
        daemon.kill()


class Bluez:
    """A private bus with the stand-in on it. Its methods may be called from any thread."""

    def __init__(self, air: Air) -> None:
        self._air = air
        self._folder = tempfile.mkdtemp(prefix="netprov-bus-")  # a socket's path must be short
        config = Path(self._folder) / "bus.conf"
        config.write_text(BUS.format(folder=self._folder), encoding="utf-8")
        command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
        self._daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        _daemons.add(self._daemon)
        assert self._daemon.stdout is not None
        self.address = self._daemon.stdout.readline().decode().strip()
        self._bus: MessageBus
        air.run(self._serve())

    async def _serve(self) -> None:
        self._bus = await MessageBus(bus_address=self.address).connect()
        self._bus.export(ADAPTER, Adapter(self._bus, await self._air._central(9)))
        await self._bus.request_name("org.bluez")

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._air._loop.call_soon_threadsafe(self._bus.disconnect)
        self._daemon.kill()
        self._daemon.wait()
        _daemons.discard(self._daemon)
        shutil.rmtree(self._folder, ignore_errors=True)


def read(function: Any) -> Any:
    """A property that clients may read."""
    return dbus_property(access=PropertyAccess.READ)(function)


class Adapter(ServiceInterface):
    def __init__(self, bus: MessageBus, central: Central) -> None:
        super().__init__("org.bluez.Adapter1")
        self.bus, self.central = bus, central
        self._devices: dict[str, Device] = {}
        self._is_powered = self._is_discovering = False
        central._device.on("advertisement", self._on_advertisement)

    @read
    def Address(self) -> DBusStr:
        return str(self.central._device.random_address).split("/")[0]

    @read
    def AddressType(self) -> DBusStr:
        return "random"

    @read
    def Name(self) -> DBusStr:
        return "air"

    @read
    def Alias(self) -> DBusStr:
        return "air"

    @read
    def Modalias(self) -> DBusStr:
        return "usb:v1D6Bp0246d0540"

    @read
    def Discovering(self) -> DBusBool:
        return self._is_discovering

    @dbus_property()
    def Powered(self) -> DBusBool:
        return self._is_powered

    @Powered.setter
    def Powered(self, value: DBusBool) -> None:
        self._is_powered = value

    @dbus_method()
    def SetDiscoveryFilter(self, _: DBusDict) -> None:
        pass

    @dbus_method()
    async def StartDiscovery(self) -> None:
        if not self._is_powered:
            raise DBusError("org.bluez.Error.NotReady", "Resource Not Ready")
        if self._is_discovering:
            raise DBusError("org.bluez.Error.InProgress", "Operation already in progress")
        await self.central._device.start_scanning(legacy=True)
        self._set_discovering(True)

    @dbus_method()
    async def StopDiscovery(self) -> None:
        if not self._is_discovering:
            raise DBusError("org.bluez.Error.Failed", "No discovery started")
        await self.central._device.stop_scanning()
        self._set_discovering(False)

    def _set_discovering(self, value: bool) -> None:
        self._is_discovering = value
        self.emit_properties_changed({"Discovering": value})

    def _on_advertisement(self, advertisement: Any) -> None:
        address = str(advertisement.address).split("/")[0]
        if address not in self._devices:
            device = self._devices[address] = Device(self, address, advertisement)
            self.bus.export(device.path, device)
        self._devices[address].hear(advertisement)


class Device(ServiceInterface):
    def __init__(self, adapter: Adapter, address: str, advertisement: Any) -> None:
        super().__init__("org.bluez.Device1")
        self.path = f"{ADAPTER}/dev_{address.replace(':', '_')}"
        self.central = adapter.central
        self._bus = adapter.bus
        self._address, self._peer = address, advertisement.address
        self._name, self._uuids, self._rssi = "", list[str](), 0
        self._is_connected = self._is_resolved = False
        self._objects: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, advertisement: Any) -> None:
        kinds = AdvertisingData.Type
        self._name = advertisement.data.get(kinds.COMPLETE_LOCAL_NAME) or self._name
        uuids = advertisement.data.get(kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS) or []
        self._uuids = [radio.text(uuid) for uuid in uuids] or self._uuids
        self._rssi = advertisement.rssi
        self.emit_properties_changed({"RSSI": self._rssi})

    @read
    def Address(self) -> DBusStr:
        return self._address

    @read
    def AddressType(self) -> DBusStr:
        return "public" if self._peer.is_public else "random"

    @read
    def Name(self) -> DBusStr:
        return self._name

    @read
    def Alias(self) -> DBusStr:
        return self._name or self._address.replace(":", "-")

    @read
    def UUIDs(self) -> Texts:
        return self._uuids

    @read
    def RSSI(self) -> DBusInt16:
        return self._rssi

    @read
    def Paired(self) -> DBusBool:
        return False

    @read
    def Trusted(self) -> DBusBool:
        return False

    @read
    def Blocked(self) -> DBusBool:
        return False

    @read
    def LegacyPairing(self) -> DBusBool:
        return False

    @read
    def Connected(self) -> DBusBool:
        return self._is_connected

    @read
    def ServicesResolved(self) -> DBusBool:
        return self._is_resolved

    @dbus_method()
    async def Connect(self) -> None:
        if self._is_connected:
            return
        try:
            await self.central.connecting(MTU, self._peer)
        except Exception as error:
            raise DBusError("org.bluez.Error.Failed", "le-connection-abort-by-local") from error
        self._set(is_connected=True)
        self._begin(self._resolve())
        self._begin(self._await_end())

    @dbus_method()
    async def Disconnect(self) -> None:
        if not self._is_connected:
            raise DBusError("org.bluez.Error.NotConnected", "Not Connected")
        await self.central.disconnecting()
        self._set(is_connected=False, is_resolved=False)

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _set(self, **values: bool) -> None:
        names = {"is_connected": "Connected", "is_resolved": "ServicesResolved"}
        changed = {names[key]: value for key, value in values.items() if getattr(self, f"_{key}") != value}
        for key, value in values.items():
            setattr(self, f"_{key}", value)
        if changed:
            self.emit_properties_changed(changed)

    async def _await_end(self) -> None:
        await self.central._gone.wait()
        self._set(is_connected=False, is_resolved=False)

    async def _resolve(self) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            table = await self.central.services()
            for path in self._objects:
                self._bus.unexport(path)
            self._objects = []
            for number, (uuid, rows) in enumerate(table.items()):
                service = f"{self.path}/service{number:04x}"
                self._export(service, Service(uuid))
                for row in rows:
                    value = f"{service}/char{row.handle:04x}"
                    self._export(value, Value(self, row))
                    for kind, handle in row.descriptors.items():
                        self._export(f"{value}/desc{handle:04x}", Descriptor(self, kind, handle))
            self._set(is_resolved=self._is_connected)

    def _export(self, path: str, interface: ServiceInterface) -> None:
        self._bus.export(path, interface)
        self._objects.append(path)

    async def read_value(self, handle: int, options: dict[str, Any]) -> bytes:
        return bytes(await self._attempt(self.central.reading(handle)))[offset(options) :]

    async def write_value(self, handle: int, value: bytes) -> None:
        await self._attempt(self.central.writing(handle, value))

    async def _attempt(self, work: Any) -> Any:
        """Raises BlueZ's errors in place of ATT's."""
        try:
            return await work
        except AttError as error:
            raise refusal(error.code) from None
        except ConnectionError:
            raise DBusError("org.bluez.Error.Failed", "Not connected") from None
        except (TimeoutError, ValueError):
            raise DBusError("org.bluez.Error.Failed", "Operation failed with ATT error: 0x0e") from None


def refusal(code: int) -> DBusError:
    named = {
        radio.AUTHORIZATION: ("NotAuthorized", "Operation Not Authorized"),
        radio.INVALID_LENGTH: ("InvalidArguments", "Invalid Length"),
        radio.INVALID_OFFSET: ("InvalidArguments", "Invalid offset"),
        radio.WRITE_NOT_PERMITTED: ("NotPermitted", "Write not permitted"),
    }
    name, text = named.get(code, ("Failed", f"Operation failed with ATT error: 0x{code:02x}"))
    return DBusError(f"org.bluez.Error.{name}", text)


def offset(options: dict[str, Any]) -> int:
    return int(options["offset"].value) if "offset" in options else 0


class Service(ServiceInterface):
    def __init__(self, uuid: str) -> None:
        super().__init__("org.bluez.GattService1")
        self._uuid = uuid

    @read
    def UUID(self) -> DBusStr:
        return self._uuid

    @read
    def Primary(self) -> DBusBool:
        return True


class Value(ServiceInterface):
    """A characteristic."""

    def __init__(self, device: Device, row: Characteristic) -> None:
        super().__init__("org.bluez.GattCharacteristic1")
        self._device, self._row = device, row

    @read
    def UUID(self) -> DBusStr:
        return self._row.uuid

    @read
    def Flags(self) -> Texts:
        return [name for bit, name in PROPERTIES.items() if self._row.properties & bit]

    @read
    def MTU(self) -> DBusUInt16:
        return self._device.central.mtu

    @dbus_method()
    async def ReadValue(self, options: DBusDict) -> DBusBytes:
        return await self._device.read_value(self._row.handle, options)

    @dbus_method()
    async def WriteValue(self, value: DBusBytes, options: DBusDict) -> None:
        if offset(options) or options["type"].value != "request":
            raise DBusError("org.bluez.Error.NotSupported", "Operation is not supported")
        await self._device.write_value(self._row.handle, bytes(value))


class Descriptor(ServiceInterface):
    def __init__(self, device: Device, uuid: str, handle: int) -> None:
        super().__init__("org.bluez.GattDescriptor1")
        self._device, self._uuid, self._handle = device, uuid, handle

    @read
    def UUID(self) -> DBusStr:
        return self._uuid

    @dbus_method()
    async def ReadValue(self, options: DBusDict) -> DBusBytes:
        return await self._device.read_value(self._handle, options)
