//! What a manager for Thread is asked and told besides.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::{AttachStatus, Dataset, FoundNetwork, Thread, ThreadEvent};
use crate::error::Error;
use crate::manager::Manager;

impl<R: TryCryptoRng> Manager<R, Thread> {
    /// Tries a dataset of the application's, as if a client had set and applied it.
    ///
    /// Between [`Event::CredRecv`](crate::Event::CredRecv) and the first attempt, it replaces the
    /// one that was received, without another event: the application has the last word.
    pub fn configure_thread(&mut self, now: Instant, dataset: &[u8]) -> Result<(), Error> {
        self.try_own_credentials(now, Dataset::new(dataset)?)
    }

    /// A network was found by the discovery.
    pub fn scan_result(&mut self, found: FoundNetwork) {
        self.network_found(found);
    }

    /// Something happened to the device's place in a Thread network. Tell it at any time, before
    /// the start too.
    pub fn thread_event(&mut self, now: Instant, event: ThreadEvent) {
        self.network_event(now, event);
    }

    /// How the attachment stands, as a client reads it.
    pub fn thread_status(&self) -> AttachStatus {
        self.status()
    }
}
