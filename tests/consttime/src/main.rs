//! A device and a client, whose sessions valgrind observes. The device's secrets are marked as
//! undefined when they enter it, and so is all that it computes from them; valgrind then reports each
//! branch and each address that depends on one. What the protocol makes public is marked as defined
//! when it leaves the device. `cargo xtask test --only consttime` runs this, and compares the reports
//! with `expected.txt`.

mod memcheck;

use std::convert::Infallible;
use std::mem::size_of_val;
use std::process::ExitCode;
use std::slice;

use memcheck::{hide, reveal, unobserved};
use protocomm::limiter::Policy;
use protocomm::security::Scheme;
use protocomm::security::sec1::Sec1;
use protocomm::security::sec2::Sec2;
use protocomm::{Handled, Instant, Peer, Protocomm, Request, SessionId, Ticket, TransportId};
use rand_core::{TryCryptoRng, TryRng};
use sim::Client;
use sim::client::sec2::verifier;

const SESSION: SessionId = SessionId::new(TransportId(0), 1);
const NOW: Instant = Instant::from_millis(0);
const PROOF: [u8; 8] = *b"abcd1234";
const SALT: [u8; 16] = [7; 16];
/// Longer than a block of each cipher and digest, and no multiple of one.
const MESSAGE: [u8; 150] = [0x5a; 150];
const BUFFER: usize = 1024;

fn main() -> ExitCode {
    if !memcheck::is_there() {
        eprintln!("run this under valgrind: cargo xtask test --only consttime");
        return ExitCode::FAILURE;
    }
    match std::env::args().nth(1).as_deref() {
        Some("security-1") => security_1(),
        Some("security-2") => security_2(),
        Some("leak") => leak(),
        _ => {
            eprintln!("usage: consttime security-1 | security-2 | leak");
            return ExitCode::FAILURE;
        }
    }
    println!("done");
    ExitCode::SUCCESS
}

fn security_1() {
    let mut secret = PROOF;
    hide(&mut secret);
    let mut device = Device::new(Scheme::Sec1(Sec1::new(&secret)));
    device.session(Client::sec1(&PROOF, [9; 32]));
    // A wrong proof takes the same way.
    device.refuses(Client::sec1(b"guess", [9; 32]));
}

fn security_2() {
    let mut secret = verifier(&SALT, b"owner", b"password");
    hide(&mut secret);
    // Whether it is a number below the modulus is seen once, at the start, and by nobody outside.
    let scheme = unobserved(|| Sec2::new(&SALT, &secret)).expect("a verifier");
    let mut device = Device::new(Scheme::Sec2(scheme));
    device.session(Client::sec2(b"owner", b"password", [9; 32]));
    device.refuses(Client::sec2(b"owner", b"guess", [9; 32]));
}

/// A comparison that ends at the first difference: valgrind has to report it.
fn leak() {
    let mut secret = PROOF;
    hide(&mut secret);
    let guess = std::hint::black_box(*b"abcX1234");
    let differs = secret.iter().zip(&guess).position(|(a, b)| a != b);
    println!("{}", differs.is_some());
}

/// The device's side, and its source of randomness.
struct Device {
    protocomm: Protocomm,
    rng: Secrets,
}

impl Device {
    fn new(scheme: Scheme) -> Self {
        let protocomm = sim::echo::service(Policy::default(), scheme);
        Self { protocomm, rng: Secrets(0) }
    }

    /// A handshake and requests both ways.
    fn session(&mut self, mut client: Client) {
        while let Some(message) = client.handshake_message() {
            let response = self.ask("prov-session", &message).expect("a response");
            client.handle(&response).expect("the other half");
        }
        for _ in 0..2 {
            let sealed = client.seal(MESSAGE.to_vec());
            let response = self.ask("echo", &sealed).expect("a response");
            assert_eq!(client.open(response).expect("sealed for this session"), MESSAGE);
        }
        // Under security 2 this one is forged.
        let mut forged = client.seal(MESSAGE.to_vec());
        forged[0] ^= 1;
        let _ = self.ask("echo", &forged);
    }

    /// A handshake that fails at its second command.
    fn refuses(&mut self, mut client: Client) {
        let first = client.handshake_message().expect("a first command");
        let response = self.ask("prov-session", &first).expect("a response");
        client.handle(&response).expect("a first response");
        let second = client.handshake_message().expect("a second command");
        assert!(self.ask("prov-session", &second).is_none(), "a wrong proof is accepted");
    }

    /// Hands the device a message. What it responds is public.
    fn ask(&mut self, endpoint: &str, message: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = [0; BUFFER];
        buffer[..message.len()].copy_from_slice(message);
        let request = Request {
            session: SESSION,
            peer: Peer::UNKNOWN,
            endpoint,
            buffer: &mut buffer,
            length: message.len(),
        };
        let length = match self.protocomm.handle(NOW, request, &mut self.rng).ok()? {
            Handled::Version => return None,
            Handled::HandshakeStarted(length) => {
                reveal(&buffer);
                self.reveal_public_key(&buffer[..length]);
                length
            }
            Handled::Established { length, .. } => length,
            Handled::Open(open) => self.respond(open.ticket, open.length, &mut buffer),
        };
        reveal(&buffer);
        Some(buffer[..length].to_vec())
    }

    /// The application's handler, which sends back what it gets, for which it may look at it.
    fn respond(&mut self, ticket: Ticket, length: usize, buffer: &mut [u8]) -> usize {
        reveal(buffer);
        self.protocomm.seal(ticket, buffer, length).expect("room for the response")
    }

    /// The device's public key, which has been in the response, is public in the device's memory too.
    fn reveal_public_key(&self, response: &[u8]) {
        let start = (&raw const self.protocomm).cast::<u8>();
        // SAFETY: the bytes of a value that is borrowed. Those between fields have values too: the
        // value is as old as the program's stack, which the operating system has filled.
        let memory = unsafe { slice::from_raw_parts(start, size_of_val(&self.protocomm)) };
        // The key is the longest run of bytes that both have.
        let key = unobserved(|| longest_common(memory, response));
        assert!(key.len() >= 32, "the device does not hold its public key");
        reveal(key);
    }
}

/// The longest part of `memory` that is in `message` too.
fn longest_common<'a>(memory: &'a [u8], message: &[u8]) -> &'a [u8] {
    let mut longest = &memory[..0];
    for at in 0..memory.len() {
        for other in 0..message.len() {
            let same = memory[at..].iter().zip(&message[other..]).take_while(|(a, b)| a == b);
            let length = same.count();
            if length > longest.len() {
                longest = &memory[at..at + length];
            }
        }
    }
    longest
}

/// The source of randomness. A private key or an exponent, of 32 bytes, is a secret; what is shorter
/// is sent to the client.
struct Secrets(u8);

impl TryRng for Secrets {
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

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for byte in to.iter_mut() {
            self.0 = self.0.wrapping_mul(5).wrapping_add(113);
            *byte = self.0;
        }
        if to.len() == 32 {
            hide(to);
        }
        Ok(())
    }
}

impl TryCryptoRng for Secrets {}
