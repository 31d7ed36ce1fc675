//! The messages, and their decoding and encoding.
//!
//! `cargo xtask generate` makes the code under `gen` from `proto/`, split by direction: a device
//! only reads [`request`]s and only writes [`response`]s. A message borrows from the bytes that it
//! was read from; nothing is allocated.

mod r#gen;
pub mod reader;
pub mod writer;

pub use self::r#gen::*;
pub use self::writer::{Mark, Overflow, Writer};

/// The message cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable;

/// A number that the enumeration does not define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownValue(pub i32);
