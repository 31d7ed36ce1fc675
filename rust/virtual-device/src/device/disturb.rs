//! Applies faults to the device's behaviour.

use protocomm::{Error, HandshakeError, Instant, Millis};
use provisioning::{Network, RequestError, endpoints};
use tokio::sync::oneshot;

use super::Device;
use super::message::Answer;
use super::side::Side;
use crate::Fault;
use crate::faults::{Change, Faults, check_reason};
use crate::report::Report;

/// The faults of a device, and their counters.
#[derive(Debug, Default)]
pub(super) struct Disturbances {
    pub(super) faults: Faults,
    /// Number of responses so far.
    responses: u32,
    /// When the link will be lost.
    lost_at: Option<Instant>,
}

impl Disturbances {
    pub(super) fn new(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// Returns why a request to this endpoint is refused, if it is.
    pub(super) fn refusal(&self, endpoint: &str) -> Option<RequestError> {
        let refused = self.faults.locked_out && endpoint == endpoints::SESSION.name;
        refused.then_some(RequestError::Protocol(Error::Handshake(HandshakeError::LockedOut)))
    }

    /// Counts a response. Returns whether it is lost.
    pub(super) fn loses_response(&mut self) -> bool {
        self.responses = self.responses.wrapping_add(1);
        self.faults.lost.is_some_and(|one_of| self.responses.is_multiple_of(one_of))
    }

    /// Sends a response, at once or after a delay. The client may have left.
    pub(super) fn send(&self, reply: oneshot::Sender<Answer>, answer: Answer) {
        match self.faults.slow {
            None => drop(reply.send(answer)),
            Some(by) => {
                tokio::spawn(async move {
                    tokio::time::sleep(by.into()).await;
                    drop(reply.send(answer));
                });
            }
        }
    }

    /// Schedules the loss of the link after a success, if that fault is on.
    pub(super) fn succeeded(&mut self, now: Instant) {
        self.lost_at = self.faults.link_lost.map(|after| now.after(after));
    }

    /// Returns whether the link must be lost now.
    pub(super) fn loses_link(&mut self, now: Instant) -> bool {
        self.lost_at.take_if(|at| *at <= now).is_some()
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.lost_at
    }
}

impl<N: Network, S: Side<N>> Device<N, S> {
    /// Opens the control port, if that is asked for.
    pub(super) fn open_control(&self) -> Result<(), Fault> {
        let Some(address) = self.settings.control else { return Ok(()) };
        let opened = crate::control::start(address, self.outbox.clone());
        let address = opened.map_err(|error| {
            Fault::new(format!("--control {address}: {error}: choose another port, or 0"))
        })?;
        self.ui.tell(Report::ControlOpen(address));
        Ok(())
    }

    /// Makes the device have the faults that the options ask for.
    pub(super) fn begin_faults(&mut self) {
        self.side.force(self.disturbances.faults.reason);
    }

    /// Changes the faults, all or none. Returns the faults in effect, or why a change is invalid.
    pub(super) fn change_faults(&mut self, changes: &[Change]) -> Result<String, String> {
        for change in changes {
            if let Change::Reason(Some(reason)) = change {
                check_reason(*reason, self.settings.network.is_thread())?;
            }
        }
        let now = self.now();
        for change in changes {
            self.disturbances.faults.apply(*change);
            if let Change::LinkLost(after) = change {
                let after: Option<Millis> = after.filter(|_| self.manager.is_online());
                self.disturbances.lost_at = after.map(|after| now.after(after));
            }
        }
        self.begin_faults();
        Ok(self.disturbances.faults.json().to_string())
    }
}
