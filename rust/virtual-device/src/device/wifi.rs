//! A device for Wi-Fi: a simulated radio, and a file with credentials.

use std::net::Ipv4Addr;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::wifi::{
    Action, ConnectRequest, Connector, Credentials, Policy, ScanRequest, Security, Wifi, WifiEvent,
};
use provisioning::{Event, Manager};
use sim::radio::{Radio, RadioEvent};

use super::side::{Progress, Save, Side};
use crate::report::{InRange, Report};
use crate::settings::WifiSettings;
use crate::ui::Ui;

pub(super) struct WifiSide {
    settings: WifiSettings,
    radio: Radio,
    /// A device that was provisioned before, on its way to the network.
    connector: Option<Connector>,
    /// What the network of the connector takes.
    known: Option<Credentials>,
    /// The address that came last.
    address: Option<Ipv4Addr>,
}

impl WifiSide {
    pub(super) fn new(settings: WifiSettings) -> Self {
        Self {
            radio: Radio::new(settings.world.clone()),
            settings,
            connector: None,
            known: None,
            address: None,
        }
    }

    fn radio_event(
        &mut self,
        now: Instant,
        event: RadioEvent,
        manager: &mut Manager<SysRng, Wifi>,
        ui: &Ui,
    ) -> Progress {
        match event {
            RadioEvent::ScanResult(found) => manager.scan_result(&found),
            RadioEvent::ScanDone(result) => manager.scan_done(now, result),
            RadioEvent::Wifi(event) => {
                if let WifiEvent::GotAddress(address) = event {
                    self.address = Some(address);
                }
                match &mut self.connector {
                    Some(connector) => {
                        let action = connector.handle_event(now, event);
                        return self.act(now, action, ui);
                    }
                    None => manager.wifi_event(now, event),
                }
            }
        }
        Progress::Something
    }

    /// A device that was provisioned before gets on.
    fn act(&mut self, now: Instant, action: Option<Action>, ui: &Ui) -> Progress {
        match action {
            None => {}
            Some(Action::Join(_)) => {
                if let Some(credentials) = self.known.clone() {
                    // No scan has told how the network wants to be joined.
                    let open = credentials.passphrase.is_empty();
                    let security = if open { Security::Open } else { Security::Unknown };
                    self.radio.connect(now, &ConnectRequest { credentials, security });
                }
            }
            Some(Action::Pause(reason, pause)) => {
                self.radio.disconnect(now);
                ui.tell(Report::ConnectFailed { reason, again: Some(pause) });
            }
            Some(Action::GiveUp(reason)) => {
                self.radio.disconnect(now);
                ui.tell(Report::ConnectFailed { reason, again: None });
                self.give_up();
                return Progress::GivenUp;
            }
            Some(Action::Connected(address)) => {
                if let Some(Credentials { ssid, .. }) = self.known.take() {
                    ui.tell(Report::Connected { ssid: &ssid, address });
                }
                self.give_up();
                return Progress::Online;
            }
        }
        Progress::Something
    }
}

impl Side<Wifi> for WifiSide {
    fn begin(&mut self, now: Instant, ui: &Ui) -> bool {
        let Some(credentials) = self.settings.stored.clone() else { return false };
        ui.tell(Report::Connecting(&credentials.ssid));
        self.connector = Connector::new(now, 1, Policy::default());
        self.known = Some(credentials);
        true
    }

    fn is_connecting(&self) -> bool {
        self.connector.is_some()
    }

    fn give_up(&mut self) {
        self.connector = None;
        self.known = None;
    }

    fn next_timeout(&self) -> Option<Instant> {
        let connector = self.connector.as_ref().and_then(Connector::next_timeout);
        [self.radio.next_timeout(), connector].into_iter().flatten().min()
    }

    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, Wifi>, ui: &Ui) -> Progress {
        if let Some(event) = self.radio.poll(now) {
            return self.radio_event(now, event, manager, ui);
        }
        let due = |connector: &&mut Connector| connector.next_timeout().is_some_and(|at| at <= now);
        match self.connector.as_mut().filter(due) {
            Some(connector) => {
                let action = connector.handle_timeout(now);
                self.act(now, action, ui)
            }
            None => Progress::Nothing,
        }
    }

    fn scan(&mut self, now: Instant, request: &ScanRequest) {
        self.radio.scan(now, request);
    }

    fn connect(&mut self, now: Instant, target: &ConnectRequest) {
        self.radio.connect(now, target);
    }

    fn disconnect(&mut self, now: Instant) {
        self.radio.disconnect(now);
    }

    fn worked(&mut self, target: ConnectRequest, ui: &Ui) -> Option<Save> {
        let credentials = target.credentials;
        if let Some(address) = self.address {
            ui.tell(Report::Connected { ssid: &credentials.ssid, address });
        }
        let store = self.settings.store.clone()?;
        Some(Box::new(move || store.save(&credentials)))
    }

    fn received(&self, event: &Event, ui: &Ui) -> bool {
        let Event::CredRecv(ssid) = event else { return false };
        ui.tell(Report::CredentialsReceived(ssid));
        true
    }

    fn is_online(&self) -> bool {
        self.radio.is_linked()
    }

    fn in_range(&self) -> InRange {
        InRange::Wifi(self.settings.networks())
    }
}
