//! What a manager for Wi-Fi is asked and told besides.

use protocomm::Instant;
use rand_core::TryCryptoRng;

use super::{AccessPoint, Credentials, StationStatus, Wifi, WifiEvent, entry};
use crate::error::Error;
use crate::manager::Manager;

impl<R: TryCryptoRng> Manager<R, Wifi> {
    /// Tries credentials of the application's, as if a client had set and applied them.
    ///
    /// Between [`Event::CredRecv`](crate::Event::CredRecv) and the first attempt, they replace
    /// those that were received, without another event: the application has the last word.
    pub fn configure_wifi(
        &mut self,
        now: Instant,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Result<(), Error> {
        self.try_own_credentials(now, Credentials::new(ssid, passphrase)?)
    }

    /// A network was found by the scan.
    pub fn scan_result(&mut self, found: &AccessPoint) {
        if let Some(entry) = entry(found) {
            self.network_found(entry);
        }
    }

    /// Something happened to the station. Tell it at any time, before the start too: what the
    /// manager knows of the link there is, keeps its end from being taken for a failure later.
    pub fn wifi_event(&mut self, now: Instant, event: WifiEvent) {
        self.network_event(now, event);
    }

    /// How the station stands, as a client reads it.
    pub fn wifi_status(&self) -> StationStatus {
        self.status()
    }

    /// Attempts left, the one under way included; none if credentials are not being tried.
    pub fn remaining_attempts(&self) -> Option<u32> {
        self.attempts_left()
    }
}
