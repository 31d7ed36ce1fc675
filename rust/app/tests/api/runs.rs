//! Provisioning runs, from a new device to one that is online.

use std::time::Duration;

use netprov_app::{AddressKind, Error, Event, FailReason, Network, NetworkState, Security};
use netprov_host::Device;
use sim::Client;
use sim::client::answers::WifiStatus;
use sim::client::sec2;

use crate::phone::Phone;
use crate::{
    Events, NAME, PROOF, builder, forwarding, returns_when_the_stored_network_is_back, security,
};

/// Enough for the response and the first connection attempt.
const A_MOMENT: Duration = Duration::from_secs(5);
/// Longer than the service keeps running after a success.
const A_WHILE: Duration = Duration::from_secs(60);

#[test]
fn a_client_provisions_the_device() {
    let device = Device::new();
    device.add_network("Home", "correct-horse");
    let (builder, events) = Events::builder();
    let provisioner = builder.attempts(2).init().unwrap();
    assert!(provisioner.is_idle() && !provisioner.is_provisioned());
    assert_eq!(events.take(), []);
    provisioner.start(security(), NAME, Some(c"the key")).unwrap();
    assert!(!provisioner.is_idle());
    assert_eq!(
        device.transport().unwrap(),
        ("console", "PROV_TEST".into(), Some("the key".into()))
    );
    assert_eq!(events.take(), [Event::Start]);

    let mut phone = Phone::connected(&device, "abcd1234");
    assert_eq!(events.take(), [Event::SessionEstablished]);
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
    assert_eq!(phone.status(), WifiStatus::Disconnected);

    phone.send_credentials("Home", "correct-horse");
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connecting));
    device.let_time_pass();
    provisioner.wait();
    let told = events.take();
    let [received, attempt, Event::Address(address), worked] = told[..] else { panic!("{told:?}") };
    let network = Network::new(b"Home");
    assert_eq!(received, Event::CredentialsReceived(network));
    assert_eq!(attempt, Event::Attempt { number: 1, network });
    assert_eq!(worked, Event::CredentialsWorked(network));
    assert_eq!((address.kind, address.ip), (AddressKind::Ipv4, [192, 0, 2, 7].into()));
    let wait = |kind| provisioner.wait_for_address(kind, Duration::ZERO);
    assert_eq!(wait(AddressKind::Ipv4), Ok(address));
    assert_eq!(wait(AddressKind::OffMesh), Err(Error::Invalid));
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connected));
    assert!(provisioner.is_provisioned());
    assert_eq!(device.stored().unwrap(), b"Home");
    assert_eq!(phone.status().address(), Some("192.0.2.7"));
    device.advance(A_WHILE);
    assert_eq!(events.take(), [Event::End]);
    assert!(provisioner.is_idle());
    assert_eq!(device.transport(), None);

    provisioner.deinit().unwrap();
    assert_eq!(events.take(), [Event::Deinit]);
}

#[test]
fn failed_credentials_have_a_reason() {
    let device = Device::new();
    device.add_network("Home", "correct-horse");
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    let mut phone = Phone::connected(&device, "abcd1234");
    events.take();
    let mut fails = |ssid: &str, passphrase: &str, reason: FailReason| {
        phone.send_credentials(ssid, passphrase);
        device.advance(Duration::from_secs(25));
        let events = events.take();
        assert_eq!(events.last(), Some(&Event::CredentialsFailed(reason)), "{events:?}");
        assert_eq!(provisioner.fail_reason(), Some(reason));
        assert_eq!(provisioner.remaining_attempts(), None);
        assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
        provisioner.reset_after_failure().unwrap();
    };
    fails("Home", "upside-down", FailReason::WrongPassphrase);
    fails("Elsewhere", "correct-horse", FailReason::NetworkNotFound);
    device.break_store(true);
    fails("Home", "correct-horse", FailReason::Storage);
    assert!(!provisioner.is_provisioned());
}

#[test]
fn attempts_are_counted() {
    let device = Device::new();
    device.add_mute_network("Home");
    let (builder, events) = Events::builder();
    let provisioner = builder.attempts(3).init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    provisioner.configure_wifi(c"Home", Some(c"correct-horse")).unwrap();
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connecting));
    assert_eq!(provisioner.remaining_attempts(), Some(3));
    assert_eq!(provisioner.fail_reason(), None);
    device.advance(Duration::from_secs(1));
    // Other credentials are refused while these are being tried.
    let another = provisioner.configure_wifi(c"Home", None);
    assert_eq!(another, Err(Error::NotPermitted));
    device.advance(Duration::from_secs(99));
    let network = Network::new(b"Home");
    let attempts = [1, 2, 3].map(|number| Event::Attempt { number, network });
    let mut events = events.take();
    events.retain(|event| matches!(event, Event::Attempt { .. }));
    assert_eq!(events, attempts);
    assert!(provisioner.fail_reason().is_some());
}

#[test]
fn clients_that_connect_and_cannot_speak_are_events() {
    let device = Device::new();
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    events.take();
    device.link(true);
    // A client for security 0.
    Phone::with(&device, Client::sec0()).handshake().unwrap_err();
    device.link(false);
    assert_eq!(
        events.take(),
        [Event::TransportConnected, Event::SessionInvalid, Event::TransportDisconnected]
    );
    provisioner.deinit().unwrap();
    events.take();
    device.link(true);
    assert_eq!(events.take(), [], "no manager exists");
}

#[test]
fn wrong_proofs_cause_a_lockout() {
    let device = Device::new();
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    events.take();
    for _ in 0..5 {
        Phone::new(&device, "dcba4321").handshake().unwrap_err();
    }
    let mut wanted = vec![Event::SessionRefused; 5];
    wanted.push(Event::LockedOut(Duration::from_secs(30)));
    assert_eq!(events.take(), wanted);
    Phone::new(&device, "abcd1234").handshake().unwrap_err();
    device.advance(Duration::from_secs(31));
    Phone::new(&device, "abcd1234").handshake().unwrap();
    assert_eq!(events.take(), [Event::SessionEstablished]);
}

#[test]
fn each_security_version_serves_its_clients() {
    const SALT: [u8; 16] = [7; 16];

    let device = Device::new();
    let verifier = sec2::verifier(&SALT, b"wifiprov", b"abcd1234");
    let provisioner =
        builder().endpoint(c"echo", |_, request| Ok(request.to_vec())).init().unwrap();
    let securities = [
        (Security::Zero, Client::sec0()),
        (Security::One(None), Client::sec1(b"", [7; 32])),
        (Security::One(Some(PROOF)), Client::sec1(b"abcd1234", [7; 32])),
        (
            Security::Two { salt: &SALT, verifier: &verifier },
            Client::sec2(b"wifiprov", b"abcd1234", [9; 32]),
        ),
    ];
    for (security, client) in securities {
        provisioner.start(security, NAME, None).unwrap();
        let mut phone = Phone::with(&device, client);
        phone.handshake().unwrap();
        assert_eq!(phone.request("echo", b"hello").unwrap(), b"hello", "{security:?}");
        provisioner.stop();
    }
    let none = Security::Two { salt: &[], verifier: &verifier };
    assert_eq!(provisioner.start(none, NAME, None), Err(Error::Invalid));
    let none = Security::Two { salt: &SALT, verifier: &[] };
    assert_eq!(provisioner.start(none, NAME, None), Err(Error::Invalid));
}

#[test]
fn connect_uses_stored_credentials() {
    let device = Device::new();
    device.let_time_pass();
    device.add_network("Home", "correct-horse");
    let provisioner = builder().init().unwrap();
    assert_eq!(provisioner.connect(), Err(Error::NotFound));
    provisioner.start(security(), NAME, None).unwrap();
    assert_eq!(provisioner.connect(), Err(Error::Busy));
    provisioner.configure_wifi(c"Home", Some(c"correct-horse")).unwrap();
    provisioner.wait();
    provisioner.stop();
    assert_eq!(provisioner.connect(), Ok(()));

    device.remove_networks();
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
    assert_eq!(provisioner.connect(), Err(Error::TimedOut));
    device.add_network("Home", "correct-horse");
    assert_eq!(provisioner.connect(), Ok(()));
    assert_eq!(provisioner.connect_or_provision(security(), NAME, None), Ok(()));
    assert_eq!(device.transport(), None, "the service was not needed");

    provisioner.forget_credentials().unwrap();
    assert!(!provisioner.is_provisioned());
    assert_eq!(provisioner.connect(), Err(Error::NotFound));
}

#[test]
fn stay_online_restores_a_lost_connection() {
    let device = Device::new();
    device.add_network("Home", "correct-horse");
    device.let_time_pass();
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    provisioner.configure_wifi(c"Home", Some(c"correct-horse")).unwrap();
    provisioner.wait();
    provisioner.stop();
    provisioner.set_stay_online(true).unwrap();
    events.take();

    device.remove_networks();
    assert_eq!(events.take(), [Event::LinkLost]);
    device.advance(A_WHILE);
    assert_eq!(events.take(), [], "retries deliver no events");
    device.add_network("Home", "correct-horse");
    device.advance(A_WHILE);
    device.advance(A_WHILE);
    let told = events.take();
    assert!(matches!(told[..], [Event::Address(_), Event::Online]), "{told:?}");
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connected));

    provisioner.set_stay_online(false).unwrap();
    device.remove_networks();
    device.add_network("Home", "correct-horse");
    device.advance(A_WHILE);
    assert_eq!(events.take(), [], "the device no longer looks for the network");
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
}

#[test]
fn connect_or_provision_returns_after_a_client_succeeds() {
    let device = Device::new();
    device.add_network("Home", "correct-horse");
    let (builder, recorded) = Events::builder();
    let (builder, received) = forwarding(builder);
    let provisioner = builder.init().unwrap();
    assert_eq!(recorded.take(), [], "the second on_event() replaced the first");
    let manager = *provisioner;
    std::thread::scope(|scope| {
        let online = scope.spawn(move || manager.connect_or_provision(security(), NAME, None));
        assert_eq!(received.recv().unwrap(), Event::Start);
        let mut phone = Phone::connected(&device, "abcd1234");
        phone.send_credentials("Home", "upside-down");
        device.advance(A_MOMENT);
        assert_eq!(provisioner.fail_reason(), Some(FailReason::WrongPassphrase));
        provisioner.reset_after_failure().unwrap();
        phone.send_credentials("Home", "correct-horse");
        device.advance(A_MOMENT);
        assert!(phone.status().address().is_some());
        device.advance(A_WHILE);
        assert_eq!(online.join().unwrap(), Ok(()));
    });
    let last = received.try_iter().last();
    assert_eq!(last, Some(Event::End));
}

#[test]
fn connect_or_provision_returns_when_the_stored_network_is_back() {
    let device = Device::new();
    device.store("Home", "correct-horse");
    returns_when_the_stored_network_is_back(&device, || {
        device.add_network("Home", "correct-horse");
    });
}

#[test]
fn reprovision_accepts_new_credentials() {
    let device = Device::new();
    device.add_network("Home", "correct-horse");
    device.add_network("Office", "battery-staple");
    device.let_time_pass();
    let (builder, events) = Events::builder();
    let provisioner = builder.stays_until_stopped(Duration::ZERO).init().unwrap();
    assert_eq!(provisioner.reprovision(), Err(Error::NotPermitted));
    provisioner.start(security(), NAME, None).unwrap();
    provisioner.configure_wifi(c"Home", Some(c"correct-horse")).unwrap();
    provisioner.wait();
    device.advance(A_WHILE);
    assert!(!provisioner.is_idle(), "the service keeps running");
    assert_eq!(provisioner.reset_after_failure(), Err(Error::NotPermitted));
    events.take();
    provisioner.reprovision().unwrap();
    assert_eq!(events.take(), [Event::Start]);
    provisioner.configure_wifi(c"Office", Some(c"battery-staple")).unwrap();
    provisioner.wait();
    assert_eq!(device.stored().unwrap(), b"Office");
    provisioner.stop();
    assert!(provisioner.is_idle());
}
