//! Faults at every step, as in `../sessions/faults.rs`. A whole session is repeated; each time, the
//! fault occurs one step later, until it occurs after the end.

use protocomm::Millis;
use protocomm::security::{Scheme, sec0::Sec0};
use std::cell::RefCell;
use std::rc::Rc;

use netprov_messages::{NetworkCtrlMsgType, Status, ThreadNetworkState};
use provisioning::limits::OUTPUTS_MAX;
use provisioning::thread::{Dataset, Thread, ThreadEvent};
use provisioning::{Config, ConnectState, Event, FailReason, RequestError, State};

use crate::device::{Device, SESSION, attached, dataset, network, security};
use crate::order;

/// Longer than any wait.
const LONG: Millis = Millis::from_secs(120);

fn of(name: &str, ext_pan_id: u8) -> Option<Dataset> {
    Dataset::new(&dataset(name, ext_pan_id)).ok()
}

/// The dataset from before.
fn old() -> Option<Dataset> {
    of("old", 1)
}

fn home() -> Option<Dataset> {
    of("home", 7)
}

/// A device that was provisioned before.
fn device() -> Device {
    let mut device = Device::in_session(vec![network("home", 7, -40), network("near", 2, -20)]);
    device.mesh_mut().stored = old();
    device.mesh_mut().active = old();
    device
}

/// Everything a client does, until something is not as expected.
fn session(device: &mut Device) -> Result<ThreadNetworkState, RequestError> {
    device.try_scan(0)?;
    device.try_set(&dataset("home", 7))?;
    device.try_apply()?;
    for _ in 0..100 {
        let state = device.try_status()?.thread_state;
        if state != ThreadNetworkState::Attaching as i32 {
            return Ok(state.try_into().expect("a state"));
        }
        device.advance(Millis::from_millis(500));
    }
    Ok(ThreadNetworkState::Attaching)
}

/// The outcome of a session with a fault.
struct Outcome {
    device: Device,
    result: Result<ThreadNetworkState, RequestError>,
}

impl Outcome {
    fn succeeded(&self) -> bool {
        self.result == Ok(ThreadNetworkState::Attached)
    }
}

fn count(device: &Device, event: &Event) -> usize {
    device.events().iter().filter(|other| *other == event).count()
}

/// Runs sessions with a fault before step 1, 2, … until the fault comes after the end. After each
/// session, checks `always` and then `check`.
fn walk(fault: impl Fn(&mut sim::Device<Thread>) + Clone + 'static, check: impl Fn(Outcome)) {
    let steps_before = device().steps();
    for n in 1.. {
        let mut device = device();
        device.interrupt_at(steps_before + n, fault.clone());
        let result = session(&mut device);
        device.advance(LONG);
        let late = device.awaits_interrupt();
        let outcome = Outcome { device, result };
        always(&outcome, n);
        if late {
            assert!(outcome.succeeded(), "a session without a fault succeeds");
            assert!(n > 20, "the session was no whole one: {n} steps");
            return;
        }
        check(outcome);
    }
}

/// What holds after any fault.
fn always(outcome: &Outcome, n: u32) {
    let Outcome { device, result } = outcome;
    let context = format!("step {n}: {result:?}, {:?}", device.events());
    order::check(device.events());
    assert!(device.outputs_peak() <= OUTPUTS_MAX, "{context}");
    assert!(device.mesh().stored == old() || device.mesh().stored == home(), "{context}");
    if device.is_powered() {
        assert_eq!(device.unanswered(), 0, "{context}");
        // The stored dataset must match what the application was told, and no other is active in
        // the end.
        let told = count(device, &Event::CredSuccess) > 0;
        assert_eq!(device.mesh().stored == home(), told, "{context}");
        assert_eq!(device.mesh().active, device.mesh().stored, "{context}");
    }
    if device.manager().state() == State::Idle {
        assert_eq!(device.manager().next_timeout(), None, "an idle manager waits: {context}");
        assert_eq!(device.manager().protocomm().established(), None, "{context}");
    }
}

/// A device can be provisioned once more after any fault.
fn provisions_again(mut device: Device) {
    if device.manager().state() == State::Idle {
        device.start(security()).expect("it starts");
    }
    device.pair_again();
    if device.manager().state() == State::Succeeded {
        let answer = device.ctrl(NetworkCtrlMsgType::TypeCmdCtrlThreadReprov as i32);
        assert_eq!(answer.status, Status::Success as i32);
    }
    assert_eq!(device.set(&dataset("near", 2)), Status::Success);
    assert_eq!(device.apply(), Status::Success);
    device.advance(Millis::from_secs(5));
    assert_eq!(device.status().thread_state, ThreadNetworkState::Attached as i32);
    assert_eq!(device.mesh().stored, of("near", 2));
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Idle);
    assert_eq!(device.events().last(), Some(&Event::End));
    order::check(device.events());
}

#[test]
fn the_client_goes_away_at_every_step() {
    walk(
        |device| device.call(|manager, _| manager.close_session(SESSION)),
        // The attempt continues without the client.
        |outcome| provisions_again(outcome.device),
    );
}

#[test]
fn the_service_is_stopped_at_every_step() {
    walk(
        |device| device.call(|manager, now| manager.stop(now)),
        |outcome| {
            assert_eq!(outcome.device.manager().state(), State::Idle);
            assert_eq!(count(&outcome.device, &Event::End), 1);
            provisions_again(outcome.device);
        },
    );
}

#[test]
fn the_service_is_stopped_and_started_at_every_step() {
    walk(
        |device| {
            device.call(|manager, now| manager.stop(now));
            // Refused if the end is still pending.
            let _ = device.start(security());
        },
        |outcome| provisions_again(outcome.device),
    );
}

#[test]
fn the_manager_is_ended_at_every_step() {
    walk(
        |device| device.call(|manager, now| manager.deinit(now)),
        |outcome| {
            let device = outcome.device;
            assert_eq!(device.events().last(), Some(&Event::Deinit));
            assert_eq!((count(&device, &Event::End), count(&device, &Event::Deinit)), (1, 1));
        },
    );
}

#[test]
fn the_power_fails_at_every_step() {
    let kept: Rc<RefCell<Vec<bool>>> = Rc::default();
    let noted = kept.clone();
    walk(sim::Device::power_off, move |outcome| {
        noted.borrow_mut().push(outcome.device.mesh().stored == home());
        let mut device = device();
        device.mesh_mut().stored = outcome.device.mesh().stored.clone();
        device.mesh_mut().active = outcome.device.mesh().stored.clone();
        provisions_again(device);
    });
    let kept = kept.borrow();
    assert!(kept.contains(&true) && kept.contains(&false), "both cases occurred");
    assert!(kept.is_sorted(), "once kept, always kept");
}

/// A sleepy device gets a dataset of a network that is out of range. The power fails at each step
/// of the attempt and of the way back. The device then has its last network.
#[test]
fn the_power_fails_at_every_step_of_an_attempt_that_fails() {
    for n in 1.. {
        let mut device = device();
        device.mesh_mut().is_end_device = true;
        device.mesh_mut().networks.clear();
        let steps_before = device.steps();
        device.interrupt_at(steps_before + n, sim::Device::power_off);
        let result = session(&mut device);
        device.advance(LONG);
        assert_eq!(device.mesh().stored, old(), "step {n}");
        if device.awaits_interrupt() {
            assert_eq!(result, Ok(ThreadNetworkState::AttachingFailed));
            assert_eq!(device.mesh().active, old());
            assert!(n > 20, "the session was no whole one: {n} steps");
            return;
        }
        let mut device = self::device();
        device.mesh_mut().is_end_device = true;
        provisions_again(device);
    }
}

/// A sleepy device looks for its stored network, and the power fails repeatedly. When the network
/// is back, the device attaches.
#[test]
fn the_power_fails_at_every_step_on_the_way_back() {
    let boot = |air: Vec<_>| {
        let mut device = Device::idle(air, Config::thread());
        device.mesh_mut().is_end_device = true;
        device.mesh_mut().stored = old();
        device.mesh_mut().active = old();
        let scheme = Scheme::Sec0(Sec0);
        (device, move |device: &mut Device| {
            device.call(|manager, now| manager.connect_or_provision(now, 1, scheme)).expect("idle");
        })
    };
    for n in 1.. {
        let (mut device, connect) = boot(vec![]);
        let steps_before = device.steps();
        device.interrupt_at(steps_before + n, sim::Device::power_off);
        connect(&mut device);
        // Failed attempts, the service, and attempts again.
        device.advance(Millis::from_secs(300));
        assert_eq!(device.mesh().stored, old(), "step {n}");
        let late = device.awaits_interrupt();
        let (mut device, connect) = boot(vec![network("old", 1, -40)]);
        connect(&mut device);
        device.advance(Millis::from_secs(5));
        assert_eq!(device.manager().connect_state(), ConnectState::Online, "step {n}");
        if late {
            assert!(n > 10, "there were no attempts: {n} steps");
            return;
        }
    }
}

#[test]
fn the_network_vanishes_at_every_step() {
    walk(
        |device| {
            device.mesh_mut().networks.retain(|found| found.name.as_str() != "home");
            device.call(|manager, now| manager.thread_event(now, ThreadEvent::Detached));
        },
        |outcome| {
            let device = outcome.device;
            if count(&device, &Event::CredSuccess) == 0 {
                assert_eq!(device.manager().state(), State::Failed);
                assert_eq!(count(&device, &Event::CredFail(FailReason::NetworkNotFound)), 1);
            }
            provisions_again(device);
        },
    );
}

#[test]
fn the_network_is_lost_and_found_at_every_step() {
    walk(
        |device| {
            let old = ThreadEvent::Attached(attached(&network("old", 1, -40)));
            for event in [ThreadEvent::Detached, old, ThreadEvent::Detached] {
                device.call(|manager, now| manager.thread_event(now, event));
            }
            let is_home = device.mesh().active == home();
            let back = if is_home { network("home", 7, -40) } else { network("old", 1, -40) };
            let back = ThreadEvent::Attached(attached(&back));
            device.call(|manager, now| manager.thread_event(now, back));
        },
        |outcome| assert!(outcome.succeeded(), "{:?}", outcome.result),
    );
}

#[test]
fn the_stack_fails_from_any_step_on() {
    type Fault = fn(&mut sim::Device<Thread>);
    let faults: [(Fault, FailReason); 3] = [
        (|device| device.mesh_mut().faults.refuses_dataset = true, FailReason::DatasetInvalid),
        (|device| device.mesh_mut().faults.cannot_attach = true, FailReason::NetworkNotFound),
        (|device| device.mesh_mut().faults.cannot_keep = true, FailReason::Storage),
    ];
    for (fault, reason) in faults {
        walk(fault, move |outcome| {
            let mut device = outcome.device;
            if count(&device, &Event::CredSuccess) == 0 {
                assert_eq!(count(&device, &Event::CredFail(reason)), 1, "{:?}", device.events());
            }
            device.mesh_mut().faults = Default::default();
            provisions_again(device);
        });
    }
}

#[test]
fn the_radio_fails_to_discover_from_any_step_on() {
    walk(
        |device| device.mesh_mut().faults.cannot_scan = true,
        |outcome| assert!(outcome.succeeded(), "a dataset needs no scan: {:?}", outcome.result),
    );
}

#[test]
fn the_application_resets_at_every_step() {
    walk(
        |device| {
            let _ = device.call(|manager, _| manager.reset_on_failure());
        },
        |outcome| assert!(outcome.succeeded(), "there is no failure to reset"),
    );
    walk(
        |device| {
            let _ = device.call(|manager, _| manager.reset_for_reprovision());
        },
        |outcome| provisions_again(outcome.device),
    );
}
