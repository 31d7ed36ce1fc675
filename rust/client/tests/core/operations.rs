//! Operations with several requests, and devices that respond wrongly or endlessly.

use std::time::Duration;

use netprov_client::messages::network_config_payload::Payload as Config;
use netprov_client::messages::network_scan_payload::Payload as Scan;
use netprov_client::messages::resp_get_wifi_status::State;
use netprov_client::messages::{
    Message, NetworkConfigPayload, NetworkScanPayload, RespGetWifiStatus, RespScanThreadResult,
    RespScanThreadStart, RespScanThreadStatus, RespScanWifiResult, RespScanWifiStart,
    RespScanWifiStatus, ThreadScanResult, WiFiScanResult, WifiAttemptFailed, WifiConnectedState,
};
use netprov_client::operation::{
    ApplyWifi, Custom, GetWifiStatus, PollOptions, ScanOptions, ScanThread, ScanWifi, WaitWifi,
    WifiFailure,
};
use netprov_client::{Client, Error, Notice};

use crate::script::{run, run_in};

fn scan(msg: i32, payload: Scan) -> Option<Vec<u8>> {
    Some(NetworkScanPayload { msg, status: 0, payload: Some(payload) }.encode_to_vec())
}

fn started() -> Option<Vec<u8>> {
    scan(1, Scan::RespScanWifiStart(RespScanWifiStart {}))
}

fn status(scan_finished: bool, result_count: u32) -> Option<Vec<u8>> {
    scan(3, Scan::RespScanWifiStatus(RespScanWifiStatus { scan_finished, result_count }))
}

fn page(names: &[&str]) -> Option<Vec<u8>> {
    let entry = |name: &&str| WiFiScanResult {
        ssid: name.as_bytes().to_vec(),
        channel: 6,
        rssi: -40,
        bssid: vec![2; 6],
        auth: 9,
    };
    let entries = names.iter().map(entry).collect();
    scan(5, Scan::RespScanWifiResult(RespScanWifiResult { entries }))
}

#[test]
fn a_scan_reads_all_pages() {
    let responses = [
        started(),
        status(false, 1),
        status(true, 6),
        page(&["a", "b", "c", "d"]),
        page(&["e", "f"]),
    ];
    let scan = run(&mut ScanWifi::new(ScanOptions::default()), responses);
    let names: Vec<u8> = scan.outcome.unwrap().iter().map(|network| network.ssid[0]).collect();
    assert_eq!(names, b"abcdef");
    assert_eq!(scan.notices, [Notice::Found { count: 6 }]);
    assert_eq!(scan.sent.len(), 5);
    // The second page: 2 networks from index 4.
    assert!(scan.sent[4].1.ends_with(&[0x08, 4, 0x10, 2]));
}

#[test]
fn a_scan_without_networks_has_no_pages() {
    let scan = run(&mut ScanWifi::new(ScanOptions::default()), [started(), status(true, 0)]);
    assert_eq!((scan.outcome.unwrap().len(), scan.sent.len()), (0, 2));
}

#[test]
fn a_list_may_be_shorter_than_announced() {
    let responses = [started(), status(true, 9), page(&["a", "b", "c"]), page(&[])];
    let scan = run(&mut ScanWifi::new(ScanOptions::default()), responses);
    assert_eq!(scan.outcome.unwrap().len(), 3);
}

#[test]
fn an_endless_scan_times_out() {
    let options = ScanOptions { limit: Duration::from_secs(10), ..ScanOptions::default() };
    let scan = run(&mut ScanWifi::new(options), [started(), status(false, 0)]);
    assert_eq!(scan.outcome.unwrap_err(), Error::TimedOut { what: "the scan" });
    assert!(scan.waited >= Duration::from_secs(10) && scan.sent.len() < 30);
}

#[test]
fn more_networks_than_requested_are_refused() {
    let too_much = Error::LimitExceeded { endpoint: "prov-scan".into() };
    for responses in [
        vec![started(), status(true, 256)],
        vec![started(), status(true, u32::MAX)],
        vec![started(), status(true, 2), page(&["a", "b", "c"])],
    ] {
        let scan = run(&mut ScanWifi::new(ScanOptions::default()), responses);
        assert_eq!(scan.outcome.unwrap_err(), too_much);
    }
}

#[test]
fn a_scan_for_the_other_network_type_is_unexpected() {
    let thread = |msg, payload| scan(msg, payload);
    let start = thread(7, Scan::RespScanThreadStart(RespScanThreadStart {}));
    let wrong = run(&mut ScanWifi::new(ScanOptions::default()), [start.clone()]);
    assert!(matches!(wrong.outcome, Err(Error::Unexpected { .. })));

    let found = RespScanThreadStatus { scan_finished: true, result_count: 1 };
    let entry = ThreadScanResult { network_name: "n".into(), pan_id: 7, ..Default::default() };
    let entries = vec![entry];
    let responses = [
        start,
        thread(9, Scan::RespScanThreadStatus(found)),
        thread(11, Scan::RespScanThreadResult(RespScanThreadResult { entries })),
    ];
    let networks = run(&mut ScanThread::new(ScanOptions::default()), responses).outcome.unwrap();
    assert_eq!((networks[0].name.as_str(), networks[0].pan_id), ("n", 7));
}

fn state(wifi_sta_state: i32, state: Option<State>) -> Option<Vec<u8>> {
    let response = RespGetWifiStatus { status: 0, wifi_sta_state, state };
    let payload = Some(Config::RespGetWifiStatus(response));
    Some(NetworkConfigPayload { msg: 1, payload }.encode_to_vec())
}

fn failed(attempts_remaining: u32) -> Option<Vec<u8>> {
    state(1, Some(State::AttemptFailed(WifiAttemptFailed { attempts_remaining })))
}

fn connected() -> Option<Vec<u8>> {
    let connected = WifiConnectedState { ip4_addr: "10.0.0.1".into(), ..Default::default() };
    state(0, Some(State::WifiConnected(connected)))
}

#[test]
fn waiting_shows_each_change_once() {
    let connecting = || state(1, None);
    let idle = || state(2, None);
    let responses =
        [idle(), connecting(), connecting(), failed(2), failed(2), failed(1), connected()];
    let wait = run(&mut WaitWifi::new(PollOptions::default()), responses);
    assert_eq!(wait.outcome.unwrap().unwrap().address, "10.0.0.1");
    let attempt = |remaining| Notice::AttemptFailed { remaining };
    assert_eq!(wait.notices, [Notice::Connecting, attempt(2), attempt(1)]);
    assert_eq!(wait.waited, Duration::from_secs(7));
}

#[test]
fn waiting_returns_the_failure_reason() {
    let reasons =
        [(0, WifiFailure::Authentication), (1, WifiFailure::NotFound), (7, WifiFailure::Other(7))];
    for (number, failure) in reasons {
        let response = state(3, Some(State::WifiFailReason(number)));
        let wait = run(&mut WaitWifi::new(PollOptions::default()), [response]);
        assert_eq!(wait.outcome.unwrap(), Err(failure));
    }
    // A device that has reset itself before the client polled.
    let wait = run(&mut WaitWifi::new(PollOptions::default()), [state(1, None), state(2, None)]);
    assert_eq!(wait.outcome.unwrap(), Err(WifiFailure::GaveUp));
}

#[test]
fn waiting_times_out() {
    for response in [state(1, None), state(2, None)] {
        let wait = run(&mut WaitWifi::new(PollOptions::default()), [response]);
        assert!(matches!(wait.outcome, Err(Error::TimedOut { .. })));
        assert_eq!(wait.waited, Duration::from_secs(120));
    }
}

#[test]
fn an_empty_message_is_not_a_success() {
    // A missing field decodes as 0, which means success and connected.
    for response in [&b""[..], b"\x08\x01", b"\x08\x01\x5a\x00", b"\x5a\x00", b"\xff\xff"] {
        let response = Some(response.to_vec());
        assert!(run(&mut GetWifiStatus::new(), [response.clone()]).outcome.is_err());
        assert!(run(&mut ApplyWifi::new(), [response]).outcome.is_err());
    }
}

#[test]
fn endlessly_nested_groups_are_refused() {
    let nested = [[0x9b, 0x06].repeat(5000), [0x9c, 0x06].repeat(5000)].concat();
    let run = run(&mut GetWifiStatus::new(), [Some(nested)]);
    assert!(matches!(run.outcome, Err(Error::Malformed { .. })));
}

#[test]
fn nothing_is_sent_without_a_session() {
    let mut client = Client::new();
    let run = run_in(&mut client, &mut Custom::new("custom", vec![1]), [None]);
    assert_eq!((run.outcome, run.sent.len()), (Err(Error::NoSession), 0));
}
