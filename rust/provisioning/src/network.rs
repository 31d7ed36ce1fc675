//! What the manager asks of a type of network.
//!
//! The service's life, its requests and its scans are the same for all; [`Machine`] is what differs:
//! what credentials are, how they are tried, and how messages read.

use alloc::vec::Vec;
use core::fmt::Debug;

use protocomm::wire::request::network_config_payload::Payload as Command;
use protocomm::wire::response::network_config_payload::Payload as ConfigAnswer;
use protocomm::wire::response::network_scan_payload::Payload as ScanAnswer;
use protocomm::wire::{Message, request};
use zeroize::Zeroize;

use crate::error::{Error, RequestError};
use crate::link::{LinkType, Progress};
use crate::output::{FailReason, Outputs};

/// A type of network that a device can be provisioned for: [`Wifi`](crate::wifi::Wifi) or
/// [`Thread`](crate::thread::Thread).
pub trait Network: Machine {}

impl<N: Machine> Network for N {}

/// Reads a request to the configuration endpoint, or says what is wrong with it.
pub type ConfigReader<C> =
    fn(&request::NetworkConfigPayload) -> Result<ConfigAction<C>, RequestError>;

/// Reads a request to the scan endpoint, or says what is wrong with it.
pub type ScanReader<S> = fn(request::NetworkScanPayload) -> Result<ScanAction<S>, RequestError>;

/// What is behind a type of network.
pub trait Machine: LinkType {
    /// Which one it is in a control message.
    const KIND: Kind;
    /// What the version text says of a device for it.
    const CAPABILITIES: [&'static str; 2];
    /// What a client reads that had its credentials refused, and asks how it goes all the same.
    const REFUSED: FailReason;

    /// What a client hands over.
    type Credentials;
    /// How to scan; by default for everything there is.
    type ScanRequest: Clone + Debug + PartialEq + Eq + Default;
    /// A network on the list of a scan.
    type Entry: Entry;
    /// How the device stands, in the words of a client.
    type Status: Copy;

    /// Reads a request to the configuration endpoint.
    const CONFIG_ACTION: ConfigReader<Self::Credentials>;
    /// What answers a "set".
    const SET_ANSWER: fn(status: i32) -> ConfigAnswer;
    /// What answers an "apply".
    const APPLY_ANSWER: fn(status: i32) -> ConfigAnswer;
    /// Reads a request to the scan endpoint.
    const SCAN_ACTION: ScanReader<Self::ScanRequest>;
    /// What answers a scan's start.
    const SCAN_START_ANSWER: ScanAnswer;
    /// What answers the question whether the scan has ended, and how much it found.
    const SCAN_STATUS_ANSWER: fn(finished: bool, count: u32) -> ScanAnswer;
    /// What answers with a page of the list.
    const SCAN_PAGE_ANSWER: fn(Vec<<Self::Entry as Entry>::Wire>) -> ScanAnswer;

    /// Says what is to be tried with these credentials, and tells the application. `seen` is what
    /// the last scan found.
    fn offer(
        credentials: Self::Credentials,
        seen: &[Self::Entry],
        out: &mut Outputs<Self>,
    ) -> Result<Offer<Self::Target>, Hopeless>;

    /// The progress of the device, in the words of a client.
    fn status(progress: Progress, state: &Self::State) -> Self::Status;
    /// Whether a client that reads this knows that it has succeeded.
    fn is_connected(status: Self::Status) -> bool;

    /// What answers a "get status".
    fn status_answer(status: Self::Status, target: Option<&Self::Target>) -> ConfigAnswer;
}

/// A network on the list of a scan.
pub trait Entry {
    /// As a client reads it.
    type Wire: Message;

    /// How strong it is, in dBm.
    fn rssi(&self) -> i8;
    /// Whether the other one is the same to whoever chooses among names.
    fn is_same(&self, other: &Self) -> bool;
    /// As a client reads it.
    fn to_wire(&self) -> Self::Wire;
}

/// Credentials that can be tried.
pub struct Offer<T> {
    /// What to join, and how.
    pub target: T,
    /// The last scan found the network.
    pub in_range: bool,
}

/// Why credentials are not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hopeless {
    /// They have failed, and the client learns it when it asks.
    Failed(FailReason),
    /// The same, and the client's "apply" fails too.
    Invalid(FailReason),
}

/// What a client wants of the configuration endpoint.
pub enum ConfigAction<C> {
    /// Keep these credentials for the next apply, or learn that they make no sense.
    Set(Result<C, Error>),
    /// Try the credentials that were set.
    Apply,
    /// Tell how it goes.
    GetStatus,
    /// A command for the other type of network, with the answer that refuses it.
    OtherNetwork(ConfigAnswer),
}

/// What a client wants of the scan endpoint.
pub enum ScanAction<S> {
    /// Start a scan, and wait for its end if the command says so.
    Start { request: S, blocking: bool },
    /// Tell whether the scan has ended, and how much it found.
    GetStatus,
    /// Tell what it found: so many entries from there on.
    GetResult { start: u32, count: u32 },
    /// A command for the other type of network, with the answer that refuses it.
    OtherNetwork(ScanAnswer),
}

/// Which type of network a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wi-Fi.
    Wifi,
    /// Thread.
    Thread,
}

/// Wipes what is secret in a request to the configuration endpoint, wanted or not.
pub(crate) fn wipe(request: &mut request::NetworkConfigPayload) {
    match &mut request.payload {
        Some(Command::CmdSetWifiConfig(command)) => command.passphrase.zeroize(),
        Some(Command::CmdSetThreadConfig(command)) => command.dataset.zeroize(),
        _ => {}
    }
}
