//! Clients that come and go while the stored dataset is tried.

use netprov_messages::{NetworkCtrlMsgType, Status, ThreadAttachFailedReason, ThreadNetworkState};
use protocomm::{Millis, SessionId};
use provisioning::thread::Dataset;
use provisioning::{ConnectState, Event, FailReason, State, endpoints};

use super::{FOUND, RETRY, SECOND, attaches, away, comes_back};
use crate::device::{SESSION, dataset, network};
use crate::{failure, order, state};

#[test]
fn nothing_is_tried_while_a_client_makes_requests() {
    let mut device = away();
    device.advance(Millis::from_secs(5));
    let (attaches_before, detaches) = (device.mesh().attaches, device.mesh().detaches);
    device.pair_again();
    assert_eq!(device.mesh().detaches, detaches + 1, "a session ends the attempt at once");
    comes_back(&mut device);
    for _ in 0..10 {
        assert_eq!(device.scan(0), Status::Success);
        assert_eq!(device.scan_status(), (true, 1));
        assert_eq!(state(&device.status()), ThreadNetworkState::Dettached);
        device.advance(Millis::from_millis(RETRY.as_millis() - 3_000));
    }
    assert_eq!((device.mesh().attaches, device.mesh().detaches), (attaches_before, detaches + 1));
    // The client leaves, and no transport reports that.
    assert!(attaches(&mut device, Millis::from_secs(3 + 4)));
}

#[test]
fn a_client_that_closes_its_session_does_not_leave_the_device_offline() {
    let mut device = away();
    comes_back(&mut device);
    device.pair_again();
    let session = SessionId::new(SESSION.transport, SESSION.number + 1);
    // That of another peer is not the client's.
    device.close_session(SESSION);
    device.advance(SECOND);
    let attempts = device.mesh().attaches;
    device.close_session(session);
    device.advance(Millis::ZERO);
    assert_eq!(device.mesh().attaches, attempts + 1);
    assert!(attaches(&mut device, Millis::from_secs(4)));
}

/// Its attempt goes on, and decides.
#[test]
fn a_client_that_closes_its_session_during_its_attempt_is_not_interrupted() {
    for (name, works) in [("new", true), ("none", false)] {
        let mut device = away();
        device.mesh_mut().networks.push(network("new", 9, -40));
        device.pair_again();
        device.set(&dataset(name, 9));
        device.apply();
        device.close_session(SessionId::new(SESSION.transport, SESSION.number + 1));
        device.advance(Millis::from_secs(30));
        assert_eq!(device.count(&Event::CredSuccess), usize::from(works));
        if !works {
            device.advance(Millis::from_secs(60));
            comes_back(&mut device);
            assert!(attaches(&mut device, FOUND));
        }
    }
}

#[test]
fn peers_without_a_session_do_not_stop_the_attempts() {
    let mut device = away();
    let detaches = device.mesh().detaches;
    for second in 0..60 {
        for endpoint in [endpoints::VERSION, endpoints::SESSION, endpoints::CONFIG, endpoints::SCAN]
        {
            let session = SessionId::new(SESSION.transport, 100 + second);
            let request = device.post(session, endpoint.name, b"\x12\x34".to_vec());
            assert!(device.reply(request).is_some());
        }
        device.advance(SECOND);
    }
    assert_eq!(device.mesh().detaches, detaches);
    comes_back(&mut device);
    assert!(attaches(&mut device, FOUND));
}

#[test]
fn a_clients_dataset_replaces_the_stored_one() {
    let mut device = away();
    device.mesh_mut().networks.push(network("new", 9, -40));
    device.pair_again();
    assert_eq!(device.set(&dataset("new", 9)), Status::Success);
    assert_eq!(device.apply(), Status::Success);
    device.advance(Millis::from_secs(5));
    assert_eq!(state(&device.status()), ThreadNetworkState::Attached);
    assert_eq!(device.mesh().stored, Dataset::new(&dataset("new", 9)).ok());
    device.advance(Millis::from_secs(600));
    assert_eq!(device.manager().connect_state(), ConnectState::Online);
    assert_eq!(device.count(&Event::CredSuccess), 1);
    order::check(device.events());
}

/// Also if its client has left before the attempt.
#[test]
fn a_dataset_that_does_not_work_leaves_the_stored_one_to_be_tried() {
    for reads in [true, false] {
        let mut device = away();
        device.pair_again();
        assert_eq!(device.set(&dataset("away", 9)), Status::Success);
        assert_eq!(device.apply(), Status::Success);
        if reads {
            device.advance(Millis::from_secs(22));
            let reason = ThreadAttachFailedReason::ThreadNetworkNotFound;
            assert_eq!(failure(&device.status()), reason);
        }
        device.advance(Millis::from_secs(600));
        assert_eq!(device.manager().state(), State::Failed);
        assert_eq!(device.count(&Event::CredFail(FailReason::NetworkNotFound)), 1);
        comes_back(&mut device);
        assert!(attaches(&mut device, FOUND));
    }
}

#[test]
fn a_client_that_comes_later_reads_the_reason_of_the_failure() {
    let mut device = away();
    device.pair_again();
    device.set(&dataset("away", 9));
    device.apply();
    device.advance(Millis::from_secs(600));
    let detaches = device.mesh().detaches;
    assert_eq!(failure(&device.status()), ThreadAttachFailedReason::ThreadNetworkNotFound);
    assert_eq!(device.mesh().detaches, detaches + 1, "the stored dataset was being tried");
}

/// After a success, a client has the device leave its network, and goes.
#[test]
fn a_device_that_is_reprovisioned_goes_back_to_its_network() {
    let mut device = away();
    device.call(|manager, _| {
        let _ = manager.reset_on_failure();
    });
    device.mesh_mut().networks.push(network("new", 9, -40));
    device.pair_again();
    device.set(&dataset("new", 9));
    device.apply();
    device.advance(Millis::from_secs(5));
    let reset = NetworkCtrlMsgType::TypeCmdCtrlThreadReprov as i32;
    assert_eq!(device.ctrl(reset).status, Status::Success as i32);
    assert_eq!(device.mesh().attached(), None);
    assert!(device.run_until(RETRY.saturating_mul(2), |device| device.manager().is_online()));
    assert!(device.events().ends_with(&[Event::Start, Event::End, Event::Online]));
}
