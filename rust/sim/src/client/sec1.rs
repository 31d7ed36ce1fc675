//! The client's side of security 1.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use netprov_messages::SessionResp0;
use netprov_messages::{Message, Sec1MsgType, SecSchemeVersion};
use netprov_messages::{
    Sec1Payload, SessionCmd0, SessionCmd1, SessionData, sec1_payload, session_data,
};
use sha2::{Digest, Sha256};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

/// The client's key pair.
pub(super) struct Keys {
    private: [u8; 32],
    public: [u8; 32],
}

/// The keystream shared by both directions.
pub(super) struct Keystream(Ctr128BE<Aes256>);

impl Keys {
    pub(super) fn new(private: [u8; 32]) -> Self {
        Self { private, public: x25519(private, X25519_BASEPOINT_BYTES) }
    }

    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }

    pub(super) fn first_command(&self) -> Vec<u8> {
        let command = SessionCmd0 { client_pubkey: self.public().to_vec() };
        message(Sec1MsgType::SessionCommand0, sec1_payload::Payload::Sc0(command))
    }

    /// Computes the proof for a device that sent this response, whose lengths have been checked.
    pub(super) fn second_command(&self, pop: &[u8], answer: &SessionResp0) -> (Vec<u8>, Keystream) {
        let device_public: [u8; 32] = answer.device_pubkey.as_slice().try_into().unwrap_or([0; 32]);
        let random: [u8; 16] = answer.device_random.as_slice().try_into().unwrap_or([0; 16]);
        let mut key = x25519(self.private, device_public);
        if !pop.is_empty() {
            for (byte, digest) in key.iter_mut().zip(Sha256::digest(pop)) {
                *byte ^= digest;
            }
        }
        let mut stream = Keystream(Ctr128BE::new(&key.into(), &random.into()));
        let command = SessionCmd1 { client_verify_data: stream.apply(device_public.to_vec()) };
        (message(Sec1MsgType::SessionCommand1, sec1_payload::Payload::Sc1(command)), stream)
    }
}

impl Keystream {
    pub(super) fn apply(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        self.0.apply_keystream(&mut bytes);
        bytes
    }
}

fn message(msg: Sec1MsgType, payload: sec1_payload::Payload) -> Vec<u8> {
    let payload = Sec1Payload { msg: msg as i32, payload: Some(payload) };
    SessionData {
        sec_ver: SecSchemeVersion::SecScheme1 as i32,
        proto: Some(session_data::Proto::Sec1(payload)),
    }
    .encode_to_vec()
}
