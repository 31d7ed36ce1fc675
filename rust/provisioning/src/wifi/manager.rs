//! The methods of a manager for Wi-Fi.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::{AccessPoint, Credentials, StationStatus, Wifi, WifiEvent, entry};
use crate::error::Error;
use crate::manager::Manager;

impl<R: TryCryptoRng> Manager<R, Wifi> {
    /// Tries credentials of the application, as if a client had set and applied them.
    ///
    /// Between [`Event::CredRecv`](crate::Event::CredRecv) and the first attempt, they replace the
    /// received credentials, without another event.
    pub fn configure_wifi(
        &mut self,
        now: Instant,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Result<(), Error> {
        self.try_own_credentials(now, Credentials::new(ssid, passphrase)?)
    }

    /// Reports a network that the scan found.
    pub fn scan_result(&mut self, found: AccessPoint) {
        if let Some(entry) = entry(found) {
            self.network_found(entry);
        }
    }

    /// Reports an event of the station. Call it at any time, even before the start: a manager that
    /// knows about the current link does not mistake its end for a failure later.
    pub fn wifi_event(&mut self, now: Instant, event: WifiEvent) {
        self.network_event(now, event);
    }

    /// Returns the state of the station as a client reads it.
    pub fn wifi_status(&self) -> StationStatus {
        self.status()
    }

    /// Returns the number of attempts left, including the current one, or `None` if no credentials
    /// are being tried.
    pub fn remaining_attempts(&self) -> Option<u32> {
        self.attempts_left()
    }
}
