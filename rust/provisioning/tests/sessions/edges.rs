//! Calls and messages that come at the wrong time, or are of the other direction.

use netprov_messages::{
    CmdScanWifiStatus, Message, NetworkConfigPayload, NetworkCtrlPayload, NetworkScanMsgType,
    NetworkScanPayload, network_scan_payload,
};
use protocomm::Millis;
use provisioning::thread::NetworkName;
use provisioning::wifi::{AuthMode, ConnectFailure, Link, Passphrase, Ssid, WifiEvent};
use provisioning::{
    Config, ConnectState, Event, FailReason, Output, RequestError, RequestId, endpoints,
};
use sim::client::messages;
use sim::device::SimRng;
use sim::phone::PhoneError;

use crate::support::{HOME, PASSPHRASE, device, ms, paired};

type Manager = provisioning::Manager<SimRng>;

/// An endpoint, a message of it with this number, and the numbers of its commands.
type Commands = (&'static str, fn(i32) -> Vec<u8>, &'static [i32]);

/// A device answers to commands. Whatever has the number of a response, or no number of this
/// protocol, is refused.
#[test]
fn a_response_is_no_request() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    // For Wi-Fi and for Thread.
    let commands: [Commands; 3] = [
        (
            endpoints::CONFIG.name,
            |msg| NetworkConfigPayload { msg, payload: None }.encode_to_vec(),
            &[0, 2, 4, 6, 8, 10],
        ),
        (
            endpoints::CTRL.name,
            |msg| NetworkCtrlPayload { msg, ..Default::default() }.encode_to_vec(),
            &[1, 3, 5, 7],
        ),
        (
            endpoints::SCAN.name,
            |msg| NetworkScanPayload { msg, ..Default::default() }.encode_to_vec(),
            &[0, 2, 4, 6, 8, 10],
        ),
    ];
    for (endpoint, message, commands) in commands {
        for msg in (-1..16).filter(|msg| !commands.contains(msg)) {
            let response = phone.request(&mut device, endpoint, message(msg));
            let refused = Err(PhoneError::Request(RequestError::UnknownCommand));
            assert_eq!(response, refused, "{endpoint}: {msg}");
        }
    }
    assert!(phone.status(&mut device).is_ok(), "and the session goes on");
}

/// The number of one command with the fields of another one.
#[test]
fn a_command_has_its_own_fields() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let other = network_scan_payload::Payload::CmdScanWifiStatus(CmdScanWifiStatus {});
    for msg in [NetworkScanMsgType::TypeCmdScanWifiStart, NetworkScanMsgType::TypeCmdScanWifiResult]
    {
        let payload = Some(other.clone());
        let message = NetworkScanPayload { msg: msg as i32, payload, ..Default::default() };
        let response = phone.request(&mut device, endpoints::SCAN.name, message.encode_to_vec());
        assert_eq!(response, Err(PhoneError::Request(RequestError::MissingCommand)), "{msg:?}");
    }
}

#[test]
fn only_a_request_that_waits_is_answered_or_abandoned() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let sealed = phone.client().seal(messages::scan_start(true));
    let request = device.post(phone.session(), endpoints::SCAN.name, sealed);
    let other = RequestId(77);
    device.call(|manager, _| {
        assert_eq!(manager.respond(other, &mut [0; 64]), Err(RequestError::NotRunning));
        // It has no result yet.
        assert_eq!(manager.respond(request, &mut [0; 64]), Err(RequestError::NotRunning));
        manager.abandon(other);
    });
    device.advance(Millis::from_secs(20));
    let response = device.reply(request).cloned().expect("a response").expect("a scan");
    phone.client().open(response).unwrap();
    assert!(phone.status(&mut device).is_ok());
}

/// What a later call has made pointless is not done: the application has stopped the attempt
/// before the driver has heard of it.
#[test]
fn an_output_that_is_obsolete_is_dropped() {
    let mut manager = Manager::new(Config::default(), SimRng::new(0));
    let now = protocomm::Instant::from_millis(1);
    manager.connect(now, 1).unwrap();
    manager.handle_timeout(now);
    manager.stop(now);
    let outputs: Vec<Output> = std::iter::from_fn(|| manager.poll_output()).collect();
    assert!(!outputs.contains(&Output::ConnectStored(0)), "{outputs:?}");
    assert_eq!(manager.connect_state(), ConnectState::Cancelled);

    manager.connect(now, 1).unwrap();
    manager.handle_timeout(now);
    let outputs: Vec<Output> = std::iter::from_fn(|| manager.poll_output()).collect();
    assert!(outputs.contains(&Output::ConnectStored(0)), "{outputs:?}");
}

/// A driver that reports what nobody waits for.
#[test]
fn reports_without_an_attempt_change_nothing() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    for event in [
        WifiEvent::ConnectFailed(ConnectFailure::WrongPassword),
        WifiEvent::LinkDown(ConnectFailure::Other),
        WifiEvent::GotAddress([192, 0, 2, 9].into()),
    ] {
        device.call(|manager, now| manager.wifi_event(now, event));
        device.call(|manager, now| manager.credentials_stored(now, None));
        device.call(|manager, now| manager.credentials_stored(now, Some(1)));
    }
    let told = [Event::CredSuccess, Event::CredFail(FailReason::Storage)];
    assert!(!device.events().iter().any(|event| told.contains(event)), "{:?}", device.events());
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
}

#[test]
fn names_are_readable_and_secrets_are_not() {
    let ssid = Ssid::new(b"caf\xc3\xa9\n\xff").unwrap();
    assert_eq!(ssid.to_string(), "café\\n\\xff");
    assert_eq!(format!("{ssid:?}"), "\"café\\n\\xff\"");
    let name = NetworkName::new("Réseau \"1\"".as_bytes()).unwrap();
    assert_eq!(name.to_string(), "Réseau \"1\"");
    assert_eq!(format!("{name:?}"), r#""Réseau \"1\"""#);
    let none = Passphrase::new(b"").unwrap();
    let some = Passphrase::new(b"correct-horse").unwrap();
    assert_eq!(format!("{none:?}, {some:?}"), "Passphrase(none), Passphrase(secret)");
}

/// The application may stop the service when it sees the address, before the credentials are stored.
#[test]
fn credentials_that_have_worked_are_stored_though_the_service_stops() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    device.advance(ms(1_500));
    assert_eq!(device.store().network(), None);
    device.call(|manager, now| {
        let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
        manager.wifi_event(now, WifiEvent::LinkUp(link));
        manager.wifi_event(now, WifiEvent::GotAddress([10, 0, 0, 1].into()));
        manager.stop(now);
    });
    device.advance(ms(5_000));
    assert_eq!(device.store().network(), Some(HOME));
    assert_eq!(device.events()[device.events().len() - 2..], [Event::CredSuccess, Event::End]);
}
