//! Espressif's *protocomm*, the request/response protocol under their provisioning apps, as a
//! library that does no I/O.
//!
//! A **transport** (Bluetooth LE, HTTP, a console) carries one message to a named **endpoint**
//! and one message back. An endpoint belongs to one of three classes:
//!
//! | class | request and response | who responds |
//! |---|---|---|
//! | version | plain | the caller: a fixed text |
//! | security | plain protobuf `SessionData` | this crate: the handshake of the security scheme |
//! | request | opened and sealed by the session's keys | the caller: a handler |
//!
//! A message stays in one buffer of its transport, from the first byte received to the last byte
//! sent. [`Protocomm::handle`] opens a request in place and returns it, or replaces it with the
//! response. [`Protocomm::seal`] seals the response to a request that was returned. Nothing is
//! allocated. Time and randomness are arguments; the crate reads no clock, sends nothing and starts
//! no thread.
//!
//! # What the crate guarantees
//!
//! * **No handler before the handshake.** Under every scheme, a request of any length, even an
//!   empty one, reaches a handler only through an established session.
//! * **Bounded work before authentication.** A message's length is checked before it is decoded.
//!   Only the request side of the protocol is ever decoded. A handshake in progress takes one of
//!   [`limits::PENDING_HANDSHAKES`] fixed slots. A first command costs no key agreement.
//! * **An unauthenticated peer cannot end a session.** The established session lasts until another
//!   peer *completes* a handshake, which requires the proof of possession.
//! * **A flood locks nobody out.** A handshake does not give way in its first seconds, and a peer
//!   with several handshakes gives way to one that has none. See [`session`].
//! * **Guessing is limited.** See [`limiter`].
//! * **Secrets are wiped** when they are dropped, compared in constant time, and absent from every
//!   `Debug` output.
//!
//! # Layers
//!
//! [`wire`] handles bytes and messages; [`security`], handshakes and channels, with one module per
//! scheme; [`session`], which session is established. [`Protocomm`] joins them. [`transport`] holds
//! the transport rules that involve no I/O: cookies and the console's line format.
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

mod dispatch;
pub mod endpoint;
mod error;
pub mod limiter;
pub mod limits;
pub mod security;
pub mod session;
pub mod time;
pub mod transport;
pub mod wire;

pub use crate::dispatch::{Handled, OpenRequest, Protocomm, Request, Ticket};
pub use crate::endpoint::{EndpointClass, EndpointId};
pub use crate::error::{EndpointError, Error, HandshakeError};
pub use crate::session::{Peer, SessionId, TransportId};
pub use crate::time::{Instant, Millis};
