//! From credentials to an address: attempts, their watchdogs, and what a client reads of it.

use core::net::Ipv4Addr;

use protocomm::Instant;

use super::Wifi;
use super::types::{ConnectFailure, ConnectRequest, Credentials, Link, Security, WifiEvent};
use crate::config::Config;
use crate::network::{self, Link as _, Verdict};
use crate::output::{Event, FailReason, Output, Outputs};
use crate::step::Step;

/// How the station stands, in the words of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationStatus {
    /// No credentials have been tried.
    Disconnected,
    /// An attempt is under way.
    Connecting,
    /// An attempt failed, and so many are left, of which one is under way.
    AttemptFailed {
        /// How many are left.
        remaining: u32,
    },
    /// The station is on the network and has an address.
    Connected {
        /// The link.
        link: Link,
        /// The address.
        address: Ipv4Addr,
    },
    /// The credentials did not work.
    Failed(FailReason),
}

/// The station's side of provisioning. It knows nothing of sessions and clients.
pub struct Station {
    /// One that is there may lose the link, and then joins again.
    step: Step,
    /// The credentials being tried or in use.
    target: Option<Target>,
    /// As the driver told last.
    link: Option<Link>,
    address: Option<Ipv4Addr>,
    /// A link that is being left will report that it is down: that is no failure.
    leaving: bool,
}

struct Target {
    request: ConnectRequest,
    /// The last scan saw the network.
    in_range: bool,
    /// Attempts of this run that failed.
    failed: u32,
    attempts: u32,
    /// The credentials have worked once.
    proven: bool,
    /// The last failure that told its reason.
    reason: Option<FailReason>,
}

impl network::Link<Wifi> for Station {
    const NEW: Self =
        Self { step: Step::Idle, target: None, link: None, address: None, leaving: false };

    fn cancel(&mut self, out: &mut Outputs) {
        if self.step.is_trying() {
            self.leave(out);
        }
        self.forget();
    }

    fn disconnect(&mut self, out: &mut Outputs) {
        if self.link.is_some() || self.step.is_trying() {
            self.leave(out);
        }
        self.forget();
    }

    fn forget(&mut self) {
        self.step = Step::Idle;
        self.target = None;
    }

    fn target(&self) -> Option<&ConnectRequest> {
        self.target.as_ref().map(|target| &target.request)
    }

    fn step(&self) -> Step {
        self.step
    }

    fn step_mut(&mut self) -> &mut Step {
        &mut self.step
    }

    fn status(&self) -> StationStatus {
        match (self.step, &self.target) {
            (Step::Idle, _) => StationStatus::Disconnected,
            (Step::There, _) => match (self.link, self.address) {
                (Some(link), Some(address)) => StationStatus::Connected { link, address },
                _ => StationStatus::Connecting,
            },
            (_, Some(target)) if target.failed > 0 && !target.proven => {
                StationStatus::AttemptFailed { remaining: target.remaining() }
            }
            _ => StationStatus::Connecting,
        }
    }

    fn handle_timeout(
        &mut self,
        now: Instant,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        match self.step {
            Step::Waiting { until } | Step::Held { until } if until <= now => {
                self.join(now, config, out);
                None
            }
            Step::Trying { until } if until <= now => {
                let no_address = self.link.map(|_| FailReason::NoAddress);
                self.attempt_failed(now, no_address, config, out)
            }
            _ => None,
        }
    }

    fn handle_event(
        &mut self,
        now: Instant,
        event: WifiEvent,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        match event {
            WifiEvent::LinkUp(link) => {
                self.leaving = false;
                self.link = Some(link);
                self.address = None;
                None
            }
            WifiEvent::GotAddress(address) => {
                // An address without a link is a late word of the network before.
                self.link?;
                self.address = Some(address);
                let target = self.target.as_mut()?;
                match self.step {
                    Step::Trying { .. } => {}
                    // The driver was faster to find the network again.
                    Step::Waiting { .. } | Step::Held { .. } if target.proven => {}
                    _ => return None,
                }
                self.step = Step::There;
                target.failed = 0;
                let first = !core::mem::replace(&mut target.proven, true);
                if first {
                    target.learn(self.link);
                }
                first.then_some(Verdict::Online)
            }
            WifiEvent::ConnectFailed(failure) => {
                self.link_lost();
                let Step::Trying { .. } = self.step else { return None };
                self.attempt_failed(now, failure.reason(), config, out)
            }
            WifiEvent::LinkDown(failure) => {
                let had_link = self.link_lost();
                if core::mem::take(&mut self.leaving) {
                    return None;
                }
                match self.step {
                    Step::Trying { .. } => self.attempt_failed(now, failure.reason(), config, out),
                    Step::There if had_link => {
                        self.step = Step::Waiting { until: now.after(config.retry_delay) };
                        None
                    }
                    _ => None,
                }
            }
        }
    }
}

impl Station {
    /// Begins to try credentials.
    pub(crate) fn begin(
        &mut self,
        now: Instant,
        credentials: Credentials,
        security: Security,
        in_range: bool,
        config: &Config,
    ) {
        self.target = Some(Target {
            request: ConnectRequest { credentials, security },
            in_range,
            failed: 0,
            attempts: config.wifi_conn_attempts.max(1),
            proven: false,
            reason: None,
        });
        self.step = Step::Waiting { until: now.after(config.connect_delay) };
    }

    /// Gives up what has begun, but keeps the credentials for the application to look at.
    pub(crate) fn give_up(&mut self) {
        self.step = Step::Idle;
    }

    /// The credentials being tried, or that worked.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.target.as_ref().map(|target| &target.request.credentials)
    }

    /// Attempts left of this run; none if none is under way.
    pub(crate) fn remaining_attempts(&self) -> Option<u32> {
        let trying = !matches!(self.step, Step::Idle | Step::There);
        self.target.as_ref().filter(|_| trying).map(Target::remaining)
    }

    fn join(&mut self, now: Instant, config: &Config, out: &mut Outputs) {
        let Some(target) = &self.target else { return };
        // Joining leaves the network that the device is on.
        self.leaving |= self.link.is_some();
        self.step = Step::Trying { until: now.after(config.attempt_timeout) };
        if !target.proven {
            let number = target.failed.saturating_add(1);
            out.event(Event::Attempt { number, of: target.attempts });
        }
        out.push(Output::Connect);
        self.link_lost();
    }

    fn attempt_failed(
        &mut self,
        now: Instant,
        reason: Option<FailReason>,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        // A supplicant may go on trying by itself.
        self.leave(out);
        let target = self.target.as_mut()?;
        target.failed = target.failed.saturating_add(1);
        target.reason = reason.or(target.reason);
        if target.proven {
            // The credentials are good; the network is not there just now.
            let delay = config.retry_delay.saturating_mul(1 << target.failed.min(7));
            self.step = Step::Waiting { until: now.after(delay) };
            return None;
        }
        let remaining = target.remaining();
        // Nothing told why: a network in range that does not let us in refuses us.
        let guess =
            if target.in_range { FailReason::AuthError } else { FailReason::NetworkNotFound };
        let reason = target.reason.unwrap_or(guess);
        out.event(Event::AttemptFailed { reason, remaining });
        if remaining > 0 {
            self.step = Step::Waiting { until: now.after(config.retry_delay) };
            return None;
        }
        self.forget();
        Some(Verdict::Failed(reason))
    }

    fn leave(&mut self, out: &mut Outputs) {
        self.leaving |= self.link_lost();
        out.push(Output::Disconnect);
    }

    /// Forgets the link; tells whether there was one.
    fn link_lost(&mut self) -> bool {
        self.address = None;
        self.link.take().is_some()
    }
}

impl Target {
    /// Keeps how the network is joined, as the link tells, if no scan had seen it.
    fn learn(&mut self, link: Option<Link>) {
        if self.request.security == Security::Unknown
            && let Some(Some(known)) = link.map(|link| Security::of(link.auth))
            && known != Security::Open
        {
            self.request.security = known;
        }
    }

    fn remaining(&self) -> u32 {
        self.attempts.saturating_sub(self.failed)
    }
}

impl ConnectFailure {
    fn reason(self) -> Option<FailReason> {
        match self {
            Self::WrongPassword => Some(FailReason::AuthError),
            Self::NotFound => Some(FailReason::NetworkNotFound),
            Self::Other => None,
        }
    }
}
