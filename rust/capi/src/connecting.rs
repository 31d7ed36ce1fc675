//! Connecting with stored credentials: who is at it, and the doing of what the connector wants.

use core::cell::Cell;
use core::ffi::c_int;

use protocomm::Instant;
use provisioning::State;

use crate::network::{self, Connector};
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
    let connector = network::connector(port::now());
    let connector = connector.ok_or(errno.enoent)?;
    if service::is_online() {
        over(Connected::Online);
    } else {
        CONNECTING.0.set(Connecting::Running(connector));
        drive(|connector, now| connector.handle_timeout(now));
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
            network::disconnect();
        }
    }
}

fn over(end: Connected) {
    CONNECTING.0.set(Connecting::Over(end));
    progress::update(|_| ());
}

/// What comes of an action of the connector.
pub(crate) enum Next {
    /// What the network reports.
    Wait,
    /// This is told the connector at once.
    Tell(network::Event),
    /// The end.
    Over(Connected),
}

/// Tells the connector something, and does what it wants done.
pub(crate) fn drive(tell: impl FnOnce(&mut Connector, Instant) -> Option<network::Action>) {
    let mut action = told(tell);
    while let Some(wanted) = action.take() {
        match network::act(wanted) {
            Next::Wait => {}
            Next::Tell(event) => {
                action = told(|connector, now| connector.handle_event(now, event));
            }
            Next::Over(end) => over(end),
        }
    }
}

fn told(
    tell: impl FnOnce(&mut Connector, Instant) -> Option<network::Action>,
) -> Option<network::Action> {
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
