//! Faults at every step of "connect, else provision". A whole run is repeated; each time, the fault
//! occurs one step later, until it occurs after the end.

use protocomm::Millis;
use std::cell::Cell;
use std::rc::Rc;

use provisioning::limits::OUTPUTS_MAX;
use provisioning::wifi::ConnectFailure;
use provisioning::{Config, ConnectState, Event, State};
use sim::device::Setup;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::order;
use crate::support::{HOME, LONG, PASSPHRASE, is_home, is_running, sec0, three_networks};

/// Longer than any run here.
const VERY_LONG: Millis = Millis::from_secs(3 * 3600);

/// A client without cryptography, because there are thousands of runs.
fn phone(number: u32) -> Phone {
    Phone::new(number, Client::sec0())
}

/// The same client with a session.
fn paired(device: &mut Device, number: u32) -> Phone {
    let mut phone = phone(number);
    phone.handshake(device).unwrap();
    phone
}

/// With `beside`, the stored networks are tried while the service runs.
fn boot(beside: bool) -> Device {
    let world = World::of([SimulatedAp::new("cafe", "").at([2, 0, 0, 0, 0, 2], 11, -75)]);
    let config = Config { retry_beside: beside, ..Config::default() };
    Device::boot(Setup { world, config, store: three_networks(), ..Setup::default() })
}

/// The stored networks are out of range. A client connects once and leaves; the networks are tried
/// again, in turn with the service or beside it; a client provisions the device; the link is lost and restored.
fn run(device: &mut Device, beside: bool) {
    device.call(|manager, now| manager.set_stay_online(now, true));
    let _ = device.connect_or_provision(sec0());
    device.run_until(VERY_LONG, is_running);
    let mut client = phone(1);
    if client.handshake(device).is_ok() {
        let _ = client.scan(device);
    }
    let (starts, tried) = (device.count(&Event::Start), device.stored_tried().len());
    device.run_until(VERY_LONG, |device| {
        if beside {
            device.stored_tried().len() > tried + 1
        } else {
            device.count(&Event::Start) > starts
        }
    });
    let mut client = phone(2);
    if client.handshake(device).is_ok() {
        let _ = client.provision(device, b"cafe", b"");
    }
    device.advance(LONG);
    device.drop_link(ConnectFailure::Other);
    device.advance(LONG);
}

/// Runs with a fault before step 1, 2, … until the fault comes after the end. After each run,
/// checks `always` and then `check`.
fn walk(fault: impl Fn(&mut Device) + Clone + 'static, check: impl Fn(Device)) {
    for beside in [false, true] {
        walk_with(beside, fault.clone(), &check);
    }
}

fn walk_with(beside: bool, fault: impl Fn(&mut Device) + Clone + 'static, check: impl Fn(Device)) {
    let boot_steps = boot(beside).steps();
    for n in 1.. {
        let mut device = boot(beside);
        device.interrupt_at(boot_steps + n, fault.clone());
        run(&mut device, beside);
        always(&device, n);
        if device.awaits_interrupt() {
            assert!(device.manager().is_online(), "a run without a fault succeeds");
            assert_eq!(device.manager().connect_state(), ConnectState::Online);
            assert_eq!(device.store().network(), Some(&b"cafe"[..]));
            assert!(n > 80, "the run was incomplete: {n} steps");
            return;
        }
        check(device);
    }
}

/// What holds after any fault.
fn always(device: &Device, n: u32) {
    let context = format!("step {n}: {:?}", device.events());
    order::check(device.events());
    assert!(device.outputs_peak() <= OUTPUTS_MAX, "{context}");
    if !device.is_powered() {
        return;
    }
    assert_eq!(device.unanswered(), 0, "{context}");
    let over = device.manager().state() == State::Idle;
    assert_eq!(device.manager().protocomm().security().is_none(), over, "{context}");
    if over {
        assert_eq!(device.manager().protocomm().established(), None, "{context}");
    }
}

/// The device gets online after any fault.
fn gets_online(mut device: Device) {
    device.world_mut().access_points.push(SimulatedAp::new(HOME, PASSPHRASE));
    if device.manager().state() == State::Idle {
        device.connect_or_provision(sec0()).unwrap();
    }
    let online = device.run_until(VERY_LONG, |device| device.manager().is_online());
    assert!(online, "{:?}: {:?}", device.manager().state(), device.events());
    order::check(device.events());
}

#[test]
fn the_application_stops_it_at_every_step() {
    walk(Device::stop, |device| {
        assert_eq!(device.manager().state(), State::Idle);
        gets_online(device);
    });
}

#[test]
fn the_manager_is_ended_at_every_step() {
    walk(Device::deinit, |device| {
        assert_eq!(device.events().last(), Some(&Event::Deinit));
        assert_eq!(device.count(&Event::Deinit), 1);
        assert_eq!(device.count(&Event::Start), device.count(&Event::End));
        assert_eq!(device.manager().next_timeout(), None);
    });
}

#[test]
fn it_is_stopped_and_started_again_at_every_step() {
    walk(
        |device| {
            device.stop();
            // Refused if the end is still pending.
            let _ = device.connect_or_provision(sec0());
        },
        gets_online,
    );
}

#[test]
fn the_power_fails_at_every_step() {
    walk(Device::power_off, |device| {
        let (store, world) = (device.store().clone(), device.radio().world().clone());
        assert!(store.networks().len() >= 3, "nothing is lost");
        let mut device = Device::boot(Setup { world, store, ..Setup::default() });
        device.connect_or_provision(sec0()).unwrap();
        gets_online(device);
    });
}

#[test]
fn a_stored_network_comes_back_at_every_step() {
    walk(
        |device| device.world_mut().access_points.push(SimulatedAp::new(HOME, PASSPHRASE)),
        |device| assert!(device.manager().is_online(), "{:?}", device.events()),
    );
}

#[test]
fn the_link_breaks_at_every_step() {
    for failure in [ConnectFailure::Other, ConnectFailure::WrongPassword, ConnectFailure::NotFound]
    {
        walk(move |device| device.drop_link(failure), gets_online);
    }
}

#[test]
fn all_networks_vanish_at_every_step() {
    walk(
        |device| {
            device.world_mut().access_points.clear();
            device.drop_link(ConnectFailure::NotFound);
        },
        gets_online,
    );
}

#[test]
fn a_client_comes_and_leaves_at_every_step() {
    walk(
        |device| {
            if is_running(device) {
                paired(device, 5);
            }
        },
        gets_online,
    );
}

#[test]
fn a_client_provisions_at_every_step() {
    let provisioned = Rc::new(Cell::new(0));
    let count = provisioned.clone();
    walk(
        move |device| {
            if is_running(device) {
                device.world_mut().access_points.push(SimulatedAp::new(HOME, PASSPHRASE));
                if phone_in_session(device) {
                    count.set(count.get() + 1);
                }
            }
        },
        |device| assert!(device.manager().is_online(), "{:?}", device.events()),
    );
    assert!(provisioned.get() > 10, "{}", provisioned.get());
}

/// A client provisions the network at home. Returns whether it could apply the credentials.
fn phone_in_session(device: &mut Device) -> bool {
    paired(device, 6).set_and_apply(device, HOME, PASSPHRASE).is_ok()
}

#[test]
fn an_unauthenticated_peer_tries_at_every_step() {
    walk(
        |device| {
            let _ = phone(3).status(device);
        },
        gets_online,
    );
}

#[test]
fn the_transport_cannot_be_started_from_any_step_on() {
    walk(
        |device| device.faults.service_start = true,
        |mut device| {
            device.faults.service_start = false;
            gets_online(device);
        },
    );
}

#[test]
fn the_store_fails_and_is_emptied_at_every_step() {
    walk(
        |device| device.faults.store_write = Some(1),
        |device| {
            assert!(device.store().networks().len() >= 3);
            gets_online(device);
        },
    );
    walk(|device| device.store_mut().erase(), |device| assert!(!is_home(device.store())));
}

#[test]
fn the_radio_fails_to_scan_from_any_step_on() {
    walk(|device| device.world_mut().scan_fails = true, gets_online);
}

#[test]
fn staying_online_is_disabled_at_every_step() {
    walk(
        |device| device.call(|manager, now| manager.set_stay_online(now, false)),
        |device| {
            assert_eq!(device.manager().connect_state(), ConnectState::Online);
            let restored = device.count(&Event::LinkLost) == device.count(&Event::Online);
            assert_eq!(device.manager().is_online(), restored, "{:?}", device.events());
            assert_eq!(device.manager().next_timeout(), None);
        },
    );
}
