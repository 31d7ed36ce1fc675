//! A client of Espressif's *network provisioning* protocol: it hands a device its Wi-Fi credentials
//! or a Thread dataset.
//!
//! The core does no I/O and has no clock. An [`Operation`] says what to send and reads the response;
//! [`Client`] encrypts and decrypts between the operation and the transport:
//!
//! ```
//! use netprov_client::{Client, Error, Operation, Step};
//!
//! /// Runs an operation over anything that carries a request to a device.
//! fn run<O: Operation>(
//!     client: &mut Client,
//!     operation: &mut O,
//!     mut exchange: impl FnMut(&str, &[u8]) -> Vec<u8>,
//! ) -> Result<O::Output, Error> {
//!     let mut now = core::time::Duration::ZERO;
//!     loop {
//!         match client.poll(operation, now)? {
//!             Step::Send(request) => {
//!                 let response = exchange(&request.endpoint, &request.message);
//!                 client.receive(operation, &response)?;
//!             }
//!             // Wait as long here; `now` is the time that has passed.
//!             Step::Wait(time) => now += time,
//!             Step::Notice(_) => {}
//!             Step::Done(output) => return Ok(output),
//!         }
//!     }
//! }
//! ```
//!
//! A session begins with [`operation::GetVersion`], then [`Scheme::choose`], then [`Handshake`], whose
//! output goes to [`Client::establish`]. The device's proof is verified in security 1 and 2: nothing is
//! sent to a device that fails it.
//!
//! With the feature `std`, `Device` does all of this over a `Transport`: `http`, `console`, `serial`
//! and `ble` are features.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod channel;
mod client;
#[cfg(feature = "std")]
mod device;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod handshake;
pub mod operation;
mod proof;
pub mod qr;
#[cfg(feature = "std")]
pub mod transport;
mod version;

pub use netprov_messages as messages;

pub use self::channel::Channel;
pub use self::client::Client;
#[cfg(feature = "std")]
pub use self::device::{Device, DeviceError, system_random};
pub use self::error::{Error, RandomFailed};
pub use self::handshake::Handshake;
pub use self::operation::{Notice, Operation, Request, Step};
pub use self::proof::{Proof, Scheme, Secret};
pub use self::version::Version;

/// The examples of the README.
#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../README.md")]
struct Readme;
