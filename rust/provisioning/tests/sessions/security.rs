//! Security and memory.

use std::collections::BTreeSet;

use netprov_messages::WifiConnectedState;
use netprov_messages::{
    CmdApplyWifiConfig, CmdScanWifiResult, NetworkConfigPayload, NetworkScanPayload, Sec1Payload,
    Sec2Payload, SessionCmd0, SessionCmd1, SessionData, network_config_payload,
    network_scan_payload, sec1_payload, session_data,
};
use netprov_messages::{Message, Status};
use protocomm::limits::{HANDSHAKE_GRACE, PENDING_HANDSHAKES};
use protocomm::{Error, HandshakeError, Peer, SessionId, TransportId};
use provisioning::wifi::{AccessPoint, AuthMode, Link, WifiEvent};
use provisioning::{Event, Handled, Manager, RequestError, RequestId, endpoints};
use sim::client::answers::{self, WifiStatus};
use sim::client::messages;
use sim::device::{REPLY_MAX, Setup, request_in};
use sim::phone::PhoneError;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::support::{
    CUSTOM, HOME, PASSPHRASE, POP, config, custom_device, device, device_in, first_command, home,
    ms, paired, phone, sec0, sec1, stranger,
};

const PEER: SessionId = SessionId::new(TransportId(0), 77);

fn refused(error: Error) -> Result<Vec<u8>, RequestError> {
    Err(RequestError::Protocol(error))
}

fn handshake_refused(error: HandshakeError) -> Result<Vec<u8>, RequestError> {
    refused(Error::Handshake(error))
}

fn device_answer(reply: &[u8]) -> netprov_messages::SessionResp0 {
    let reply = SessionData::decode(reply).unwrap();
    let Some(session_data::Proto::Sec1(payload)) = reply.proto else { panic!("{reply:?}") };
    match payload.payload {
        Some(sec1_payload::Payload::Sr0(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

/// An empty request is authenticated like any other.
#[test]
fn empty_request_before_the_handshake_reaches_no_handler() {
    for scheme in [sec0(), sec1()] {
        let (mut device, seen) = custom_device(scheme);
        let request_endpoints =
            [endpoints::CTRL.name, endpoints::SCAN.name, endpoints::CONFIG.name, CUSTOM];
        for message in [vec![], messages::scan_start(false), b"factory-reset".to_vec()] {
            for endpoint in request_endpoints {
                let reply = device.request(PEER, endpoint, message.clone());
                assert_eq!(reply, refused(Error::NoSession), "{endpoint}");
            }
        }
        assert!(seen.borrow().is_empty());
        assert_eq!(device.events(), [Event::Init, Event::Start], "no scan was started");
    }
}

/// Nor does it reach one during a handshake, or when the session is another peer's.
#[test]
fn empty_request_without_a_session_of_its_own_reaches_no_handler() {
    let (mut device, seen) = custom_device(sec1());
    device.request(PEER, endpoints::SESSION.name, first_command(&[9; 32])).unwrap();
    assert_eq!(device.request(PEER, CUSTOM, vec![]), refused(Error::NoSession));
    let mut owner = paired(&mut device, 1);
    assert_eq!(device.request(PEER, CUSTOM, vec![]), refused(Error::NoSession));
    assert!(seen.borrow().is_empty());
    // With a session, an empty request gets a response like any other.
    let answer = owner.request(&mut device, CUSTOM, vec![]).unwrap();
    assert_eq!((answer.as_slice(), seen.borrow().len()), (&b"echo:"[..], 1));
}

/// Any number of first commands exhausts nothing.
#[test]
fn a_flood_of_first_commands_exhausts_nothing() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    for n in 0..200 {
        // One peer repeatedly, and many peers.
        for number in [77, 100 + n] {
            let peer = SessionId::new(TransportId(0), number);
            let reply = device.request(peer, endpoints::SESSION.name, first_command(&[9; 32]));
            assert!(reply.is_ok() || reply == handshake_refused(HandshakeError::TooMany));
        }
    }
    assert!(owner.status(&mut device).is_ok(), "the session goes on");
    let kept = (100..300).filter(|number| {
        device.manager().protocomm().knows(SessionId::new(TransportId(0), *number))
    });
    assert!(kept.count() <= PENDING_HANDSHAKES);
    device.advance(HANDSHAKE_GRACE);
    assert!(phone(2).handshake(&mut device).is_ok(), "and another can be opened");
}

/// A client of another scheme is refused, not served in plain text.
#[test]
fn another_scheme_is_refused() {
    let sec2 =
        SessionData { sec_ver: 2, proto: Some(session_data::Proto::Sec2(Sec2Payload::default())) };
    // Even if `sec_ver` and the member contradict each other.
    let mixed = SessionData { sec_ver: 1, ..sec2.clone() };
    let sec0_message = Client::sec0().handshake_message().unwrap();
    let mut device = device();
    for message in [sec0_message, sec2.encode_to_vec(), mixed.encode_to_vec(), vec![]] {
        let reply = device.request(PEER, endpoints::SESSION.name, message);
        assert_eq!(reply, handshake_refused(HandshakeError::WrongScheme));
        let reply = device.request(PEER, endpoints::CONFIG.name, messages::get_status());
        assert_eq!(reply, refused(Error::NoSession));
    }
}

/// Each session has its own key pair, and a connection without a handshake has none.
#[test]
fn each_session_has_its_own_key() {
    let mut device = device();
    let mut keys = BTreeSet::new();
    let mut randoms = BTreeSet::new();
    for number in 5..8 {
        // Handshakes in progress share the key pair; each has its own random number.
        for peer in [PEER, PEER, SessionId::new(TransportId(0), 100 + number)] {
            let reply = device.request(peer, endpoints::SESSION.name, first_command(&[9; 32]));
            let answer = device_answer(&reply.unwrap());
            keys.insert(answer.device_pubkey);
            randoms.insert(answer.device_random);
        }
        // A completed handshake uses the key pair up.
        paired(&mut device, number);
    }
    assert_eq!((keys.len(), randoms.len()), (3, 9));

    device.call(|manager, _| manager.rng().fail_at(1));
    device.close_session(SessionId::new(TransportId(0), 6));
    device.request(PEER, endpoints::VERSION.name, b"ESP".to_vec()).unwrap();
    assert!(device.call(|manager, _| manager.rng().will_fail()), "no randomness was drawn");
}

/// The whole proof counts, including its last bit. (`subtle` ensures that the comparison takes
/// constant time.)
#[test]
fn a_proof_that_is_wrong_in_any_byte_is_refused() {
    let mut config = config(1);
    config.limiter.max_failures = 0;
    let mut device = device_in(home(), config);
    for at in 0..32 {
        for bit in [0x01, 0x80] {
            let mut client = Client::sec1(POP, [3; 32]);
            let first = client.handshake_message().unwrap();
            let reply = device.request(PEER, endpoints::SESSION.name, first).unwrap();
            client.handle(&reply).unwrap();
            let mut second = client.handshake_message().unwrap();
            let proof_at = second.len() - 32 + at;
            second[proof_at] ^= bit;
            let reply = device.request(PEER, endpoints::SESSION.name, second);
            assert_eq!(reply, handshake_refused(HandshakeError::ProofMismatch), "byte {at}");
        }
    }
    assert_eq!(device.manager().protocomm().established(), None);
}

/// Every byte of a long proof of possession counts, and the caller's buffer is not needed
/// afterwards.
#[test]
fn a_long_proof_of_possession_is_not_truncated() {
    for length in [1, 31, 32, 33, 63, 64, 65, 200, 1000] {
        let pop: Vec<u8> = (0..length).map(|n| n as u8).collect();
        let mut device = Device::running(home(), &pop.clone());
        let mut cut = Phone::new(1, Client::sec1(&pop[..length - 1], [1; 32]));
        // The one-byte proof without its last byte is no proof at all.
        let error = PhoneError::Request(Error::Handshake(HandshakeError::ProofMismatch).into());
        assert_eq!(cut.handshake(&mut device), Err(error), "{length}");
        let mut whole = Phone::new(2, Client::sec1(&pop, [2; 32]));
        assert_eq!(whole.handshake(&mut device), Ok(()), "{length}");
    }
}

/// No debug output contains a secret.
#[test]
fn no_debug_output_holds_a_secret() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.set(&mut device, HOME, PASSPHRASE), Ok(Status::Success));
    let apply = phone.client().seal(messages::apply_wifi());
    let session = phone.session();

    // From here on, the outputs are printed and not carried out.
    let mut printed = String::new();
    device.call(|manager, now| {
        let print = |manager: &mut Manager<_>, printed: &mut String| {
            while let Some(output) = manager.poll_output() {
                *printed += &format!("{output:?}\n");
            }
        };
        let (id, config) = (RequestId(99), endpoints::CONFIG.name);
        let (handled, _) =
            request_in(manager, now, id, (session, Peer::UNKNOWN), config, &apply, REPLY_MAX);
        printed += &format!("{handled:?} {:?}\n", manager.target());
        print(manager, &mut printed);
        let now = now.after(ms(1_000));
        manager.handle_timeout(now);
        print(manager, &mut printed);
        let link = Link { bssid: [0; 6], channel: 1, auth: AuthMode::Wpa2Psk };
        manager.wifi_event(now, WifiEvent::LinkUp(link));
        manager.wifi_event(now, WifiEvent::GotAddress([1, 2, 3, 4].into()));
        print(manager, &mut printed);
    });
    for kind in ["Response", "Passphrase", "CredRecv", "Connect", "Store"] {
        assert!(printed.contains(kind), "{kind} is missing in {printed}");
    }
    // Neither as text nor as byte values.
    let text = std::str::from_utf8(PASSPHRASE).unwrap();
    let numbers = format!("{PASSPHRASE:?}");
    assert!(!printed.contains(text) && !printed.contains(numbers.trim_matches(['[', ']'])));
}

/// Neither a request to the application nor the security scheme is printed.
#[test]
fn a_request_to_the_application_is_not_printed() {
    let (mut device, _) = custom_device(sec1());
    let mut phone = paired(&mut device, 1);
    let (session, now) = (phone.session(), device.now());
    let message = phone.client().seal(b"secret".to_vec());
    let printed = device.call(|manager, _| {
        let id = RequestId(99);
        let (handled, _) =
            request_in(manager, now, id, (session, Peer::UNKNOWN), CUSTOM, &message, REPLY_MAX);
        assert!(matches!(handled, Ok(Handled::Call(_))));
        format!("{handled:?} {:?}", manager.protocomm().security())
    });
    assert!(!printed.contains("secret") && !printed.contains("115, 101, 99"), "{printed}");
    assert!(!printed.contains("abcd1234"), "{printed}");
}

/// With a public key of low order, anybody would know the secret.
#[test]
fn low_order_keys_are_refused() {
    let one = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        bytes
    };
    // The field's prime, and the numbers below and above it.
    let prime = |low: u8| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, 0x7f);
        bytes
    };
    let order_8 = [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ];
    let mut device = device();
    for key in [[0; 32], one, prime(0xec), prime(0xed), prime(0xee), order_8] {
        let reply = device.request(PEER, endpoints::SESSION.name, first_command(&key));
        let weak = handshake_refused(HandshakeError::WeakKey);
        assert!(reply == weak, "{key:02x?}");
        assert!(!device.manager().protocomm().knows(PEER));
    }
}

/// The member must match the announced `msg`, or the request fails.
#[test]
fn a_member_of_another_command_is_refused() {
    let mut device = device();
    let proof = SessionCmd1 { client_verify_data: vec![0; 32] };
    let first = SessionCmd0 { client_pubkey: vec![9; 32] };
    for (msg, payload) in [
        (0, Some(sec1_payload::Payload::Sc1(proof))),
        (2, Some(sec1_payload::Payload::Sc0(first))),
        (0, None),
        (2, None),
        (9, None),
    ] {
        let payload = Sec1Payload { msg, payload };
        let message = SessionData { sec_ver: 1, proto: Some(session_data::Proto::Sec1(payload)) };
        let reply = device.request(PEER, endpoints::SESSION.name, message.encode_to_vec());
        assert_eq!(reply, handshake_refused(HandshakeError::MissingCommand));
    }

    let mut phone = paired(&mut device, 1);
    let apply = network_config_payload::Payload::CmdApplyWifiConfig(CmdApplyWifiConfig {});
    let result = network_scan_payload::Payload::CmdScanWifiResult(CmdScanWifiResult::default());
    let config = |msg, payload| NetworkConfigPayload { msg, payload }.encode_to_vec();
    let scan = |msg, payload| NetworkScanPayload { msg, status: 0, payload }.encode_to_vec();
    for (endpoint, message) in [
        (endpoints::CONFIG.name, config(2, Some(apply))),
        (endpoints::CONFIG.name, config(2, None)),
        (endpoints::SCAN.name, scan(0, Some(result))),
        (endpoints::SCAN.name, scan(0, None)),
        (endpoints::SCAN.name, scan(4, None)),
    ] {
        let error = PhoneError::Request(RequestError::MissingCommand);
        assert_eq!(phone.request(&mut device, endpoint, message), Err(error));
    }
    assert!(phone.status(&mut device).is_ok(), "the keys are in step after each");
}

/// A command without data needs no member.
#[test]
fn a_command_without_data_needs_no_member() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    phone.set(&mut device, HOME, PASSPHRASE).unwrap();
    let bare = NetworkConfigPayload { msg: 4, payload: None }.encode_to_vec();
    let reply = phone.request(&mut device, endpoints::CONFIG.name, bare).unwrap();
    assert_eq!(answers::apply_wifi(&reply), Some(Status::Success));
    let bare = NetworkScanPayload { msg: 2, ..Default::default() }.encode_to_vec();
    let reply = phone.request(&mut device, endpoints::SCAN.name, bare).unwrap();
    assert_eq!(answers::scan_status(&reply), Some((true, 0)));
}

/// Numbers are checked before they are narrowed.
#[test]
fn a_channel_is_not_truncated_to_a_byte() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    for (channel, expected) in [
        (6, Status::Success),
        (257, Status::InvalidArgument),
        (256, Status::InvalidArgument),
        (-1, Status::InvalidArgument),
        (i32::MAX, Status::InvalidArgument),
    ] {
        let message = messages::set_wifi_at(HOME, PASSPHRASE, &[], channel);
        let reply = phone.request(&mut device, endpoints::CONFIG.name, message).unwrap();
        assert_eq!(answers::set_wifi(&reply), Some(expected), "{channel}");
    }
}

/// BSSIDs and SSIDs are bytes and may contain zeros or consist of them.
#[test]
fn zero_bytes_in_names_and_addresses_survive() {
    let bssid = [2, 0, 0, 7, 0, 0];
    for ssid in [&b"a\0b"[..], b"\0", &[0; 32], &[0xff; 32], b"trailing\0"] {
        let ap = SimulatedAp::new(ssid, PASSPHRASE).at(bssid, 3, -40);
        let mut device = device_in(World::of([ap]), config(1));
        let mut phone = paired(&mut device, 1);
        let found = phone.scan(&mut device).unwrap();
        assert_eq!((found[0].ssid.as_slice(), &found[0].bssid[..]), (ssid, &bssid[..]));

        let set = messages::set_wifi_at(ssid, PASSPHRASE, &bssid, 3);
        phone.request(&mut device, endpoints::CONFIG.name, set).unwrap();
        phone.apply(&mut device).unwrap();
        assert!(device.run_until_event(&Event::CredSuccess), "{ssid:?}");
        match phone.status(&mut device).unwrap() {
            WifiStatus::Connected(WifiConnectedState { ssid: told, bssid: address, .. }) => {
                assert_eq!((told.as_slice(), &address[..]), (ssid, &bssid[..]));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(device.store().network(), Some(ssid));
    }
}

/// A response that is too long is refused before it is sealed.
#[test]
fn a_response_that_is_too_long_leaves_the_keys_in_step() {
    let (mut device, _) = custom_device(sec1());
    device.handler(CUSTOM, |payload, _| Some(vec![b'x'; usize::from(payload[0]) * 64]));
    let mut phone = paired(&mut device, 1);
    let error = PhoneError::Request(Error::ResponseTooLarge.into());
    for (size, expected) in [(8, Ok(512)), (9, Err(error)), (8, Ok(512))] {
        let reply = phone.request(&mut device, CUSTOM, vec![size]);
        assert_eq!(reply.map(|reply| reply.len()), expected);
    }
    assert!(phone.status(&mut device).is_ok());
}

/// Closing a session that is not established closes nothing else.
#[test]
fn closing_another_session_does_nothing() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    let other = phone(2);
    device.close_session(other.session());
    // The same number on another transport is another session.
    device.close_session(SessionId::new(TransportId(1), 1));
    assert!(owner.status(&mut device).is_ok());
    device.close_session(owner.session());
    let error = PhoneError::Request(Error::NoSession.into());
    assert_eq!(owner.status(&mut device), Err(error));
}

/// Closing a displaced session does not affect the new one.
#[test]
fn closing_a_displaced_session_leaves_the_new_one() {
    let mut device = device();
    let old = paired(&mut device, 1);
    let mut new = paired(&mut device, 2);
    device.close_session(old.session());
    assert!(new.status(&mut device).is_ok());
}

/// Guessing is limited, with growing lock-outs, and the application is told.
#[test]
fn guessing_is_limited() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    let guess = |device: &mut Device, n| stranger(n).handshake(device).unwrap_err();
    let mismatch = PhoneError::Request(Error::Handshake(HandshakeError::ProofMismatch).into());
    for n in 10..15 {
        assert_eq!(guess(&mut device, n), mismatch);
    }
    assert_eq!(device.count(&Event::LockedOut(ms(30_000))), 1);
    // Neither another connection nor the right proof circumvents it.
    for mut peer in [stranger(20), phone(21)] {
        assert!(device.manager().protocomm().locked_out(device.now()).is_some());
        let locked = HandshakeError::LockedOut;
        let error = PhoneError::Request(Error::Handshake(locked).into());
        assert_eq!(peer.handshake(&mut device), Err(error));
    }
    assert!(owner.status(&mut device).is_ok(), "the established session continues");

    device.advance(ms(30_000));
    assert_eq!(guess(&mut device, 30), mismatch);
    assert_eq!(device.count(&Event::LockedOut(ms(60_000))), 1);
    device.advance(ms(60_000));
    assert_eq!(phone(31).handshake(&mut device), Ok(()));
    // The count is cleared.
    for n in 40..44 {
        assert_eq!(guess(&mut device, n), mismatch);
    }
    assert_eq!(device.manager().protocomm().locked_out(device.now()), None);
}

/// Handshakes started before the lock-out do not allow further guesses after it.
#[test]
fn a_lockout_ends_the_handshakes_in_progress() {
    let mut device = device();
    let mut early = Client::sec1(b"guess", [8; 32]);
    let first = early.handshake_message().unwrap();
    let reply = device.request(PEER, endpoints::SESSION.name, first).unwrap();
    early.handle(&reply).unwrap();
    for n in 10..15 {
        stranger(n).handshake(&mut device).unwrap_err();
    }
    device.advance(ms(30_000));
    let second = early.handshake_message().unwrap();
    let reply = device.request(PEER, endpoints::SESSION.name, second);
    assert_eq!(reply, handshake_refused(HandshakeError::OutOfOrder));
}

/// Nor does a restart of the service circumvent it.
#[test]
fn the_limit_outlives_a_restart() {
    let mut device = device();
    for n in 10..15 {
        stranger(n).handshake(&mut device).unwrap_err();
    }
    device.stop();
    device.start(sec1()).unwrap();
    assert!(phone(1).handshake(&mut device).is_err());
    device.advance(ms(30_000));
    assert!(phone(1).handshake(&mut device).is_ok());
}

/// A newcomer displaces a session only by completing a handshake.
#[test]
fn a_newcomer_displaces_nobody_before_it_has_proved_itself() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    stranger(2).handshake(&mut device).unwrap_err();
    device.request(PEER, endpoints::SESSION.name, first_command(&[9; 32])).unwrap();
    device.request(PEER, endpoints::CONFIG.name, vec![]).unwrap_err();
    assert!(owner.status(&mut device).is_ok());
    assert_eq!(device.manager().protocomm().established(), Some(owner.session()));

    let mut newcomer = paired(&mut device, 3);
    assert_eq!(device.manager().protocomm().established(), Some(newcomer.session()));
    let error = PhoneError::Request(Error::NoSession.into());
    assert_eq!(owner.status(&mut device), Err(error));
    assert!(newcomer.status(&mut device).is_ok());
}

/// Credentials set in a displaced session are not applied by the next one.
#[test]
fn a_newcomer_does_not_apply_credentials_of_another() {
    let mut device = device();
    paired(&mut device, 1).set(&mut device, HOME, PASSPHRASE).unwrap();
    assert_eq!(paired(&mut device, 2).apply(&mut device), Ok(Status::InternalError));
    assert_eq!(device.store().network(), None);
}

/// A request that waits when its session is displaced gets exactly one response, an error.
#[test]
fn a_displaced_session_that_waits_for_a_scan_is_told() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    let message = owner.client().seal(messages::scan_start(true));
    let waiting = device.post(owner.session(), endpoints::SCAN.name, message);
    assert_eq!(device.reply(waiting), None);
    let mut newcomer = paired(&mut device, 2);
    assert_eq!(device.reply(waiting), Some(&Err(RequestError::Displaced)));
    // The newcomer waits for the same scan and gets its results.
    let found = newcomer.scan(&mut device).unwrap();
    assert_eq!((found.len(), device.unanswered()), (2, 0));
}

/// A request to an unknown endpoint affects no session.
#[test]
fn an_unknown_endpoint_touches_no_session() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    for peer in [PEER, owner.session()] {
        for name in ["nonsense", "", "prov-session ", "PROV-CONFIG"] {
            let reply = device.request(peer, name, b"x".to_vec());
            assert_eq!(reply, refused(Error::UnknownEndpoint), "{name:?}");
        }
    }
    assert!(owner.status(&mut device).is_ok());
}

/// A request's length is checked before it is decoded. A long request costs nothing and ends no
/// session.
#[test]
fn long_requests_are_refused() {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.start(sec0()).unwrap();
    let reply = device.request(PEER, endpoints::SESSION.name, vec![0; 1025]);
    assert_eq!(reply, refused(Error::RequestTooLarge));
    let mut phone = Phone::new(1, Client::sec0());
    phone.handshake(&mut device).unwrap();
    let error = PhoneError::Request(Error::RequestTooLarge.into());
    let long = phone.request(&mut device, endpoints::CONFIG.name, vec![0; 1025]);
    assert_eq!(long, Err(error));
    assert!(phone.status(&mut device).is_ok());
}

/// A driver's scan results may contain anything.
#[test]
fn a_scan_result_without_a_name_is_skipped() {
    let mut device = device();
    let seen = AccessPoint { ssid: None, ..SimulatedAp::new("x", "").seen };
    device.radio_reports(sim::radio::RadioEvent::ScanResult(seen));
    assert_eq!(paired(&mut device, 1).scan(&mut device).unwrap().len(), 2);
}
