//! The runs: a typical one, and the worst that the limits allow.

use netprov_messages::Status;
use protocomm::limits::SECURITY_REQUEST_MAX;
use protocomm::limits::{CUSTOM_ENDPOINTS_MAX, ENDPOINT_NAME_MAX, PENDING_HANDSHAKES};
use protocomm::{Error, HandshakeError};
use provisioning::RequestError;
use provisioning::limits::{REQUEST_MAX, SCAN_MAX_ENTRIES, SSID_MAX};
use script::{Input, Network};
use sim::Client;
use sim::client::{answers, messages, sec2};

use crate::hostile;
use crate::record::{Peer, Recording};

const CONFIG: &str = "prov-config";
const SCAN: &str = "prov-scan";
const CTRL: &str = "prov-ctrl";
const SESSION: &str = "prov-session";
const VERSION: &str = "proto-ver";

/// The page size that every phone asks for.
const PAGE: u32 = 4;

/// An ordinary session of a phone: six networks, and the right passphrase at once.
pub fn session() -> Vec<u8> {
    const POP: &[u8] = b"abcd1234";
    let mut run = Recording::new(512);
    start(&mut run, POP);
    ordinary(run, Peer::new(1, POP))
}

/// The same under security 2.
pub fn session_of_security_2() -> Vec<u8> {
    const USERNAME: &[u8] = b"wifiprov";
    const PASSWORD: &[u8] = b"abcd1234";
    let salt: [u8; 16] = std::array::from_fn(|n| 0x11 + n as u8);
    let verifier = sec2::verifier(&salt, USERNAME, PASSWORD);
    let mut run = Recording::new(512);
    run.step("start", Input::StartSecurity2 { salt: &salt, verifier: &verifier }).quiet();
    run.step("service started", Input::ServiceStarted).quiet();
    let client = Client::sec2(USERNAME, PASSWORD, [0x5a; 32]);
    ordinary(run, Peer { session: 1, client })
}

fn ordinary(mut run: Recording, phone: Peer) -> Vec<u8> {
    run.send("version", 1, VERSION, b"ESP").reply();
    let mut phone = run.establish_as(phone);

    let names = ["home", "neighbours", "cafe", "printer-direct", "office-guest", "attic"];
    let seen: Vec<Network<'_>> =
        (0u8..).zip(names).map(|(n, name)| network(n, name.as_bytes())).collect();
    scan(&mut run, &mut phone, &seen);
    pages(&mut run, &mut phone, seen.len());

    let home = seen[0];
    set(&mut run, &mut phone, "set", messages::set_wifi(home.ssid, b"correct horse"));
    apply(&mut run, &mut phone);
    status(&mut run, &mut phone, "status: connecting");
    online(&mut run, home);
    status(&mut run, &mut phone, "status: connected");
    end(&mut run);
    run.finish()
}

/// A session with the longest of everything over a transport that carries messages of up to
/// `carrier` bytes, among strangers who send the worst they can.
pub fn worst(carrier: usize) -> Vec<u8> {
    let pop = [b'p'; 64];
    let mut run = Recording::new(carrier);
    let endpoints = create_endpoints(&mut run);
    application_entries(&mut run);
    start(&mut run, &pop);
    for name in &endpoints {
        run.step("register an endpoint", Input::RegisterEndpoint(name)).quiet();
    }
    run.send("version", 1, VERSION, &vec![b'E'; carrier]).reply();
    strangers(&mut run, &pop);

    let mut phone = run.establish(1, &pop);
    let ssids: Vec<[u8; SSID_MAX]> =
        (0..SCAN_MAX_ENTRIES + 4).map(|n| [0x80 + n as u8; SSID_MAX]).collect();
    // The strongest come last, so each replaces another.
    let seen: Vec<Network<'_>> = (0u8..)
        .zip(&ssids)
        .map(|(n, ssid)| Network { rssi: -100 + n as i8, ..network(n, ssid) })
        .collect();
    scan(&mut run, &mut phone, &seen);
    everything_in_one_page(&mut run, &mut phone);
    pages(&mut run, &mut phone, SCAN_MAX_ENTRIES);
    hostile_client(&mut run, &mut phone);
    for name in &endpoints {
        application_request(&mut run, &mut phone, name);
    }

    let home = *seen.last().expect("networks were seen");
    set(&mut run, &mut phone, "set", worst_credentials(&home, b'0'));
    apply(&mut run, &mut phone);
    status(&mut run, &mut phone, "status: connecting");
    refused(&mut run, &mut phone);
    // Another entry with another length, and a handshake within the session.
    run.step("application entry", entry("a", "")).quiet();
    run.step("application entry", entry("a", "1.0")).quiet();
    strangers(&mut run, &pop);
    phone = run.establish(1, &pop);
    // Another phone takes over.
    phone = {
        drop(phone);
        run.establish(2, &pop)
    };
    everything_in_one_page(&mut run, &mut phone);
    hostile_client(&mut run, &mut phone);
    application_request(&mut run, &mut phone, &endpoints[0]);

    run.ask("reset", &mut phone, CTRL, messages::reset());
    set(&mut run, &mut phone, "set", worst_credentials(&home, b'f'));
    apply(&mut run, &mut phone);
    online(&mut run, home);
    status(&mut run, &mut phone, "status: connected");
    run.ask("reprovision", &mut phone, CTRL, messages::reprovision());
    set(&mut run, &mut phone, "set", worst_credentials(&home, b'f'));
    apply(&mut run, &mut phone);
    online(&mut run, home);
    status(&mut run, &mut phone, "status: connected");
    application_request(&mut run, &mut phone, &endpoints[0]);
    run.send("version", 1, VERSION, &vec![b'E'; carrier]).reply();
    end(&mut run);

    // A second service of the same manager.
    start(&mut run, b"");
    let mut phone = run.establish(1, b"");
    scan(&mut run, &mut phone, &seen);
    everything_in_one_page(&mut run, &mut phone);
    run.step("close a session", Input::CloseSession(1)).quiet();
    run.step("stop", Input::Stop).quiet();
    run.step("service stopped", Input::ServiceStopped).quiet();
    run.finish()
}

pub(crate) fn start(run: &mut Recording, pop: &[u8]) {
    run.step("start", Input::Start(pop)).quiet();
    run.step("service started", Input::ServiceStarted).quiet();
}

fn end(run: &mut Recording) {
    run.timeout("end of the service").quiet();
    run.step("service stopped", Input::ServiceStopped).quiet();
}

fn create_endpoints(run: &mut Recording) -> Vec<String> {
    let name = |n: usize| format!("{n:0width$}", width = ENDPOINT_NAME_MAX);
    let names: Vec<String> = (0..CUSTOM_ENDPOINTS_MAX.max(1)).map(name).collect();
    for name in &names {
        run.step("create an endpoint", Input::CreateEndpoint(name)).quiet();
    }
    names
}

/// As many entries as fit: small ones cost the most.
fn application_entries(run: &mut Recording) {
    for n in 0u8.. {
        let label = char::from(b'a' + n).to_string();
        if run.step("application entry", entry(&label, "")).refused() {
            break;
        }
    }
}

fn entry<'a>(label: &'a str, version: &'a str) -> Input<'a> {
    Input::AppInfo { label, version, capability: "" }
}

/// A peer without the proof of possession.
fn strangers(run: &mut Recording, pop: &[u8]) {
    let carrier = run.carrier();
    let limit = carrier.min(SECURITY_REQUEST_MAX);
    let fails = |run: &mut Recording, message: &[u8], error: HandshakeError| {
        run.send("hostile: handshake", 9, SESSION, message).fails(Error::Handshake(error));
    };
    fails(run, &vec![0xff; limit], HandshakeError::Undecodable);
    fails(run, &hostile::unknown(limit), HandshakeError::WrongScheme);
    // The command's wrapping takes up to 11 bytes.
    let long_key = hostile::first_command(&hostile::longest(1, limit - 11));
    fails(run, &long_key, HandshakeError::BadLength);
    if carrier > SECURITY_REQUEST_MAX {
        let flood = vec![0; carrier];
        run.send("hostile: too long", 9, SESSION, &flood).fails(Error::RequestTooLarge);
    }
    let flood = vec![0; carrier];
    run.send("hostile: no session", 9, CONFIG, &flood).fails(Error::NoSession);
    run.send("hostile: no endpoint", 9, "nowhere", &flood).fails(Error::UnknownEndpoint);

    let mut guess = Peer::new(8, b"guess");
    run.handshake("handshake command 0", &mut guess).reply();
    run.handshake("hostile: wrong proof", &mut guess)
        .fails(Error::Handshake(HandshakeError::ProofMismatch));
    // Takes all slots and one more. A handshake gives way when it is some seconds old.
    let crowd = u32::try_from(PENDING_HANDSHAKES).expect("few") + 1;
    for n in 0..crowd {
        run.let_pass(5000);
        run.handshake("handshake command 0", &mut Peer::new(10 + n, pop)).reply();
    }
    run.let_pass(5000);
}

/// A peer that knows the proof of possession and is hostile.
fn hostile_client(run: &mut Recording, phone: &mut Peer) {
    let (carrier, limit) = (run.carrier(), run.carrier().min(REQUEST_MAX));
    let mut undecodable = |run: &mut Recording, endpoint, plain| {
        run.request("hostile: junk", phone, endpoint, plain).fails(RequestError::Undecodable);
    };
    for endpoint in [CONFIG, SCAN, CTRL] {
        undecodable(run, endpoint, vec![0xff; limit]);
    }
    if carrier > REQUEST_MAX {
        run.request("hostile: too long", phone, CONFIG, vec![0; carrier])
            .fails(Error::RequestTooLarge);
    }
    // The longest SSID and the longest passphrase that fit into a request.
    for number in [1, 2] {
        // The command's wrapping takes up to 5 bytes.
        let plain = hostile::set_command(&hostile::longest(number, limit - 5));
        let answer = run.ask("hostile: set", phone, CONFIG, plain);
        assert_eq!(answers::set_wifi(&answer), Some(Status::InvalidArgument));
    }
    let thread = vec![0x08, 10];
    run.ask("apply for the other network", phone, CONFIG, thread);
}

fn scan(run: &mut Recording, phone: &mut Peer, seen: &[Network<'_>]) {
    run.request("scan start", phone, SCAN, messages::scan_start(true)).quiet();
    for network in seen {
        run.step("scan result", Input::ScanResult(*network)).quiet();
    }
    let sealed = run.step("scan done", Input::ScanDone).reply();
    assert_eq!(
        answers::scan_start(&phone.client.open(sealed).expect("the device's answer")),
        Some(Status::Success)
    );
    let status = run.ask("scan status", phone, SCAN, messages::scan_status());
    let count = seen.len().min(SCAN_MAX_ENTRIES) as u32;
    assert_eq!(answers::scan_status(&status), Some((true, count)));
}

fn pages(run: &mut Recording, phone: &mut Peer, count: usize) {
    for start in (0..count as u32).step_by(PAGE as usize) {
        let wanted = PAGE.min(count as u32 - start);
        let answer = run.ask("scan page of 4", phone, SCAN, messages::scan_result(start, wanted));
        let page = answers::scan_result(&answer).expect("a page");
        assert_eq!((page.status, page.entries.len()), (Status::Success, wanted as usize));
    }
}

/// All networks at once, or as many as the transport can carry.
fn everything_in_one_page(run: &mut Recording, phone: &mut Peer) {
    let wanted = SCAN_MAX_ENTRIES as u32;
    let name = format!("scan page of {wanted}, as far as it fits");
    let answer = run.ask(&name, phone, SCAN, messages::scan_result(0, wanted));
    let page = answers::scan_result(&answer).expect("a page");
    assert_eq!(page.status, Status::Success);
    assert!(page.entries.len() == SCAN_MAX_ENTRIES || run.carrier() <= 512);
}

fn application_request(run: &mut Recording, phone: &mut Peer, endpoint: &str) {
    let bytes = vec![b'x'; run.carrier()];
    run.request("application's endpoint: request", phone, endpoint, bytes.clone()).quiet();
    let sealed = run.step("application's endpoint: answer", Input::Answer).reply();
    assert_eq!(phone.client.open(sealed), Ok(bytes));
}

/// 32 bytes of SSID, a passphrase of 64 digits, an access point and the highest channel.
fn worst_credentials(network: &Network<'_>, digit: u8) -> Vec<u8> {
    messages::set_wifi_at(network.ssid, &[digit; 64], &network.bssid, 233)
}

fn set(run: &mut Recording, phone: &mut Peer, name: &str, plain: Vec<u8>) {
    let answer = run.ask(name, phone, CONFIG, plain);
    assert_eq!(answers::set_wifi(&answer), Some(Status::Success));
}

fn apply(run: &mut Recording, phone: &mut Peer) {
    let answer = run.ask("apply", phone, CONFIG, messages::apply_wifi());
    assert_eq!(answers::apply_wifi(&answer), Some(Status::Success));
}

fn status(run: &mut Recording, phone: &mut Peer, name: &str) {
    let answer = run.ask(name, phone, CONFIG, messages::get_status());
    assert!(answers::status(&answer).is_some(), "{name}");
}

/// Both attempts fail.
fn refused(run: &mut Recording, phone: &mut Peer) {
    run.timeout("attempt").quiet();
    run.step("attempt failed", Input::WrongPassword).quiet();
    status(run, phone, "status: attempt failed");
    run.timeout("attempt").quiet();
    run.step("attempt failed", Input::WrongPassword).quiet();
    status(run, phone, "status: failed");
}

/// The attempt succeeds, with the longest address there is.
fn online(run: &mut Recording, network: Network<'_>) {
    run.timeout("attempt").quiet();
    run.step("link up", Input::LinkUp(network)).quiet();
    run.step("got an address", Input::GotAddress(0xfffe_fdfc)).quiet();
    run.step("credentials stored", Input::Stored).quiet();
}

fn network(n: u8, ssid: &[u8]) -> Network<'_> {
    Network { ssid, bssid: [0xa0 | n; 6], channel: 1 + n, rssi: -40 - n as i8, auth: 3 }
}
