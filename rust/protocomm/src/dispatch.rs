//! From a transport's message to an endpoint, and back.

use rand_core::TryCryptoRng;
use zeroize::Zeroize;

use crate::endpoint::{Builtin, EndpointClass, EndpointId, EndpointTable};
use crate::error::{EndpointError, Error, HandshakeError};
use crate::limiter::{Limiter, Policy};
use crate::limits::SECURITY_REQUEST_MAX;
use crate::security::{Channel, Scheme, Step};
use crate::session::{Established, Peer, SessionId, Sessions};
use crate::time::Instant;

/// A message from a transport, in the buffer that its response goes into.
pub struct Request<'a> {
    /// The transport session that it arrived on.
    pub session: SessionId,
    /// The peer that sent it. A session accepts requests only from the peer that started it.
    pub peer: Peer,
    /// The name of the endpoint that it addresses.
    pub endpoint: &'a str,
    /// Holds the message at its start. The response is written to the same place and may fill the
    /// buffer.
    pub buffer: &'a mut [u8],
    /// The message's length in bytes.
    pub length: usize,
}

/// The outcome of a [`Request`], with the length of what its buffer holds now.
pub enum Handled {
    /// A request to the version endpoint. The caller writes the response as plain text.
    Version,
    /// The handshake has started. The value is the length of the response to its first command.
    HandshakeStarted(usize),
    /// The handshake is complete.
    Established {
        /// The length of the response to its last command.
        length: usize,
        /// The session that was established before, if it was another one.
        displaced: Option<SessionId>,
    },
    /// A request of the established session. Respond with [`Protocomm::seal`] or drop it with
    /// [`Protocomm::abandon`]; until then, the session accepts no other request.
    Open(OpenRequest),
}

/// A request of the established session. Its plaintext is at the start of the buffer.
pub struct OpenRequest {
    /// The endpoint that it addresses.
    pub endpoint: EndpointId,
    /// The session that it arrived on.
    pub session: SessionId,
    /// The length of the plaintext in bytes.
    pub length: usize,
    /// The right to respond, once.
    pub ticket: Ticket,
}

/// The right to respond to one request. It becomes void when its session is closed or displaced.
#[derive(Debug)]
pub struct Ticket {
    epoch: u32,
    overhead: usize,
}

impl Ticket {
    /// The number of bytes that sealing adds to the response.
    pub fn overhead(&self) -> usize {
        self.overhead
    }
}

/// The protocol of one provisioning service: its endpoints, its security and its sessions.
// The order is by size, so that short instructions reach most fields.
#[repr(C)]
pub struct Protocomm {
    limiter: Limiter,
    scheme: Option<Kept>,
    endpoints: EndpointTable,
    sessions: Sessions,
}

/// The scheme in use. `Option::zeroize` drops it, which wipes its secrets, and then wipes what no field covers,
/// as for an established session.
struct Kept(Scheme);

impl Zeroize for Kept {
    fn zeroize(&mut self) {}
}

impl Protocomm {
    /// Creates a service with the endpoints of the protocol and without security. It accepts no
    /// request yet.
    pub fn new(policy: Policy, endpoints: &'static [Builtin]) -> Self {
        Self {
            endpoints: EndpointTable::new(endpoints),
            scheme: None,
            sessions: Sessions::default(),
            limiter: Limiter::new(policy),
        }
    }

    /// The endpoints.
    pub fn endpoints(&self) -> &EndpointTable {
        &self.endpoints
    }

    /// Adds an endpoint of the application, for requests of an established session.
    pub fn add_endpoint(&mut self, name: &str) -> Result<EndpointId, EndpointError> {
        self.endpoints.add(name)
    }

    /// Sets the security scheme. With `None`, every message is refused except those to the version
    /// endpoint. Ends all sessions and keeps the count of failed proofs.
    pub fn set_security(&mut self, scheme: Option<Scheme>) {
        self.scheme.zeroize();
        if let Some(scheme) = scheme {
            self.scheme = Some(Kept(scheme));
        }
        self.sessions.clear();
    }

    /// Ends all sessions. Keeps the security scheme and the count of failed proofs.
    pub fn end_sessions(&mut self) {
        self.sessions.clear();
        if let Some(Kept(scheme)) = &mut self.scheme {
            scheme.renew();
        }
    }

    /// The security scheme.
    pub fn security(&self) -> Option<&Scheme> {
        self.scheme.as_ref().map(|Kept(scheme)| scheme)
    }

    /// The established session.
    pub fn established(&self) -> Option<SessionId> {
        self.sessions.established()
    }

    /// Whether a request of the established session awaits its response.
    pub fn is_responding(&self) -> bool {
        self.sessions.is_responding()
    }

    /// Whether the session is established or has a handshake in progress.
    pub fn knows(&self, session: SessionId) -> bool {
        self.sessions.knows(session)
    }

    /// If handshakes are refused, returns the time until which they are.
    pub fn locked_out(&self, now: Instant) -> Option<Instant> {
        self.limiter.locked(now)
    }

    /// Forgets a session whose connection has ended.
    pub fn close(&mut self, session: SessionId) {
        self.sessions.close(session);
    }

    /// Handles a message from a transport.
    ///
    /// An error is a transport error of this request only. The session stays as it was, unless the
    /// error is [`HandshakeError::ProofMismatch`], which ends that handshake.
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

    /// A separate function, because a handshake's large stack frame is not needed for other
    /// requests.
    #[inline(never)]
    fn handshake<R: TryCryptoRng + ?Sized>(
        &mut self,
        now: Instant,
        request: Request<'_>,
        rng: &mut R,
    ) -> Result<Handled, Error> {
        let Kept(scheme) = self.scheme.as_mut().ok_or(Error::NoSecurity)?;
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
                    // Otherwise, each other handshake in progress would be one more guess.
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
    /// length to send.
    ///
    /// A response that does not fit is refused *before* it is sealed, so the keys of both ends stay
    /// in step. The ticket is used up in either case.
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

    /// Drops a request without a response. The session then accepts the next request.
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
