//! The program against the virtual device, and against devices that misbehave.

mod bad_device;
mod console;
mod fleet;
mod lost_link;
mod options;
mod provision;
mod requests;
mod support;
