//! What the manager needs from a network type.
//!
//! The service's states, its requests and its scans are the same for all types. [`Machine`]
//! contains the differences: what credentials are, how they are tried, and how messages are read
//! and written.

use core::fmt::Debug;

use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

use crate::error::Error;
use crate::link::{LinkType, Progress};
use crate::output::FailReason;

/// A network type that a device can be provisioned for: [`Wifi`](crate::wifi::Wifi) or
/// [`Thread`](crate::thread::Thread).
#[allow(private_bounds, reason = "types of network are added in this crate alone")]
pub trait Network: Machine {
    /// Handles a report of the driver while no manager exists. The next manager gets the state by
    /// [`Manager::set_network_state`](crate::Manager::set_network_state).
    fn observe(state: &mut Self::State, event: Self::Event);
}

impl<N: Machine> Network for N {
    fn observe(state: &mut Self::State, event: Self::Event) {
        N::update(state, event, None);
    }
}

/// The internal part of a network type.
pub trait Machine: LinkType {
    /// The network type in messages.
    const KIND: Kind;
    /// The capabilities that the version text lists.
    const CAPABILITIES: [&'static str; 2];
    /// The failure that a client reads if its credentials were refused and it still asks for the
    /// status.
    const REFUSED: FailReason;

    /// The credentials that a client sends.
    type Credentials;
    /// The parameters of a scan. The default scans for everything in range.
    type ScanRequest: Clone + Debug + PartialEq + Eq + Default;
    /// A network in the results of a scan.
    type Entry: Entry;
    /// The state of the device in a client's terms.
    type Status: Copy;

    /// Reads the credentials of a "set", which may be invalid. Returns `None` if there are none.
    fn credentials(payload: &ConfigPayload<'_>) -> Option<Result<Self::Credentials, Error>>;

    /// Reads a command to start a scan. Returns the parameters and whether the client waits for the
    /// end, or `None` if the command has no body.
    fn scan_request(payload: &ScanPayload) -> Option<(Self::ScanRequest, bool)>;

    /// Reads which entries of the list are requested. Returns a start and a count, or `None` if the
    /// command has no body.
    fn page(payload: &ScanPayload) -> Option<(u32, u32)>;

    /// Returns what to try with these credentials. `seen` is the list of the last scan. An error
    /// means that the credentials are invalid; the client's "apply" then fails.
    fn offer(
        credentials: Self::Credentials,
        seen: &[Self::Entry],
    ) -> Result<Offer<Self::Target>, FailReason>;

    /// Converts the progress of the device to a client's terms.
    fn status(progress: Progress, state: &Self::State) -> Self::Status;
    /// Whether this status tells a client that it has succeeded.
    fn is_connected(status: Self::Status) -> bool;

    /// Writes the body of the response to a "get status".
    fn write_status(status: Self::Status, target: Option<&Self::Target>, writer: &mut Writer<'_>);
}

/// A network in the results of a scan.
pub trait Entry {
    /// Signal strength in dBm.
    fn rssi(&self) -> i8;
    /// Whether both are the same network to a user who chooses by name.
    fn is_same(&self, other: &Self) -> bool;
    /// Writes it for a client.
    fn write(&self, writer: &mut Writer<'_>);
}

/// Credentials that can be tried.
pub struct Offer<T> {
    /// The network and how to join it.
    pub target: T,
    /// Signal strength in dBm at which the last scan found the network, if it did.
    pub rssi: Option<i8>,
    /// Why it is not tried, if the scan shows that it cannot work. The client reads this as its
    /// status.
    pub unsupported: Option<FailReason>,
}

/// The network type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wi-Fi.
    Wifi,
    /// Thread.
    Thread,
}
