//! The messages of the provisioning protocol, for clients, tools and tests.
//!
//! Each envelope ([`SessionData`], [`NetworkConfigPayload`], [`NetworkScanPayload`],
//! [`NetworkCtrlPayload`]) carries the commands of a client and the responses of a device. The types
//! are generated from `proto/` by `cargo xtask generate`; they need `alloc`, not `std`.
//!
//! The device shares no code with this crate; it has its own message code.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod r#gen;
mod redacted;

pub use prost::{DecodeError, Message, UnknownEnumValue};

pub use self::r#gen::*;
