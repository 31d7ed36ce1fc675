//! The parts for Thread that are not in the manager.

pub mod api;
pub mod glue;
pub mod port;

use core::ffi::c_int;

use netprov_sys::network_prov_address_kind as Kind;
use provisioning::thread::Dataset;
pub(crate) use provisioning::thread::{
    Thread as Network, ThreadEvent as Event, ThreadState as State,
};

pub(crate) use self::port::{disconnect, scan, store};
use crate::owner::Manager;
use crate::port::{errno, is_stored, now};
use crate::service::Address;

/// Passes the network name of a dataset to `take`, if it has one.
pub(crate) fn with_name(dataset: &Dataset, take: &mut dyn FnMut(&[u8])) {
    if let Some(name) = dataset.summary().ok().and_then(|summary| summary.name) {
        take(name.as_str().as_bytes());
    }
}

/// The kinds of addresses that a device can have.
pub(crate) const ADDRESSES: [Kind; 2] =
    [Kind::NETWORK_PROV_ADDRESS_MESH_LOCAL, Kind::NETWORK_PROV_ADDRESS_OFF_MESH];

/// Returns the address of this kind, if the device has one.
pub(crate) fn address(state: &State, kind: Kind) -> Option<Address> {
    let addresses = state.addresses();
    let address = match kind {
        Kind::NETWORK_PROV_ADDRESS_MESH_LOCAL => addresses.mesh_local,
        _ => addresses.off_mesh,
    };
    address.map(|address| (kind, address.into()))
}

/// Reports an event to the manager.
pub(crate) fn tell(manager: &mut Manager, event: Event) {
    manager.thread_event(now(), event);
}

/// Starts to attach with a dataset. If that fails, returns the event to report.
pub(crate) fn connect(dataset: &Dataset) -> Option<Event> {
    failure(port::attach(dataset.as_bytes()))
}

/// Starts to attach with the stored dataset; there is at most one. If that fails, returns the event
/// to report.
pub(crate) fn connect_stored(_index: usize) -> Option<Event> {
    failure(port::attach_stored())
}

/// Returns the number of stored datasets, at most one.
pub(crate) fn count_stored() -> usize {
    is_stored().into()
}

fn failure(error: c_int) -> Option<Event> {
    match error {
        0 => None,
        error if error == -errno().einval => Some(Event::Refused),
        _ => Some(Event::Failed),
    }
}
