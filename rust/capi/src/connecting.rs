//! Connecting with stored credentials: who is at it, and the doing of what the connector wants.

use core::ffi::c_int;

use protocomm::Instant;
use provisioning::State;

use crate::network::{self, Connector};
use crate::{owner, port, progress, service};

/// How the connecting with stored credentials stands.
#[derive(Clone, Copy)]
pub(crate) enum Connecting {
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

impl Connecting {
    /// Whether a device is on its way.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

fn get() -> Connecting {
    owner::with(|owner| owner.connecting)
}

fn set(connecting: Connecting) {
    owner::with(|owner| owner.connecting = connecting);
}

/// Begins to connect; the errno if it cannot.
pub(crate) fn begin() -> Result<(), c_int> {
    let errno = port::errno();
    let state = owner::with_manager(|manager| manager.state()).ok_or(errno.eperm)?;
    if state != State::Idle || !matches!(get(), Connecting::Idle) {
        return Err(errno.ebusy);
    }
    let connector = network::connector(port::now());
    let connector = connector.ok_or(errno.enoent)?;
    if service::is_online() {
        over(Connected::Online);
    } else {
        set(Connecting::Running(connector));
        drive(|connector, now| connector.handle_timeout(now));
    }
    Ok(())
}

/// How the connecting has ended, if it has; for the one who waits for it.
pub(crate) fn end() -> Option<Connected> {
    let Connecting::Over(end) = get() else { return None };
    set(Connecting::Idle);
    Some(end)
}

/// Ends it, if it connects.
pub(crate) fn cancel() {
    if let Connecting::Running(connector) = get() {
        over(Connected::Cancelled);
        if connector.is_joining() {
            network::disconnect();
        }
    }
}

fn over(end: Connected) {
    set(Connecting::Over(end));
    progress::announce();
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
    let now = port::now();
    owner::with(|owner| match &mut owner.connecting {
        Connecting::Running(connector) => tell(connector, now),
        _ => None,
    })
}

/// When the connector wants to be called, if it connects.
pub(crate) fn next_timeout() -> Option<Instant> {
    match get() {
        Connecting::Running(connector) => connector.next_timeout(),
        _ => None,
    }
}
