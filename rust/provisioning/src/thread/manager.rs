//! The methods of a manager for Thread.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::{AttachStatus, Dataset, FoundNetwork, Thread, ThreadEvent};
use crate::error::Error;
use crate::manager::Manager;

impl<R: TryCryptoRng> Manager<R, Thread> {
    /// Tries a dataset of the application, as if a client had set and applied it.
    ///
    /// Between [`Event::CredRecv`](crate::Event::CredRecv) and the first attempt, it replaces the
    /// received dataset, without another event.
    pub fn configure_thread(&mut self, now: Instant, dataset: &[u8]) -> Result<(), Error> {
        self.try_own_credentials(now, Dataset::new(dataset)?)
    }

    /// Reports a network that the discovery found.
    pub fn scan_result(&mut self, found: FoundNetwork) {
        self.network_found(found);
    }

    /// Reports a change of the device's role or addresses. Call it at any time, even before the
    /// start.
    pub fn thread_event(&mut self, now: Instant, event: ThreadEvent) {
        self.network_event(now, event);
    }

    /// Returns the state of the attachment as a client reads it.
    pub fn thread_status(&self) -> AttachStatus {
        self.status()
    }
}
