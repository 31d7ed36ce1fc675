//! The C API in a program of a workstation: the functions of `rust/capi`, from the same files, on a
//! device that is all simulated. For tests of what calls them from an archive of its own, above all
//! of the crates for applications in Rust.
//!
//! What differs from the library: the arena, since here the program's allocator serves all threads,
//! and the end on a panic, which is the program's.
//!
//! The core has one manager, and one provisioning thread, for the whole program. So there is one
//! [`Device`] at a time: whoever wants the next one waits.
//!
//! # Time
//!
//! The clock stands still. It moves when a test says so ([`Device::advance`]), and when a call waits
//! for a bounded time, such as that for the end of the service.

// Of capi, whose own documentation tells what is what.
#[path = "../../src/api.rs"]
mod api;
#[path = "../../src/connecting.rs"]
mod connecting;
#[path = "../../src/errno.rs"]
mod errno;
#[path = "../../src/glue.rs"]
mod glue;
#[path = "../../src/online.rs"]
mod online;
#[allow(dead_code, reason = "the end on a panic is the program's")]
#[path = "../../src/port.rs"]
mod port;
#[path = "../../src/progress.rs"]
mod progress;
#[path = "../../src/qr.rs"]
mod qr;
#[path = "../../src/service.rs"]
mod service;
#[path = "../../src/stack.rs"]
mod stack;
#[path = "../../src/start.rs"]
mod start;
#[path = "../../src/strings.rs"]
mod strings;
#[path = "../../src/texts.rs"]
mod texts;
#[path = "../../src/thread.rs"]
mod thread;
#[allow(dead_code, reason = "all of the C API's types")]
#[path = "../../src/types.rs"]
mod types;
#[path = "../../src/wifi/mod.rs"]
mod wifi;

mod arena;
mod device;
mod inbox;
mod platform;
mod radio;

use wifi as network;

pub use device::Device;
pub use platform::{Advertising, ERRNO};
