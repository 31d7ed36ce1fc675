//! Makes a step happen, on whatever machine.

use core::fmt::Write;
use core::net::Ipv4Addr;

use heapless::{String, Vec};
use protocomm::security::{Scheme, sec1::Sec1};
use protocomm::wire::WifiAuthMode;
use protocomm::{Instant, SessionId, TransportId};
use provisioning::wifi::{AccessPoint, ConnectFailure, Link, Ssid, WifiEvent};
use provisioning::{Call, Config, Error, Manager, Output, RequestId};

pub use crate::rng::DeviceRng;
use crate::{Input, Network};

/// The longest message that any transport carries, in bytes.
pub const CARRIER_MAX: usize = protocomm::transport::http::BODY_MAX;

/// An effect as it prints; what is too long is cut.
pub type Text = String<256>;

/// A manager with its application and its owner.
pub struct Player {
    manager: Manager<DeviceRng>,
    requests: u32,
    /// The application is to answer this.
    call: Option<Call>,
    /// The application's own memory for its answer, outside the arena.
    answer: Vec<u8, CARRIER_MAX>,
}

impl Player {
    /// A manager whose service does not run yet. It tries a network twice.
    pub fn new() -> Self {
        let config = Config { wifi_conn_attempts: 2, ..Config::default() };
        Self {
            manager: Manager::new(config, DeviceRng::default()),
            requests: 0,
            call: None,
            answer: Vec::new(),
        }
    }

    /// The manager.
    pub fn manager(&self) -> &Manager<DeviceRng> {
        &self.manager
    }

    /// Makes one call of the manager.
    pub fn apply(&mut self, now: u64, input: &Input<'_>) -> Result<(), Error> {
        let now = Instant::from_millis(now);
        match *input {
            Input::AppInfo { label, version, capability } => {
                return self.manager.set_app_info(label, version, &[capability]);
            }
            Input::CreateEndpoint(name) => return self.manager.endpoint_create(name).map(drop),
            Input::RegisterEndpoint(name) => return self.manager.endpoint_register(name).map(drop),
            Input::Start(pop) => return self.manager.start(Scheme::Sec1(Sec1::new(pop))),
            Input::StartSecurity2 { salt, verifier } => {
                return self.start_security_2(salt, verifier);
            }
            Input::Stop => self.manager.stop(now),
            Input::ServiceStarted => self.manager.service_started(now, true),
            Input::ServiceStopped => self.manager.service_stopped(),
            Input::Request { session, endpoint, message, reply_max } => {
                self.requests += 1;
                self.manager.request(
                    now,
                    RequestId(self.requests),
                    session_id(session),
                    endpoint,
                    message,
                    reply_max as usize,
                );
            }
            Input::Answer => self.answer(),
            Input::CloseSession(session) => self.manager.close_session(session_id(session)),
            Input::ScanResult(network) => {
                self.manager.scan_result(&AccessPoint {
                    ssid: Some(Ssid::new(network.ssid)?),
                    bssid: network.bssid,
                    channel: network.channel,
                    rssi: network.rssi,
                    auth: auth(&network),
                });
            }
            Input::ScanDone => self.manager.scan_done(now, Ok(())),
            Input::LinkUp(network) => {
                let link =
                    Link { bssid: network.bssid, channel: network.channel, auth: auth(&network) };
                self.manager.wifi_event(now, WifiEvent::LinkUp(link));
            }
            Input::GotAddress(address) => {
                let address = Ipv4Addr::from_bits(address);
                self.manager.wifi_event(now, WifiEvent::GotAddress(address));
            }
            Input::WrongPassword => {
                let failure = ConnectFailure::WrongPassword;
                self.manager.wifi_event(now, WifiEvent::ConnectFailed(failure));
            }
            Input::Stored => self.manager.credentials_stored(now, true),
            Input::Timeout => self.manager.handle_timeout(now),
        }
        Ok(())
    }

    #[cfg(feature = "sec2")]
    #[inline(never)]
    fn start_security_2(&mut self, salt: &[u8], verifier: &[u8]) -> Result<(), Error> {
        use protocomm::security::sec2::Sec2;

        let scheme = Sec2::new(salt, verifier).map_err(|_| Error::Argument)?;
        self.manager.start(Scheme::Sec2(scheme))
    }

    #[cfg(not(feature = "sec2"))]
    fn start_security_2(&mut self, _salt: &[u8], _verifier: &[u8]) -> Result<(), Error> {
        Err(Error::Argument)
    }

    /// What the manager wants done next, an application's call left out: it is kept for
    /// [`Input::Answer`].
    pub fn poll(&mut self) -> Option<Output> {
        loop {
            match self.manager.poll_output()? {
                Output::Call(call) => self.call = Some(call),
                other => return Some(other),
            }
        }
    }

    /// As an application in C does: it reads the request where it is and returns memory of its
    /// own, which is copied once the request is no longer needed.
    fn answer(&mut self) {
        let Some(Call { request, payload, ticket, .. }) = self.call.take() else { return };
        let length = payload.len().min(ticket.reply_max());
        self.answer.clear();
        self.answer.extend(payload.iter().take(length).copied());
        drop(payload);
        self.manager.answer(request, ticket, Some(self.answer.as_slice().into()));
    }
}

impl Default for Player {
    fn default() -> Self {
        Self::new()
    }
}

/// An output as it prints.
pub fn text(output: &Output) -> Text {
    let mut text = Text::new();
    // Fails if it is cut, which it is alike on every machine.
    let _ = write!(text, "{output:?}");
    text
}

fn session_id(number: u32) -> SessionId {
    SessionId::new(TransportId(0), number)
}

fn auth(network: &Network<'_>) -> WifiAuthMode {
    WifiAuthMode::try_from(network.auth).unwrap_or_default()
}
