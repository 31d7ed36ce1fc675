//! Getting online with the stored dataset or by the service, and back.

use protocomm::Millis;
use protocomm::security::{Scheme, sec0::Sec0};
use provisioning::thread::{AttachStatus, Dataset, ThreadEvent};
use provisioning::{Config, ConnectState, Error, Event, FailReason, State};

use crate::device::{Device, attached, dataset, network};

/// Default time until the stored dataset is tried again.
const RETRY: Millis = Millis::from_secs(60);

/// A device with a stored dataset and these networks in range.
fn stored(air: &[(&str, u8)]) -> Device {
    let air = air.iter().map(|(name, id)| network(name, *id, -40)).collect();
    let mut device = Device::idle(air, Config::thread());
    device.mesh_mut().stored = Dataset::new(&dataset("home", 7)).ok();
    device
}

fn connect(device: &mut Device) {
    device.call(|manager, now| manager.connect(now, 1)).expect("it is idle");
}

fn connect_or_provision(device: &mut Device) {
    let scheme = Scheme::Sec0(Sec0);
    device.call(|manager, now| manager.connect_or_provision(now, 1, scheme)).expect("it is idle");
}

#[test]
fn a_device_attaches_with_its_dataset() {
    let mut device = stored(&[("home", 7)]);
    connect(&mut device);
    assert_eq!(device.manager().thread_status(), AttachStatus::Attaching);
    device.advance(Millis::from_secs(5));
    assert_eq!(device.events().last(), Some(&Event::Online));
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert!(matches!(device.manager().thread_status(), AttachStatus::Attached(_)));
    assert_eq!(device.mesh().attaches, 1);
}

#[test]
fn a_network_that_is_away_is_given_up_after_four_attempts() {
    let mut device = stored(&[]);
    device.mesh_mut().is_end_device = true;
    connect(&mut device);
    device.advance(Millis::from_millis(86_999));
    assert_eq!(device.manager().state(), State::Connecting);
    device.advance(Millis::from_millis(1));
    let failed = ConnectState::Failed(FailReason::NetworkNotFound);
    assert_eq!(device.manager().connect_state(), failed);
    assert_eq!((device.mesh().attaches, device.mesh().detaches), (4, 4));
    assert_eq!(device.manager().next_timeout(), None);
}

#[test]
fn a_router_with_a_stored_dataset_is_the_first_of_its_network() {
    let mut device = stored(&[]);
    connect(&mut device);
    device.advance(Millis::from_secs(4));
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
}

#[test]
fn the_service_gives_way_to_the_stored_dataset() {
    let mut device = stored(&[]);
    device.mesh_mut().is_end_device = true;
    connect_or_provision(&mut device);
    device.advance(Millis::from_secs(87));
    assert_eq!(device.manager().state(), State::Awaiting);
    device.pair_again();
    assert_eq!(device.scan(0), netprov_messages::Status::Success);
    // The client has left, but its session still exists.
    device.mesh_mut().networks.push(network("home", 7, -40));
    device.advance(RETRY);
    device.advance(Millis::from_secs(10));
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert!(device.manager().protocomm().security().is_none());
}

#[test]
fn a_device_outlasts_a_power_cut_of_the_whole_house() {
    // A border router boots slowly. The device gives up after 87 s, and then tries for 87 s of
    // every 147 s.
    for away in [Millis::from_secs(180), Millis::from_secs(600), Millis::from_secs(6 * 3600)] {
        let mut device = stored(&[]);
        connect_or_provision(&mut device);
        device.advance(away);
        assert!(device.mesh().stored.is_some());
        device.mesh_mut().networks.push(network("home", 7, -40));
        device.advance(RETRY);
        device.advance(Millis::from_secs(60));
        assert_eq!(device.manager().connect_state(), ConnectState::Online, "{away:?}");
    }
}

#[test]
fn a_stack_that_attaches_again_is_online_again() {
    let mut device = stored(&[("home", 7)]);
    device.call(|manager, now| manager.set_stay_online(now, true));
    connect(&mut device);
    device.advance(Millis::from_secs(5));
    let attached = match device.manager().thread_status() {
        AttachStatus::Attached(attached) => attached,
        other => panic!("{other:?}"),
    };
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Detached));
    device.advance(Millis::from_secs(3600));
    assert_eq!(device.mesh().attaches, 1, "a second attempt would disturb the first");
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached)));
    assert_eq!(device.events()[..], [Event::Init, Event::Online, Event::LinkLost, Event::Online]);
}

/// After the service too, the application is told of the network that it has got.
#[test]
fn a_network_from_the_service_may_be_lost_and_found_after_it() {
    let home = network("home", 7, -40);
    let mut device = Device::in_session(vec![home.clone()]);
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(60));
    assert_eq!(device.events().last(), Some(&Event::End));
    assert!(device.manager().is_online());
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Detached));
    assert_eq!(device.events().last(), Some(&Event::LinkLost));
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached(&home))));
    assert_eq!(device.events().last(), Some(&Event::Online));
}

/// What the application offers in place of a client's dataset may be unusable. Then the client's is
/// tried.
#[test]
fn an_unusable_dataset_of_the_application_replaces_nothing() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.set(&dataset("home", 7));
    device.apply();
    let refused = device.call(|manager, now| manager.configure_thread(now, &[0; 3]));
    assert_eq!(refused, Err(Error::Argument));
    assert!(!device.events().iter().any(|event| matches!(event, Event::CredFail(_))));
    device.advance(Millis::from_secs(5));
    assert_eq!(device.events().last(), Some(&Event::CredSuccess));
}

/// After a failure, there is no network left to leave.
#[test]
fn a_reset_after_a_failure_detaches_nothing() {
    let mut device = Device::in_session(vec![]);
    device.mesh_mut().is_end_device = true;
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(60));
    assert_eq!(device.manager().state(), State::Failed);
    assert_eq!(device.mesh().detaches, 1);
    device.call(|manager, _| manager.reset_for_reprovision()).unwrap();
    assert_eq!(device.manager().state(), State::Awaiting);
    assert_eq!(device.mesh().detaches, 1);
}
