//! A simulated device below the C API. It provides in a workstation program what the crate `capi`
//! needs from a platform. For tests of code that calls the API, above all of the crates for
//! applications in Rust.
//!
//! The core has one manager and one provisioning thread for the whole program. So only one
//! [`Device`] exists at a time, and [`Device::new`] waits for the end of the previous one.
//!
//! # Time
//!
//! The clock does not run by itself. It advances when a test calls [`Device::advance`], and while a
//! call waits with a time limit, such as for the end of the service.

mod device;
mod faults;
#[cfg(not(feature = "thread"))]
pub mod fuzzing;
mod inbox;
#[cfg(feature = "thread")]
mod mesh;
mod platform;
#[cfg(not(feature = "thread"))]
mod radio;

use std::slice;

pub use device::Device;
pub use platform::{Advertising, ERRNO};

/// Copies bytes from C. Returns an empty vector for NULL.
///
/// # Safety
///
/// `start` is NULL or points to `length` bytes.
unsafe fn bytes(start: *const u8, length: usize) -> Vec<u8> {
    if start.is_null() {
        return Vec::new();
    }
    // SAFETY: not NULL; the caller guarantees the rest.
    unsafe { slice::from_raw_parts(start, length) }.to_vec()
}
