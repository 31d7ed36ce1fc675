//! What the manager asks of a type of network.
//!
//! The service's life, its requests and its scans are the same for all; [`Machine`] is what differs:
//! what credentials are, how they are tried, and how messages read.

use alloc::vec::Vec;
use core::fmt::Debug;

use protocomm::Instant;
use protocomm::wire::request::network_config_payload::Payload as Command;
use protocomm::wire::response::network_config_payload::Payload as ConfigAnswer;
use protocomm::wire::response::network_scan_payload::Payload as ScanAnswer;
use protocomm::wire::{Message, request};
use zeroize::Zeroize;

use crate::config::Config;
use crate::error::{Error, RequestError};
use crate::manager::Outputs;
use crate::output::FailReason;
use crate::step::Step;

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
pub trait Machine: Sized + 'static {
    /// Which one it is in a control message.
    const KIND: Kind;
    /// What the version text says of a device for it.
    const CAPABILITIES: [&'static str; 2];
    /// What a client reads that had its credentials refused, and asks how it goes all the same.
    const REFUSED: FailReason;

    /// What a client hands over.
    type Credentials;
    /// What the owner is to connect to, or to store.
    type Target: Clone + Debug + PartialEq + Eq;
    /// How to scan; by default for everything there is.
    type ScanRequest: Clone + Debug + PartialEq + Eq + Default;
    /// A network on the list of a scan.
    type Entry: Entry;
    /// How the device stands, in the words of a client.
    type Status: Copy;
    /// What the owner tells of the network.
    type Event;
    /// From credentials to a network.
    type Link: Link<Self>;

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

    /// Begins to try credentials. `seen` is what the last scan saw.
    fn begin(
        link: &mut Self::Link,
        now: Instant,
        credentials: Self::Credentials,
        seen: &[Self::Entry],
        config: &Config,
        out: &mut Outputs<Self>,
    ) -> Result<(), Hopeless>;

    /// Nothing has been tried, or it has failed for this reason.
    fn not_connected(reason: Option<FailReason>) -> Self::Status;
    /// An attempt is under way.
    fn connecting() -> Self::Status;
    /// Whether a client that reads this knows that it has succeeded.
    fn is_connected(status: Self::Status) -> bool;

    /// What answers a "get status".
    fn status_answer(status: Self::Status, link: &Self::Link) -> ConfigAnswer;
}

/// From credentials to a network. It knows nothing of sessions and clients.
pub trait Link<N: Machine> {
    /// Where nothing has been tried.
    const NEW: Self;

    /// Gives up an attempt. A device that is on a network stays on it.
    fn cancel(&mut self, out: &mut Outputs<N>);
    /// Gives up an attempt, and leaves the network if the device is on one.
    fn disconnect(&mut self, out: &mut Outputs<N>);
    /// Forgets what was to be joined, and leaves the radio as it is.
    fn forget(&mut self);
    /// What has worked, to be stored.
    fn proven(&self) -> Option<N::Target>;
    /// How it stands.
    fn status(&self) -> N::Status;
    /// Where it is.
    fn step(&self) -> Step;
    /// The same, for the manager to hold it while the radio is at a scan.
    fn step_mut(&mut self) -> &mut Step;
    /// Does what is due at the step's [`next_timeout`](Step::next_timeout).
    fn handle_timeout(
        &mut self,
        now: Instant,
        config: &Config,
        out: &mut Outputs<N>,
    ) -> Option<Verdict>;
    /// Something has happened to the network.
    fn handle_event(
        &mut self,
        now: Instant,
        event: N::Event,
        config: &Config,
        out: &mut Outputs<N>,
    ) -> Option<Verdict>;
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

/// How an attempt run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The device is on the network: the credentials are good.
    Online,
    /// All attempts failed.
    Failed(FailReason),
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
