//! Scans.

use netprov_messages::Message;
use netprov_messages::Status;
use netprov_messages::{
    CmdScanThreadStart, CmdScanWifiStart, NetworkScanPayload, network_scan_payload,
};
use protocomm::Peer;
use provisioning::limits::SCAN_MAX_ENTRIES;
use provisioning::wifi::{AuthMode, ScanFailure};
use provisioning::{Event, Handled, Output, RequestId, endpoints};
use sim::client::{answers, messages};
use sim::device::{REPLY_MAX, request_in};
use sim::phone::{PAGE, PhoneError};
use sim::radio::RadioEvent;
use sim::{Device, Phone, SimulatedAp, World};

use crate::support::{HOME, LONG, PASSPHRASE, config, device, device_in, ms, paired, stranger};

/// `n` networks with names of the longest kind, the strongest last.
fn crowd(n: u8) -> World {
    let ap = |n: u8| {
        let bssid = [0xff, 0xff, 0xff, 0xff, 0xff, n];
        SimulatedAp::new([n + 1; 32], PASSPHRASE)
            .at(bssid, 165, -100 + n as i8)
            .auth(AuthMode::Wpa2Wpa3Psk)
    };
    World::of((0..n).map(ap))
}

fn scanned(world: World) -> (Device, Phone) {
    let mut device = device_in(world, config(1));
    let mut phone = paired(&mut device, 1);
    phone.scan(&mut device).unwrap();
    (device, phone)
}

/// Starts a scan without waiting for it.
fn start(device: &mut Device, phone: &mut Phone) -> Status {
    let message = messages::scan_start(false);
    let reply = phone.request(device, endpoints::SCAN.name, message).unwrap();
    answers::scan_start(&reply).unwrap()
}

/// No page within the announced count is empty, and the list does not change between pages.
#[test]
fn the_list_is_frozen_between_status_and_pages() {
    let (mut device, mut phone) = scanned(crowd(9));
    // Another component's scan, and a world that changes.
    device.world_mut().access_points.clear();
    device.radio_reports(RadioEvent::ScanResult(SimulatedAp::new("x", "").seen));
    device.radio_reports(RadioEvent::ScanDone(Ok(())));
    let (finished, count) = phone.scan_status(&mut device).unwrap();
    assert_eq!((finished, count), (true, 9));
    for at in 0..count {
        assert_eq!(phone.page(&mut device, at, 1).unwrap().len(), 1);
    }
}

/// An incomplete list is not announced.
#[test]
fn an_incomplete_list_is_not_announced() {
    let (mut device, mut phone) = scanned(crowd(5));
    assert_eq!(start(&mut device, &mut phone), Status::Success);
    device.radio_reports(RadioEvent::ScanResult(SimulatedAp::new("x", "").seen));
    assert_eq!(phone.scan_status(&mut device), Ok((false, 0)));
    let refused = PhoneError::Refused(Status::InternalError);
    assert_eq!(phone.page(&mut device, 0, 1), Err(refused), "and there is no page of it");
    device.advance(ms(2_000));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 6)));
}

/// A new list contains nothing of the previous one.
#[test]
fn a_new_list_has_nothing_of_the_previous_one() {
    let (mut device, mut phone) = scanned(crowd(5));
    device.world_mut().access_points.truncate(2);
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
}

/// A page of four is complete on the narrowest transport, whatever it contains.
#[test]
fn a_page_of_four_is_always_complete() {
    let (mut device, mut phone) = scanned(crowd(16));
    for start in 0..=12 {
        let page = phone.page(&mut device, start, PAGE).unwrap();
        assert_eq!(page.len(), PAGE as usize);
    }
}

/// A wide transport gets everything it requests at once.
#[test]
fn a_request_for_a_hundred_gets_the_whole_list() {
    let (mut device, mut phone) = scanned(crowd(16));
    device.reply_max = 4096;
    assert_eq!(phone.page(&mut device, 0, 16).unwrap().len(), 16);
    // A request for more than the list has gets the whole list and a status that says so.
    let message = messages::scan_result(0, 100);
    let reply = phone.request(&mut device, endpoints::SCAN.name, message).unwrap();
    let page = answers::scan_result(&reply).unwrap();
    assert_eq!((page.status, page.entries.len()), (Status::InternalError, 16));
}

/// A narrow transport gets as many of the requested entries as fit.
#[test]
fn a_page_holds_as_much_as_fits() {
    let (mut device, mut phone) = scanned(crowd(16));
    assert_eq!(phone.page(&mut device, 0, 16).unwrap().len(), 8);
    assert_eq!(phone.page(&mut device, 8, 8).unwrap().len(), 8);
}

/// Any range gets a response.
#[test]
fn ranges_beyond_the_list_get_a_response() {
    let (mut device, mut phone) = scanned(crowd(3));
    for (start, count, status, entries) in [
        (0, 0, Status::Success, 0),
        (9, 0, Status::Success, 0),
        (2, 1, Status::Success, 1),
        (2, 2, Status::InternalError, 1),
        (3, 1, Status::InternalError, 0),
        (u32::MAX, u32::MAX, Status::InternalError, 0),
        (1, u32::MAX, Status::InternalError, 2),
    ] {
        let message = messages::scan_result(start, count);
        let reply = phone.request(&mut device, endpoints::SCAN.name, message).unwrap();
        let page = answers::scan_result(&reply).unwrap();
        assert_eq!((page.status, page.entries.len()), (status, entries), "{start}+{count}");
    }
}

/// A blocking start waits, so that a single status request finds the list.
#[test]
fn a_blocking_start_waits_for_the_list() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let before = device.now();
    let reply = phone.request(&mut device, endpoints::SCAN.name, messages::scan_start(true));
    assert_eq!(answers::scan_start(&reply.unwrap()), Some(Status::Success));
    assert_eq!(before.until(device.now()), ms(2_000));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 2)));
}

/// If the radio fails, the client is told.
#[test]
fn a_failed_scan_is_reported() {
    let world = World { scan_fails: true, ..crowd(2) };
    let mut device = device_in(world, config(1));
    let mut phone = paired(&mut device, 1);
    let refused = PhoneError::Refused(Status::InternalError);
    assert_eq!(phone.scan(&mut device), Err(refused));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 0)));
    device.world_mut().scan_fails = false;
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2, "and may try again");
}

/// The strongest first, one of each name and security, none without a name.
#[test]
fn the_strongest_first_one_of_each_and_none_hidden() {
    let ap = |ssid: &str, n: u8, rssi| SimulatedAp::new(ssid, PASSPHRASE).at([n; 6], 1, rssi);
    let (mut device, mut phone) = scanned(World::of([
        ap("b", 1, -70),
        ap("a", 2, -80),
        ap("a", 3, -40),
        ap("a", 4, -50),
        ap("a", 5, -60).auth(AuthMode::Open),
        ap("ghost", 6, -10).hidden(),
        ap("weak", 7, -127),
    ]));
    let rows: Vec<_> = phone
        .page(&mut device, 0, 4)
        .unwrap()
        .into_iter()
        .map(|row| (String::from_utf8(row.ssid).unwrap(), row.bssid[0], row.rssi))
        .collect();
    let expected = [("a", 3, -40), ("a", 5, -60), ("b", 1, -70), ("weak", 7, -127)];
    assert_eq!(rows, expected.map(|(ssid, n, rssi)| (ssid.to_string(), n, rssi)));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 4)));
}

/// Of many networks, the strongest are kept, not the first.
#[test]
fn the_strongest_of_a_crowd_are_kept() {
    let (mut device, mut phone) = scanned(crowd(40));
    let (_, count) = phone.scan_status(&mut device).unwrap();
    assert_eq!(count as usize, SCAN_MAX_ENTRIES);
    assert_eq!(phone.page(&mut device, 0, 1).unwrap()[0].rssi, -61);
    assert_eq!(phone.page(&mut device, count - 1, 1).unwrap()[0].rssi, -76);
}

/// esp_prov knows eight values and fails at the ninth.
#[test]
fn auth_values_are_those_that_clients_know() {
    let modes = (0..).map_while(|value| AuthMode::try_from(value).ok());
    let aps =
        modes.enumerate().map(|(n, auth)| SimulatedAp::new([n as u8 + 1], PASSPHRASE).auth(auth));
    let (mut device, mut phone) = scanned(World::of(aps));
    device.reply_max = 4096;
    let mut values: Vec<_> =
        phone.page(&mut device, 0, 8).unwrap().iter().map(|row| row.auth).collect();
    values.sort_unstable();
    assert_eq!(values, [0, 1, 2, 3, 4, 5, 6, 7]);
}

/// Results of other components' scans are ignored.
#[test]
fn results_of_other_scans_are_ignored() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    device.radio_reports(RadioEvent::ScanResult(SimulatedAp::new("x", "").seen));
    device.radio_reports(RadioEvent::ScanDone(Ok(())));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 0)));
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
}

/// The late end of an abandoned scan is not the end of the next one.
#[test]
fn a_late_end_does_not_end_the_next_scan() {
    let world = World { scan_duration: ms(12_000), ..crowd(3) };
    let mut device = device_in(world, config(1));
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.scan(&mut device), Ok(vec![]), "given up after 8 s");
    device.world_mut().scan_duration = ms(2_000);
    // The radio ends its first scan at 12 s; the second then takes 2 s.
    let before = device.now();
    assert_eq!(phone.scan(&mut device).unwrap().len(), 3);
    assert_eq!(before.until(device.now()), ms(4_000 + 2_000));
}

/// A scan that the driver still does for an earlier manager is not this manager's. This manager's
/// scan starts after it or, if its end is never reported, after it should have ended.
#[test]
fn the_scan_of_an_earlier_manager_is_ignored() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    device.call(|manager, now| manager.scan_under_way(now.after(ms(20_000))));
    assert_eq!(start(&mut device, &mut phone), Status::Success);
    device.advance(ms(3_000));
    assert!(device.radio().next_timeout().is_none());
    device.radio_reports(RadioEvent::ScanResult(SimulatedAp::new("x", "").seen));
    device.radio_reports(RadioEvent::ScanDone(Ok(())));
    assert!(device.radio().next_timeout().is_some());
    assert_eq!(phone.scan_status(&mut device), Ok((false, 0)));
    device.advance(ms(2_000));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 2)));
    assert_eq!(device.manager().scan_until(), None);

    device.call(|manager, now| manager.scan_under_way(now.after(ms(20_000))));
    device.advance(ms(20_000));
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
}

/// A start during a scan waits for that scan.
#[test]
fn a_second_start_joins_the_scan() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert_eq!(start(&mut device, &mut phone), Status::Success);
    device.advance(ms(1_500));
    let before = device.now();
    assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
    assert_eq!(before.until(device.now()), ms(500));
    assert_eq!(device.count(&Event::ScanStarted), 1);
}

/// A client's scan parameters are passed to the driver, within limits.
#[test]
fn the_driver_gets_the_requested_parameters() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let mut request = |device: &mut Device, command: CmdScanWifiStart| {
        let payload = network_scan_payload::Payload::CmdScanWifiStart(command);
        let message = NetworkScanPayload { payload: Some(payload), ..Default::default() };
        let (session, now) = (phone.session(), device.now());
        let sealed = phone.client().seal(message.encode_to_vec());
        let scan = device.call(|manager, _| {
            let (id, scan) = (RequestId(99), endpoints::SCAN.name);
            let (handled, mut buffer) =
                request_in(manager, now, id, (session, Peer::UNKNOWN), scan, &sealed, REPLY_MAX);
            let Ok(Handled::Response(length)) = handled else { panic!("{handled:?}") };
            buffer.truncate(length);
            phone.client().open(buffer).unwrap();
            std::iter::from_fn(|| manager.poll_output())
                .any(|output| output == Output::Scan)
                .then(|| *manager.scan_request())
        });
        device.call(|manager, now| manager.scan_done(now, Err(ScanFailure)));
        scan.unwrap()
    };
    let plain = request(&mut device, CmdScanWifiStart::default());
    assert_eq!((plain.passive, plain.group_channels, plain.dwell), (false, 0, None));
    let command =
        CmdScanWifiStart { blocking: false, passive: true, group_channels: 5, period_ms: 120 };
    let full = request(&mut device, command);
    assert_eq!((full.passive, full.group_channels, full.dwell), (true, 5, Some(ms(120))));
    let command = CmdScanWifiStart { group_channels: 300, period_ms: u32::MAX, ..command };
    let wild = request(&mut device, command);
    assert_eq!(wild.group_channels, 255);
    assert!(wild.dwell.unwrap() <= ms(1_000), "a client cannot keep the radio for hours");
}

/// Before the first scan, the list is empty.
#[test]
fn before_the_first_scan_the_list_is_empty() {
    let mut device = device();
    assert_eq!(paired(&mut device, 1).scan_status(&mut device), Ok((true, 0)));
}

/// A device for Wi-Fi refuses the commands for Thread with a message.
#[test]
fn thread_commands_are_refused_with_a_message() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let start = network_scan_payload::Payload::CmdScanThreadStart(CmdScanThreadStart::default());
    for (msg, payload) in [(6, Some(start)), (8, None), (10, None)] {
        let message = NetworkScanPayload { msg, status: 0, payload }.encode_to_vec();
        let reply = phone.request(&mut device, endpoints::SCAN.name, message).unwrap();
        let reply = NetworkScanPayload::decode(reply.as_slice()).unwrap();
        assert_eq!((reply.msg, reply.status), (msg + 1, Status::InvalidArgument as i32));
    }
    assert_eq!(device.count(&Event::ScanStarted), 0);
}

/// A list outlives its session and ends with its service.
#[test]
fn a_list_ends_with_the_service() {
    let (mut device, _) = scanned(crowd(3));
    stranger(2).handshake(&mut device).unwrap_err();
    assert_eq!(paired(&mut device, 3).scan_status(&mut device), Ok((true, 3)));
    device.stop();
    device.start(crate::support::sec1()).unwrap();
    assert_eq!(paired(&mut device, 4).scan_status(&mut device), Ok((true, 0)));
}

/// A scan that a connection attempt cuts short ends with the networks found so far. So does one
/// that runs when its service ends.
#[test]
fn a_scan_that_is_cut_short_ends() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    phone.set(&mut device, HOME, PASSPHRASE).unwrap();
    start(&mut device, &mut phone);
    phone.apply(&mut device).unwrap();
    device.advance(ms(1_000));
    assert_eq!(phone.scan_status(&mut device), Ok((true, 0)));
    assert!(device.run_until_event(&Event::CredSuccess));

    start(&mut device, &mut phone);
    device.stop();
    let done = device.events().iter().filter(|event| matches!(event, Event::ScanDone(_))).count();
    device.advance(LONG);
    let after = device.events().iter().filter(|event| matches!(event, Event::ScanDone(_))).count();
    assert_eq!(done, after, "nothing is reported after the end");
}
