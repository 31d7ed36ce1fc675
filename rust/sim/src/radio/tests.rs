//! Tests the radio on its own.

use protocomm::Millis;

use super::*;
use provisioning::wifi::{AuthMode, Credentials, Passphrase, Security, Ssid};

const START: Instant = Instant::from_millis(1000);
const RAW_KEY: &[u8; 64] = &[b'a'; 64];

fn request(ssid: &[u8], passphrase: &[u8], security: Security) -> ConnectRequest {
    ConnectRequest {
        credentials: Credentials {
            ssid: Ssid::new(ssid).unwrap(),
            passphrase: Passphrase::new(passphrase).unwrap(),
            bssid: None,
            channel: None,
        },
        security,
    }
}

fn scan_request() -> ScanRequest {
    ScanRequest { passive: false, group_channels: 0, dwell: None }
}

/// Runs until no event is left. Returns the events, with their times in milliseconds since the start.
fn run(radio: &mut Radio) -> Vec<(u64, RadioEvent)> {
    let mut happened = Vec::new();
    while let Some(when) = radio.next_timeout() {
        let event = radio.poll(when).expect("something is due");
        happened.push((when.as_millis() - START.as_millis(), event));
    }
    happened
}

/// Joins a network. Returns the outcome and its time.
fn join(world: World, request: &ConnectRequest) -> (u64, WifiEvent) {
    let mut radio = Radio::new(world);
    radio.connect(START, request);
    match run(&mut radio).swap_remove(0) {
        (when, RadioEvent::Wifi(event)) => (when, event),
        other => panic!("{other:?}"),
    }
}

fn bssid_of(world: World, request: &ConnectRequest) -> u8 {
    match join(world, request).1 {
        WifiEvent::LinkUp(link) => link.bssid[5],
        other => panic!("{other:?}"),
    }
}

fn failed(failure: ConnectFailure) -> WifiEvent {
    WifiEvent::ConnectFailed(failure)
}

#[test]
fn a_scan_reports_the_networks_when_it_ends() {
    let world = World::of([
        SimulatedAp::new("home", "passphrase"),
        SimulatedAp::new("secret", "passphrase").hidden(),
    ]);
    let expected = world.access_points.clone();
    let mut radio = Radio::new(world);
    radio.scan(START, &scan_request());
    // A second scan merges with the first and ends with it.
    radio.scan(START.after(Millis::from_secs(1)), &scan_request());
    assert_eq!(radio.poll(START.after(Millis::from_millis(1999))), None);
    let happened = run(&mut radio);
    assert_eq!(happened.len(), 3);
    assert_eq!(happened[0], (2000, RadioEvent::ScanResult(expected[0].seen.clone())));
    let RadioEvent::ScanResult(hidden) = &happened[1].1 else { panic!("{happened:?}") };
    assert_eq!(hidden.ssid, None);
    assert_eq!(happened[2], (2000, RadioEvent::ScanDone(Ok(()))));
}

#[test]
fn a_scan_fails_on_a_radio_error_while_joining_and_when_a_join_cuts_it_short() {
    let failure = RadioEvent::ScanDone(Err(ScanFailure));
    let mut radio = Radio::new(World { scan_fails: true, ..World::of([]) });
    radio.scan(START, &scan_request());
    assert_eq!(run(&mut radio), [(2000, failure.clone())]);

    let home = || World::of([SimulatedAp::new("home", "passphrase")]);
    let join = request(b"home", b"passphrase", Security::Psk);
    let mut radio = Radio::new(home());
    radio.connect(START, &join);
    radio.scan(START, &scan_request());
    assert_eq!(radio.poll(START), Some(failure.clone()));

    let mut radio = Radio::new(home());
    radio.scan(START, &scan_request());
    radio.connect(START, &join);
    assert_eq!(radio.poll(START), Some(failure));
    assert_eq!(run(&mut radio).len(), 2, "the link and the address");
}

#[test]
fn joining_has_a_link_and_then_an_address_or_never() {
    let ap = SimulatedAp::new("home", "passphrase");
    let join = request(b"home", b"passphrase", Security::Psk);
    let link = Link { bssid: ap.seen.bssid, channel: 6, auth: AuthMode::Wpa2Psk };
    let up = (800, RadioEvent::Wifi(WifiEvent::LinkUp(link)));

    let mut radio = Radio::new(World::of([ap.clone()]));
    radio.connect(START, &join);
    let address = (1500, RadioEvent::Wifi(WifiEvent::GotAddress(ap.address)));
    assert_eq!(run(&mut radio), [up.clone(), address]);
    assert!(radio.is_linked());

    let mut radio = Radio::new(World::of([ap.dhcp(None)]));
    radio.connect(START, &join);
    assert_eq!(run(&mut radio), [up]);
}

#[test]
fn failures_have_their_reasons() {
    use ConnectFailure::{NotFound, Other, WrongPassword};
    use Security::{Open, Psk, PskOrSae, Sae, Unknown};

    let good: &[u8] = b"passphrase";
    for (auth, ssid, passphrase, security, expected) in [
        (AuthMode::Wpa2Psk, "away", good, Psk, (2000, NotFound)),
        (AuthMode::Wpa2Psk, "home", b"passphrasf", Psk, (800, WrongPassword)),
        (AuthMode::Wpa2Psk, "home", b"", Open, (800, WrongPassword)),
        (AuthMode::Wpa2Psk, "home", b"", Psk, (0, WrongPassword)),
        (AuthMode::Wpa2Psk, "home", b"seven77", Psk, (0, WrongPassword)),
        (AuthMode::Wpa2Psk, "away", b"seven77", Unknown, (0, WrongPassword)),
        (AuthMode::Wpa2Psk, "home", good, Sae, (800, WrongPassword)),
        (AuthMode::Wpa3Psk, "home", good, Psk, (800, WrongPassword)),
        (AuthMode::Open, "home", good, Unknown, (800, WrongPassword)),
        (AuthMode::Wep, "home", good, Unknown, (800, Other)),
        (AuthMode::Wpa2Enterprise, "home", good, PskOrSae, (800, Other)),
    ] {
        let world = World::of([SimulatedAp::new("home", good).auth(auth)]);
        let (when, event) = join(world, &request(ssid.as_bytes(), passphrase, security));
        assert_eq!((when, event), (expected.0, failed(expected.1)), "{ssid} {auth:?} {security:?}");
    }
}

#[test]
fn networks_are_joined_by_what_they_accept() {
    use Security::{Open, Psk, PskOrSae, Sae, Unknown};
    for (auth, securities) in [
        (AuthMode::Open, &[Open][..]),
        (AuthMode::WpaPsk, &[Psk, PskOrSae, Unknown]),
        (AuthMode::Wpa2Psk, &[Psk, PskOrSae, Unknown]),
        (AuthMode::WpaWpa2Psk, &[Psk, PskOrSae, Unknown]),
        (AuthMode::Wpa3Psk, &[Sae, PskOrSae, Unknown]),
        (AuthMode::Wpa2Wpa3Psk, &[Psk, Sae, PskOrSae, Unknown]),
    ] {
        for security in securities {
            let secret: &[u8] = if *security == Open { b"" } else { RAW_KEY };
            let world = World::of([SimulatedAp::new(b"n\0\xff", secret).auth(auth)]);
            let ssid = world.access_points[0].ssid.clone();
            let (_, event) = join(world, &request(&ssid, secret, *security));
            assert!(matches!(event, WifiEvent::LinkUp(link) if link.auth == auth), "{auth:?}");
        }
    }
}

#[test]
fn a_hidden_network_is_joined_by_its_name() {
    let world = World::of([SimulatedAp::new("secret", "passphrase").hidden()]);
    let (_, event) = join(world, &request(b"secret", b"passphrase", Security::Unknown));
    assert!(matches!(event, WifiEvent::LinkUp(_)));
}

#[test]
fn the_strongest_access_point_that_fits_is_joined() {
    let ap = |n, channel, rssi| {
        SimulatedAp::new("home", "passphrase").at([2, 0, 0, 0, 0, n], channel, rssi)
    };
    let world = || World::of([ap(1, 1, -70), ap(2, 6, -40), ap(3, 6, -30).auth(AuthMode::Wpa3Psk)]);
    let mut request = request(b"home", b"passphrase", Security::Psk);
    assert_eq!(bssid_of(world(), &request), 2, "the strongest one would refuse");
    request.credentials.channel = Some(1);
    assert_eq!(bssid_of(world(), &request), 1);
    request.credentials.channel = None;
    request.credentials.bssid = Some([2, 0, 0, 0, 0, 1]);
    assert_eq!(bssid_of(world(), &request), 1);
    request.credentials.channel = Some(6);
    assert_eq!(join(world(), &request).1, failed(ConnectFailure::NotFound), "both must fit");
}

#[test]
fn a_flaky_access_point_fails_the_given_number_of_times() {
    let mut radio = Radio::new(World::of([SimulatedAp::new("home", "").flaky(2)]));
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        radio.connect(START, &request(b"home", b"", Security::Open));
        outcomes.push(run(&mut radio).swap_remove(0).1);
    }
    let failure = RadioEvent::Wifi(failed(ConnectFailure::Other));
    assert_eq!(outcomes[..2], [failure.clone(), failure]);
    assert!(matches!(outcomes[2], RadioEvent::Wifi(WifiEvent::LinkUp(_))));
}

#[test]
fn a_new_join_first_reports_the_end_of_the_former_link() {
    let mut radio = Radio::new(World::of([SimulatedAp::new("home", "")]));
    let join = request(b"home", b"", Security::Open);
    radio.connect(START, &join);
    // The address was due before the end of the association, although it was not polled.
    let later = START.after(Millis::from_secs(9));
    radio.connect(later, &join);
    let order = run(&mut radio);
    let kinds: Vec<_> = order
        .iter()
        .map(|(_, event)| match event {
            RadioEvent::Wifi(WifiEvent::LinkUp(_)) => "up",
            RadioEvent::Wifi(WifiEvent::GotAddress(_)) => "address",
            RadioEvent::Wifi(WifiEvent::LinkDown(ConnectFailure::Other)) => "down",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["up", "address", "down", "up", "address"]);
}

#[test]
fn leaving_is_reported_only_if_there_was_a_link() {
    let mut radio = Radio::new(World::of([SimulatedAp::new("home", "")]));
    let join = request(b"home", b"", Security::Open);
    let down = |failure| (0, RadioEvent::Wifi(WifiEvent::LinkDown(failure)));
    radio.disconnect(START);
    radio.connect(START, &join);
    radio.disconnect(START);
    assert_eq!(run(&mut radio), []);

    radio.connect(START, &join);
    let end = run(&mut radio).last().unwrap().0;
    radio.disconnect(START.after(Millis::from_millis(end as u32)));
    assert_eq!(run(&mut radio), [(end, down(ConnectFailure::Other).1)]);
    assert!(!radio.is_linked());
}

#[test]
fn a_link_can_be_broken() {
    let mut radio = Radio::new(World::of([SimulatedAp::new("home", "")]));
    let join = request(b"home", b"", Security::Open);
    radio.drop_link(START, ConnectFailure::Other);
    assert_eq!(run(&mut radio), []);
    radio.connect(START, &join);
    radio.drop_link(START, ConnectFailure::NotFound);
    let event = RadioEvent::Wifi(failed(ConnectFailure::NotFound));
    assert_eq!(run(&mut radio), [(0, event)]);
    radio.connect(START, &join);
    let linked = START.after(Millis::from_millis(800));
    assert!(radio.poll(linked).is_some());
    radio.drop_link(linked, ConnectFailure::WrongPassword);
    // The address lease is cancelled.
    let event = RadioEvent::Wifi(WifiEvent::LinkDown(ConnectFailure::WrongPassword));
    assert_eq!(run(&mut radio), [(800, event)]);
}
