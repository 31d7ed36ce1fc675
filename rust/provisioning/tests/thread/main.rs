//! Whole sessions of a device for Thread, in simulated time.
//!
//! What both network types share (lifecycle, sessions, endpoints) is tested in `../sessions`.

mod beside;
mod connect;
mod device;
mod faults;
#[path = "../sessions/order.rs"]
mod order;

use protocomm::Millis;

use netprov_messages::resp_get_thread_status::State;
use netprov_messages::{
    Message, NetworkConfigMsgType, NetworkCtrlMsgType, NetworkScanMsgType, Status,
    ThreadAttachFailedReason, ThreadNetworkState, WifiStationState,
};
use netprov_messages::{RespGetThreadStatus, network_config_payload};
use provisioning::thread::{Dataset, DatasetError, ThreadEvent};
use provisioning::{Config, Error, Event, FailReason, RequestError, endpoints};

use self::device::{Device, KEY, attached, dataset, network};

const SECOND: Millis = Millis::from_secs(1);

fn state(answer: &RespGetThreadStatus) -> ThreadNetworkState {
    assert_eq!(answer.status, Status::Success as i32);
    answer.thread_state.try_into().expect("a state")
}

fn failure(answer: &RespGetThreadStatus) -> ThreadAttachFailedReason {
    assert_eq!(state(answer), ThreadNetworkState::AttachingFailed);
    match answer.state {
        Some(State::ThreadFailReason(reason)) => reason.try_into().expect("a reason"),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_dataset_is_tried_stored_and_read_and_then_the_service_ends() {
    let home = network("home", 7, -40);
    let mut device = Device::in_session(vec![home.clone()]);
    assert_eq!(state(&device.status()), ThreadNetworkState::Dettached);
    assert_eq!(device.set(&dataset("home", 7)), Status::Success);
    assert_eq!(device.mesh().attaches, 0, "nothing happens before the apply");
    assert_eq!(device.apply(), Status::Success);
    assert_eq!(state(&device.status()), ThreadNetworkState::Attaching);
    assert_eq!(device.mesh().attaches, 0, "the response is sent first");
    device.advance(SECOND);
    assert_eq!(device.mesh().attaches, 1);
    assert_eq!(device.mesh().stored, None, "nothing is stored before it has worked");
    device.advance(Millis::from_secs(3));

    assert!(device.mesh().stored.is_some());
    let status = device.status();
    assert_eq!(state(&status), ThreadNetworkState::Attached);
    let Some(State::ThreadAttached(read)) = status.state else { panic!("no network") };
    assert_eq!((read.pan_id, read.channel, &*read.name), (0x1234, 15, "home"));
    assert_eq!(read.ext_pan_id, [7; 8]);
    assert_eq!(
        device.events()[2..],
        [
            Event::SessionEstablished(device::SESSION),
            Event::CredRecv,
            Event::Attempt { number: 1, of: 1 },
            Event::CredSuccess,
        ]
    );
    // A client has read the success, so the service ends when the response has been sent.
    device.advance(SECOND);
    assert_eq!(device.events().last(), Some(&Event::End));
    assert_eq!(device.mesh().detaches, 0, "the device stays in its network");
}

#[test]
fn the_version_lists_thread() {
    let mut device = Device::in_session(vec![]);
    let text = device.ask(endpoints::VERSION.name, b"x").unwrap();
    assert!(
        String::from_utf8(text)
            .unwrap()
            .contains(r#""cap":["no_sec","thread_prov","thread_scan"]"#)
    );
}

#[test]
fn a_network_out_of_range_fails_after_20_s_and_the_old_one_is_restored() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.mesh_mut().stored = Some(Dataset::new(&dataset("old", 1)).unwrap());
    device.mesh_mut().active = device.mesh().stored.clone();
    device.set(&dataset("away", 9));
    device.apply();
    device.advance(Millis::from_millis(21_000 - 1));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attaching);
    device.advance(Millis::from_millis(1));
    assert_eq!(failure(&device.status()), ThreadAttachFailedReason::ThreadNetworkNotFound);
    assert_eq!(device.events().last(), Some(&Event::CredFail(FailReason::NetworkNotFound)));
    assert_eq!(device.mesh().detaches, 1);
    assert_eq!(device.mesh().active, device.mesh().stored, "the stack is told to give it up");

    // Another dataset is accepted at once.
    assert_eq!(device.set(&dataset("home", 7)), Status::Success);
    assert_eq!(device.apply(), Status::Success);
    device.advance(Millis::from_secs(4));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
}

/// What counts as success for a device that finds no other one: with and without the setting, and
/// for a device that cannot be a leader.
#[test]
fn a_network_without_others_is_not_a_success_unless_it_may_be_founded() {
    for (must_find_others, is_end_device) in [(true, false), (true, true), (false, true)] {
        let config = Config { must_find_others, ..Config::thread() };
        let mut device = Device::configured(vec![], config);
        device.mesh_mut().is_end_device = is_end_device;
        device.set(&dataset("away", 9));
        device.apply();
        device.advance(Millis::from_millis(21_000 - 1));
        assert_eq!(state(&device.status()), ThreadNetworkState::Attaching);
        device.advance(Millis::from_millis(1));
        assert_eq!(failure(&device.status()), ThreadAttachFailedReason::ThreadNetworkNotFound);
        assert_eq!(device.events().last(), Some(&Event::CredFail(FailReason::NetworkNotFound)));
        assert_eq!((&device.mesh().stored, &device.mesh().active), (&None, &None));
    }
    let config = Config { must_find_others: false, ..Config::thread() };
    let mut device = Device::configured(vec![], config);
    device.set(&dataset("new", 9));
    device.apply();
    device.advance(Millis::from_secs(4));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
    assert!(device.mesh().stored.is_some());
}

/// If the network comes into range within the attempt, that is a success.
#[test]
fn a_network_that_is_found_within_the_attempt_is_a_success() {
    let home = network("home", 7, -40);
    let mut device = Device::in_session(vec![]);
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(10));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attaching);
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached(&home))));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
    assert!(device.mesh().stored.is_some());
}

#[test]
fn an_invalid_dataset_fails_when_it_is_applied_and_is_never_tried() {
    let good = dataset("home", 7);
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    for bad in [&good[..good.len() - 1], &good[3..], &[0xff; 254][..], &[14][..]] {
        assert_eq!(device.set(bad), Status::Success, "the apply checks the content");
        assert_eq!(device.apply(), Status::InternalError);
        assert_eq!(failure(&device.status()), ThreadAttachFailedReason::DatasetInvalid);
        assert_eq!(device.events().last(), Some(&Event::CredFail(FailReason::DatasetInvalid)));
    }
    device.advance(Millis::from_secs(60));
    assert_eq!((device.mesh().attaches, device.mesh().detaches), (0, 0));
    assert!(!device.events().iter().any(|event| matches!(event, Event::CredRecv)));
}

#[test]
fn the_length_of_a_dataset_is_checked_when_it_is_set() {
    let mut device = Device::in_session(vec![]);
    for length in [0, 255, 256, 600] {
        assert_eq!(device.set(&vec![1; length]), Status::InvalidArgument, "{length}");
        // A refused dataset is not applied, and a client that ignores the response reads no
        // success.
        assert_eq!(device.apply(), Status::InternalError);
        assert_eq!(failure(&device.status()), ThreadAttachFailedReason::DatasetInvalid);
    }
    assert_eq!(device.set(&vec![1; 254]), Status::Success);
    // A set without its member is a transport error.
    let message = netprov_messages::NetworkConfigPayload {
        msg: NetworkConfigMsgType::TypeCmdSetThreadConfig as i32,
        payload: None,
    };
    assert_eq!(device.config(&message), Err(RequestError::MissingCommand));
}

#[test]
fn an_apply_needs_a_set_and_no_attempt_in_progress() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    assert_eq!(device.apply(), Status::InternalError);
    device.set(&dataset("home", 7));
    assert_eq!(device.apply(), Status::Success);
    device.set(&dataset("other", 8));
    assert_eq!(device.apply(), Status::InternalError, "one is being tried");
    device.advance(Millis::from_secs(4));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
    assert_eq!(device.mesh().stored, Some(Dataset::new(&dataset("home", 7)).unwrap()));
}

#[test]
fn a_late_report_of_the_previous_network_is_not_a_success() {
    let old = network("old", 1, -40);
    let mut device = Device::in_session(vec![]);
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached(&old))));
    device.set(&dataset("away", 9));
    device.apply();
    device.advance(Millis::from_secs(2));
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached(&old))));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attaching);
    device.advance(Millis::from_secs(20));
    assert_eq!(failure(&device.status()), ThreadAttachFailedReason::ThreadNetworkNotFound);
}

#[test]
fn a_stack_that_refuses_is_believed() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.mesh_mut().faults.refuses_dataset = true;
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(SECOND);
    assert_eq!(failure(&device.status()), ThreadAttachFailedReason::DatasetInvalid);

    device.mesh_mut().faults.refuses_dataset = false;
    device.mesh_mut().faults.cannot_attach = true;
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(SECOND);
    assert_eq!(failure(&device.status()), ThreadAttachFailedReason::ThreadNetworkNotFound);
}

#[test]
fn a_dataset_that_cannot_be_stored_has_failed_and_is_left() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.mesh_mut().faults.cannot_keep = true;
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(4));
    assert_eq!(device.events().last(), Some(&Event::CredFail(FailReason::Storage)));
    assert_eq!((device.mesh().detaches, &device.mesh().stored), (1, &None));
    let status = device.status();
    assert_eq!(status.status, Status::InternalError as i32);
    assert_eq!(status.thread_state, ThreadNetworkState::AttachingFailed as i32);
}

#[test]
fn a_lost_network_reads_as_attaching() {
    let home = network("home", 7, -40);
    let mut device = Device::in_session(vec![home.clone()]);
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(4));
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Detached));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attaching);
    device.call(|manager, now| manager.thread_event(now, ThreadEvent::Attached(attached(&home))));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
    let successes = device.events().iter().filter(|event| **event == Event::CredSuccess).count();
    assert_eq!(successes, 1);
}

#[test]
fn a_stop_during_an_attempt_ends_it_and_one_after_a_success_does_not() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(2));
    device.call(|manager, now| manager.stop(now));
    assert_eq!((device.mesh().detaches, device.events().last()), (1, Some(&Event::End)));
    assert_eq!(device.mesh().stored, None);

    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_secs(4));
    device.call(|manager, now| manager.stop(now));
    assert_eq!((device.mesh().detaches, device.events().last()), (0, Some(&Event::End)));
}

#[test]
fn the_control_endpoint_resets_and_reprovisions() {
    const RESET: i32 = NetworkCtrlMsgType::TypeCmdCtrlThreadReset as i32;
    const REPROVISION: i32 = NetworkCtrlMsgType::TypeCmdCtrlThreadReprov as i32;

    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    assert_eq!(device.ctrl(RESET).status, Status::Success as i32, "nothing to do");
    device.set(&dataset("home", 7));
    device.apply();
    let answer = device.ctrl(RESET);
    assert_eq!(answer.status, Status::InternalError as i32, "one is being tried");
    assert_eq!(answer.msg, NetworkCtrlMsgType::TypeRespCtrlThreadReset as i32);
    device.advance(Millis::from_secs(4));
    let answer = device.ctrl(REPROVISION);
    assert_eq!(answer.status, Status::Success as i32);
    assert_eq!(answer.msg, NetworkCtrlMsgType::TypeRespCtrlThreadReprov as i32);
    assert_eq!((device.mesh().detaches, device.events().last()), (1, Some(&Event::Start)));
    assert!(device.mesh().stored.is_some(), "the dataset that worked stays until another one has");
    assert_eq!(state(&device.status()), ThreadNetworkState::Dettached);
    device.advance(Millis::from_secs(120));
    assert_ne!(device.events().last(), Some(&Event::End), "the pending end is cancelled");
}

#[test]
fn the_application_may_set_a_dataset_itself() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    let long = [0; 255];
    for (bytes, error) in [(&[][..], Error::Argument), (&long[..], Error::Argument)] {
        let result = device.call(|manager, now| manager.configure_thread(now, bytes));
        assert_eq!(result, Err(error));
    }
    assert_eq!(device.events().len(), 3, "nothing has changed");
    let good = dataset("home", 7);
    device.call(|manager, now| manager.configure_thread(now, &good)).unwrap();
    device.advance(Millis::from_secs(4));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
}

#[test]
fn discovered_networks_are_listed_once_and_the_strongest_first() {
    let mut far = network("home", 7, -80);
    far.ext_addr = [9; 8];
    let air = vec![far, network("near", 2, -20), network("home", 7, -50), network("home", 3, -60)];
    let mut device = Device::in_session(air);
    assert_eq!(device.scan_status(), (true, 0));
    assert_eq!(device.scan(0), Status::Success);
    assert_eq!(device.mesh().masks, [0], "0 means all channels of the radio, not none");
    assert_eq!(device.scan_status(), (true, 3));
    let (status, page) = device.page(0, 3);
    assert_eq!(status, Status::Success);
    let seen: Vec<_> =
        page.iter().map(|found| (&*found.network_name, found.rssi, found.ext_pan_id[0])).collect();
    assert_eq!(seen, [("near", -20, 2), ("home", -50, 7), ("home", -60, 3)]);
    let home = &page[1];
    assert_eq!((home.pan_id, home.channel, home.lqi), (0x1234, 15, 3));
    assert_eq!((&*home.ext_addr, &*home.ext_pan_id), (&[(-50i8) as u8; 8][..], &[7; 8][..]));
    let (status, page) = device.page(2, 4);
    assert_eq!((status, page.len()), (Status::InternalError, 1));

    assert_eq!(device.scan(1 << 15), Status::Success);
    assert_eq!(device.mesh().masks, [0, 1 << 15]);
}

#[test]
fn a_page_is_never_longer_than_the_transport_carries() {
    let air =
        (0..16).map(|n| network(&format!("network-of-16-{n:02}"), n, -30 - n as i8)).collect();
    let mut device = Device::in_session(air);
    device.scan(0);
    assert_eq!(device.scan_status(), (true, 16));
    let (status, page) = device.page(0, 16);
    assert_eq!(status, Status::Success, "the rest is requested with a later start");
    assert!((4..16).contains(&page.len()), "clients request this many at a time: {}", page.len());
    // Protocol 1.10: a page of four takes 246 bytes at most.
    let mut seen = 0;
    while seen < 16 {
        let (status, page) = device.page(seen, 4);
        assert_eq!((status, page.len()), (Status::Success, 4));
        seen += 4;
    }
}

#[test]
fn a_discovery_that_fails_or_never_ends_keeps_no_client_waiting() {
    let mut device = Device::in_session(vec![network("home", 7, -40)]);
    device.mesh_mut().faults.cannot_scan = true;
    assert_eq!(device.scan(0), Status::InternalError);
    device.mesh_mut().faults.cannot_scan = false;
    device.mesh_mut().faults.scans_forever = true;
    let before = device.now();
    assert_eq!(device.scan(0), Status::Success);
    assert!(before.until(device.now()) < Millis::from_secs(10));
    assert_eq!(device.scan_status(), (true, 0));
}

#[test]
fn a_discovery_ahead_of_the_client_answers_at_once_and_holds_an_attempt() {
    let config = Config { scan_ahead: Some(Millis::from_secs(10)), ..Config::thread() };
    let mut device = Device::configured(vec![network("home", 7, -40)], config);
    assert_eq!(device.mesh().masks.len(), 1);
    assert_eq!(device.scan_status(), (true, 0), "to the client there has been no scan");
    device.set(&dataset("home", 7));
    device.apply();
    device.advance(Millis::from_millis(1900));
    assert_eq!(device.mesh().attaches, 0, "an attempt started during a scan");
    device.advance(Millis::from_millis(200));
    assert_eq!(device.mesh().attaches, 1);
}

#[test]
fn commands_for_wifi_are_refused_like_upstream_and_never_read_as_success() {
    let mut device = Device::in_session(vec![]);
    for (msg, answer) in [
        (NetworkConfigMsgType::TypeCmdGetWifiStatus, NetworkConfigMsgType::TypeRespGetWifiStatus),
        (NetworkConfigMsgType::TypeCmdSetWifiConfig, NetworkConfigMsgType::TypeRespSetWifiConfig),
        (
            NetworkConfigMsgType::TypeCmdApplyWifiConfig,
            NetworkConfigMsgType::TypeRespApplyWifiConfig,
        ),
    ] {
        let message = netprov_messages::NetworkConfigPayload { msg: msg as i32, payload: None };
        let read = device.config(&message).unwrap();
        assert_eq!(read.msg, answer as i32);
        let status = match read.payload.unwrap() {
            network_config_payload::Payload::RespGetWifiStatus(answer) => {
                assert_eq!(answer.wifi_sta_state, WifiStationState::Disconnected as i32);
                answer.status
            }
            network_config_payload::Payload::RespSetWifiConfig(answer) => answer.status,
            network_config_payload::Payload::RespApplyWifiConfig(answer) => answer.status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status, Status::InvalidArgument as i32);
    }
    for msg in [NetworkCtrlMsgType::TypeCmdCtrlWifiReset, NetworkCtrlMsgType::TypeCmdCtrlWifiReprov]
    {
        let answer = device.ctrl(msg as i32);
        assert_eq!((answer.status, answer.msg), (Status::InvalidArgument as i32, msg as i32 + 1));
    }
    for msg in [
        NetworkScanMsgType::TypeCmdScanWifiStart,
        NetworkScanMsgType::TypeCmdScanWifiStatus,
        NetworkScanMsgType::TypeCmdScanWifiResult,
    ] {
        let message = netprov_messages::NetworkScanPayload {
            msg: msg as i32,
            payload: None,
            ..Default::default()
        };
        let reply = device.ask(endpoints::SCAN.name, &message.encode_to_vec()).unwrap();
        let reply = netprov_messages::NetworkScanPayload::decode(&*reply).unwrap();
        assert_eq!((reply.status, reply.msg), (Status::InvalidArgument as i32, msg as i32 + 1));
    }
    assert_eq!(
        (device.mesh().attaches, device.mesh().masks.len(), device.events().len()),
        (0, 0, 3)
    );
}

/// The dataset with another value for one of its TLVs.
fn replaced(dataset: &[u8], kind: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < dataset.len() {
        let end = at + 2 + usize::from(dataset[at + 1]);
        if dataset[at] == kind {
            bytes.extend([kind, value.len() as u8]);
            bytes.extend(value);
        } else {
            bytes.extend(&dataset[at..end]);
        }
        at = end;
    }
    bytes
}

/// A well-formed dataset that is useless: only an attempt can tell. It fails like a network out of
/// range, and the previous dataset is restored.
#[test]
fn a_useless_dataset_fails_and_the_old_one_is_restored() {
    let good = dataset("home", 7);
    for is_end_device in [false, true] {
        for (kind, value) in [
            // A wrong key, and a channel that the network does not use.
            (5, &[0x33; 16][..]),
            (0, &[0, 0, 11]),
            // An extended PAN id of another network.
            (2, &[8; 8]),
        ] {
            let mut device = Device::in_session(vec![network("home", 7, -40)]);
            device.mesh_mut().is_end_device = is_end_device;
            device.mesh_mut().stored = Some(Dataset::new(&dataset("old", 1)).unwrap());
            device.mesh_mut().active = device.mesh().stored.clone();
            assert_eq!(device.set(&replaced(&good, kind, value)), Status::Success);
            assert_eq!(device.apply(), Status::Success);
            device.advance(Millis::from_millis(21_000 - 1));
            assert_eq!(state(&device.status()), ThreadNetworkState::Attaching, "TLV {kind}");
            device.advance(Millis::from_millis(1));
            let reason = failure(&device.status());
            assert_eq!(reason, ThreadAttachFailedReason::ThreadNetworkNotFound, "TLV {kind}");
            assert_eq!((device.mesh().attaches, device.mesh().detaches), (1, 1));
            assert_eq!(device.mesh().active, device.mesh().stored);

            assert_eq!(device.set(&good), Status::Success);
            assert_eq!(device.apply(), Status::Success);
            device.advance(Millis::from_secs(4));
            assert_eq!(state(&device.status()), ThreadNetworkState::Attached, "TLV {kind}");
        }
    }
}

/// Values that are not needed to find the network are left to the stack. The dataset is tried byte
/// for byte as the client sent it.
#[test]
fn a_dataset_with_unusual_values_is_tried_unchanged() {
    let good = dataset("home", 7);
    let pending = [&good[..], &[51, 8, 0, 0, 0, 0, 0, 2, 0, 0, 52, 4, 0, 4, 0x93, 0xe0]].concat();
    for odd in [
        pending,
        // The oldest and the latest timestamps.
        replaced(&good, 14, &[0; 8]),
        replaced(&good, 14, &[0xff; 8]),
        // A mask without the network's channel.
        replaced(&good, 53, &[0, 4, 0x00, 0x10, 0x00, 0x00]),
        // A policy that allows nothing, and keys that rotate each hour.
        replaced(&good, 12, &[0, 1, 0, 7]),
    ] {
        let mut device = Device::in_session(vec![network("home", 7, -40)]);
        assert_eq!(device.set(&odd), Status::Success);
        assert_eq!(device.apply(), Status::Success);
        device.advance(Millis::from_secs(4));
        assert_eq!(state(&device.status()), ThreadNetworkState::Attached, "{odd:?}");
        assert_eq!(device.mesh().active, Dataset::new(&odd).ok());
        assert_eq!(device.mesh().stored, device.mesh().active);
    }
}

#[test]
fn a_dataset_is_checked_for_all_that_joins_a_network() {
    let check =
        |bytes: &[u8]| Dataset::new(bytes).unwrap().summary().map(|summary| summary.channel);
    let good = dataset("home", 7);
    assert_eq!(check(&good), Ok(15));
    // Unknown TLVs are allowed. A known one that occurs twice is not.
    assert_eq!(check(&[&good[..], &[74, 1, 0], &[74, 0]].concat()), Ok(15));
    assert_eq!(check(&[&good[..], &[0, 3, 0, 0, 15]].concat()), Err(DatasetError::Twice(0)));
    let mut at = 0;
    let mut missing = Vec::new();
    while at < good.len() {
        let end = at + 2 + usize::from(good[at + 1]);
        if let Err(error) = check(&[&good[..at], &good[end..]].concat()) {
            assert_eq!(error, DatasetError::Missing(good[at]));
            missing.push(good[at]);
        }
        for cut in at + 1..end {
            assert_eq!(check(&good[..cut]), Err(DatasetError::Cut), "{cut}");
        }
        at = end;
    }
    // Exactly what esp_prov sends for a network from a scan.
    assert_eq!(missing, [0, 2, 5, 1]);
    let with = |kind: u8, value: &[u8]| check(&replaced(&good, kind, value));
    for (kind, value) in [
        (0, &[0, 0, 10][..]),
        (0, &[0, 0, 27]),
        (0, &[0, 15]),
        (1, &[0xff, 0xff]),
        (2, &[1; 7]),
        (3, b""),
        (3, b"seventeen-letters"),
        (3, b"\xff"),
        (3, b"a\nb"),
        (4, &[0; 17]),
        (5, &[0; 15]),
        (7, &[0xfe; 8]),
        (14, &[0; 7]),
    ] {
        assert_eq!(with(kind, value), Err(DatasetError::Value(kind)), "{value:?}");
    }
}

#[test]
fn a_dataset_is_not_printed() {
    let dataset = Dataset::new(&dataset("home", 7)).unwrap();
    let shown = format!("{dataset:?}");
    assert!(!shown.contains("home") && !shown.contains(&format!("{:?}", &KEY[..4])));
    for error in [
        DatasetError::Cut,
        DatasetError::Twice(1),
        DatasetError::Missing(2),
        DatasetError::Value(3),
    ] {
        assert!(error.to_string().starts_with("the dataset"));
    }
}
