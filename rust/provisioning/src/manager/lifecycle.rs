//! The states of a manager, and its timers.

use protocomm::Instant;

use crate::connects::Connects;
use crate::output::FailReason;

/// The life of the service, and of the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifecycle {
    /// Neither the service runs nor a `connect`.
    Idle(ConnectState),
    /// Stored networks are being tried; if all fail, the service starts if that is wanted.
    Connecting { or_provision: bool, connects: Connects },
    /// The transport is being started. It stops at once if that was asked for meanwhile.
    Starting { stop: bool, retry: Option<Connects> },
    /// The service responds to clients.
    Serving(Service),
    /// The transport is being stopped.
    Ending(Ending),
}

/// A service that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) phase: Phase,
    /// When the service ends, if that is decided.
    pub(super) end: Option<End>,
    /// When it gives way to the stored networks, unless a client makes a request.
    pub(super) retry_at: Option<(Instant, Connects)>,
    /// When the established session ends, unless its client makes a request.
    pub(super) session_end: Option<Instant>,
}

/// The end of a service that still responds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) at: Instant,
    /// Not by a call of the application.
    pub(super) by_itself: bool,
}

/// The progress of offered credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Awaiting,
    Trying,
    Storing,
    /// They have worked. Without a client the service ends then, unless that is left to the
    /// application.
    Succeeded {
        auto_stop_at: Option<Instant>,
    },
    Failed,
}

/// What comes after the end of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing.
    Unsuccessful,
    /// Credentials have worked and are being stored.
    Storing,
    /// Credentials are stored.
    Succeeded,
    /// The stored networks are tried again.
    Retry(Connects),
}

/// What [`connect`](super::Manager::connect),
/// [`connect_or_provision`](super::Manager::connect_or_provision) or
/// [`start`](super::Manager::start) has come to: the last one called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectState {
    /// None was called.
    #[default]
    None,
    /// Stored networks are being tried.
    Connecting,
    /// The service runs, or is about to start or to end.
    Provisioning,
    /// It has ended: the device is online, or was.
    Online,
    /// It has ended: no stored network could be joined, for this reason the last one.
    Failed(FailReason),
    /// It has ended without a success, by [`stop`](super::Manager::stop) or
    /// [`deinit`](super::Manager::deinit).
    Cancelled,
    /// It has ended: the transport could not be started.
    NotStarted,
}

/// A timer. Its deadline is kept in the state that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// The service ends.
    End,
    /// No client has asked for the success.
    AutoStop,
    /// No client is there: the stored networks are tried again.
    RetryStored,
    /// The client of the established session has been silent for too long.
    Session,
    /// The list of a scan is complete.
    Scan,
    /// The next attempt to join a network, or the timeout of the present one.
    Attempt,
}

impl Timer {
    /// All, in the order in which they run off if they are due together.
    pub(super) const ALL: [Self; 6] =
        [Self::End, Self::AutoStop, Self::RetryStored, Self::Session, Self::Scan, Self::Attempt];
}
