//! The stored dataset is tried while the service runs, on a device whose radio allows it.

mod clients;

use netprov_messages::{NetworkCtrlMsgType, Status, ThreadNetworkState};
use protocomm::Millis;
use provisioning::thread::{Dataset, ThreadEvent};
use provisioning::{Config, ConnectState, Event, Output, State};

use crate::device::{Device, attached, dataset, network, security};
use crate::{order, state};

/// Time without a client until the stored dataset is tried again.
const RETRY: Millis = Millis::from_secs(60);
/// Duration of the rounds before the service starts.
const ROUNDS: Millis = Millis::from_secs(87);
/// Longest time from the return of the network to the attachment.
const FOUND: Millis = Millis::from_secs(45);

const SECOND: Millis = Millis::from_secs(1);

fn config() -> Config {
    Config { retry_beside: true, ..Config::thread() }
}

/// An end device whose stored network is away, and whose service has started.
fn away_with(config: Config) -> Device {
    let mut device = Device::idle(vec![], config);
    device.mesh_mut().is_end_device = true;
    device.mesh_mut().stored = Dataset::new(&dataset("home", 7)).ok();
    device.connect_or_provision(security()).expect("it is idle");
    device.advance(ROUNDS);
    assert_eq!(device.manager().state(), State::Awaiting);
    device
}

fn away() -> Device {
    away_with(config())
}

fn comes_back(device: &mut Device) {
    device.mesh_mut().networks.push(network("home", 7, -40));
}

/// Whether the device attaches with its stored dataset within this time, and the service ends.
fn attaches(device: &mut Device, within: Millis) -> bool {
    let starts = device.count(&Event::Start);
    let online =
        device.run_until(within, |device| device.manager().connect_state() == ConnectState::Online);
    order::check(device.events());
    let ends = device.events().ends_with(&[Event::End, Event::Online]);
    assert_eq!(device.mesh().stored, Dataset::new(&dataset("home", 7)).ok(), "it is untouched");
    assert_eq!(device.mesh().kept, 0, "nothing is written");
    assert!(!online || device.manager().protocomm().security().is_none(), "the secret is gone");
    online && ends && device.count(&Event::Start) == starts
}

#[test]
fn the_stored_dataset_is_tried_while_the_service_runs() {
    for away_for in [SECOND, RETRY, Millis::from_secs(600), Millis::from_secs(6 * 3600)] {
        let mut device = away();
        let attempts = device.mesh().attaches;
        device.advance(away_for);
        assert_eq!(device.manager().state(), State::Awaiting, "the service stays");
        // The stack searches by itself: it is told to begin again every 90 s only, so that its pauses
        // do not grow to 20 minutes.
        let searches = device.mesh().attaches - attempts;
        assert_eq!(searches as u32, away_for.as_millis() / 91_000);
        comes_back(&mut device);
        assert!(attaches(&mut device, FOUND), "{away_for:?}");
        assert_eq!(device.count(&Event::Start), 1);
    }
}

#[test]
fn a_device_that_attaches_beside_the_service_stays_in_its_network() {
    let mut device = away();
    device.call(|manager, now| manager.set_stay_online(now, true));
    comes_back(&mut device);
    assert!(attaches(&mut device, FOUND));
    let (attaches, detaches) = (device.mesh().attaches, device.mesh().detaches);
    device.advance(Millis::from_secs(3600));
    assert_eq!(device.manager().next_timeout(), None);
    let now = device.now();
    device.mesh_mut().drop_link(now);
    device.advance(Millis::from_secs(10));
    assert!(device.events().ends_with(&[Event::Online, Event::LinkLost, Event::Online]));
    assert_eq!((device.mesh().attaches, device.mesh().detaches), (attaches, detaches));
}

#[test]
fn the_applications_dataset_ends_the_attempt_with_the_stored_one() {
    for (name, works) in [("new", true), ("none", false)] {
        let mut device = away();
        device.mesh_mut().networks.push(network("new", 9, -40));
        let detaches = device.mesh().detaches;
        let bytes = dataset(name, 9);
        device.call(|manager, now| manager.configure_thread(now, &bytes)).unwrap();
        assert_eq!(device.mesh().detaches, detaches + 1);
        device.advance(Millis::from_secs(5));
        assert_eq!(device.count(&Event::CredSuccess), usize::from(works));
        if !works {
            device.advance(Millis::from_secs(120));
            comes_back(&mut device);
            assert!(attaches(&mut device, FOUND));
        }
    }
}

/// A delay lets clients read the last response. The stored dataset is not tried meanwhile.
#[test]
fn the_end_of_the_service_ends_the_attempts() {
    for deinit in [false, true] {
        for delay in [Millis::ZERO, Millis::from_secs(5)] {
            let mut device = Device::idle(vec![], config());
            device.mesh_mut().is_end_device = true;
            device.mesh_mut().stored = Dataset::new(&dataset("home", 7)).ok();
            device.call(|manager, _| manager.disable_auto_stop(delay)).unwrap();
            device.connect_or_provision(security()).unwrap();
            device.advance(ROUNDS);
            device.advance(SECOND);
            let (attaches, detaches) = (device.mesh().attaches, device.mesh().detaches);
            comes_back(&mut device);
            if deinit {
                device.deinit();
            } else {
                device.stop();
            }
            assert_eq!(device.mesh().detaches, detaches + 1);
            device.advance(Millis::from_secs(600));
            assert_eq!(device.manager().connect_state(), ConnectState::Cancelled);
            assert_eq!(device.manager().next_timeout(), None);
            assert_eq!((device.mesh().attaches, device.mesh().attached()), (attaches, None));
            order::check(device.events());
        }
    }
}

#[test]
fn resets_leave_the_attempts_alone() {
    let mut device = away();
    device.pair_again();
    device.set(&dataset("away", 9));
    device.apply();
    device.advance(Millis::from_secs(120));
    let before = (device.mesh().attaches, device.mesh().detaches);
    device.call(|manager, _| manager.reset_for_reprovision()).unwrap();
    assert_eq!(device.manager().state(), State::Awaiting);
    assert_eq!(device.events().last(), Some(&Event::Start));
    for _ in 0..2 {
        device.call(|manager, _| manager.reset_for_reprovision()).unwrap();
        device.call(|manager, _| manager.reset_on_failure()).unwrap();
    }
    assert_eq!((device.mesh().attaches, device.mesh().detaches), before);
    comes_back(&mut device);
    assert!(attaches(&mut device, FOUND));

    // By a client, whose session ends them.
    let mut device = away();
    device.pair_again();
    let reset = NetworkCtrlMsgType::TypeCmdCtrlThreadReprov as i32;
    assert_eq!(device.ctrl(reset).status, Status::Success as i32);
    comes_back(&mut device);
    assert!(attaches(&mut device, Millis::from_secs(64)));
}

#[test]
fn an_erased_dataset_is_asked_for_ever_more_seldom() {
    let mut device = away();
    device.mesh_mut().stored = None;
    device.mesh_mut().active = None;
    device.advance(Millis::from_secs(240));
    let attempts = device.mesh().detaches;
    device.advance(Millis::from_secs(600));
    assert!(device.mesh().detaches - attempts <= 10);
    // And a client can bring another one.
    device.mesh_mut().networks.push(network("new", 9, -40));
    device.pair_again();
    device.set(&dataset("new", 9));
    device.apply();
    device.advance(Millis::from_secs(5));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
}

#[test]
fn a_stack_that_refuses_is_asked_again() {
    let mut device = away();
    device.mesh_mut().faults.cannot_attach = true;
    device.advance(Millis::from_secs(600));
    assert_eq!(device.manager().state(), State::Awaiting);
    device.mesh_mut().faults.cannot_attach = false;
    comes_back(&mut device);
    assert!(attaches(&mut device, Millis::from_secs(64)));
}

#[test]
fn without_retries_nothing_is_tried_beside_the_service() {
    for (beside, retry) in [(true, Millis::ZERO), (false, Millis::ZERO), (false, RETRY)] {
        let mut device =
            away_with(Config { retry_beside: beside, retry_stored: retry, ..Config::thread() });
        let attempts = device.mesh().attaches;
        device.advance(Millis::from_secs(59));
        assert_eq!(device.mesh().attaches, attempts);
    }
}

#[test]
fn a_service_of_the_application_tries_nothing() {
    let mut device = Device::idle(vec![network("home", 7, -40)], config());
    device.mesh_mut().stored = Dataset::new(&dataset("home", 7)).ok();
    device.start(security()).unwrap();
    device.advance(Millis::from_secs(600));
    assert_eq!(device.mesh().attaches, 0);
}

/// Bluetooth takes a moment to stop.
#[test]
fn a_network_that_is_lost_while_the_transport_stops_is_reported_afterwards() {
    let home = network("home", 7, -40);
    let mut device = away();
    device.advance(SECOND);
    device.call(|manager, now| {
        manager.thread_event(now, ThreadEvent::Attached(attached(&home)));
        assert_eq!(manager.state(), State::Stopping);
        assert_eq!(manager.poll_output(), Some(Output::StopService));
        // Calls of the application change nothing any more.
        manager.stop(now);
        assert!(manager.reset_for_reprovision().is_err());
        manager.thread_event(now, ThreadEvent::Detached);
        assert_eq!((manager.poll_output(), manager.next_timeout()), (None, None));
        manager.service_stopped();
        assert_eq!(manager.connect_state(), ConnectState::Online);
    });
    let mut told = vec![Event::End, Event::Online, Event::LinkLost];
    assert!(device.events().ends_with(&told), "{:?}", device.events());
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached(&home))));
    told.push(Event::Online);
    assert!(device.events().ends_with(&told));
}

/// The application stops the service at every step, and the device never stays half connected.
#[test]
fn a_stop_is_clean_at_every_step() {
    let run = |interrupt: Option<u32>| {
        let mut device = Device::idle(vec![], config());
        device.mesh_mut().is_end_device = true;
        device.mesh_mut().stored = Dataset::new(&dataset("home", 7)).ok();
        if let Some(step) = interrupt {
            device.interrupt_at(step, |device| device.stop());
        }
        device.connect_or_provision(security()).unwrap();
        device.advance(Millis::from_secs(150));
        comes_back(&mut device);
        device.advance(Millis::from_secs(60));
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
        assert_eq!(device.mesh().attached().is_some(), online, "at {step}");
        assert_eq!(device.manager().next_timeout(), None, "at {step}");
    }
}
