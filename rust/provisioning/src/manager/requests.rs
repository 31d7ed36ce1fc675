//! From a client's request to its answer.

use alloc::vec::Vec;

use protocomm::wire::{self, Message, Shape, Status};
use protocomm::{Handled, HandshakeError, Instant, OpenRequest, Request, SessionId, Ticket};
use rand_core::TryCryptoRng;

use super::{Lifecycle, Manager, Phase};
use crate::error::RequestError;
use crate::limits::REQUEST_MAX;
use crate::network::{self, ConfigAction, Network, ScanAction};
use crate::output::{Call, Event, Output, Reply, RequestId};
use crate::scan::Finished;
use crate::{answers, ctrl};

/// How a request is answered.
enum Answer {
    /// With this.
    Now(Vec<u8>),
    /// With this, which tells the client that it has succeeded.
    Connected(Vec<u8>),
    /// When the scan has ended.
    AfterScan,
}

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// A request came in. There will be one [`Output::Reply`] for it: now, or when what it asks
    /// for has happened. `reply_max` is the longest answer the transport can carry, in bytes.
    pub fn request(
        &mut self,
        now: Instant,
        request: RequestId,
        session: SessionId,
        endpoint: &str,
        message: &[u8],
        reply_max: usize,
    ) {
        if !matches!(self.lifecycle, Lifecycle::Serving(_)) {
            self.out.reply(Reply { request, result: Err(RequestError::NotRunning) });
            return;
        }
        let incoming = Request { session, endpoint, message, reply_max };
        match self.protocomm.handle(now, incoming, &mut self.rng) {
            Ok(Handled::Version(reply) | Handled::HandshakeStarted(reply)) => {
                self.out.reply(Reply { request, result: Ok(reply) });
            }
            Ok(Handled::Established { reply, .. }) => {
                self.client_is_present(now);
                // What the session before has set is not for this one to apply.
                self.staged = None;
                self.dismiss_displaced();
                self.out.push(Output::Event(Event::SessionEstablished(session)));
                self.scan_ahead(now);
                self.out.reply(Reply { request, result: Ok(reply) });
            }
            Ok(Handled::Open(open)) => {
                self.client_is_present(now);
                self.open_request(now, request, open);
            }
            Err(error) => {
                if error == protocomm::Error::Handshake(HandshakeError::ProofMismatch) {
                    self.out.push(Output::Event(Event::ProofMismatch(session)));
                    if let Some(until) = self.protocomm.locked_out(now) {
                        self.out.push(Output::Event(Event::LockedOut(now.until(until))));
                    }
                }
                self.out.reply(Reply { request, result: Err(error.into()) });
            }
        }
    }

    /// The application's handler has returned: its answer, or that it failed.
    pub fn answer(&mut self, request: RequestId, ticket: Ticket, answer: Option<Vec<u8>>) {
        self.finish(request, ticket, answer.ok_or(RequestError::HandlerFailed));
    }

    /// The application's handler has returned, with more than [`Ticket::reply_max`] bytes.
    pub fn answer_too_long(&mut self, request: RequestId, ticket: Ticket) {
        self.finish(request, ticket, Err(protocomm::Error::ReplyTooLarge.into()));
    }

    fn open_request(&mut self, now: Instant, request: RequestId, open: OpenRequest) {
        let OpenRequest { endpoint, session, payload, ticket } = open;
        if let Some(custom) = self.custom.iter().find(|custom| custom.id == endpoint) {
            if custom.registered {
                let call = Call { request, endpoint, session, payload, ticket };
                self.out.push(Output::Call(call));
            } else {
                self.finish(request, ticket, Err(RequestError::NoHandler));
            }
            return;
        }
        let answer = if payload.len() > REQUEST_MAX {
            Err(protocomm::Error::RequestTooLarge.into())
        } else if endpoint == self.builtin.config {
            self.config_request(now, &payload)
        } else if endpoint == self.builtin.ctrl {
            self.ctrl_request(&payload)
        } else if endpoint == self.builtin.scan {
            self.scan_request(now, &payload, ticket.reply_max())
        } else {
            Err(protocomm::Error::UnknownEndpoint.into())
        };
        match answer {
            Ok(Answer::Now(answer)) => {
                self.finish(request, ticket, Ok(answer));
            }
            Ok(Answer::Connected(answer)) => {
                if self.finish(request, ticket, Ok(answer)) {
                    self.stop_by_itself(now);
                }
            }
            // Only one session is in force, and it has no other request: nobody waits yet.
            Ok(Answer::AfterScan) => self.scan_waiter = Some((request, ticket)),
            Err(error) => {
                self.finish(request, ticket, Err(error));
            }
        }
    }

    /// Seals and sends an answer, or fails the request. Tells whether it was sent.
    fn finish(
        &mut self,
        request: RequestId,
        ticket: Ticket,
        answer: Result<Vec<u8>, RequestError>,
    ) -> bool {
        let result = match answer {
            Ok(answer) => self.protocomm.seal(ticket, answer).map_err(RequestError::from),
            Err(error) => {
                self.protocomm.abandon(ticket);
                Err(error)
            }
        };
        let sent = result.is_ok();
        self.out.reply(Reply { request, result });
        sent
    }

    fn config_request(&mut self, now: Instant, payload: &[u8]) -> Result<Answer, RequestError> {
        let mut request = decode(payload)?;
        let action = (N::CONFIG_ACTION)(&request);
        network::wipe(&mut request);
        let answer = match action? {
            ConfigAction::Set(credentials) => {
                self.staged = credentials.ok();
                let taken = self.staged.is_some();
                if !taken {
                    self.refuse();
                }
                let status = if taken { Status::Success } else { Status::InvalidArgument };
                (N::SET_ANSWER)(status as i32)
            }
            ConfigAction::Apply => (N::APPLY_ANSWER)(succeeded(self.apply(now).is_ok()) as i32),
            ConfigAction::GetStatus => {
                let status = self.status();
                let answer =
                    wire::encode(&answers::config(N::status_answer(status, self.link.target())));
                return Ok(if N::is_connected(status) {
                    Answer::Connected(answer)
                } else {
                    Answer::Now(answer)
                });
            }
            ConfigAction::OtherNetwork(answer) => answer,
        };
        Ok(Answer::Now(wire::encode(&answers::config(answer))))
    }

    fn ctrl_request(&mut self, payload: &[u8]) -> Result<Answer, RequestError> {
        let (kind, action) = ctrl::action(&decode(payload)?)?;
        let result = (kind == N::KIND).then(|| match action {
            ctrl::Action::Reset => self.reset_on_failure(),
            ctrl::Action::Reprovision => self.reset_for_reprovision(),
        });
        Ok(Answer::Now(wire::encode(&ctrl::answer(kind, action, result))))
    }

    fn scan_request(
        &mut self,
        now: Instant,
        payload: &[u8],
        reply_max: usize,
    ) -> Result<Answer, RequestError> {
        let (status, answer) = match (N::SCAN_ACTION)(decode(payload)?)? {
            ScanAction::Start { request, blocking } => {
                // A radio that is joining a network does not scan.
                let busy = matches!(self.phase(), Some(Phase::Trying | Phase::Storing));
                if !busy {
                    self.scan.start(now, request, &self.config, &mut self.out);
                    if blocking && self.scan.is_running() {
                        return Ok(Answer::AfterScan);
                    }
                }
                (succeeded(!busy), N::SCAN_START_ANSWER)
            }
            ScanAction::GetStatus => {
                let (finished, count) = self.scan.status();
                (Status::Success, (N::SCAN_STATUS_ANSWER)(finished, count))
            }
            ScanAction::GetResult { start, count } => {
                let (page, complete) = self.scan.page(start, count, reply_max);
                (succeeded(complete), (N::SCAN_PAGE_ANSWER)(page))
            }
            ScanAction::OtherNetwork(answer) => (Status::InvalidArgument, answer),
        };
        Ok(Answer::Now(wire::encode(&answers::scan(status, answer))))
    }

    /// A client has a session, and will most likely ask for a scan next.
    fn scan_ahead(&mut self, now: Instant) {
        let serving = self.serving().map(|service| service.phase);
        let idle = matches!(serving, Ok(Phase::Awaiting | Phase::Failed));
        if self.config.scan_ahead.is_some() && idle {
            self.scan.start_ahead(now, &self.config, &mut self.out);
        }
    }

    /// Answers the client that waits for the scan.
    pub(super) fn scan_finished(&mut self, result: Finished) {
        if let Some((request, ticket)) = self.scan_waiter.take() {
            let answer = answers::scan(succeeded(result.is_ok()), N::SCAN_START_ANSWER);
            let answer = wire::encode(&answer);
            self.finish(request, ticket, Ok(answer));
        }
    }

    /// Fails a waiting request whose session is no longer in force.
    pub(super) fn dismiss_displaced(&mut self) {
        let waiting = |(_, ticket): &mut (RequestId, Ticket)| !self.protocomm.is_waiting(ticket);
        if let Some((request, _)) = self.scan_waiter.take_if(waiting) {
            self.out.reply(Reply { request, result: Err(RequestError::Displaced) });
        }
    }
}

fn succeeded(succeeded: bool) -> Status {
    if succeeded { Status::Success } else { Status::InternalError }
}

fn decode<M: Message + Default>(payload: &[u8]) -> Result<M, RequestError> {
    wire::decode(payload, Shape::PAYLOAD).map_err(|_| RequestError::Undecodable)
}
