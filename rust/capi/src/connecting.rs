//! Connecting with stored credentials: who is at it, and the doing of what the connector wants.

use core::cell::Cell;
use core::ffi::c_int;
use core::time::Duration;

use protocomm::Instant;
use provisioning::State;
use provisioning::wifi::{Action, Connector, Policy, WifiEvent};

use crate::{port, progress, service};

/// How the connecting with stored credentials stands.
#[derive(Clone, Copy)]
enum Connecting {
    /// Nobody connects.
    Idle,
    /// On the way.
    Running(Connector),
    /// It is over, and whoever waits for it has not looked yet.
    Over(Connected),
}

/// How the connecting has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connected {
    /// There is an address.
    Online,
    /// All attempts failed.
    Failed,
    /// The application ended it.
    Cancelled,
}

struct Place(Cell<Connecting>);

// SAFETY: only the provisioning thread uses it (crate documentation).
unsafe impl Sync for Place {}

static CONNECTING: Place = Place(Cell::new(Connecting::Idle));

/// Begins to connect; the errno if it cannot.
pub(crate) fn begin() -> Result<(), c_int> {
    let errno = port::errno();
    let state = service::with_manager(|manager| manager.state()).ok_or(errno.eperm)?;
    if state != State::Idle || !matches!(CONNECTING.0.get(), Connecting::Idle) {
        return Err(errno.ebusy);
    }
    let attempt_timeout = Duration::from_millis(port::settings().attempt_timeout_ms.into());
    let policy = Policy { attempt_timeout, ..Policy::default() };
    let connector = Connector::new(port::now(), port::count_stored(), policy);
    let connector = connector.ok_or(errno.enoent)?;
    if service::is_online() {
        over(Connected::Online);
    } else {
        CONNECTING.0.set(Connecting::Running(connector));
        drive(Connector::handle_timeout);
    }
    Ok(())
}

/// Whether it connects.
pub(crate) fn is_connecting() -> bool {
    matches!(CONNECTING.0.get(), Connecting::Running(_))
}

/// How the connecting has ended, if it has; for the one who waits for it.
pub(crate) fn end() -> Option<Connected> {
    let Connecting::Over(end) = CONNECTING.0.get() else { return None };
    CONNECTING.0.set(Connecting::Idle);
    Some(end)
}

/// Ends it, if it connects.
pub(crate) fn cancel() {
    if let Connecting::Running(connector) = CONNECTING.0.get() {
        over(Connected::Cancelled);
        if connector.is_joining() {
            port::disconnect();
        }
    }
}

fn over(end: Connected) {
    CONNECTING.0.set(Connecting::Over(end));
    progress::update(|_| ());
}

/// Tells the connector something, and does what it wants done.
pub(crate) fn drive(tell: impl FnOnce(&mut Connector, Instant) -> Option<Action>) {
    let mut action = told(tell);
    while let Some(wanted) = action.take() {
        match wanted {
            Action::Join(network) => {
                if let Some(failure) = service::failure(port::connect_stored(network)) {
                    let failed = WifiEvent::ConnectFailed(failure);
                    action = told(|connector, now| connector.handle_event(now, failed));
                }
            }
            Action::Pause(..) => port::disconnect(),
            Action::GiveUp(_) => {
                port::disconnect();
                over(Connected::Failed);
            }
            Action::Connected(_) => over(Connected::Online),
        }
    }
}

fn told(tell: impl FnOnce(&mut Connector, Instant) -> Option<Action>) -> Option<Action> {
    let Connecting::Running(mut connector) = CONNECTING.0.get() else { return None };
    let action = tell(&mut connector, port::now());
    CONNECTING.0.set(Connecting::Running(connector));
    action
}

/// When the connector wants to be called, if it connects.
pub(crate) fn next_timeout() -> Option<Instant> {
    match CONNECTING.0.get() {
        Connecting::Running(connector) => connector.next_timeout(),
        _ => None,
    }
}
