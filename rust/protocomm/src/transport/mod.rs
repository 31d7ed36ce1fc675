//! The parts of a transport that involve no I/O: session rules and framing.

pub mod console;
mod decimal;
pub mod http;
