//! Security 2: SRP-6a over RFC 5054's 3072-bit group with SHA-512, and AES-256-GCM.
//!
//! ```text
//! client (I, P)                                      device (salt, v = g^x; neither I nor P)
//!   a, A = g^a
//!   Cmd0 { I, A }                            ->        b, B = k v + g^b, unless there are some
//!                                            <-        Resp0 { B, salt }
//!   S = (B - k g^x)^(a + u x)                          S = (A v^u)^b
//!   K = SHA-512(S), M1 = proof of K
//!   Cmd1 { M1 }                              ->        compared in constant time
//!                                            <-        Resp1 { M2 = proof of K, nonce }
//! ```
//!
//! with `x = H(salt, H(I ":" P))`, `k = H(N, g)`, `u = H(A, B)`. A false device learns nothing that
//! lets it try passwords, and a changed message is detected.
//!
//! # What an unauthenticated peer can make the device compute
//!
//! A first command costs a digest of the user name. Handshakes in progress share `b` and `B`, which
//! are a fifth of a handshake's work and are wiped when one of them completes, so each session
//! still has its own `b`. SRP-6a allows `B` to be known before `A` is chosen, because `u` depends
//! on both. `S` is computed only for a proof of the right length. A wrong proof counts as a failed
//! guess, and after a few of them the [limiter](crate::limiter) refuses all handshakes for a while.
//!
//! # Leading zeros
//!
//! One in 256 numbers and digests begins with a zero byte, and clients disagree about how to write
//! them. The device accepts every variant in the field:
//!
//! * `A` may arrive without its leading zeros, and is hashed without them. `B` is sent without
//!   them.
//! * A proof may arrive without its leading zeros. It is compared by value and hashed as it
//!   arrived.
//! * Some clients remove the leading zeros of `K`, which gives another key. The proof shows which
//!   of the two keys the client uses; the session then uses that key.

mod gcm;
mod group;

use heapless::Vec as FixedVec;
use rand_core::TryCryptoRng;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use self::group::Residue;
use super::{Channel, Security, Slot, Step, command};
use crate::error::{Error, HandshakeError};
use crate::limits::SALT_MAX;
use crate::wire::request::S2SessionCmd0;
use crate::wire::request::sec2_payload::Payload as Command;
use crate::wire::request::session_data::Proto;
use crate::wire::response::sec2_payload::Payload as Response;
use crate::wire::response::{self, S2SessionResp0, S2SessionResp1};
use crate::wire::{Sec2MsgType, SecSchemeVersion, Status, Writer};

/// Length of a SHA-512 digest in bytes.
const DIGEST: usize = 64;
/// Length of the device's ephemeral exponent in bytes.
const EXPONENT: usize = 32;

/// `k`: SHA-512 of N and of g at N's length.
#[rustfmt::skip]
const MULTIPLIER: [u8; DIGEST] = [
    0xa9, 0xc2, 0xe2, 0x55, 0x9b, 0xf0, 0xeb, 0xb5, 0x3f, 0x0c, 0xbb, 0xf6, 0x22, 0x82, 0x90, 0x6b,
    0xed, 0xe7, 0xf2, 0x18, 0x2f, 0x00, 0x67, 0x82, 0x11, 0xfb, 0xd5, 0xbd, 0xe5, 0xb2, 0x85, 0x03,
    0x3a, 0x49, 0x93, 0x50, 0x3b, 0x87, 0x39, 0x7f, 0x9b, 0xe5, 0xec, 0x02, 0x08, 0x0f, 0xed, 0xbc,
    0x08, 0x35, 0x58, 0x7a, 0xd0, 0x39, 0x06, 0x08, 0x79, 0xb8, 0x62, 0x1e, 0x8c, 0x36, 0x59, 0xe0,
];

/// SHA-512 of N, xor SHA-512 of g padded to N's length: the beginning of a proof.
#[rustfmt::skip]
const GROUP_DIGEST: [u8; DIGEST] = [
    0xda, 0xd7, 0x6e, 0xd5, 0x36, 0x5e, 0xd7, 0xbf, 0x6b, 0xbc, 0x1b, 0xfa, 0x05, 0x09, 0x81, 0x45,
    0x83, 0x92, 0xbb, 0xd3, 0x5a, 0x50, 0x33, 0x5d, 0x03, 0xdb, 0x3c, 0x75, 0x35, 0xb2, 0x61, 0xd1,
    0xc9, 0x02, 0xf2, 0xff, 0xb8, 0x64, 0x71, 0x25, 0xbd, 0x28, 0xce, 0x96, 0x6c, 0x06, 0x6d, 0x5b,
    0xe9, 0xb9, 0x39, 0x21, 0x6c, 0x60, 0x78, 0xb6, 0x58, 0x89, 0x29, 0x9c, 0x61, 0x62, 0x46, 0x94,
];

/// The scheme, with the salt and the verifier of one user name and password.
pub struct Sec2 {
    salt: FixedVec<u8, SALT_MAX>,
    /// Wiped when dropped.
    verifier: Residue,
    patch: Patch,
    /// Shared by the handshakes in progress. `None` before the first command.
    ephemeral: Option<Ephemeral>,
}

/// The device's half of the key agreement.
struct Ephemeral {
    /// b
    exponent: Zeroizing<[u8; EXPONENT]>,
    /// B
    public: [u8; group::BYTES],
}

/// How a session makes its nonces: `sec_patch_ver` in the version text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Patch {
    /// One nonce for all messages. Two messages under the same nonce reveal what they have in
    /// common and how to forge a message. Only for clients from before March 2025, which support
    /// nothing else.
    #[cfg(feature = "sec2-patch0")]
    Zero,
    /// A new nonce for each message, counted up.
    #[default]
    One,
}

/// The salt or the verifier cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadParameters {
    /// The salt is empty or longer than [`SALT_MAX`].
    Salt,
    /// The verifier is longer than 384 bytes, or is not a number above 1 and below N.
    Verifier,
}

/// Checks whether [`Sec2::new`] accepts these parameters, without computing anything.
pub fn check(salt: &[u8], verifier: &[u8]) -> Result<(), BadParameters> {
    if salt.is_empty() || salt.len() > SALT_MAX {
        return Err(BadParameters::Salt);
    }
    let mut digits = [0; group::BYTES];
    pad(&mut digits, verifier).map_err(|_| BadParameters::Verifier)?;
    // 1 is the verifier of no password.
    let trivial = minimal(verifier) == [1];
    if trivial || !group::is_element(&digits) { Err(BadParameters::Verifier) } else { Ok(()) }
}

impl Sec2 {
    /// Creates the scheme with this salt and this verifier, which is big-endian with or without
    /// leading zeros.
    pub fn new(salt: &[u8], verifier: &[u8]) -> Result<Self, BadParameters> {
        check(salt, verifier)?;
        let salt = FixedVec::from_slice(salt).map_err(|_| BadParameters::Salt)?;
        let verifier = Residue::from_bytes(verifier);
        Ok(Self { salt, verifier, patch: Patch::default(), ephemeral: None })
    }

    /// Sets how nonces are made.
    pub fn with_patch(mut self, patch: Patch) -> Self {
        self.patch = patch;
        self
    }

    /// Handles the first command. Returns what the second one needs of it.
    #[inline(never)]
    fn first(&self, command: &S2SessionCmd0<'_>) -> Result<Pending, HandshakeError> {
        if command.client_username.is_empty() {
            return Err(HandshakeError::BadLength);
        }
        let mut begun = Pending { client_public: [0; group::BYTES], username: [0; DIGEST] };
        pad(&mut begun.client_public, command.client_pubkey)?;
        if !group::is_element(&begun.client_public) {
            return Err(HandshakeError::WeakKey);
        }
        begun.username = hash(&[command.client_username]);
        Ok(begun)
    }

    /// Draws b and computes B, unless they exist.
    #[inline(never)]
    fn draw(&mut self, rng: &mut (impl TryCryptoRng + ?Sized)) -> Result<(), HandshakeError> {
        if self.ephemeral.is_none() {
            let mut exponent = Zeroizing::new([0; EXPONENT]);
            rng.try_fill_bytes(&mut *exponent).map_err(|_| HandshakeError::Rng)?;
            let public = self.public(&exponent);
            self.ephemeral = Some(Ephemeral { exponent, public });
        }
        Ok(())
    }

    /// The response to the first command: B without its leading zeros, and the salt.
    fn respond_first(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        let ephemeral = self.ephemeral.as_ref().ok_or(HandshakeError::Rng)?;
        let response = S2SessionResp0 {
            status: Status::Success as i32,
            device_pubkey: minimal(&ephemeral.public),
            device_salt: &self.salt,
        };
        respond(buffer, Sec2MsgType::S2SessionResponse0, Response::Sr0(response))
    }

    /// B = k v + g^b
    #[inline(never)]
    fn public(&self, exponent: &[u8; EXPONENT]) -> [u8; group::BYTES] {
        let mut public = [0; group::BYTES];
        let mut power = Residue::ZERO;
        power.set_generator_pow(exponent);
        power.plus_product(&MULTIPLIER, &self.verifier, &mut public);
        public
    }

    /// Handles the second command, which has the client's proof. Returns the device's proof and the
    /// channel, whose nonce the client must be told.
    #[inline(never)]
    fn second(
        &self,
        pending: &Pending,
        client_proof: &[u8],
        rng: &mut (impl TryCryptoRng + ?Sized),
    ) -> Result<([u8; DIGEST], Sealed), HandshakeError> {
        let mut proof = [0; DIGEST];
        pad(&mut proof, client_proof)?;
        let ephemeral = self.ephemeral.as_ref().ok_or(HandshakeError::OutOfOrder)?;

        // The client has proved that it knows one of two keys: with or without its leading zeros.
        let whole = self.key(pending, ephemeral)?;
        let mut key = &whole[..];
        if !self.is_proved(pending, ephemeral, key, &proof) {
            key = minimal(key);
            if !self.is_proved(pending, ephemeral, key, &proof) {
                return Err(HandshakeError::ProofMismatch);
            }
        }

        let cipher_key = *cipher_key(key)?;
        let mut nonce = FIRST_NONCE;
        let (random, _) = nonce.split_at_mut(match self.patch {
            #[cfg(feature = "sec2-patch0")]
            Patch::Zero => gcm::NONCE,
            Patch::One => SESSION,
        });
        rng.try_fill_bytes(random).map_err(|_| HandshakeError::Rng)?;
        let device_proof = hash(&[minimal(&pending.client_public), client_proof, key]);
        Ok((device_proof, Sealed { key: cipher_key, nonce, patch: self.patch }))
    }

    /// K = H(S), where S = (A v^u)^b.
    #[inline(never)]
    fn key(
        &self,
        pending: &Pending,
        ephemeral: &Ephemeral,
    ) -> Result<Zeroizing<[u8; DIGEST]>, HandshakeError> {
        let scrambler = hash(&[&pending.client_public, &ephemeral.public]);
        refuse_zero(&scrambler)?;
        let mut secret = self.verifier.clone();
        secret.pow_public(&scrambler);
        secret.mul_bytes(&pending.client_public);
        secret.pow(&*ephemeral.exponent);
        Ok(hash_secret(&secret))
    }

    /// Whether the proof belongs to this key: M1 = H(H(N) xor H(g), H(I), salt, A, B, K).
    #[inline(never)]
    fn is_proved(
        &self,
        pending: &Pending,
        ephemeral: &Ephemeral,
        key: &[u8],
        proof: &[u8; DIGEST],
    ) -> bool {
        let (client, device) = (minimal(&pending.client_public), minimal(&ephemeral.public));
        let parts = [&GROUP_DIGEST, &pending.username, &*self.salt, client, device, key];
        hash(&parts).ct_eq(proof).into()
    }
}

impl Security for Sec2 {
    type Pending = Pending;
    type Channel = Sealed;

    fn version(&self) -> u32 {
        2
    }

    fn patch_version(&self) -> u32 {
        match self.patch {
            #[cfg(feature = "sec2-patch0")]
            Patch::Zero => 0,
            Patch::One => 1,
        }
    }

    fn capability(&self) -> Option<&'static str> {
        None
    }

    fn handshake<C: From<Sealed>, R: TryCryptoRng + ?Sized>(
        &mut self,
        pending: &mut impl Slot<Pending>,
        buffer: &mut [u8],
        length: usize,
        rng: &mut R,
    ) -> Result<Step<C>, Error> {
        let command = command(buffer.get(..length).unwrap_or_default())?;
        let Some(Proto::Sec2(payload)) = command.proto else {
            return Err(HandshakeError::WrongScheme.into());
        };
        if command.sec_ver != SecSchemeVersion::SecScheme2 as i32 {
            return Err(HandshakeError::WrongScheme.into());
        }
        // The announced command and the member that is present must match.
        match (Sec2MsgType::try_from(payload.msg), payload.payload) {
            (Ok(Sec2MsgType::S2SessionCommand0), Some(Command::Sc0(command))) => {
                pending.set(self.first(&command)?)?;
                let drawn = self.draw(rng);
                let written = drawn.map_err(Error::from).and_then(|()| self.respond_first(buffer));
                if written.is_err() {
                    pending.clear();
                }
                Ok(Step::Continue(written?))
            }
            (Ok(Sec2MsgType::S2SessionCommand1), Some(Command::Sc1(command))) => {
                // A wrong proof ends the handshake, so each guess needs a new one.
                let begun = pending.get().ok_or(HandshakeError::OutOfOrder)?;
                let proved = self.second(begun, command.client_proof, rng);
                pending.clear();
                let (proof, channel) = proved?;
                let response = S2SessionResp1 {
                    status: Status::Success as i32,
                    device_proof: &proof,
                    device_nonce: &channel.nonce,
                };
                let written =
                    respond(buffer, Sec2MsgType::S2SessionResponse1, Response::Sr1(response))?;
                Ok(Step::Done(written, channel.into()))
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
    /// A
    client_public: [u8; group::BYTES],
    /// H(I)
    username: [u8; DIGEST],
}

/// Length in bytes of a nonce's session part. The rest counts the session's messages.
const SESSION: usize = 8;

/// The nonce of a session's first message, without the session part.
const FIRST_NONCE: [u8; gcm::NONCE] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// A session's key and nonces. Both directions share them, in the order of the messages.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Sealed {
    key: [u8; gcm::KEY],
    /// The nonce of the next message. Its count is 0 when all nonces are used.
    nonce: [u8; gcm::NONCE],
    #[zeroize(skip)]
    patch: Patch,
}

impl Sealed {
    /// Fails if all nonces are used.
    fn is_usable(&self) -> Result<(), Error> {
        match self.patch {
            #[cfg(feature = "sec2-patch0")]
            Patch::Zero => Ok(()),
            Patch::One if self.nonce.ends_with(&[0; gcm::NONCE - SESSION]) => Err(Error::Exhausted),
            Patch::One => Ok(()),
        }
    }

    /// Counts a message.
    fn advance(&mut self) {
        match self.patch {
            #[cfg(feature = "sec2-patch0")]
            Patch::Zero => {}
            Patch::One => {
                if let Some(count) = self.nonce.last_chunk_mut() {
                    *count = u32::from_be_bytes(*count).wrapping_add(1).to_be_bytes();
                }
            }
        }
    }
}

impl Channel for Sealed {
    fn overhead(&self) -> usize {
        gcm::TAG
    }

    /// A message that cannot be opened is not counted.
    fn open(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.is_usable()?;
        let (text, tag) = buffer.split_last_chunk_mut().ok_or(Error::Unauthentic)?;
        gcm::open(&self.key, &self.nonce, text, tag).map_err(|_| Error::Unauthentic)?;
        self.advance();
        Ok(text.len())
    }

    fn seal(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        self.is_usable()?;
        let (text, rest) = buffer.split_at_mut_checked(length).ok_or(Error::ResponseTooLarge)?;
        let tag = rest.first_chunk_mut::<{ gcm::TAG }>().ok_or(Error::ResponseTooLarge)?;
        *tag = gcm::seal(&self.key, &self.nonce, text).map_err(|_| Error::Unauthentic)?;
        self.advance();
        Ok(length.saturating_add(gcm::TAG))
    }
}

impl core::fmt::Debug for Sec2 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sec2").field("patch", &self.patch).finish_non_exhaustive()
    }
}

/// SHA-512 of all parts, concatenated. The only caller of the library's functions, which are
/// inlined at each use.
#[inline(never)]
fn hash(parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut state = Sha512::new();
    absorb(&mut state, parts);
    finish(state)
}

/// A separate function, so that the digits take no stack while they are computed.
#[inline(never)]
fn hash_secret(secret: &Residue) -> Zeroizing<[u8; DIGEST]> {
    let mut digits = Zeroizing::new([0; group::BYTES]);
    secret.to_bytes(&mut digits);
    Zeroizing::new(hash(&[minimal(&*digits)]))
}

#[inline(never)]
fn absorb(state: &mut Sha512, parts: &[&[u8]]) {
    parts.iter().for_each(|part| state.update(part));
}

#[inline(never)]
fn finish(state: Sha512) -> [u8; DIGEST] {
    state.finalize().into()
}

/// The cipher's key: the first half of K. Fails if K is too short because its first 33 bytes are
/// zeros.
fn cipher_key(key: &[u8]) -> Result<&[u8; gcm::KEY], HandshakeError> {
    key.first_chunk().ok_or(HandshakeError::ProofMismatch)
}

/// Fails if u = H(A, B) is 0, which would remove the verifier from the secret.
fn refuse_zero(scrambler: &[u8; DIGEST]) -> Result<(), HandshakeError> {
    if scrambler.iter().all(|byte| *byte == 0) { Err(HandshakeError::WeakKey) } else { Ok(()) }
}

/// Copies digits to the end of a number of full length, which must be 0 before. There may be fewer
/// digits than its length, but not none and not more.
fn pad(number: &mut [u8], digits: &[u8]) -> Result<(), HandshakeError> {
    let zeros = number.len().checked_sub(digits.len()).filter(|_| !digits.is_empty());
    let place = zeros.and_then(|zeros| number.get_mut(zeros..)).ok_or(HandshakeError::BadLength)?;
    place.copy_from_slice(digits);
    Ok(())
}

/// A number without its leading zeros.
fn minimal(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

fn respond(buffer: &mut [u8], msg: Sec2MsgType, payload: Response<'_>) -> Result<usize, Error> {
    let payload = response::Sec2Payload { msg: msg as i32, payload: Some(payload) };
    let response = response::SessionData {
        sec_ver: SecSchemeVersion::SecScheme2 as i32,
        proto: Some(response::session_data::Proto::Sec2(payload)),
    };
    let mut writer = Writer::new(buffer);
    response.write(&mut writer);
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests;
