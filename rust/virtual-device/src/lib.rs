//! The provisioning core on a workstation, as a real device would run it.
//!
//! | module | knows |
//! |---|---|
//! | [`cli`] | the command line |
//! | [`settings`] | what follows from it: files are read, missing values generated |
//! | [`world`] | the simulated Wi-Fi networks, and their file |
//! | [`mesh`] | the simulated Thread networks |
//! | [`store`] | the file with the credentials |
//! | [`device`] | the core and the time; it carries out the core's effects |
//! | [`http`], [`console`] | one transport each, and nothing about the messages |
//! | [`faults`], [`control`] | the simulated faults, and the port that changes them |
//! | [`report`] | what can be reported |
//! | [`ui`], [`json`] | reports for people, and for scripts |
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

/// Why the program cannot start: one line for its user, with what to do next.
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
