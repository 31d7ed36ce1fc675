//! What the manager wants done, and the doing of it.

use std::io;

use protocomm::{Error, HandshakeError, Instant, SessionId};
use provisioning::wifi::{Action, ConnectRequest, Credentials, Security};
use provisioning::{Call, Event, Output, Reply, RequestError, endpoints};
use tokio::task::JoinError;

use super::{Answer, Device};
use crate::Fault;
use crate::http::Server;
use crate::report::{Ready, Report, Transport};

impl Device {
    /// Brings an effect about.
    pub(super) fn effect(&mut self, now: Instant, output: Output) {
        match output {
            Output::Reply(reply) => self.reply(now, reply),
            Output::Call(call) => self.call(call),
            Output::Event(event) => self.event(now, event),
            Output::StartService => self.start_service(now),
            Output::StopService => match self.server.take() {
                Some(server) => self.stopping = Some(server.stop()),
                None => self.manager.service_stopped(),
            },
            Output::Scan(request) => self.radio.scan(now, &request),
            Output::Connect(request) => self.radio.connect(now, &request),
            Output::Disconnect => self.radio.disconnect(now),
            Output::Store(joined) => self.store(now, joined.credentials),
        }
    }

    fn reply(&mut self, now: Instant, reply: Reply) {
        // Each request is answered once.
        let Some(waiting) = self.waiting.remove(&reply.request) else { return };
        match &reply.result {
            Ok(_) if waiting.endpoint == endpoints::CONFIG.name => self.exit.was_read(now),
            Ok(_) => {}
            // It has an event of its own.
            Err(RequestError::Protocol(Error::Handshake(HandshakeError::ProofMismatch))) => {}
            Err(reason) => self.ui.tell(Report::RequestFailed {
                transport: waiting.transport,
                endpoint: &waiting.endpoint,
                reason,
            }),
        }
        // The client may have gone.
        let answer = Answer { result: reply.result, new_session: waiting.new_session };
        let _ = waiting.reply.send(answer);
    }

    /// The handler of every custom endpoint.
    fn call(&mut self, call: Call) {
        let mut echo = b"echo:".to_vec();
        echo.extend_from_slice(&call.payload);
        self.manager.answer(call.request, call.ticket, Some(echo));
    }

    fn start_service(&mut self, now: Instant) {
        if let Some(address) = self.settings.http {
            let endpoints = self.manager.protocomm().endpoints();
            let names = endpoints.iter().map(|(_, name, _)| name.to_owned()).collect();
            match Server::start(address, names, self.outbox.clone()) {
                Ok(server) => {
                    self.ui.tell(Report::Listening(server.address));
                    self.server = Some(server);
                }
                Err(error) => {
                    self.fault = Some(cannot_listen(address, &error));
                    self.manager.service_started(now, false);
                    return;
                }
            }
        }
        self.manager.service_started(now, true);
        let settings = &self.settings;
        self.ui.tell(Report::Ready(&Ready {
            name: settings.name.clone(),
            security: settings.proof.security(),
            username: settings.proof.username().map(Into::into),
            pop: settings.proof.pop().map(Into::into),
            pop_is_new: settings.pop_is_new,
            http: self.server.as_ref().map(|server| server.address),
            console: settings.console,
            networks: settings.networks(),
        }));
    }

    fn event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Start => {
                for name in &self.settings.endpoints {
                    // They were created, and the service runs.
                    let _ = self.manager.endpoint_register(name);
                }
                if self.ssid.take().is_some() {
                    self.ui.tell(Report::AwaitingAgain);
                }
            }
            Event::SessionEstablished(session) => {
                let (transport, session) = parts(session);
                self.ui.tell(Report::SessionEstablished { transport, session });
            }
            Event::ProofMismatch(session) => {
                let (transport, session) = parts(session);
                self.ui.tell(Report::ProofMismatch { transport, session });
            }
            Event::LockedOut(time) => self.ui.tell(Report::LockedOut(time)),
            Event::ScanStarted => self.ui.tell(Report::ScanStarted),
            Event::ScanDone(count) => self.ui.tell(Report::ScanDone(count)),
            Event::CredRecv(ssid) => {
                self.ui.tell(Report::CredentialsReceived(&ssid));
                self.ssid = Some(ssid);
            }
            Event::Attempt { number, of } => self.ui.tell(Report::Attempt { number, of }),
            Event::AttemptFailed { reason, remaining } => {
                self.ui.tell(Report::AttemptFailed { reason, remaining });
            }
            Event::CredFail(reason) => {
                self.ui.tell(Report::Failed(reason));
                self.exit.failed(now);
            }
            Event::CredSuccess => self.exit.succeeded(),
            Event::End => {
                self.ui.tell(Report::End { online: self.radio.is_linked() });
                self.exit.service_ended();
            }
            Event::Deinit => self.exit.over(),
            // The rest is nothing that a person or a script waits for.
            _ => {}
        }
    }

    /// The manager has credentials that work.
    fn store(&mut self, now: Instant, credentials: Credentials) {
        if let Some(address) = self.address {
            self.ui.tell(Report::Connected { ssid: &credentials.ssid, address });
        }
        match self.settings.store.clone() {
            None => self.manager.credentials_stored(now, true),
            Some(store) => {
                // A disk may take its time, and nobody else is to wait for it.
                let save = move || store.save(&credentials);
                self.storing = Some(tokio::task::spawn_blocking(save));
            }
        }
    }

    /// The disk has them, or not.
    pub(super) fn stored(&mut self, result: Result<io::Result<()>, JoinError>) {
        let result = result.map_err(io::Error::other).flatten();
        match &result {
            Ok(()) => self.ui.tell(Report::Stored),
            Err(error) => self.ui.tell(Report::StoreFailed(error)),
        }
        self.manager.credentials_stored(self.now(), result.is_ok());
    }

    /// A device that was provisioned before gets on.
    pub(super) fn connector_action(&mut self, now: Instant, action: Option<Action>) {
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
                self.ui.tell(Report::ConnectFailed { reason, again: Some(pause) });
            }
            Some(Action::GiveUp(reason)) => {
                self.radio.disconnect(now);
                self.ui.tell(Report::ConnectFailed { reason, again: None });
                self.connector = None;
                self.known = None;
                self.provision();
            }
            Some(Action::Connected(address)) => {
                self.connector = None;
                if let Some(Credentials { ssid, .. }) = self.known.take() {
                    self.ui.tell(Report::Connected { ssid: &ssid, address });
                }
                self.exit.succeeded();
                self.exit.service_ended();
            }
        }
    }
}

fn parts(session: SessionId) -> (Transport, u32) {
    (Transport::of(session.transport), session.number)
}

fn cannot_listen(address: std::net::SocketAddr, error: &io::Error) -> Fault {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "choose another port, as in --http 127.0.0.1:8081, or 0 for a free one"
        }
        io::ErrorKind::PermissionDenied => "choose a port above 1023, as in --http 127.0.0.1:8080",
        io::ErrorKind::AddrNotAvailable => "choose an address of this machine, as 127.0.0.1",
        _ => "choose another address",
    };
    Fault::new(format!("cannot listen on {address}: {error}: {advice}"))
}
