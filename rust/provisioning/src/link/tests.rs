use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};
use protocomm::Millis;

use super::*;
use crate::thread::{Addresses, Attached, Dataset, NetworkName, Thread, ThreadEvent, ThreadState};
use crate::wifi::{
    AuthMode, ConnectFailure, ConnectRequest, Credentials, Link, Passphrase, Security, Ssid, Wifi,
    WifiEvent,
};

const LINK: Link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
const UP: WifiEvent = WifiEvent::LinkUp(LINK);
const ADDRESS: WifiEvent = WifiEvent::GotAddress(Ipv4Addr::new(10, 0, 0, 7));
const NOT_FOUND: WifiEvent = WifiEvent::ConnectFailed(ConnectFailure::NotFound);
const DOWN: WifiEvent = WifiEvent::LinkDown(ConnectFailure::Other);

/// A machine under simulated time.
struct Bench<N: LinkType> {
    machine: LinkMachine<N>,
    config: Config,
    now: Instant,
    out: Outputs,
}

impl<N: LinkType> Bench<N> {
    fn new(config: Config) -> Self {
        let now = Instant::from_millis(0);
        Self { machine: LinkMachine::new(), config, now, out: Outputs::new() }
    }

    /// Advances time until something is due. Returns the milliseconds passed.
    fn wait(&mut self) -> (u64, Option<Verdict>) {
        let due = self.machine.next_timeout().expect("something is due");
        let waited = due.as_millis() - self.now.as_millis();
        self.now = due;
        let verdict = self.machine.handle_timeout(due, &self.config, &mut self.out);
        (waited, verdict)
    }

    fn report(&mut self, event: N::Event) -> Option<Verdict> {
        self.machine.handle_event(self.now, event, &self.config, &mut self.out)
    }

    fn outputs(&mut self) -> Vec<Output> {
        core::iter::from_fn(|| self.out.pop()).collect()
    }

    fn events(&mut self) -> Vec<Event> {
        let event = |output| match output {
            Output::Event(event) => Some(event),
            _ => None,
        };
        self.outputs().into_iter().filter_map(event).collect()
    }
}

impl Bench<Wifi> {
    fn stored(networks: usize) -> Self {
        let mut bench = Self::new(Config::default());
        assert!(!bench.machine.connect_stored(bench.now, networks, Connects));
        bench
    }

    fn offered(config: Config, bssid: Option<[u8; 6]>) -> Self {
        Self::seen(config, bssid, None)
    }

    /// The same for a network that a scan has found with this signal strength.
    fn seen(config: Config, bssid: Option<[u8; 6]>, rssi: Option<i8>) -> Self {
        let mut bench = Self::new(config);
        let credentials = Credentials {
            ssid: Ssid::new(b"home").unwrap(),
            passphrase: Passphrase::new(b"passphrase").unwrap(),
            bssid,
            channel: None,
        };
        let target = ConnectRequest { credentials, security: Security::Unknown };
        bench.machine.offer(bench.now, target, rssi, &bench.config);
        bench
    }

    /// Starts the next attempt with a stored network. Returns the pause before it and the network's
    /// index.
    fn next_stored(&mut self) -> (u64, usize) {
        let (waited, verdict) = self.wait();
        assert_eq!(verdict, None);
        match self.outputs().last() {
            Some(Output::ConnectStored(index)) => (waited, *index),
            other => panic!("{other:?}"),
        }
    }

    /// Starts the next attempt with offered credentials. Returns the pause before it and what to
    /// join.
    fn next_offered(&mut self) -> (u64, ConnectRequest) {
        let (waited, verdict) = self.wait();
        assert_eq!(verdict, None);
        match self.outputs().pop() {
            Some(Output::Connect) => (waited, self.machine.target().unwrap().clone()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn stored_networks_take_turns_and_rounds_pause_longer() {
    let mut bench = Bench::stored(3);
    let (mut pauses, mut tried, mut verdict) = (Vec::new(), Vec::new(), None);
    while verdict.is_none() {
        let (pause, index) = bench.next_stored();
        pauses.push(pause);
        tried.push(index);
        verdict = bench.report(NOT_FOUND);
        assert!(matches!(bench.outputs()[0], Output::Disconnect));
    }
    assert_eq!(tried, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    assert_eq!(pauses, [0, 250, 250, 1000, 250, 250, 2000, 250, 250, 4000, 250, 250]);
    assert_eq!(verdict, Some(Verdict::Failed(FailReason::NetworkNotFound)));
    assert_eq!(bench.machine.next_timeout(), None);
    assert_eq!(bench.report(NOT_FOUND), None);
    assert!(bench.outputs().is_empty());
}

#[test]
fn a_stored_network_is_joined_with_an_address() {
    let mut bench = Bench::stored(2);
    bench.next_stored();
    assert_eq!(bench.report(ADDRESS), None, "of the previous network");
    assert_eq!(bench.report(UP), None);
    assert_eq!(bench.report(ADDRESS), Some(Verdict::Online));
    assert_eq!(bench.events(), [Event::Online]);
    assert_eq!(bench.report(ADDRESS), None, "the lease is renewed");
    assert!(bench.outputs().is_empty());
    assert_eq!(bench.machine.progress(None), Progress::Online);
    assert_eq!(bench.machine.next_timeout(), None);
}

#[test]
fn timeouts_tell_a_link_without_address_from_silence() {
    let mut bench = Bench::stored(1);
    bench.next_stored();
    assert_eq!(bench.wait(), (30_000, None));
    let retry = |reason, after| Event::ConnectRetry { reason, after };
    assert_eq!(bench.events(), [retry(FailReason::NetworkNotFound, Millis::from_secs(1))]);
    bench.next_stored();
    bench.report(UP);
    assert_eq!(bench.wait(), (30_000, None));
    assert_eq!(bench.events(), [retry(FailReason::NoAddress, Millis::from_secs(2))]);
    bench.next_stored();
    // The driver reports the end of that link only now.
    assert_eq!(bench.report(DOWN), None);
    assert!(bench.outputs().is_empty());
    bench.report(WifiEvent::ConnectFailed(ConnectFailure::WrongPassword));
    assert_eq!(bench.events(), [retry(FailReason::AuthError, Millis::from_secs(4))]);
}

#[test]
fn a_device_that_is_online_does_not_connect_again() {
    let mut bench = Bench::<Wifi>::new(Config::default());
    bench.report(UP);
    bench.report(ADDRESS);
    assert!(bench.machine.connect_stored(bench.now, 1, Connects));
    assert_eq!(bench.machine.next_timeout(), None);
    bench.report(DOWN);
    assert_eq!(bench.events(), [Event::LinkLost]);
}

#[test]
fn a_lost_link_is_left_alone_unless_the_device_is_to_stay_online() {
    let mut bench = Bench::stored(1);
    bench.next_stored();
    bench.report(UP);
    bench.report(ADDRESS);
    bench.report(DOWN);
    assert_eq!(bench.events(), [Event::Online, Event::LinkLost]);
    assert_eq!(bench.machine.next_timeout(), None);
    assert_eq!(bench.machine.progress(None), Progress::Offline(None));
}

#[test]
fn a_lost_link_is_restored_without_end_with_limited_pauses() {
    let mut bench = Bench::stored(2);
    bench.config.stay_online = true;
    bench.next_stored();
    bench.report(NOT_FOUND);
    bench.next_stored();
    bench.report(UP);
    bench.report(ADDRESS);
    for _ in 0..2 {
        bench.outputs();
        bench.report(DOWN);
        assert_eq!(bench.events(), [Event::LinkLost], "once");
        assert_eq!(bench.next_stored(), (250, 1), "the lost network is tried first");
        bench.report(NOT_FOUND);
        let mut pauses = Vec::new();
        for _ in 0..10 {
            let (pause, index) = bench.next_stored();
            assert_eq!(index, 0);
            pauses.push(pause / 1000);
            bench.report(NOT_FOUND);
            assert_eq!(bench.next_stored(), (250, 1));
            assert_eq!(bench.report(NOT_FOUND), None);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        bench.next_stored();
        bench.report(NOT_FOUND);
        bench.next_stored();
        bench.report(UP);
        bench.outputs();
        assert_eq!(bench.report(ADDRESS), None);
        assert_eq!(bench.events(), [Event::Online]);
    }
}

#[test]
fn the_driver_may_restore_the_link_first() {
    let mut bench = Bench::stored(1);
    bench.config.stay_online = true;
    bench.next_stored();
    bench.report(UP);
    bench.report(ADDRESS);
    bench.report(DOWN);
    bench.report(UP);
    bench.report(ADDRESS);
    assert_eq!(bench.events(), [Event::Online, Event::LinkLost, Event::Online]);
    assert_eq!(bench.machine.next_timeout(), None);
}

#[test]
fn offered_credentials_have_a_number_of_attempts() {
    let config = Config { wifi_conn_attempts: 2, ..Config::default() };
    let mut bench = Bench::offered(config, None);
    assert_eq!(bench.next_offered().0, 1000);
    assert_eq!(bench.machine.remaining_attempts(), Some(2));
    bench.report(NOT_FOUND);
    let failed =
        |remaining| Event::AttemptFailed { reason: FailReason::NetworkNotFound, remaining };
    assert_eq!(bench.events(), [failed(1)]);
    assert_eq!(bench.machine.progress(None), Progress::Retrying { remaining: 1 });
    let (waited, _) = bench.wait();
    assert_eq!(waited, 250);
    assert_eq!(bench.events(), [Event::Attempt { number: 2, of: 2 }]);
    let verdict = bench.report(WifiEvent::ConnectFailed(ConnectFailure::Other));
    assert_eq!(verdict, Some(Verdict::Failed(FailReason::NetworkNotFound)), "the reason known");
    assert_eq!(bench.events(), [failed(0)]);
    assert!(bench.machine.target().is_none());
}

#[test]
fn a_hint_is_for_the_first_attempt_and_costs_none() {
    let mut bench = Bench::offered(Config::default(), Some([9; 6]));
    let (_, request) = bench.next_offered();
    assert_eq!(request.credentials.bssid, Some([9; 6]));
    assert_eq!(bench.report(NOT_FOUND), None);
    assert!(bench.events().is_empty(), "the attempt is not over");
    assert_eq!(bench.machine.progress(None), Progress::Connecting);
    let (pause, request) = bench.next_offered();
    assert_eq!((pause, request.credentials.bssid), (250, None));
    assert_eq!(bench.report(NOT_FOUND), Some(Verdict::Failed(FailReason::NetworkNotFound)));
}

#[test]
fn a_hint_that_led_to_the_network_is_not_at_fault() {
    let mut bench = Bench::offered(Config::default(), Some([9; 6]));
    bench.next_offered();
    let verdict = bench.report(WifiEvent::ConnectFailed(ConnectFailure::WrongPassword));
    assert_eq!(verdict, Some(Verdict::Failed(FailReason::AuthError)));

    let mut bench = Bench::offered(Config::default(), Some([9; 6]));
    bench.next_offered();
    bench.report(UP);
    assert_eq!(bench.wait().1, Some(Verdict::Failed(FailReason::NoAddress)));
}

#[test]
fn a_target_that_worked_has_no_hints_and_the_security_of_the_link() {
    let mut bench = Bench::offered(Config::default(), Some([9; 6]));
    bench.next_offered();
    bench.report(UP);
    assert_eq!(bench.report(ADDRESS), Some(Verdict::Online));
    let target = bench.machine.target().unwrap();
    assert_eq!((target.credentials.bssid, target.security), (None, Security::Psk));
    assert!(bench.events().is_empty(), "it is not stored yet");

    // Another access point of the network is equally good.
    bench.report(DOWN);
    assert_eq!(bench.next_offered().1.credentials.bssid, None);
}

#[test]
fn stored_networks_take_over_from_offered_credentials() {
    for stay_online in [false, true] {
        let config = Config { stay_online, ..Config::default() };
        let mut bench = Bench::offered(config, None);
        bench.next_offered();
        bench.report(UP);
        bench.report(ADDRESS);
        bench.machine.keep(bench.now, 3, &bench.config);
        assert!(bench.machine.target().is_none(), "the secret is gone");
        bench.report(DOWN);
        assert_eq!(bench.events(), [Event::LinkLost]);
        if stay_online {
            assert_eq!(bench.next_stored(), (250, 0));
        } else {
            assert_eq!(bench.machine.next_timeout(), None);
        }
    }
}

#[test]
fn an_attempt_is_ended_with_a_disconnect() {
    let mut bench = Bench::stored(1);
    bench.machine.cancel(&mut bench.out);
    assert!(bench.outputs().is_empty(), "there was no attempt yet");

    let mut bench = Bench::stored(1);
    bench.next_stored();
    bench.machine.cancel(&mut bench.out);
    assert!(matches!(bench.outputs()[..], [Output::Disconnect]));
    assert_eq!(bench.machine.next_timeout(), None);

    let mut bench = Bench::stored(1);
    bench.next_stored();
    bench.report(UP);
    bench.report(ADDRESS);
    bench.outputs();
    bench.machine.cancel(&mut bench.out);
    assert!(bench.outputs().is_empty(), "a device that is online stays so");
    bench.machine.disconnect(&mut bench.out);
    assert!(matches!(bench.outputs()[..], [Output::Disconnect]));
}

fn attached(ext_pan_id: u8) -> ThreadEvent {
    let name = NetworkName::new(b"home").unwrap();
    ThreadEvent::Attached(Attached { name, pan_id: 1, ext_pan_id: [ext_pan_id; 8], channel: 15 })
}

fn alone(ext_pan_id: u8) -> ThreadEvent {
    match attached(ext_pan_id) {
        ThreadEvent::Attached(attached) => ThreadEvent::Alone(attached),
        other => other,
    }
}

/// Offers a dataset of network 7 and starts its attempt.
fn offered_dataset(config: Config) -> Bench<Thread> {
    let mut bench = Bench::<Thread>::new(config);
    let bytes = [&[0, 3, 0, 0, 15, 2, 8][..], &[7; 8], &[1, 2, 0x12, 0x34, 5, 16], &[1; 16]];
    let dataset = Dataset::new(&bytes.concat()).unwrap();
    bench.machine.offer(bench.now, dataset, None, &bench.config);
    assert_eq!(bench.wait().0, 1000);
    bench
}

#[test]
fn a_new_dataset_must_find_another_device() {
    let not_found = Some(Verdict::Failed(FailReason::NetworkNotFound));
    let mut bench = offered_dataset(Config::thread());
    assert_eq!(bench.report(alone(7)), None);
    assert_eq!(bench.machine.progress(None), Progress::Connecting);
    assert_eq!(bench.wait(), (20_000, not_found));

    let mut bench = offered_dataset(Config::thread());
    assert_eq!(bench.report(alone(7)), None);
    assert_eq!(bench.report(attached(7)), Some(Verdict::Online), "the network was found late");
    assert_eq!(bench.report(alone(7)), None, "and has gone again");
    assert_eq!(bench.machine.progress(None), Progress::Online);
}

#[test]
fn a_network_may_be_founded_if_the_settings_say_so() {
    let mut bench = offered_dataset(Config { must_find_others: false, ..Config::thread() });
    assert_eq!(bench.report(alone(8)), None, "another network");
    assert_eq!(bench.report(alone(7)), Some(Verdict::Online));
}

#[test]
fn a_stored_dataset_need_not_find_another_device() {
    let mut bench = Bench::<Thread>::new(Config::thread());
    bench.machine.connect_stored(bench.now, 1, Connects);
    bench.wait();
    assert_eq!(bench.report(alone(7)), Some(Verdict::Online));
}

#[test]
fn addresses_count_while_the_device_is_attached() {
    let addresses = Addresses { mesh_local: Some(Ipv6Addr::from([0xfd; 16])), off_mesh: None };
    let mut state = ThreadState::default();
    state.update(ThreadEvent::Addresses(addresses));
    assert_eq!(state.addresses(), Addresses::default());
    state.update(attached(7));
    assert_eq!(state.addresses(), addresses);
    state.update(ThreadEvent::Detached);
    assert_eq!(state.addresses(), Addresses::default());
}

/// Why an attempt failed, depending on the last scan and the driver's reports.
#[test]
fn reasons_follow_the_evidence() {
    use ConnectFailure::{NotFound, Other, Timeout, WrongPassword};
    use FailReason::{AuthError, HandshakeTimeout, NetworkNotFound, WeakSignal};

    for (rssi, failure, reason) in [
        (None, WrongPassword, AuthError),
        (None, NotFound, NetworkNotFound),
        (None, Timeout, NetworkNotFound),
        (None, Other, NetworkNotFound),
        (Some(-80), WrongPassword, AuthError),
        (Some(-80), NotFound, NetworkNotFound),
        (Some(-80), Timeout, HandshakeTimeout),
        (Some(-80), Other, AuthError),
        (Some(-81), WrongPassword, AuthError),
        (Some(-81), NotFound, NetworkNotFound),
        (Some(-81), Timeout, WeakSignal),
        (Some(-81), Other, WeakSignal),
    ] {
        let mut bench = Bench::seen(Config::default(), None, rssi);
        bench.next_offered();
        let verdict = bench.report(WifiEvent::ConnectFailed(failure));
        assert_eq!(verdict, Some(Verdict::Failed(reason)), "{rssi:?}, {failure:?}");
        let failed = Event::AttemptFailed { reason, remaining: 0 };
        assert_eq!(bench.events(), [failed], "{rssi:?}, {failure:?}");
    }
}

#[test]
fn a_dataset_has_one_attempt_and_a_stored_one_four() {
    let mut bench = offered_dataset(Config::thread());
    assert_eq!(bench.report(ThreadEvent::Detached), None, "on its way");
    assert_eq!(bench.report(attached(8)), None, "another network");
    assert_eq!(bench.wait(), (20_000, Some(Verdict::Failed(FailReason::NetworkNotFound))));

    bench.machine.connect_stored(bench.now, 1, Connects);
    let before = bench.now;
    let verdict = loop {
        if let (_, Some(verdict)) = bench.wait() {
            break verdict;
        }
        bench.outputs();
    };
    assert_eq!(verdict, Verdict::Failed(FailReason::NetworkNotFound));
    assert_eq!(before.until(bench.now), Millis::from_secs(87), "pauses of 1, 2 and 4 s");
}

#[test]
fn an_abandoned_attachment_is_not_a_success() {
    let mut bench = Bench::<Thread>::new(Config::thread());
    bench.machine.connect_stored(bench.now, 1, Connects);
    bench.wait();
    assert_eq!(bench.report(ThreadEvent::Refused), None);
    bench.outputs();
    assert_eq!(bench.report(attached(7)), None);
    assert!(bench.outputs().is_empty());
    bench.wait();
    assert_eq!(bench.report(attached(7)), Some(Verdict::Online));
}

#[test]
fn a_thread_stack_finds_its_network_again_by_itself() {
    let mut bench = Bench::<Thread>::new(Config::thread());
    bench.machine.connect_stored(bench.now, 1, Connects);
    bench.wait();
    assert_eq!(bench.report(attached(7)), Some(Verdict::Online));
    bench.report(ThreadEvent::Detached);
    assert_eq!(bench.machine.next_timeout(), None);
    assert_eq!(bench.machine.progress(None), Progress::Connecting);
    bench.report(ThreadEvent::Detached);
    assert_eq!(bench.report(attached(7)), None);
    assert_eq!(bench.events(), [Event::Online, Event::LinkLost, Event::Online]);
    assert_eq!(bench.machine.progress(None), Progress::Online);
}
