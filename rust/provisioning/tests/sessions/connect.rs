//! Getting online with stored networks, or by the service.

use netprov_messages::Status;
use provisioning::wifi::{AuthMode, ConnectFailure, Link, StationStatus, WifiEvent};
use provisioning::{Config, ConnectState, Error, Event, FailReason, State};
use sim::device::{Setup, Store};
use sim::radio::RadioEvent;
use sim::{Device, SimulatedAp, World};

use crate::order;
use crate::support::{
    CUSTOM, HOME, LONG, PASSPHRASE, credentials, device_away, home, is_running, ms, old_store,
    paired, phone, sec1, stranger, three_networks,
};

/// Time until the stored networks are tried again.
const RETRY: u32 = 300_000;

/// Duration of a run through three networks that are out of range: four rounds, in which each
/// attempt is a scan of 2 s, plus the pauses.
const RUN: u32 = 12 * 2_000 + 8 * 250 + 1_000 + 2_000 + 4_000;

/// A device whose stored networks are out of range and whose service has started.
fn away() -> Device {
    let mut device = device_away(three_networks());
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start));
    assert_eq!(device.manager().connect_state(), ConnectState::Provisioning);
    device
}

fn comes_home(device: &mut Device) {
    device.world_mut().access_points.push(SimulatedAp::new(HOME, PASSPHRASE));
}

fn ends(device: &Device) -> usize {
    device.count(&Event::End)
}

#[test]
fn the_first_stored_network_in_range_is_joined() {
    let setup = Setup { world: home(), store: three_networks(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.connect().unwrap();
    assert_eq!(device.manager().state(), State::Connecting);
    assert_eq!(device.manager().connect_state(), ConnectState::Connecting);
    assert_eq!(device.manager().wifi_status(), StationStatus::Connecting);
    assert!(device.run_until_event(&Event::Online));
    assert_eq!(device.stored_tried(), [0, 1]);
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert_eq!(device.manager().state(), State::Idle);
    assert!(device.manager().is_online() && device.radio().is_linked());
    assert!(matches!(device.manager().wifi_status(), StationStatus::Connected { .. }));
    assert_eq!(device.store().writes(), 0);
    order::check(device.events());
}

#[test]
fn a_connect_that_finds_nothing_fails_after_four_rounds() {
    let mut device = device_away(three_networks());
    device.connect().unwrap();
    device.advance(ms(RUN - 1));
    assert_eq!(device.manager().connect_state(), ConnectState::Connecting);
    device.advance(ms(1));
    let failed = ConnectState::Failed(FailReason::NetworkNotFound);
    assert_eq!(device.manager().connect_state(), failed);
    assert_eq!(device.count(&Event::ConnectFailed(FailReason::NetworkNotFound)), 1);
    assert_eq!(device.stored_tried().len(), 12);
    assert_eq!(device.manager().next_timeout(), None);

    comes_home(&mut device);
    device.connect().unwrap();
    assert!(device.run_until_event(&Event::Online), "it can be tried again");
    order::check(device.events());
}

#[test]
fn a_connect_of_a_device_that_is_online_succeeds_at_once() {
    for or_provision in [false, true] {
        let mut device = device_away(three_networks());
        let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
        device.radio_reports(RadioEvent::Wifi(WifiEvent::LinkUp(link)));
        device.radio_reports(RadioEvent::Wifi(WifiEvent::GotAddress([10, 0, 0, 1].into())));
        let begun =
            if or_provision { device.connect_or_provision(sec1()) } else { device.connect() };
        begun.unwrap();
        assert_eq!(device.manager().connect_state(), ConnectState::Online);
        assert_eq!(device.count(&Event::Online), 1);
        assert!(device.stored_tried().is_empty());
        assert!(device.manager().protocomm().security().is_none(), "the secret is gone");
    }
}

#[test]
fn calls_out_of_turn_are_refused() {
    let mut device = device_away(three_networks());
    let nothing = device.call(|manager, now| manager.connect(now, 0));
    assert_eq!(nothing, Err(Error::NothingStored));
    device.connect().unwrap();
    assert_eq!(device.connect(), Err(Error::Connecting));
    assert_eq!(device.connect_or_provision(sec1()), Err(Error::Connecting));
    assert_eq!(device.start(sec1()), Err(Error::Connecting));
    // Preparations for a later service are allowed.
    assert!(device.call(|manager, _| manager.endpoint_create(CUSTOM)).is_ok());
    device.stop();
    device.start(sec1()).unwrap();
    assert_eq!(device.connect(), Err(Error::Running));
    assert_eq!(device.connect_or_provision(sec1()), Err(Error::Running));
    device.deinit();
    assert_eq!(device.connect(), Err(Error::State));
    assert_eq!(device.connect_or_provision(sec1()), Err(Error::State));
}

#[test]
fn without_stored_networks_the_service_starts_at_once() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.connect_or_provision(sec1()).unwrap();
    assert_eq!(device.manager().state(), State::Awaiting);
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Awaiting, "there are no networks to try");
    let mut phone = paired(&mut device, 1);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    assert_eq!(device.manager().connect_state(), ConnectState::Provisioning, "until the end");
    device.advance(LONG);
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert!(device.manager().is_online());
    order::check(device.events());
}

/// The application has joined a network by itself, which does not replace stored credentials.
#[test]
fn a_device_that_is_online_with_nothing_stored_is_provisioned() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    let link = Link { bssid: [2; 6], channel: 1, auth: AuthMode::Wpa2Psk };
    device.radio_reports(RadioEvent::Wifi(WifiEvent::LinkUp(link)));
    device.radio_reports(RadioEvent::Wifi(WifiEvent::GotAddress([10, 0, 0, 1].into())));
    assert!(device.manager().is_online());
    device.connect_or_provision(sec1()).unwrap();
    assert_eq!(device.count(&Event::Start), 1);
    assert!(is_running(&device));
    order::check(device.events());
}

#[test]
fn the_service_starts_when_the_stored_networks_have_failed() {
    let mut device = away();
    assert_eq!(device.now().as_millis(), 1 + u64::from(RUN));
    let mut phone = paired(&mut device, 1);
    comes_home(&mut device);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    device.advance(LONG);
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert_eq!(ends(&device), 1);
    assert!(device.manager().protocomm().security().is_none());
    order::check(device.events());
}

#[test]
fn without_a_client_the_stored_networks_are_tried_again() {
    let mut device = away();
    for n in 1..4 {
        device.advance(ms(RETRY - 1));
        assert_eq!(ends(&device), n - 1);
        assert_eq!(device.manager().state(), State::Awaiting);
        device.advance(ms(1));
        assert_eq!(ends(&device), n);
        assert_eq!(device.manager().state(), State::Connecting);
        device.advance(ms(RUN));
        assert_eq!(device.manager().state(), State::Awaiting);
        // The proof of possession is still the same.
        assert!(stranger(8).handshake(&mut device).is_err());
    }
    device.advance(ms(RETRY - 1_000));
    comes_home(&mut device);
    assert!(device.run_until_event(&Event::Online));
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert!(device.manager().protocomm().security().is_none(), "the secret is gone");
    device.advance(LONG);
    assert_eq!(device.count(&Event::Start), 4);
    order::check(device.events());
}

#[test]
fn the_service_that_starts_again_serves_clients() {
    let mut device = away();
    let before = paired(&mut device, 1);
    device.advance(ms(RETRY + RUN));
    assert_eq!(device.count(&Event::Start), 2);
    assert!({ before }.status(&mut device).is_err(), "its session has ended with the service");
    comes_home(&mut device);
    let mut phone = paired(&mut device, 2);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
}

#[test]
fn a_client_that_came_once_and_left_does_not_end_the_retries() {
    let mut device = away();
    device.advance(ms(RETRY / 2));
    // Its transport does not report that it has gone.
    paired(&mut device, 1).scan(&mut device).unwrap();
    let asked = device.now();
    device.advance(ms(RETRY / 2));
    assert_eq!(device.manager().state(), State::Awaiting, "the client was active");
    assert!(device.manager().protocomm().established().is_some());
    comes_home(&mut device);
    assert!(device.run_until(LONG, |device| ends(device) == 1));
    assert_eq!(asked.until(device.now()), ms(RETRY));
    assert!(device.run_until_event(&Event::Online));
}

#[test]
fn a_client_that_makes_requests_is_not_interrupted() {
    let mut device = away();
    let mut phone = paired(&mut device, 1);
    for _ in 0..5 {
        device.advance(ms(RETRY - 1));
        phone.status(&mut device).unwrap();
    }
    assert_eq!(ends(&device), 0);
}

#[test]
fn unauthenticated_peers_do_not_postpone_the_retries() {
    let mut device = away();
    let started = device.now();
    while ends(&device) == 0 && started.until(device.now()) < ms(2 * RETRY) {
        device.advance(ms(10_000));
        let _ = stranger(2).handshake(&mut device);
        let _ = phone(3).status(&mut device);
    }
    assert_eq!(started.until(device.now()), ms(RETRY));
}

#[test]
fn credentials_that_are_being_tried_are_tried_to_the_end() {
    let config = Config { wifi_conn_attempts: 20, ..Config::default() };
    let mut silent = SimulatedAp::new("slow", PASSPHRASE);
    silent.join_time = LONG;
    let world = World::of([silent]);
    let mut device = Device::boot(Setup { world, config, store: three_networks(), seed: 0 });
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start));
    paired(&mut device, 1).set_and_apply(&mut device, b"slow", PASSPHRASE).unwrap();
    // The client is gone, and 20 attempts of 30 s take longer than any timer.
    device.advance(ms(600_000));
    assert_eq!(device.manager().state(), State::Trying);
    assert!(device.run_until(LONG, |device| device.manager().state() == State::Failed));
    assert_eq!(ends(&device), 0);
    comes_home(&mut device);
    assert!(
        device.run_until(LONG, |device| ends(device) == 1),
        "then the stored networks are tried"
    );
    assert!(device.run_until_event(&Event::Online));
}

#[test]
fn a_success_ends_the_retries() {
    let mut device = device_away(three_networks());
    device.call(|manager, _| manager.disable_auto_stop(ms(0))).unwrap();
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start));
    comes_home(&mut device);
    let mut phone = paired(&mut device, 1);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Succeeded, "the application ends the service");
    device.stop();
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
}

#[test]
fn a_device_that_is_reprovisioned_goes_back_to_its_networks() {
    let mut device = device_away(three_networks());
    device.call(|manager, _| manager.disable_auto_stop(ms(0))).unwrap();
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start));
    comes_home(&mut device);
    let mut phone = paired(&mut device, 1);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    assert_eq!(phone.reprovision(&mut device), Ok(Status::Success));
    assert!(!device.manager().is_online());
    assert!(device.run_until(LONG, |device| ends(device) == 1), "the client has left");
    assert!(device.run_until_event(&Event::Online));
    assert_eq!(device.stored_tried().last(), Some(&2), "the index where it was stored");
    order::check(device.events());
}

/// A client provisions one network after another. Each that worked stays stored, and the device
/// goes online with whichever is in range.
#[test]
fn several_networks_are_stored_in_one_service() {
    let world = World::of(["one", "two", "three"].map(|name| SimulatedAp::new(name, PASSPHRASE)));
    let setup = Setup { world, config: Config::default(), store: Store::of_all([]), seed: 0 };
    let mut device = Device::boot(setup);
    device.call(|manager, _| manager.disable_auto_stop(ms(0))).unwrap();
    device.start(sec1()).unwrap();
    let mut phone = paired(&mut device, 1);
    for (name, passphrase) in [
        ("one", PASSPHRASE),
        ("two", &b"a-wrong-passphrase"[..]),
        ("two", PASSPHRASE),
        ("three", PASSPHRASE),
    ] {
        let works = passphrase == PASSPHRASE;
        let status = phone.provision(&mut device, name.as_bytes(), passphrase).unwrap();
        assert_eq!(status.address().is_some(), works, "{name}");
        if works {
            assert_eq!(phone.reprovision(&mut device), Ok(Status::Success));
        }
    }
    let stored: Vec<_> = device.store().networks().iter().map(|it| it.ssid.to_string()).collect();
    assert_eq!(stored, ["one", "two", "three"]);
    assert_eq!(device.count(&Event::End), 0, "in one service");
    device.stop();
    device.world_mut().access_points.retain(|ap| ap.ssid == b"one");
    device.connect().unwrap();
    assert!(device.run_until_event(&Event::Online));
}

#[test]
fn retries_can_be_left_out() {
    let config = Config { retry_stored: ms(0), ..Config::default() };
    let setup = Setup { world: World::of([]), config, store: old_store(), seed: 0 };
    let mut device = Device::boot(setup);
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start));
    device.advance(ms(10 * RETRY));
    assert_eq!(device.manager().state(), State::Awaiting);
    assert_eq!(device.manager().next_timeout(), None);
}

#[test]
fn a_service_that_the_application_starts_does_not_give_way() {
    let mut device = device_away(three_networks());
    device.connect().unwrap();
    device.advance(LONG);
    device.start(sec1()).unwrap();
    device.advance(ms(10 * RETRY));
    assert_eq!(device.manager().state(), State::Awaiting);
    device.stop();
    assert_eq!(device.manager().connect_state(), ConnectState::Cancelled);
}

#[test]
fn a_transport_that_cannot_be_started_ends_the_connect() {
    let mut device = device_away(three_networks());
    device.faults.service_start = true;
    device.connect_or_provision(sec1()).unwrap();
    device.advance(LONG);
    assert_eq!(device.manager().connect_state(), ConnectState::NotStarted);
    assert!(device.manager().protocomm().security().is_none());
    device.faults.service_start = false;
    device.connect_or_provision(sec1()).unwrap();
    assert!(device.run_until_event(&Event::Start), "it can be tried again");
}

#[test]
fn a_network_that_comes_back_while_the_transport_stops_is_no_attempt() {
    let mut device = away();
    device.call(|manager, now| {
        let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
        manager.handle_timeout(now.after(ms(RETRY)));
        while manager.poll_output().is_some() {}
        assert_eq!(manager.state(), State::Stopping);
        assert_eq!(manager.next_timeout(), None, "the transport uses the radio until it stops");
        manager.wifi_event(now.after(ms(RETRY)), WifiEvent::LinkUp(link));
        manager.wifi_event(now.after(ms(RETRY)), WifiEvent::GotAddress([10, 0, 0, 1].into()));
        manager.service_stopped();
    });
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert_eq!(device.count(&Event::Online), 1);
}

#[test]
fn a_stored_network_waits_for_the_end_of_a_scan() {
    let mut device = away();
    let tried = device.stored_tried().len();
    device.advance(ms(RETRY - 1));
    // A slow driver, or another component's scan.
    device.call(|manager, now| manager.scan_under_way(now.after(ms(5_000))));
    device.advance(ms(2_000));
    assert_eq!(device.manager().state(), State::Connecting);
    assert_eq!(device.stored_tried().len(), tried, "the radio scans");
    device.radio_reports(RadioEvent::ScanDone(Ok(())));
    device.advance(ms(0));
    assert_eq!(device.stored_tried().len(), tried + 1);
}

#[test]
fn an_erased_network_counts_as_a_failed_attempt() {
    let mut device = device_away(Store::of_all([credentials(HOME, PASSPHRASE)]));
    device.connect().unwrap();
    device.store_mut().erase();
    comes_home(&mut device);
    device.advance(LONG);
    let failed = ConnectState::Failed(FailReason::NetworkNotFound);
    assert_eq!(device.manager().connect_state(), failed);
}

#[test]
fn a_stop_or_the_end_cancels_a_connect() {
    for deinit in [false, true] {
        for or_provision in [false, true] {
            let mut device = device_away(three_networks());
            comes_home(&mut device);
            if or_provision {
                device.connect_or_provision(sec1()).unwrap();
            } else {
                device.connect().unwrap();
            }
            device.advance(ms(2_500));
            assert_eq!(device.stored_tried(), [0, 1]);
            if deinit {
                device.deinit();
                assert_eq!(device.events().last(), Some(&Event::Deinit));
            } else {
                device.stop();
            }
            assert_eq!(device.manager().connect_state(), ConnectState::Cancelled);
            device.advance(LONG);
            assert!(!device.radio().is_linked(), "the attempt was ended");
            assert_eq!(device.count(&Event::Online) + device.count(&Event::Start), 0);
            assert!(device.manager().protocomm().security().is_none());
            order::check(device.events());
        }
    }
}

#[test]
fn a_link_that_breaks_before_the_address_is_a_failed_attempt() {
    let mut device = Device::boot(Setup {
        world: home(),
        store: Store::of(credentials(HOME, PASSPHRASE)),
        ..Setup::default()
    });
    device.connect().unwrap();
    device.advance(ms(900));
    assert!(device.radio().is_linked());
    device.drop_link(ConnectFailure::WrongPassword);
    let retry = Event::ConnectRetry { reason: FailReason::AuthError, after: ms(1_000) };
    assert_eq!(device.events().last(), Some(&retry));
    assert!(device.run_until_event(&Event::Online));
}

#[test]
fn a_running_service_is_not_a_connect() {
    let mut device = away();
    assert!(is_running(&device));
    device.stop();
    assert_eq!(device.manager().connect_state(), ConnectState::Cancelled);
    device.advance(ms(10 * RETRY));
    assert_eq!(device.count(&Event::Start), 1, "a stop is final");
}
