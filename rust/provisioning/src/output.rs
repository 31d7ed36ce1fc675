//! The manager's outputs and their queue.

use core::fmt;

use heapless::Deque;
use protocomm::{EndpointId, Millis, SessionId, Ticket};

use crate::limits::OUTPUTS_MAX;

/// The caller's number for a request, to match responses with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(pub u32);

/// An effect that the caller must bring about. It only says what to do. Get the data when you do
/// it, with [`Manager::target`](crate::Manager::target) or
/// [`Manager::scan_request`](crate::Manager::scan_request).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Call [`Manager::respond`](crate::Manager::respond) with the buffer of this deferred request,
    /// and send what it writes. If the request is gone, call
    /// [`Manager::abandon`](crate::Manager::abandon).
    Respond(RequestId),
    /// Tell the application.
    Event(Event),
    /// Start the transport, then call
    /// [`Manager::service_started`](crate::Manager::service_started).
    StartService,
    /// Stop the transport, then call
    /// [`Manager::service_stopped`](crate::Manager::service_stopped).
    StopService,
    /// Scan with [`Manager::scan_request`](crate::Manager::scan_request), report each network with
    /// [`Manager::scan_result`](crate::Manager::scan_result), then call
    /// [`Manager::scan_done`](crate::Manager::scan_done).
    Scan,
    /// Leave the current network, if any, and join [`Manager::target`](crate::Manager::target).
    /// Report the progress with [`Manager::wifi_event`](crate::Manager::wifi_event) or
    /// [`Manager::thread_event`](crate::Manager::thread_event).
    Connect,
    /// Leave the current network, if any, and join the stored network with this index (from 0).
    /// Ignore any BSSID or channel that is stored with it. Report the progress as for
    /// [`Connect`](Self::Connect); report a network that is no longer stored as a failed attempt.
    ConnectStored(usize),
    /// Stop joining, or leave the network.
    Disconnect,
    /// Store [`Manager::target`](crate::Manager::target), all or nothing, then call
    /// [`Manager::credentials_stored`](crate::Manager::credentials_stored).
    Store,
}

/// A request to one of the application's endpoints. Its plaintext is at the start of the buffer.
#[derive(Debug)]
pub struct Call {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The session that it arrived on.
    pub session: SessionId,
    /// The length of the request in bytes.
    pub length: usize,
    /// The right to respond, with [`Manager::answer`](crate::Manager::answer) or
    /// [`Manager::answer_failed`](crate::Manager::answer_failed).
    pub ticket: Ticket,
}

/// An event for the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The manager was created.
    Init,
    /// The service runs, or waits for credentials again after a reset for re-provisioning.
    Start,
    /// Credentials were received and will be tried: [`Manager::target`](crate::Manager::target).
    CredRecv,
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
    /// A handshake failed: the client did not have the proof of possession.
    ProofMismatch(SessionId),
    /// A handshake failed: the client uses another security version, or its message is malformed.
    HandshakeInvalid(SessionId),
    /// Too many handshakes failed. Further ones are refused for this time.
    LockedOut(Millis),
    /// A client has asked for a scan.
    ScanStarted,
    /// The scan has ended with this number of networks.
    ScanDone(u32),
    /// A connection attempt has started.
    Attempt {
        /// Number of the attempt, counted from 1.
        number: u32,
        /// Total number of attempts.
        of: u32,
    },
    /// An attempt failed; another follows unless none remains.
    AttemptFailed {
        /// Reason.
        reason: FailReason,
        /// Number of attempts that follow.
        remaining: u32,
    },
    /// The device is on the network with stored credentials, after a
    /// [`connect`](crate::Manager::connect) or again after [`LinkLost`](Self::LinkLost).
    Online,
    /// An attempt with stored credentials failed; the next one follows after a pause.
    ConnectRetry {
        /// Reason.
        reason: FailReason,
        /// Pause before the next attempt.
        after: Millis,
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
    /// No such network is in range. With Thread: no device of the network was found, or none
    /// accepted this device.
    NetworkNotFound,
    /// The network's security cannot be used with a passphrase alone (enterprise) or at all (WEP).
    UnsupportedSecurity,
    /// The network is in range but weak, and the attempt ended without a refusal.
    WeakSignal,
    /// The network is in range, and the handshake with it timed out.
    HandshakeTimeout,
    /// The network accepted the device but gave it no address.
    NoAddress,
    /// The credentials worked but could not be stored.
    Storage,
    /// The Thread dataset is malformed or incomplete.
    DatasetInvalid,
}

impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthError => "wrong passphrase",
            Self::NetworkNotFound => "network not found",
            Self::UnsupportedSecurity => "the network's security is not supported",
            Self::WeakSignal => "the network's signal is too weak",
            Self::HandshakeTimeout => "the handshake with the network timed out",
            Self::NoAddress => "the network gave no address",
            Self::Storage => "the credentials could not be stored",
            Self::DatasetInvalid => "the Thread dataset is invalid",
        })
    }
}

/// Effects that the caller has not taken yet.
pub struct Outputs(Deque<Output, OUTPUTS_MAX>);

impl Outputs {
    pub(crate) const fn new() -> Self {
        Self(Deque::new())
    }

    /// Appends an effect.
    #[inline(never)]
    pub(crate) fn push(&mut self, output: Output) {
        let pushed = self.0.push_back(output);
        debug_assert!(pushed.is_ok(), "the outputs of the last call have not been taken");
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, event: Event) {
        self.push(Output::Event(event));
    }

    /// Adds a deferred response in front of everything else, so that no client waits for the
    /// application.
    pub(crate) fn respond(&mut self, request: RequestId) {
        let pushed = self.0.push_front(Output::Respond(request));
        debug_assert!(pushed.is_ok(), "the outputs of the last call have not been taken");
    }

    pub(crate) fn pop(&mut self) -> Option<Output> {
        self.0.pop_front()
    }

    /// Whether half of the queue is in use.
    pub(crate) fn is_half_full(&self) -> bool {
        self.0.len() > OUTPUTS_MAX / 2
    }
}
