//! Tests the API on a simulated device, from an application's closures down to a client's bytes,
//! without Zephyr. `tests/rust_app` covers what needs a Zephyr image.
#![forbid(unsafe_code)]

mod cannot_wait;
mod endpoints;
mod ends;
mod errors;
mod faults;
mod log_lines;
mod options;
mod panics;
mod phone;
#[cfg(not(feature = "thread"))]
mod runs;
#[cfg(feature = "thread")]
mod thread;

use std::ffi::CStr;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use netprov_app::{Builder, Event, NetworkState, Provisioner, Scheme, Security};
use netprov_host::Device;

const NAME: &CStr = c"PROV_TEST";
const PROOF: &CStr = c"abcd1234";

fn security() -> Security<'static> {
    Security::One(Some(PROOF))
}

fn builder() -> Builder {
    Provisioner::builder(Scheme::console())
}

/// Makes the builder send its events to a channel, for a test whose thread waits for them.
fn forwarding(builder: Builder) -> (Builder, Receiver<Event>) {
    let (sender, received) = channel();
    let builder = builder.on_event(move |_, event| {
        let _ = sender.send(event);
    });
    (builder, received)
}

/// Has a device with stored credentials start its service, and lets their network return then. Over
/// the console, the network is tried while the service runs.
fn returns_when_the_stored_network_is_back(device: &Device, comes_back: impl FnOnce()) {
    const A_WHILE: Duration = Duration::from_secs(60);

    let stored = device.stored();
    assert!(stored.is_some());
    let (builder, received) = forwarding(builder());
    let provisioner = builder.init().unwrap();
    let manager = *provisioner;
    std::thread::scope(|scope| {
        let online = scope.spawn(move || manager.connect_or_provision(security(), NAME, None));
        while received.try_recv() != Ok(Event::Start) {
            device.advance(A_WHILE);
        }
        device.advance(A_WHILE);
        assert_eq!(device.transport().map(|(name, ..)| name), Some("console"));
        comes_back();
        device.advance(2 * A_WHILE);
        assert_eq!(online.join().unwrap(), Ok(()));
    });
    let told: Vec<Event> = received.try_iter().collect();
    assert!(matches!(told[..], [.., Event::End]) && !told.contains(&Event::Start), "{told:?}");
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connected));
    assert_eq!(device.stored(), stored);
}

/// Records the events delivered to the application.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<Event>>>);

impl Events {
    /// Returns a builder that records its events, and the record.
    fn builder() -> (Builder, Self) {
        let recorded = Self::default();
        let events = recorded.0.clone();
        let builder = builder().on_event(move |_, event| events.lock().unwrap().push(event));
        (builder, recorded)
    }

    /// Returns the events since the last call.
    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
