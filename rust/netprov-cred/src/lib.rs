//! The credentials of a device under security 2, or the proof of possession of one under security
//! 1: how they are made, and the forms that a firmware, a factory and a phone take them in.
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
