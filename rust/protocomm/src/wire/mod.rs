//! The messages, and how bytes become messages.
//!
//! The code under `gen` is made from `proto/` by `cargo xtask generate`, split by direction: a
//! device reads only [`request`]s and writes only [`response`]s. A message borrows from the bytes
//! it was read from; nothing here allocates.

mod r#gen;
pub mod reader;
pub mod writer;

pub use self::r#gen::*;
pub use self::writer::{Mark, Overflow, Writer};

/// The message cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable;

/// A number that an enumeration does not define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownValue(pub i32);
