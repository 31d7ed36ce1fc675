//! Between operations, which know plain messages, and a transport, which carries encrypted ones.

use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::operation::{Operation, Request, Step, endpoint};
use crate::{Channel, Error};

/// The client's end of a session: encrypts the requests of operations and decrypts the responses.
///
/// Run one operation at a time, to its end or to its error.
#[derive(Debug, Default)]
pub struct Client {
    channel: Option<Channel>,
    /// Whether the response that is awaited will be encrypted.
    awaits_sealed: bool,
}

impl Client {
    /// A client without a session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a session: `channel` is what [`Handshake`](crate::Handshake) ended with.
    pub fn establish(&mut self, channel: Channel) {
        self.channel = Some(channel);
    }

    /// Whether a session is established.
    pub fn is_established(&self) -> bool {
        self.channel.is_some()
    }

    /// Forgets the session. Call it when a request was sent and no response can come any more,
    /// for instance after a time-out: the two ends may be out of step.
    pub fn forget(&mut self) {
        self.channel = None;
    }

    /// Takes the operation's next step at time `now`; see [`Operation::poll`]. The request of a
    /// [`Step::Send`] is as the transport must send it.
    pub fn poll<O: Operation>(
        &mut self,
        operation: &mut O,
        now: Duration,
    ) -> Result<Step<O::Output>, Error> {
        let step = operation.poll(now)?;
        let Step::Send(request) = step else { return Ok(step) };
        self.awaits_sealed = !endpoint::is_plain(&request.endpoint);
        if !self.awaits_sealed {
            return Ok(Step::Send(request));
        }
        let channel = self.channel.as_mut().ok_or(Error::NoSession)?;
        let message = Zeroizing::new(channel.seal(&request.message)?);
        Ok(Step::Send(Request { endpoint: request.endpoint, message }))
    }

    /// Hands the transport's response to the operation.
    pub fn receive<O: Operation>(
        &mut self,
        operation: &mut O,
        response: &[u8],
    ) -> Result<(), Error> {
        if !self.awaits_sealed {
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
