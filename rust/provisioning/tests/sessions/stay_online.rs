//! Staying online: a lost link is restored.

use provisioning::wifi::ConnectFailure;
use provisioning::{ConnectState, Event, State};
use sim::device::Setup;
use sim::{Device, SimulatedAp, World};

use crate::order;
use crate::support::{
    HOME, LONG, PASSPHRASE, device_away, home, is_home, ms, paired, sec1, three_networks,
};

/// A device that is online at home and is to stay online.
fn online() -> Device {
    let setup = Setup { world: home(), store: three_networks(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.call(|manager, now| manager.set_stay_online(now, true));
    device.connect().unwrap();
    assert!(device.run_until_event(&Event::Online));
    device
}

fn home_is_away(device: &mut Device) {
    device.world_mut().access_points.clear();
    device.drop_link(ConnectFailure::Other);
}

fn home_is_back(device: &mut Device) {
    device.world_mut().access_points.push(SimulatedAp::new(HOME, PASSPHRASE));
}

#[test]
fn a_lost_link_stays_lost_by_default() {
    let setup = Setup { world: home(), store: three_networks(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.connect().unwrap();
    assert!(device.run_until_event(&Event::Online));
    device.drop_link(ConnectFailure::Other);
    assert_eq!(device.count(&Event::LinkLost), 1);
    device.advance(LONG);
    assert!(!device.manager().is_online());
    assert_eq!(device.manager().next_timeout(), None);
    assert_eq!(device.manager().connect_state(), ConnectState::Online, "it was");
    device.connect().unwrap();
    assert!(device.run_until_event(&Event::Online), "it can be asked for");
}

#[test]
fn a_device_that_was_never_online_is_left_alone() {
    let setup = Setup { world: home(), store: three_networks(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.call(|manager, now| manager.set_stay_online(now, true));
    device.start(sec1()).unwrap();
    device.stop();
    device.advance(LONG);
    assert!(device.stored_tried().is_empty());
    assert_eq!(device.manager().next_timeout(), None);
}

#[test]
fn a_lost_link_is_restored_the_last_network_first() {
    let mut device = online();
    let tried = device.stored_tried().len();
    device.drop_link(ConnectFailure::Other);
    assert_eq!(device.count(&Event::LinkLost), 1);
    assert!(device.run_until_event(&Event::Online));
    assert_eq!(device.stored_tried()[tried..], [1]);
    assert_eq!(device.manager().state(), State::Idle, "no service is needed");
    order::check(device.events());
}

#[test]
fn a_network_that_is_away_for_a_day_is_found_again_within_minutes() {
    let mut device = online();
    home_is_away(&mut device);
    let tried = device.stored_tried().len();
    device.advance(ms(24 * 3_600_000));
    let rounds = (device.stored_tried().len() - tried) / 3;
    // Each round takes 6 s and two pauses, with a minute between rounds.
    assert!((1_250..1_350).contains(&rounds), "{rounds}");
    assert_eq!(device.count(&Event::LinkLost), 1, "once");
    home_is_back(&mut device);
    assert!(device.run_until(ms(70_000), |device| device.manager().is_online()));
    assert_eq!(device.count(&Event::Online), 2);
    order::check(device.events());
}

#[test]
fn another_stored_network_may_restore_the_link() {
    let mut device = online();
    home_is_away(&mut device);
    device.world_mut().access_points.push(SimulatedAp::new("office", "office-passphrase"));
    assert!(device.run_until_event(&Event::Online));
    assert_eq!(device.stored_tried().last(), Some(&2));
}

#[test]
fn a_device_that_was_never_online_does_not_try_for_ever() {
    let mut device = device_away(three_networks());
    device.call(|manager, now| manager.set_stay_online(now, true));
    device.connect().unwrap();
    device.advance(LONG);
    assert!(matches!(device.manager().connect_state(), ConnectState::Failed(_)));
    assert_eq!(device.manager().next_timeout(), None);
}

#[test]
fn credentials_of_a_client_are_kept_online_from_the_store() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.call(|manager, now| manager.set_stay_online(now, true));
    device.connect_or_provision(sec1()).unwrap();
    let mut phone = paired(&mut device, 1);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Idle);
    assert!(is_home(device.store()));
    device.drop_link(ConnectFailure::Other);
    assert!(device.run_until_event(&Event::Online));
    assert_eq!(device.stored_tried(), [0]);
    order::check(device.events());
}

#[test]
fn it_can_be_enabled_and_disabled_at_any_time() {
    let mut device = online();
    home_is_away(&mut device);
    device.advance(LONG);
    device.call(|manager, now| manager.set_stay_online(now, false));
    assert_eq!(device.manager().next_timeout(), None);
    home_is_back(&mut device);
    device.advance(LONG);
    assert!(!device.manager().is_online());
    device.call(|manager, now| manager.set_stay_online(now, true));
    assert!(device.run_until_event(&Event::Online));
    device.call(|manager, now| manager.set_stay_online(now, false));
    device.drop_link(ConnectFailure::Other);
    device.advance(LONG);
    assert!(!device.manager().is_online());
    order::check(device.events());
}

#[test]
fn a_service_uses_the_radio_alone_and_returns_it() {
    let mut device = online();
    home_is_away(&mut device);
    device.advance(LONG);
    device.start(sec1()).unwrap();
    let tried = device.stored_tried().len();
    device.advance(LONG);
    assert_eq!(device.stored_tried().len(), tried, "the client's scans are not disturbed");
    device.stop();
    home_is_back(&mut device);
    assert!(device.run_until_event(&Event::Online), "nobody has provisioned it");
    order::check(device.events());
}

#[test]
fn a_failed_provisioning_leads_back_to_the_stored_networks() {
    let mut device = online();
    device.start(sec1()).unwrap();
    assert!(device.manager().is_online(), "a service does not end the link");
    let mut phone = paired(&mut device, 1);
    phone.provision(&mut device, b"nowhere", PASSPHRASE).unwrap();
    assert!(!device.manager().is_online());
    device.stop();
    assert!(device.run_until_event(&Event::Online));
}

#[test]
fn it_ends_with_the_manager() {
    let mut device = online();
    home_is_away(&mut device);
    device.advance(LONG);
    device.deinit();
    assert_eq!(device.manager().next_timeout(), None);
    assert_eq!(device.events().last(), Some(&Event::Deinit));

    let mut device = online();
    device.deinit();
    assert!(device.radio().is_linked(), "a device that is online stays so");
}

#[test]
fn pauses_do_not_shrink_without_networks() {
    let mut device = online();
    device.world_mut().scan_duration = ms(0);
    home_is_away(&mut device);
    let before = device.steps();
    device.advance(ms(3_600_000));
    assert!(device.steps() - before < 3_000, "{}", device.steps() - before);
    assert!(World::default().access_points.is_empty());
}

/// A manager takes over a link that is older than it is.
#[test]
fn a_link_from_before_the_manager_counts() {
    let state = online().manager().network_state();
    let setup = Setup { world: home(), store: three_networks(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.call(|manager, _| manager.set_network_state(state));
    assert!(device.manager().is_online());
    device.connect().unwrap();
    assert_eq!(device.events().last(), Some(&Event::Online));
    assert_eq!(device.stored_tried(), [0; 0]);
}
