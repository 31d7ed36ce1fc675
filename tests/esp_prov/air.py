# SPDX-License-Identifier: Apache-2.0
"""Bluetooth without a radio: Bumble's virtual controllers over TCP. The image has one of them.

A central of ours exchanges single ATT PDUs with the device, so it can break rules that no library
lets it break. A stand-in for the package `bleak` lets clients written for bleak run over the same
air, unchanged.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import types
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from bumble import att, core, hci, ll
from bumble.controller import Controller, LegacyAdvertiser
from bumble.core import AdvertisingData
from bumble.device import Connection, Device
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport import open_transport
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

TIMEOUT = 20.0
DEFAULT_MTU = 23
USER_DESCRIPTION = "00002901-0000-1000-8000-00805f9b34fb"
# ATT errors by their numbers in the specification.
INVALID_HANDLE = 0x01
WRITE_NOT_PERMITTED = 0x03
INVALID_PDU = 0x04
INVALID_OFFSET = 0x07
AUTHORIZATION = 0x08
INVALID_LENGTH = 0x0D
NOT_FOUND = 0x0A


class AttError(Exception):
    """The device answered with an error."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02x}")
        self.code = code


class WholeAdvertiser(LegacyAdvertiser):
    """Bumble's controller responds to a scan request by sending the advertisement again, so it
    carries both."""

    def send_advertising_data(self) -> None:
        if self.enabled:
            data = meant(self.advertising_data) + meant(self.scan_response_data)
            self.controller.send_advertising_pdu(ll.AdvInd(advertiser_address=self.address, data=data))


def meant(data: bytes) -> bytes:
    """Advertising data without the zeros that pad it."""
    at = 0
    while at < len(data) and data[at] != 0:
        at += data[at] + 1
    return bytes(data[:at])


class LegacyController(Controller):
    """No extended advertising, which has no such scan response, and packets of realistic length."""

    def __init__(self, name: str, **arguments: Any) -> None:
        super().__init__(name, **arguments)
        self.le_features &= ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        self.le_acl_data_packet_length = 251
        self.le_legacy_advertiser = WholeAdvertiser(self)

    def on_hci_host_number_of_completed_packets_command(self, _: Any) -> None:
        """It never waits for the host, and this command gets no response."""


@dataclass
class Characteristic:
    uuid: str
    handle: int
    properties: int
    descriptors: dict[str, int] = field(default_factory=dict)  # UUID -> handle


class Air:
    """All devices in range, on a thread of its own. Its other methods may be called from any
    thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._link = LocalLink()
        self._transports: list[Any] = []
        self.device: LegacyController
        self.port = self.run(self._open())

    def run(self, work: Coroutine[Any, Any, Any], timeout: float = TIMEOUT) -> Any:
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, timeout), self._loop).result()

    async def run_async(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Like run(), for a coroutine of another loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _open(self) -> int:
        # It has no address of its own: the image makes one and advertises with it.
        self.device, port = await self._socket("device")
        return port

    def outlet(self, number: int = 3) -> int:
        """Creates a controller for a host in another program. Returns its port, which one client
        may connect to."""
        return int(self.run(self._socket(f"outlet {number}"))[1])

    async def _socket(self, name: str) -> tuple[LegacyController, int]:
        # With the protocol named, asyncio turns Nagle's algorithm off; otherwise each packet takes
        # 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        transport = await open_tcp_server_transport_with_socket(listener)
        self._transports.append(transport)
        QuickSource(transport)
        controller = LegacyController(
            name, host_source=transport.source, host_sink=transport.sink, link=self._link
        )
        return controller, int(listener.getsockname()[1])

    def close(self) -> None:
        for transport in self._transports:
            with contextlib.suppress(Exception):
                self.run(transport.close(), 2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(2)

    def central(self, number: int = 1) -> Central:
        return self.run(self._central(number))

    async def _central(self, number: int) -> Central:
        host = Host()
        host.controller = LegacyController(f"central {number}", link=self._link)
        return Central(self, await phone_device(host, number))


class Outside:
    """The air as another program sees it, through a controller's port. It runs on the program's
    loop."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._device: Device | None = None

    async def run_async(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await work

    async def _central(self, number: int = 1) -> Central:
        if self._device is None:
            self._transport = await open_transport(f"tcp-client:127.0.0.1:{self._port}")
            self._device = await phone_device(Host(self._transport.source, self._transport.sink), number)
        return Central(self, self._device)


async def phone_device(host: Host, number: int) -> Device:
    device = Device(name=f"phone {number}", address=hci.Address(f"F0:F1:F2:F3:F4:{number:02X}"), host=host)
    await device.power_on()
    return device


class QuickSource:
    """Acknowledges at once what the image sends. The image sends no more until then; otherwise that
    takes 40 ms."""

    def __init__(self, transport: Any) -> None:
        self._sink = transport.sink
        self._receive = transport.source.data_received
        transport.source.data_received = self._on_data

    def _on_data(self, data: bytes) -> None:
        self._receive(data)
        if self._sink.transport is not None:
            peer = self._sink.transport.get_extra_info("socket")
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class Central:
    """A phone's Bluetooth."""

    def __init__(self, air: Any, device: Device) -> None:
        self.air = air
        self._device = device
        self._connection: Connection | None = None
        self._gone = asyncio.Event()
        self.mtu = DEFAULT_MTU
        self.table: dict[str, Characteristic] = {}  # by endpoint

    # --- from a scenario's thread ---------------------------------------------------------------------------

    def connect(self, mtu: int | None = None, timeout: float = TIMEOUT) -> Central:
        self.air.run(self.connecting(mtu), timeout)
        return self

    def disconnect(self) -> None:
        self.air.run(self.disconnecting())

    def await_disconnection(self, timeout: float) -> None:
        self.air.run(self._gone.wait(), timeout)

    def discover(self) -> Central:
        self.table = self.air.run(self.endpoints())
        return self

    def request(self, pdu: att.ATT_PDU) -> Any:
        return self.air.run(self.requesting(pdu))

    def send(self, pdu: att.ATT_PDU) -> None:
        """Sends a PDU that gets no response."""
        assert self._connection is not None
        self.air._loop.call_soon_threadsafe(self._connection.gatt_client.send_gatt_pdu, bytes(pdu))

    def write(self, endpoint: str, data: bytes) -> None:
        self.air.run(self.writing(self.table[endpoint].handle, data))

    def read(self, endpoint: str) -> bytes:
        return bytes(self.air.run(self.reading(self.table[endpoint].handle)))

    def exchange(self, endpoint: str, data: bytes) -> bytes:
        self.write(endpoint, data)
        return self.read(endpoint)

    def prepare(self, endpoint: str, offset: int, part: bytes) -> None:
        self.request(att.ATT_Prepare_Write_Request(self.table[endpoint].handle, offset, part))

    def execute(self, flags: int = 1) -> None:
        self.request(att.ATT_Execute_Write_Request(flags))

    # --- on the air's thread --------------------------------------------------------------------------------

    async def found(self, seconds: float = 0.5) -> dict[str, tuple[hci.Address, list[str]]]:
        """The advertising devices: name -> address and service UUIDs."""
        seen: dict[str, tuple[hci.Address, list[str]]] = {}

        def on_advertisement(advertisement: Any) -> None:
            data = advertisement.data
            kinds = AdvertisingData.Type
            uuids = data.get(kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS) or []
            seen[data.get(kinds.COMPLETE_LOCAL_NAME) or ""] = (advertisement.address, [str(uuid).lower() for uuid in uuids])

        self._device.on("advertisement", on_advertisement)
        await self._device.start_scanning(legacy=True)
        for _ in range(100):
            await asyncio.sleep(seconds / 5)
            if seen:
                break
        await self._device.stop_scanning()
        self._device.remove_listener("advertisement", on_advertisement)
        return seen

    async def connecting(self, mtu: int | None = None, address: hci.Address | None = None) -> None:
        if address is None:
            address = next(iter((await self.found()).values()))[0]
        self._connection = await self._device.connect(address)
        self._gone = asyncio.Event()
        gone = self._gone
        self._connection.on("disconnection", lambda *_: gone.set())
        self.mtu = DEFAULT_MTU
        if mtu is not None:
            self.mtu = await self._connection.gatt_client.request_mtu(mtu)

    async def disconnecting(self) -> None:
        if self._connection is not None and not self._gone.is_set():
            await self._connection.disconnect()
        self._connection = None

    async def requesting(self, pdu: att.ATT_PDU) -> Any:
        if self._connection is None or self._gone.is_set():
            raise ConnectionError("there is no connection")
        client = self._connection.gatt_client
        answer = asyncio.ensure_future(client.send_request(pdu))
        gone = asyncio.ensure_future(self._gone.wait())
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not answer.done():
            answer.cancel()
            raise ConnectionError("the device has disconnected")
        try:
            response = answer.result()
        except core.TimeoutError:
            raise TimeoutError("no response to an ATT request") from None
        if isinstance(response, att.ATT_Error_Response):
            raise AttError(int(response.error_code))
        return response

    async def writing(self, handle: int, data: bytes) -> None:
        """Reads or writes as hosts do: in parts, which are checked, if the value is longer than one
        packet."""
        if len(data) <= self.mtu - 3:
            await self.requesting(att.ATT_Write_Request(handle, data))
            return
        size = self.mtu - 5
        for at in range(0, len(data), size):
            part = data[at : at + size]
            echo = await self.requesting(att.ATT_Prepare_Write_Request(handle, at, part))
            if (echo.value_offset, echo.part_attribute_value) != (at, part):
                await self.requesting(att.ATT_Execute_Write_Request(0))
                raise ValueError("the device echoed another part than it was sent")
        await self.requesting(att.ATT_Execute_Write_Request(1))

    async def reading(self, handle: int) -> bytes:
        value = bytes((await self.requesting(att.ATT_Read_Request(handle))).attribute_value)
        full = len(value) == self.mtu - 1
        while full:
            blob = await self.requesting(att.ATT_Read_Blob_Request(handle, len(value)))
            value += bytes(blob.part_attribute_value)
            full = len(blob.part_attribute_value) == self.mtu - 1
        return value

    async def services(self) -> dict[str, list[Characteristic]]:
        """Service UUID -> its characteristics."""
        if self._connection is None:
            raise ConnectionError("there is no connection")
        client = self._connection.gatt_client
        table: dict[str, list[Characteristic]] = {}
        for service in await client.discover_services():
            rows = table.setdefault(text(service.uuid), [])
            for found in await client.discover_characteristics((), service):
                row = Characteristic(text(found.uuid), found.handle, int(found.properties))
                for descriptor in await client.discover_descriptors(found):
                    row.descriptors[text(descriptor.type)] = descriptor.handle
                rows.append(row)
        return table

    async def endpoints(self) -> dict[str, Characteristic]:
        named: dict[str, Characteristic] = {}
        for rows in (await self.services()).values():
            for row in rows:
                if USER_DESCRIPTION in row.descriptors:
                    named[(await self.reading(row.descriptors[USER_DESCRIPTION])).decode()] = row
        return named


def text(uuid: core.UUID) -> str:
    return str(core.UUID(uuid.to_hex_str("-")).to_hex_str("-")).lower() if len(uuid.uuid_bytes) == 16 else (
        f"0000{uuid.to_hex_str()}-0000-1000-8000-00805f9b34fb".lower()
    )


# --- the stand-in for bleak ---------------------------------------------------------------------------------

_here = threading.local()


def breathe(air: Air | Outside, mtu: int | None = None) -> None:
    """Puts whatever uses bleak on this thread on this air, with phones of this MTU."""
    _here.air, _here.mtu = air, mtu


class BleakScanner:
    @staticmethod
    async def discover(timeout: float = 5.0, return_adv: bool = False, **_: Any) -> Any:
        air = _here.air
        central = await air.run_async(air._central(2))
        found = await air.run_async(central.found())
        row = types.SimpleNamespace
        devices = [
            (row(name=name, address=address), row(local_name=name, service_uuids=uuids))
            for name, (address, uuids) in found.items()
        ]
        if return_adv:
            return {str(device.address): (device, advertisement) for device, advertisement in devices}
        return [device for device, _ in devices]


class Services(list[Any]):
    """Finds a characteristic by its number, or by its UUID as bleak does."""

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return next((service for service in self if service.uuid == key), None)
        return super().__getitem__(key)


class BleakClient:
    def __init__(self, address: hci.Address, **_: Any) -> None:
        self._air, self._mtu, self._address = _here.air, _here.mtu, address
        self._central: Any = None
        self._handles: dict[str, int] = {}
        self.services = Services()

    async def connect(self) -> None:
        self._central = await self._air.run_async(self._air._central(1))
        await self._air.run_async(self._central.connecting(self._mtu, self._address))
        row = types.SimpleNamespace
        for uuid, rows in (await self._air.run_async(self._central.services())).items():
            characteristics = []
            for found in rows:
                self._handles[found.uuid] = found.handle
                descriptors = [row(uuid=kind, handle=handle) for kind, handle in found.descriptors.items()]
                characteristics.append(row(uuid=found.uuid, descriptors=descriptors))
            self.services.append(row(uuid=uuid, characteristics=characteristics))

    async def read_gatt_descriptor(self, handle: int) -> bytes:
        return await self._air.run_async(self._central.reading(handle))

    async def read_gatt_char(self, uuid: str) -> bytes:
        return await self._air.run_async(self._central.reading(self._handles[uuid]))

    async def write_gatt_char(self, uuid: str, data: bytes, response: bool) -> None:
        if not response:
            raise ValueError("the service has no writes without response")
        await self._air.run_async(self._central.writing(self._handles[uuid], bytes(data)))

    async def disconnect(self) -> None:
        if self._central is not None:
            await self._air.run_async(self._central.disconnecting())


class BleakDBusError(Exception):
    """For a Bluetooth other than this one."""


bleak: Any = types.ModuleType("bleak")
bleak.BleakScanner, bleak.BleakClient = BleakScanner, BleakClient
bleak.exc = types.SimpleNamespace(BleakDBusError=BleakDBusError)
sys.modules["bleak"] = bleak
