//! Fake and faulty devices: a proxy in front of a virtual device, or a script instead of one.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use netprov_client::transport::{Http, Transport, TransportError};

use crate::support::{Device, PASSPHRASE, PATIENCE, POP, SSID, provision};

/// A proxy between client and device that modifies responses.
struct Proxy;

impl Proxy {
    /// Starts listening. Passes each response of `device` to `change`, along with the endpoint and
    /// the number of the request. Returns the proxy's address.
    fn start(
        device: &str,
        mut change: impl FnMut(&str, usize, Vec<u8>) -> Option<Vec<u8>> + Send + 'static,
    ) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut upstream = Http::new(device).unwrap();
        thread::spawn(move || {
            let mut number = 0;
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                while let Some((endpoint, body)) = request(&mut stream) {
                    number += 1;
                    let response = match upstream.exchange(&endpoint, &body, PATIENCE) {
                        Ok(response) => change(&endpoint, number, response),
                        Err(TransportError::NoResponse(_)) => None,
                        Err(error) => panic!("{error}"),
                    };
                    let Some(response) = response else { break };
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", response.len());
                    if stream.write_all(&[head.as_bytes(), &response].concat()).is_err() {
                        break;
                    }
                }
            }
        });
        address
    }
}

/// Reads a request (endpoint and body), or returns `None` when the client has closed the
/// connection.
fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length?];
    stream.read_exact(&mut body).ok()?;
    Some((path, body))
}

fn provision_through(address: &str, proof: &[&str]) -> crate::support::Ended {
    provision(address, PASSPHRASE, &[&["--ssid", SSID][..], proof].concat())
}

#[test]
fn a_passive_proxy_does_no_harm() {
    let device = Device::secure();
    let address = Proxy::start(&device.address, |_, _, response| Some(response));
    provision_through(&address, &["--pop", POP]).is(0);
}

#[test]
fn a_modified_device_proof_is_refused() {
    for (own, proof) in [
        (&["--pop", POP][..], &["--pop", POP][..]),
        (&["--security", "2", "--password", POP], &["--pop", POP]),
    ] {
        let device = Device::start(own);
        let address = Proxy::start(&device.address, |endpoint, number, mut response| {
            // The second handshake response. The device's proof is near the end, before the nonce
            // of security 2.
            if endpoint == "prov-session" && number == 3 {
                response[20] ^= 1;
            }
            Some(response)
        });
        provision_through(&address, proof).is(5);
        assert!(!device.events().contains(&"credentials_received".to_owned()));
    }
}

#[test]
fn a_modified_response_ends_a_session_of_security_2() {
    let device = Device::start(&["--security", "2", "--password", POP]);
    let address = Proxy::start(&device.address, |endpoint, _, mut response| {
        if endpoint == "prov-config" {
            response[0] ^= 1;
        }
        Some(response)
    });
    let error = provision_through(&address, &["--pop", POP]).is(5).event("error");
    assert_eq!(error["kind"], "false_device");
    assert!(!device.events().contains(&"credentials_received".to_owned()));
}

#[test]
fn a_repeated_response_ends_a_session_of_security_2() {
    let device = Device::start(&["--security", "2", "--password", POP]);
    let mut last = None;
    let address = Proxy::start(&device.address, move |endpoint, _, response| {
        if endpoint != "prov-config" {
            return Some(response);
        }
        Some(last.get_or_insert(response).clone())
    });
    provision_through(&address, &["--pop", POP]).is(5);
}

#[test]
fn a_proxy_cannot_downgrade_the_security_version() {
    // The device uses security 2; the proxy announces less.
    for version in [
        r#"{"prov":{"ver":"v1","sec_ver":0,"cap":["no_sec"]}}"#,
        r#"{"prov":{"ver":"v1","cap":["no_sec"]}}"#,
        r#"{"prov":{"ver":"v1","sec_ver":1,"cap":["no_pop"]}}"#,
    ] {
        let device = Device::start(&["--security", "2", "--password", POP]);
        let address = Proxy::start(&device.address, |endpoint, _, response| {
            Some(if endpoint == "proto-ver" { version.into() } else { response })
        });
        provision_through(&address, &["--username", "wifiprov", "--pop", POP]).is(9);
    }
}

#[test]
fn malformed_responses_are_refused() {
    for garbage in [Vec::new(), vec![0xff; 100], b"{}".to_vec(), vec![0x0a; 60_000]] {
        for at in ["proto-ver", "prov-session", "prov-config"] {
            let device = Device::start(&["--security", "0"]);
            let garbage = garbage.clone();
            let address = Proxy::start(&device.address, move |endpoint, _, response| {
                Some(if endpoint == at { garbage.clone() } else { response })
            });
            provision_through(&address, &["--security", "0"]).is(7);
        }
    }
}

#[test]
fn a_connection_closed_early_is_reported() {
    for (at, code) in [("proto-ver", 6), ("prov-session", 6), ("prov-config", 6)] {
        let device = Device::secure();
        let address = Proxy::start(&device.address, move |endpoint, _, response| {
            (endpoint != at).then_some(response)
        });
        let ended = provision_through(&address, &["--pop", POP]);
        assert_eq!(ended.code, Some(code), "{at}: {}", ended.errors);
        let is_advised = ended.errors.contains("after wrong proofs (30 s and more)");
        assert_eq!(is_advised, at == "prov-session", "{at}: {}", ended.errors);
        let is_advised = ended.errors.contains("is the address of a device");
        assert_eq!(is_advised, at == "proto-ver", "{at}: {}", ended.errors);
    }
}

#[test]
fn slow_devices_are_awaited_and_silent_ones_time_out() {
    let device = Device::secure();
    let address = Proxy::start(&device.address, |_, _, response| {
        thread::sleep(Duration::from_millis(100));
        Some(response)
    });
    provision_through(&address, &["--pop", POP]).is(0);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    provision_through(&address, &["--pop", POP, "--request-time", "1"]).is(3);
}

#[test]
fn a_device_that_never_connects_times_out() {
    let device = Device::secure();
    // The device reports "connecting" forever.
    let address = Proxy::start(&device.address, |_, _, response| Some(response));
    let options = ["--pop", POP, "--ssid", "Flaky", "--timeout", "1"];
    let ended = provision(&address, "third-time-lucky", &options);
    assert!(matches!(ended.code, Some(0 | 8)), "{}", ended.errors);
}
