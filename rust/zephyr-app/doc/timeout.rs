use network_provisioning::{Event, Events};
use zephyr::time::Duration;

/// Whether a client has come within a minute.
pub fn somebody_comes(events: &Events) -> bool {
    while let Ok(event) = events.recv_timeout(Duration::secs_at_least(60)) {
        if event == Event::SessionEstablished {
            return true;
        }
    }
    false
}
