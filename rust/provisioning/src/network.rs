//! What the manager asks of a type of network.
//!
//! The service's life, its requests and its scans are the same for all; [`Machine`] is what differs:
//! what credentials are, how they are tried, and how messages read.

use core::fmt::Debug;

use protocomm::Instant;
use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

use crate::config::Config;
use crate::error::Error;
use crate::output::{FailReason, Outputs};
use crate::step::Step;

/// A type of network that a device can be provisioned for: [`Wifi`](crate::wifi::Wifi) or
/// [`Thread`](crate::thread::Thread).
#[allow(private_bounds, reason = "types of network are added in this crate alone")]
pub trait Network: Machine {}

impl<N: Machine> Network for N {}

/// What is behind a type of network.
pub trait Machine: Sized + 'static {
    /// Which one it is in a message.
    const KIND: Kind;
    /// What the version text says of a device for it.
    const CAPABILITIES: [&'static str; 2];
    /// What a client reads if its credentials were refused and it asks for the status all the same.
    const REFUSED: FailReason;

    /// What a client hands over.
    type Credentials;
    /// What the caller is to connect to, or to store.
    type Target: Clone + Debug + PartialEq + Eq;
    /// How to scan; by default for everything in range.
    type ScanRequest: Clone + Debug + PartialEq + Eq + Default;
    /// A network on the list of a scan.
    type Entry: Entry;
    /// The state of the device, in the words of a client.
    type Status: Copy;
    /// What the caller tells of the network.
    type Event;
    /// From credentials to a network.
    type Link: Link<Self>;

    /// Reads the credentials of a "set", which may make no sense; nothing if there are none.
    fn credentials(payload: &ConfigPayload<'_>) -> Option<Result<Self::Credentials, Error>>;

    /// Reads the start of a scan, and whether the client waits for its end; nothing if the command
    /// has no body.
    fn scan_request(payload: &ScanPayload) -> Option<(Self::ScanRequest, bool)>;

    /// Reads which entries of the list are asked for, as a start and a count; nothing if the
    /// command has no body.
    fn page(payload: &ScanPayload) -> Option<(u32, u32)>;

    /// Begins to try credentials. `seen` is what the last scan saw.
    fn begin(
        link: &mut Self::Link,
        now: Instant,
        credentials: Self::Credentials,
        seen: &[Self::Entry],
        config: &Config,
        out: &mut Outputs,
    ) -> Result<(), Hopeless>;

    /// Nothing has been tried, or it has failed for this reason.
    fn not_connected(reason: Option<FailReason>) -> Self::Status;
    /// An attempt is under way.
    fn connecting() -> Self::Status;
    /// Whether a client that reads this knows that it has succeeded.
    fn is_connected(status: Self::Status) -> bool;

    /// Writes the body of the response to a "get status".
    fn write_status(status: Self::Status, link: &Self::Link, writer: &mut Writer<'_>);
}

/// From credentials to a network. It knows nothing of sessions and clients.
pub trait Link<N: Machine> {
    /// Where nothing has been tried.
    const NEW: Self;

    /// Gives up an attempt. A device that is on a network stays on it.
    fn cancel(&mut self, out: &mut Outputs);
    /// Gives up an attempt, and leaves the network if the device is on one.
    fn disconnect(&mut self, out: &mut Outputs);
    /// Forgets what was to be joined, and leaves the radio as it is.
    fn forget(&mut self);
    /// What is to be joined, or stored; nothing if nothing has been tried.
    fn target(&self) -> Option<&N::Target>;
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
        out: &mut Outputs,
    ) -> Option<Verdict>;
    /// Something has happened to the network.
    fn handle_event(
        &mut self,
        now: Instant,
        event: N::Event,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict>;
}

/// A network on the list of a scan.
pub trait Entry {
    /// How strong it is, in dBm.
    fn rssi(&self) -> i8;
    /// Whether the other one is the same to a user who chooses among names.
    fn is_same(&self, other: &Self) -> bool;
    /// Writes it as a client reads it.
    fn write(&self, writer: &mut Writer<'_>);
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

/// Which type of network a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wi-Fi.
    Wifi,
    /// Thread.
    Thread,
}
