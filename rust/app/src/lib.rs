//! Network provisioning for applications in Rust.
//!
//! An app on a phone hands the device its Wi-Fi credentials. All there is to do is to say how a
//! client proves itself, and by what it comes:
//!
//! ```no_run
//! use netprov_app::{Event, Provisioner, Scheme, Security};
//!
//! # fn main() -> Result<(), netprov_app::Error> {
//! let provisioner = Provisioner::builder(Scheme::console())
//!     .attempts(3)
//!     .on_event(|_, event| match event {
//!         Event::Start => { /* show the user what to do */ }
//!         Event::CredentialsFailed(reason) => { /* the app says so too */ }
//!         _ => {}
//!     })
//!     .init()?;
//! // With what is stored, else with what a client brings.
//! provisioner.connect_or_provision(Security::One(Some(c"abcd1234")), c"PROV_1234", None)?;
//! # Ok(())
//! # }
//! ```
//!
//! There is one manager at a time, for C and Rust together. A [`Provisioner`] is the one who ends
//! it; a [`Manager`], which every closure is handed, is for all the rest. Closures run on the
//! provisioning thread, one after the other: they may call everything, and what they wait for, or
//! compute, everybody waits for. A panic in one ends in the image's panic handler, as everywhere.
//!
//! Texts are C strings, `c"like this"`: nobody makes a copy of a secret on its way.
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
pub use event::{Event, FailReason, WifiState};
pub use manager::{Manager, Provisioner};
pub use qr::QrPayload;
#[cfg(CONFIG_NETWORK_PROV_BLE)]
pub use scheme::Ble;
pub use scheme::{Scheme, Security};
