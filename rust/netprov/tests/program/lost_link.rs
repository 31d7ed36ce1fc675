//! A device that is unreachable while it connects, because its access point changes the channel.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use netprov_client::transport::{Http, Transport};

use crate::support::{Device, PASSPHRASE, PATIENCE, POP, SSID, provision};

/// Starts a proxy that drops the next `lost` connections once the credentials have been applied.
fn lossy(device: &str, lost: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let device = device.to_owned();
    let dropped = Arc::new(AtomicUsize::new(0));
    let counter = dropped.clone();
    thread::spawn(move || {
        let mut upstream = Http::new(&device).unwrap();
        let mut configs = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            loop {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    head.push(byte[0]);
                }
                let head = String::from_utf8(head).unwrap();
                let Some(path) = head.split(' ').nth(1) else { break };
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
                });
                let mut body = vec![0; length.unwrap_or(0)];
                stream.read_exact(&mut body).unwrap();
                // Set and apply are forwarded; then connections are dropped.
                configs += usize::from(path == "/prov-config");
                if configs > 2 && counter.load(Ordering::Relaxed) < lost {
                    counter.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                if !head.to_ascii_lowercase().contains("cookie: ") {
                    upstream.restart();
                }
                let Ok(response) = upstream.exchange(&path[1..], &body, PATIENCE) else { break };
                let head = format!(
                    "HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: {}\r\n\r\n",
                    response.len()
                );
                if stream.write_all(&[head.as_bytes(), &response].concat()).is_err() {
                    break;
                }
            }
        }
    });
    (address, dropped)
}

#[test]
fn provisioning_continues_after_a_lost_connection() {
    for own in [&["--pop", POP][..], &["--security", "2", "--password", POP]] {
        // The device keeps the outcome until the client has read it.
        let device = Device::start(own);
        let (address, dropped) = lossy(&device.address, 3);
        let options = ["--pop", POP, "--ssid", SSID];
        let ended = provision(&address, PASSPHRASE, &options).is(0);
        assert_eq!(ended.event("connected")["ssid"], SSID);
        assert_eq!(dropped.load(Ordering::Relaxed), 3);
    }
}
