//! Security 0: none. Messages travel as they are, for anybody to read and to change.
//!
//! The handshake is one command. It proves nothing, but it is demanded all the same: no scheme
//! runs a handler for a peer that has not asked for a session.

use alloc::vec::Vec;
use core::convert::Infallible;

use rand_core::TryCryptoRng;

use super::{Admission, Channel, Place, Security, Step};
use crate::error::{Error, HandshakeError};
use crate::wire::request::{self, session_data::Proto as Command};
use crate::wire::response::{self, sec0_payload::Payload, session_data::Proto as Answer};
use crate::wire::{Sec0MsgType, SecSchemeVersion};

/// The scheme; there is nothing to configure.
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
        &self,
        _pending: &mut impl Place<Infallible>,
        command: &request::SessionData,
        _rng: &mut R,
        _admission: Admission<'_>,
    ) -> Result<Step<C>, HandshakeError> {
        let Some(Command::Sec0(payload)) = &command.proto else {
            return Err(HandshakeError::WrongScheme);
        };
        if command.sec_ver != SecSchemeVersion::SecScheme0 as i32 {
            return Err(HandshakeError::WrongScheme);
        }
        if payload.msg != Sec0MsgType::S0SessionCommand as i32 {
            return Err(HandshakeError::MissingCommand);
        }
        let answer = response::Sec0Payload {
            msg: Sec0MsgType::S0SessionResponse as i32,
            payload: Some(Payload::Sr(response::S0SessionResp::default())),
        };
        let reply = response::SessionData {
            sec_ver: SecSchemeVersion::SecScheme0 as i32,
            proto: Some(Answer::Sec0(answer)),
        };
        Ok(Step::Done(reply, Plain.into()))
    }
}

impl Channel for Plain {
    fn overhead(&self) -> usize {
        0
    }

    fn open(&mut self, _message: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    fn seal(&mut self, _message: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }
}
