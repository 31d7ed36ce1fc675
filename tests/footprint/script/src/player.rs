//! Performs the steps of a run on any machine.

use core::fmt::Write;
use core::net::Ipv4Addr;

use heapless::{String, Vec};
use protocomm::security::{Scheme, sec1::Sec1};
use protocomm::wire::WifiAuthMode;
use protocomm::{Instant, Peer, SessionId, TransportId};
use provisioning::limits::OUTPUTS_MAX;
use provisioning::wifi::{AccessPoint, ConnectFailure, Link, Ssid, WifiEvent};
use provisioning::{
    Call, Config, Error, Handled, Manager, Output, Request, RequestError, RequestId,
};

pub use crate::rng::DeviceRng;
use crate::{Input, Network};

/// The longest message that any transport carries, in bytes.
pub const CARRIER_MAX: usize = protocomm::transport::http::BODY_MAX;

/// An effect as text, truncated if it is too long.
pub type Text = String<256>;

/// A manager with its application and its driver.
pub struct Player {
    manager: Manager<DeviceRng>,
    requests: u32,
    /// The transport's buffer: first the message that came in, then its response.
    buffer: [u8; CARRIER_MAX],
    /// How much of the buffer the transport lends.
    lent: usize,
    /// The request that the application's handler is to respond to.
    call: Option<Call>,
    response: Option<Result<usize, RequestError>>,
    outputs: Vec<Output, OUTPUTS_MAX>,
}

impl Player {
    /// A manager whose service does not run yet. It tries a network twice.
    pub fn new() -> Self {
        let config = Config { wifi_conn_attempts: 2, ..Config::default() };
        Self {
            manager: Manager::new(config, DeviceRng::default()),
            requests: 0,
            buffer: [0; CARRIER_MAX],
            lent: 0,
            call: None,
            response: None,
            outputs: Vec::new(),
        }
    }

    /// The manager.
    pub fn manager(&self) -> &Manager<DeviceRng> {
        &self.manager
    }

    /// Receives a message into the buffer. Call this before [`apply`](Self::apply), whose cost must
    /// not include it.
    pub fn receive(&mut self, input: &Input<'_>) {
        if let Input::Request { message, reply_max, .. } = *input {
            self.lent = message.len().max(reply_max as usize).min(CARRIER_MAX);
            self.buffer.iter_mut().zip(message).for_each(|(to, from)| *to = *from);
        }
    }

    /// Makes one call of the manager and takes its outputs. A deferred response is written when the
    /// manager asks for it.
    pub fn apply(&mut self, now: u64, input: &Input<'_>) -> Result<(), Error> {
        self.response = None;
        self.outputs.clear();
        let result = self.call(Instant::from_millis(now), input);
        while let Some(output) = self.manager.poll_output() {
            if let Output::Respond(request) = output {
                let buffer = self.buffer.get_mut(..self.lent).unwrap_or_default();
                self.response = Some(self.manager.respond(request, buffer));
            } else {
                // The manager leaves no more outputs than fit.
                let _ = self.outputs.push(output);
            }
        }
        result
    }

    /// The response of the last step, if any.
    pub fn response(&self) -> Option<Result<&[u8], RequestError>> {
        let response = self.response.as_ref()?;
        Some(response.map(|length| self.buffer.get(..length).unwrap_or_default()))
    }

    /// The effects of the last step other than its response.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    fn call(&mut self, now: Instant, input: &Input<'_>) -> Result<(), Error> {
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
            Input::Request { session, endpoint, message, .. } => {
                self.request(now, session_id(session), endpoint, message.len());
            }
            Input::Answer => self.answer(),
            Input::CloseSession(session) => self.manager.close_session(session_id(session)),
            Input::ScanResult(network) => {
                self.manager.scan_result(AccessPoint {
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
            Input::Stored => self.manager.credentials_stored(now, Some(1)),
            Input::Timeout => self.manager.handle_timeout(now),
        }
        Ok(())
    }

    fn request(&mut self, now: Instant, session: SessionId, endpoint: &str, length: usize) {
        self.requests += 1;
        let id = RequestId(self.requests);
        let buffer = self.buffer.get_mut(..self.lent).unwrap_or_default();
        let request = Request { id, session, peer: Peer::UNKNOWN, endpoint, buffer, length };
        self.response = match self.manager.request(now, request) {
            Ok(Handled::Response(length)) => Some(Ok(length)),
            Ok(Handled::Deferred) => None,
            Ok(Handled::Call(call)) => {
                self.call = Some(call);
                None
            }
            Err(error) => Some(Err(error)),
        };
    }

    /// The application's handler responds with the request it got.
    fn answer(&mut self) {
        let Some(Call { length, ticket, .. }) = self.call.take() else { return };
        let length = length.min(self.lent.saturating_sub(ticket.overhead()));
        let buffer = self.buffer.get_mut(..self.lent).unwrap_or_default();
        self.response = Some(self.manager.answer(ticket, buffer, length));
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
}

impl Default for Player {
    fn default() -> Self {
        Self::new()
    }
}

/// An output as text.
pub fn text(output: &Output) -> Text {
    let mut text = Text::new();
    // Fails if the text is truncated, which happens on every machine alike.
    let _ = write!(text, "{output:?}");
    text
}

fn session_id(number: u32) -> SessionId {
    SessionId::new(TransportId(0), number)
}

fn auth(network: &Network<'_>) -> WifiAuthMode {
    WifiAuthMode::try_from(network.auth).unwrap_or_default()
}
