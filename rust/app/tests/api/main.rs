//! The API on a simulated device: everything from an application's closures down to the bytes of a
//! client, except Zephyr. What only an image has is in `tests/rust_app`.
#![forbid(unsafe_code)]

mod endpoints;
mod ends;
mod errors;
mod options;
mod panics;
mod phone;
mod runs;

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

/// What an application has been told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    /// A builder that writes down its events, and these.
    fn builder() -> (Builder, Self) {
        let told = Self::default();
        let events = told.0.clone();
        let builder = builder().on_event(move |_, event| events.lock().unwrap().push(event));
        (builder, told)
    }

    /// What is new.
    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
