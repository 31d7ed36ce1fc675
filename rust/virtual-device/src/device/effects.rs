//! Carries out the manager's outputs.

use std::io;

use protocomm::{Error, HandshakeError, Instant, SessionId};
use provisioning::{Call, Event, Network, Output, RequestError, State, endpoints};
use tokio::task::JoinError;

use super::message::Answer;
use super::side::Side;
use super::{Device, Waiting};
use crate::Fault;
use crate::http::Server;
use crate::report::{Ready, Report, Transport};
use crate::settings::STATUS_ENDPOINT;
use crate::ui;

impl<N: Network, S: Side<N>> Device<N, S> {
    /// Carries out an output.
    pub(super) fn effect(&mut self, now: Instant, output: Output) {
        match output {
            Output::Respond(id) => match self.waiting.remove(&id) {
                Some(mut waiting) => {
                    let result = self.manager.respond(id, &mut waiting.buffer);
                    self.respond(now, waiting, result);
                }
                None => self.manager.abandon(id),
            },
            Output::Event(event) => self.event(now, event),
            Output::StartService => self.start_service(now),
            Output::StopService => match self.server.take() {
                Some(server) => self.stopping = Some(server.stop()),
                None => self.manager.service_stopped(),
            },
            Output::Scan => self.side.scan(now, self.manager.scan_request()),
            Output::Connect => {
                if let Some(target) = self.manager.target() {
                    self.side.connect(now, target);
                }
            }
            Output::ConnectStored(_) => self.side.connect_stored(now),
            Output::Disconnect => self.side.disconnect(now),
            Output::Store => self.store(now),
        }
    }

    /// Sends a response of this length, or fails the request.
    pub(super) fn respond(
        &mut self,
        now: Instant,
        waiting: Waiting,
        result: Result<usize, RequestError>,
    ) {
        let Waiting { transport, endpoint, session, new_session, reply, mut buffer } = waiting;
        let lost = result.is_ok() && self.disturbances.loses_response();
        match &result {
            Ok(_) if lost => {}
            Ok(_) if endpoint == endpoints::CONFIG.name => self.exit.was_read(now),
            Ok(_) => {}
            // An event reports it.
            Err(RequestError::Protocol(Error::Handshake(HandshakeError::ProofMismatch))) => {}
            Err(reason) => {
                self.ui.tell(Report::RequestFailed { transport, endpoint: &endpoint, reason });
            }
        }
        let result = result.map(|length| {
            buffer.truncate(length);
            buffer
        });
        if lost {
            // The transport has nothing to send.
            return;
        }
        let in_session = result.is_ok() && self.manager.protocomm().established() == Some(session);
        self.disturbances.send(reply, Answer { result, new_session, in_session });
    }

    /// The handler of every custom endpoint.
    pub(super) fn call(&mut self, now: Instant, mut waiting: Waiting, call: Call) {
        let length = if self.settings.status && waiting.endpoint == STATUS_ENDPOINT {
            let text = self.side.status(&self.manager).to_string();
            if let Some(room) = waiting.buffer.get_mut(..text.len()) {
                room.copy_from_slice(text.as_bytes());
            }
            text.len()
        } else {
            echo(&mut waiting.buffer, call.length)
        };
        let result = self.manager.answer(call.ticket, &mut waiting.buffer, length);
        self.respond(now, waiting, result);
    }

    fn start_service(&mut self, now: Instant) {
        if self.settings.proof == crate::cli::Proof::Plain {
            ui::warn(
                "security 0: nothing is encrypted and anybody may provision the device; \
                 for tests only",
            );
        }
        if self.settings.proof == crate::cli::Proof::None {
            ui::warn(
                "security 1 without a proof of possession: anybody may provision the device; \
                 --pop sets one",
            );
        }
        if let Some(address) = self.settings.http {
            let endpoints = self.manager.protocomm().endpoints();
            let names = endpoints.iter().map(|(_, name, _)| name.to_owned()).collect();
            match Server::start(address, names, self.settings.browser.clone(), self.outbox.clone())
            {
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
            page: self.settings.browser.page,
            console: settings.console,
            networks: self.side.in_range(),
        }));
    }

    fn event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Start => {
                for name in self.settings.all_endpoints() {
                    // The endpoints were created and the service runs.
                    let _ = self.manager.endpoint_register(name);
                }
                if std::mem::take(&mut self.received) {
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
            Event::HandshakeInvalid(session) => {
                let (transport, session) = parts(session);
                self.ui.tell(Report::HandshakeInvalid { transport, session });
            }
            Event::LockedOut(time) => self.ui.tell(Report::LockedOut(time.into())),
            Event::ScanStarted => self.ui.tell(Report::ScanStarted),
            Event::ScanDone(count) => self.ui.tell(Report::ScanDone(count)),
            Event::Attempt { number, of } => self.ui.tell(Report::Attempt { number, of }),
            Event::AttemptFailed { reason, remaining } => {
                self.ui.tell(Report::AttemptFailed { reason, remaining });
            }
            Event::CredFail(reason) => {
                self.ui.tell(Report::Failed(reason));
                self.exit.failed(now);
            }
            Event::CredSuccess => {
                self.exit.succeeded();
                self.disturbances.succeeded(now);
            }
            Event::LinkLost => self.ui.tell(Report::LinkLost),
            Event::End => {
                self.ui.tell(Report::End { online: self.manager.is_online() });
                if self.manager.state() == State::Idle {
                    self.exit.service_ended();
                } else {
                    // No client came, so the stored network is tried again.
                    self.side.connecting(&self.ui);
                }
            }
            Event::Online => {
                self.side.online(&self.ui);
                if self.manager.state() == State::Idle {
                    self.exit.succeeded();
                    self.exit.service_ended();
                }
            }
            Event::ConnectRetry { reason, after } => {
                self.ui.tell(Report::ConnectFailed { reason, again: Some(after.into()) });
            }
            Event::ConnectFailed(reason) => {
                self.ui.tell(Report::ConnectFailed { reason, again: None });
            }
            Event::Deinit => self.exit.over(),
            Event::CredRecv => {
                if let Some(target) = self.manager.target() {
                    self.side.received(target, &self.ui);
                    self.received = true;
                }
            }
            // Nobody waits for the others: neither a person nor a script.
            _ => {}
        }
    }

    /// The manager has credentials that work.
    fn store(&mut self, now: Instant) {
        let Some(target) = self.manager.target().cloned() else { return };
        let save = self.side.worked(target, &self.ui);
        if self.disturbances.faults.storage {
            self.storing = Some(tokio::spawn(async { Err(io::Error::other("a fault")) }));
            return;
        }
        match save {
            None => self.keep(now),
            // A disk may be slow, and requests must not wait for it.
            Some(save) => self.storing = Some(tokio::task::spawn_blocking(save)),
        }
    }

    /// The disk has stored them, or has failed to.
    pub(super) fn stored(&mut self, result: Result<io::Result<()>, JoinError>) {
        let result = result.map_err(io::Error::other).flatten();
        match &result {
            Ok(()) => self.ui.tell(Report::Stored),
            Err(error) => self.ui.tell(Report::StoreFailed(error)),
        }
        let now = self.now();
        if result.is_ok() {
            self.keep(now);
        } else {
            self.manager.credentials_stored(now, None);
        }
    }

    /// Reports that the credentials are stored.
    fn keep(&mut self, now: Instant) {
        self.side.saved();
        self.manager.credentials_stored(now, Some(self.side.stored()));
    }
}

fn parts(session: SessionId) -> (Transport, u32) {
    (Transport::of(session.transport), session.number)
}

/// Puts a greeting before the request, and returns the length of both.
fn echo(buffer: &mut [u8], length: usize) -> usize {
    const GREETING: &[u8] = b"echo:";

    let total = GREETING.len() + length;
    if total <= buffer.len() {
        buffer.copy_within(..length, GREETING.len());
        buffer[..GREETING.len()].copy_from_slice(GREETING);
    }
    total
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
