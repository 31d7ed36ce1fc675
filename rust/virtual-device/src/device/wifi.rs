//! A device for Wi-Fi: a simulated radio, and a file with credentials.

use std::net::Ipv4Addr;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::wifi::{
    ConnectFailure, ConnectRequest, Credentials, ScanRequest, Security, StationStatus, Wifi,
    WifiEvent,
};
use provisioning::{FailReason, Manager};
use sim::radio::{JoinFault, Radio, RadioEvent};

use super::side::{Save, Side};
use super::status;
use crate::report::{InRange, Report};
use crate::settings::WifiSettings;
use crate::ui::Ui;

pub(super) struct WifiSide {
    settings: WifiSettings,
    radio: Radio,
    /// Credentials that have worked and are being written to the disk.
    unsaved: Option<Credentials>,
    /// The last address.
    address: Option<Ipv4Addr>,
}

impl WifiSide {
    pub(super) fn new(settings: WifiSettings) -> Self {
        let radio = Radio::new(settings.world.clone());
        Self { radio, settings, unsaved: None, address: None }
    }

    fn connected(&self, credentials: &Credentials, ui: &Ui) {
        if let Some(address) = self.address {
            ui.tell(Report::Connected { ssid: &credentials.ssid, address });
        }
    }
}

impl Side<Wifi> for WifiSide {
    fn stored(&self) -> usize {
        self.settings.stored.iter().len()
    }

    fn connecting(&self, ui: &Ui) {
        if let Some(credentials) = &self.settings.stored {
            ui.tell(Report::Connecting(&credentials.ssid));
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.radio.next_timeout()
    }

    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, Wifi>) -> bool {
        let Some(event) = self.radio.poll(now) else { return false };
        match event {
            RadioEvent::ScanResult(found) => manager.scan_result(found),
            RadioEvent::ScanDone(result) => manager.scan_done(now, result),
            RadioEvent::Wifi(event) => {
                if let WifiEvent::GotAddress(address) = event {
                    self.address = Some(address);
                }
                manager.wifi_event(now, event);
            }
        }
        true
    }

    fn scan(&mut self, now: Instant, request: &ScanRequest) {
        self.radio.scan(now, request);
    }

    fn connect(&mut self, now: Instant, target: &ConnectRequest) {
        self.radio.connect(now, target);
    }

    fn connect_stored(&mut self, now: Instant) {
        let Some(stored) = self.settings.stored.clone() else { return };
        // A file of an earlier version may contain the access point's address.
        let credentials = Credentials { bssid: None, channel: None, ..stored };
        // No scan has shown the network's security.
        let open = credentials.passphrase.is_empty();
        let security = if open { Security::Open } else { Security::Unknown };
        self.radio.connect(now, &ConnectRequest { credentials, security });
    }

    fn disconnect(&mut self, now: Instant) {
        self.radio.disconnect(now);
    }

    fn lose_link(&mut self, now: Instant) {
        if self.radio.is_linked() {
            self.radio.drop_link(now, ConnectFailure::Other);
        }
    }

    fn force(&mut self, reason: Option<FailReason>) {
        self.radio.world_mut().join_fault = reason.map(|reason| match reason {
            FailReason::AuthError => JoinFault::Failure(ConnectFailure::WrongPassword),
            FailReason::NetworkNotFound => JoinFault::Failure(ConnectFailure::NotFound),
            FailReason::HandshakeTimeout => JoinFault::Failure(ConnectFailure::Timeout),
            _ => JoinFault::NoAddress,
        });
    }

    fn online(&mut self, ui: &Ui) {
        if let Some(credentials) = &self.settings.stored {
            self.connected(credentials, ui);
        }
    }

    fn worked(&mut self, target: ConnectRequest, ui: &Ui) -> Option<Save> {
        let credentials = target.credentials;
        self.connected(&credentials, ui);
        self.unsaved = Some(credentials.clone());
        let store = self.settings.store.clone()?;
        Some(Box::new(move || store.save(&credentials)))
    }

    fn saved(&mut self) {
        self.settings.stored = self.unsaved.take().or(self.settings.stored.take());
    }

    fn received(&self, target: &ConnectRequest, ui: &Ui) {
        ui.tell(Report::CredentialsReceived(&target.credentials.ssid));
    }

    fn status(&self, manager: &Manager<SysRng, Wifi>) -> serde_json::Value {
        let status = manager.wifi_status();
        let rssi = match status {
            StationStatus::Connected { link, .. } => {
                let mut seen = self.radio.world().access_points.iter().map(|ap| &ap.seen);
                seen.find(|seen| seen.bssid == link.bssid).map(|seen| seen.rssi)
            }
            _ => None,
        };
        status::wifi(status, manager.remaining_attempts(), rssi)
    }

    fn in_range(&self) -> InRange {
        InRange::Wifi(self.settings.networks())
    }
}
