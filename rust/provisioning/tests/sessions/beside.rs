//! Stored networks are tried while the service runs, on a device whose radio allows it.

use provisioning::wifi::{AuthMode, ConnectFailure, Link, StationStatus, WifiEvent};
use provisioning::{Config, ConnectState, Event, FailReason, Output, State};
use sim::device::{Setup, Store};
use sim::radio::RadioEvent;
use sim::{Device, SimulatedAp, World};

use crate::order;
use crate::support::{
    HOME, LONG, PASSPHRASE, credentials, ms, paired, sec1, stranger, three_networks,
};

/// Time without a client until the stored networks are tried again.
const RETRY: u32 = 300_000;
/// Longest time until the next round through three networks has come to the second one.
const ROUND: u32 = 60_000 + 2 * 2_250 + 4_000;

fn boot(world: World, store: Store) -> Device {
    let config = Config { retry_beside: true, ..Config::default() };
    Device::boot(Setup { world, config, store, seed: 0 })
}

/// A device whose stored networks are out of range and whose service has started.
fn away() -> Device {
    let mut device = boot(World::of([SimulatedAp::new("cafe", "")]), three_networks());
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start));
    device
}

fn comes_home(device: &mut Device) {
    device.world_mut().access_points.push(SimulatedAp::new(HOME, PASSPHRASE));
}

/// Whether the device goes online within this time without another service.
fn goes_online(device: &mut Device, within: u32) -> bool {
    let starts = device.count(&Event::Start);
    let online = device
        .run_until(ms(within), |device| device.manager().connect_state() == ConnectState::Online);
    order::check(device.events());
    assert_eq!(device.store().writes(), 0, "the store is untouched");
    assert!(!online || device.manager().protocomm().security().is_none(), "the secret is gone");
    online
        && device.count(&Event::Start) == starts
        && device.events().ends_with(&[Event::End, Event::Online])
}

#[test]
fn the_stored_networks_are_tried_in_turn_while_the_service_runs() {
    let mut device = away();
    let before = device.stored_tried().len();
    device.advance(ms(30_000));
    assert_eq!(device.stored_tried()[before..][..6], [0, 1, 2, 0, 1, 2]);
    assert_eq!(device.manager().state(), State::Awaiting, "the service stays");
    assert_eq!(device.manager().connect_state(), ConnectState::Provisioning);
    assert_eq!(device.manager().wifi_status(), StationStatus::Disconnected);
    comes_home(&mut device);
    assert!(goes_online(&mut device, ROUND));
    assert_eq!(device.stored_tried().last(), Some(&1));
}

#[test]
fn pauses_grow_to_a_minute() {
    let mut device = away();
    device.advance(ms(3 * RETRY));
    assert_eq!((device.count(&Event::Start), device.count(&Event::End)), (1, 0));
    let before = device.stored_tried().len();
    device.advance(ms(10 * 66_500));
    let rounds = (device.stored_tried().len() - before) / 3;
    assert!((9..=11).contains(&rounds), "{rounds}");
    // Attempts are told of only before the service.
    assert_eq!(device.count(&Event::ConnectFailed(FailReason::NetworkNotFound)), 1);
    comes_home(&mut device);
    assert!(goes_online(&mut device, ROUND));
}

#[test]
fn nothing_is_tried_while_a_client_makes_requests() {
    let mut device = away();
    let mut phone = paired(&mut device, 1);
    let tried = device.stored_tried().len();
    comes_home(&mut device);
    for _ in 0..5 {
        let list = phone.scan(&mut device).unwrap();
        assert!(list.iter().any(|found| found.ssid == HOME), "{list:?}");
        device.advance(ms(RETRY - 10_000));
    }
    assert_eq!(device.stored_tried().len(), tried);
    assert!(goes_online(&mut device, 10_000 + ROUND), "the client has left");
}

/// Some drivers refuse a scan while they join a network. A client's session ends that attempt.
#[test]
fn a_client_may_come_at_any_moment() {
    for moment in (0..12_000).step_by(250) {
        let mut device = away();
        device.advance(ms(moment));
        let mut phone = paired(&mut device, 1);
        assert!(phone.scan(&mut device).is_ok(), "{moment}");
        comes_home(&mut device);
        let status = phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
        assert!(status.address().is_some(), "{moment}");
        device.advance(LONG);
        assert_eq!(device.manager().connect_state(), ConnectState::Online);
        assert_eq!(device.count(&Event::CredSuccess), 1);
        order::check(device.events());
    }
}

#[test]
fn peers_without_the_proof_do_not_stop_the_attempts() {
    let mut device = away();
    let tried = device.stored_tried().len();
    for number in 2..7 {
        device.advance(ms(5_000));
        let _ = stranger(number).handshake(&mut device);
    }
    assert!(device.stored_tried().len() > tried + 6);
    comes_home(&mut device);
    assert!(goes_online(&mut device, ROUND));
}

#[test]
fn credentials_that_do_not_work_leave_the_stored_ones_to_be_tried() {
    let mut device = away();
    let mut phone = paired(&mut device, 1);
    phone.set_and_apply(&mut device, b"cafe", b"wrong-passphrase").unwrap();
    assert!(device.run_until(LONG, |device| device.manager().state() == State::Failed));
    let tried = device.stored_tried().len();
    device.advance(ms(RETRY));
    assert!(device.stored_tried().len() > tried);
    assert_eq!(device.manager().state(), State::Failed, "a client can still read the reason");
    comes_home(&mut device);
    assert!(goes_online(&mut device, ROUND));
}

#[test]
fn a_device_that_is_online_already_needs_no_attempt() {
    let mut device = away();
    paired(&mut device, 1);
    let tried = device.stored_tried().len();
    // The driver, or the application, has joined a network meanwhile.
    let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
    device.radio_reports(RadioEvent::Wifi(WifiEvent::LinkUp(link)));
    device.radio_reports(RadioEvent::Wifi(WifiEvent::GotAddress([10, 0, 0, 1].into())));
    assert_eq!(device.manager().state(), State::Awaiting, "a client is there");
    assert!(goes_online(&mut device, RETRY));
    assert_eq!(device.stored_tried().len(), tried);
}

#[test]
fn an_attempt_waits_for_the_end_of_a_scan() {
    let mut device = away();
    paired(&mut device, 1);
    let tried = device.stored_tried().len();
    device.advance(ms(RETRY - 1));
    // A slow driver, or another component's scan.
    device.call(|manager, now| manager.scan_under_way(now.after(ms(5_000))));
    device.advance(ms(2_000));
    assert_eq!(device.stored_tried().len(), tried, "the radio scans");
    device.radio_reports(RadioEvent::ScanDone(Ok(())));
    device.advance(ms(0));
    assert_eq!(device.stored_tried().len(), tried + 1);
}

/// Without staying online, a lost link ends the watch; the application is told in any case.
#[test]
fn a_link_that_is_lost_while_the_transport_stops_is_reported_afterwards() {
    for stay in [false, true] {
        let mut device = away();
        device.call(|manager, now| manager.set_stay_online(now, stay));
        device.advance(ms(100));
        device.call(|manager, now| {
            let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
            manager.wifi_event(now, WifiEvent::LinkUp(link));
            manager.wifi_event(now, WifiEvent::GotAddress([10, 0, 0, 1].into()));
            assert_eq!(manager.state(), State::Stopping);
            assert_eq!(manager.poll_output(), Some(Output::StopService));
            manager.wifi_event(now, WifiEvent::LinkDown(ConnectFailure::Other));
            assert_eq!(manager.poll_output(), None);
            manager.service_stopped();
        });
        let told = [Event::End, Event::Online, Event::LinkLost];
        assert!(device.events().ends_with(&told), "{:?}", device.events());
        comes_home(&mut device);
        device.advance(LONG);
        assert_eq!(device.manager().is_online(), stay);
    }
}

/// The application stops the service at every step, and the device never stays half connected.
#[test]
fn a_stop_is_clean_at_every_step() {
    let run = |interrupt: Option<u32>| {
        let store = Store::of_all([credentials(HOME, PASSPHRASE)]);
        let mut device = boot(World::of([]), store);
        if let Some(step) = interrupt {
            device.interrupt_at(step, |device| device.stop());
        }
        device.connect_or_provision(sec1()).unwrap();
        device.advance(ms(60_000));
        comes_home(&mut device);
        device.advance(ms(120_000));
        device
    };
    let whole = run(None);
    assert_eq!(whole.manager().connect_state(), ConnectState::Online);
    for step in 1..=whole.steps() {
        let device = run(Some(step));
        order::check(device.events());
        let online = match device.manager().connect_state() {
            ConnectState::Online => true,
            ConnectState::Cancelled => false,
            other => panic!("{other:?} at {step}"),
        };
        assert_eq!(device.radio().is_linked(), online, "at {step}");
        assert_eq!(device.manager().next_timeout(), None, "at {step}");
    }
}
