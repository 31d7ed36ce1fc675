//! Getting online with stored networks or by the service, and staying online.

use protocomm::Instant;
use protocomm::security::Scheme;
use rand_core::TryCryptoRng;

use super::lifecycle::{ConnectState, Ending, Lifecycle, Phase, Retry, Service};
use super::{Manager, Network};
use crate::connects::{Beside, Connects};
use crate::error::Error;
use crate::link::Verdict;
use crate::output::{Event, FailReason, Output};

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Connects with the `stored` stored networks: tries each in turn, in
    /// [`stored_rounds`](crate::Config::stored_rounds) rounds. Ends with [`Event::Online`], at once
    /// if the device is already online, or with [`Event::ConnectFailed`]. See also
    /// [`connect_state`](Self::connect_state).
    ///
    /// # Errors
    ///
    /// [`Error::Running`] if the service runs, [`Error::Connecting`] if this was called before,
    /// [`Error::NothingStored`] if `stored` is 0, [`Error::State`] after
    /// [`deinit`](Self::deinit), [`Error::NotBuiltIn`] without the feature `connect`.
    pub fn connect(&mut self, now: Instant, stored: usize) -> Result<(), Error> {
        let connects = self.may_connect()?;
        if stored == 0 {
            return Err(Error::NothingStored);
        }
        self.stored = stored;
        self.connect_stored(now, false, connects);
        Ok(())
    }

    /// Connects as [`connect`](Self::connect) does; if that fails or nothing is stored, starts the
    /// service as [`start`](Self::start) does.
    ///
    /// If stored networks exist but could not be joined, and no client makes a request for
    /// [`retry_stored`](crate::Config::retry_stored), the service stops and the stored networks are
    /// tried again, and so on. With [`retry_beside`](crate::Config::retry_beside), the service does
    /// not stop for that: the stored networks are tried while no client is active. A client whose
    /// credentials are being tried is not interrupted.
    ///
    /// The scheme is wiped when the device is online or the service has ended for good.
    ///
    /// # Errors
    ///
    /// [`Error::Running`] if the service runs, [`Error::Connecting`] if stored networks are being
    /// tried, [`Error::State`] after [`deinit`](Self::deinit), [`Error::NotBuiltIn`] without the
    /// feature `connect`.
    pub fn connect_or_provision(
        &mut self,
        now: Instant,
        stored: usize,
        scheme: Scheme,
    ) -> Result<(), Error> {
        let connects = self.may_connect()?;
        self.stored = stored;
        self.protocomm.set_security(Some(scheme));
        // An existing link that the application made does not replace credentials.
        if stored == 0 {
            self.begin_service(None);
        } else {
            self.connect_stored(now, true, connects);
        }
        Ok(())
    }

    /// Sets whether a lost link is restored from the stored networks once the device has been
    /// online with stored credentials. Attempts continue without limit, with growing pauses. Off by
    /// default. While the service runs after a success, a lost link is always restored.
    pub fn set_stay_online(&mut self, now: Instant, stay: bool) {
        self.config.stay_online = stay;
        if !matches!(self.lifecycle, Lifecycle::Idle(_)) {
            return;
        }
        if !stay && !self.link.is_online() {
            self.link.cancel(&mut self.out);
        } else if stay {
            self.stay_online(now);
        }
    }

    /// Returns the state of the last [`connect`](Self::connect) or
    /// [`connect_or_provision`](Self::connect_or_provision).
    pub fn connect_state(&self) -> ConnectState {
        match self.lifecycle {
            Lifecycle::Idle(outcome) => outcome,
            Lifecycle::Connecting { .. } => ConnectState::Connecting,
            // Until the transport has stopped; then the networks are tried again.
            Lifecycle::Starting { .. } | Lifecycle::Serving(_) | Lifecycle::Ending(_) => {
                ConnectState::Provisioning
            }
        }
    }

    /// Whether the device can use a network: with Wi-Fi, whether it has an address.
    pub fn is_online(&self) -> bool {
        self.link.is_online()
    }

    /// Returns what the driver has reported about the network.
    pub fn network_state(&self) -> N::State {
        self.link.state()
    }

    /// Sets what the driver reported before this manager existed. For a manager that was just
    /// created.
    pub fn set_network_state(&mut self, state: N::State) {
        self.link.set_state(state);
    }

    /// Checks whether a connect may start now.
    fn may_connect(&self) -> Result<Connects, Error> {
        self.only_idle()?;
        Connects::BUILT_IN.ok_or(Error::NotBuiltIn)
    }

    /// Tries the stored networks, unless the device is already online.
    pub(super) fn connect_stored(&mut self, now: Instant, or_provision: bool, connects: Connects) {
        self.failure = None;
        self.lifecycle = Lifecycle::Connecting { or_provision, connects };
        if self.link.connect_stored(now, self.stored, connects) {
            self.out.event(Event::Online);
            self.finish_online();
        }
    }

    /// The device is online without the service.
    pub(super) fn finish_online(&mut self) {
        self.has_been_online = true;
        self.end_with(ConnectState::Online);
    }

    /// Ends everything and wipes the secrets of the service.
    pub(super) fn end_with(&mut self, outcome: ConnectState) {
        self.protocomm.set_security(None);
        self.lifecycle = Lifecycle::Idle(outcome);
        if self.deinit {
            self.link.cancel(&mut self.out);
            self.out.event(Event::Deinit);
        }
    }

    /// Stops trying the stored networks.
    pub(super) fn cancel_connect(&mut self) {
        self.link.cancel(&mut self.out);
        self.end_with(ConnectState::Cancelled);
    }

    /// Handles the outcome of a run of the link machine.
    pub(super) fn judge(&mut self, now: Instant, verdict: Option<Verdict>) {
        match (&mut self.lifecycle, verdict) {
            (Lifecycle::Connecting { .. }, Some(Verdict::Online)) => self.finish_online(),
            (Lifecycle::Connecting { or_provision, connects }, Some(Verdict::Failed(reason))) => {
                let retry = or_provision.then_some(*connects);
                self.connect_failed(reason, retry);
            }
            (
                Lifecycle::Serving(Service { retry: Some(Retry::Beside(beside)), .. }),
                Some(Verdict::Online),
            ) => {
                let beside = *beside;
                self.tear_down(now, Ending::Online(beside));
            }
            (Lifecycle::Serving(service), Some(Verdict::Online)) => {
                service.phase = Phase::Storing;
                self.out.push(Output::Store);
            }
            (Lifecycle::Serving(_), Some(Verdict::Failed(reason))) => self.fail(reason),
            _ => {}
        }
    }

    fn connect_failed(&mut self, reason: FailReason, retry: Option<Connects>) {
        self.out.event(Event::ConnectFailed(reason));
        if retry.is_some() {
            self.begin_service(retry);
        } else {
            self.end_with(ConnectState::Failed(reason));
        }
    }

    /// Tries the stored networks while the service runs.
    pub(super) fn try_beside(&mut self, now: Instant, beside: Beside) {
        if let Lifecycle::Serving(service) = &mut self.lifecycle {
            service.retry = Some(Retry::Beside(beside));
            if self.link.seek_stored(now, self.stored, beside) {
                self.tear_down(now, Ending::Online(beside));
            }
        }
    }

    /// Stops trying the stored networks beside the service, until no client has been active for a
    /// while.
    pub(super) fn pause_beside(&mut self, now: Instant) {
        if let Lifecycle::Serving(Service { retry: Some(retry), .. }) = &mut self.lifecycle
            && let Retry::Beside(beside) = *retry
        {
            *retry = Retry::Paused(now.after(self.config.retry_stored), beside);
            self.link.cancel(&mut self.out);
        }
    }

    /// Restores or monitors the link, if the device has been online and is to stay so.
    pub(super) fn stay_online(&mut self, now: Instant) {
        if self.config.stay_online && self.has_been_online && !self.link.is_stored() {
            self.link.keep(now, self.stored, &self.config);
        }
    }
}
