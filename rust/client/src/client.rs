//! Connects operations, which handle plain messages, to a transport, which carries encrypted ones.

use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::operation::{Operation, Request, Step, endpoint};
use crate::{Channel, Error};

/// The client's side of a session: encrypts the requests of operations and decrypts the responses.
///
/// Run one operation at a time, until it is done or fails.
#[derive(Debug, Default)]
pub struct Client {
    channel: Option<Channel>,
    /// Whether the pending response will be encrypted.
    response_is_sealed: bool,
}

impl Client {
    /// Creates a client without a session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Establishes a session with the output of a [`Handshake`](crate::Handshake).
    pub fn establish(&mut self, channel: Channel) {
        self.channel = Some(channel);
    }

    /// Returns whether a session is established.
    pub fn is_established(&self) -> bool {
        self.channel.is_some()
    }

    /// Drops the session. Call this when a request was sent but its response will not come, for
    /// instance after a timeout: the ciphers of client and device may be out of step.
    pub fn forget(&mut self) {
        self.channel = None;
    }

    /// Polls the operation at time `now`; see [`Operation::poll`]. A [`Step::Send`] holds the
    /// request encrypted, ready for the transport.
    pub fn poll<O: Operation>(
        &mut self,
        operation: &mut O,
        now: Duration,
    ) -> Result<Step<O::Output>, Error> {
        let step = operation.poll(now)?;
        let Step::Send(request) = step else { return Ok(step) };
        self.response_is_sealed = !endpoint::is_plain(&request.endpoint);
        if !self.response_is_sealed {
            return Ok(Step::Send(request));
        }
        let channel = self.channel.as_mut().ok_or(Error::NoSession)?;
        let message = Zeroizing::new(channel.seal(&request.message)?);
        Ok(Step::Send(Request { endpoint: request.endpoint, message }))
    }

    /// Decrypts the transport's response and passes it to the operation.
    pub fn receive<O: Operation>(
        &mut self,
        operation: &mut O,
        response: &[u8],
    ) -> Result<(), Error> {
        if !self.response_is_sealed {
            return operation.receive(response);
        }
        let channel = self.channel.as_mut().ok_or(Error::NoSession)?;
        let opened: Result<Vec<u8>, Error> = channel.open(response);
        match opened {
            Ok(plain) => operation.receive(&plain),
            Err(error) => {
                self.forget();
                Err(error)
            }
        }
    }
}
