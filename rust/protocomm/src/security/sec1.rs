//! Security 1: X25519, a proof of possession (PoP) and AES-256-CTR.
//!
//! ```text
//! client                                             device
//!   Cmd0 { client_pubkey }                   ->        fresh key pair, ECDH
//!                                            <-        Resp0 { device_pubkey, device_random }
//!   key = ECDH xor SHA-256(PoP), IV = device_random, one keystream for both directions
//!   Cmd1 { CTR(device_pubkey) }              ->        compared in constant time
//!                                            <-        Resp1 { CTR(client_pubkey) }
//! ```
//!
//! What the scheme cannot give: a false device learns enough to try proofs of possession
//! off-line, and nothing protects a message from being changed on its way.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::keystream::{BLOCK, KEY, Keystream};
use super::{Admission, Channel, Place, Security, Step};
use crate::error::{Error, HandshakeError};
use crate::wire::request::sec1_payload::Payload as Command;
use crate::wire::request::{self, SessionCmd0, SessionCmd1};
use crate::wire::response::sec1_payload::Payload as Answer;
use crate::wire::response::{self, SessionResp0, SessionResp1};
use crate::wire::{Sec1MsgType, SecSchemeVersion, Status};

/// The scheme, with the digest of the device's proof of possession.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Sec1 {
    pop_digest: Option<[u8; KEY]>,
}

impl Sec1 {
    /// The scheme with a proof of possession of any length. An empty one is none at all, to both
    /// ends: clients mix in no digest for it.
    pub fn new(pop: &[u8]) -> Self {
        let digest = (!pop.is_empty()).then(|| Sha256::digest(pop).into());
        Self { pop_digest: digest }
    }

    #[inline(never)]
    fn first(
        &self,
        command: &SessionCmd0,
        rng: &mut (impl TryCryptoRng + ?Sized),
    ) -> Result<(SessionResp0, Pending), HandshakeError> {
        let client_public: [u8; KEY] =
            command.client_pubkey[..].try_into().map_err(|_| HandshakeError::BadLength)?;

        let mut private = Zeroizing::new([0; KEY]);
        let mut random = [0; BLOCK];
        rng.try_fill_bytes(&mut *private).map_err(|_| HandshakeError::Rng)?;
        rng.try_fill_bytes(&mut random).map_err(|_| HandshakeError::Rng)?;

        let mut key = Zeroizing::new(x25519(*private, client_public));
        if bool::from(key.ct_eq(&[0; KEY])) {
            return Err(HandshakeError::WeakKey);
        }
        if let Some(digest) = &self.pop_digest {
            key.iter_mut().zip(digest).for_each(|(k, d)| *k ^= d);
        }

        let device_public = x25519(*private, X25519_BASEPOINT_BYTES);
        let pending = Pending { client_public, device_public, key, random };
        let answer = SessionResp0 {
            device_pubkey: device_public.to_vec(),
            device_random: random.to_vec(),
            status: Status::Success as i32,
        };
        Ok((answer, pending))
    }
}

impl Security for Sec1 {
    type Pending = Pending;
    type Channel = Stream;

    fn version(&self) -> u32 {
        1
    }

    fn patch_version(&self) -> u32 {
        0
    }

    fn capability(&self) -> Option<&'static str> {
        self.pop_digest.is_none().then_some("no_pop")
    }

    fn handshake<C: From<Stream>, R: TryCryptoRng + ?Sized>(
        &self,
        pending: &mut impl Place<Pending>,
        command: &request::SessionData,
        rng: &mut R,
        _admission: Admission<'_>,
    ) -> Result<Step<C>, HandshakeError> {
        let Some(request::session_data::Proto::Sec1(payload)) = &command.proto else {
            return Err(HandshakeError::WrongScheme);
        };
        if command.sec_ver != SecSchemeVersion::SecScheme1 as i32 {
            return Err(HandshakeError::WrongScheme);
        }
        // The command is the one that `msg` announces *and* the member that came with it.
        match (Sec1MsgType::try_from(payload.msg), &payload.payload) {
            (Ok(Sec1MsgType::SessionCommand0), Some(Command::Sc0(command))) => {
                pending.clear();
                let (answer, next) = self.first(command, rng)?;
                let reply = reply(Sec1MsgType::SessionResponse0, Answer::Sr0(answer));
                pending.set(next);
                Ok(Step::Continue(reply))
            }
            (Ok(Sec1MsgType::SessionCommand1), Some(Command::Sc1(command))) => {
                // A wrong proof uses the handshake up: each guess costs a new one.
                let step = pending.get().ok_or(HandshakeError::OutOfOrder)?.second(command);
                pending.clear();
                step
            }
            _ => Err(HandshakeError::MissingCommand),
        }
    }
}

/// A handshake that awaits the client's proof. It holds the key, not the cipher made of it: a
/// stranger's unfinished handshake costs 112 bytes.
pub struct Pending {
    client_public: [u8; KEY],
    device_public: [u8; KEY],
    key: Zeroizing<[u8; KEY]>,
    random: [u8; BLOCK],
}

impl Pending {
    #[inline(never)]
    fn second<C: From<Stream>>(&self, command: &SessionCmd1) -> Result<Step<C>, HandshakeError> {
        let mut proof: [u8; KEY] =
            command.client_verify_data[..].try_into().map_err(|_| HandshakeError::BadLength)?;
        let mut stream = Keystream::new(&self.key, &self.random);
        stream.apply(&mut proof).map_err(|_| HandshakeError::ProofMismatch)?;
        if !bool::from(proof.ct_eq(&self.device_public)) {
            return Err(HandshakeError::ProofMismatch);
        }
        let mut token = self.client_public.to_vec();
        stream.apply(&mut token).map_err(|_| HandshakeError::ProofMismatch)?;
        let answer = SessionResp1 { device_verify_data: token, status: Status::Success as i32 };
        let reply = reply(Sec1MsgType::SessionResponse1, Answer::Sr1(answer));
        Ok(Step::Done(reply, Stream(stream).into()))
    }
}

/// The session's keystream. Both directions share it, in the order of the messages.
pub struct Stream(Keystream);

impl Channel for Stream {
    fn overhead(&self) -> usize {
        0
    }

    fn open(&mut self, message: &mut Vec<u8>) -> Result<(), Error> {
        self.0.apply(message).map_err(|_| Error::Unauthentic)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<(), Error> {
        self.0.apply(message).map_err(|_| Error::Unauthentic)
    }
}

impl core::fmt::Debug for Sec1 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sec1").field("has_pop", &self.pop_digest.is_some()).finish()
    }
}

fn reply(msg: Sec1MsgType, payload: Answer) -> response::SessionData {
    let payload = response::Sec1Payload { msg: msg as i32, payload: Some(payload) };
    response::SessionData {
        sec_ver: SecSchemeVersion::SecScheme1 as i32,
        proto: Some(response::session_data::Proto::Sec1(payload)),
    }
}
