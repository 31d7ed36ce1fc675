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
//! A message lives in one buffer of its transport, from the first byte received to the last byte
//! sent: [`Protocomm::handle`] opens a request in place and hands it out, or writes the response
//! in its place; [`Protocomm::seal`] seals the response to a request that was handed out. Nothing
//! is allocated. Time and randomness are arguments; nothing here reads a clock, sends a byte or
//! starts a thread.
//!
//! # What the crate guarantees
//!
//! * **No handler before the handshake.** A request of any length, zero included, reaches a
//!   handler only through an established session, under every scheme.
//! * **Bounded work before authentication.** A message is bounded before it is decoded, only the
//!   request side of the protocol is ever decoded, a handshake in progress takes one of
//!   [`limits::PENDING_HANDSHAKES`] fixed slots, and a first command costs no key agreement.
//! * **An unauthenticated peer cannot end a session.** The established session lives on until
//!   another peer *completes* a handshake, which takes the proof of possession.
//! * **A flood keeps nobody out.** A handshake does not give way in its first seconds, and a peer
//!   that has begun several gives way to one that has not. See [`session`].
//! * **Guessing is limited.** See [`limiter`].
//! * **Secrets are wiped** when they are dropped, compared in constant time and absent from
//!   every `Debug` output.
//!
//! # Layers
//!
//! [`wire`] knows bytes and messages; [`security`] knows handshakes and channels, one module a
//! scheme; [`session`] knows whose session is established; [`Protocomm`] joins them. [`transport`]
//! holds the rules of a transport that are not I/O (cookies, the console's line).
#![no_std]
#![forbid(unsafe_code)]
// No panic that a peer can reach.
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
