//! What a transport must know besides I/O: the rules of its sessions and its framing.

pub mod console;
mod decimal;
pub mod http;
