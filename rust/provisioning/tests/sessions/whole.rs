//! Sessions without faults, with success and with failure.

use netprov_messages::{Status, WifiConnectFailedReason};
use provisioning::wifi::{AuthMode, StationStatus};
use provisioning::{Event, FailReason, State};
use sim::client::answers::WifiStatus;
use sim::device::Setup;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::order;
use crate::support::{
    HOME, LONG, PASSPHRASE, config, custom_device, device, device_in, home, is_home, milestones,
    ms, old_store, paired, phone, sec0, sec1,
};

#[test]
fn a_phone_provisions_a_device() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let found = phone.scan(&mut device).unwrap();
    let names: Vec<_> = found.iter().map(|network| network.ssid.as_slice()).collect();
    assert_eq!(names, [HOME, b"cafe"]);

    let status = phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
    let WifiStatus::Connected(state) = status else { panic!("{status:?}") };
    assert_eq!(state.ip4_addr, "192.168.1.42");
    assert_eq!(state.auth_mode, AuthMode::Wpa2Psk as i32);
    assert_eq!(state.ssid, HOME);
    assert_eq!(state.bssid, [2, 0, 0, 0, 0, 1]);
    assert_eq!(state.channel, 6);
    assert!(is_home(device.store()));

    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Idle);
    let expected = [Event::Init, Event::Start, Event::CredRecv, Event::CredSuccess, Event::End];
    assert_eq!(milestones(&device), expected);
    order::check(device.events());
    assert!(device.radio().is_linked(), "the application keeps the network");
}

#[test]
fn security_0_provisions_too() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.start(sec0()).unwrap();
    let mut phone = Phone::new(1, Client::sec0());
    phone.handshake(&mut device).unwrap();
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
    let status = phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
    assert_eq!(status.address(), Some("192.168.1.42"));
    assert!(is_home(device.store()));
}

#[test]
fn an_open_network_needs_no_passphrase() {
    let mut device = device();
    let status = paired(&mut device, 1).provision(&mut device, b"cafe", b"").unwrap();
    let WifiStatus::Connected(state) = status else { panic!("{status:?}") };
    assert_eq!(state.auth_mode, AuthMode::Open as i32);
}

#[test]
fn a_wrong_passphrase_fails_and_the_right_one_may_follow() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let status = phone.provision(&mut device, HOME, b"wrong-horse").unwrap();
    assert_eq!(status, WifiStatus::Failed(WifiConnectFailedReason::AuthError));
    assert_eq!(device.manager().state(), State::Failed);
    assert_eq!(device.store().network(), None);

    let status = phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(status.address().is_some());
    let expected = [
        Event::Init,
        Event::Start,
        Event::CredRecv,
        Event::CredFail(FailReason::AuthError),
        Event::CredRecv,
        Event::CredSuccess,
    ];
    assert_eq!(milestones(&device), expected);
}

#[test]
fn a_network_out_of_range_is_not_found() {
    let mut device = device();
    let status = paired(&mut device, 1).provision(&mut device, b"away", b"passphrase").unwrap();
    assert_eq!(status, WifiStatus::Failed(WifiConnectFailedReason::WifiNetworkNotFound));
    assert_eq!(device.count(&Event::CredFail(FailReason::NetworkNotFound)), 1);
}

#[test]
fn a_flaky_network_is_tried_again() {
    let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).flaky(2)]);
    let mut device = device_in(world, config(3));
    let status = paired(&mut device, 1).provision(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(status.address().is_some());
    let attempts =
        device.events().iter().filter(|event| matches!(event, Event::Attempt { .. })).count();
    assert_eq!(attempts, 3);
    order::check(device.events());
}

#[test]
fn the_service_ends_by_itself_if_no_client_reads_the_success() {
    let mut device = device();
    paired(&mut device, 1).set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    device.advance(ms(29_999));
    assert_eq!(device.manager().state(), State::Succeeded);
    // The timer, then the delay for a last response.
    device.advance(ms(1_001));
    assert_eq!(device.manager().state(), State::Idle);
    assert_eq!(device.count(&Event::End), 1);
}

#[test]
fn the_application_may_end_the_service_itself() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.call(|manager, _| manager.disable_auto_stop(ms(0))).unwrap();
    device.start(sec1()).unwrap();
    let mut phone = paired(&mut device, 1);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Succeeded, "nothing stops it");
    assert!(phone.status(&mut device).unwrap().address().is_some());
    device.stop();
    assert_eq!(device.manager().state(), State::Idle);
    order::check(device.events());
}

#[test]
fn a_device_is_provisioned_a_second_time() {
    let mut device = Device::boot(Setup {
        world: World::of([
            SimulatedAp::new(HOME, PASSPHRASE),
            SimulatedAp::new("other", "other-passphrase"),
        ]),
        store: old_store(),
        ..Setup::default()
    });
    for (n, ssid, passphrase) in [(1, HOME, PASSPHRASE), (2, b"other", b"other-passphrase")] {
        device.start(sec1()).unwrap();
        let mut phone = paired(&mut device, n);
        assert!(phone.provision(&mut device, ssid, passphrase).unwrap().address().is_some());
        device.advance(LONG);
        assert_eq!(device.manager().state(), State::Idle);
        assert_eq!(device.store().network(), Some(ssid));
    }
    order::check(device.events());
}

#[test]
fn the_application_can_set_credentials_itself() {
    let mut device = device();
    device.call(|manager, now| manager.configure_wifi(now, HOME, PASSPHRASE)).unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    assert!(is_home(device.store()));
    assert!(matches!(device.manager().wifi_status(), StationStatus::Connected { .. }));
}

#[test]
fn the_application_has_endpoints_of_its_own() {
    let (mut device, seen) = custom_device(sec1());
    let mut phone = paired(&mut device, 1);
    let answer = phone.request(&mut device, "custom-data", b"hello".to_vec()).unwrap();
    assert_eq!(answer, b"echo:hello");
    assert_eq!(*seen.borrow(), [b"hello"]);
    // The session continues.
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
}

#[test]
fn a_client_that_lost_its_keys_does_a_new_handshake() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    phone.replace_client(Client::sec1(crate::support::POP, [9; 32]));
    assert!(phone.status(&mut device).is_err(), "these are not the session's keys");
    phone.handshake(&mut device).unwrap();
    assert_eq!(phone.set(&mut device, HOME, PASSPHRASE), Ok(Status::Success));
}

#[test]
fn a_service_that_cannot_be_started_can_be_started_again() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.faults.service_start = true;
    device.start(sec1()).unwrap();
    assert_eq!(device.manager().state(), State::Idle);
    assert_eq!(milestones(&device), [Event::Init]);
    assert!(phone(1).handshake(&mut device).is_err());

    device.faults.service_start = false;
    device.start(sec1()).unwrap();
    assert!(phone(1).handshake(&mut device).is_ok());
}
