//! A client for Espressif's *network provisioning* protocol, which sends a device Wi-Fi credentials
//! or a Thread dataset.
//!
//! The core does no I/O and has no clock. An [`Operation`] produces requests and processes the
//! responses; [`Client`] encrypts requests and decrypts responses between operation and transport:
//!
//! ```
//! use netprov_client::{Client, Error, Operation, Step};
//!
//! /// Runs an operation over any transport.
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
//!             // Wait for `time` here; `now` is the time that has passed.
//!             Step::Wait(time) => now += time,
//!             Step::Notice(_) => {}
//!             Step::Done(output) => return Ok(output),
//!         }
//!     }
//! }
//! ```
//!
//! To establish a session, run [`operation::GetVersion`], choose a scheme with [`Scheme::choose`],
//! run a [`Handshake`] and pass its output to [`Client::establish`]. With security 1 and 2, the
//! device is authenticated first: a device that fails this gets no further messages.
//!
//! With the feature `std`, `Device` does all of this over a `Transport`. Transports are enabled by
//! the features `http`, `console`, `serial` and `ble`.
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

/// Compiles the examples of the README.
#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../README.md")]
struct Readme;
