//! A small service and a scripted source of randomness.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::VecDeque;
use std::convert::Infallible;

use protocomm::limiter::Policy;
use protocomm::security::Scheme;
use protocomm::{
    EndpointId, Error, Instant, Peer, Protocomm, Request, SessionId, Ticket, TransportId,
};

/// The session of [`handle`].
pub const SESSION: SessionId = SessionId::new(TransportId(0), 1);

/// The longest response, in bytes.
pub const REPLY_MAX: usize = 512;

/// The outcome of a message: [`protocomm::Handled`] with the bytes in the buffer.
pub enum Handled {
    Version,
    HandshakeStarted(Vec<u8>),
    Established { reply: Vec<u8>, displaced: Option<SessionId> },
    Open(Open),
}

/// A request of the established session.
pub struct Open {
    pub endpoint: EndpointId,
    pub session: SessionId,
    pub payload: Vec<u8>,
    pub ticket: Ticket,
}

/// A service with the endpoints `proto-ver`, `prov-session` and `echo`.
pub fn service(scheme: Scheme) -> Protocomm {
    sim::echo::service(Policy::default(), scheme)
}

/// Passes a message of [`SESSION`] to the device at time 0.
pub fn handle(
    device: &mut Protocomm,
    rng: &mut Script,
    endpoint: &str,
    message: Vec<u8>,
) -> Result<Handled, Error> {
    handle_from(device, rng, SESSION, endpoint, message)
}

/// Passes a message of a session to the device at time 0.
pub fn handle_from(
    device: &mut Protocomm,
    rng: &mut Script,
    session: SessionId,
    endpoint: &str,
    message: Vec<u8>,
) -> Result<Handled, Error> {
    handle_within(device, rng, Instant::from_millis(0), session, endpoint, message, REPLY_MAX)
}

/// Passes a message to the device, in a buffer that has room for the message and for a response of
/// this length.
pub fn handle_within(
    device: &mut Protocomm,
    rng: &mut Script,
    now: Instant,
    session: SessionId,
    endpoint: &str,
    message: Vec<u8>,
    reply_max: usize,
) -> Result<Handled, Error> {
    let length = message.len();
    let mut buffer = message;
    buffer.resize(length.max(reply_max), 0xa5);
    let request = Request { session, peer: Peer::UNKNOWN, endpoint, buffer: &mut buffer, length };
    let handled = device.handle(now, request, rng)?;
    let mut taken = |length| {
        buffer.truncate(length);
        core::mem::take(&mut buffer)
    };
    Ok(match handled {
        protocomm::Handled::Version => Handled::Version,
        protocomm::Handled::HandshakeStarted(length) => Handled::HandshakeStarted(taken(length)),
        protocomm::Handled::Established { length, displaced } => {
            Handled::Established { reply: taken(length), displaced }
        }
        protocomm::Handled::Open(open) => {
            let protocomm::OpenRequest { endpoint, session, length, ticket } = open;
            Handled::Open(Open { endpoint, session, payload: taken(length), ticket })
        }
    })
}

/// Seals a response in a buffer of [`REPLY_MAX`] bytes.
pub fn seal(device: &mut Protocomm, ticket: Ticket, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut buffer = plain.to_vec();
    buffer.resize(plain.len().max(REPLY_MAX), 0xa5);
    let length = device.seal(ticket, &mut buffer[..REPLY_MAX], plain.len())?;
    buffer.truncate(length);
    Ok(buffer)
}

/// Prepared randomness: each draw takes the next bytes, which must have its length. After the last,
/// it counts.
pub struct Script {
    draws: VecDeque<Vec<u8>>,
    counter: u8,
}

impl Script {
    pub fn new<const N: usize>(draws: [Vec<u8>; N]) -> Self {
        Self { draws: draws.into(), counter: 0 }
    }
}

impl rand_core::TryRng for Script {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        match self.draws.pop_front() {
            Some(bytes) => dst.copy_from_slice(&bytes),
            None => {
                self.counter = self.counter.wrapping_add(1);
                dst.fill(self.counter);
            }
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Script {}

/// Decodes hexadecimal, the format of the vectors.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let byte = |i: usize| u8::from_str_radix(&text[i..i + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}
