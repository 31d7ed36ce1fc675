//! The parts for Wi-Fi that are not in the manager.

pub mod api;
pub mod glue;
pub mod port;

use core::ffi::c_int;

use netprov_sys::network_prov_address_kind as Kind;
use provisioning::wifi::{ConnectFailure, ConnectRequest};
pub(crate) use provisioning::wifi::{StationState as State, Wifi as Network, WifiEvent as Event};

pub(crate) use self::port::{count_stored, disconnect, scan, store};
use crate::owner::Manager;
use crate::port::{errno, now};
use crate::service::Address;

/// Passes the name of the network to join to `take`.
pub(crate) fn with_name(request: &ConnectRequest, take: &mut dyn FnMut(&[u8])) {
    take(request.credentials.ssid.as_bytes());
}

/// The kinds of addresses that a device can have.
pub(crate) const ADDRESSES: [Kind; 1] = [Kind::NETWORK_PROV_ADDRESS_IPV4];

/// Returns the address of this kind, if the device has one.
pub(crate) fn address(state: &State, kind: Kind) -> Option<Address> {
    state.address().map(|address| (kind, address.into()))
}

/// Reports an event to the manager.
pub(crate) fn tell(manager: &mut Manager, event: Event) {
    manager.wifi_event(now(), event);
}

/// Starts to join a network. If that fails, returns the event to report.
pub(crate) fn connect(request: &ConnectRequest) -> Option<Event> {
    failure(port::connect(request))
}

/// Starts to join the stored network with this index. If that fails, returns the event to report.
pub(crate) fn connect_stored(index: usize) -> Option<Event> {
    failure(port::connect_stored(index))
}

/// Returns the event for a driver's error at the start of an attempt.
fn failure(error: c_int) -> Option<Event> {
    Some(Event::ConnectFailed(match error {
        0 => return None,
        // The driver rejects an impossible passphrase before it tries.
        error if error == -errno().einval => ConnectFailure::WrongPassword,
        _ => ConnectFailure::Other,
    }))
}
