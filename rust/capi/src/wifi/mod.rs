//! A device for Wi-Fi: what there is of its network beside the manager.

pub mod api;
pub mod glue;
pub mod port;

use core::ffi::c_int;

use protocomm::{Instant, Millis};
pub(crate) use provisioning::wifi::{Action, Connector, Wifi as Network, WifiEvent as Event};
use provisioning::wifi::{ConnectFailure, ConnectRequest, Link, Policy};

pub(crate) use self::port::{disconnect, scan, store};
use crate::connecting::{Connected, Next};
use crate::owner::Manager;
use crate::port::{errno, now, settings};

/// How the network stands: the link, and whether there is an address.
#[derive(Clone, Copy)]
pub(crate) struct State {
    link: Option<Link>,
    online: bool,
}

impl State {
    pub(crate) const NEW: Self = Self { link: None, online: false };

    /// How it stands after this.
    pub(crate) fn after(self, event: Event) -> Self {
        match event {
            Event::LinkUp(link) => Self { link: Some(link), online: false },
            Event::LinkDown(_) | Event::ConnectFailed(_) => Self::NEW,
            // Without a link it is a late word of the network before.
            Event::GotAddress(_) => Self { online: self.link.is_some(), ..self },
        }
    }

    pub(crate) fn is_online(self) -> bool {
        self.online
    }

    /// What a new manager is told of it.
    pub(crate) fn introduction(self) -> Option<Event> {
        self.link.map(Event::LinkUp)
    }
}

/// Tells the manager.
pub(crate) fn tell(manager: &mut Manager, event: Event) {
    manager.wifi_event(now(), event);
}

/// Starts to join a network; what went wrong if that was not possible.
pub(crate) fn connect(request: &ConnectRequest) -> Option<Event> {
    failure(port::connect(request))
}

/// What a driver means that could not begin to join.
fn failure(error: c_int) -> Option<Event> {
    Some(Event::ConnectFailed(match error {
        0 => return None,
        // It refuses a passphrase that cannot be one before it tries.
        error if error == -errno().einval => ConnectFailure::WrongPassword,
        _ => ConnectFailure::Other,
    }))
}

/// The way back to the stored networks, if there are any.
pub(crate) fn connector(now: Instant) -> Option<Connector> {
    let attempt_timeout = Millis::from_millis(settings().attempt_timeout_ms);
    let policy = Policy { attempt_timeout, ..Policy::default() };
    Connector::new(now, port::count_stored(), policy)
}

/// Does what the connector wants done.
pub(crate) fn act(action: Action) -> Next {
    match action {
        Action::Join(network) => {
            failure(port::connect_stored(network)).map_or(Next::Wait, Next::Tell)
        }
        Action::Pause(..) => {
            disconnect();
            Next::Wait
        }
        Action::GiveUp(_) => {
            disconnect();
            Next::Over(Connected::Failed)
        }
        Action::Connected(_) => Next::Over(Connected::Online),
    }
}
