//! The driver's reports about its scans.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::Manager;
use crate::network::Network;
use crate::scan::ScanFailure;

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Reports that the scan has ended, or could not be started.
    pub fn scan_done(&mut self, now: Instant, result: Result<(), ScanFailure>) {
        if let Some(result) = self.scan.done(now, result, &self.config, &mut self.out) {
            self.scan_finished(result);
        }
        if self.scan.driver_until().is_none() {
            self.link.release(now);
        }
    }

    /// Reports that the driver is busy with a scan that another manager started, which ends by `until`
    /// at the latest. Its results are ignored; a scan of this manager starts after
    /// [`scan_done`](Self::scan_done).
    pub fn scan_under_way(&mut self, until: Instant) {
        self.scan.driver_is_busy(until);
    }

    /// Returns the latest end of the driver's current scan, for the manager that follows this one.
    pub fn scan_until(&self) -> Option<Instant> {
        self.scan.driver_until()
    }

    /// Reports a network that the scan found.
    pub(crate) fn network_found(&mut self, found: N::Entry) {
        self.scan.found(found);
    }
}
