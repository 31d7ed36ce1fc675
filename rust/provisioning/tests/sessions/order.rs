//! The order of the application's events, whatever happens.

use provisioning::Event;

/// Checks all events of a device's life. Panics at an event out of order.
pub fn check(events: &[Event]) {
    let mut life = Life::New;
    for (at, event) in events.iter().enumerate() {
        life = life.after(event).unwrap_or_else(|| panic!("{event:?} at {at} of {events:?}"));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Life {
    New,
    Idle,
    /// The service runs. Credentials are awaited, being tried, or have worked.
    Awaiting,
    Trying,
    Failed,
    Succeeded,
    Gone,
}

impl Life {
    fn after(self, event: &Event) -> Option<Self> {
        use Life::{Awaiting, Failed, Gone, Idle, New, Succeeded, Trying};
        let running = !matches!(self, New | Idle | Gone);
        Some(match (event, self) {
            (Event::Init, New) => Idle,
            (Event::Start, Idle | Trying | Failed | Succeeded) => Awaiting,
            (Event::CredRecv, Awaiting | Failed) => Trying,
            (Event::CredFail(_), Trying) => Failed,
            (Event::CredSuccess, Trying) => Succeeded,
            (Event::End, _) if running => Idle,
            (Event::LinkLost | Event::Online | Event::ConnectRetry { .. }, Idle | Succeeded) => {
                self
            }
            (Event::ConnectFailed(_), Idle) => self,
            (Event::Deinit, Idle) => Gone,
            (Event::Attempt { .. } | Event::AttemptFailed { .. }, Trying) => self,
            (
                Event::SessionEstablished(_)
                | Event::ProofMismatch(_)
                | Event::HandshakeInvalid(_)
                | Event::LockedOut(_)
                | Event::ScanStarted
                | Event::ScanDone(_),
                _,
            ) if running => self,
            _ => return None,
        })
    }
}

#[test]
fn the_check_can_fail() {
    let bad = |events: &'static [Event]| std::panic::catch_unwind(|| check(events)).is_err();
    assert!(bad(&[Event::Start]));
    assert!(bad(&[Event::Init, Event::Start, Event::End, Event::End]));
    assert!(bad(&[Event::Init, Event::Start, Event::End, Event::CredSuccess]));
    assert!(!bad(&[
        Event::Init,
        Event::Start,
        Event::End,
        Event::Start,
        Event::End,
        Event::Deinit
    ]));
}
