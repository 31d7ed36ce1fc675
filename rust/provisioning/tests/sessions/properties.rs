//! Any names, any proofs of possession, any order of messages, from any peer.

use protocomm::Millis;

use proptest::prelude::*;
use protocomm::{Error, HandshakeError, SessionId, TransportId};
use provisioning::limits::OUTPUTS_MAX;
use provisioning::wifi::{AuthMode, ConnectFailure, Link, ScanFailure, StationStatus, WifiEvent};
use provisioning::{Config, Event, State, endpoints};
use sim::client::answers::{self, WifiStatus};
use sim::client::messages;
use sim::device::Setup;
use sim::phone::PhoneError;
use sim::radio::RadioEvent;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::order;
use crate::support::{
    CUSTOM, HOME, LONG, PASSPHRASE, POP, config, custom_device, device_in, home, ms, paired, sec1,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Names and passphrases are bytes: the device joins and stores exactly what a client sends.
    #[test]
    fn any_ssid_and_passphrase_work(
        ssid in proptest::collection::vec(any::<u8>(), 1..=32),
        passphrase in prop_oneof![
            Just(vec![]),
            proptest::collection::vec(any::<u8>(), 8..=63),
            "[0-9a-fA-F]{64}".prop_map(String::into_bytes),
        ],
    ) {
        let world = World::of([SimulatedAp::new(&ssid, &passphrase)]);
        let mut device = device_in(world, config(1));
        let mut phone = paired(&mut device, 1);
        match phone.provision(&mut device, &ssid, &passphrase) {
            Ok(WifiStatus::Connected(state)) => prop_assert_eq!(&state.ssid, &ssid),
            other => prop_assert!(false, "{:?}", other),
        }
        let stored = device.store().credentials().unwrap();
        prop_assert_eq!(stored.ssid.as_bytes(), &ssid[..]);
        prop_assert_eq!(stored.passphrase.as_bytes(), &passphrase[..]);
    }

    /// The proof of possession opens the device, and nothing else does, whatever its length.
    #[test]
    fn any_proof_of_possession_works(
        pop in proptest::collection::vec(any::<u8>(), 0..300),
        other in proptest::collection::vec(any::<u8>(), 0..300),
        keys in any::<[[u8; 32]; 2]>(),
    ) {
        let mut device = Device::running(home(), &pop);
        let mut owner = Phone::new(1, Client::sec1(&pop, keys[0]));
        prop_assert_eq!(owner.handshake(&mut device), Ok(()));
        prop_assert!(owner.status(&mut device).is_ok());
        let mut stranger = Phone::new(2, Client::sec1(&other, keys[1]));
        let mismatch = Error::Handshake(HandshakeError::ProofMismatch);
        let expected =
            if pop == other { Ok(()) } else { Err(PhoneError::Request(mismatch.into())) };
        prop_assert_eq!(stranger.handshake(&mut device), expected);
    }
}

/// An action on a device.
#[derive(Clone, Debug)]
enum Happening {
    /// Bytes from a session to an endpoint.
    Bytes {
        session: u8,
        endpoint: usize,
        bytes: Vec<u8>,
    },
    /// A handshake, with the proof of possession or a guess.
    Handshake {
        session: u8,
        knows: bool,
    },
    /// A valid message in plain text, from any session.
    Message {
        session: u8,
        message: Said,
    },
    /// A sealed message in the session.
    Sealed(Said),
    Closed {
        session: u8,
    },
    Wifi(WifiEvent),
    ScanEnds(bool),
    Time(Millis),
    Stop,
    Start,
    Reset,
    Reprovision,
    Configure,
    StoreFails(bool),
    NetworkGone(bool),
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Set,
    SetWrong,
    Apply,
    Status,
    ScanStart(bool),
    ScanStatus,
    ScanResult,
    Reset,
    Reprovision,
    Nonsense,
    Custom,
}

impl Said {
    fn message(self) -> (&'static str, Vec<u8>) {
        let (config, scan) = (endpoints::CONFIG.name, endpoints::SCAN.name);
        match self {
            Self::Set => (config, messages::set_wifi(HOME, PASSPHRASE)),
            Self::SetWrong => (config, messages::set_wifi(HOME, b"wrong-horse")),
            Self::Apply => (config, messages::apply_wifi()),
            Self::Status => (config, messages::get_status()),
            Self::ScanStart(blocking) => (scan, messages::scan_start(blocking)),
            Self::ScanStatus => (scan, messages::scan_status()),
            Self::ScanResult => (scan, messages::scan_result(0, 4)),
            Self::Reset => (endpoints::CTRL.name, messages::reset()),
            Self::Reprovision => (endpoints::CTRL.name, messages::reprovision()),
            Self::Nonsense => (config, vec![0xff]),
            Self::Custom => (CUSTOM, vec![]),
        }
    }
}

const ENDPOINTS: [&str; 7] = [
    endpoints::CTRL.name,
    endpoints::SCAN.name,
    endpoints::SESSION.name,
    endpoints::CONFIG.name,
    endpoints::VERSION.name,
    CUSTOM,
    "nonsense",
];

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        3 => Just(Said::Set),
        1 => Just(Said::SetWrong),
        3 => Just(Said::Apply),
        3 => Just(Said::Status),
        1 => any::<bool>().prop_map(Said::ScanStart),
        1 => Just(Said::ScanStatus),
        1 => Just(Said::ScanResult),
        1 => Just(Said::Reset),
        1 => Just(Said::Reprovision),
        1 => Just(Said::Nonsense),
        1 => Just(Said::Custom),
    ]
}

fn wifi_event() -> impl Strategy<Value = WifiEvent> {
    let failure = prop_oneof![
        Just(ConnectFailure::WrongPassword),
        Just(ConnectFailure::NotFound),
        Just(ConnectFailure::Other),
    ];
    let link = Link { bssid: [7; 6], channel: 7, auth: AuthMode::Wpa2Psk };
    prop_oneof![
        Just(WifiEvent::LinkUp(link)),
        any::<[u8; 4]>().prop_map(|address| WifiEvent::GotAddress(address.into())),
        failure.clone().prop_map(WifiEvent::ConnectFailed),
        failure.prop_map(WifiEvent::LinkDown),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..80);
    prop_oneof![
        3 => (0u8..4, 0..ENDPOINTS.len(), bytes)
            .prop_map(|(session, endpoint, bytes)| Happening::Bytes { session, endpoint, bytes }),
        2 => (0u8..4, any::<bool>())
            .prop_map(|(session, knows)| Happening::Handshake { session, knows }),
        2 => (0u8..4, said())
            .prop_map(|(session, message)| Happening::Message { session, message }),
        8 => said().prop_map(Happening::Sealed),
        1 => (0u8..4).prop_map(|session| Happening::Closed { session }),
        2 => wifi_event().prop_map(Happening::Wifi),
        1 => any::<bool>().prop_map(Happening::ScanEnds),
        4 => (0u32..3_000).prop_map(|time| Happening::Time(ms(time))),
        1 => (0u32..60_000).prop_map(|time| Happening::Time(ms(time))),
        1 => Just(Happening::Stop),
        2 => Just(Happening::Start),
        1 => Just(Happening::Reset),
        1 => Just(Happening::Reprovision),
        1 => Just(Happening::Configure),
        1 => any::<bool>().prop_map(Happening::StoreFails),
        1 => any::<bool>().prop_map(Happening::NetworkGone),
    ]
}

/// A device, and what the test knows about it.
struct Run {
    device: Device,
    /// The session that must be established, and its client.
    owner: Option<Phone>,
    handshakes: u8,
}

impl Run {
    fn new() -> Self {
        let (device, _) = custom_device(sec1());
        Self { device, owner: None, handshakes: 0 }
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Bytes { session, endpoint, bytes } => {
                self.device.post(id(session), ENDPOINTS[endpoint], bytes);
                self.keystream_moved(session);
            }
            Happening::Message { session, message } => {
                let (endpoint, bytes) = message.message();
                self.device.post(id(session), endpoint, bytes);
                self.keystream_moved(session);
            }
            Happening::Handshake { session, knows } => self.handshake(session, knows),
            Happening::Sealed(said) => self.sealed(said),
            Happening::Closed { session } => {
                self.device.close_session(id(session));
                self.owner.take_if(|owner| owner.session() == id(session));
            }
            Happening::Wifi(event) => self.device.radio_reports(RadioEvent::Wifi(event)),
            Happening::ScanEnds(well) => {
                let result = if well { Ok(()) } else { Err(ScanFailure) };
                self.device.radio_reports(RadioEvent::ScanDone(result));
            }
            Happening::Time(time) => self.device.advance(time),
            Happening::Stop => self.device.stop(),
            Happening::Start => {
                let _ = self.device.start(sec1());
            }
            Happening::Reset => {
                let _ = self.device.call(|manager, _| manager.reset_on_failure());
            }
            Happening::Reprovision => {
                let _ = self.device.call(|manager, _| manager.reset_for_reprovision());
            }
            Happening::Configure => {
                let call = |manager: &mut provisioning::Manager<_>, now| {
                    manager.configure_wifi(now, HOME, PASSPHRASE)
                };
                let _ = self.device.call(call);
            }
            Happening::StoreFails(fails) => {
                let next = self.device.store().writes() + 1;
                self.device.faults.store_write = fails.then_some(next);
            }
            Happening::NetworkGone(gone) => {
                for ap in &mut self.device.world_mut().access_points {
                    ap.flaky = if gone { u32::MAX } else { 0 };
                }
            }
        }
        if matches!(self.device.manager().state(), State::Idle | State::Starting) {
            self.owner = None;
        }
    }

    fn handshake(&mut self, session: u8, knows: bool) {
        self.handshakes = self.handshakes.wrapping_add(1);
        let pop = if knows { POP } else { b"guess" };
        let mut phone = Phone::new(session.into(), Client::sec1(pop, [self.handshakes; 32]));
        if phone.handshake(&mut self.device).is_ok() {
            assert!(knows, "a peer without the proof of possession has a session");
            self.owner = Some(phone);
        }
    }

    /// A request in the session. It may fail, but a response must be valid.
    fn sealed(&mut self, said: Said) {
        let Some(mut owner) = self.owner.take() else { return };
        let (endpoint, plain) = said.message();
        let answering = self.device.manager().protocomm().is_responding();
        let sent = owner.client().seal(plain);
        match self.device.request(owner.session(), endpoint, sent) {
            Ok(sealed) => {
                assert!(!sealed.is_empty());
                let opened = owner.client().open(sealed).unwrap();
                if matches!(said, Said::Status) {
                    self.truth(&answers::status(&opened).expect("a status"));
                }
            }
            // It was not opened, so the keys are out of step and the client starts over.
            Err(_) if answering => return self.restart(owner),
            Err(_) => {}
        }
        self.owner = Some(owner);
    }

    /// Bytes on the owner's connection were opened with its keys.
    fn keystream_moved(&mut self, session: u8) {
        if let Some(owner) = self.owner.take_if(|owner| owner.session() == id(session)) {
            self.restart(owner);
        }
    }

    /// The owner does a new handshake. Until that succeeds, its session stays as it was.
    fn restart(&mut self, mut owner: Phone) {
        self.handshakes = self.handshakes.wrapping_add(1);
        owner.replace_client(Client::sec1(POP, [self.handshakes; 32]));
        let _ = owner.handshake(&mut self.device);
        self.owner = Some(owner);
    }

    /// A client reads the true state.
    fn truth(&self, read: &WifiStatus) {
        let agrees = matches!(
            (self.device.manager().wifi_status(), read),
            (StationStatus::Disconnected, WifiStatus::Disconnected)
                | (StationStatus::Connecting, WifiStatus::Connecting)
                | (StationStatus::AttemptFailed { .. }, WifiStatus::AttemptFailed(_))
                | (StationStatus::Connected { .. }, WifiStatus::Connected(_))
                | (StationStatus::Failed(_), WifiStatus::Failed(_))
        );
        assert!(agrees, "{read:?} {:?}", self.device.manager().wifi_status());
    }

    /// What holds at any time.
    fn check(&self) {
        let manager = self.device.manager();
        let state = manager.state();
        let status = manager.wifi_status();
        let allowed = match state {
            State::Awaiting | State::Failed => {
                matches!(status, StationStatus::Disconnected | StationStatus::Failed(_))
            }
            State::Trying => {
                matches!(status, StationStatus::Connecting | StationStatus::AttemptFailed { .. })
            }
            State::Succeeded => {
                matches!(status, StationStatus::Connecting | StationStatus::Connected { .. })
            }
            _ => true,
        };
        assert!(allowed, "{state:?} {status:?}");
        if state == State::Failed {
            assert!(matches!(status, StationStatus::Failed(_)));
        }
        if state == State::Idle {
            assert_eq!(manager.next_timeout(), None);
        }
        // Only a peer with the proof has a session, and only such a peer has ended the owner's.
        let expected = self.owner.as_ref().map(Phone::session);
        assert_eq!(manager.protocomm().established(), expected);
        assert!(self.device.outputs_peak() <= OUTPUTS_MAX);
        assert!(self.device.unanswered() <= 1, "at most one request waits, for a scan");
        order::check(self.device.events());
    }
}

fn id(session: u8) -> SessionId {
    SessionId::new(TransportId(0), session.into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever happens in whatever order, the device keeps its guarantees and can be provisioned
    /// afterwards.
    #[test]
    fn any_order_of_actions_is_survived(
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        let mut run = Run::new();
        for happening in happenings {
            run.happens(happening);
            run.check();
        }
        let Run { mut device, .. } = run;
        device.faults.store_write = None;
        device.stop();
        device.advance(LONG);
        prop_assert_eq!(device.unanswered(), 0);
        prop_assert_eq!(device.manager().state(), State::Idle);
        let ap = SimulatedAp::new(HOME, PASSPHRASE);
        device.world_mut().access_points = vec![ap];
        // The events that the test made up may have put the manager and the radio at odds.
        device.drop_link(ConnectFailure::Other);
        device.start(sec1()).unwrap();
        let status = paired(&mut device, 9).provision(&mut device, HOME, PASSPHRASE);
        prop_assert!(status.unwrap().address().is_some());
        device.advance(LONG);
        prop_assert_eq!(device.events().last(), Some(&Event::End));
    }

    /// Bytes to the plain endpoints never open a session, and get exactly one response.
    #[test]
    fn any_bytes_are_answered_once(
        bytes in proptest::collection::vec(
            (0..ENDPOINTS.len(), proptest::collection::vec(any::<u8>(), 0..600)),
            1..20,
        ),
    ) {
        let mut device = Device::boot(Setup {
            world: home(),
            config: Config::default(),
            ..Setup::default()
        });
        device.start(sec1()).unwrap();
        for (endpoint, bytes) in bytes {
            let reply = device.request(id(0), ENDPOINTS[endpoint], bytes);
            let plain = [endpoints::VERSION.name, endpoints::SESSION.name];
            prop_assert!(reply.is_err() || plain.contains(&ENDPOINTS[endpoint]));
            prop_assert_eq!(device.manager().protocomm().established(), None);
        }
        prop_assert_eq!(device.unanswered(), 0);
    }
}
