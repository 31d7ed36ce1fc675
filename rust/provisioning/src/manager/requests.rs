//! Requests of clients, and their responses.

use protocomm::wire::request::{NetworkConfigPayload, NetworkCtrlPayload, NetworkScanPayload};
use protocomm::wire::response::resp_scan_wifi_status as scan_status;
use protocomm::wire::{Status, Undecodable};
use protocomm::{HandshakeError, Instant, OpenRequest, Peer, SessionId, Ticket};
use rand_core::TryCryptoRng;
use zeroize::Zeroize;

use super::endpoints::handler_bit;
use super::{Lifecycle, Manager, Phase};
use crate::config::endpoints;
use crate::error::RequestError;
use crate::limits::REQUEST_MAX;
use crate::messages::{self, BODY_STATUS, ConfigCommand, CtrlCommand, ScanCommand};
use crate::network::Network;
use crate::output::{Call, Event, RequestId};
use crate::scan::Finished;

/// A request from a transport, in the buffer that its response goes into.
pub struct Request<'a> {
    /// The caller's number for the request.
    pub id: RequestId,
    /// Transport session.
    pub session: SessionId,
    /// Peer that sent it.
    pub peer: Peer,
    /// Name of the endpoint.
    pub endpoint: &'a str,
    /// Holds the message at its start, and receives the response, which may fill it. Lend as much as
    /// the transport can carry.
    pub buffer: &'a mut [u8],
    /// Length of the message in bytes.
    pub length: usize,
}

/// Outcome of a [`Request`].
#[derive(Debug)]
pub enum Handled {
    /// The response is in the buffer and has this number of bytes.
    Response(usize),
    /// Run the application's handler on the buffer.
    Call(Call),
    /// The response follows with [`Output::Respond`](crate::Output::Respond). The buffer is not used
    /// until then.
    Deferred,
}

/// Response to a request to one of the protocol's endpoints.
enum Answer {
    /// The response is complete and has this number of bytes.
    Now(usize),
    /// The same; the response tells the client that it has succeeded.
    Connected(usize),
    /// The response follows when the scan has ended.
    AfterScan,
}

/// Request of the client that waits for the end of the scan.
pub(super) struct ScanWaiter {
    request: RequestId,
    ticket: Ticket,
    /// The result, once the response has been requested.
    result: Option<Result<Status, RequestError>>,
}

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Handles a request. Report an error as a transport error of this request only; an empty
    /// response would read as success.
    ///
    /// Send the response before taking the outputs of this call.
    pub fn request(&mut self, now: Instant, request: Request<'_>) -> Result<Handled, RequestError> {
        if !matches!(self.lifecycle, Lifecycle::Serving(_)) {
            return Err(RequestError::NotRunning);
        }
        let Request { id, session, peer, endpoint, buffer, length } = request;
        let incoming = protocomm::Request { session, peer, endpoint, buffer: &mut *buffer, length };
        match self.protocomm.handle(now, incoming, &mut self.rng) {
            Ok(protocomm::Handled::Version) => self.version(buffer),
            Ok(protocomm::Handled::HandshakeStarted(length)) => Ok(Handled::Response(length)),
            Ok(protocomm::Handled::Established { length, .. }) => {
                self.client_is_present(now);
                self.renew_session(now);
                // This session must not apply credentials of the previous one.
                self.staged = None;
                self.dismiss_displaced();
                self.out.event(Event::SessionEstablished(session));
                self.scan_ahead(now);
                Ok(Handled::Response(length))
            }
            Ok(protocomm::Handled::Open(open)) => {
                self.client_is_present(now);
                self.renew_session(now);
                self.open_request(now, id, open, buffer)
            }
            Err(error) => {
                if let protocomm::Error::Handshake(error) = error {
                    self.handshake_failed(now, session, error);
                }
                Err(error.into())
            }
        }
    }

    fn handshake_failed(&mut self, now: Instant, session: SessionId, error: HandshakeError) {
        use HandshakeError::{
            BadLength, MissingCommand, ProofMismatch, Undecodable, WeakKey, WrongScheme,
        };

        match error {
            ProofMismatch => {
                self.out.event(Event::ProofMismatch(session));
                if let Some(until) = self.protocomm.locked_out(now) {
                    self.out.event(Event::LockedOut(now.until(until)));
                }
            }
            Undecodable | WrongScheme | MissingCommand | BadLength | WeakKey => {
                self.out.event(Event::HandshakeInvalid(session));
            }
            _ => {}
        }
    }

    /// Takes the response of the application's handler: the first `length` bytes of the request's
    /// buffer. A `length` beyond the buffer means that the response did not fit, and fails the
    /// request. Returns the length of the sealed response.
    pub fn answer(
        &mut self,
        ticket: Ticket,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, RequestError> {
        Ok(self.protocomm.seal(ticket, buffer, length)?)
    }

    /// Fails a request whose handler has failed.
    pub fn answer_failed(&mut self, ticket: Ticket) -> RequestError {
        self.protocomm.abandon(ticket);
        RequestError::HandlerFailed
    }

    /// Writes the response to a deferred request into its buffer, after
    /// [`Output::Respond`](crate::Output::Respond). Returns its length.
    pub fn respond(
        &mut self,
        request: RequestId,
        buffer: &mut [u8],
    ) -> Result<usize, RequestError> {
        let is_due = |waiter: &mut ScanWaiter| waiter.request == request && waiter.result.is_some();
        let waiter = self.scan_waiter.take_if(is_due).ok_or(RequestError::NotRunning)?;
        let status = match waiter.result {
            Some(Ok(status)) => status,
            Some(Err(error)) => return Err(error),
            None => return Err(RequestError::NotRunning),
        };
        let room = room(buffer, &waiter.ticket);
        let start = messages::scan_start(N::KIND);
        let written = messages::respond(room, start, Some(status), &mut |_, _| {});
        self.finish(waiter.ticket, buffer, written)
    }

    /// Drops a deferred request that the transport has abandoned.
    pub fn abandon(&mut self, request: RequestId) {
        let is_it = |waiter: &mut ScanWaiter| waiter.request == request;
        if let Some(waiter) = self.scan_waiter.take_if(is_it) {
            self.protocomm.abandon(waiter.ticket);
        }
    }

    /// Writes the response of the version endpoint.
    fn version(&self, buffer: &mut [u8]) -> Result<Handled, RequestError> {
        let scheme = self.protocomm.security().ok_or(RequestError::NotRunning)?;
        let length = self.app_info.write_version(buffer, scheme, N::CAPABILITIES);
        Ok(Handled::Response(length.ok_or(protocomm::Error::ResponseTooLarge)?))
    }

    fn open_request(
        &mut self,
        now: Instant,
        request: RequestId,
        open: OpenRequest,
        buffer: &mut [u8],
    ) -> Result<Handled, RequestError> {
        let OpenRequest { endpoint, session, length, ticket } = open;
        if let Some(bit) = handler_bit(endpoint) {
            if self.handlers & bit != 0 {
                return Ok(Handled::Call(Call { endpoint, session, length, ticket }));
            }
            self.protocomm.abandon(ticket);
            return Err(RequestError::NoHandler);
        }
        let room = room(buffer, &ticket);
        let answer = if length > REQUEST_MAX {
            Err(protocomm::Error::RequestTooLarge.into())
        } else if endpoint == endpoints::CONFIG.id() {
            self.config_request(now, room, length)
        } else if endpoint == endpoints::CTRL.id() {
            self.ctrl_request(room, length)
        } else if endpoint == endpoints::SCAN.id() {
            self.scan_request_command(now, room, length)
        } else {
            Err(protocomm::Error::UnknownEndpoint.into())
        };
        let (written, connected) = match answer {
            Ok(Answer::Now(length)) => (Ok(length), false),
            Ok(Answer::Connected(length)) => (Ok(length), true),
            // Only one session is established, and it has no other request, so no client waits yet.
            Ok(Answer::AfterScan) => {
                self.scan_waiter = Some(ScanWaiter { request, ticket, result: None });
                return Ok(Handled::Deferred);
            }
            Err(error) => (Err(error), false),
        };
        let sent = self.finish(ticket, buffer, written)?;
        if connected {
            self.stop_by_itself(now);
        }
        Ok(Handled::Response(sent))
    }

    /// Seals a response, or fails the request.
    fn finish(
        &mut self,
        ticket: Ticket,
        buffer: &mut [u8],
        written: Result<usize, RequestError>,
    ) -> Result<usize, RequestError> {
        match written {
            Ok(length) => Ok(self.protocomm.seal(ticket, buffer, length)?),
            Err(error) => {
                self.protocomm.abandon(ticket);
                Err(error)
            }
        }
    }

    fn config_request(
        &mut self,
        now: Instant,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<Answer, RequestError> {
        let request = NetworkConfigPayload::read(message(buffer, length))?;
        let msg = request.msg;
        let (kind, command) = messages::config_command(msg)?;
        if kind != N::KIND {
            return messages::refuse_config(buffer, msg, command).map(Answer::Now);
        }
        let status = match command {
            ConfigCommand::GetStatus => {
                let status = self.status();
                let target = self.link.target();
                let written = messages::respond(buffer, msg, None, &mut |writer, _| {
                    N::write_status(status, target, writer);
                })?;
                let connected = N::is_connected(status);
                return Ok(if connected {
                    Answer::Connected(written)
                } else {
                    Answer::Now(written)
                });
            }
            ConfigCommand::Set => {
                let payload = request.payload.ok_or(RequestError::MissingCommand)?;
                let credentials = N::credentials(&payload).ok_or(RequestError::MissingCommand)?;
                self.staged = credentials.ok();
                // It contains the passphrase.
                buffer.zeroize();
                let taken = self.staged.is_some();
                if !taken {
                    self.refuse();
                }
                if taken { Status::Success } else { Status::InvalidArgument }
            }
            ConfigCommand::Apply => succeeded(self.apply(now).is_ok()),
        };
        let written = messages::respond(buffer, msg, None, &mut |writer, _| {
            writer.int(BODY_STATUS, status as i32);
        });
        written.map(Answer::Now)
    }

    fn ctrl_request(&mut self, buffer: &mut [u8], length: usize) -> Result<Answer, RequestError> {
        let msg = NetworkCtrlPayload::read(message(buffer, length))?.msg;
        let (kind, command) = messages::ctrl_command(msg)?;
        let status = if kind != N::KIND {
            Status::InvalidArgument
        } else {
            succeeded(match command {
                CtrlCommand::Reset => self.reset_on_failure().is_ok(),
                CtrlCommand::Reprovision => self.reset_for_reprovision().is_ok(),
            })
        };
        messages::respond(buffer, msg, Some(status), &mut |_, _| {}).map(Answer::Now)
    }

    fn scan_request_command(
        &mut self,
        now: Instant,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<Answer, RequestError> {
        let request = NetworkScanPayload::read(message(buffer, length))?;
        let msg = request.msg;
        let (kind, command) = messages::scan_command(msg)?;
        if kind != N::KIND {
            let status = Some(Status::InvalidArgument);
            return messages::respond(buffer, msg, status, &mut |_, _| {}).map(Answer::Now);
        }
        let written = match command {
            ScanCommand::Start => {
                let payload = request.payload.ok_or(RequestError::MissingCommand)?;
                let (wanted, blocking) =
                    N::scan_request(&payload).ok_or(RequestError::MissingCommand)?;
                // A radio cannot scan while it joins a network.
                let busy = matches!(self.phase(), Some(Phase::Trying | Phase::Storing));
                if !busy {
                    self.scan.start(now, wanted, &self.config, &mut self.out);
                    if blocking && self.scan.is_running() {
                        return Ok(Answer::AfterScan);
                    }
                }
                messages::respond(buffer, msg, Some(succeeded(!busy)), &mut |_, _| {})
            }
            ScanCommand::GetStatus => {
                let (finished, count) = self.scan.status();
                messages::respond(buffer, msg, Some(Status::Success), &mut |writer, _| {
                    writer.bool(scan_status::SCAN_FINISHED, finished);
                    writer.uint(scan_status::RESULT_COUNT, count.into());
                })
            }
            ScanCommand::GetResult => {
                let payload = request.payload.ok_or(RequestError::MissingCommand)?;
                let (start, count) = N::page(&payload).ok_or(RequestError::MissingCommand)?;
                let scan = &self.scan;
                let status = Some(succeeded(scan.has_page(start, count)));
                messages::respond(buffer, msg, status, &mut |writer, body| {
                    scan.write_page(start, count, writer, body);
                })
            }
        };
        written.map(Answer::Now)
    }

    /// Starts a scan for a new session, whose client will most likely ask for one.
    fn scan_ahead(&mut self, now: Instant) {
        let serving = self.serving().map(|service| service.phase);
        let idle = matches!(serving, Ok(Phase::Awaiting | Phase::Failed));
        if self.config.scan_ahead.is_some() && idle {
            self.scan.start_ahead(now, &self.config, &mut self.out);
        }
    }

    /// Responds to the client that waits for the scan.
    pub(super) fn scan_finished(&mut self, result: Finished) {
        self.end_wait(Ok(succeeded(result.is_ok())));
    }

    /// Fails the request of the client that waits for the scan.
    pub(super) fn fail_wait(&mut self, error: RequestError) {
        self.end_wait(Err(error));
    }

    fn end_wait(&mut self, result: Result<Status, RequestError>) {
        if let Some(waiter) = &mut self.scan_waiter
            && waiter.result.is_none()
        {
            waiter.result = Some(result);
            self.out.respond(waiter.request);
        }
    }

    /// Fails a waiting request whose session is no longer established.
    pub(super) fn dismiss_displaced(&mut self) {
        let waiter = self.scan_waiter.as_ref();
        if waiter.is_some_and(|waiter| !self.protocomm.is_waiting(&waiter.ticket)) {
            self.fail_wait(RequestError::Displaced);
        }
    }
}

fn succeeded(succeeded: bool) -> Status {
    if succeeded { Status::Success } else { Status::InternalError }
}

/// Returns the part of the buffer that a response may fill before it is sealed.
fn room<'a>(buffer: &'a mut [u8], ticket: &Ticket) -> &'a mut [u8] {
    let length = buffer.len().saturating_sub(ticket.overhead());
    buffer.get_mut(..length).unwrap_or_default()
}

fn message(buffer: &[u8], length: usize) -> &[u8] {
    buffer.get(..length).unwrap_or_default()
}

impl From<Undecodable> for RequestError {
    fn from(_: Undecodable) -> Self {
        Self::Undecodable
    }
}
