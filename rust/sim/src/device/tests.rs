//! Tests the simulated device itself: time, steps and injected faults.

use protocomm::TransportId;
use provisioning::State;
use provisioning::wifi::StationStatus;

use super::*;
use crate::client::{answers, messages};
use crate::{Client, Phone, SimulatedAp};

const SSID: &[u8] = b"home";
const PASSPHRASE: &[u8] = b"passphrase";

fn home() -> World {
    World::of([SimulatedAp::new(SSID, PASSPHRASE)])
}

fn device() -> Device {
    Device::running(home(), b"pop")
}

fn paired(device: &mut Device) -> Phone {
    let mut phone = Phone::new(1, Client::sec1(b"pop", [1; 32]));
    phone.handshake(device).unwrap();
    phone
}

#[test]
fn time_passes_only_on_request() {
    let mut device = device();
    let start = device.now();
    device.advance(Millis::from_secs(3));
    assert_eq!(start.until(device.now()), Millis::from_secs(3));
    assert!(!device.run_until(Millis::from_secs(2), |_| false));
    assert_eq!(start.until(device.now()), Millis::from_secs(5));
    assert!(device.run_until(Millis::ZERO, |_| true));
}

#[test]
fn a_request_waits_for_its_response_and_no_longer() {
    let mut device = device();
    let mut phone = paired(&mut device);
    let start = device.now();
    let reply = phone.request(&mut device, "prov-scan", messages::scan_start(true)).unwrap();
    assert!(answers::scan_start(&reply).is_some());
    assert_eq!(start.until(device.now()), home().scan_duration);
}

#[test]
fn the_same_seed_gives_the_same_behaviour() {
    let life = |seed| {
        let setup = Setup { world: home(), seed, ..Setup::default() };
        let mut device = Device::boot(setup);
        device.start(Scheme::Sec1(Sec1::new(b"pop"))).unwrap();
        let mut phone = paired(&mut device);
        phone.provision(&mut device, SSID, PASSPHRASE).unwrap();
        (device.steps(), device.events().to_vec(), device.now(), device.replies)
    };
    assert_eq!(life(1), life(1));
    assert_ne!(life(1).3, life(2).3, "the keys depend on the seed");
}

#[test]
fn an_interrupt_happens_once_before_its_step() {
    let mut device = device();
    let at = device.steps() + 2;
    device.interrupt_at(at, Device::stop);
    paired(&mut device);
    assert!(!device.awaits_interrupt());
    assert_eq!(device.manager().state(), State::Idle);
}

#[test]
fn without_power_nothing_happens_and_the_store_stays() {
    let mut device = device();
    let mut phone = paired(&mut device);
    phone.set_and_apply(&mut device, SSID, PASSPHRASE).unwrap();
    device.power_off();
    let events = device.events().len();
    device.advance(Millis::from_secs(100));
    assert!(phone.status(&mut device).is_err());
    assert_eq!((device.events().len(), device.store().network()), (events, None));
}

#[test]
fn the_store_fails_at_the_given_write() {
    let mut device = device();
    device.faults.store_write = Some(2);
    for stored in [true, false, true] {
        device.call(|manager, now| manager.configure_wifi(now, SSID, PASSPHRASE)).unwrap();
        device.advance(Millis::from_secs(5));
        let connected = matches!(device.manager().wifi_status(), StationStatus::Connected { .. });
        assert_eq!(connected, stored);
        device.call(|manager, _| manager.reset_for_reprovision()).unwrap();
    }
    assert_eq!(device.store().writes(), 3);
    assert_eq!(device.store().network(), Some(SSID));
}

#[test]
fn a_handler_and_an_event_hook_make_calls() {
    let mut device = Device::boot(Setup::default());
    device.call(|manager, _| manager.endpoint_create("custom")).unwrap();
    device.on_event(|event, calls| {
        if *event == Event::Start {
            calls.push(|manager, _| assert!(manager.endpoint_register("custom").is_ok()));
        }
    });
    device.handler("custom", |payload, calls| {
        calls.push(|manager, now| manager.stop(now));
        Some(payload.to_vec())
    });
    device.start(Scheme::Sec1(Sec1::new(b"pop"))).unwrap();
    let mut phone = paired(&mut device);
    let answer = phone.request(&mut device, "custom", b"x".to_vec());
    assert_eq!(answer, Ok(b"x".to_vec()));
    assert_eq!(device.manager().state(), State::Stopping);
}

#[test]
fn a_request_before_the_start_is_refused() {
    let mut device = Device::boot(Setup::default());
    let session = SessionId::new(TransportId(0), 1);
    let reply = device.request(session, "proto-ver", vec![]);
    assert_eq!(reply, Err(RequestError::NotRunning));
    assert_eq!(device.unanswered(), 0);
}
