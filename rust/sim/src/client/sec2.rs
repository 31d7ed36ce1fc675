//! The client's side of security 2, written from RFC 5054 with a general-purpose big-number
//! library.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Key};
use netprov_messages::{Message, Sec2MsgType, SecSchemeVersion};
use netprov_messages::{
    S2SessionCmd0, S2SessionCmd1, Sec2Payload, SessionData, sec2_payload, session_data,
};
use netprov_messages::{S2SessionResp0, S2SessionResp1};
use num_bigint::BigUint;
use sha2::{Digest, Sha512};

/// Length of a group element in bytes.
const LENGTH: usize = 384;

/// The prime, from RFC 5054, appendix A.
const PRIME: &str = "\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
    020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
    4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
    98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
    9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
    3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33\
    A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
    D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2\
    08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// How a client encodes numbers and digests that begin with zero bytes (protocol 1.15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Habits {
    /// Like `esp_prov`: public keys and salt without leading zeros, digests unchanged.
    #[default]
    EspProv,
    /// Like Android: everything without leading zeros, including the session key.
    Android,
    /// A client that sends its public key at full length.
    Padding,
}

/// A user name, a password and the ephemeral exponent.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) username: Vec<u8>,
    pub(super) password: Vec<u8>,
    exponent: [u8; 32],
    public: BigUint,
    pub(super) habits: Habits,
    pub(super) patch: u32,
}

/// Values computed in a handshake. Numbers have no leading zeros; digests keep theirs.
#[derive(Clone, Debug)]
pub struct Values {
    /// A
    pub public: Vec<u8>,
    /// B
    pub device_public: Vec<u8>,
    /// S
    pub secret: Vec<u8>,
    /// K
    pub key: [u8; 64],
    /// M1
    pub proof: [u8; 64],
    /// M2
    pub device_proof: [u8; 64],
}

/// Computes the verifier of a user name and password.
pub fn verifier(salt: &[u8], username: &[u8], password: &[u8]) -> [u8; LENGTH] {
    let verifier = generator().modpow(&x(salt, username, password), &prime());
    padded(&verifier)
}

/// The values agreed on with a device.
pub(super) struct Agreed {
    habits: Habits,
    patch: u32,
    key: Vec<u8>,
    pub(super) values: Values,
}

/// The channel of an established session.
pub(super) struct Sealed {
    cipher: Aes256Gcm,
    nonce: [u8; 12],
    counting: bool,
}

impl Account {
    pub(super) fn new(username: &[u8], password: &[u8], exponent: [u8; 32]) -> Self {
        Self {
            username: username.to_vec(),
            password: password.to_vec(),
            exponent,
            public: generator().modpow(&BigUint::from_bytes_be(&exponent), &prime()),
            habits: Habits::default(),
            patch: 1,
        }
    }

    pub(super) fn first_command(&self) -> Vec<u8> {
        let public = match self.habits {
            Habits::Padding => padded(&self.public).to_vec(),
            _ => self.public.to_bytes_be(),
        };
        let command =
            S2SessionCmd0 { client_username: self.username.clone(), client_pubkey: public };
        message(Sec2MsgType::S2SessionCommand0, sec2_payload::Payload::Sc0(command))
    }

    /// Computes the proof for a device that sent this response; returns `None` for an invalid
    /// public key.
    pub(super) fn second_command(&self, answer: &S2SessionResp0) -> Option<(Vec<u8>, Agreed)> {
        let (n, g) = (prime(), generator());
        let device_public = BigUint::from_bytes_be(&answer.device_pubkey);
        if &device_public % &n == BigUint::ZERO {
            return None;
        }
        let public = &self.public;
        let salt = minimal(&answer.device_salt);
        let k = hash(&[&padded(&n), &padded(&g)]);
        let u = hash(&[&padded(public), &padded(&device_public)]);
        let x = x(salt, &self.username, &self.password);
        let masked = BigUint::from_bytes_be(&k) * g.modpow(&x, &n) % &n;
        let base = (device_public.clone() + &n - masked) % &n;
        let exponent = BigUint::from_bytes_be(&self.exponent) + BigUint::from_bytes_be(&u) * x;
        let secret = base.modpow(&exponent, &n);

        let whole_key = hash(&[&secret.to_bytes_be()]);
        let group = hash(&[&padded(&n)]).into_iter().zip(hash(&[&padded(&g)]));
        let group: Vec<u8> = group.map(|(a, b)| a ^ b).collect();
        let key = self.written(&whole_key);
        let whole_proof = hash(&[
            &group,
            &hash(&[&self.username]),
            salt,
            &public.to_bytes_be(),
            &device_public.to_bytes_be(),
            key,
        ]);
        let proof = self.written(&whole_proof);
        let values = Values {
            public: public.to_bytes_be(),
            device_public: device_public.to_bytes_be(),
            secret: secret.to_bytes_be(),
            key: whole_key,
            proof: whole_proof,
            device_proof: hash(&[&public.to_bytes_be(), proof, key]),
        };
        let command = S2SessionCmd1 { client_proof: proof.to_vec() };
        let message = message(Sec2MsgType::S2SessionCommand1, sec2_payload::Payload::Sc1(command));
        let agreed = Agreed { habits: self.habits, patch: self.patch, key: key.to_vec(), values };
        Some((message, agreed))
    }

    /// Encodes a digest as this client does.
    fn written<'a>(&self, digest: &'a [u8]) -> &'a [u8] {
        if self.habits == Habits::Android { minimal(digest) } else { digest }
    }
}

impl Agreed {
    /// Returns the channel if the device has proved that it has the verifier.
    pub(super) fn finish(self, answer: &S2SessionResp1) -> Option<Sealed> {
        let expected = &self.values.device_proof;
        let same = match self.habits {
            Habits::Android => minimal(expected) == minimal(&answer.device_proof),
            _ => answer.device_proof == expected,
        };
        let nonce = answer.device_nonce.as_slice().try_into().ok()?;
        let key: &Key<Aes256Gcm> = self.key.get(..32)?.try_into().ok()?;
        let cipher = Aes256Gcm::new(key);
        same.then_some(Sealed { cipher, nonce, counting: self.patch == 1 })
    }
}

impl Sealed {
    /// Clients count every message, including those that they cannot decrypt.
    fn next_nonce(&mut self) -> [u8; 12] {
        let nonce = self.nonce;
        if self.counting {
            let [.., a, b, c, d] = nonce;
            let next = u32::from_be_bytes([a, b, c, d]).wrapping_add(1);
            self.nonce[8..].copy_from_slice(&next.to_be_bytes());
        }
        nonce
    }

    pub(super) fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let nonce = self.next_nonce();
        self.cipher.encrypt(&nonce.into(), plain).expect("a message is short enough")
    }

    pub(super) fn open(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        let nonce = self.next_nonce();
        self.cipher.decrypt(&nonce.into(), sealed).ok()
    }
}

fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME.as_bytes(), 16).expect("it is hexadecimal")
}

fn generator() -> BigUint {
    BigUint::from(5u8)
}

fn x(salt: &[u8], username: &[u8], password: &[u8]) -> BigUint {
    BigUint::from_bytes_be(&hash(&[salt, &hash(&[username, b":", password])]))
}

fn hash(parts: &[&[u8]]) -> [u8; 64] {
    parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

fn padded(number: &BigUint) -> [u8; LENGTH] {
    let digits = number.to_bytes_be();
    let mut padded = [0; LENGTH];
    let zeros = LENGTH.saturating_sub(digits.len());
    padded[zeros..].copy_from_slice(&digits[digits.len().saturating_sub(LENGTH)..]);
    padded
}

fn minimal(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn message(msg: Sec2MsgType, payload: sec2_payload::Payload) -> Vec<u8> {
    let payload = Sec2Payload { msg: msg as i32, payload: Some(payload) };
    SessionData {
        sec_ver: SecSchemeVersion::SecScheme2 as i32,
        proto: Some(session_data::Proto::Sec2(payload)),
    }
    .encode_to_vec()
}
