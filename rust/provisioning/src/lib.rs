//! The manager of network provisioning, as a state machine that does no I/O.
//!
//! A device without network credentials offers a *service* over a transport. A client, which is one
//! of Espressif's phone apps or `esp_prov`, opens a session, lists the networks in range, sends
//! credentials and follows the connection. [`Manager`] is everything between the bytes of a request
//! and the effects on a radio.
//!
//! # How to drive it
//!
//! The driver reports events to the manager: a request arrived, the radio connected, time has
//! passed, the application made a call. Each event is one method. The driver then calls
//! [`Manager::poll_output`] until it returns `None` and carries out each output; other methods
//! report the results. [`Manager::next_timeout`] tells when to call [`Manager::handle_timeout`]
//! next. There is no other way in or out: no clock, no thread, no callback.
//!
//! ```
//! use protocomm::security::{Scheme, sec1::Sec1};
//! use protocomm::{Instant, Peer, SessionId, TransportId};
//! use provisioning::{Config, Event, Handled, Manager, Output, Request, RequestId};
//! # struct Rng;
//! # impl rand_core::TryRng for Rng {
//! #     type Error = core::convert::Infallible;
//! #     fn try_next_u32(&mut self) -> Result<u32, Self::Error> { Ok(4) }
//! #     fn try_next_u64(&mut self) -> Result<u64, Self::Error> { Ok(4) }
//! #     fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Self::Error> { Ok(dst.fill(4)) }
//! # }
//! # impl rand_core::TryCryptoRng for Rng {}
//!
//! let now = Instant::from_millis(0);
//! let mut manager: Manager<Rng> = Manager::new(Config::default(), Rng);
//! manager.start(Scheme::Sec1(Sec1::new(b"abcd1234")))?;
//! while let Some(output) = manager.poll_output() {
//!     match output {
//!         Output::StartService => manager.service_started(now, true),
//!         Output::Event(event) => println!("{event:?}"),
//!         other => println!("to do: {other:?}"),
//!     }
//! }
//!
//! let phone = SessionId::new(TransportId(0), 1);
//! let mut buffer = [0; 512];
//! buffer[..3].copy_from_slice(b"ESP");
//! let endpoint = "proto-ver";
//! let id = RequestId(1);
//! let request = Request {
//!     id,
//!     session: phone,
//!     peer: Peer::UNKNOWN,
//!     endpoint,
//!     buffer: &mut buffer,
//!     length: 3,
//! };
//! let Handled::Response(length) = manager.request(now, request)? else { panic!("no response") };
//! assert!(buffer[..length].starts_with(br#"{"prov":{"ver":"netprov-v1.2","sec_ver":1"#));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Guarantees
//!
//! * Success means an address, not a radio link. Each attempt has a time limit.
//! * Credentials are stored only after they have worked. A failure leaves the stored ones
//!   unchanged.
//! * A client can read the true state at any time. An error is never an empty message, which would
//!   read as "connected".
//! * A device with credentials gets online without a service: [`Manager::connect`].
//! * Scan results are one frozen list from the end of a scan to the start of the next.
#![no_std]
#![forbid(unsafe_code)]
// A peer must not be able to cause a panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

#[cfg(test)]
extern crate alloc;

mod app_info;
mod config;
mod connects;
mod error;
mod json;
pub mod limits;
mod link;
mod manager;
mod messages;
mod network;
mod output;
pub mod qr;
mod scan;
pub mod thread;
pub mod wifi;

pub use crate::config::{Config, endpoints};
pub use crate::error::{Error, RequestError};
pub use crate::manager::{ConnectState, Handled, Manager, Request, State};
pub use crate::network::Network;
pub use crate::output::{Call, Event, FailReason, Output, RequestId};
pub use crate::scan::ScanFailure;
