//! What happens to a manager, step by step, as bytes, and the player that performs it.
//!
//! A run is recorded on a workstation, which has a client, and played on a device, which has none.
//! Nothing in it depends on the machine, because time and randomness are part of it, so a device
//! that plays a run must respond with exactly the recorded bytes.
#![no_std]
#![forbid(unsafe_code)]

mod player;
mod rng;

use postcard::take_from_bytes;
use serde::{Deserialize, Serialize};

pub use self::player::{CARRIER_MAX, DeviceRng, Player, Text, text};

/// One step of a run: a call of the manager and its expected results.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step<'a> {
    /// The step's name in the table of results. Steps with the same name are of a kind.
    pub name: &'a str,
    /// When the step happens, in milliseconds.
    pub now: u64,
    /// The call.
    #[serde(borrow)]
    pub input: Input<'a>,
    /// Whether the manager refuses the call.
    pub refused: bool,
    /// Whether the step leads to a [`Response`], which follows.
    pub responds: bool,
    /// How many other effects follow, as text.
    pub effects: u32,
}

/// A call of the manager.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Input<'a> {
    /// The application sets an entry of the version text.
    AppInfo {
        /// The entry's label.
        label: &'a str,
        /// The entry's version.
        version: &'a str,
        /// The entry's one capability.
        capability: &'a str,
    },
    /// The application creates an endpoint of its own.
    CreateEndpoint(&'a str),
    /// The application registers its handler.
    RegisterEndpoint(&'a str),
    /// The application starts the service with this proof of possession.
    Start(&'a [u8]),
    /// The application starts the service under security 2.
    StartSecurity2 {
        /// The salt.
        salt: &'a [u8],
        /// The verifier.
        verifier: &'a [u8],
    },
    /// The application stops the service.
    Stop,
    /// The transport runs.
    ServiceStarted,
    /// The transport has stopped.
    ServiceStopped,
    /// A request comes in.
    Request {
        /// The session that it belongs to.
        session: u32,
        /// The endpoint it is for.
        endpoint: &'a str,
        /// Its bytes.
        message: &'a [u8],
        /// The longest response that the transport can carry, in bytes.
        reply_max: u32,
    },
    /// The application's handler responds to its last call with the same bytes.
    Answer,
    /// A transport session ends.
    CloseSession(u32),
    /// The radio finds a network.
    ScanResult(Network<'a>),
    /// The scan has ended.
    ScanDone,
    /// The radio has joined the network.
    LinkUp(Network<'a>),
    /// The station has this IPv4 address.
    GotAddress(u32),
    /// The network refuses the passphrase.
    WrongPassword,
    /// The credentials are stored.
    Stored,
    /// Whatever is due happens.
    Timeout,
}

/// A network as the radio sees it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Network<'a> {
    /// Its name.
    pub ssid: &'a [u8],
    /// Its access point's address.
    pub bssid: [u8; 6],
    /// Its channel.
    pub channel: u8,
    /// Its strength in dBm.
    pub rssi: i8,
    /// Its security, by the number on the wire.
    pub auth: i32,
}

/// What a client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response<'a> {
    /// These bytes.
    Sent(&'a [u8]),
    /// This transport error, as text.
    Failed(&'a str),
}

/// The bytes are not a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads a run.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub fn new(run: &'a [u8]) -> Self {
        Self(run)
    }

    /// The next step; `None` at the end.
    pub fn step(&mut self) -> Result<Option<Step<'a>>, Malformed> {
        if self.0.is_empty() { Ok(None) } else { self.take().map(Some) }
    }

    /// The response of the step that was read last, if it has one.
    pub fn response(&mut self) -> Result<Response<'a>, Malformed> {
        self.take()
    }

    /// The next effect of the step that was read last, as text.
    pub fn effect(&mut self) -> Result<&'a str, Malformed> {
        self.take()
    }

    fn take<T: Deserialize<'a>>(&mut self) -> Result<T, Malformed> {
        let (value, rest) = take_from_bytes(self.0).map_err(|_| Malformed)?;
        self.0 = rest;
        Ok(value)
    }
}
