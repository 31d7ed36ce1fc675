//! The link machine: from credentials to a network, and back to it when the link is lost.
//!
//! There is one machine for all types of network. It is fed from two sources: credentials that a
//! client or the application *offers*, and networks that are *stored*, which it names by their
//! index in the caller's store. What differs between types of network is [`LinkType`].

#[cfg(test)]
mod tests;

use core::fmt::Debug;

use protocomm::{Instant, Millis};

use crate::config::Config;
use crate::connects::Connects;
use crate::limits::WEAK_RSSI;
use crate::output::{Event, FailReason, Output, Outputs};

/// What the link machine needs to know of a type of network.
pub trait LinkType: Sized + 'static {
    /// Credentials, and how the network is joined with them.
    type Target: Clone + Debug + PartialEq + Eq;
    /// What the driver has reported last.
    type State: Copy + Debug + PartialEq + Eq + Default;
    /// What the driver reports.
    type Event;

    /// Whether the network stack finds a lost network by itself.
    const STACK_REJOINS: bool;

    /// How many attempts offered credentials have, at least 1.
    fn attempts(config: &Config) -> u32;

    /// Removes what a client said about where the network is. Returns whether there was anything.
    fn drop_hints(target: &mut Self::Target) -> bool;

    /// Completes the target of a successful attempt with what the link tells.
    fn learn(target: &mut Self::Target, state: &Self::State);

    /// Takes a report of the driver. `trying` is the target of the attempt in progress, if that is
    /// with offered credentials, and the settings.
    fn update(
        state: &mut Self::State,
        event: Self::Event,
        trying: Option<(&Self::Target, &Config)>,
    ) -> Change;

    /// The device is told to leave its network or to join another one.
    fn leave(state: &mut Self::State);

    /// Whether the device is linked to a network, with or without an address.
    fn is_linked(state: &Self::State) -> bool;

    /// Whether the device can use a network.
    fn is_online(state: &Self::State) -> bool;

    /// Why an attempt failed that ran into its timeout, if that is known.
    fn timeout_reason(state: &Self::State) -> Option<FailReason>;
}

/// What a report of the driver means for an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The device is on the network.
    Online,
    /// The attempt failed, for this reason if it is known.
    Failed(Option<FailReason>),
    /// The link is lost, for this reason if it is known.
    Lost(Option<FailReason>),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The device is on the network for the first time in this run.
    Online,
    /// All attempts failed.
    Failed(FailReason),
}

/// The progress of a device on its way to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No attempt is in progress; the last one failed for this reason, if any.
    Offline(Option<FailReason>),
    /// An attempt is in progress.
    Connecting,
    /// An attempt with offered credentials failed; `remaining` are left, one of which is in
    /// progress.
    Retrying {
        /// The attempts that are left.
        remaining: u32,
    },
    /// The device is on a network.
    Online,
}

/// The link machine.
pub struct LinkMachine<N: LinkType> {
    state: N::State,
    run: Option<Run<N::Target>>,
}

/// Attempts with one source of credentials.
struct Run<T> {
    source: Source<T>,
    attempt: Attempt,
    /// Rounds that have failed since the start, or since the link was lost. A round of offered
    /// credentials is one attempt.
    failed: u32,
    /// The last reason that an attempt gave.
    reason: Option<FailReason>,
    /// The device has been online in this run.
    proven: bool,
    /// The application knows that, and is told when the link is lost or restored.
    announced: bool,
}

enum Source<T> {
    /// Credentials of a client or of the application.
    Offered {
        target: T,
        /// The strength at which the last scan found the network in dBm, if it did.
        rssi: Option<i8>,
        attempts: u32,
        /// The number of the last attempt that was reported.
        reported: u32,
    },
    /// Networks in the caller's store, by index.
    Stored {
        networks: usize,
        next: usize,
        #[expect(dead_code, reason = "a build without a value has no such source")]
        connects: Connects,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// The next attempt starts then.
    Waiting { until: Instant },
    /// The radio scans; the next attempt starts when the scan ends, or then at the latest.
    Held { until: Instant },
    /// An attempt is in progress and fails then.
    Trying { until: Instant },
    /// The device is on the network.
    Online,
    /// The link is lost, and the network stack finds it again by itself.
    Lost,
    /// None is made: a scan tells that the credentials cannot work.
    Refused,
}

impl<N: LinkType> LinkMachine<N> {
    /// A machine that has nothing to join.
    pub fn new() -> Self {
        Self { state: N::State::default(), run: None }
    }

    /// Tries offered credentials, after a delay in which the response to the client leaves.
    pub fn offer(&mut self, now: Instant, target: N::Target, rssi: Option<i8>, config: &Config) {
        let attempts = N::attempts(config);
        self.run = Some(Run {
            source: Source::Offered { target, rssi, attempts, reported: 0 },
            attempt: Attempt::Waiting { until: now.after(config.connect_delay) },
            failed: 0,
            reason: None,
            proven: false,
            announced: false,
        });
    }

    /// Makes no attempt with the credentials that were offered, which stay there to be looked at.
    pub fn refuse(&mut self) {
        if let Some(run) = &mut self.run {
            run.attempt = Attempt::Refused;
        }
    }

    /// Tries the stored networks, of which there is at least one. Returns whether the device is
    /// online already.
    pub fn connect_stored(&mut self, now: Instant, networks: usize, connects: Connects) -> bool {
        let online = self.is_online();
        let attempt = if online { Attempt::Online } else { Attempt::Waiting { until: now } };
        self.run = Some(Run {
            source: Source::Stored { networks, next: 0, connects },
            attempt,
            failed: 0,
            reason: None,
            proven: online,
            announced: true,
        });
        online
    }

    /// Watches the link from now on, and with [`Config::stay_online`] restores it from the stored
    /// networks. Offered credentials are wiped.
    pub fn keep(&mut self, now: Instant, networks: usize, config: &Config) {
        let Some(connects) = Connects::BUILT_IN else {
            self.run = None;
            return;
        };
        let online = self.connect_stored(now.after(config.retry_delay), networks, connects);
        match &mut self.run {
            Some(run) if online || config.stay_online || N::STACK_REJOINS => {
                run.proven = true;
                if N::STACK_REJOINS && !online {
                    run.attempt = Attempt::Lost;
                }
            }
            _ => self.run = None,
        }
    }

    /// The application has been told that offered credentials work. If the link is lost already, it
    /// learns that too.
    pub fn announce(&mut self, out: &mut Outputs) {
        if let Some(run) = &mut self.run {
            run.announced = true;
            if run.attempt != Attempt::Online {
                out.event(Event::LinkLost);
            }
        }
    }

    /// Ends an attempt. A device that is on a network stays on it.
    pub fn cancel(&mut self, out: &mut Outputs) {
        if self.is_trying() {
            self.leave(out);
        }
        self.run = None;
    }

    /// Ends an attempt, or leaves the network.
    pub fn disconnect(&mut self, out: &mut Outputs) {
        let online =
            matches!(&self.run, Some(Run { attempt: Attempt::Online | Attempt::Lost, .. }));
        if N::is_linked(&self.state) || online || self.is_trying() {
            self.leave(out);
        }
        self.run = None;
    }

    /// The credentials that are being tried or were found to work, if they were offered. They tell
    /// where to find the network, if at all, only until its first attempt has ended.
    pub fn target(&self) -> Option<&N::Target> {
        match &self.run.as_ref()?.source {
            Source::Offered { target, .. } => Some(target),
            Source::Stored { .. } => None,
        }
    }

    /// Whether the machine works with stored networks.
    pub fn is_stored(&self) -> bool {
        matches!(&self.run, Some(Run { source: Source::Stored { .. }, .. }))
    }

    /// What the driver has reported last.
    pub fn state(&self) -> N::State {
        self.state
    }

    /// What the driver has reported before this machine existed.
    pub fn set_state(&mut self, state: N::State) {
        self.state = state;
    }

    /// Whether the device can use a network.
    pub fn is_online(&self) -> bool {
        N::is_online(&self.state)
    }

    /// The progress of the device; `failure` is why the last credentials failed.
    pub fn progress(&self, failure: Option<FailReason>) -> Progress {
        match &self.run {
            _ if self.is_online() && !self.is_pending() => Progress::Online,
            None | Some(Run { attempt: Attempt::Refused, .. }) => Progress::Offline(failure),
            Some(Run {
                source: Source::Offered { attempts, .. }, failed, proven: false, ..
            }) if *failed > 0 => Progress::Retrying { remaining: attempts.saturating_sub(*failed) },
            Some(_) => Progress::Connecting,
        }
    }

    /// The attempts that offered credentials have left, including the one in progress.
    pub fn remaining_attempts(&self) -> Option<u32> {
        let run = self.run.as_ref()?;
        match run.source {
            Source::Offered { attempts, .. } if self.is_pending() => {
                Some(attempts.saturating_sub(run.failed))
            }
            _ => None,
        }
    }

    /// An attempt is in progress or comes next.
    fn is_pending(&self) -> bool {
        self.next_timeout().is_some()
    }

    /// Whether credentials were offered and no attempt with them has started.
    pub fn is_offered_untried(&self) -> bool {
        matches!(
            &self.run,
            Some(Run {
                source: Source::Offered { reported: 0, .. },
                attempt: Attempt::Waiting { .. } | Attempt::Held { .. },
                failed: 0,
                ..
            })
        )
    }

    /// Whether an attempt is in progress.
    pub fn is_trying(&self) -> bool {
        matches!(&self.run, Some(Run { attempt: Attempt::Trying { .. }, .. }))
    }

    /// Puts off an attempt that is due while the radio scans, once. Returns whether it did.
    pub fn hold(&mut self, now: Instant, until: Instant) -> bool {
        match &mut self.run {
            Some(Run { attempt: attempt @ Attempt::Waiting { .. }, .. }) => {
                let due = matches!(*attempt, Attempt::Waiting { until } if until <= now);
                if due {
                    *attempt = Attempt::Held { until };
                }
                due
            }
            _ => false,
        }
    }

    /// The scan has ended: an attempt that was put off is due.
    pub fn release(&mut self, now: Instant) {
        if let Some(Run { attempt: attempt @ Attempt::Held { .. }, .. }) = &mut self.run {
            *attempt = Attempt::Waiting { until: now };
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.run.as_ref()?.attempt {
            Attempt::Waiting { until } | Attempt::Held { until } | Attempt::Trying { until } => {
                Some(until)
            }
            Attempt::Online | Attempt::Lost | Attempt::Refused => None,
        }
    }

    /// Does what is due.
    pub fn handle_timeout(
        &mut self,
        now: Instant,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        if now < self.next_timeout()? {
            return None;
        }
        if self.is_trying() {
            let reason = N::timeout_reason(&self.state);
            return self.attempt_failed(now, reason, config, out);
        }
        self.join(now, config, out);
        None
    }

    /// Takes a report of the driver.
    pub fn handle_event(
        &mut self,
        now: Instant,
        event: N::Event,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        let trying = self.is_trying().then(|| match &self.run.as_ref()?.source {
            Source::Offered { target, .. } => Some((target, config)),
            Source::Stored { .. } => None,
        });
        let change = N::update(&mut self.state, event, trying.flatten());
        let run = self.run.as_mut()?;
        match (change, run.attempt) {
            (Change::Online, Attempt::Trying { .. } | Attempt::Lost) => self.succeeded(out),
            // The driver was faster to find the network again.
            (Change::Online, Attempt::Waiting { .. } | Attempt::Held { .. }) if run.proven => {
                self.succeeded(out)
            }
            (Change::Failed(reason) | Change::Lost(reason), Attempt::Trying { .. }) => {
                self.attempt_failed(now, reason, config, out)
            }
            (Change::Lost(_), Attempt::Online) => {
                self.lost(now, config, out);
                None
            }
            _ => None,
        }
    }

    fn join(&mut self, now: Instant, config: &Config, out: &mut Outputs) {
        let Some(run) = &mut self.run else { return };
        run.attempt = Attempt::Trying { until: now.after(config.attempt_timeout) };
        N::leave(&mut self.state);
        match &mut run.source {
            Source::Stored { next, .. } => out.push(Output::ConnectStored(*next)),
            Source::Offered { attempts, reported, .. } => {
                let number = run.failed.saturating_add(1);
                if !run.proven && *reported != number {
                    *reported = number;
                    out.event(Event::Attempt { number, of: *attempts });
                }
                out.push(Output::Connect);
            }
        }
    }

    fn succeeded(&mut self, out: &mut Outputs) -> Option<Verdict> {
        let run = self.run.as_mut()?;
        run.attempt = Attempt::Online;
        run.failed = 0;
        let first = !core::mem::replace(&mut run.proven, true);
        match &mut run.source {
            // It is told when they are stored.
            Source::Offered { target, .. } if first => N::learn(target, &self.state),
            _ if run.announced => out.event(Event::Online),
            _ => {}
        }
        first.then_some(Verdict::Online)
    }

    fn lost(&mut self, now: Instant, config: &Config, out: &mut Outputs) {
        let Some(run) = &mut self.run else { return };
        if run.announced {
            out.event(Event::LinkLost);
        }
        if N::STACK_REJOINS {
            run.attempt = Attempt::Lost;
        } else if config.stay_online || matches!(run.source, Source::Offered { .. }) {
            run.attempt = Attempt::Waiting { until: now.after(config.retry_delay) };
        } else {
            self.run = None;
        }
    }

    fn attempt_failed(
        &mut self,
        now: Instant,
        mut reason: Option<FailReason>,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        // A driver may go on trying by itself.
        self.leave(out);
        let run = self.run.as_mut()?;
        let mut pause = config.retry_delay;
        let mut rounds = u32::MAX;
        let mut guess = FailReason::NetworkNotFound;
        match &mut run.source {
            Source::Stored { networks, next, .. } => {
                run.reason = reason;
                *next = next.saturating_add(1);
                if *next >= *networks {
                    *next = 0;
                    pause = run.fail_round(config);
                }
                if !run.proven {
                    rounds = config.stored_rounds.max(1);
                }
            }
            Source::Offered { .. } if run.proven => {
                run.reason = reason;
                pause = run.fail_round(config);
            }
            Source::Offered { target, rssi, attempts, .. } => {
                // The network was looked for in one place only: look everywhere. If it was found
                // there, that was not the fault.
                use FailReason::{AuthError, HandshakeTimeout, NoAddress};
                let found = matches!(reason, Some(AuthError | HandshakeTimeout | NoAddress));
                if N::drop_hints(target) && !found {
                    run.attempt = Attempt::Waiting { until: now.after(pause) };
                    return None;
                }
                // No report gave a reason: a network in range that admits no one refuses us, unless
                // it is hardly in range.
                let is_weak = rssi.is_some_and(|rssi| rssi < WEAK_RSSI);
                if rssi.is_some() {
                    guess = if is_weak { FailReason::WeakSignal } else { AuthError };
                }
                // A driver's timeout says little of a network that no scan has found.
                if reason == Some(HandshakeTimeout) && (is_weak || rssi.is_none()) {
                    reason = None;
                }
                rounds = *attempts;
                run.failed = run.failed.saturating_add(1);
                run.reason = reason.or(run.reason);
                let reason = run.reason.unwrap_or(guess);
                let remaining = rounds.saturating_sub(run.failed);
                out.event(Event::AttemptFailed { reason, remaining });
            }
        }
        let reason = run.reason.unwrap_or(guess);
        if run.failed >= rounds {
            self.run = None;
            return Some(Verdict::Failed(reason));
        }
        run.attempt = Attempt::Waiting { until: now.after(pause) };
        if run.announced {
            out.event(Event::ConnectRetry { reason, after: pause });
        }
        None
    }

    fn leave(&mut self, out: &mut Outputs) {
        N::leave(&mut self.state);
        out.push(Output::Disconnect);
    }
}

impl<T> Run<T> {
    /// A round has failed. Returns the pause before the next one.
    fn fail_round(&mut self, config: &Config) -> Millis {
        let factor = 1u32.checked_shl(self.failed).unwrap_or(u32::MAX);
        self.failed = self.failed.saturating_add(1);
        config.round_pause.saturating_mul(factor).min(config.round_pause_max)
    }
}
