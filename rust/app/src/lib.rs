//! Network provisioning for applications in Rust.
//!
//! A client, usually a phone app, sends the device its Wi-Fi credentials or its Thread dataset. The
//! application chooses the transport and how the client authenticates:
//!
//! ```no_run
//! use netprov_app::{Event, Provisioner, Scheme, Security};
//!
//! # fn main() -> Result<(), netprov_app::Error> {
//! let provisioner = Provisioner::builder(Scheme::console())
//!     .attempts(3)
//!     .on_event(|_, event| match event {
//!         Event::Start => { /* prompt the user */ }
//!         Event::CredentialsFailed(reason) => { /* the client is told as well */ }
//!         _ => {}
//!     })
//!     .init()?;
//! // Uses the stored credentials, or else waits for a client to send some.
//! provisioner.connect_or_provision(Security::One(Some(c"abcd1234")), c"PROV_1234", None)?;
//! # Ok(())
//! # }
//! ```
//!
//! Only one manager exists at a time, shared by C and Rust. A [`Provisioner`] owns it and ends it
//! when dropped; a [`Manager`], which is passed to every closure, provides everything else.
//! Closures run on the provisioning thread, one at a time. They may call any function, but while a
//! closure computes or waits, no client is served. A panic in a closure reaches the image's panic
//! handler.
//!
//! The same functions serve both types of network; only the two that try credentials without a
//! client differ: `configure_wifi()` and, with `CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD` (without
//! Zephyr: the feature `thread`), `configure_thread()`.
//!
//! Strings are C strings (`c"like this"`), so secrets are not copied on their way to the C API.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod builder;
mod error;
mod event;
mod manager;
mod qr;
mod scheme;

pub use builder::{Builder, Refused};
pub use error::{Error, Result};
pub use event::{Address, AddressKind, Event, FailReason, Network, NetworkState};
pub use manager::{Manager, Provisioner};
pub use qr::QrPayload;
#[cfg(CONFIG_NETWORK_PROV_BLE)]
pub use scheme::Ble;
pub use scheme::{Scheme, Security};
