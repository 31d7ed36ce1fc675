//! Security 1: X25519, a proof of possession (PoP) and AES-256-CTR.
//!
//! ```text
//! client                                             device
//!   Cmd0 { client_pubkey }                   ->        fresh device_random
//!                                            <-        Resp0 { device_pubkey, device_random }
//!   key = ECDH xor SHA-256(PoP), IV = device_random, one keystream for both directions
//!   Cmd1 { CTR(device_pubkey) }              ->        ECDH; compared in constant time
//!                                            <-        Resp1 { CTR(client_pubkey) }
//! ```
//!
//! # What an unauthenticated peer can make the device compute
//!
//! A first command costs 16 random bytes. Handshakes in progress share the device's key pair, which
//! is wiped when one of them completes, so each session still has its own key pair. ECDH is
//! computed only for a proof of the right length. A wrong proof counts as a failed guess, and after
//! a few of them the [limiter](crate::limiter) refuses all handshakes for a while.
//!
//! # What the scheme does not protect against
//!
//! A false device learns enough to try proofs of possession offline, and nothing protects a message
//! against changes in transit.

use rand_core::TryCryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::keystream::{BLOCK, KEY, Keystream, Position};
use super::x25519::{BASE_POINT, is_of_low_order, x25519};
use super::{Channel, Security, Slot, Step, command};
use crate::error::{Error, HandshakeError};
use crate::wire::request::sec1_payload::Payload as Command;
use crate::wire::request::session_data::Proto;
use crate::wire::response::sec1_payload::Payload as Response;
use crate::wire::response::{self, SessionResp0, SessionResp1};
use crate::wire::{Sec1MsgType, SecSchemeVersion, Status, Writer};

/// The scheme, with the digest of the device's proof of possession.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Sec1 {
    /// Zeros if there is no proof of possession; they leave a key unchanged.
    pop_digest: [u8; KEY],
    has_pop: bool,
    /// Shared by the handshakes in progress. `None` before the first command.
    ephemeral: Option<KeyPair>,
}

/// The device's half of the key agreement.
#[derive(Zeroize, ZeroizeOnDrop)]
struct KeyPair {
    private: [u8; KEY],
    public: [u8; KEY],
}

impl Sec1 {
    /// Creates the scheme with a proof of possession of any length. An empty one means none to both
    /// ends: clients then mix no digest into the key.
    pub fn new(pop: &[u8]) -> Self {
        let has_pop = !pop.is_empty();
        let pop_digest = if has_pop { Sha256::digest(pop).into() } else { [0; KEY] };
        Self { pop_digest, has_pop, ephemeral: None }
    }

    /// Returns the device's public key. Draws a key pair if there is none.
    #[inline(never)]
    fn device_public(
        &mut self,
        rng: &mut (impl TryCryptoRng + ?Sized),
    ) -> Result<&[u8; KEY], HandshakeError> {
        if self.ephemeral.is_none() {
            let pair = self.ephemeral.insert(KeyPair { private: [0; KEY], public: [0; KEY] });
            if rng.try_fill_bytes(&mut pair.private).is_err() {
                self.ephemeral = None;
                return Err(HandshakeError::Rng);
            }
            x25519(&pair.private, &BASE_POINT, &mut pair.public);
        }
        let pair = self.ephemeral.as_ref().ok_or(HandshakeError::Rng)?;
        Ok(&pair.public)
    }

    /// Handles the second command: checks the client's proof and writes the device's proof to
    /// `token`.
    #[inline(never)]
    fn second(
        &self,
        pending: &Pending,
        proof: &[u8; KEY],
        token: &mut [u8; KEY],
    ) -> Result<Stream, HandshakeError> {
        let pair = self.ephemeral.as_ref().ok_or(HandshakeError::OutOfOrder)?;
        let mut key = Zeroizing::new([0; KEY]);
        x25519(&pair.private, &pending.client_public, &mut key);
        // A public key of low order makes a secret that everybody knows, so it proves nothing.
        if bool::from(key.ct_eq(&[0; KEY])) {
            return Err(HandshakeError::ProofMismatch);
        }
        key.iter_mut().zip(&self.pop_digest).for_each(|(k, d)| *k ^= d);
        let mut stream = Stream { key, position: Position::start_of(&pending.random) };
        let mut proof = *proof;
        stream.apply(&mut proof).map_err(|_| HandshakeError::ProofMismatch)?;
        if !bool::from(proof.ct_eq(&pair.public)) {
            return Err(HandshakeError::ProofMismatch);
        }
        *token = pending.client_public;
        stream.apply(token).map_err(|_| HandshakeError::ProofMismatch)?;
        Ok(stream)
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
        (!self.has_pop).then_some("no_pop")
    }

    fn handshake<C: From<Stream>, R: TryCryptoRng + ?Sized>(
        &mut self,
        pending: &mut impl Slot<Pending>,
        buffer: &mut [u8],
        length: usize,
        rng: &mut R,
    ) -> Result<Step<C>, Error> {
        let command = command(buffer.get(..length).unwrap_or_default())?;
        let Some(Proto::Sec1(payload)) = command.proto else {
            return Err(HandshakeError::WrongScheme.into());
        };
        if command.sec_ver != SecSchemeVersion::SecScheme1 as i32 {
            return Err(HandshakeError::WrongScheme.into());
        }
        // The announced command and the member that is present must match.
        match (Sec1MsgType::try_from(payload.msg), payload.payload) {
            (Ok(Sec1MsgType::SessionCommand0), Some(Command::Sc0(command))) => {
                let client_public = *array(command.client_pubkey)?;
                if is_of_low_order(&client_public) {
                    return Err(HandshakeError::WeakKey.into());
                }
                let device_pubkey = self.device_public(rng)?;
                let mut random = [0; BLOCK];
                rng.try_fill_bytes(&mut random).map_err(|_| HandshakeError::Rng)?;
                pending.set(Pending { client_public, random })?;
                let response = SessionResp0 {
                    status: Status::Success as i32,
                    device_pubkey,
                    device_random: &random,
                };
                let written =
                    respond(buffer, Sec1MsgType::SessionResponse0, Response::Sr0(response));
                if written.is_err() {
                    pending.clear();
                }
                Ok(Step::Continue(written?))
            }
            (Ok(Sec1MsgType::SessionCommand1), Some(Command::Sc1(command))) => {
                // A wrong proof ends the handshake, so each guess needs a new one.
                let begun = pending.get().ok_or(HandshakeError::OutOfOrder)?;
                let mut token = [0; KEY];
                let proof = array(command.client_verify_data);
                let stream = proof.and_then(|proof| self.second(begun, proof, &mut token));
                pending.clear();
                let stream = stream?;
                let response =
                    SessionResp1 { status: Status::Success as i32, device_verify_data: &token };
                let written =
                    respond(buffer, Sec1MsgType::SessionResponse1, Response::Sr1(response))?;
                Ok(Step::Done(written, stream.into()))
            }
            _ => Err(HandshakeError::MissingCommand.into()),
        }
    }

    fn renew(&mut self) {
        self.ephemeral = None;
    }
}

/// A handshake that awaits the client's proof. It contains no secret.
pub struct Pending {
    client_public: [u8; KEY],
    random: [u8; BLOCK],
}

/// The session's keystream. Both directions share it, in the order of the messages. It holds the
/// key and the position. The expanded round keys are six times as large, so they are made again for
/// each message.
pub struct Stream {
    key: Zeroizing<[u8; KEY]>,
    position: Position,
}

impl Stream {
    /// Encrypts or decrypts in place, starting where the last message ended.
    #[inline(never)]
    fn apply(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let mut stream = Keystream::at(&self.key, self.position);
        let done = stream.apply(bytes).map_err(|_| Error::Unauthentic);
        self.position = stream.position();
        done
    }
}

impl Channel for Stream {
    fn overhead(&self) -> usize {
        0
    }

    fn open(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.apply(buffer)?;
        Ok(buffer.len())
    }

    fn seal(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let message = buffer.get_mut(..length).ok_or(Error::ResponseTooLarge)?;
        self.apply(message)?;
        Ok(length)
    }
}

impl core::fmt::Debug for Sec1 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sec1").field("has_pop", &self.has_pop).finish()
    }
}

/// A key or a proof of exactly the right length.
fn array(bytes: &[u8]) -> Result<&[u8; KEY], HandshakeError> {
    bytes.try_into().map_err(|_| HandshakeError::BadLength)
}

fn respond(buffer: &mut [u8], msg: Sec1MsgType, payload: Response<'_>) -> Result<usize, Error> {
    let payload = response::Sec1Payload { msg: msg as i32, payload: Some(payload) };
    let response = response::SessionData {
        sec_ver: SecSchemeVersion::SecScheme1 as i32,
        proto: Some(response::session_data::Proto::Sec1(payload)),
    };
    let mut writer = Writer::new(buffer);
    response.write(&mut writer);
    Ok(writer.finish()?)
}
