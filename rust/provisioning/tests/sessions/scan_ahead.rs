//! A scan that starts with the session, so that a client need not wait for its own. The client must
//! not see it before it asks, so the tests of `scan.rs` hold with it, too.

use netprov_messages::Status;
use protocomm::Millis;
use provisioning::{Config, Event, endpoints};
use sim::client::{answers, messages};
use sim::phone::PhoneError;
use sim::{Device, World};

use crate::support::{HOME, PASSPHRASE, device_in, home, ms, paired, stranger};

/// Time for which its list is valid.
const FRESH: Millis = ms(10_000);

/// Time that the radio takes.
const SCAN: Millis = ms(2_000);

fn eager(world: World) -> Device {
    device_in(world, Config { scan_ahead: Some(FRESH), ..Config::default() })
}

fn scans_done(device: &Device) -> usize {
    device.events().iter().filter(|event| matches!(event, Event::ScanDone(_))).count()
}

#[test]
fn a_scan_that_has_ended_answers_at_once() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    device.advance(ms(3_000));
    let before = device.now();
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
    assert_eq!(before.until(device.now()), ms(0));
    assert_eq!((device.count(&Event::ScanStarted), scans_done(&device)), (1, 1));
}

#[test]
fn it_answers_only_the_first_request() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    device.advance(ms(3_000));
    phone.scan(&mut device).unwrap();
    device.world_mut().access_points.truncate(1);
    let before = device.now();
    assert_eq!(phone.scan(&mut device).unwrap().len(), 1, "the networks in range now");
    assert_eq!(before.until(device.now()), SCAN);
}

#[test]
fn a_start_during_it_waits_for_its_end() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    device.advance(ms(500));
    let before = device.now();
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
    assert_eq!(before.until(device.now()), ms(1_500));
    assert_eq!((device.count(&Event::ScanStarted), scans_done(&device)), (1, 1));
}

#[test]
fn it_is_hidden_until_a_client_asks() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    for _ in 0..3 {
        assert_eq!(phone.scan_status(&mut device), Ok((true, 0)));
        let refused = PhoneError::Refused(Status::InternalError);
        assert_eq!(phone.page(&mut device, 0, 1), Err(refused));
        device.advance(ms(1_500));
    }
    assert_eq!((device.count(&Event::ScanStarted), scans_done(&device)), (0, 0));
}

#[test]
fn an_old_list_is_replaced_by_a_new_scan() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    device.advance(Millis::from_millis(SCAN.as_millis() + FRESH.as_millis()));
    device.world_mut().access_points.truncate(1);
    assert_eq!(phone.scan(&mut device).unwrap().len(), 1);
}

#[test]
fn an_empty_or_failed_scan_is_repeated() {
    for scan_fails in [false, true] {
        let mut device = eager(World { scan_fails, ..World::of([]) });
        let mut phone = paired(&mut device, 1);
        device.advance(ms(3_000));
        *device.world_mut() = home();
        assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
    }
}

#[test]
fn a_client_waits_no_longer_for_a_radio_that_does_not_end_it() {
    let mut device = eager(World { scan_duration: ms(60_000), ..home() });
    let mut phone = paired(&mut device, 1);
    device.advance(ms(3_000));
    let before = device.now();
    let reply = phone.request(&mut device, endpoints::SCAN.name, messages::scan_start(true));
    assert_eq!(answers::scan_start(&reply.unwrap()), Some(Status::Success));
    assert_eq!(before.until(device.now()), ms(5_000), "8 s in all");
    assert_eq!(phone.scan_status(&mut device), Ok((true, 0)));
}

#[test]
fn a_list_that_a_client_reads_is_not_replaced() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    phone.scan(&mut device).unwrap();
    // Another peer tries a handshake and fails.
    stranger(2).handshake(&mut device).unwrap_err();
    device.advance(ms(3_000));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 2)));
    assert_eq!(phone.page(&mut device, 0, 2).unwrap().len(), 2);
}

#[test]
fn an_unauthenticated_peer_starts_no_scan() {
    let mut device = eager(home());
    stranger(1).handshake(&mut device).unwrap_err();
    assert_eq!(device.radio().next_timeout(), None);
}

#[test]
fn credentials_that_come_during_it_are_tried_after_it() {
    let mut device = eager(World { scan_duration: ms(4_000), ..home() });
    let mut phone = paired(&mut device, 1);
    let begun = device.now();
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::Attempt { number: 1, of: 1 }));
    assert_eq!(begun.until(device.now()), ms(4_000), "not in the middle of the scan");
    assert!(device.run_until_event(&Event::CredSuccess));
}

#[test]
fn credentials_do_not_wait_for_a_radio_that_does_not_end_it() {
    let mut device = eager(World { scan_duration: ms(600_000), ..home() });
    let mut phone = paired(&mut device, 1);
    let begun = device.now();
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::Attempt { number: 1, of: 1 }));
    assert_eq!(begun.until(device.now()), Config::default().scan_timeout);
    assert!(device.run_until_event(&Event::CredSuccess));
}

#[test]
fn credentials_that_come_after_it_do_not_wait() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    device.advance(ms(5_000));
    let before = device.now();
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::Attempt { number: 1, of: 1 }));
    assert_eq!(before.until(device.now()), Config::default().connect_delay);
}

#[test]
fn a_radio_that_joins_is_left_alone() {
    let mut device = eager(home());
    let mut phone = paired(&mut device, 1);
    device.advance(ms(3_000));
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    paired(&mut device, 2);
    assert!(device.run_until_event(&Event::CredSuccess));
    assert_eq!(scans_done(&device), 0);
}

/// The driver's scan for an earlier manager is not this one's, and a second one would disturb it.
#[test]
fn a_radio_that_scans_for_an_earlier_manager_is_left_alone() {
    let mut device = eager(home());
    device.call(|manager, now| manager.scan_under_way(now.after(ms(20_000))));
    paired(&mut device, 1);
    assert!(device.radio().next_timeout().is_none());
    // Its end is never reported, so this manager waits until it should have ended.
    device.advance(ms(19_999));
    paired(&mut device, 2);
    assert!(device.radio().next_timeout().is_none());
    device.advance(ms(1));
    paired(&mut device, 3);
    assert!(device.radio().next_timeout().is_some());
}
