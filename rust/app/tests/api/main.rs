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
use std::sync::{Arc, Mutex};

use netprov_app::{Builder, Event, Provisioner, Scheme, Security};

const NAME: &CStr = c"PROV_TEST";
const PROOF: &CStr = c"abcd1234";

fn security() -> Security<'static> {
    Security::One(Some(PROOF))
}

fn builder() -> Builder {
    Provisioner::builder(Scheme::console())
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
