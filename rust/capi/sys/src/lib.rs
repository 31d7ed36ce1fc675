//! The C API of network provisioning, as C declares it.
//!
//! Both sides have these types: the crate `capi`, which defines the functions, and `netprov-ffi`,
//! which calls them in another archive.
#![no_std]

mod errno;
pub mod functions;
pub mod platform;
mod types;

pub use errno::*;
pub use types::*;
