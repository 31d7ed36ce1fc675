//! Bluetooth LE, using the operating system's stack. Each endpoint is a characteristic: the request
//! is written to it, and the response is read from it.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use btleplug::api::{
    Central as _, CharPropFlags, Characteristic, Manager as _, Peripheral as _, ScanFilter,
    WriteType,
};
use btleplug::platform::{Adapter, Manager, Peripheral};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

use super::{RESPONSE_MAX, Transport, TransportError};

/// UUID of the descriptor that names the endpoint of a characteristic.
const USER_DESCRIPTION: u16 = 0x2901;

/// Base UUID, for the 128-bit form of 16-bit UUIDs.
const BASE: u128 = 0x0000_0000_0000_1000_8000_0080_5f9b_34fb;

/// Time between two checks for discovered devices.
const DISCOVERY_INTERVAL: Duration = Duration::from_millis(200);

/// Time limit for connecting and reading the endpoint names.
const CONNECT_TIME: Duration = Duration::from_secs(20);

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
    peripheral: Peripheral,
    endpoints: BTreeMap<String, Characteristic>,
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
        let (peripheral, endpoints) = runtime.block_on(async {
            let peripheral = find(name, time).await?;
            let endpoints = within(CONNECT_TIME, open(&peripheral)).await?;
            Ok::<_, TransportError>((peripheral, endpoints))
        })?;
        Ok(Self { runtime, peripheral, endpoints })
    }
}

impl Transport for Ble {
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let Some(characteristic) = self.endpoints.get(endpoint) else {
            return Err(TransportError::NoResponse(Some("no such endpoint".into())));
        };
        let peripheral = &self.peripheral;
        let response = self.runtime.block_on(within(limit, async {
            if !peripheral.is_connected().await.unwrap_or(false) {
                return Err(TransportError::Unreachable("the link was lost".into()));
            }
            // Devices reject a request with an ATT error.
            let refused =
                |error: btleplug::Error| TransportError::NoResponse(Some(error.to_string()));
            peripheral
                .write(characteristic, message, WriteType::WithResponse)
                .await
                .map_err(refused)?;
            peripheral.read(characteristic).await.map_err(refused)
        }))?;
        if response.len() > RESPONSE_MAX { Err(TransportError::TooLong) } else { Ok(response) }
    }

    /// A session ends with its link, so a lost link is opened again.
    fn restart(&mut self) {
        let peripheral = &self.peripheral;
        let opened = self.runtime.block_on(within(CONNECT_TIME, async {
            let _ = peripheral.disconnect().await;
            open(peripheral).await
        }));
        // If this fails, the next request reports the lost link.
        if let Ok(endpoints) = opened {
            self.endpoints = endpoints;
        }
    }
}

impl Drop for Ble {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(timeout(CONNECT_TIME, self.peripheral.disconnect()));
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

/// Connects and reads the endpoint names. Their UUIDs differ between devices.
async fn open(peripheral: &Peripheral) -> Result<BTreeMap<String, Characteristic>, TransportError> {
    peripheral.connect().await.map_err(unreachable)?;
    peripheral.discover_services().await.map_err(unreachable)?;
    let description = u128::from(USER_DESCRIPTION) << 96 | BASE;
    let mut endpoints = BTreeMap::new();
    for characteristic in peripheral.characteristics() {
        let both = CharPropFlags::READ | CharPropFlags::WRITE;
        if !characteristic.properties.contains(both) {
            continue;
        }
        let named = characteristic.descriptors.iter().find(|own| own.uuid.as_u128() == description);
        let Some(descriptor) = named else { continue };
        let Ok(name) = peripheral.read_descriptor(descriptor).await else { continue };
        if let Ok(name) = String::from_utf8(name) {
            endpoints.insert(name, characteristic);
        }
    }
    if endpoints.is_empty() {
        return Err(TransportError::Malformed("the device has no endpoints".into()));
    }
    Ok(endpoints)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    timeout(limit, work).await.unwrap_or(Err(TransportError::TimedOut))
}

fn unreachable(error: impl std::fmt::Display) -> TransportError {
    TransportError::Unreachable(error.to_string())
}
