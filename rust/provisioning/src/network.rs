//! What the manager asks of a type of network.
//!
//! The service's life, its requests and its scans are the same for all; [`Machine`] is what differs:
//! what credentials are, how they are tried, and how messages read.

use core::fmt::Debug;

use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

use crate::error::Error;
use crate::link::{LinkType, Progress};
use crate::output::FailReason;

/// A type of network that a device can be provisioned for: [`Wifi`](crate::wifi::Wifi) or
/// [`Thread`](crate::thread::Thread).
#[allow(private_bounds, reason = "types of network are added in this crate alone")]
pub trait Network: Machine {
    /// Takes a report of the driver while there is no manager: its successor is told the state by
    /// [`Manager::set_network_state`](crate::Manager::set_network_state).
    fn observe(state: &mut Self::State, event: Self::Event);
}

impl<N: Machine> Network for N {
    fn observe(state: &mut Self::State, event: Self::Event) {
        N::update(state, event, None);
    }
}

/// What is behind a type of network.
pub trait Machine: LinkType {
    /// Which one it is in a message.
    const KIND: Kind;
    /// What the version text says of a device for it.
    const CAPABILITIES: [&'static str; 2];
    /// What a client reads if its credentials were refused and it asks for the status all the same.
    const REFUSED: FailReason;

    /// What a client hands over.
    type Credentials;
    /// How to scan; by default for everything in range.
    type ScanRequest: Clone + Debug + PartialEq + Eq + Default;
    /// A network on the list of a scan.
    type Entry: Entry;
    /// The state of the device, in the words of a client.
    type Status: Copy;

    /// Reads the credentials of a "set", which may make no sense; nothing if there are none.
    fn credentials(payload: &ConfigPayload<'_>) -> Option<Result<Self::Credentials, Error>>;

    /// Reads the start of a scan, and whether the client waits for its end; nothing if the command
    /// has no body.
    fn scan_request(payload: &ScanPayload) -> Option<(Self::ScanRequest, bool)>;

    /// Reads which entries of the list are asked for, as a start and a count; nothing if the
    /// command has no body.
    fn page(payload: &ScanPayload) -> Option<(u32, u32)>;

    /// Says what is to be tried with these credentials. `seen` is what the last scan found. An
    /// error is why they make no sense: then the client's "apply" fails.
    fn offer(
        credentials: Self::Credentials,
        seen: &[Self::Entry],
    ) -> Result<Offer<Self::Target>, FailReason>;

    /// The progress of the device, in the words of a client.
    fn status(progress: Progress, state: &Self::State) -> Self::Status;
    /// Whether a client that reads this knows that it has succeeded.
    fn is_connected(status: Self::Status) -> bool;

    /// Writes the body of the response to a "get status".
    fn write_status(status: Self::Status, target: Option<&Self::Target>, writer: &mut Writer<'_>);
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

/// Credentials that can be tried.
pub struct Offer<T> {
    /// What to join, and how.
    pub target: T,
    /// The strength at which the last scan found the network in dBm, if it did.
    pub rssi: Option<i8>,
    /// Why it is not tried, if the scan tells that it cannot work. The client learns it when it
    /// asks.
    pub unsupported: Option<FailReason>,
}

/// Which type of network a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wi-Fi.
    Wifi,
    /// Thread.
    Thread,
}
