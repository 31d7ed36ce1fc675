//! The parts of a simulated device that depend on the network type.

use protocomm::Instant;
use provisioning::thread::{Dataset, ScanRequest as ThreadScan, Thread, ThreadEvent};
use provisioning::wifi::{
    ConnectFailure, ConnectRequest, ScanRequest as WifiScan, Security, Wifi, WifiEvent,
};
use provisioning::{Manager, Network};

use super::{SimRng, Store};
use crate::mesh::{Mesh, MeshEvent};
use crate::radio::{Radio, RadioEvent};

/// A network type that a simulated [`Device`](super::Device) supports.
pub trait Simulated: Network {
    /// The radio, or the network stack, with its store.
    type Side: Side<Self>;
}

/// A radio, or a network stack, with its store.
pub trait Side<N: Network> {
    /// Its events.
    type Event;

    /// Returns the time of the next event.
    fn next_timeout(&self) -> Option<Instant>;
    /// Returns the next event up to `now`.
    fn poll(&mut self, now: Instant) -> Option<Self::Event>;
    /// Passes an event to the manager.
    fn deliver(event: Self::Event, now: Instant, manager: &mut Manager<SimRng, N>);
    /// What it reports when it cannot begin to join a network.
    fn refusal() -> Self::Event;
    /// Starts a scan.
    fn scan(&mut self, now: Instant, request: &N::ScanRequest);
    /// Starts to join a network.
    fn connect(&mut self, now: Instant, target: &N::Target);
    /// Starts to join the stored network with this index. Returns an event that it reports at once.
    fn connect_stored(&mut self, now: Instant, index: usize) -> Option<Self::Event>;
    /// Stops joining, or leaves the network.
    fn disconnect(&mut self, now: Instant);
    /// Returns the number of stored networks.
    fn stored(&self) -> usize;
    /// Stores credentials; write number `fail_at`, counted from 1, fails. Returns the number of
    /// stored networks, or `None` on failure.
    fn store(&mut self, target: &N::Target, fail_at: Option<u32>) -> Option<usize>;
}

impl Simulated for Wifi {
    type Side = Station;
}

/// A Wi-Fi radio with a store.
pub struct Station {
    pub(super) radio: Radio,
    pub(super) store: Store,
    /// Indices of the stored networks that were tried.
    pub(super) tried: Vec<usize>,
}

impl Side<Wifi> for Station {
    type Event = RadioEvent;

    fn next_timeout(&self) -> Option<Instant> {
        self.radio.next_timeout()
    }

    fn poll(&mut self, now: Instant) -> Option<RadioEvent> {
        self.radio.poll(now)
    }

    fn deliver(event: RadioEvent, now: Instant, manager: &mut Manager<SimRng>) {
        match event {
            RadioEvent::ScanResult(found) => manager.scan_result(found),
            RadioEvent::ScanDone(result) => manager.scan_done(now, result),
            RadioEvent::Wifi(event) => manager.wifi_event(now, event),
        }
    }

    fn refusal() -> RadioEvent {
        RadioEvent::Wifi(WifiEvent::ConnectFailed(ConnectFailure::Other))
    }

    fn scan(&mut self, now: Instant, request: &WifiScan) {
        self.radio.scan(now, request);
    }

    fn connect(&mut self, now: Instant, target: &ConnectRequest) {
        self.radio.connect(now, target);
    }

    fn connect_stored(&mut self, now: Instant, index: usize) -> Option<RadioEvent> {
        self.tried.push(index);
        let Some(credentials) = self.store.networks().get(index).cloned() else {
            let missing = WifiEvent::ConnectFailed(ConnectFailure::NotFound);
            return Some(RadioEvent::Wifi(missing));
        };
        let open = credentials.passphrase.is_empty();
        let security = if open { Security::Open } else { Security::Unknown };
        self.radio.connect(now, &ConnectRequest { credentials, security });
        None
    }

    fn disconnect(&mut self, now: Instant) {
        self.radio.disconnect(now);
    }

    fn stored(&self) -> usize {
        self.store.networks().len()
    }

    fn store(&mut self, target: &ConnectRequest, fail_at: Option<u32>) -> Option<usize> {
        self.store.write(target.credentials.clone(), fail_at)
    }
}

impl Simulated for Thread {
    type Side = Mesh;
}

impl Side<Thread> for Mesh {
    type Event = MeshEvent;

    fn next_timeout(&self) -> Option<Instant> {
        self.next_timeout()
    }

    fn poll(&mut self, now: Instant) -> Option<MeshEvent> {
        self.poll(now)
    }

    fn deliver(event: MeshEvent, now: Instant, manager: &mut Manager<SimRng, Thread>) {
        match event {
            MeshEvent::Found(found) => manager.scan_result(found),
            MeshEvent::ScanDone(result) => manager.scan_done(now, result),
            MeshEvent::Thread(event) => manager.thread_event(now, event),
        }
    }

    fn refusal() -> MeshEvent {
        MeshEvent::Thread(ThreadEvent::Failed)
    }

    fn scan(&mut self, now: Instant, request: &ThreadScan) {
        self.scan(now, request);
    }

    fn connect(&mut self, now: Instant, dataset: &Dataset) {
        self.connect(now, dataset);
    }

    fn connect_stored(&mut self, now: Instant, _index: usize) -> Option<MeshEvent> {
        self.connect_stored(now);
        None
    }

    fn disconnect(&mut self, now: Instant) {
        self.disconnect(now);
    }

    fn stored(&self) -> usize {
        self.stored.iter().len()
    }

    fn store(&mut self, dataset: &Dataset, _fail_at: Option<u32>) -> Option<usize> {
        self.store(dataset)
    }
}
