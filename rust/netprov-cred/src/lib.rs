//! Credentials of devices for security 2, or proofs of possession for security 1: creates them, and
//! formats them for firmware, factory and phone.
#![forbid(unsafe_code)]

mod credential;
pub mod forms;
pub mod hex;
pub mod qr;
mod srp;
pub mod table;

pub use crate::credential::{Credential, PASSWORD_LENGTH, random_text};
pub use crate::hex::Fault;
pub use crate::srp::verifier;
