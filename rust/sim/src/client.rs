//! The client's side of the protocol: handshakes, encryption and messages.
//!
//! It does no I/O. Until the session is established, send what [`Client::handshake_message`]
//! returns and pass each response to [`Client::handle`]. Then encrypt each message of [`messages`]
//! with [`Client::seal`], decrypt each response with [`Client::open`], and read it with
//! [`answers`].

pub mod answers;
pub mod messages;
mod sec1;
pub mod sec2;

use std::fmt;

use netprov_messages::{
    self, S2SessionResp0, S2SessionResp1, SessionResp0, SessionResp1, sec1_payload, sec2_payload,
};
use netprov_messages::{Message, SecSchemeVersion, Status};
use netprov_messages::{S0SessionCmd, Sec0Payload, sec0_payload};

use self::sec1::{Keys, Keystream};
use self::sec2::{Account, Agreed, Habits, Sealed, Values};

/// Why a client aborts a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientError {
    /// The response is not a `SessionData` message.
    Undecodable,
    /// The response does not match the command, or reports a failure of the device.
    Unexpected,
    /// The device failed to prove that it knows the proof of possession.
    DeviceProof,
    /// The response was not encrypted with the session's keys.
    Forged,
}

/// A client of a single device.
pub struct Client {
    scheme: Scheme,
    state: State,
}

enum Scheme {
    Sec0,
    Sec1 { pop: Vec<u8>, private: [u8; 32] },
    Sec2(Account),
}

enum State {
    /// Nothing was sent, or the handshake failed.
    New,
    /// Security 0: command sent.
    Asked,
    /// Security 1: first command sent.
    First(Keys),
    /// Security 1: first response received.
    Agreed(Keys, SessionResp0),
    /// Security 1: second command sent.
    Proving(Keys, Keystream),
    /// Security 2: first command sent.
    Asked2,
    /// Security 2: first response received.
    Agreed2(S2SessionResp0),
    /// Security 2: second command sent.
    Proving2(Agreed),
    /// The session is established.
    Established(Keychain),
}

enum Keychain {
    None,
    Sec1(Keystream),
    Sec2(Sealed),
}

impl Client {
    /// Creates a client of security 0.
    pub fn sec0() -> Self {
        Self { scheme: Scheme::Sec0, state: State::New }
    }

    /// Creates a client of security 1 with this proof of possession and private key. Real clients
    /// generate a new key for each handshake; here the caller chooses it.
    pub fn sec1(pop: &[u8], private: [u8; 32]) -> Self {
        Self { scheme: Scheme::Sec1 { pop: pop.to_vec(), private }, state: State::New }
    }

    /// Creates a client of security 2 with this user name, password and ephemeral exponent, which
    /// real clients also generate.
    pub fn sec2(username: &[u8], password: &[u8], exponent: [u8; 32]) -> Self {
        let account = Account::new(username, password, exponent);
        Self { scheme: Scheme::Sec2(account), state: State::New }
    }

    /// Makes a client of security 2 encode numbers like the given implementation.
    pub fn with_habits(mut self, habits: Habits) -> Self {
        if let Scheme::Sec2(account) = &mut self.scheme {
            account.habits = habits;
        }
        self
    }

    /// Tells a client of security 2 the device's `sec_patch_ver`.
    pub fn with_patch(mut self, patch: u32) -> Self {
        if let Scheme::Sec2(account) = &mut self.scheme {
            account.patch = patch;
        }
        self
    }

    /// Drops the session, for a new handshake.
    pub fn restart(&mut self) {
        self.state = State::New;
    }

    /// Returns whether the session is established.
    pub fn is_established(&self) -> bool {
        matches!(self.state, State::Established(_))
    }

    /// Returns the next handshake message, or `None` if the session is established or a response is
    /// due.
    pub fn handshake_message(&mut self) -> Option<Vec<u8>> {
        let (message, state) = match (std::mem::replace(&mut self.state, State::New), &self.scheme)
        {
            (State::New, Scheme::Sec0) => (sec0_command(), State::Asked),
            (State::New, Scheme::Sec1 { private, .. }) => {
                let keys = Keys::new(*private);
                (keys.first_command(), State::First(keys))
            }
            (State::Agreed(keys, answer), Scheme::Sec1 { pop, .. }) => {
                let (message, stream) = keys.second_command(pop, &answer);
                (message, State::Proving(keys, stream))
            }
            (State::New, Scheme::Sec2(account)) => (account.first_command(), State::Asked2),
            (State::Agreed2(answer), Scheme::Sec2(account)) => {
                let (message, agreed) = account.second_command(&answer)?;
                (message, State::Proving2(agreed))
            }
            (other, _) => {
                self.state = other;
                return None;
            }
        };
        self.state = state;
        Some(message)
    }

    /// Processes the response to the last handshake message. After an error, the handshake starts
    /// over.
    pub fn handle(&mut self, reply: &[u8]) -> Result<(), ClientError> {
        let reply =
            netprov_messages::SessionData::decode(reply).map_err(|_| ClientError::Undecodable)?;
        self.state = match std::mem::replace(&mut self.state, State::New) {
            State::Asked => {
                sec0_answer(reply)?;
                State::Established(Keychain::None)
            }
            State::First(keys) => State::Agreed(keys, sec1_first_answer(reply)?),
            State::Proving(keys, mut stream) => {
                let answer = sec1_second_answer(reply)?;
                if stream.apply(answer.device_verify_data) != keys.public() {
                    return Err(ClientError::DeviceProof);
                }
                State::Established(Keychain::Sec1(stream))
            }
            State::Asked2 => State::Agreed2(sec2_first_answer(reply)?),
            State::Proving2(agreed) => {
                let answer = sec2_second_answer(reply)?;
                let sealed = agreed.finish(&answer).ok_or(ClientError::DeviceProof)?;
                State::Established(Keychain::Sec2(sealed))
            }
            _ => return Err(ClientError::Unexpected),
        };
        Ok(())
    }

    /// Returns the computed values of security 2 once the second command was sent.
    pub fn sec2_values(&self) -> Option<&Values> {
        match &self.state {
            State::Proving2(agreed) => Some(&agreed.values),
            _ => None,
        }
    }

    /// Encrypts a request. Without a session, the request is returned unchanged.
    pub fn seal(&mut self, plain: Vec<u8>) -> Vec<u8> {
        match &mut self.state {
            State::Established(Keychain::Sec1(stream)) => stream.apply(plain),
            State::Established(Keychain::Sec2(sealed)) => sealed.seal(&plain),
            _ => plain,
        }
    }

    /// Decrypts a response. Only security 2 detects forged responses.
    pub fn open(&mut self, sealed: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        match &mut self.state {
            State::Established(Keychain::Sec1(stream)) => Ok(stream.apply(sealed)),
            State::Established(Keychain::Sec2(keys)) => {
                keys.open(&sealed).ok_or(ClientError::Forged)
            }
            _ => Ok(sealed),
        }
    }
}

fn sec0_command() -> Vec<u8> {
    let payload = Sec0Payload {
        payload: Some(sec0_payload::Payload::Sc(S0SessionCmd {})),
        ..Default::default()
    };
    netprov_messages::SessionData {
        sec_ver: SecSchemeVersion::SecScheme0 as i32,
        proto: Some(netprov_messages::session_data::Proto::Sec0(payload)),
    }
    .encode_to_vec()
}

fn sec0_answer(reply: netprov_messages::SessionData) -> Result<(), ClientError> {
    use netprov_messages::sec0_payload::Payload;
    match reply.proto {
        Some(netprov_messages::session_data::Proto::Sec0(Sec0Payload {
            payload: Some(Payload::Sr(answer)),
            ..
        })) if answer.status == Status::Success as i32 => Ok(()),
        _ => Err(ClientError::Unexpected),
    }
}

fn sec1_answer(reply: netprov_messages::SessionData) -> Result<sec1_payload::Payload, ClientError> {
    match reply.proto {
        Some(netprov_messages::session_data::Proto::Sec1(payload)) if reply.sec_ver == 1 => {
            payload.payload.ok_or(ClientError::Unexpected)
        }
        _ => Err(ClientError::Unexpected),
    }
}

fn sec1_first_answer(reply: netprov_messages::SessionData) -> Result<SessionResp0, ClientError> {
    match sec1_answer(reply)? {
        sec1_payload::Payload::Sr0(answer)
            if answer.status == Status::Success as i32
                && answer.device_pubkey.len() == 32
                && answer.device_random.len() == 16 =>
        {
            Ok(answer)
        }
        _ => Err(ClientError::Unexpected),
    }
}

fn sec1_second_answer(reply: netprov_messages::SessionData) -> Result<SessionResp1, ClientError> {
    match sec1_answer(reply)? {
        sec1_payload::Payload::Sr1(answer) if answer.status == Status::Success as i32 => Ok(answer),
        _ => Err(ClientError::Unexpected),
    }
}

fn sec2_answer(reply: netprov_messages::SessionData) -> Result<sec2_payload::Payload, ClientError> {
    match reply.proto {
        Some(netprov_messages::session_data::Proto::Sec2(payload)) if reply.sec_ver == 2 => {
            payload.payload.ok_or(ClientError::Unexpected)
        }
        _ => Err(ClientError::Unexpected),
    }
}

fn sec2_first_answer(reply: netprov_messages::SessionData) -> Result<S2SessionResp0, ClientError> {
    match sec2_answer(reply)? {
        sec2_payload::Payload::Sr0(answer)
            if answer.status == Status::Success as i32
                && (1..=384).contains(&answer.device_pubkey.len())
                && !answer.device_salt.is_empty() =>
        {
            Ok(answer)
        }
        _ => Err(ClientError::Unexpected),
    }
}

fn sec2_second_answer(reply: netprov_messages::SessionData) -> Result<S2SessionResp1, ClientError> {
    match sec2_answer(reply)? {
        sec2_payload::Payload::Sr1(answer)
            if answer.status == Status::Success as i32 && answer.device_nonce.len() == 12 =>
        {
            Ok(answer)
        }
        _ => Err(ClientError::Unexpected),
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undecodable => "the device's response is not a handshake message",
            Self::Unexpected => "the device's response does not match the command",
            Self::Forged => "the response was not encrypted with the session's keys",
            Self::DeviceProof => "the device does not know the proof of possession",
        })
    }
}

impl std::error::Error for ClientError {}

#[cfg(test)]
mod tests;
