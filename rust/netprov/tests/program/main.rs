//! Runs the program against the virtual device and against faulty devices.

mod bad_device;
mod console;
mod fleet;
mod lost_link;
mod options;
mod provision;
mod requests;
mod support;
