use network_provisioning::{Event, Events};
use zephyr::time::Duration;

/// Waits up to a minute for each event; returns whether a client has established a session.
pub fn client_connects(events: &Events) -> bool {
    while let Ok(event) = events.recv_timeout(Duration::secs_at_least(60)) {
        if event == Event::SessionEstablished {
            return true;
        }
    }
    false
}
