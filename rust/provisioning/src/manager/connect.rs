//! Getting online: with stored networks, else by the service; and staying online.

use protocomm::Instant;
use protocomm::security::Scheme;
use rand_core::TryCryptoRng;

use super::lifecycle::{ConnectState, Lifecycle, Phase};
use super::{Manager, Network};
use crate::connects::Connects;
use crate::error::Error;
use crate::link::Verdict;
use crate::output::{Event, FailReason, Output};

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Connects with the stored networks, of which there are `stored`: tries each in turn, in
    /// [`stored_rounds`](crate::Config::stored_rounds) rounds. Ends with [`Event::Online`], at
    /// once if the device is online already, or with [`Event::ConnectFailed`]; see also
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
    /// If stored networks could not be joined and no client makes a request for
    /// [`retry_stored`](crate::Config::retry_stored), the service stops, the stored networks are
    /// tried again, and so on. A client whose credentials are being tried is not interrupted.
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
        // A link that the application has made itself is no reason to have no credentials.
        if stored == 0 {
            self.begin_service(None);
        } else {
            self.connect_stored(now, true, connects);
        }
        Ok(())
    }

    /// Whether a link that is lost is restored from the stored networks, once the device has been
    /// online with stored credentials: with growing pauses, without end. Off by default. While the
    /// service runs after a success, that is so in any case.
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

    /// What [`connect`](Self::connect) or [`connect_or_provision`](Self::connect_or_provision) has
    /// come to.
    pub fn connect_state(&self) -> ConnectState {
        match self.lifecycle {
            Lifecycle::Idle(outcome) => outcome,
            Lifecycle::Connecting { .. } => ConnectState::Connecting,
            // Until the transport has stopped, and then again.
            Lifecycle::Starting { .. } | Lifecycle::Serving(_) | Lifecycle::Ending(_) => {
                ConnectState::Provisioning
            }
        }
    }

    /// Whether the device can use a network: with Wi-Fi, whether it has an address.
    pub fn is_online(&self) -> bool {
        self.link.is_online()
    }

    /// What the driver has reported of the network.
    pub fn network_state(&self) -> N::State {
        self.link.state()
    }

    /// Takes over what the driver reported before this manager existed: for a manager that has
    /// just been made.
    pub fn set_network_state(&mut self, state: N::State) {
        self.link.set_state(state);
    }

    /// Whether a connect may start now.
    fn may_connect(&self) -> Result<Connects, Error> {
        self.only_idle()?;
        Connects::BUILT_IN.ok_or(Error::NotBuiltIn)
    }

    /// Tries the stored networks, if the device is not online already.
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

    /// Nothing is to be done any more, and the secrets of the service are wiped.
    pub(super) fn end_with(&mut self, outcome: ConnectState) {
        self.protocomm.set_security(None);
        self.lifecycle = Lifecycle::Idle(outcome);
        if self.deinit {
            self.link.cancel(&mut self.out);
            self.out.event(Event::Deinit);
        }
    }

    /// Gives up the stored networks.
    pub(super) fn cancel_connect(&mut self) {
        self.link.cancel(&mut self.out);
        self.end_with(ConnectState::Cancelled);
    }

    /// The link machine has reached an end.
    pub(super) fn judge(&mut self, verdict: Option<Verdict>) {
        match (&mut self.lifecycle, verdict) {
            (Lifecycle::Connecting { .. }, Some(Verdict::Online)) => self.finish_online(),
            (Lifecycle::Connecting { or_provision, connects }, Some(Verdict::Failed(reason))) => {
                let retry = or_provision.then_some(*connects);
                self.connect_failed(reason, retry);
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

    /// Restores the link, or watches it, if the device has been online and is to stay so.
    pub(super) fn stay_online(&mut self, now: Instant) {
        if self.config.stay_online && self.has_been_online && !self.link.is_stored() {
            self.link.keep(now, self.stored, &self.config);
        }
    }
}
