//! Bluetooth LE by the operating system's stack: a characteristic for each endpoint, which is
//! written with the request and read for the response.

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

/// The descriptor that has the name of a characteristic's endpoint.
const USER_DESCRIPTION: u16 = 0x2901;

/// The upper half of the 128-bit form of 16-bit UUIDs, and the rest of it.
const BASE: u128 = 0x0000_0000_0000_1000_8000_0080_5f9b_34fb;

/// Time between two looks at what has been found.
const LOOK: Duration = Duration::from_millis(200);

/// Time for a connection and for reading the names of its endpoints.
const CONNECT_TIME: Duration = Duration::from_secs(20);

/// A device that advertises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name that it advertises.
    pub name: String,
    /// Its address, as the operating system writes it.
    pub address: String,
    /// The signal's strength in dBm.
    pub rssi: Option<i16>,
}

/// A connection to a device over Bluetooth LE.
pub struct Ble {
    runtime: Runtime,
    peripheral: Peripheral,
    endpoints: BTreeMap<String, Characteristic>,
}

/// Listens for `time` and lists the devices whose names begin with `prefix`, the strongest first.
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
    /// Looks for the device that advertises `name`, for `time` at most, and connects to it.
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
            return Err(TransportError::NoResponse(Some("it has no such endpoint".into())));
        };
        let peripheral = &self.peripheral;
        let response = self.runtime.block_on(within(limit, async {
            if !peripheral.is_connected().await.unwrap_or(false) {
                return Err(TransportError::Unreachable("the connection was lost".into()));
            }
            // An error of the protocol is the device's way to refuse a request.
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

    /// The connection is the session: a lost one is opened again.
    fn restart(&mut self) {
        let peripheral = &self.peripheral;
        let opened = self.runtime.block_on(within(CONNECT_TIME, async {
            let _ = peripheral.disconnect().await;
            open(peripheral).await
        }));
        // Without success the next request says that the connection was lost.
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
    first.ok_or_else(|| TransportError::Unreachable("there is no Bluetooth adapter".into()))
}

/// The device that advertises this name.
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
        sleep(LOOK).await;
    };
    let _ = adapter.stop_scan().await;
    found.ok_or_else(|| TransportError::Unreachable("no device advertises this name".into()))
}

/// Connects, and reads the names of the endpoints: a device may give them any UUIDs.
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
        return Err(TransportError::Malformed("it has no endpoints".into()));
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
