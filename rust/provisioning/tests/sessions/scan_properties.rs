//! Any scan, and the list that a client reads with any page size.

use std::collections::BTreeMap;

use netprov_messages::WiFiScanResult;
use proptest::prelude::*;
use provisioning::endpoints;
use provisioning::limits::SCAN_MAX_ENTRIES;
use provisioning::wifi::AuthMode;
use sim::client::{answers, messages};
use sim::device::Setup;
use sim::phone::PAGE;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::support::{config, sec0};

/// Networks with few different names, so that many are alike, and with long ones.
fn access_point() -> impl Strategy<Value = SimulatedAp> {
    let ssid = prop_oneof![
        proptest::collection::vec(0u8..3, 1..3),
        proptest::collection::vec(any::<u8>(), 32),
    ];
    (ssid, any::<[u8; 6]>(), any::<u8>(), any::<i8>(), 0..8i32, proptest::bool::weighted(0.1))
        .prop_map(|(ssid, bssid, channel, rssi, auth, hidden)| {
            let auth = AuthMode::try_from(auth).unwrap();
            let ap = SimulatedAp::new(ssid, "").at(bssid, channel, rssi).auth(auth);
            if hidden { ap.hidden() } else { ap }
        })
}

/// A device of security 0 that has scanned.
fn scanned(world: World) -> (Device, Phone) {
    let mut device = Device::boot(Setup { world, config: config(1), ..Setup::default() });
    device.start(sec0()).unwrap();
    let mut phone = Phone::new(1, Client::sec0());
    phone.handshake(&mut device).unwrap();
    let start = phone.request(&mut device, endpoints::SCAN.name, messages::scan_start(true));
    assert!(answers::scan_start(&start.unwrap()).is_some());
    (device, phone)
}

/// All pages of one size, each starting where the previous one ended.
fn pages(device: &mut Device, phone: &mut Phone, count: u32, size: u32) -> Vec<WiFiScanResult> {
    let mut all = Vec::new();
    while (all.len() as u32) < count {
        let start = all.len() as u32;
        let message = messages::scan_result(start, size.min(count - start));
        let reply = phone.request(device, endpoints::SCAN.name, message).unwrap();
        assert!(reply.len() <= device.reply_max);
        let page = answers::scan_result(&reply).unwrap();
        assert!(!page.entries.is_empty(), "an empty page inside the announced count");
        all.extend(page.entries);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_list_is_the_strongest_of_each_network(
        aps in proptest::collection::vec(access_point(), 0..40),
    ) {
        let mut strongest: BTreeMap<(Vec<u8>, i32), i32> = BTreeMap::new();
        for ap in aps.iter().filter(|ap| ap.seen.ssid.is_some()) {
            let best = strongest.entry((ap.ssid.clone(), ap.seen.auth as i32)).or_insert(i32::MIN);
            *best = (*best).max(ap.seen.rssi.into());
        }
        let mut expected: Vec<i32> = strongest.values().copied().collect();
        expected.sort_unstable_by_key(|rssi| -rssi);
        expected.truncate(SCAN_MAX_ENTRIES);

        let (mut device, mut phone) = scanned(World::of(aps.clone()));
        let (finished, count) = phone.scan_status(&mut device).unwrap();
        prop_assert!(finished);
        let list = pages(&mut device, &mut phone, count, PAGE);
        let strengths: Vec<i32> = list.iter().map(|row| row.rssi).collect();
        prop_assert_eq!(strengths, expected, "the strongest, sorted");

        let mut keys: Vec<_> = list.iter().map(|row| (&row.ssid, row.auth)).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), list.len(), "one of each");
        for row in &list {
            let real = aps.iter().any(|ap| {
                ap.seen.ssid.is_some()
                    && ap.ssid == row.ssid
                    && ap.seen.bssid == row.bssid[..]
                    && u32::from(ap.seen.channel) == row.channel
                    && i32::from(ap.seen.rssi) == row.rssi
                    && ap.seen.auth as i32 == row.auth
            });
            prop_assert!(real, "{:?} is in range", row);
        }
    }

    #[test]
    fn pages_of_every_size_make_the_same_list(
        aps in proptest::collection::vec(access_point(), 0..24),
        sizes in proptest::collection::vec(1u32..120, 4),
    ) {
        let (mut device, mut phone) = scanned(World::of(aps));
        let (_, count) = phone.scan_status(&mut device).unwrap();
        let list = pages(&mut device, &mut phone, count, 1);
        for reply_max in [512, 4096] {
            device.reply_max = reply_max;
            for &size in sizes.iter().chain(&[2, 3, 4]) {
                prop_assert_eq!(&pages(&mut device, &mut phone, count, size), &list);
            }
            for start in 0..count {
                let size = PAGE.min(count - start);
                let page = phone.page(&mut device, start, size).unwrap();
                prop_assert_eq!(page.len() as u32, size, "a page of four is complete");
            }
        }
        if count > 0 {
            prop_assert_eq!(phone.page(&mut device, 0, count).unwrap(), list, "at once over HTTP");
        }
    }
}
