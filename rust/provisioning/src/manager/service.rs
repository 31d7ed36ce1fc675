//! Start and end of the service, and of the manager.

use protocomm::security::Scheme;
use protocomm::{Instant, Millis, SessionId};
use rand_core::TryCryptoRng;

use super::Manager;
use super::lifecycle::{ConnectState, End, Ending, Lifecycle, Phase, Retry, Service};
use crate::connects::{Beside, Connects};
use crate::error::{Error, RequestError};
use crate::network::Network;
use crate::output::{Event, Output};

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Starts the service with a security scheme. Stops restoring a link.
    pub fn start(&mut self, scheme: Scheme) -> Result<(), Error> {
        self.only_idle()?;
        self.link.cancel(&mut self.out);
        self.protocomm.set_security(Some(scheme));
        self.begin_service(None);
        Ok(())
    }

    /// Starts the service, whose security scheme has been set.
    pub(super) fn begin_service(&mut self, retry: Option<Connects>) {
        self.lifecycle = Lifecycle::Starting { stop: false, retry };
        self.failure = None;
        self.out.push(Output::StartService);
    }

    /// Reports that the transport runs, or could not be started.
    pub fn service_started(&mut self, now: Instant, started: bool) {
        let Lifecycle::Starting { stop, retry } = self.lifecycle else { return };
        if !started {
            return self.end_with(ConnectState::NotStarted);
        }
        let retry = retry.filter(|_| !self.config.retry_stored.is_zero());
        let beside = Beside::BUILT_IN.filter(|_| retry.is_some() && self.config.retry_beside);
        let at = now.after(self.config.retry_stored);
        self.lifecycle = Lifecycle::Serving(Service {
            phase: Phase::Awaiting,
            end: None,
            retry: retry.map(|connects| Retry::InTurn(at, connects)),
            session_end: None,
        });
        self.out.event(Event::Start);
        if let Some(beside) = beside {
            self.try_beside(now, beside);
        }
        if stop {
            self.stop(now);
        }
    }

    /// Stops the service or a [`connect`](Self::connect); does nothing if neither runs. A client that
    /// waits for a response gets it first.
    pub fn stop(&mut self, now: Instant) {
        match &mut self.lifecycle {
            Lifecycle::Idle(_) => {}
            Lifecycle::Connecting { .. } => self.cancel_connect(),
            Lifecycle::Starting { stop, .. } => *stop = true,
            Lifecycle::Ending(ending) => {
                if matches!(ending, Ending::Retry(_)) {
                    *ending = Ending::Unsuccessful;
                    self.link.cancel(&mut self.out);
                    self.protocomm.set_security(None);
                }
            }
            Lifecycle::Serving(service) => {
                let mut delay = self.stop_delay;
                if self.protocomm.is_responding() {
                    delay = delay.max(self.config.cleanup_delay);
                }
                if delay.is_zero() {
                    self.tear_down(now, Ending::Unsuccessful);
                } else {
                    if let Some(Retry::Beside(_)) = service.retry {
                        service.retry = None;
                        self.link.cancel(&mut self.out);
                    }
                    let mut at = now.after(delay);
                    // A repeated stop does not postpone the end.
                    if let Some(before) = service.end {
                        at = at.min(before.at);
                    }
                    service.end = Some(End { at, by_itself: false });
                }
            }
        }
    }

    /// Leaves the end of the service after a success to the application. `stop_delay` is the time for
    /// which the service keeps responding after [`stop`](Self::stop): none, or at least 100 ms.
    pub fn disable_auto_stop(&mut self, stop_delay: Millis) -> Result<(), Error> {
        self.only_stopped()?;
        self.auto_stop = false;
        self.stop_delay = stop_delay;
        if !stop_delay.is_zero() {
            self.stop_delay = stop_delay.max(Millis::from_millis(100));
        }
        Ok(())
    }

    /// Ends the service after the cleanup delay, unless the application ends it.
    pub(super) fn stop_by_itself(&mut self, now: Instant) {
        if let (true, Lifecycle::Serving(service)) = (self.auto_stop, &mut self.lifecycle) {
            let at = now.after(self.config.cleanup_delay);
            service.end.get_or_insert(End { at, by_itself: true });
        }
    }

    /// Stops the transport. `ending` is what follows, unless credentials have worked.
    pub(super) fn tear_down(&mut self, now: Instant, ending: Ending) {
        let Lifecycle::Serving(service) = self.lifecycle else { return };
        let ending = match service.phase {
            Phase::Storing => Ending::Storing,
            Phase::Succeeded { .. } => Ending::Succeeded,
            _ => ending,
        };
        self.lifecycle = Lifecycle::Ending(ending);
        self.staged = None;
        self.scan.reset();
        self.fail_wait(RequestError::NotRunning);
        self.protocomm.end_sessions();
        match ending {
            Ending::Succeeded => self.link.keep(now, self.stored, &self.config),
            Ending::Retry(connects) => {
                self.link.connect_stored(now, self.stored, connects);
            }
            Ending::Unsuccessful => {
                self.link.cancel(&mut self.out);
                self.stay_online(now);
            }
            // The outcome is requested once they are stored, or was reported.
            Ending::Storing | Ending::Online(_) => {}
        }
        if !matches!(ending, Ending::Retry(_)) {
            self.protocomm.set_security(None);
        }
        self.out.push(Output::StopService);
    }

    /// Reports that the transport has stopped.
    pub fn service_stopped(&mut self) {
        let Lifecycle::Ending(ending) = self.lifecycle else { return };
        self.handlers = 0;
        self.out.event(Event::End);
        match ending {
            Ending::Unsuccessful => self.end_with(ConnectState::Cancelled),
            Ending::Storing => self.cancel_connect(),
            Ending::Succeeded => self.end_with(ConnectState::Online),
            Ending::Online(_) => {
                self.out.event(Event::Online);
                // The link may be lost already.
                self.link.announce(&mut self.out);
                self.finish_online();
            }
            // The device may have come online by itself meanwhile.
            Ending::Retry(_) if self.link.is_online() => {
                self.out.event(Event::Online);
                self.finish_online();
            }
            Ending::Retry(connects) => {
                self.lifecycle = Lifecycle::Connecting { or_provision: true, connects };
            }
        }
    }

    /// Stops the service or a [`connect`](Self::connect) if one runs, then emits [`Event::Deinit`]: the
    /// manager can be dropped. A device that is online stays online.
    pub fn deinit(&mut self, now: Instant) {
        // Emitted once, because applications call this again when they learn of the end.
        if core::mem::replace(&mut self.deinit, true) {
            return;
        }
        if matches!(self.lifecycle, Lifecycle::Idle(_)) {
            self.link.cancel(&mut self.out);
            self.out.event(Event::Deinit);
        } else {
            self.stop(now);
        }
    }

    /// Reports that a transport session has ended.
    pub fn close_session(&mut self, session: SessionId) {
        if self.protocomm.established() == Some(session) {
            self.staged = None;
            if let Lifecycle::Serving(service) = &mut self.lifecycle {
                service.session_end = None;
                if let Some(Retry::Paused(at, _)) = &mut service.retry {
                    // The client has left.
                    *at = Instant::from_millis(0);
                }
            }
        }
        self.protocomm.close(session);
        self.dismiss_displaced();
    }

    /// Restarts the session time-out after a request of the established session.
    pub(super) fn renew_session(&mut self, now: Instant) {
        if let Lifecycle::Serving(service) = &mut self.lifecycle {
            let timeout = self.config.session_timeout;
            service.session_end = (!timeout.is_zero()).then(|| now.after(timeout));
        }
    }

    /// Postpones the return to the stored networks, because a client is active.
    pub(super) fn client_is_present(&mut self, now: Instant) {
        self.pause_beside(now);
        if let Lifecycle::Serving(Service {
            retry: Some(Retry::InTurn(at, _) | Retry::Paused(at, _)),
            ..
        }) = &mut self.lifecycle
        {
            *at = now.after(self.config.retry_stored);
        }
    }

    /// Fails unless nothing runs and the manager stays.
    pub(super) fn only_idle(&self) -> Result<(), Error> {
        match self.lifecycle {
            Lifecycle::Idle(_) if self.deinit => Err(Error::State),
            Lifecycle::Idle(_) => Ok(()),
            Lifecycle::Connecting { .. } => Err(Error::Connecting),
            _ => Err(Error::Running),
        }
    }

    /// Fails if the service runs.
    pub(super) fn only_stopped(&self) -> Result<(), Error> {
        match self.lifecycle {
            Lifecycle::Idle(_) | Lifecycle::Connecting { .. } => Ok(()),
            _ => Err(Error::Running),
        }
    }

    /// Returns the running service, unless its end is scheduled.
    pub(super) fn serving(&mut self) -> Result<&mut Service, Error> {
        match &mut self.lifecycle {
            Lifecycle::Serving(service) if service.end.is_none() => Ok(service),
            _ => Err(Error::NotRunning),
        }
    }
}
