//! A device that is busy with other clients: the program tries again until it has a session, but
//! never repeats a proof.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use netprov_client::messages::{
    Message as _, Sec1Payload, SessionCmd0, SessionData, sec1_payload, session_data,
};
use socket2::{Domain, Socket, Type};

use crate::bad_device::Proxy;
use crate::support::{
    Device, PASSPHRASE, PATIENCE, POP, SSID, netprov, provision, provision_usual, run, run_with,
};

/// Pause of a flooding address between two handshakes.
const PAUSE: Duration = Duration::from_millis(100);

/// Addresses that flood a device with first commands of handshakes, until dropped.
struct Flood {
    end: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Flood {
    /// Starts, and waits until each address has had a response, or a refusal. With three addresses
    /// or more, all handshake slots are in use then.
    fn start(device: &str, addresses: u8) -> Self {
        let device: SocketAddr = device.parse().unwrap();
        let end = Arc::new(AtomicBool::new(false));
        let started = Arc::new(AtomicU32::new(0));
        let threads = (1..=addresses)
            .map(|number| {
                let (end, started) = (end.clone(), started.clone());
                std::thread::spawn(move || {
                    let mut is_started = false;
                    while !end.load(Ordering::Relaxed) {
                        first_command(Ipv4Addr::new(127, 0, 1, number), device);
                        if !is_started {
                            started.fetch_add(1, Ordering::Relaxed);
                        }
                        is_started = true;
                        sleep(PAUSE);
                    }
                })
            })
            .collect();
        let limit = Instant::now() + PATIENCE;
        while started.load(Ordering::Relaxed) < u32::from(addresses) {
            assert!(Instant::now() < limit, "the flood is stuck");
            std::thread::yield_now();
        }
        Self { end, threads }
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Sends a first command from this address, in a new session. The device may refuse it.
fn first_command(from: Ipv4Addr, device: SocketAddr) {
    let command = SessionCmd0 { client_pubkey: vec![9; 32] };
    let payload = Sec1Payload { msg: 0, payload: Some(sec1_payload::Payload::Sc0(command)) };
    let proto = Some(session_data::Proto::Sec1(payload));
    let body = SessionData { sec_ver: 1, proto }.encode_to_vec();
    let length = body.len();
    let head =
        format!("POST /prov-session HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
    if socket.connect_timeout(&device.into(), PATIENCE).is_err() {
        return;
    }
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
    let _ = stream.read(&mut [0; 512]);
}

/// Provisions a device in a flood and returns the number of retries.
fn provision_in_a_flood(addresses: u8) -> usize {
    let device = Device::secure();
    let _flood = Flood::start(&device.address, addresses);
    let options = ["--pop", POP, "--ssid", SSID, "--retry-time", "120"];
    let ended = provision(&device.address, PASSPHRASE, &options).is(0);
    let session = ended.event("session")["ms"].clone();
    let retries = ended.events().iter().filter(|event| event["event"] == "busy").count();
    println!("{addresses} addresses: {retries} retries, session after {session} ms");
    ended.event("connected");
    retries
}

#[test]
fn the_owner_gets_through_a_flood_of_as_many_addresses_as_slots() {
    provision_in_a_flood(3);
}

#[test]
fn the_owner_gets_through_a_flood_of_more_addresses_than_slots() {
    provision_in_a_flood(8);
}

#[test]
fn a_fleet_gets_through_a_flood_in_one_try() {
    let device = Device::secure();
    let _flood = Flood::start(&device.address, 3);
    let table = format!("http,pop,ssid\n{},{POP},{SSID}\n", device.address);
    let options = ["--json", "fleet", "-", "--retries", "0", "--retry-time", "120"];
    let mut command = netprov(&options);
    command.env("NETPROV_PASSPHRASE", PASSPHRASE);
    let ended = run_with(command, &table).is(0);
    assert_eq!(ended.event("device")["tries"], 1);
}

/// Refuses the first `refused` requests to `endpoint`. Returns the proxy's address and the number
/// of handshake requests so far.
fn refusing(device: &Device, endpoint: &'static str, refused: u32) -> (String, Arc<AtomicU32>) {
    let handshakes = Arc::new(AtomicU32::new(0));
    let (counter, mut count) = (handshakes.clone(), 0);
    let address = Proxy::start(&device.address, move |at, _, response| {
        if at == "prov-session" {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        count += u32::from(at == endpoint);
        (at != endpoint || count > refused).then_some(response)
    });
    (address, handshakes)
}

#[test]
fn each_retry_is_an_event() {
    for endpoint in ["proto-ver", "prov-session"] {
        let device = Device::secure();
        let (address, _) = refusing(&device, endpoint, 3);
        let ended = provision_usual(&address).is(0);
        let busy: Vec<_> =
            ended.events().into_iter().filter(|event| event["event"] == "busy").collect();
        let numbers: Vec<_> = busy.iter().filter_map(|event| event["retry"].as_u64()).collect();
        assert_eq!(numbers, [1, 2, 3], "{endpoint}");
        assert_eq!(busy[0]["reason"], "the device sent no response");
    }
}

#[test]
fn people_read_a_line_now_and_then() {
    let device = Device::secure();
    let (address, _) = refusing(&device, "prov-session", 20);
    let ended = run(&["status", "--http", &address, "--pop", POP]).is(0);
    let lines: Vec<_> = ended.errors.lines().filter(|line| line.contains("busy")).collect();
    assert!(lines[0].ends_with("the device is busy with other clients; trying again (1)"));
    assert!(lines.len() < 20, "{lines:?}");
}

#[test]
fn retries_end_with_the_time_limit() {
    let device = Device::secure();
    let (address, handshakes) = refusing(&device, "prov-session", u32::MAX);
    let options = ["--pop", POP, "--ssid", SSID, "--retry-time", "2"];
    let ended = provision(&address, PASSPHRASE, &options).is(6);
    let reason = ended.event("error")["reason"].as_str().unwrap().to_owned();
    let retries = handshakes.load(Ordering::Relaxed) - 1;
    assert!(retries > 1 && reason.contains(&format!("after {retries} retries")), "{reason}");
}

#[test]
fn a_proof_is_sent_once() {
    // A wrong proof, and a right one whose response is lost, which the client cannot tell apart.
    for (pop, is_lost) in [("mistyped", false), (POP, true)] {
        let device = Device::secure();
        let handshakes = Arc::new(AtomicU32::new(0));
        let counter = handshakes.clone();
        let address = Proxy::start_counting(&device.address, move |endpoint, response| {
            if endpoint != "prov-session" {
                return response;
            }
            let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
            response.filter(|_| !is_lost || number < 2)
        });
        provision(&address, PASSPHRASE, &["--pop", pop, "--ssid", SSID]).is(4);
        assert_eq!(handshakes.load(Ordering::Relaxed), 2, "{pop}");
    }
}
