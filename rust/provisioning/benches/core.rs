//! Measures the device's half of provisioning: `cargo bench -p provisioning`.
//!
//! The client's messages are prepared beforehand, so only the device is timed.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use protocomm::{Millis, SessionId};
use provisioning::endpoints;
use sim::client::messages;
use sim::{Client, Device, Phone, SimulatedAp, World};

const POP: &[u8] = b"abcd1234";

fn world() -> World {
    World::of((0..20u8).map(|n| {
        SimulatedAp::new(format!("network {n}"), "passphrase").at([n; 6], 1 + n % 13, -30 - n as i8)
    }))
}

/// A device under security 1. All such devices draw the same random numbers, so messages recorded
/// with one can be replayed to another.
fn device() -> Device {
    Device::running(world(), POP)
}

fn phone() -> Phone {
    Phone::new(1, Client::sec1(POP, [7; 32]))
}

/// The two commands of a handshake with [`device`].
fn handshake_messages() -> Vec<Vec<u8>> {
    let (mut device, mut phone) = (device(), phone());
    let mut messages = Vec::new();
    while let Some(message) = phone.client().handshake_message() {
        let reply = device.request(phone.session(), endpoints::SESSION.name, message.clone());
        phone.client().handle(&reply.expect("the device answers")).expect("the answer is right");
        messages.push(message);
    }
    messages
}

/// A device with an established session, and a request of that session.
fn in_session(
    endpoint: &'static str,
    plain: Vec<u8>,
) -> (Device, SessionId, &'static str, Vec<u8>) {
    let (mut device, mut phone) = (device(), phone());
    phone.handshake(&mut device).expect("the handshake succeeds");
    if endpoint == endpoints::SCAN.name {
        phone.scan(&mut device).expect("the scan succeeds");
    }
    let message = phone.client().seal(plain);
    (device, phone.session(), endpoint, message)
}

fn handshake(c: &mut Criterion) {
    let messages = handshake_messages();
    let [first, second] = messages.as_slice() else { panic!("a handshake has two commands") };
    let session = phone().session();
    let mut group = c.benchmark_group("security 1 handshake");
    group.bench_function("first command", |b| {
        b.iter_batched_ref(
            device,
            |device| black_box(device.request(session, endpoints::SESSION.name, first.clone())),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("second command", |b| {
        let setup = || {
            let mut device = device();
            let reply = device.request(session, endpoints::SESSION.name, first.clone());
            assert!(reply.is_ok());
            device
        };
        b.iter_batched_ref(
            setup,
            |device| black_box(device.request(session, endpoints::SESSION.name, second.clone())),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn request(c: &mut Criterion) {
    let mut group = c.benchmark_group("request");
    for (name, endpoint, plain) in [
        ("status", endpoints::CONFIG.name, messages::get_status()),
        ("set", endpoints::CONFIG.name, messages::set_wifi(&[b's'; 32], &[b'p'; 63])),
        ("scan page of 4", endpoints::SCAN.name, messages::scan_result(0, 4)),
    ] {
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || in_session(endpoint, plain.clone()),
                |(device, session, endpoint, message)| {
                    black_box(device.request(*session, endpoint, std::mem::take(message)))
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// Boot, handshake, scan with its pages, credentials, success, end. Runs both ends, for about
/// thirteen seconds of simulated time.
fn session(c: &mut Criterion) {
    c.bench_function("whole session, both ends", |b| {
        b.iter(|| {
            let (mut device, mut phone) = (device(), phone());
            phone.handshake(&mut device).expect("the handshake succeeds");
            phone.scan(&mut device).expect("the scan succeeds");
            let status = phone.provision(&mut device, b"network 3", b"passphrase");
            assert!(status.is_ok_and(|status| status.address().is_some()));
            device.advance(Millis::from_secs(2));
            black_box(device.events().len())
        });
    });
}

criterion_group!(benches, handshake, request, session);
criterion_main!(benches);
