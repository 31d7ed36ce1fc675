//! Runs whose steps of the same name differ in nothing but secrets, so that they must take equally long.

use protocomm::{Error, HandshakeError};
use script::Input;
use sim::Client;
use sim::client::{messages, sec2};

use crate::record::{Peer, Recording};
use crate::runs::start;

const WRONG_PROOF: Error = Error::Handshake(HandshakeError::ProofMismatch);

const CONFIG: &str = "prov-config";

/// How many sets of secrets there are.
const SETS: u8 = 8;

/// The largest message of the transport, in bytes.
const CARRIER: usize = 512;

/// Bytes in the proof of each security scheme.
const PROOF_1: usize = 32;
const PROOF_2: usize = 64;

/// Security 1: a proof of possession, keys and a wrong proof of each set. The wrong ones differ from the
/// right one in the first byte or in the last.
pub fn secrets() -> Vec<u8> {
    let mut run = Recording::new(CARRIER);
    // Steps that do take different times, so that a measurement which sees no difference is noticed:
    // hashing the longer proof of possession takes two more blocks.
    for pop in [&[b'x'; 8][..], &[b'x'; 120]] {
        run.step("control", Input::Start(pop)).quiet();
        run.step("control: service started", Input::ServiceStarted).quiet();
        stop(&mut run);
    }
    for set in 0..SETS {
        let pop = [b'a' ^ set, b'k' + set, 0x55, set, 0xaa, 0xff - set, 1 << (set % 8), b'z'];
        start(&mut run, &pop);
        let at = if set % 2 == 0 { 0 } else { PROOF_1 - 1 };
        let mut guess = client_1(1, &pop, set);
        run.handshake("handshake command 0", &mut guess).reply();
        run.wrong_proof("wrong proof", &mut guess, at).fails(WRONG_PROOF);
        // The device's key is that of the handshake before.
        session(&mut run, "second command 0", client_1(2, &pop, set.wrapping_mul(91)));
        stop(&mut run);
    }
    run.finish()
}

/// Security 2: a verifier and keys of each set. The second command is under another name, because it
/// has an exponent that everybody can compute, which decides how long it takes.
pub fn secrets_of_security_2() -> Vec<u8> {
    let mut run = Recording::new(CARRIER);
    for set in 0..SETS {
        let password = [b'p', b'a' + set, 0xff - set, 7, set, b'0', b'1', b'2'];
        start_2(&mut run, &password);
        let client = Client::sec2(USERNAME, &password, [0x35 ^ set; 32]);
        session(&mut run, "handshake command 0", Peer { session: 1, client });
        stop(&mut run);
    }
    run.finish()
}

/// Security 2: the same secrets in each run, and a wrong proof that differs from the right one in its
/// first byte or in its last.
pub fn proof_of_security_2(first: bool) -> Vec<u8> {
    let mut run = Recording::new(CARRIER);
    start_2(&mut run, b"abcd1234");
    let client = Client::sec2(USERNAME, b"abcd1234", [0x35; 32]);
    let mut guess = Peer { session: 1, client };
    run.handshake("handshake command 0", &mut guess).reply();
    let at = if first { PROOF_2 - 1 } else { 0 };
    run.wrong_proof("wrong proof", &mut guess, at).fails(WRONG_PROOF);
    run.finish()
}

const USERNAME: &[u8] = b"wifiprov";

fn start_2(run: &mut Recording, password: &[u8]) {
    let salt = [0x11; 16];
    let verifier = sec2::verifier(&salt, USERNAME, password);
    run.step("start", Input::StartSecurity2 { salt: &salt, verifier: &verifier }).quiet();
    run.step("service started", Input::ServiceStarted).quiet();
}

fn client_1(session: u32, pop: &[u8], set: u8) -> Peer {
    let mut private = [set.wrapping_mul(37) ^ 0x5a; 32];
    private[7] = set;
    Peer { session, client: Client::sec1(pop, private) }
}

/// A handshake, whose first command has this name, and a request with its response.
fn session(run: &mut Recording, first: &str, mut phone: Peer) {
    run.handshake(first, &mut phone).reply();
    run.handshake("handshake command 1", &mut phone).reply();
    run.ask("request", &mut phone, CONFIG, messages::get_status());
}

fn stop(run: &mut Recording) {
    run.step("stop", Input::Stop).quiet();
    run.step("service stopped", Input::ServiceStopped).quiet();
}
