//! Security 2: SRP-6a and AES-256-GCM.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use netprov_messages::{
    Message as _, S2SessionCmd0, S2SessionCmd1, Sec2MsgType, Sec2Payload, SecSchemeVersion,
    SessionData, sec2_payload, session_data,
};
use subtle::ConstantTimeEq as _;

use super::srp::{Agreement, KeyPair};
use super::{Progress, check, malformed, unexpected};
use crate::{Channel, Error, RandomFailed, Secret};

/// Longest accepted salt in bytes.
const SALT_MAX: usize = 1024;

pub(super) struct Sec2 {
    username: String,
    password: Secret,
    nonce_counter: bool,
    state: State,
}

enum State {
    New,
    /// First command sent.
    First(Box<KeyPair>),
    /// First response received.
    Agreed(Box<Agreement>),
    /// Second command sent.
    Proving(Box<Agreement>),
    Ended,
}

impl Sec2 {
    pub(super) fn new(username: String, password: Secret, nonce_counter: bool) -> Self {
        Self { username, password, nonce_counter, state: State::New }
    }

    pub(super) fn is_proving(&self) -> bool {
        matches!(self.state, State::Proving(_))
    }

    pub(super) fn command(
        &mut self,
        random: &mut impl FnMut(&mut [u8]) -> Result<(), RandomFailed>,
    ) -> Result<Vec<u8>, Error> {
        match core::mem::replace(&mut self.state, State::Ended) {
            State::New => {
                let keys = KeyPair::generate(random)?;
                let command = S2SessionCmd0 {
                    client_username: self.username.clone().into_bytes(),
                    client_pubkey: keys.public().to_vec(),
                };
                self.state = State::First(Box::new(keys));
                Ok(encode(Sec2MsgType::S2SessionCommand0, sec2_payload::Payload::Sc0(command)))
            }
            State::Agreed(agreement) => {
                let command = S2SessionCmd1 { client_proof: agreement.client_proof.to_vec() };
                self.state = State::Proving(agreement);
                Ok(encode(Sec2MsgType::S2SessionCommand1, sec2_payload::Payload::Sc1(command)))
            }
            State::First(_) | State::Proving(_) | State::Ended => Err(unexpected()),
        }
    }

    pub(super) fn receive(mut self, response: SessionData) -> Result<Progress<Self>, Error> {
        let Some(session_data::Proto::Sec2(payload)) = response.proto else {
            return Err(unexpected());
        };
        if response.sec_ver != SecSchemeVersion::SecScheme2 as i32 {
            return Err(unexpected());
        }
        match (self.state, payload.payload) {
            (State::First(keys), Some(sec2_payload::Payload::Sr0(response))) => {
                check(response.status)?;
                if response.device_salt.is_empty() || response.device_salt.len() > SALT_MAX {
                    return Err(malformed());
                }
                let agreement = keys
                    .agree(
                        &response.device_pubkey,
                        &response.device_salt,
                        self.username.as_bytes(),
                        self.password.expose(),
                    )
                    .ok_or(Error::UntrustedDevice)?;
                self.state = State::Agreed(Box::new(agreement));
                Ok(Progress::Continue(self))
            }
            (State::Proving(agreement), Some(sec2_payload::Payload::Sr1(response))) => {
                check(response.status)?;
                let proof = response.device_proof.as_slice();
                if !bool::from(proof.ct_eq(&agreement.device_proof)) {
                    return Err(Error::UntrustedDevice);
                }
                let nonce = response.device_nonce.as_slice();
                let channel = Channel::sealed(&agreement.key(), nonce, self.nonce_counter);
                Ok(Progress::Established(channel.ok_or_else(malformed)?))
            }
            _ => Err(unexpected()),
        }
    }
}

fn encode(msg: Sec2MsgType, payload: sec2_payload::Payload) -> Vec<u8> {
    let payload = Sec2Payload { msg: msg as i32, payload: Some(payload) };
    SessionData {
        sec_ver: SecSchemeVersion::SecScheme2 as i32,
        proto: Some(session_data::Proto::Sec2(payload)),
    }
    .encode_to_vec()
}
