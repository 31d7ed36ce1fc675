//! Runs the program against the virtual device and against faulty devices.

mod bad_device;
mod busy;
mod console;
mod fleet;
mod fleet_faults;
mod lost_link;
mod options;
#[cfg(unix)]
mod prompts;
mod provision;
mod requests;
mod support;
