//! The messages, and how bytes become messages.
//!
//! The code under `gen` is made from `proto/` by `cargo xtask generate`, split by direction: a
//! device decodes only [`request`]s and encodes only [`response`]s. The split saves code, and a
//! client cannot make the device build up a response that it will never look at.

mod r#gen;
mod guard;
mod redacted;

use alloc::vec::Vec;

pub use prost::{Message, length_delimiter_len};

pub use self::r#gen::*;
pub use self::guard::Shape;

/// The message cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable;

/// Decodes a message that a peer sent. `shape` tells where it has sub-messages.
pub fn decode<M: Message + Default>(bytes: &[u8], shape: Shape) -> Result<M, Undecodable> {
    guard::refuse_groups(bytes, shape)?;
    M::decode(bytes).map_err(|_| Undecodable)
}

/// Encodes a message into a buffer of exactly its length.
pub fn encode<M: Message>(message: &M) -> Vec<u8> {
    message.encode_to_vec()
}
