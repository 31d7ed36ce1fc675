//! A device that is all simulated, below the C API: what the crate `capi` wants of a platform, in a
//! program of a workstation. For tests of what calls the API, above all of the crates for
//! applications in Rust.
//!
//! The core has one manager, and one provisioning thread, for the whole program. So there is one
//! [`Device`] at a time: whoever wants the next one waits.
//!
//! # Time
//!
//! The clock stands still. It moves when a test says so ([`Device::advance`]), and when a call waits
//! for a bounded time, such as that for the end of the service.

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

/// A copy of what C hands over; nothing if that is NULL.
///
/// # Safety
///
/// `start` is NULL or points to `length` bytes.
unsafe fn bytes(start: *const u8, length: usize) -> Vec<u8> {
    if start.is_null() {
        return Vec::new();
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    unsafe { slice::from_raw_parts(start, length) }.to_vec()
}
