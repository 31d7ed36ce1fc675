//! Faults at every step. A whole session is repeated; each time, the fault occurs one step later,
//! until it occurs after the end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use netprov_messages::Status;
use protocomm::security::Scheme;
use protocomm::security::sec2::Sec2;
use provisioning::limits::OUTPUTS_MAX;
use provisioning::wifi::ConnectFailure;
use provisioning::{Event, FailReason, State};
use sim::client::answers::WifiStatus;
use sim::client::sec2;
use sim::device::Setup;
use sim::phone::PhoneError;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::order;
use crate::support::{
    CUSTOM, HOME, LONG, PASSPHRASE, config, is_home, is_running, ms, old_store, paired, phone,
    sec1, stranger,
};

/// A device that was provisioned before and has a weak network.
fn device() -> Device {
    let mut device = unstarted();
    device.start(sec1()).unwrap();
    device
}

/// Such a device, whose service does not run.
fn unstarted() -> Device {
    let mut device = Device::boot(Setup {
        world: World::of([
            SimulatedAp::new(HOME, PASSPHRASE).flaky(1),
            SimulatedAp::new("cafe", "").at([2, 0, 0, 0, 0, 2], 11, -75),
        ]),
        config: config(3),
        store: old_store(),
        seed: 0,
    });
    device.call(|manager, _| manager.endpoint_create(CUSTOM)).unwrap();
    device.handler(CUSTOM, |payload, _| Some(payload.to_vec()));
    device.on_event(|event, calls| {
        if *event == Event::Start {
            calls.push(|manager, _| {
                let _ = manager.endpoint_register(CUSTOM);
            });
        }
    });
    device
}

/// Everything a client does, until something is not as expected.
fn session(device: &mut Device, phone: &mut Phone) -> Result<WifiStatus, PhoneError> {
    phone.handshake(device)?;
    if phone.request(device, CUSTOM, b"hello".to_vec())? != b"hello" {
        return Err(PhoneError::Answer);
    }
    phone.scan(device)?;
    phone.set_and_apply(device, HOME, PASSPHRASE)?;
    loop {
        let status = phone.status(device)?;
        if !status.is_pending() {
            return Ok(status);
        }
        device.advance(ms(500));
    }
}

/// The outcome of a session with a fault.
struct Outcome {
    device: Device,
    result: Result<WifiStatus, PhoneError>,
}

impl Outcome {
    fn succeeded(&self) -> bool {
        self.result.as_ref().is_ok_and(|status| status.address().is_some())
    }
}

/// Runs sessions with a fault before step 1, 2, … until the fault comes after the end. After each
/// session, checks `always` and then `check`.
fn walk(fault: impl Fn(&mut Device) + Clone + 'static, check: impl Fn(Outcome)) {
    let boot_steps = device().steps();
    for n in 1.. {
        let mut device = device();
        device.interrupt_at(boot_steps + n, fault.clone());
        let result = session(&mut device, &mut phone(1));
        device.advance(LONG);
        let late = device.awaits_interrupt();
        let outcome = Outcome { device, result };
        always(&outcome, n);
        if late {
            assert!(outcome.succeeded(), "a session without a fault succeeds");
            assert!(n > 30, "the session was incomplete: {n} steps");
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
    if device.is_powered() {
        assert_eq!(device.unanswered(), 0, "{context}");
        // The store must match what the application was told.
        let told = device.count(&Event::CredSuccess) > 0;
        assert_eq!(is_home(device.store()), told, "{context}");
    }
    let old = device.store().network() == old_store().network();
    assert!(is_home(device.store()) != old, "either the old or the new ones: {context}");
    assert!(device.store().writes() <= 1, "{context}");
    if device.manager().state() == State::Idle {
        assert_eq!(device.manager().next_timeout(), None, "an idle manager waits: {context}");
        assert_eq!(device.manager().protocomm().established(), None, "{context}");
    }
}

/// A device can be provisioned once more after any fault.
fn provisions_again(mut device: Device) {
    if device.manager().state() == State::Idle {
        device.start(sec1()).unwrap();
    }
    assert!(is_running(&device), "{:?}", device.manager().state());
    let mut phone = paired(&mut device, 9);
    if device.manager().state() == State::Succeeded {
        phone.reprovision(&mut device).unwrap();
    }
    let status = phone.provision(&mut device, b"cafe", b"").unwrap();
    assert!(status.address().is_some(), "{status:?}");
    assert_eq!(device.store().network(), Some(&b"cafe"[..]));
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Idle);
    assert_eq!(device.events().last(), Some(&Event::End));
    order::check(device.events());
}

#[test]
fn the_client_goes_away_at_every_step() {
    walk(
        |device| device.close_session(phone(1).session()),
        |outcome| {
            // The attempt continues without the client.
            provisions_again(outcome.device);
        },
    );
}

#[test]
fn an_unauthenticated_peer_tries_at_every_step() {
    walk(
        |device| {
            stranger(2).handshake(device).unwrap_err();
        },
        |outcome| {
            let ended = outcome.device.count(&Event::End) == 1;
            assert!(outcome.succeeded() && ended, "{:?}", outcome.result);
        },
    );
}

#[test]
fn a_newcomer_with_the_proof_takes_over_at_every_step() {
    walk(
        |device| {
            // Too late if the service has just ended.
            if is_running(device) {
                phone(2).handshake(device).unwrap();
            }
        },
        |outcome| provisions_again(outcome.device),
    );
}

#[test]
fn the_newcomer_provisions_in_the_middle_of_a_session() {
    let taken: Rc<RefCell<Vec<bool>>> = Rc::default();
    let noted = taken.clone();
    walk(
        move |device| {
            if device.manager().state() != State::Awaiting {
                return;
            }
            let mut newcomer = phone(2);
            newcomer.handshake(device).unwrap();
            newcomer.set_and_apply(device, HOME, PASSPHRASE).unwrap();
            noted.borrow_mut().push(true);
        },
        |outcome| {
            assert_eq!(outcome.device.count(&Event::CredSuccess), 1);
            assert_eq!(outcome.device.count(&Event::End), 1);
        },
    );
    assert!(taken.borrow().len() > 10);
}

#[test]
fn the_service_is_stopped_at_every_step() {
    walk(Device::stop, |outcome| {
        assert_eq!(outcome.device.manager().state(), State::Idle);
        assert_eq!(outcome.device.count(&Event::End), 1);
        provisions_again(outcome.device);
    });
}

/// Credentials that have worked are being stored when the service is stopped, and cannot be.
#[test]
fn the_service_is_stopped_at_every_step_and_the_store_fails() {
    let failed: Rc<Cell<u32>> = Rc::default();
    let noted = failed.clone();
    walk(
        |device| {
            device.faults.store_write = Some(1);
            device.stop();
        },
        move |mut outcome| {
            let device = &mut outcome.device;
            assert_eq!(device.manager().state(), State::Idle);
            assert_eq!(device.count(&Event::End), 1);
            let told = device.count(&Event::CredFail(FailReason::Storage));
            let tried = device.store().writes() > 0 && !is_home(device.store());
            assert_eq!(told, usize::from(tried), "{:?}", device.events());
            noted.set(noted.get() + told as u32);
            device.faults.store_write = None;
            provisions_again(outcome.device);
        },
    );
    assert!(failed.get() > 0, "no stop came between the success and its storing");
}

#[test]
fn the_manager_is_ended_at_every_step() {
    walk(Device::deinit, |outcome| {
        let events = outcome.device.events();
        assert_eq!(events.last(), Some(&Event::Deinit));
        assert_eq!(outcome.device.count(&Event::End), 1);
        assert_eq!(outcome.device.count(&Event::Deinit), 1);
    });
}

#[test]
fn the_service_is_stopped_and_started_at_every_step() {
    walk(
        |device| {
            device.stop();
            // Refused if the end is still pending.
            let _ = device.start(sec1());
        },
        |outcome| provisions_again(outcome.device),
    );
}

#[test]
fn the_power_fails_at_every_step() {
    let stored: Rc<RefCell<Vec<bool>>> = Rc::default();
    let noted = stored.clone();
    walk(Device::power_off, move |outcome| {
        let store = outcome.device.store().clone();
        noted.borrow_mut().push(is_home(&store));
        let mut device = Device::boot(Setup {
            world: outcome.device.radio().world().clone(),
            store,
            ..Setup::default()
        });
        device.start(sec1()).unwrap();
        provisions_again(device);
    });
    let stored = stored.borrow();
    assert!(stored.contains(&true) && stored.contains(&false), "both cases occurred");
    assert!(stored.is_sorted(), "once stored, always stored");
}

#[test]
fn the_link_breaks_at_every_step() {
    for failure in [ConnectFailure::Other, ConnectFailure::WrongPassword, ConnectFailure::NotFound]
    {
        walk(
            move |device| device.drop_link(failure),
            |outcome| {
                assert!(outcome.succeeded(), "there is an attempt left: {:?}", outcome.result);
            },
        );
    }
}

#[test]
fn the_radio_fails_to_scan_from_any_step_on() {
    walk(
        |device| device.world_mut().scan_fails = true,
        |outcome| {
            let refused = Err(PhoneError::Refused(Status::InternalError));
            assert!(outcome.succeeded() || outcome.result == refused);
            provisions_again(outcome.device);
        },
    );
}

#[test]
fn the_network_vanishes_at_every_step() {
    walk(
        |device| {
            device.world_mut().access_points.retain(|ap| ap.ssid != HOME);
            device.drop_link(ConnectFailure::Other);
        },
        |outcome| {
            let device = outcome.device;
            if device.count(&Event::CredSuccess) == 0 {
                assert_eq!(*device.store(), old_store());
                assert_eq!(device.manager().state(), State::Failed);
            }
            provisions_again(device);
        },
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

/// A device under security 2, which has been online with the old network, and a client of it.
fn security_2(number: u32) -> (Scheme, Phone) {
    let verifier = sec2::verifier(&[7; 16], b"owner", b"a password");
    let client = Client::sec2(b"owner", b"a password", [number as u8; 32]);
    (Scheme::Sec2(Sec2::new(&[7; 16], &verifier).unwrap()), Phone::new(number, client))
}

/// The n-th effect fails, for each n until a run has fewer.
#[test]
fn every_effect_fails_once() {
    let security_1 = |number| (sec1(), phone(number));
    let schemes: [fn(u32) -> (Scheme, Phone); 2] = [security_1, security_2];
    for scheme in schemes {
        for n in 1.. {
            let mut device = unstarted();
            device.faults.effect = Some(n);
            let _ = device.connect();
            device.advance(LONG);
            let (security, mut phone) = scheme(1);
            let result = match device.start(security) {
                Ok(()) => session(&mut device, &mut phone),
                Err(error) => panic!("{error:?}: {:?}", device.events()),
            };
            device.advance(LONG);
            let outcome = Outcome { device, result };
            always(&outcome, n);
            if outcome.device.effects() < n {
                assert!(outcome.succeeded(), "a session without a fault succeeds");
                assert!(n > 6, "a start, a scan, a response, attempts, a write: {n} effects");
                break;
            }
            let mut device = outcome.device;
            device.stop();
            device.advance(LONG);
            assert_eq!(device.manager().state(), State::Idle, "effect {n}");
            provisions_again(device);
        }
    }
}

#[test]
fn randomness_fails_at_every_draw() {
    for n in 1.. {
        let mut device = device();
        device.call(|manager, _| manager.rng().fail_at(n));
        let mut phone = phone(1);
        let result = session(&mut device, &mut phone);
        if device.call(|manager, _| manager.rng().will_fail()) {
            assert!(result.unwrap().address().is_some());
            assert!(n > 2, "a handshake draws a key and a random");
            return;
        }
        let rng = protocomm::Error::Handshake(protocomm::HandshakeError::Rng);
        assert_eq!(result, Err(PhoneError::Request(rng.into())));
        assert_eq!(device.manager().protocomm().established(), None);
        provisions_again(device);
    }
}

#[test]
fn the_store_fails() {
    let mut device = device();
    device.faults.store_write = Some(1);
    let result = session(&mut device, &mut phone(1));
    assert!(matches!(result, Ok(WifiStatus::Failed(_)) | Err(PhoneError::Answer)), "{result:?}");
    assert_eq!(device.store().network(), Some(&b"old network"[..]));
    order::check(device.events());
    provisions_again(device);
}
