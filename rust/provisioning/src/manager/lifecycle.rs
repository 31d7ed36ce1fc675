//! The states of a manager, and its timers.

use protocomm::Instant;

use crate::connects::{Beside, Connects};
use crate::output::FailReason;

/// The states of the service and of connecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifecycle {
    /// Neither the service nor a `connect` runs.
    Idle(ConnectState),
    /// Stored networks are being tried. If all fail and `or_provision` is set, the service starts.
    Connecting { or_provision: bool, connects: Connects },
    /// The transport is being started. With `stop`, it stops again at once.
    Starting { stop: bool, retry: Option<Connects> },
    /// The service responds to clients.
    Serving(Service),
    /// The transport is being stopped.
    Ending(Ending),
}

/// A running service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) phase: Phase,
    /// The end of the service, if it is scheduled.
    pub(super) end: Option<End>,
    /// How the stored networks are tried again, if the service replaces them.
    pub(super) retry: Option<Retry>,
    /// When the established session ends, unless its client makes a request.
    pub(super) session_end: Option<Instant>,
}

/// How stored networks that could not be joined are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// In turn: the service stops for them at this time, unless a client makes a request.
    InTurn(Instant, Connects),
    /// Beside the service: they are being tried.
    Beside(Beside),
    /// Beside the service, from this time on, unless a client makes a request.
    Paused(Instant, Beside),
}

/// The end of a service that still responds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) at: Instant,
    /// Not caused by a call of the application.
    pub(super) by_itself: bool,
}

/// The progress of offered credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Awaiting,
    Trying,
    Storing,
    /// They have worked. Without a client, the service ends at this time, unless the application
    /// ends it.
    Succeeded {
        auto_stop_at: Option<Instant>,
    },
    Failed,
}

/// What follows the end of a service.
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
    /// A stored network was joined beside the service.
    Online(Beside),
}

/// The state of the last call of [`connect`](super::Manager::connect),
/// [`connect_or_provision`](super::Manager::connect_or_provision) or
/// [`start`](super::Manager::start).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectState {
    /// No such call was made.
    #[default]
    None,
    /// Stored networks are being tried.
    Connecting,
    /// The service runs, starts or ends.
    Provisioning,
    /// Ended: the device is or was online.
    Online,
    /// Ended: no stored network could be joined. The reason is that of the last one.
    Failed(FailReason),
    /// Ended without success, by [`stop`](super::Manager::stop) or
    /// [`deinit`](super::Manager::deinit).
    Cancelled,
    /// Ended: the transport could not be started.
    NotStarted,
}

/// A timer. Its deadline is kept in the state that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// The service ends.
    End,
    /// No client has read the success.
    AutoStop,
    /// No client is active, so the stored networks are tried again.
    RetryStored,
    /// The client of the established session has been silent for too long.
    Session,
    /// The list of a scan is complete.
    Scan,
    /// The next attempt to join a network, or the time limit of the current one.
    Attempt,
}

impl Timer {
    /// All timers, in the order in which they run if they are due together.
    pub(super) const ALL: [Self; 6] =
        [Self::End, Self::AutoStop, Self::RetryStored, Self::Session, Self::Scan, Self::Attempt];
}
