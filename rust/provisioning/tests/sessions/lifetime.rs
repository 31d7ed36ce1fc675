//! Lifetime and re-entrancy, as far as the core is concerned.

use netprov_messages::Status;
use protocomm::Error as ProtocolError;
use provisioning::wifi::{AuthMode, Link, Security, WifiEvent};
use provisioning::{Error, Event, FailReason, Manager, Output, RequestError, State, endpoints};
use sim::client::{answers, messages};
use sim::device::Setup;
use sim::phone::PhoneError;
use sim::{Device, SimulatedAp, World};

use crate::order;
use crate::support::{
    CUSTOM, HOME, LONG, PASSPHRASE, config, custom_device, device, device_in, home, milestones, ms,
    old_store, paired, phone, sec1,
};

/// When a handler stops the service, its response is sent first, and has time to arrive.
#[test]
fn a_handler_may_stop_the_service() {
    let (mut device, _) = custom_device(sec1());
    device.handler(CUSTOM, |_, calls| {
        calls.push(|manager, now| manager.stop(now));
        Some(b"bye".to_vec())
    });
    let mut phone = paired(&mut device, 1);
    let answer = phone.request(&mut device, CUSTOM, vec![]).unwrap();
    assert_eq!(answer, b"bye");
    assert_eq!(device.manager().state(), State::Stopping);
    device.advance(ms(999));
    assert_eq!(device.count(&Event::End), 0);
    device.advance(ms(1));
    assert_eq!(device.count(&Event::End), 1);
    assert_eq!(device.manager().state(), State::Idle);
}

/// The same when a handler ends the manager.
#[test]
fn a_handler_may_end_the_manager() {
    let (mut device, _) = custom_device(sec1());
    device.handler(CUSTOM, |_, calls| {
        calls.push(|manager, now| manager.deinit(now));
        Some(b"bye".to_vec())
    });
    let mut phone = paired(&mut device, 1);
    assert!(phone.request(&mut device, CUSTOM, vec![]).is_ok());
    device.advance(LONG);
    assert_eq!(milestones(&device), [Event::Init, Event::Start, Event::End, Event::Deinit]);
}

/// A repeated stop does not postpone the end.
#[test]
fn stopping_twice_stops_once() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.call(|manager, _| manager.disable_auto_stop(ms(1_000))).unwrap();
    device.start(sec1()).unwrap();
    for _ in 0..5 {
        device.stop();
        device.advance(ms(300));
    }
    assert_eq!(device.manager().state(), State::Idle);
    device.stop();
    assert_eq!(device.count(&Event::End), 1);
    order::check(device.events());
}

/// The shortest delay that the application can set is 100 ms.
#[test]
fn a_stop_delay_is_none_or_100_ms() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.call(|manager, _| manager.disable_auto_stop(ms(1))).unwrap();
    device.start(sec1()).unwrap();
    device.stop();
    device.advance(ms(99));
    assert_eq!(device.manager().state(), State::Stopping);
    device.advance(ms(1));
    assert_eq!(device.manager().state(), State::Idle);
}

/// A request that is pending when the service ends gets exactly one response, an error. So does a
/// request after the end.
#[test]
fn pending_requests_end_with_the_service() {
    let (mut device, _) = custom_device(sec1());
    let mut phone = paired(&mut device, 1);
    // The service ends without a delay between the handler and its response.
    let at = device.steps() + 2;
    device.interrupt_at(at, |device| {
        device.call(|manager, now| {
            manager.stop(now);
            manager.handle_timeout(now.after(LONG));
        });
    });
    let error = phone.request(&mut device, CUSTOM, b"x".to_vec()).unwrap_err();
    assert!(!device.awaits_interrupt());
    assert_eq!(error, PhoneError::Request(ProtocolError::NoSession.into()));
    assert_eq!(device.manager().state(), State::Idle);
    let error = PhoneError::Request(RequestError::NotRunning);
    assert_eq!(phone.status(&mut device), Err(error));
    assert_eq!(device.unanswered(), 0);
}

/// The same for a request that waits for a scan.
#[test]
fn a_wait_for_a_scan_ends_with_the_service() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let message = phone.client().seal(messages::scan_start(true));
    let waiting = device.post(phone.session(), endpoints::SCAN.name, message);
    device.stop();
    assert_eq!(device.reply(waiting), None, "a response is still pending");
    device.advance(ms(1_000));
    assert_eq!(device.reply(waiting), Some(&Err(RequestError::NotRunning)));
    assert_eq!(device.manager().state(), State::Idle);
}

/// A stop while the transport is being started is not lost.
#[test]
fn a_stop_during_the_start_is_not_lost() {
    for end in [Device::stop, Device::deinit] {
        let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
        // The first step starts the transport; the second reports that it has started.
        device.interrupt_at(device.steps() + 2, end);
        device.start(sec1()).unwrap();
        assert!(!device.awaits_interrupt());
        assert_eq!(device.manager().state(), State::Idle);
        assert_eq!(milestones(&device)[..3], [Event::Init, Event::Start, Event::End]);
        order::check(device.events());
    }
}

/// An attempt ends with the service. A joined network stays.
#[test]
fn an_attempt_ends_with_the_service() {
    for (until_stop, linked) in [(500, false), (1_500, false), (5_000, true)] {
        let mut device = device();
        paired(&mut device, 1).set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
        device.advance(ms(until_stop));
        device.stop();
        device.advance(LONG);
        assert_eq!(device.radio().is_linked(), linked, "stopped after {until_stop} ms");
        assert_eq!(device.count(&Event::CredSuccess), usize::from(linked));
    }
}

/// A store that reports its result after the end emits no event and starts no timer that would end
/// the next service.
#[test]
fn a_store_that_reports_after_the_end_emits_no_event() {
    for report_at_end in [true, false] {
        let mut device = device();
        paired(&mut device, 1).set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
        device.advance(ms(1_000));
        device.call(|manager, now| {
            let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
            manager.wifi_event(now, WifiEvent::LinkUp(link));
            manager.wifi_event(now, WifiEvent::GotAddress([10, 0, 0, 1].into()));
            let outputs = |manager: &mut Manager<_>| {
                std::iter::from_fn(|| manager.poll_output()).collect::<Vec<_>>()
            };
            // No scan has seen the network, so the link tells how it was joined.
            assert_eq!(outputs(manager), [Output::Store]);
            assert_eq!(manager.target().map(|joined| joined.security), Some(Security::Psk));
            manager.stop(now);
            assert!(matches!(outputs(manager)[..], [Output::StopService]));
            if !report_at_end {
                // While the transport is being stopped, the report still counts.
                manager.credentials_stored(now, Some(1));
                assert!(matches!(outputs(manager)[..], [Output::Event(Event::CredSuccess)]));
            }
            manager.service_stopped();
            assert!(matches!(outputs(manager)[..], [Output::Event(Event::End)]));
            manager.credentials_stored(now, Some(1));
            assert!(outputs(manager).is_empty());
        });
        assert_eq!(device.manager().next_timeout(), None);
        device.start(sec1()).unwrap();
        device.advance(LONG);
        assert_eq!(device.manager().state(), State::Awaiting);
    }
}

/// All known examples end the manager when they are told of the service's end.
#[test]
fn the_manager_may_be_ended_at_the_end_event() {
    let mut device = device();
    device.on_event(|event, calls| {
        if *event == Event::End {
            calls.push(|manager, now| manager.deinit(now));
        }
    });
    paired(&mut device, 1).provision(&mut device, HOME, PASSPHRASE).unwrap();
    device.advance(LONG);
    assert_eq!(device.count(&Event::End), 1);
    assert_eq!(device.count(&Event::Deinit), 1);
    order::check(device.events());
}

/// Even if that already ended the service.
#[test]
fn ending_the_manager_twice_ends_it_once() {
    let mut device = device();
    device.on_event(|event, calls| {
        if *event == Event::End {
            calls.push(|manager, now| manager.deinit(now));
        }
    });
    device.deinit();
    device.deinit();
    device.advance(LONG);
    assert_eq!(milestones(&device), [Event::Init, Event::Start, Event::End, Event::Deinit]);
}

/// A service that could not be started leaves no session and no timer.
#[test]
fn a_failed_start_leaves_nothing_behind() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.faults.service_start = true;
    for _ in 0..3 {
        device.start(sec1()).unwrap();
        assert_eq!(device.manager().state(), State::Idle);
        assert_eq!(device.manager().next_timeout(), None);
        assert!(device.manager().protocomm().security().is_none());
    }
    device.deinit();
    assert_eq!(milestones(&device), [Event::Init, Event::Deinit]);
}

/// A scan that never ends is answered with the networks found so far, before clients give up.
#[test]
fn a_scan_that_never_ends_is_answered_in_time() {
    let world = World { scan_duration: LONG, ..home() };
    let mut device = device_in(world, config(1));
    let mut phone = paired(&mut device, 1);
    let before = device.now();
    assert_eq!(phone.scan(&mut device), Ok(vec![]));
    assert!(before.until(device.now()) < ms(15_000), "the least patient client");
    assert_eq!(phone.scan_status(&mut device), Ok((true, 0)), "clients ask once");
}

/// A session that waits for a response accepts no other request and loses nothing.
#[test]
fn a_session_has_one_request_at_a_time() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let message = phone.client().seal(messages::scan_start(true));
    let waiting = device.post(phone.session(), endpoints::SCAN.name, message);
    let busy = device.request(phone.session(), endpoints::CONFIG.name, vec![1, 2, 3]);
    assert_eq!(busy, Err(ProtocolError::Busy.into()));
    assert_eq!(device.reply(waiting), None);
    device.advance(ms(2_000));
    let answer = device.reply(waiting).unwrap().clone().unwrap();
    let answer = phone.client().open(answer).unwrap();
    assert_eq!(answers::scan_start(&answer), Some(Status::Success));
    assert!(phone.status(&mut device).is_ok(), "the keys are in step");
}

/// Every callback may make every call.
#[test]
fn every_callback_may_make_every_call() {
    type Calls = [sim::device::Call; 6];
    const CALLS: Calls = [
        |manager, now| manager.stop(now),
        |manager, now| manager.deinit(now),
        |manager, _| {
            let _ = manager.reset_on_failure();
        },
        |manager, _| {
            let _ = manager.reset_for_reprovision();
        },
        |manager, now| {
            let _ = manager.configure_wifi(now, HOME, PASSPHRASE);
        },
        |manager, _| {
            let _ = manager.start(sec1());
        },
    ];
    let mut events = 0;
    for (n, call) in CALLS.into_iter().enumerate() {
        // At the first, second, … event of a session, once each.
        for at in 1.. {
            let mut device = Device::boot(Setup {
                world: World::of([SimulatedAp::new(HOME, PASSPHRASE).flaky(1)]),
                config: config(2),
                store: old_store(),
                seed: 0,
            });
            let mut seen = 0;
            device.on_event(move |_, calls| {
                seen += 1;
                if seen == at {
                    calls.push(call);
                }
            });
            device.start(sec1()).unwrap();
            let mut phone = phone(1);
            let _ = phone.handshake(&mut device).and_then(|()| {
                let _ = phone.scan(&mut device);
                phone.provision(&mut device, HOME, PASSPHRASE)
            });
            device.advance(LONG);
            order::check(device.events());
            assert_eq!(device.unanswered(), 0, "call {n} at event {at}");
            if device.events().len() < at {
                events = events.max(at);
                break;
            }
        }
    }
    assert!(events > 10, "the sessions were complete");
}

/// The state tells a waiting caller that the service has ended, with or without success, and that
/// it has never run.
#[test]
fn the_state_tells_waiting_callers() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    assert_eq!(device.manager().state(), State::Idle, "nothing to wait for");
    device.start(sec1()).unwrap();
    assert_eq!(device.manager().state(), State::Awaiting);
    let mut phone = paired(&mut device, 1);
    phone.provision(&mut device, HOME, b"wrong-horse").unwrap();
    assert_eq!(device.manager().state(), State::Failed);
    device.stop();
    assert_eq!(device.manager().state(), State::Idle, "ended without success");

    device.start(sec1()).unwrap();
    paired(&mut device, 2).provision(&mut device, HOME, PASSPHRASE).unwrap();
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Idle, "ended with success");
}

/// Queries and calls before the start return valid results.
#[test]
fn a_manager_that_never_ran_can_be_queried() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    assert_eq!(device.manager().state(), State::Idle);
    assert_eq!(device.manager().remaining_attempts(), None);
    assert_eq!(device.manager().next_timeout(), None);
    let not_running = Err(Error::NotRunning);
    assert_eq!(device.call(|manager, _| manager.reset_on_failure()), not_running);
    assert_eq!(device.call(|manager, _| manager.reset_for_reprovision()), not_running);
    let configured = device.call(|manager, now| manager.configure_wifi(now, HOME, PASSPHRASE));
    assert_eq!(configured, not_running);
    device.stop();
    assert_eq!(device.events(), [Event::Init]);
}

/// The number of attempts left never underflows, even if 0 attempts were configured.
#[test]
fn attempts_left_do_not_underflow() {
    let mut device = device_in(home(), config(0));
    let mut phone = paired(&mut device, 1);
    phone.set_and_apply(&mut device, HOME, b"wrong-horse").unwrap();
    assert_eq!(device.manager().remaining_attempts(), Some(1));
    assert!(device.run_until_event(&Event::CredFail(FailReason::AuthError)));
    assert_eq!(device.manager().remaining_attempts(), None);
    let only = Event::Attempt { number: 1, of: 1 };
    assert_eq!(device.count(&only), 1, "0 is a single attempt");
}

/// A scan ends in every state, or is refused at once.
#[test]
fn a_scan_ends_in_every_state() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    phone.set_and_apply(&mut device, HOME, b"wrong-horse").unwrap();
    assert_eq!(device.manager().state(), State::Trying);
    let before = device.now();
    assert!(matches!(phone.scan(&mut device), Err(PhoneError::Refused(_))));
    assert_eq!(before, device.now(), "at once");

    assert!(device.run_until_event(&Event::CredFail(FailReason::AuthError)));
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2, "after a failure");
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2, "after a success");
}

/// An ended manager is about to be dropped, so it starts nothing.
#[test]
fn an_ended_manager_does_not_start_again() {
    let mut device = device();
    device.deinit();
    assert_eq!(device.start(sec1()), Err(Error::State));
    assert_eq!(device.count(&Event::Deinit), 1);
}
