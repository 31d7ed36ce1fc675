//! A device for Wi-Fi: what there is of its network beside the manager.

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

/// The name of the network that is to be joined.
pub(crate) fn with_name(request: &ConnectRequest, take: &mut dyn FnMut(&[u8])) {
    take(request.credentials.ssid.as_bytes());
}

/// The kinds of addresses that the device may have.
pub(crate) const ADDRESSES: [Kind; 1] = [Kind::NETWORK_PROV_ADDRESS_IPV4];

/// The address of this kind, if the device has one.
pub(crate) fn address(state: &State, kind: Kind) -> Option<Address> {
    state.address().map(|address| (kind, address.into()))
}

/// Tells the manager.
pub(crate) fn tell(manager: &mut Manager, event: Event) {
    manager.wifi_event(now(), event);
}

/// Starts to join a network. Returns what went wrong if that was not possible.
pub(crate) fn connect(request: &ConnectRequest) -> Option<Event> {
    failure(port::connect(request))
}

/// Starts to join the stored network at this index. Returns what went wrong if that was not
/// possible.
pub(crate) fn connect_stored(index: usize) -> Option<Event> {
    failure(port::connect_stored(index))
}

/// What a driver means that could not begin to join.
fn failure(error: c_int) -> Option<Event> {
    Some(Event::ConnectFailed(match error {
        0 => return None,
        // It refuses a passphrase that cannot be one before it tries.
        error if error == -errno().einval => ConnectFailure::WrongPassword,
        _ => ConnectFailure::Other,
    }))
}
