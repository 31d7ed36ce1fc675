//! What the manager wants done.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use heapless::Deque;
use protocomm::{EndpointId, SessionId, Ticket};
use zeroize::Zeroizing;

use crate::error::RequestError;
use crate::limits::OUTPUTS_MAX;
use crate::network::{Machine, Network};
use crate::thread::NetworkName;
use crate::wifi::{Ssid, Wifi};

/// The owner's name for a request, to tell the answers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(pub u32);

/// An effect that the owner must bring about.
#[derive(Debug)]
pub enum Output<N: Network = Wifi> {
    /// Send an answer, or fail the request.
    Reply(Reply),
    /// Run the application's handler, then call [`Manager::answer`](crate::Manager::answer).
    Call(Call),
    /// Tell the application.
    Event(Event),
    /// Start the transport, then call
    /// [`Manager::service_started`](crate::Manager::service_started).
    StartService,
    /// Stop the transport, then call
    /// [`Manager::service_stopped`](crate::Manager::service_stopped).
    StopService,
    /// Scan, tell each network by [`Manager::scan_result`](crate::Manager::scan_result), then
    /// call [`Manager::scan_done`](crate::Manager::scan_done).
    Scan(N::ScanRequest),
    /// Leave the network, if on one, and join this one; report progress by
    /// [`Manager::wifi_event`](crate::Manager::wifi_event), or
    /// [`Manager::thread_event`](crate::Manager::thread_event).
    Connect(N::Target),
    /// Leave the network, if on one, and join the stored network at this index, from 0 up, without
    /// regard to any BSSID or channel that is stored with it; report progress as for
    /// [`Connect`](Self::Connect). A network that is no longer stored is reported as an attempt
    /// that failed.
    ConnectStored(usize),
    /// Give up joining, or leave the network.
    Disconnect,
    /// Store the credentials and how the network was joined, all or nothing, then call
    /// [`Manager::credentials_stored`](crate::Manager::credentials_stored).
    Store(N::Target),
}

/// A request's answer.
#[derive(Debug)]
pub struct Reply {
    /// Which request.
    pub request: RequestId,
    /// The bytes to send, or why there are none: then the transport signals an error.
    pub result: Result<Vec<u8>, RequestError>,
}

/// A request to one of the application's endpoints.
pub struct Call {
    /// Which request.
    pub request: RequestId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The session it came by.
    pub session: SessionId,
    /// What the client wrote; wiped when dropped.
    pub payload: Zeroizing<Vec<u8>>,
    /// The right to answer; its [`reply_max`](Ticket::reply_max) is the longest answer.
    pub ticket: Ticket,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("request", &self.request)
            .field("endpoint", &self.endpoint)
            .field("session", &self.session)
            .field("length", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// What the application is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The manager exists.
    Init,
    /// The service runs, or awaits credentials anew after a re-provisioning.
    Start,
    /// Credentials for this network came in and are going to be tried.
    CredRecv(Ssid),
    /// The same for a Thread network, of this name if the dataset has one.
    DatasetRecv(Option<NetworkName>),
    /// The credentials did not work.
    CredFail(FailReason),
    /// The credentials worked and are stored.
    CredSuccess,
    /// The service has ended.
    End,
    /// The manager is about to be dropped.
    Deinit,
    /// A client has completed the handshake.
    SessionEstablished(SessionId),
    /// A client did not know the proof of possession.
    ProofMismatch(SessionId),
    /// Too many clients did not: handshakes are refused for this long.
    LockedOut(Duration),
    /// A client has asked for a scan.
    ScanStarted,
    /// The scan has ended with so many networks.
    ScanDone(usize),
    /// A connection is being tried.
    Attempt {
        /// Which attempt, from 1.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// The attempt failed; another follows unless none remains.
    AttemptFailed {
        /// Why.
        reason: FailReason,
        /// How many more will be made.
        remaining: u32,
    },
    /// The device is on the network, with credentials that were stored before: after a
    /// [`connect`](crate::Manager::connect), or again after [`LinkLost`](Self::LinkLost).
    Online,
    /// An attempt with stored credentials failed; the next one follows after a pause.
    ConnectRetry {
        /// Why.
        reason: FailReason,
        /// The pause.
        after: Duration,
    },
    /// No stored network could be joined.
    ConnectFailed(FailReason),
    /// The device is no longer on the network.
    LinkLost,
}

/// Why credentials did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailReason {
    /// The network refused the passphrase.
    AuthError,
    /// No such network is in range.
    NetworkNotFound,
    /// The network has a security that cannot be used with a passphrase alone (enterprise) or
    /// at all (WEP).
    UnsupportedSecurity,
    /// The network accepted the device but gave it no address.
    NoAddress,
    /// The credentials worked but could not be stored.
    Storage,
    /// The Thread dataset is none, or lacks something.
    DatasetInvalid,
}

impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthError => "wrong passphrase",
            Self::NetworkNotFound => "network not found",
            Self::UnsupportedSecurity => "the network's security is not supported",
            Self::NoAddress => "the network gave no address",
            Self::Storage => "the credentials could not be stored",
            Self::DatasetInvalid => "the Thread dataset is invalid",
        })
    }
}

/// The effects that wait for the owner.
pub struct Outputs<N: Machine>(Deque<Output<N>, OUTPUTS_MAX>);

impl<N: Machine> Outputs<N> {
    pub(crate) const fn new() -> Self {
        Self(Deque::new())
    }

    /// Adds an effect behind the others.
    pub(crate) fn push(&mut self, output: Output<N>) {
        let pushed = self.0.push_back(output);
        debug_assert!(pushed.is_ok(), "the owner has not taken the outputs of its last call");
    }

    /// Adds an answer before everything else: no client waits for the application.
    pub(crate) fn reply(&mut self, reply: Reply) {
        let pushed = self.0.push_front(Output::Reply(reply));
        debug_assert!(pushed.is_ok(), "the owner has not taken the outputs of its last call");
    }

    pub(crate) fn pop(&mut self) -> Option<Output<N>> {
        self.0.pop_front()
    }

    /// Whether half of the room is taken.
    pub(crate) fn is_half_full(&self) -> bool {
        self.0.len() > OUTPUTS_MAX / 2
    }
}
