//! The Thread stack and its store.

use std::ffi::c_int;
use std::ptr;
use std::sync::Mutex;

use capi::glue::netprov_core_scan_done;
use capi::openthread::glue::{
    netprov_core_thread_addresses, netprov_core_thread_attached, netprov_core_thread_detached,
    netprov_core_thread_result, netprov_thread_network,
};

use crate::bytes;
use crate::faults::fails;
use crate::inbox::{call, lock, post};
use crate::platform::ERRNO;

struct Mesh {
    /// The datasets of the networks in range.
    networks: Vec<Vec<u8>>,
    /// The dataset that becomes active after a reset.
    stored: Option<Vec<u8>>,
    store_fails: bool,
    /// The dataset that the device is trying or is attached with.
    active: Option<Vec<u8>>,
    is_attached: bool,
}

impl Mesh {
    const NEW: Self = Self {
        networks: Vec::new(),
        stored: None,
        store_fails: false,
        active: None,
        is_attached: false,
    };

    /// Attaches if the network is in range. OpenThread keeps trying, so this is called again when a
    /// network comes into range. Returns whether the device has just attached.
    fn attach(&mut self) -> bool {
        let is_in_range = self.active.as_ref().is_some_and(|active| self.networks.contains(active));
        let attaches = is_in_range && !self.is_attached;
        self.is_attached |= is_in_range;
        attaches
    }
}

static MESH: Mutex<Mesh> = Mutex::new(Mesh::NEW);

/// Resets all state.
pub(crate) fn clear() {
    *lock(&MESH) = Mesh::NEW;
}

/// Adds a network to those in range.
pub(crate) fn add(dataset: &[u8]) {
    lock(&MESH).networks.push(dataset.into());
    call(attach);
}

/// Takes all networks out of range. The device detaches.
pub(crate) fn remove_networks() {
    lock(&MESH).networks.clear();
    call(detach);
}

/// Gives the device these addresses. Those that are `None` are removed.
pub(crate) fn set_addresses(mesh_local: Option<[u8; 16]>, off_mesh: Option<[u8; 16]>) {
    call(move || {
        let pointer =
            |address: &Option<[u8; 16]>| address.as_ref().map_or(ptr::null(), |it| it.as_ptr());
        // SAFETY: NULL, or 16 bytes that exist during the call.
        unsafe { netprov_core_thread_addresses(pointer(&mesh_local), pointer(&off_mesh)) };
    });
}

/// The dataset that is stored.
pub(crate) fn stored() -> Option<Vec<u8>> {
    lock(&MESH).stored.clone()
}

/// The device was provisioned before.
pub(crate) fn store(dataset: &[u8]) {
    lock(&MESH).stored = Some(dataset.into());
}

/// Makes the store fail from now on, or work again.
pub(crate) fn break_store(fails: bool) {
    lock(&MESH).store_fails = fails;
}

fn attach() {
    let mut mesh = lock(&MESH);
    if !mesh.attach() {
        return;
    }
    let ext_pan_id = mesh.active.as_deref().and_then(ext_pan_id).unwrap_or_default();
    drop(mesh);
    // SAFETY: it can be read during the call.
    unsafe { netprov_core_thread_attached(&network(ext_pan_id)) };
}

fn network(ext_pan_id: [u8; 8]) -> netprov_thread_network {
    netprov_thread_network {
        pan_id: 0x1234,
        channel: 15,
        rssi: 0,
        lqi: 0,
        ext_addr: [0; 8],
        ext_pan_id,
        name: std::array::from_fn(|i| b"Mesh".get(i).map_or(0, |&byte| byte as _)),
    }
}

/// Finds the extended PAN ID in a dataset, which consists of types, lengths and values.
fn ext_pan_id(mut dataset: &[u8]) -> Option<[u8; 8]> {
    const EXT_PAN_ID: u8 = 2;

    while let &[kind, length, ref rest @ ..] = dataset {
        let (value, others) = rest.split_at_checked(length.into())?;
        if kind == EXT_PAN_ID {
            return value.try_into().ok();
        }
        dataset = others;
    }
    None
}

fn detach() {
    let was_attached = std::mem::take(&mut lock(&MESH).is_attached);
    if was_attached {
        netprov_core_thread_detached();
    }
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_thread_discover(_: u32) -> c_int {
    if fails("discover") {
        return -ERRNO.eio;
    }
    post(|| {
        let networks = lock(&MESH).networks.clone();
        for ext_pan_id in networks.iter().filter_map(|dataset| ext_pan_id(dataset)) {
            // SAFETY: it can be read during the call.
            unsafe { netprov_core_thread_result(&network(ext_pan_id)) };
        }
        netprov_core_scan_done(0);
    });
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_thread_attach(dataset: *const u8, length: usize) -> c_int {
    if fails("attach") {
        return -ERRNO.eio;
    }
    let mut mesh = lock(&MESH);
    mesh.active = if dataset.is_null() {
        mesh.stored.clone()
    } else {
        // SAFETY: guaranteed by the core.
        Some(unsafe { bytes(dataset, length) })
    };
    if mesh.active.is_none() {
        return -ERRNO.enoent;
    }
    // Later, as on a real radio. A stack that starts again reports that it is detached.
    post(detach);
    post(attach);
    0
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_thread_detach() {
    lock(&MESH).active = None;
    post(detach);
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_thread_keep() -> c_int {
    let mut mesh = lock(&MESH);
    if fails("keep") || mesh.store_fails {
        return -ERRNO.eio;
    }
    mesh.stored = mesh.active.clone();
    0
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_is_stored() -> bool {
    lock(&MESH).stored.is_some()
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_erase() -> c_int {
    let mut mesh = lock(&MESH);
    if fails("erase") || mesh.store_fails {
        return -ERRNO.eio;
    }
    mesh.stored = None;
    mesh.active = None;
    drop(mesh);
    post(detach);
    0
}
