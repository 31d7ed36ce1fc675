//! From a transport's message to an endpoint, and back.

use rand_core::TryCryptoRng;

use crate::endpoint::{EndpointClass, EndpointId, EndpointTable};
use crate::error::{EndpointError, Error, HandshakeError};
use crate::limiter::{Limiter, Policy};
use crate::limits::SECURITY_REQUEST_MAX;
use crate::security::{Channel, Scheme, Step};
use crate::session::{Established, Peer, SessionId, Sessions};
use crate::time::Instant;

/// A message from a transport, in the buffer that its response goes into.
pub struct Request<'a> {
    /// The transport session it came by.
    pub session: SessionId,
    /// The peer that sent it. A session takes requests of the peer alone that began it.
    pub peer: Peer,
    /// The name of the endpoint it is for.
    pub endpoint: &'a str,
    /// The message is at its start; the response is written there, and may fill it.
    pub buffer: &'a mut [u8],
    /// The message's length in bytes.
    pub length: usize,
}

/// What became of a [`Request`], with the length of what its buffer holds now.
pub enum Handled {
    /// A request to the version endpoint. The caller writes the response, in plain text.
    Version,
    /// The handshake has begun; this long is the response to its first command.
    HandshakeStarted(usize),
    /// The handshake is complete.
    Established {
        /// The length of the response to its last command.
        length: usize,
        /// The session that was established until now, if it was another one.
        displaced: Option<SessionId>,
    },
    /// A request of the established session. Respond with [`Protocomm::seal`], or give it up with
    /// [`Protocomm::abandon`]; the session takes no other request until then.
    Open(OpenRequest),
}

/// A request of the established session. Its plaintext is at the start of the buffer.
pub struct OpenRequest {
    /// The endpoint it is for.
    pub endpoint: EndpointId,
    /// The session it came by.
    pub session: SessionId,
    /// The length of the plaintext in bytes.
    pub length: usize,
    /// The right to respond, once.
    pub ticket: Ticket,
}

/// The right to respond to one request. It is void once its session is closed or displaced.
#[derive(Debug)]
pub struct Ticket {
    epoch: u32,
    overhead: usize,
}

impl Ticket {
    /// How much longer the response is when it is sealed, in bytes.
    pub fn overhead(&self) -> usize {
        self.overhead
    }
}

/// The protocol of one provisioning service: its endpoints, its security and its sessions.
// In this order, which is by size, so that most of it is within reach of short instructions.
#[repr(C)]
pub struct Protocomm {
    limiter: Limiter,
    scheme: Option<Scheme>,
    endpoints: EndpointTable,
    sessions: Sessions,
}

impl Protocomm {
    /// A service without endpoints and without security; it takes no request yet.
    pub fn new(policy: Policy) -> Self {
        Self {
            endpoints: EndpointTable::default(),
            scheme: None,
            sessions: Sessions::default(),
            limiter: Limiter::new(policy),
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

    /// Sets the security scheme, or none, which refuses every message but to the version
    /// endpoint. Ends all sessions. The count of failed proofs stays.
    pub fn set_security(&mut self, scheme: Option<Scheme>) {
        self.scheme = scheme;
        self.sessions.clear();
    }

    /// Ends all sessions. The security scheme stays, and the count of failed proofs as well.
    pub fn end_sessions(&mut self) {
        self.sessions.clear();
        if let Some(scheme) = &mut self.scheme {
            scheme.renew();
        }
    }

    /// The security scheme.
    pub fn security(&self) -> Option<&Scheme> {
        self.scheme.as_ref()
    }

    /// The established session.
    pub fn established(&self) -> Option<SessionId> {
        self.sessions.established()
    }

    /// Whether the established session waits for a response.
    pub fn is_responding(&self) -> bool {
        self.sessions.is_responding()
    }

    /// Whether the session is established or has a handshake in progress.
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
            EndpointClass::Version => Ok(Handled::Version),
            EndpointClass::Security => self.handshake(now, request, rng),
            EndpointClass::Request => self.open(endpoint, request),
        }
    }

    /// Apart from what other requests go through: a handshake's stack frame is large.
    #[inline(never)]
    fn handshake<R: TryCryptoRng + ?Sized>(
        &mut self,
        now: Instant,
        request: Request<'_>,
        rng: &mut R,
    ) -> Result<Handled, Error> {
        let scheme = self.scheme.as_mut().ok_or(Error::NoSecurity)?;
        if self.limiter.locked(now).is_some() {
            return Err(HandshakeError::LockedOut.into());
        }
        if request.length > SECURITY_REQUEST_MAX {
            return Err(Error::RequestTooLarge);
        }
        let Request { session: id, peer, buffer, length, .. } = request;
        let mut pending = self.sessions.pending(now, id, peer);
        match scheme.handshake(&mut pending, buffer, length, rng) {
            Ok(Step::Continue(length)) => Ok(Handled::HandshakeStarted(length)),
            Ok(Step::Done(length, channel)) => {
                self.limiter.succeeded();
                scheme.renew();
                let displaced = self.sessions.establish(id, peer, channel);
                Ok(Handled::Established { length, displaced })
            }
            Err(error) => {
                let guessed = error == Error::Handshake(HandshakeError::ProofMismatch);
                if guessed && self.limiter.failed(now).is_some() {
                    // No other handshake in progress is one more guess.
                    self.sessions.clear_pending();
                    scheme.renew();
                }
                Err(error)
            }
        }
    }

    fn open(&mut self, endpoint: EndpointId, request: Request<'_>) -> Result<Handled, Error> {
        let id = request.session;
        let session = self.sessions.session(id).ok_or(Error::NoSession)?;
        if session.peer != request.peer {
            return Err(Error::NoSession);
        }
        if session.responding {
            return Err(Error::Busy);
        }
        let message = request.buffer.get_mut(..request.length).ok_or(Error::RequestTooLarge)?;
        let length = session.channel.open(message)?;
        session.responding = true;
        let overhead = session.channel.overhead();
        let ticket = Ticket { epoch: session.epoch, overhead };
        Ok(Handled::Open(OpenRequest { endpoint, session: id, length, ticket }))
    }

    /// Seals the response to a request: the first `length` bytes of `buffer`, in place. Returns the
    /// length of what is to be sent.
    ///
    /// A response that does not fit is refused *before* it is sealed, so that both ends' keys stay
    /// in step; the ticket is used up all the same.
    pub fn seal(
        &mut self,
        ticket: Ticket,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, Error> {
        let session = self.waiting(&ticket).ok_or(Error::NoSession)?;
        session.responding = false;
        session.channel.seal(buffer, length)
    }

    /// Gives a request up without a response; the session takes the next one.
    pub fn abandon(&mut self, ticket: Ticket) {
        if let Some(session) = self.waiting(&ticket) {
            session.responding = false;
        }
    }

    /// Whether the ticket's session is still established.
    pub fn is_waiting(&self, ticket: &Ticket) -> bool {
        self.sessions.is_current(ticket.epoch)
    }

    fn waiting(&mut self, ticket: &Ticket) -> Option<&mut Established> {
        self.sessions.current(ticket.epoch)
    }
}
