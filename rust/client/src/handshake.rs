//! The handshake of each security version.

mod sec1;
mod sec2;
mod srp;

use alloc::vec::Vec;
use core::time::Duration;

use netprov_messages::{
    Message as _, S0SessionCmd, Sec0MsgType, Sec0Payload, SecSchemeVersion, SessionData, Status,
    sec0_payload, session_data,
};
use zeroize::Zeroizing;

use self::sec1::Sec1;
use self::sec2::Sec2;
use crate::operation::{Operation, Request, Step, endpoint};
use crate::{Channel, Error, RandomFailed, Scheme};

/// Performs a handshake. An [`Operation`] whose output is the [`Channel`] of the session.
///
/// `R` fills a buffer with random bytes suitable for keys.
pub struct Handshake<R> {
    random: R,
    state: State,
}

enum State {
    /// Security 0: nothing sent yet.
    Plain0,
    /// Security 0: command sent.
    PlainSent,
    Sec1(Sec1),
    Sec2(Sec2),
    Done(Channel),
    Ended,
}

impl<R: FnMut(&mut [u8]) -> Result<(), RandomFailed>> Handshake<R> {
    /// Creates a handshake of the given scheme.
    pub fn new(scheme: Scheme, random: R) -> Self {
        let state = match scheme {
            Scheme::Security0 => State::Plain0,
            Scheme::Security1 { pop } => State::Sec1(Sec1::new(pop)),
            Scheme::Security2 { username, password, nonce_counter } => {
                State::Sec2(Sec2::new(username, password, nonce_counter))
            }
        };
        Self { random, state }
    }
}

impl<R: FnMut(&mut [u8]) -> Result<(), RandomFailed>> Operation for Handshake<R> {
    type Output = Channel;

    fn poll(&mut self, _: Duration) -> Result<Step<Channel>, Error> {
        let message = match core::mem::replace(&mut self.state, State::Ended) {
            State::Plain0 => {
                self.state = State::PlainSent;
                plain_command()
            }
            State::Sec1(mut scheme) => {
                let message = scheme.command(&mut self.random)?;
                self.state = State::Sec1(scheme);
                message
            }
            State::Sec2(mut scheme) => {
                let message = scheme.command(&mut self.random)?;
                self.state = State::Sec2(scheme);
                message
            }
            State::Done(channel) => return Ok(Step::Done(channel)),
            State::PlainSent | State::Ended => return Err(unexpected()),
        };
        let request =
            Request { endpoint: endpoint::SESSION.into(), message: Zeroizing::new(message) };
        Ok(Step::Send(request))
    }

    fn receive(&mut self, response: &[u8]) -> Result<(), Error> {
        let response = SessionData::decode(response).map_err(|_| malformed())?;
        self.state = match core::mem::replace(&mut self.state, State::Ended) {
            State::PlainSent => {
                plain_response(response)?;
                State::Done(Channel::plain())
            }
            State::Sec1(scheme) => match scheme.receive(response)? {
                Progress::Continue(scheme) => State::Sec1(scheme),
                Progress::Established(channel) => State::Done(channel),
            },
            State::Sec2(scheme) => match scheme.receive(response)? {
                Progress::Continue(scheme) => State::Sec2(scheme),
                Progress::Established(channel) => State::Done(channel),
            },
            State::Plain0 | State::Done(_) | State::Ended => return Err(unexpected()),
        };
        Ok(())
    }

    /// Devices reject a wrong proof by sending no response.
    fn no_response(&mut self) -> Error {
        let proving = match &self.state {
            State::Sec1(scheme) => scheme.is_proving(),
            State::Sec2(scheme) => scheme.is_proving(),
            _ => false,
        };
        if proving {
            Error::WrongProof
        } else {
            Error::NoResponse { endpoint: endpoint::SESSION.into() }
        }
    }
}

/// Result of processing a response.
enum Progress<S> {
    /// Send the next command.
    Continue(S),
    /// The session is established; with security 1 and 2 the device has been authenticated.
    Established(Channel),
}

fn malformed() -> Error {
    Error::Malformed { endpoint: endpoint::SESSION.into() }
}

fn unexpected() -> Error {
    Error::Unexpected { endpoint: endpoint::SESSION.into() }
}

/// Returns an error if the device reports one in a handshake message.
fn check(status: i32) -> Result<(), Error> {
    match Status::try_from(status) {
        Ok(Status::Success) => Ok(()),
        Ok(status) => Err(Error::Refused { command: "establish a session", status }),
        Err(_) => Err(malformed()),
    }
}

fn plain_command() -> Vec<u8> {
    let payload = Sec0Payload {
        msg: Sec0MsgType::S0SessionCommand as i32,
        payload: Some(sec0_payload::Payload::Sc(S0SessionCmd {})),
    };
    SessionData {
        sec_ver: SecSchemeVersion::SecScheme0 as i32,
        proto: Some(session_data::Proto::Sec0(payload)),
    }
    .encode_to_vec()
}

fn plain_response(response: SessionData) -> Result<(), Error> {
    match response.proto {
        Some(session_data::Proto::Sec0(Sec0Payload {
            payload: Some(sec0_payload::Payload::Sr(response)),
            ..
        })) => check(response.status),
        _ => Err(unexpected()),
    }
}
