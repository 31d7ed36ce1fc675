//! A small service and a scripted source of randomness.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::VecDeque;
use std::convert::Infallible;

use protocomm::limiter::Policy;
use protocomm::security::Scheme;
use protocomm::{
    EndpointClass, Error, Handled, Instant, Protocomm, Request, SessionId, TransportId,
};

/// The session that [`handle`] speaks for.
pub const SESSION: SessionId = SessionId::new(TransportId(0), 1);

/// A service with the endpoints `proto-ver`, `prov-session` and `echo`.
pub fn service(scheme: Scheme) -> Protocomm {
    let mut device = Protocomm::new(Policy::default());
    device.add_endpoint("proto-ver", EndpointClass::Version).unwrap();
    device.add_endpoint("prov-session", EndpointClass::Security).unwrap();
    device.add_endpoint("echo", EndpointClass::Request).unwrap();
    device.set_version("{}".into());
    device.set_security(Some(scheme));
    device
}

/// Hands a message of [`SESSION`] to the device at time 0.
pub fn handle(
    device: &mut Protocomm,
    rng: &mut Script,
    endpoint: &str,
    message: Vec<u8>,
) -> Result<Handled, Error> {
    handle_from(device, rng, SESSION, endpoint, message)
}

/// Hands a message of a session to the device at time 0.
pub fn handle_from(
    device: &mut Protocomm,
    rng: &mut Script,
    session: SessionId,
    endpoint: &str,
    message: Vec<u8>,
) -> Result<Handled, Error> {
    let request = Request { session, endpoint, message: &message, reply_max: 512 };
    device.handle(Instant::from_millis(0), request, rng)
}

/// Randomness that was written down: each draw takes the next bytes of that length; after them
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

/// Hexadecimal, as the vectors are written.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let byte = |i: usize| u8::from_str_radix(&text[i..i + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}
