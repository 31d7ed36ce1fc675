//! The functions that a page calls, against the device's core in a simulated world: the same code as
//! in a browser, compiled for the host.

use std::time::Duration;

use netprov_web::abi::{
    netprov_forget, netprov_input, netprov_no_response, netprov_output, netprov_output_length,
    netprov_poll, netprov_receive, netprov_start,
};
use netprov_web::bytes::{Reader, Writer};
use netprov_web::machine::{Machine, Next};
use protocomm::security::{Scheme, sec0::Sec0, sec2::Sec2};
use protocomm::{Millis, SessionId, TransportId};
use sim::client::sec2::verifier;
use sim::device::{Device, Setup};
use sim::radio::{SimulatedAp, World};

const POP: &[u8] = b"abcd1234";
const SSID: &[u8] = b"Home\xffNet";
const PASSPHRASE: &[u8] = b"a-good-passphrase";
const SCAN: u32 = 2;
const SET: u32 = 3;
const APPLY: u32 = 4;
const STATUS: u32 = 5;
const WAIT: u32 = 6;
const CONTROL: u32 = 7;
const CUSTOM: u32 = 8;

fn world() -> World {
    World::of([SimulatedAp::new(SSID, PASSPHRASE), SimulatedAp::new(b"Open", b"")])
}

/// What an operation came to, and its output.
type Outcome = (Next, Vec<u8>);

/// A page with the module: only through the functions that JavaScript calls.
struct Page {
    device: Device,
    session: SessionId,
    now: Duration,
    notices: Vec<(u8, u32)>,
    /// Changes a response on the way.
    change: fn(&str, &mut Vec<u8>),
}

fn next(number: u32) -> Next {
    [Next::Send, Next::Wait, Next::Notice, Next::Done, Next::Failed, Next::Poll][number as usize]
}

fn put(bytes: &[u8]) {
    let place = netprov_input(u32::try_from(bytes.len()).unwrap());
    assert!(!place.is_null());
    // SAFETY: the module has made room for these bytes there, and nothing else refers to it.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len()) };
}

fn output() -> Vec<u8> {
    let length = netprov_output_length() as usize;
    // SAFETY: the output has this length until the next call.
    unsafe { std::slice::from_raw_parts(netprov_output(), length) }.to_vec()
}

impl Page {
    fn new(device: Device) -> Self {
        netprov_forget();
        let session = SessionId::new(TransportId(0), 7);
        Self { device, session, now: Duration::ZERO, notices: Vec::new(), change: |_, _| {} }
    }

    fn run(&mut self, operation: u32, arguments: &[u8]) -> Outcome {
        put(arguments);
        let mut step = netprov_start(operation);
        loop {
            let out = output();
            let mut read = Reader::new(&out);
            step = match next(step) {
                end @ (Next::Done | Next::Failed) => return (end, out),
                Next::Poll => netprov_poll(self.now.as_millis() as f64),
                Next::Wait => {
                    let time = read.u32().unwrap();
                    self.now += Duration::from_millis(time.into());
                    self.device.advance(Millis::from_millis(time));
                    netprov_poll(self.now.as_millis() as f64)
                }
                Next::Notice => {
                    self.notices.push((read.u8().unwrap(), read.u32().unwrap()));
                    netprov_poll(self.now.as_millis() as f64)
                }
                Next::Send => {
                    let name = String::from_utf8(read.field().unwrap().to_vec()).unwrap();
                    let message = read.field().unwrap().to_vec();
                    match self.device.request(self.session, &name, message) {
                        Ok(mut response) => {
                            (self.change)(&name, &mut response);
                            put(&response);
                            netprov_receive()
                        }
                        Err(_) => netprov_no_response(),
                    }
                }
            };
        }
    }

    fn done(&mut self, operation: u32, arguments: &[u8]) -> Vec<u8> {
        let (end, out) = self.run(operation, arguments);
        assert_eq!(end, Next::Done, "operation {operation}: {out:?}");
        out
    }

    /// The kind of the failure, and the first number of it.
    fn failed(&mut self, operation: u32, arguments: &[u8]) -> (u8, u8) {
        let (end, out) = self.run(operation, arguments);
        assert_eq!(end, Next::Failed, "operation {operation}");
        (out[0], out[1])
    }

    fn told(&mut self, security: u8, capabilities: &[&str]) -> Vec<u8> {
        let mut arguments = Writer::new();
        arguments.u8(security).u8(1).field(b"netprov-v1.2");
        for capability in capabilities {
            arguments.field(capability.as_bytes());
        }
        self.done(0, &arguments.into_bytes())
    }
}

fn connect(demanded: u8, kind: u8, username: &[u8], secret: &[u8]) -> Vec<u8> {
    let random: Vec<u8> = (0..2048u32).map(|n| (n * 37 + 11) as u8).collect();
    let mut arguments = Writer::new();
    arguments.u8(demanded).u8(kind).field(username).field(secret).field(&random);
    arguments.into_bytes()
}

fn credentials(passphrase: &[u8]) -> Vec<u8> {
    let mut arguments = Writer::new();
    arguments.field(SSID).field(passphrase);
    arguments.into_bytes()
}

fn patience() -> Vec<u8> {
    let mut arguments = Writer::new();
    arguments.u32(1000).u32(120_000);
    arguments.into_bytes()
}

/// Scans, sets, applies and waits.
fn provision(page: &mut Page) {
    let networks = page.done(SCAN, &[4]);
    let mut read = Reader::new(&networks);
    let mut names = Vec::new();
    while !read.is_empty() {
        names.push(read.field().unwrap().to_vec());
        assert!((read.u8().unwrap() as i8) < 0, "a strength in dBm");
        let auth = read.u8().unwrap();
        assert_eq!(auth == 0, names.last().unwrap() == b"Open");
        read.u16().unwrap();
        assert_eq!(read.field().unwrap().len(), 6);
    }
    assert!(names.contains(&SSID.to_vec()), "{names:?}");
    page.done(SET, &credentials(PASSPHRASE));
    page.done(APPLY, &[]);
    let connected = page.done(WAIT, &patience());
    let mut read = Reader::new(&connected);
    assert_eq!(read.u8(), Ok(0));
    assert!(!read.field().unwrap().is_empty(), "an address");
    assert_eq!(read.field(), Ok(SSID));
}

#[test]
fn a_device_with_a_proof_gets_online() {
    let mut page = Page::new(Device::running(world(), POP));
    assert_eq!(page.told(1, &["wifi_scan"])[..2], [1, 0]);
    assert_eq!(page.done(1, &connect(1, 1, b"", POP)), [1]);
    assert_eq!(page.done(STATUS, &[])[0], 3, "nothing was tried");
    provision(&mut page);
}

#[test]
fn a_device_with_an_account_gets_online() {
    let mut device = Device::boot(Setup { world: world(), ..Setup::default() });
    let known = Sec2::new(b"salt", &verifier(b"salt", b"wifiprov", b"secret")).unwrap();
    device.start(Scheme::Sec2(known)).unwrap();
    let mut page = Page::new(device);
    let version = page.told(2, &[]);
    assert_eq!(Reader::new(&version[2..]).field(), Ok(&b"wifiprov"[..]));
    assert_eq!(page.failed(1, &connect(2, 2, b"wifiprov", b"wrong")).0, 5);
    assert_eq!(page.done(1, &connect(2, 2, b"wifiprov", b"secret")), [2]);
    provision(&mut page);
    page.change = |_, response| response[0] ^= 1;
    assert_eq!(page.failed(STATUS, &[]).0, 7, "it was changed on the way");
    assert_eq!(page.failed(STATUS, &[]).0, 8, "the session has ended");
}

#[test]
fn an_unprotected_device_must_be_demanded() {
    let mut device = Device::boot(Setup { world: world(), ..Setup::default() });
    device.start(Scheme::Sec0(Sec0)).unwrap();
    let mut page = Page::new(device);
    page.told(0, &[]);
    assert_eq!(page.failed(1, &connect(255, 1, b"", POP)).0, 11);
    assert_eq!(page.failed(1, &connect(1, 1, b"", POP)), (10, 0));
    assert_eq!(page.done(1, &connect(0, 0, b"", b"")), [0]);
    provision(&mut page);
}

#[test]
fn a_wrong_proof_a_false_device_and_a_missing_proof_are_told_apart() {
    let mut page = Page::new(Device::running(world(), POP));
    assert_eq!(page.failed(1, &connect(1, 1, b"", POP)).0, 8, "the version is not known yet");
    page.told(1, &[]);
    assert_eq!(page.failed(1, &connect(1, 1, b"", b"wrong")).0, 5);
    assert_eq!(page.failed(1, &connect(1, 0, b"", b"")), (13, 1));
    page.change = |_, response| *response.last_mut().unwrap() ^= 1;
    assert!([3, 5, 6].contains(&page.failed(1, &connect(1, 1, b"", POP)).0));
    page.change = |_, response| response.clear();
    assert_eq!(page.failed(1, &connect(1, 1, b"", POP)).0, 2);
    page.told(9, &[]);
    assert_eq!(page.failed(1, &connect(255, 1, b"", POP)), (12, 9));
}

#[test]
fn without_random_bytes_there_is_no_handshake() {
    let mut page = Page::new(Device::running(world(), POP));
    page.told(1, &[]);
    let mut arguments = Writer::new();
    arguments.u8(1).u8(1).field(b"").field(POP).field(&[1; 31]);
    assert_eq!(page.failed(1, &arguments.into_bytes()).0, 16);
}

#[test]
fn credentials_that_fail_say_why_and_others_may_follow() {
    let mut page = Page::new(Device::running(world(), POP));
    page.told(1, &[]);
    page.done(1, &connect(1, 1, b"", POP));
    page.done(SET, &credentials(b"not-the-passphrase"));
    page.done(APPLY, &[]);
    let failed = page.done(WAIT, &patience());
    assert_eq!(failed, [4, 0, 0, 0, 0, 0], "the network refused the passphrase");
    assert_eq!(page.done(STATUS, &[]), failed);
    page.done(CONTROL, &[0]);
    provision(&mut page);
}

#[test]
fn an_endpoint_that_is_not_there_gives_no_response() {
    let mut page = Page::new(Device::running(world(), POP));
    page.told(1, &[]);
    page.done(1, &connect(1, 1, b"", POP));
    let mut arguments = Writer::new();
    arguments.field(b"custom-data").field(b"hello");
    let (end, out) = page.run(CUSTOM, &arguments.into_bytes());
    assert_eq!((end, out[0]), (Next::Failed, 4));
    assert_eq!(Reader::new(&out[3..]).field(), Ok(&b"custom-data"[..]));
}

#[test]
fn no_argument_and_no_order_of_calls_panics() {
    assert!(netprov_input(64 * 1024 + 1).is_null());
    let mut machine = Machine::new();
    for step in [Next::Failed; 3] {
        assert_eq!(machine.poll(Duration::ZERO), step);
        assert_eq!(machine.receive(b"x"), step);
        assert_eq!(machine.no_response(), step);
    }
    for operation in 0..20 {
        for length in 0..12 {
            for byte in [0, 1, 0xff] {
                let mut machine = Machine::new();
                if machine.start(operation, &vec![byte; length]) == Next::Poll {
                    machine.poll(Duration::MAX);
                    machine.receive(&[byte; 40]);
                    machine.receive(&[byte; 40]);
                    machine.poll(Duration::ZERO);
                }
            }
        }
    }
    for now in [f64::NAN, -1.0, f64::INFINITY] {
        assert_eq!(next(netprov_poll(now)), Next::Failed);
    }
}
