// SPDX-License-Identifier: Apache-2.0

//! The crate for applications in Rust. Each test is a function that main.c calls; it fails by
//! panicking.
#![no_std]

extern crate alloc;

use core::ffi::CStr;

use network_provisioning::{Event, Events, Manager, Security};
use zephyr::time::Duration;

mod client;
mod code;
mod documentation;
mod ends;
mod panics;
mod provisioning;

const NAME: &CStr = c"PROV_TEST";
const PROOF: &CStr = c"abcd1234";

fn security() -> Security<'static> {
    Security::One(Some(PROOF))
}

/// Receives events up to this one. Returns how many came before it.
fn await_event(events: &Events, wanted: Event) -> usize {
    for before in 0.. {
        let event = events.recv_timeout(Duration::secs_at_least(120));
        let event = event.unwrap_or_else(|_| panic!("{wanted:?} does not come"));
        log::debug!("{event:?}");
        if event == wanted {
            return before;
        }
    }
    0
}

/// A copy of a manager that has been dropped.
fn stranger() -> Manager {
    *network_provisioning::Provisioner::builder(network_provisioning::Scheme::built_in())
        .init()
        .expect("a manager")
}

#[unsafe(no_mangle)]
extern "C" fn rust_begin() {
    use core::sync::atomic::{AtomicBool, Ordering};

    static LOGS: AtomicBool = AtomicBool::new(false);
    if !LOGS.swap(true, Ordering::Relaxed) {
        // SAFETY: this happens once, before anything is logged.
        unsafe { zephyr::set_logger() }.expect("a logger");
    }
    // Without a manager, this clears the store.
    stranger().forget_credentials().expect("a store");
}

/// zephyr-lang-rust requires it; the test framework has a main() of its own.
#[unsafe(no_mangle)]
extern "C" fn rust_main() {}
