//! Bluetooth LE, using the operating system's stack. Each endpoint is a characteristic: the request
//! is written to it, and the response is read from it.
//!
//! This file binds btleplug to [`Link`], which has the rest. The tests run it on Linux, through BlueZ's interface
//! and a virtual controller (`tests/esp_prov/bluez.py`). It has not been tried on the air.

mod link;

use std::time::{Duration, Instant};

use btleplug::api::{
    Central as _, CharPropFlags, Characteristic, Manager as _, Peripheral as _, ScanFilter,
    WriteType,
};
use btleplug::platform::{Adapter, Manager, Peripheral};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use self::link::Link;
use super::{Transport, TransportError};

/// UUID of the descriptor that names the endpoint of a characteristic.
const USER_DESCRIPTION: u16 = 0x2901;

/// Base UUID, for the 128-bit form of 16-bit UUIDs.
const BASE: u128 = 0x0000_0000_0000_1000_8000_0080_5f9b_34fb;

/// Time between two checks for discovered devices.
const DISCOVERY_INTERVAL: Duration = Duration::from_millis(200);

/// An advertising device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Advertised name.
    pub name: String,
    /// Address in the operating system's notation.
    pub address: String,
    /// Signal strength in dBm.
    pub rssi: Option<i16>,
}

/// A Bluetooth LE link to a device.
pub struct Ble {
    runtime: Runtime,
    link: Link<Peripheral>,
}

/// Listens for `time` and returns the devices whose names begin with `prefix`, strongest signal
/// first.
pub fn discover(prefix: &str, time: Duration) -> Result<Vec<Found>, TransportError> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let adapter = adapter().await?;
        adapter.start_scan(ScanFilter::default()).await.map_err(unreachable)?;
        sleep(time).await;
        let mut found = Vec::new();
        for peripheral in adapter.peripherals().await.map_err(unreachable)? {
            let Ok(Some(properties)) = peripheral.properties().await else { continue };
            let Some(name) = properties.local_name else { continue };
            if name.starts_with(prefix) {
                let address = peripheral.address().to_string();
                found.push(Found { name, address, rssi: properties.rssi });
            }
        }
        let _ = adapter.stop_scan().await;
        found.sort_by_key(|device| std::cmp::Reverse(device.rssi));
        Ok(found)
    })
}

impl Ble {
    /// Looks up to `time` for the device that advertises `name`, and connects to it.
    pub fn connect(name: &str, time: Duration) -> Result<Self, TransportError> {
        let runtime = runtime()?;
        let link = runtime.block_on(async { Link::open(find(name, time).await?).await })?;
        Ok(Self { runtime, link })
    }
}

impl Transport for Ble {
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        self.runtime.block_on(self.link.exchange(endpoint, message, limit))
    }

    fn restart(&mut self) {
        self.runtime.block_on(self.link.reopen());
    }
}

impl Drop for Ble {
    fn drop(&mut self) {
        self.runtime.block_on(self.link.close());
    }
}

impl link::Peripheral for Peripheral {
    type Characteristic = Characteristic;

    async fn connect(&self) -> Result<(), String> {
        btleplug::api::Peripheral::connect(self).await.map_err(text)?;
        self.discover_services().await.map_err(text)
    }

    async fn disconnect(&self) {
        // The link may be lost already.
        let _ = btleplug::api::Peripheral::disconnect(self).await;
    }

    async fn is_connected(&self) -> bool {
        btleplug::api::Peripheral::is_connected(self).await.unwrap_or(false)
    }

    async fn described(&self) -> Vec<(Vec<u8>, Characteristic)> {
        let description = u128::from(USER_DESCRIPTION) << 96 | BASE;
        let both = CharPropFlags::READ | CharPropFlags::WRITE;
        let mut described = Vec::new();
        for characteristic in self.characteristics() {
            let mut descriptors = characteristic.descriptors.iter();
            let own = descriptors.find(|own| own.uuid.as_u128() == description);
            let Some(descriptor) = own.filter(|_| characteristic.properties.contains(both)) else {
                continue;
            };
            if let Ok(name) = self.read_descriptor(descriptor).await {
                described.push((name, characteristic));
            }
        }
        described
    }

    async fn write(&self, to: &Characteristic, value: &[u8]) -> Result<(), String> {
        let written = btleplug::api::Peripheral::write(self, to, value, WriteType::WithResponse);
        written.await.map_err(text)
    }

    async fn read(&self, from: &Characteristic) -> Result<Vec<u8>, String> {
        btleplug::api::Peripheral::read(self, from).await.map_err(text)
    }
}

fn runtime() -> Result<Runtime, TransportError> {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(unreachable)
}

async fn adapter() -> Result<Adapter, TransportError> {
    let manager = Manager::new().await.map_err(unreachable)?;
    let adapters = manager.adapters().await.map_err(unreachable)?;
    let first = adapters.into_iter().next();
    first.ok_or_else(|| TransportError::Unreachable("no Bluetooth adapter found".into()))
}

/// Finds the device that advertises this name.
async fn find(name: &str, time: Duration) -> Result<Peripheral, TransportError> {
    let adapter = adapter().await?;
    adapter.start_scan(ScanFilter::default()).await.map_err(unreachable)?;
    let deadline = Instant::now() + time;
    let found = loop {
        let mut found = None;
        for peripheral in adapter.peripherals().await.map_err(unreachable)? {
            if let Ok(Some(properties)) = peripheral.properties().await
                && properties.local_name.as_deref() == Some(name)
            {
                found = Some(peripheral);
            }
        }
        if found.is_some() || Instant::now() >= deadline {
            break found;
        }
        sleep(DISCOVERY_INTERVAL).await;
    };
    let _ = adapter.stop_scan().await;
    found.ok_or_else(|| TransportError::Unreachable("no device advertises this name".into()))
}

fn text(error: btleplug::Error) -> String {
    error.to_string()
}

fn unreachable(error: impl std::fmt::Display) -> TransportError {
    TransportError::Unreachable(error.to_string())
}
