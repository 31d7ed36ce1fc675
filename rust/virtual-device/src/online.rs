//! How a device that has credentials connects by itself: a few attempts with a growing pause
//! between them, each with a watchdog. Like the core it does no I/O and has no clock.

use std::net::Ipv4Addr;
use std::time::Duration;

use protocomm::Instant;
use provisioning::FailReason;
use provisioning::wifi::{ConnectFailure, ConnectRequest, Credentials, Security, WifiEvent};

/// Attempts before the credentials are given up for now.
const ATTEMPTS: u32 = 4;
/// The first pause; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// One attempt, address included.
const WATCHDOG: Duration = Duration::from_secs(15);

/// A device on its way to the network it knows.
pub struct Connector {
    request: ConnectRequest,
    failed: u32,
    linked: bool,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Waiting { until: Instant },
    Joining { until: Instant },
    Over,
}

/// What the owner has to do or to know.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// Join this network.
    Join(ConnectRequest),
    /// The attempt failed: give it up; the next one is so much later.
    Pause(FailReason, Duration),
    /// The attempt failed, and it was the last.
    GiveUp(FailReason),
    /// The device has this address.
    Connected(Ipv4Addr),
}

impl Connector {
    /// Begins with an attempt at once.
    pub fn new(now: Instant, credentials: Credentials) -> Self {
        // No scan has told how the network wants to be joined.
        let open = credentials.passphrase.is_empty();
        let security = if open { Security::Open } else { Security::Unknown };
        Self {
            request: ConnectRequest { credentials, security },
            failed: 0,
            linked: false,
            step: Step::Waiting { until: now },
        }
    }

    /// The credentials in use.
    pub fn credentials(&self) -> &Credentials {
        &self.request.credentials
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.step {
            Step::Waiting { until } | Step::Joining { until } => Some(until),
            Step::Over => None,
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Action> {
        match self.step {
            Step::Waiting { until } if until <= now => {
                self.linked = false;
                self.step = Step::Joining { until: now.after(WATCHDOG) };
                Some(Action::Join(self.request.clone()))
            }
            Step::Joining { until } if until <= now => {
                let silent = FailReason::NetworkNotFound;
                Some(self.failed(now, if self.linked { FailReason::NoAddress } else { silent }))
            }
            _ => None,
        }
    }

    /// Takes what the radio reports.
    pub fn handle_event(&mut self, now: Instant, event: WifiEvent) -> Option<Action> {
        let Step::Joining { .. } = self.step else { return None };
        match event {
            WifiEvent::LinkUp(_) => {
                self.linked = true;
                None
            }
            WifiEvent::GotAddress(address) => {
                self.step = Step::Over;
                Some(Action::Connected(address))
            }
            WifiEvent::ConnectFailed(failure) => Some(self.failed(now, reason(failure))),
            // Without a link it is the end of the one before.
            WifiEvent::LinkDown(failure) => self.linked.then(|| self.failed(now, reason(failure))),
        }
    }

    fn failed(&mut self, now: Instant, reason: FailReason) -> Action {
        self.failed += 1;
        if self.failed >= ATTEMPTS {
            self.step = Step::Over;
            return Action::GiveUp(reason);
        }
        let pause = PAUSE * (1 << (self.failed - 1));
        self.step = Step::Waiting { until: now.after(pause) };
        Action::Pause(reason, pause)
    }
}

fn reason(failure: ConnectFailure) -> FailReason {
    match failure {
        ConnectFailure::NotFound => FailReason::NetworkNotFound,
        ConnectFailure::WrongPassword | ConnectFailure::Other => FailReason::AuthError,
    }
}

#[cfg(test)]
mod tests {
    use provisioning::wifi::{AuthMode, Link, Passphrase, Ssid};

    use super::*;

    const LINK: Link = Link { bssid: [0; 6], channel: 1, auth: AuthMode::Wpa2Psk };

    fn connector() -> Connector {
        let credentials = Credentials {
            ssid: Ssid::new(b"home").unwrap(),
            passphrase: Passphrase::new(b"passphrase").unwrap(),
            bssid: None,
            channel: None,
        };
        Connector::new(Instant::default(), credentials)
    }

    /// Waits for what comes next, and tells when and what that was.
    fn next(connector: &mut Connector) -> (u64, Action) {
        let when = connector.next_timeout().unwrap();
        (when.as_millis(), connector.handle_timeout(when).unwrap())
    }

    #[test]
    fn attempts_pause_longer_and_end() {
        let mut connector = connector();
        let mut pauses = Vec::new();
        let not_found = WifiEvent::ConnectFailed(ConnectFailure::NotFound);
        let end = loop {
            let (when, Action::Join(_)) = next(&mut connector) else { panic!() };
            match connector.handle_event(Instant::from_millis(when), not_found) {
                Some(Action::Pause(FailReason::NetworkNotFound, pause)) => pauses.push(pause),
                other => break other,
            }
        };
        assert_eq!(pauses, [1, 2, 4].map(Duration::from_secs));
        assert_eq!(end, Some(Action::GiveUp(FailReason::NetworkNotFound)));
        assert_eq!(connector.next_timeout(), None);
    }

    #[test]
    fn an_address_is_the_end() {
        let mut connector = connector();
        next(&mut connector);
        let now = Instant::from_millis(5);
        let down = WifiEvent::LinkDown(ConnectFailure::Other);
        assert_eq!(connector.handle_event(now, down), None, "of the network before");
        assert_eq!(connector.handle_event(now, WifiEvent::LinkUp(LINK)), None);
        let address = Ipv4Addr::new(10, 0, 0, 7);
        let connected = connector.handle_event(now, WifiEvent::GotAddress(address));
        assert_eq!(connected, Some(Action::Connected(address)));
        assert_eq!(connector.handle_event(now, down), None);
        assert_eq!(connector.next_timeout(), None);
    }

    #[test]
    fn a_watchdog_tells_a_link_without_address_from_silence() {
        let mut connector = connector();
        next(&mut connector);
        let silence = Action::Pause(FailReason::NetworkNotFound, PAUSE);
        assert_eq!(next(&mut connector), (15_000, silence));
        next(&mut connector);
        connector.handle_event(Instant::from_millis(16_001), WifiEvent::LinkUp(LINK));
        assert_eq!(next(&mut connector), (31_000, Action::Pause(FailReason::NoAddress, 2 * PAUSE)));
    }
}
