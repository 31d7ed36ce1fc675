//! The C API of network provisioning, as declared in C.
//!
//! Both sides use these types: the crate `capi`, which defines the functions, and `netprov-ffi`,
//! which calls them from another archive.
#![no_std]

mod errno;
pub mod functions;
pub mod platform;
mod types;

pub use errno::*;
pub use types::*;
