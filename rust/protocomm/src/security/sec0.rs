//! Security 0: no security. Anybody can read and change the messages.
//!
//! The handshake is one command. It proves nothing, but it is still required: under no scheme does
//! a handler run for a peer without a session.

use core::convert::Infallible;

use rand_core::TryCryptoRng;

use super::{Channel, Security, Slot, Step, command};
use crate::error::{Error, HandshakeError};
use crate::wire::request::session_data::Proto as Command;
use crate::wire::response::{self, sec0_payload::Payload, session_data::Proto as Response};
use crate::wire::{Sec0MsgType, SecSchemeVersion, Writer};

/// The scheme. It has no configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sec0;

/// The channel of a scheme without keys.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Security for Sec0 {
    type Pending = Infallible;
    type Channel = Plain;

    fn version(&self) -> u32 {
        0
    }

    fn patch_version(&self) -> u32 {
        0
    }

    fn capability(&self) -> Option<&'static str> {
        Some("no_sec")
    }

    fn handshake<C: From<Plain>, R: TryCryptoRng + ?Sized>(
        &mut self,
        _pending: &mut impl Slot<Infallible>,
        buffer: &mut [u8],
        length: usize,
        _rng: &mut R,
    ) -> Result<Step<C>, Error> {
        let command = command(buffer.get(..length).unwrap_or_default())?;
        let Some(Command::Sec0(payload)) = command.proto else {
            return Err(HandshakeError::WrongScheme.into());
        };
        if command.sec_ver != SecSchemeVersion::SecScheme0 as i32 {
            return Err(HandshakeError::WrongScheme.into());
        }
        if payload.msg != Sec0MsgType::S0SessionCommand as i32 {
            return Err(HandshakeError::MissingCommand.into());
        }
        let payload = response::Sec0Payload {
            msg: Sec0MsgType::S0SessionResponse as i32,
            payload: Some(Payload::Sr(response::S0SessionResp::default())),
        };
        let response = response::SessionData {
            sec_ver: SecSchemeVersion::SecScheme0 as i32,
            proto: Some(Response::Sec0(payload)),
        };
        let mut writer = Writer::new(buffer);
        response.write(&mut writer);
        Ok(Step::Done(writer.finish()?, Plain.into()))
    }

    fn renew(&mut self) {}
}

impl Channel for Plain {
    fn overhead(&self) -> usize {
        0
    }

    fn open(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        Ok(buffer.len())
    }

    fn seal(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        if length > buffer.len() { Err(Error::ResponseTooLarge) } else { Ok(length) }
    }
}
