//! The link machine: connects with credentials, and reconnects when the link is lost.
//!
//! One machine serves all network types. It has two sources: credentials that a client or the
//! application *offers*, and *stored* networks, which it identifies by their index in the caller's
//! store. [`LinkType`] is what differs between network types.

#[cfg(test)]
mod tests;

use core::fmt::Debug;

use protocomm::{Instant, Millis};

use crate::config::Config;
use crate::connects::{Beside, Connects};
use crate::limits::{STACK_SEARCH, WEAK_RSSI};
use crate::output::{Event, FailReason, Output, Outputs};

/// What the link machine needs to know about a network type.
pub trait LinkType: Sized + 'static {
    /// Credentials, with everything needed to join the network.
    type Target: Clone + Debug + PartialEq + Eq;
    /// What the driver reported last.
    type State: Copy + Debug + PartialEq + Eq + Default;
    /// What the driver reports.
    type Event;

    /// Whether the network stack finds a lost network by itself.
    const STACK_REJOINS: bool;

    /// Number of attempts with offered credentials, at least 1.
    fn attempts(config: &Config) -> u32;

    /// Removes a client's hints about where the network is. Returns whether there were any.
    fn drop_hints(target: &mut Self::Target) -> bool;

    /// Completes the target of a successful attempt with what the link reports.
    fn learn(target: &mut Self::Target, state: &Self::State);

    /// Handles a report of the driver. For an attempt with offered credentials, `trying` is its
    /// target and the settings.
    fn update(
        state: &mut Self::State,
        event: Self::Event,
        trying: Option<(&Self::Target, &Config)>,
    ) -> Change;

    /// Notes that the device was told to leave its network or to join another one.
    fn leave(state: &mut Self::State);

    /// Whether the device is linked to a network, with or without an address.
    fn is_linked(state: &Self::State) -> bool;

    /// Whether the device can use a network.
    fn is_online(state: &Self::State) -> bool;

    /// The reason, if known, why an attempt reached its time limit.
    fn timeout_reason(state: &Self::State) -> Option<FailReason>;
}

/// What a driver's report means for an attempt.
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

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The device is on the network for the first time in this run.
    Online,
    /// All attempts failed.
    Failed(FailReason),
}

/// How far a device has come in joining a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No attempt is in progress; the last one failed for this reason, if any.
    Offline(Option<FailReason>),
    /// An attempt is in progress.
    Connecting,
    /// An attempt with offered credentials failed; `remaining` are left, including the current one.
    Retrying {
        /// Number of attempts left.
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

/// A series of attempts with one source of credentials.
struct Run<T> {
    source: Source<T>,
    attempt: Attempt,
    /// Rounds that have failed since the start, or since the link was lost. A round of offered
    /// credentials is one attempt.
    failed: u32,
    /// The reason given last for a failed attempt.
    reason: Option<FailReason>,
    /// The device has been online in this run.
    proven: bool,
    /// The application knows that, and is told when the link is lost or restored.
    announced: bool,
}

enum Source<T> {
    /// Credentials from a client or the application.
    Offered {
        target: T,
        /// Signal strength in dBm at which the last scan found the network, if it did.
        rssi: Option<i8>,
        attempts: u32,
        /// The number of the attempt reported last.
        reported: u32,
    },
    /// Networks in the caller's store, by index.
    Stored {
        networks: usize,
        next: usize,
        #[expect(dead_code, reason = "a build without a value has no such source")]
        connects: Connects,
        /// They are tried beside the service, without limit.
        beside: Option<Beside>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// The next attempt starts at `until`.
    Waiting { until: Instant },
    /// The radio scans. The next attempt starts when the scan ends, or at `until` at the latest.
    Held { until: Instant },
    /// An attempt is in progress and fails at `until`.
    Trying { until: Instant },
    /// The device is on the network.
    Online,
    /// The link is lost, and the network stack restores it by itself.
    Lost,
    /// No attempt is made, because a scan shows that the credentials cannot work.
    Refused,
}

impl<N: LinkType> LinkMachine<N> {
    /// Creates a machine without a target.
    pub fn new() -> Self {
        Self { state: N::State::default(), run: None }
    }

    /// Tries offered credentials, after a delay in which the response to the client is sent.
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

    /// Makes no attempt with the offered credentials. They can still be read.
    pub fn refuse(&mut self) {
        if let Some(run) = &mut self.run {
            run.attempt = Attempt::Refused;
        }
    }

    /// Tries the stored networks; there must be at least one. Returns whether the device is already
    /// online.
    pub fn connect_stored(&mut self, now: Instant, networks: usize, connects: Connects) -> bool {
        let online = self.is_online();
        let attempt = if online { Attempt::Online } else { Attempt::Waiting { until: now } };
        self.run = Some(Run {
            source: Source::Stored { networks, next: 0, connects, beside: None },
            attempt,
            failed: 0,
            reason: None,
            proven: online,
            announced: true,
        });
        online
    }

    /// Tries the stored networks, of which there is at least one, beside the service: until the device
    /// is online, without events. Returns whether it already is.
    pub fn seek_stored(&mut self, now: Instant, networks: usize, beside: Beside) -> bool {
        let Some(connects) = Connects::BUILT_IN else { return false };
        let online = self.connect_stored(now, networks, connects);
        if let Some(run) = &mut self.run {
            run.announced = false;
            if let Source::Stored { beside: seeks, .. } = &mut run.source {
                *seeks = Some(beside);
            }
        }
        online
    }

    /// Monitors the link from now on and, with [`Config::stay_online`], restores it from the stored
    /// networks. Wipes offered credentials.
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

    /// Notes that the application has been told that credentials work. Reports a link that is already
    /// lost.
    pub fn announce(&mut self, out: &mut Outputs) {
        if let Some(run) = &mut self.run {
            run.announced = true;
        }
        if !matches!(&self.run, Some(Run { attempt: Attempt::Online, .. })) {
            out.event(Event::LinkLost);
        }
    }

    /// Ends an attempt. If the device is on a network, it stays there.
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

    /// The offered credentials that are being tried or have worked. Hints about where to find the
    /// network are removed when the first attempt has ended.
    pub fn target(&self) -> Option<&N::Target> {
        match &self.run.as_ref()?.source {
            Source::Offered { target, .. } => Some(target),
            Source::Stored { .. } => None,
        }
    }

    /// Whether the machine uses stored networks.
    pub fn is_stored(&self) -> bool {
        matches!(&self.run, Some(Run { source: Source::Stored { .. }, .. }))
    }

    /// What the driver reported last.
    pub fn state(&self) -> N::State {
        self.state
    }

    /// Sets what the driver reported before this machine existed.
    pub fn set_state(&mut self, state: N::State) {
        self.state = state;
    }

    /// Whether the device can use a network.
    pub fn is_online(&self) -> bool {
        N::is_online(&self.state)
    }

    /// How far the device has come. `failure` is why the last credentials failed.
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

    /// Number of attempts left with offered credentials, including the current one.
    pub fn remaining_attempts(&self) -> Option<u32> {
        let run = self.run.as_ref()?;
        match run.source {
            Source::Offered { attempts, .. } if self.is_pending() => {
                Some(attempts.saturating_sub(run.failed))
            }
            _ => None,
        }
    }

    /// Whether an attempt is in progress or comes next.
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

    /// Postpones a due attempt while the radio scans, once. Returns whether it did.
    pub fn hold(&mut self, now: Instant, until: Instant) -> bool {
        self.run.as_mut().is_some_and(|run| {
            let due = matches!(run.attempt, Attempt::Waiting { until } if until <= now);
            if due {
                run.attempt = Attempt::Held { until };
            }
            due
        })
    }

    /// The scan has ended, so a postponed attempt is due.
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

    /// Performs what is due.
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
            if let Some(run) = &mut self.run
                && run.is_stacks_search::<N>()
            {
                // The stack has searched until now, so that the next search follows at once.
                run.failed = 0;
            }
            let reason = N::timeout_reason(&self.state);
            return self.attempt_failed(now, reason, config, out);
        }
        self.join(now, config, out);
        None
    }

    /// Handles a report of the driver.
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
            // The driver has restored the link before the machine did.
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
        let limit = if run.is_stacks_search::<N>() { STACK_SEARCH } else { config.attempt_timeout };
        run.attempt = Attempt::Trying { until: now.after(limit) };
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
            // The application is told when they are stored.
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
        // A driver may continue to try by itself.
        self.leave(out);
        let run = self.run.as_mut()?;
        let mut pause = config.retry_delay;
        let mut rounds = u32::MAX;
        let mut guess = FailReason::NetworkNotFound;
        match &mut run.source {
            Source::Stored { networks, next, beside, .. } => {
                run.reason = reason;
                let has_limit = beside.is_none();
                *next = next.saturating_add(1);
                if *next >= *networks {
                    *next = 0;
                    pause = run.fail_round(config);
                }
                if !run.proven && has_limit {
                    rounds = config.stored_rounds.max(1);
                }
            }
            Source::Offered { .. } if run.proven => {
                run.reason = reason;
                pause = run.fail_round(config);
            }
            Source::Offered { target, rssi, attempts, .. } => {
                // The network was searched for in one place only, so the next attempt searches
                // everywhere. If it was found there, the hint was not at fault.
                use FailReason::{AuthError, HandshakeTimeout, NoAddress};
                let found = matches!(reason, Some(AuthError | HandshakeTimeout | NoAddress));
                if N::drop_hints(target) && !found {
                    run.attempt = Attempt::Waiting { until: now.after(pause) };
                    return None;
                }
                // No report gave a reason. A network in range that does not admit the device
                // refuses it, unless the signal is weak.
                let is_weak = rssi.is_some_and(|rssi| rssi < WEAK_RSSI);
                if rssi.is_some() {
                    guess = if is_weak { FailReason::WeakSignal } else { AuthError };
                }
                // A driver's timeout says little about a network that no scan has found.
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
    /// Whether the network stack searches by itself for a stored network, beside the service.
    fn is_stacks_search<N: LinkType>(&self) -> bool {
        N::STACK_REJOINS && matches!(self.source, Source::Stored { beside: Some(_), .. })
    }

    /// A round has failed. Returns the pause before the next one.
    fn fail_round(&mut self, config: &Config) -> Millis {
        let factor = 1u32.checked_shl(self.failed).unwrap_or(u32::MAX);
        self.failed = self.failed.saturating_add(1);
        config.round_pause.saturating_mul(factor).min(config.round_pause_max)
    }
}
