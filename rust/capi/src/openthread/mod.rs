//! A device for Thread: what there is of its network beside the manager.

pub mod api;
pub mod glue;
pub mod port;

use core::ffi::c_int;

use protocomm::{Instant, Millis};
pub(crate) use provisioning::thread::{
    Action, Reconnector as Connector, Thread as Network, ThreadEvent as Event,
};
use provisioning::thread::{Attached, Dataset, Policy};

pub(crate) use self::port::{disconnect, scan, store};
use crate::connecting::{Connected, Next};
use crate::owner::Manager;
use crate::port::{errno, is_stored, now, settings};

/// How the network stands: what the device is attached to.
#[derive(Clone, Copy)]
pub(crate) struct State {
    attached: Option<Attached>,
}

impl State {
    pub(crate) const NEW: Self = Self { attached: None };

    /// How it stands after this.
    pub(crate) fn after(self, event: Event) -> Self {
        match event {
            Event::Attached(attached) => Self { attached: Some(attached) },
            Event::Detached | Event::Refused | Event::Failed => Self::NEW,
        }
    }

    pub(crate) fn is_online(self) -> bool {
        self.attached.is_some()
    }

    /// What a new manager is told of it.
    pub(crate) fn introduction(self) -> Option<Event> {
        self.attached.map(Event::Attached)
    }
}

/// Tells the manager.
pub(crate) fn tell(manager: &mut Manager, event: Event) {
    manager.thread_event(now(), event);
}

/// Starts to attach with a dataset; what went wrong if that was not possible.
pub(crate) fn connect(dataset: &Dataset) -> Option<Event> {
    failure(port::attach(dataset.as_bytes()))
}

fn failure(error: c_int) -> Option<Event> {
    match error {
        0 => None,
        error if error == -errno().einval => Some(Event::Refused),
        _ => Some(Event::Failed),
    }
}

/// The way back into the stored network, if there is one.
pub(crate) fn connector(now: Instant) -> Option<Connector> {
    let attempt_timeout = Millis::from_millis(settings().attempt_timeout_ms);
    let policy = Policy { attempt_timeout, ..Policy::default() };
    is_stored().then(|| Connector::new(now, policy))
}

/// Does what the connector wants done.
pub(crate) fn act(action: Action) -> Next {
    match action {
        Action::Attach => failure(port::attach_stored()).map_or(Next::Wait, Next::Tell),
        Action::Pause(..) => {
            disconnect();
            Next::Wait
        }
        Action::GiveUp(_) => {
            disconnect();
            Next::Over(Connected::Failed)
        }
        Action::Attached => Next::Over(Connected::Online),
    }
}
