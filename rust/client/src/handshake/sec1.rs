//! Security 1: X25519 with the hash of the proof of possession mixed into the key, AES-256-CTR.

use alloc::vec::Vec;

use netprov_messages::{
    Message as _, Sec1MsgType, Sec1Payload, SecSchemeVersion, SessionCmd0, SessionCmd1,
    SessionData, sec1_payload, session_data,
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

use super::{Progress, check, malformed, unexpected};
use crate::{Channel, Error, RandomFailed, Secret};

pub(super) struct Sec1 {
    pop: Secret,
    state: State,
}

enum State {
    New,
    /// First command sent.
    First(Keys),
    /// First response received.
    Agreed(Keys, [u8; 32], Channel),
    /// Second command sent.
    Proving(Keys, Channel),
    Ended,
}

struct Keys {
    private: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl Sec1 {
    pub(super) fn new(pop: Secret) -> Self {
        Self { pop, state: State::New }
    }

    pub(super) fn is_proving(&self) -> bool {
        matches!(self.state, State::Proving(..))
    }

    pub(super) fn command(
        &mut self,
        random: &mut impl FnMut(&mut [u8]) -> Result<(), RandomFailed>,
    ) -> Result<Vec<u8>, Error> {
        match core::mem::replace(&mut self.state, State::Ended) {
            State::New => {
                let mut private = Zeroizing::new([0; 32]);
                random(private.as_mut())?;
                let public = x25519(*private, X25519_BASEPOINT_BYTES);
                self.state = State::First(Keys { private, public });
                let command = SessionCmd0 { client_pubkey: public.to_vec() };
                Ok(encode(Sec1MsgType::SessionCommand0, sec1_payload::Payload::Sc0(command)))
            }
            State::Agreed(keys, device_public, mut channel) => {
                let command = SessionCmd1 { client_verify_data: channel.seal(&device_public)? };
                self.state = State::Proving(keys, channel);
                Ok(encode(Sec1MsgType::SessionCommand1, sec1_payload::Payload::Sc1(command)))
            }
            State::First(_) | State::Proving(..) | State::Ended => Err(unexpected()),
        }
    }

    pub(super) fn receive(mut self, response: SessionData) -> Result<Progress<Self>, Error> {
        let Some(session_data::Proto::Sec1(payload)) = response.proto else {
            return Err(unexpected());
        };
        if response.sec_ver != SecSchemeVersion::SecScheme1 as i32 {
            return Err(unexpected());
        }
        match (self.state, payload.payload) {
            (State::First(keys), Some(sec1_payload::Payload::Sr0(response))) => {
                check(response.status)?;
                let device_public =
                    response.device_pubkey.as_slice().try_into().map_err(|_| malformed())?;
                let random =
                    response.device_random.as_slice().try_into().map_err(|_| malformed())?;
                let channel = agree(&keys.private, &device_public, &random, &self.pop)?;
                self.state = State::Agreed(keys, device_public, channel);
                Ok(Progress::Continue(self))
            }
            (State::Proving(keys, mut channel), Some(sec1_payload::Payload::Sr1(response))) => {
                check(response.status)?;
                // The device authenticates with this client's public key, encrypted.
                let proof = channel.open(&response.device_verify_data)?;
                if !bool::from(proof.as_slice().ct_eq(&keys.public)) {
                    return Err(Error::UntrustedDevice);
                }
                Ok(Progress::Established(channel))
            }
            _ => Err(unexpected()),
        }
    }
}

/// Derives the channel from both keys and the proof of possession.
fn agree(
    private: &[u8; 32],
    device_public: &[u8; 32],
    random: &[u8; 16],
    pop: &Secret,
) -> Result<Channel, Error> {
    let mut key = Zeroizing::new(x25519(*private, *device_public));
    // The result of a public key of small order is known to everyone.
    if bool::from(key.ct_eq(&[0; 32])) {
        return Err(Error::UntrustedDevice);
    }
    if !pop.is_empty() {
        let mut digest = Sha256::digest(pop.expose());
        key.iter_mut().zip(digest.iter()).for_each(|(byte, digest)| *byte ^= digest);
        zeroize::Zeroize::zeroize(digest.as_mut_slice());
    }
    Ok(Channel::stream(&key, random))
}

fn encode(msg: Sec1MsgType, payload: sec1_payload::Payload) -> Vec<u8> {
    let payload = Sec1Payload { msg: msg as i32, payload: Some(payload) };
    SessionData {
        sec_ver: SecSchemeVersion::SecScheme1 as i32,
        proto: Some(session_data::Proto::Sec1(payload)),
    }
    .encode_to_vec()
}
