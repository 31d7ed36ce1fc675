//! Credentials of a client or the application, from receipt to success or failure.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::Manager;
use super::lifecycle::{End, Ending, Lifecycle, Phase, Retry, Service};
use crate::error::Error;
use crate::network::Network;
use crate::output::{Event, FailReason};

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Tries the staged credentials, and drops them.
    pub(super) fn apply(&mut self, now: Instant) -> Result<(), Error> {
        match self.staged.take() {
            Some(credentials) => self.try_credentials(now, credentials),
            None => {
                self.refuse();
                Err(Error::State)
            }
        }
    }

    /// Tries credentials of the application. Until the first attempt, they may replace a client's
    /// credentials that the application was told about.
    pub(crate) fn try_own_credentials(
        &mut self,
        now: Instant,
        credentials: N::Credentials,
    ) -> Result<(), Error> {
        let replaces = self.phase() == Some(Phase::Trying) && self.link.is_offered_untried();
        self.begin_trying(now, credentials, replaces)
    }

    pub(super) fn try_credentials(
        &mut self,
        now: Instant,
        credentials: N::Credentials,
    ) -> Result<(), Error> {
        self.begin_trying(now, credentials, false)
    }

    pub(super) fn begin_trying(
        &mut self,
        now: Instant,
        credentials: N::Credentials,
        replaces: bool,
    ) -> Result<(), Error> {
        let service = self.serving()?;
        if !replaces && !matches!(service.phase, Phase::Awaiting | Phase::Failed) {
            return Err(Error::State);
        }
        service.phase = Phase::Trying;
        self.pause_beside(now);
        self.failure = None;
        match N::offer(credentials, self.scan.seen()) {
            Ok(offer) => {
                if !replaces {
                    self.out.event(Event::CredRecv);
                }
                self.link.offer(now, offer.target, offer.rssi, &self.config);
                if let Some(reason) = offer.unsupported {
                    self.link.refuse();
                    self.fail(reason);
                }
                Ok(())
            }
            // The received credentials are tried.
            Err(_) if replaces => Err(Error::Argument),
            Err(reason) => {
                self.fail(reason);
                Err(Error::Argument)
            }
        }
    }

    /// Records that a client's credentials were rejected before an attempt. Some clients ignore that
    /// response and ask for the status at once, which must not read as "still waiting".
    pub(super) fn refuse(&mut self) {
        if matches!(self.phase(), Some(Phase::Awaiting | Phase::Failed)) {
            self.failure.get_or_insert(N::REFUSED);
        }
    }

    pub(super) fn fail(&mut self, reason: FailReason) {
        if let Lifecycle::Serving(service) = &mut self.lifecycle {
            service.phase = Phase::Failed;
        }
        self.failure = Some(reason);
        self.out.event(Event::CredFail(reason));
    }

    pub(crate) fn network_event(&mut self, now: Instant, event: N::Event) {
        let verdict = self.link.handle_event(now, event, &self.config, &mut self.out);
        self.judge(now, verdict);
    }

    /// Reports that the credentials are stored, and the number of stored networks; or `None` if they
    /// could not be stored.
    pub fn credentials_stored(&mut self, now: Instant, stored: Option<usize>) {
        let is_stored = stored.is_some();
        match &mut self.lifecycle {
            Lifecycle::Serving(service) if service.phase == Phase::Storing => {
                if !is_stored {
                    self.link.disconnect(&mut self.out);
                    return self.fail(FailReason::Storage);
                }
                let ends = self.auto_stop && service.end.is_none();
                let auto_stop_at = ends.then(|| now.after(self.config.auto_stop_timeout));
                service.phase = Phase::Succeeded { auto_stop_at };
            }
            Lifecycle::Ending(ending) if *ending == Ending::Storing => {
                if !is_stored {
                    *ending = Ending::Unsuccessful;
                    self.link.disconnect(&mut self.out);
                    self.out.event(Event::CredFail(FailReason::Storage));
                    return self.stay_online(now);
                }
                *ending = Ending::Succeeded;
            }
            // After the end of the service, nobody is informed any more.
            _ => return,
        }
        self.stored = stored.unwrap_or(1).max(1);
        self.has_been_online = true;
        self.out.event(Event::CredSuccess);
        self.link.announce(&mut self.out);
        if matches!(self.lifecycle, Lifecycle::Ending(_)) {
            self.link.keep(now, self.stored, &self.config);
        }
    }

    /// Accepts credentials again after a failure; does nothing if credentials are already awaited.
    /// Clients can read the reason of the failure until the next credentials.
    pub fn reset_on_failure(&mut self) -> Result<(), Error> {
        let service = self.serving()?;
        match service.phase {
            Phase::Awaiting => Ok(()),
            Phase::Failed => {
                service.phase = Phase::Awaiting;
                Ok(())
            }
            _ => Err(Error::State),
        }
    }

    /// Leaves the network and accepts credentials again, also after a success. Cancels a pending
    /// automatic end. Stored credentials stay until others have worked.
    pub fn reset_for_reprovision(&mut self) -> Result<(), Error> {
        if let Lifecycle::Serving(Service {
            end: end @ Some(End { by_itself: true, .. }), ..
        }) = &mut self.lifecycle
        {
            *end = None;
        }
        let service = self.serving()?;
        match service.phase {
            Phase::Awaiting => return Ok(()),
            // They have worked; the result of the store follows at once.
            Phase::Storing => return Err(Error::State),
            Phase::Trying | Phase::Succeeded { .. } | Phase::Failed => {}
        }
        service.phase = Phase::Awaiting;
        // Stored networks that are tried beside the service go on being tried.
        if !matches!(service.retry, Some(Retry::Beside(_))) {
            self.link.disconnect(&mut self.out);
        }
        self.out.event(Event::Start);
        Ok(())
    }

    /// Returns the number of attempts that offered credentials have left.
    pub(crate) fn attempts_left(&self) -> Option<u32> {
        self.link.remaining_attempts()
    }

    /// Returns the progress of offered credentials, if the service runs.
    pub(super) fn phase(&self) -> Option<Phase> {
        match &self.lifecycle {
            Lifecycle::Serving(service) => Some(service.phase),
            _ => None,
        }
    }

    /// Returns whether credentials that have worked are being stored.
    pub(super) fn is_storing(&self) -> bool {
        match &self.lifecycle {
            Lifecycle::Serving(service) => service.phase == Phase::Storing,
            Lifecycle::Ending(ending) => *ending == Ending::Storing,
            _ => false,
        }
    }
}
