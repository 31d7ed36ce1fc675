//! Timers: when the manager must be called, and what it does then.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::Manager;
use super::lifecycle::{Ending, Lifecycle, Phase, Retry, Timer};
use crate::network::Network;

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Returns when [`handle_timeout`](Self::handle_timeout) must be called if nothing else happens.
    pub fn next_timeout(&self) -> Option<Instant> {
        let mut next = None;
        for &timer in &Timer::ALL {
            let deadline = self.deadline(timer);
            if next.is_none() || deadline.is_some() && deadline < next {
                next = deadline;
            }
        }
        next
    }

    /// Does one thing that is due. Call it again, after the outputs, while
    /// [`next_timeout`](Self::next_timeout) is not in the future.
    pub fn handle_timeout(&mut self, now: Instant) {
        for &timer in &Timer::ALL {
            if self.deadline(timer).is_some_and(|deadline| deadline <= now)
                && self.run_timer(timer, now)
            {
                return;
            }
        }
    }

    /// Returns when a timer expires, if it is running.
    pub(super) fn deadline(&self, timer: Timer) -> Option<Instant> {
        match (timer, &self.lifecycle) {
            (Timer::End, Lifecycle::Serving(service)) => service.end.map(|end| end.at),
            (Timer::AutoStop, Lifecycle::Serving(service)) => match service.phase {
                Phase::Succeeded { auto_stop_at } => auto_stop_at,
                _ => None,
            },
            (Timer::RetryStored, Lifecycle::Serving(service)) => match service.retry {
                Some(Retry::InTurn(at, _) | Retry::Paused(at, _)) => Some(at),
                Some(Retry::Beside(_)) | None => None,
            },
            (Timer::Session, Lifecycle::Serving(service)) => service.session_end,
            (Timer::End | Timer::AutoStop | Timer::RetryStored | Timer::Session, _) => None,
            (Timer::Scan, _) => self.scan.next_timeout(),
            // The transport may still use the radio.
            (Timer::Attempt, Lifecycle::Ending(_)) => None,
            (Timer::Attempt, _) => self.link.next_timeout(),
        }
    }

    /// Handles an expired timer. Returns whether there was anything to do.
    pub(super) fn run_timer(&mut self, timer: Timer, now: Instant) -> bool {
        match (timer, &mut self.lifecycle) {
            (Timer::End, _) => self.tear_down(now, Ending::Unsuccessful),
            (Timer::AutoStop, Lifecycle::Serving(service)) => {
                service.phase = Phase::Succeeded { auto_stop_at: None };
                self.stop_by_itself(now);
            }
            (Timer::RetryStored, Lifecycle::Serving(service)) => {
                let waits = matches!(service.phase, Phase::Awaiting | Phase::Failed);
                if waits && service.end.is_none() && !self.protocomm.is_responding() {
                    match service.retry {
                        Some(Retry::InTurn(_, connects)) => {
                            self.tear_down(now, Ending::Retry(connects));
                        }
                        Some(Retry::Paused(_, beside)) => self.try_beside(now, beside),
                        Some(Retry::Beside(_)) | None => {}
                    }
                } else {
                    self.client_is_present(now);
                }
            }
            (Timer::Session, Lifecycle::Serving(service)) => {
                service.session_end = None;
                if self.protocomm.is_responding() {
                    self.renew_session(now);
                } else if let Some(session) = self.protocomm.established() {
                    self.close_session(session);
                }
            }
            (Timer::AutoStop | Timer::RetryStored | Timer::Session, _) => {}
            (Timer::Scan, _) => {
                if let Some(result) = self.scan.handle_timeout(now, &self.config, &mut self.out) {
                    self.scan_finished(result);
                }
            }
            (Timer::Attempt, _) => {
                if self.is_held(now) {
                    return false;
                }
                let verdict = self.link.handle_timeout(now, &self.config, &mut self.out);
                self.judge(now, verdict);
            }
        }
        true
    }

    /// Returns whether a due attempt waits for the end of a scan that no client requested. Some
    /// drivers refuse to join a network during a scan.
    pub(super) fn is_held(&mut self, now: Instant) -> bool {
        let scanning =
            if self.link.is_stored() { self.scan.driver_until() } else { self.scan.ahead_until() };
        scanning.is_some_and(|until| now < until && self.link.hold(now, until))
    }
}
