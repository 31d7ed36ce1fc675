//! From a transport's message to an endpoint, and back.

use alloc::string::String;
use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::endpoint::{EndpointClass, EndpointId, EndpointTable};
use crate::error::{EndpointError, Error, HandshakeError};
use crate::limiter::{Limiter, Policy};
use crate::limits::SECURITY_REQUEST_MAX;
use crate::pace::Pace;
use crate::security::{Channel, Place, Scheme, Step};
use crate::session::{Established, SessionId, Sessions};
use crate::time::Instant;
use crate::wire::{self, Shape};

/// A message from a transport.
pub struct Request<'a> {
    /// The transport session it came by.
    pub session: SessionId,
    /// The name of the endpoint it is for.
    pub endpoint: &'a str,
    /// The message. It is copied only when its session is found to be in force.
    pub message: &'a [u8],
    /// The longest answer the transport can carry, in bytes.
    pub reply_max: usize,
}

/// What became of a [`Request`].
pub enum Handled {
    /// The version endpoint's answer.
    Version(Vec<u8>),
    /// The handshake has begun; this is the answer to its first command.
    HandshakeStarted(Vec<u8>),
    /// The handshake is complete; this is the answer to its last command.
    Established {
        /// The answer.
        reply: Vec<u8>,
        /// The session that was in force until now, if it was another one.
        displaced: Option<SessionId>,
    },
    /// A request of the established session. Answer it with [`Protocomm::seal`], or give it up
    /// with [`Protocomm::abandon`]; the session takes no other request until then.
    Open(OpenRequest),
}

/// A request whose session is established, as the client wrote it.
pub struct OpenRequest {
    /// The endpoint it is for.
    pub endpoint: EndpointId,
    /// The session it came by.
    pub session: SessionId,
    /// What the client wrote; wiped when dropped.
    pub payload: Zeroizing<Vec<u8>>,
    /// The right to answer it, once.
    pub ticket: Ticket,
}

/// The right to answer one request. It is void once its session is closed or displaced.
#[derive(Debug)]
pub struct Ticket {
    session: SessionId,
    epoch: u32,
    reply_max: usize,
}

impl Ticket {
    /// The session that waits for the answer.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The longest answer that can be sealed and carried, in bytes.
    pub fn reply_max(&self) -> usize {
        self.reply_max
    }
}

/// The protocol of one provisioning service: its endpoints, its security and its sessions.
// In this order, which is by size, so that most of it is within reach of short instructions.
#[repr(C)]
pub struct Protocomm {
    limiter: Limiter,
    pace: Pace,
    version: String,
    scheme: Option<Scheme>,
    endpoints: EndpointTable,
    sessions: Sessions,
}

impl Protocomm {
    /// A service without endpoints and without security; it answers nothing yet.
    pub fn new(policy: Policy) -> Self {
        Self {
            endpoints: EndpointTable::default(),
            version: String::new(),
            scheme: None,
            sessions: Sessions::default(),
            limiter: Limiter::new(policy),
            pace: Pace::default(),
        }
    }

    /// The endpoints.
    pub fn endpoints(&self) -> &EndpointTable {
        &self.endpoints
    }

    /// Adds an endpoint.
    pub fn add_endpoint(
        &mut self,
        name: &str,
        class: EndpointClass,
    ) -> Result<EndpointId, EndpointError> {
        self.endpoints.add(name, class)
    }

    /// Removes an endpoint.
    pub fn remove_endpoint(&mut self, id: EndpointId) {
        self.endpoints.remove(id);
    }

    /// Sets the text that the version endpoint answers with.
    pub fn set_version(&mut self, text: String) {
        self.version = text;
    }

    /// Sets the security scheme, or none, which refuses every message but to the version
    /// endpoint. Ends all sessions. The counts of failed proofs and of handshakes stay.
    pub fn set_security(&mut self, scheme: Option<Scheme>) {
        self.scheme = scheme;
        self.sessions = Sessions::default();
    }

    /// Ends all sessions. The security scheme stays, and the counts as well.
    pub fn end_sessions(&mut self) {
        self.sessions = Sessions::default();
    }

    /// The security scheme.
    pub fn security(&self) -> Option<&Scheme> {
        self.scheme.as_ref()
    }

    /// The session in force.
    pub fn established(&self) -> Option<SessionId> {
        self.sessions.established()
    }

    /// Whether the session in force waits for an answer.
    pub fn is_answering(&self) -> bool {
        self.sessions.is_answering()
    }

    /// Whether the session is in force or has a handshake in progress.
    pub fn knows(&self, session: SessionId) -> bool {
        self.sessions.knows(session)
    }

    /// Until when handshakes are refused, if they are.
    pub fn locked_out(&self, now: Instant) -> Option<Instant> {
        self.limiter.locked(now)
    }

    /// Forgets a session: its connection has ended.
    pub fn close(&mut self, session: SessionId) {
        self.sessions.close(session);
    }

    /// Takes a message from a transport.
    ///
    /// An error is a transport error for this request alone: the session it came by goes on,
    /// unless the error is [`HandshakeError::ProofMismatch`], which ends that handshake.
    pub fn handle<R: TryCryptoRng + ?Sized>(
        &mut self,
        now: Instant,
        request: Request<'_>,
        rng: &mut R,
    ) -> Result<Handled, Error> {
        let (endpoint, class) =
            self.endpoints.find(request.endpoint).ok_or(Error::UnknownEndpoint)?;
        match class {
            EndpointClass::Version => {
                if self.version.len() > request.reply_max {
                    return Err(Error::ReplyTooLarge);
                }
                Ok(Handled::Version(self.version.as_bytes().to_vec()))
            }
            EndpointClass::Security => self.handshake(now, request, rng),
            EndpointClass::Request => self.open(endpoint, request),
        }
    }

    /// Apart from what other requests go through: a handshake's places on the stack are large.
    #[inline(never)]
    fn handshake<R: TryCryptoRng + ?Sized>(
        &mut self,
        now: Instant,
        request: Request<'_>,
        rng: &mut R,
    ) -> Result<Handled, Error> {
        let scheme = self.scheme.as_ref().ok_or(Error::NoSecurity)?;
        if let Some(until) = self.limiter.locked(now) {
            return Err(HandshakeError::LockedOut { until }.into());
        }
        if request.message.len() > SECURITY_REQUEST_MAX {
            return Err(Error::RequestTooLarge);
        }
        let command = wire::decode(request.message, Shape::SESSION)
            .map_err(|_| HandshakeError::Undecodable)?;

        let id = request.session;
        let pace = &mut self.pace;
        let mut admission =
            || pace.begin(now, id).map_err(|until| HandshakeError::TooMany { until });
        let mut pending = self.sessions.pending(id);
        match scheme.handshake(&mut pending, &command, rng, &mut admission) {
            Ok(Step::Continue(reply)) => {
                let reply = carried(wire::encode(&reply), request.reply_max);
                if reply.is_err() {
                    pending.clear();
                }
                Ok(Handled::HandshakeStarted(reply?))
            }
            Ok(Step::Done(reply, channel)) => {
                let reply = carried(wire::encode(&reply), request.reply_max)?;
                self.limiter.succeeded();
                self.pace.completed(id);
                let displaced = self.sessions.establish(id, channel);
                Ok(Handled::Established { reply, displaced })
            }
            Err(HandshakeError::ProofMismatch) => {
                if self.limiter.failed(now).is_some() {
                    // No other handshake in progress is one more guess.
                    self.sessions.clear_pending();
                }
                Err(HandshakeError::ProofMismatch.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn open(&mut self, endpoint: EndpointId, request: Request<'_>) -> Result<Handled, Error> {
        let id = request.session;
        let session = self.sessions.session(id).ok_or(Error::NoSession)?;
        if session.answering {
            return Err(Error::Busy);
        }
        let mut payload = Zeroizing::new(request.message.to_vec());
        session.channel.open(&mut payload)?;
        session.answering = true;
        let ticket = Ticket {
            session: id,
            epoch: session.epoch,
            reply_max: request.reply_max.saturating_sub(session.channel.overhead()),
        };
        Ok(Handled::Open(OpenRequest { endpoint, session: id, payload, ticket }))
    }

    /// Seals the answer to a request.
    ///
    /// An answer that is too long is refused *before* it is sealed, so that both ends' keys stay
    /// in step; the ticket is used up all the same.
    pub fn seal(&mut self, ticket: Ticket, mut reply: Vec<u8>) -> Result<Vec<u8>, Error> {
        let session = self.waiting(&ticket).ok_or(Error::NoSession)?;
        session.answering = false;
        if reply.len() > ticket.reply_max {
            return Err(Error::ReplyTooLarge);
        }
        session.channel.seal(&mut reply)?;
        Ok(reply)
    }

    /// Gives a request up without an answer; the session takes the next one.
    pub fn abandon(&mut self, ticket: Ticket) {
        if let Some(session) = self.waiting(&ticket) {
            session.answering = false;
        }
    }

    /// Whether the ticket's session is still in force.
    pub fn is_waiting(&self, ticket: &Ticket) -> bool {
        self.sessions.is_current(ticket.session, ticket.epoch)
    }

    fn waiting(&mut self, ticket: &Ticket) -> Option<&mut Established> {
        let epoch = ticket.epoch;
        self.sessions.session(ticket.session).filter(|session| session.epoch == epoch)
    }
}

fn carried(reply: Vec<u8>, reply_max: usize) -> Result<Vec<u8>, Error> {
    if reply.len() > reply_max { Err(Error::ReplyTooLarge) } else { Ok(reply) }
}
