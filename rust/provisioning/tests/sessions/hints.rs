//! A client's hints about where its network is.

use netprov_messages::Status;
use provisioning::wifi::{ConnectFailure, StationStatus};
use provisioning::{Event, endpoints};
use sim::client::{answers, messages};
use sim::{Device, SimulatedAp, World};

use crate::support::{HOME, LONG, PASSPHRASE, config, device_in, ms, paired};

const ROUTER: [u8; 6] = [2, 0, 0, 0, 0, 9];

/// A device in range of this router. A client offers it the network with a BSSID and a channel.
fn offered(router: SimulatedAp, bssid: &[u8], channel: i32) -> Device {
    let mut device = device_in(World::of([router]), config(1));
    let mut phone = paired(&mut device, 1);
    let message = messages::set_wifi_at(HOME, PASSPHRASE, bssid, channel);
    let reply = phone.request(&mut device, endpoints::CONFIG.name, message).unwrap();
    assert_eq!(answers::set_wifi(&reply), Some(Status::Success));
    assert_eq!(phone.apply(&mut device), Ok(Status::Success));
    device
}

fn router() -> SimulatedAp {
    SimulatedAp::new(HOME, PASSPHRASE).at(ROUTER, 6, -50)
}

#[test]
fn a_router_that_is_not_where_the_client_says_is_found_by_its_name() {
    for (bssid, channel) in
        [(&ROUTER[..], 11), (&[7; 6], 6), (&[7; 6], 11), (&[], 11), (&[7; 6], 0)]
    {
        let mut device = offered(router(), bssid, channel);
        assert!(device.run_until_event(&Event::CredSuccess), "{bssid:?} {channel}");
        assert_eq!(device.count(&Event::Attempt { number: 1, of: 1 }), 1, "it is one attempt");
    }
}

#[test]
fn a_correct_hint_is_followed() {
    let mut device = offered(router(), &ROUTER, 6);
    // A stronger access point of the network that the client has not named.
    let other = SimulatedAp::new(HOME, PASSPHRASE).at([7; 6], 1, -20);
    device.world_mut().access_points.push(other);
    assert!(device.run_until_event(&Event::CredSuccess));
    match device.manager().wifi_status() {
        StationStatus::Connected { link, .. } => assert_eq!(link.bssid, ROUTER),
        other => panic!("{other:?}"),
    }
}

#[test]
fn hints_are_not_stored() {
    for (bssid, channel) in [(&ROUTER[..], 6), (&[7; 6], 11)] {
        let mut device = offered(router(), bssid, channel);
        assert!(device.run_until_event(&Event::CredSuccess));
        let stored = device.store().credentials().unwrap();
        assert_eq!((stored.bssid, stored.channel), (None, None));
    }
}

#[test]
fn an_address_that_means_any_is_not_a_hint() {
    for any in [[0; 6], [0xff; 6]] {
        let mut device = offered(router(), &any, 0);
        device.advance(ms(1_000));
        // A first attempt that searches for such an access point would still be running.
        device.advance(ms(1_500));
        assert_eq!(device.count(&Event::CredSuccess), 1, "{any:?}");
    }
}

#[test]
fn a_router_that_is_replaced_after_the_success_is_joined_again() {
    let mut device = offered(router(), &ROUTER, 6);
    assert!(device.run_until_event(&Event::CredSuccess));
    device.world_mut().access_points = vec![router().at([7; 6], 11, -50)];
    device.drop_link(ConnectFailure::Other);
    assert!(device.run_until_event(&Event::Online));
}

#[test]
fn a_wrong_passphrase_is_reported_without_a_second_search() {
    let mut device =
        offered(SimulatedAp::new(HOME, "another-horse").at(ROUTER, 6, -50), &ROUTER, 6);
    device.advance(ms(1_000 + 800));
    assert_eq!(device.manager().state(), provisioning::State::Failed);
    device.advance(LONG);
}
