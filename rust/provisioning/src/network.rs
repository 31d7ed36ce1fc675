//! What the manager asks of a type of network.
//!
//! The service's life, its requests and its scans are the same for all; [`Machine`] is what differs:
//! what credentials are, how they are tried, and how messages read.

use core::fmt::Debug;

use protocomm::Instant;
use protocomm::wire::request::network_config_payload::Payload as Command;
use protocomm::wire::{Message, Status, request, response};
use zeroize::Zeroize;

use crate::config::Config;
use crate::error::{Error, RequestError};
use crate::manager::Outputs;
use crate::output::FailReason;

/// A type of network that a device can be provisioned for: [`Wifi`](crate::wifi::Wifi) or
/// [`Thread`](crate::thread::Thread).
pub trait Network: Machine {}

impl<N: Machine> Network for N {}

/// What is behind a type of network.
pub trait Machine: Sized + 'static {
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

    /// Reads a request to the configuration endpoint; wipes what is secret in it.
    fn config_action(
        request: request::NetworkConfigPayload,
    ) -> Result<ConfigAction<Self::Credentials>, RequestError>;
    /// The answer to a "set".
    fn set_answer(result: Result<(), Error>) -> response::NetworkConfigPayload;
    /// The answer to an "apply".
    fn apply_answer(result: Result<(), Error>) -> response::NetworkConfigPayload;
    /// The answer to a "get status".
    fn status_answer(status: Self::Status, link: &Self::Link) -> response::NetworkConfigPayload;

    /// Whether it is the type of network of a control message.
    fn is_of(kind: Kind) -> bool;

    /// Reads a request to the scan endpoint.
    fn scan_action(
        request: request::NetworkScanPayload,
    ) -> Result<ScanAction<Self::ScanRequest>, RequestError>;
    /// The answer to a scan's start.
    fn scan_start_answer(status: Status) -> response::NetworkScanPayload;
    /// The answer to the question how the scan stands.
    fn scan_status_answer(finished: bool, count: u32) -> response::NetworkScanPayload;
    /// The answer with a page of the list.
    fn scan_page_answer(
        status: Status,
        entries: alloc::vec::Vec<<Self::Entry as Entry>::Wire>,
    ) -> response::NetworkScanPayload;
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
    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    fn next_timeout(&self) -> Option<Instant>;
    /// Puts off an attempt that is due, as the radio is at a scan, but not twice. Tells whether it
    /// did.
    fn hold(&mut self, now: Instant, until: Instant) -> bool;
    /// The radio's scan has ended.
    fn release(&mut self, now: Instant);
    /// Does what is due.
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
    OtherNetwork(response::NetworkConfigPayload),
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
    OtherNetwork(response::NetworkScanPayload),
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
