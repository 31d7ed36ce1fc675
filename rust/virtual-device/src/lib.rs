//! The provisioning core on a workstation, as a real device would run it.
//!
//! | module | knows |
//! |---|---|
//! | [`cli`] | the command line |
//! | [`settings`] | what follows from it: files read, the rest made up |
//! | [`world`] | the simulated Wi-Fi networks, and their file |
//! | [`mesh`] | the simulated Thread networks |
//! | [`store`] | the file with the credentials |
//! | [`device`] | who owns the core, and what time it is; it brings the core's effects about |
//! | [`http`], [`console`] | one transport each, and nothing of what it carries |
//! | [`faults`], [`control`] | what it is told to do wrong, and the port where it is told |
//! | [`report`] | what there is to tell |
//! | [`ui`], [`json`] | how a person is told, and how a script |
//!
//! One task, that of [`device::run`], owns the manager, the radio and the store. The transports send
//! it requests through one bounded channel and wait for the answer; nothing is shared.
#![forbid(unsafe_code)]

pub mod cli;
pub mod console;
pub mod control;
pub mod device;
pub mod faults;
pub mod http;
pub mod json;
pub mod mesh;
pub mod report;
pub mod settings;
pub mod store;
pub mod ui;
pub mod world;

use std::fmt;

/// Why the program cannot start: one line for whoever started it, with what to do next.
#[derive(Debug)]
pub struct Fault(String);

impl Fault {
    /// A fault with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
