//! The application's calls and the version text.

use protocomm::security::Scheme;
use protocomm::security::sec1::Sec1;
use protocomm::{EndpointError, SessionId, TransportId};
use provisioning::{Error, Event, State, endpoints};
use serde_json::{Value, json};
use sim::device::Setup;
use sim::phone::PhoneError;
use sim::{Client, Device, Phone};

use crate::order;
use crate::support::{
    CUSTOM, HOME, LONG, PASSPHRASE, custom_device, home, milestones, ms, paired, sec0, sec1,
};

fn idle() -> Device {
    Device::boot(Setup { world: home(), ..Setup::default() })
}

fn version(device: &mut Device) -> Value {
    let peer = SessionId::new(TransportId(0), 5);
    let text = device.request(peer, endpoints::VERSION.name, b"ESP".to_vec()).unwrap();
    serde_json::from_slice(&text).expect("the version text is JSON")
}

/// The version text says what a client must know before the handshake.
#[test]
fn the_version_text_has_what_clients_look_for() {
    for (scheme, number, caps) in [
        (sec0(), 0, json!(["no_sec", "wifi_prov", "wifi_scan"])),
        (sec1(), 1, json!(["wifi_prov", "wifi_scan"])),
        (Scheme::Sec1(Sec1::new(b"")), 1, json!(["no_pop", "wifi_prov", "wifi_scan"])),
    ] {
        let mut device = idle();
        device.start(scheme).unwrap();
        let prov = &version(&mut device)["prov"];
        assert_eq!(prov["ver"], "netprov-v1.2");
        assert_eq!((&prov["sec_ver"], &prov["sec_patch_ver"]), (&json!(number), &json!(0)));
        assert_eq!(prov["cap"], caps);
    }
}

/// A client without a proof of possession can open a device that says `no_pop`.
#[test]
fn no_pop_means_none() {
    let mut device = Device::running(home(), b"");
    assert_eq!(Phone::new(1, Client::sec1(b"", [1; 32])).handshake(&mut device), Ok(()));
}

/// Several labels with any text. The latest entry of each label counts, even while the service
/// runs.
#[test]
fn several_labels_with_any_text() {
    let mut device = idle();
    let set = |device: &mut Device, label: &str, version: &str, caps: &[&str]| {
        device.call(|manager, _| manager.set_app_info(label, version, caps))
    };
    set(&mut device, "app \"1\"", "1.0\n", &["a\\b"]).unwrap();
    device.start(sec1()).unwrap();
    set(&mut device, "caf\u{e9}", "2", &[]).unwrap();
    assert_eq!(set(&mut device, "prov", "3", &[]), Err(Error::Argument));
    let text = version(&mut device);
    assert_eq!(text["app \"1\""], json!({ "ver": "1.0\n", "cap": ["a\\b"] }));
    assert_eq!(text["caf\u{e9}"], json!({ "ver": "2", "cap": [] }));
    assert_eq!(text["prov"]["ver"], "netprov-v1.2");
}

/// The text is available before, during and after the handshake.
#[test]
fn the_version_text_is_available_at_any_time() {
    let (mut device, _) = custom_device(sec1());
    let before = version(&mut device);
    let mut phone = paired(&mut device, 5);
    assert_eq!(version(&mut device), before);
    assert!(phone.status(&mut device).is_ok(), "it uses no keystream");
}

/// Endpoint names may be as long as those of ported applications, and errors are clear.
#[test]
fn endpoint_names_may_be_long_and_errors_are_reported() {
    let mut device = idle();
    let create =
        |device: &mut Device, name: &str| device.call(|manager, _| manager.endpoint_create(name));
    assert!(create(&mut device, "a-sixteen-letter").is_ok());
    assert!(create(&mut device, "an-endpoint-of-31-letters-named").is_ok());
    let bad = |error| Err(Error::Endpoint(error));
    let long = "an-endpoint-of-32-letters-named!";
    assert_eq!(create(&mut device, long), bad(EndpointError::BadName));
    assert_eq!(create(&mut device, "prov-config"), bad(EndpointError::Exists));
    assert_eq!(create(&mut device, "a-sixteen-letter"), bad(EndpointError::Exists));
    for n in 2..protocomm::limits::CUSTOM_ENDPOINTS_MAX {
        assert!(create(&mut device, &format!("endpoint-{n}")).is_ok(), "more than three");
    }
    assert_eq!(create(&mut device, "one-more"), Err(Error::Full));
    device.start(sec1()).unwrap();
    assert_eq!(create(&mut device, "late"), Err(Error::Running));
}

/// A handler can be registered while the service runs, from the Start event on.
#[test]
fn a_handler_is_registered_from_the_start_event_on() {
    let mut device = idle();
    device.call(|manager, _| manager.endpoint_create(CUSTOM)).unwrap();
    let early = device.call(|manager, _| manager.endpoint_register(CUSTOM));
    assert_eq!(early, Err(Error::NotRunning));
    device.on_event(|event, calls| {
        if *event == Event::Start {
            calls.push(|manager, _| assert!(manager.endpoint_register(CUSTOM).is_ok()));
        }
    });
    device.handler(CUSTOM, |_, _| Some(b"here".to_vec()));
    device.start(sec1()).unwrap();
    let unknown = device.call(|manager, _| manager.endpoint_register("nobody"));
    assert_eq!(unknown, Err(Error::UnknownEndpoint));
    let builtin = device.call(|manager, _| manager.endpoint_unregister("prov-config"));
    assert_eq!(builtin, Err(Error::UnknownEndpoint));
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.request(&mut device, CUSTOM, vec![]), Ok(b"here".to_vec()));

    device.call(|manager, _| manager.endpoint_unregister(CUSTOM)).unwrap();
    let error = PhoneError::Request(provisioning::RequestError::NoHandler);
    assert_eq!(phone.request(&mut device, CUSTOM, vec![]), Err(error));
}

/// A registration ends with the service.
#[test]
fn a_registration_ends_with_the_service() {
    let (mut device, seen) = custom_device(sec1());
    device.stop();
    device.start(sec1()).unwrap();
    let mut phone = paired(&mut device, 1);
    let error = PhoneError::Request(provisioning::RequestError::NoHandler);
    assert_eq!(phone.request(&mut device, CUSTOM, vec![]), Err(error));
    assert!(seen.borrow().is_empty());
    device.call(|manager, _| manager.endpoint_register(CUSTOM)).unwrap();
    assert!(phone.request(&mut device, CUSTOM, vec![]).is_ok());
}

/// When the application is told of the success, it can query the state.
#[test]
fn the_state_is_readable_at_its_event() {
    let mut device = Device::running(home(), crate::support::POP);
    device.on_event(|event, calls| match event {
        Event::Start => calls.push(|manager, _| assert_eq!(manager.state(), State::Awaiting)),
        Event::CredSuccess => calls.push(|manager, _| {
            use provisioning::wifi::StationStatus;
            assert_eq!(manager.state(), State::Succeeded);
            assert!(matches!(manager.wifi_status(), StationStatus::Connected { .. }));
        }),
        Event::CredFail(_) => calls.push(|manager, _| assert_eq!(manager.state(), State::Failed)),
        Event::End => calls.push(|manager, _| assert_eq!(manager.state(), State::Idle)),
        _ => {}
    });
    let mut phone = paired(&mut device, 1);
    phone.provision(&mut device, b"away", PASSPHRASE).unwrap();
    phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
    device.advance(LONG);
    assert_eq!(device.count(&Event::End), 1);
}

/// The end is reported once, however often it is requested, and followed by Deinit.
#[test]
fn the_end_is_reported_once() {
    for stop_first in [true, false] {
        let mut device = Device::running(home(), crate::support::POP);
        if stop_first {
            device.stop();
            device.stop();
        }
        device.deinit();
        device.advance(ms(5_000));
        let expected = [Event::Init, Event::Start, Event::End, Event::Deinit];
        assert_eq!(milestones(&device), expected);
        order::check(device.events());
    }
}

/// A running manager refuses calls that only an idle one accepts; they change nothing.
#[test]
fn calls_at_the_wrong_time_are_refused() {
    let mut device = Device::running(home(), crate::support::POP);
    assert_eq!(device.start(sec0()), Err(Error::Running));
    let auto_stop = device.call(|manager, _| manager.disable_auto_stop(ms(0)));
    assert_eq!(auto_stop, Err(Error::Running));
    assert_eq!(version(&mut device)["prov"]["sec_ver"], 1);
    let configured = device.call(|manager, now| manager.configure_wifi(now, &[0; 33], b""));
    assert_eq!(configured, Err(Error::Argument));
    assert_eq!(device.manager().state(), State::Awaiting);
}
