//! The radio and the store.

use std::ffi::c_int;
use std::sync::Mutex;

use capi::glue::netprov_core_scan_done;
use capi::wifi::glue::{
    netprov_access_point, netprov_core_connect_failed, netprov_core_got_address,
    netprov_core_link_down, netprov_core_link_up, netprov_core_scan_result, netprov_failure,
};
use capi::wifi::port::{netprov_credentials, netprov_scan_request, netprov_stored};

use crate::bytes;
use crate::faults::fails;
use crate::inbox::{call, lock, post};
use crate::platform::ERRNO;

/// WPA2's number in the protocol.
const WPA2: u8 = 3;

/// The state of the radio and of the store.
struct Radio {
    /// Networks in range: SSID and passphrase.
    networks: Vec<(Vec<u8>, Vec<u8>)>,
    /// A network in range that never responds.
    mute: Option<Vec<u8>>,
    /// The stored network: SSID and passphrase.
    stored: Option<(Vec<u8>, Vec<u8>)>,
    store_fails: bool,
    is_linked: bool,
    /// Number of the current attempt. An abandoned attempt has no result.
    attempt: u32,
}

impl Radio {
    const NEW: Self = Self {
        networks: Vec::new(),
        mute: None,
        stored: None,
        store_fails: false,
        is_linked: false,
        attempt: 0,
    };

    /// Takes all networks out of range. An attempt in progress gets no result.
    fn remove_networks(&mut self) {
        *self = Self { stored: self.stored.take(), attempt: self.attempt + 1, ..Self::NEW };
    }

    /// The result of an attempt; `None` if it never has one.
    fn outcome(&self, ssid: &[u8], passphrase: &[u8]) -> Option<Result<(), netprov_failure>> {
        if self.mute.as_deref() == Some(ssid) {
            return None;
        }
        let found = self.networks.iter().find(|(name, _)| name == ssid);
        Some(match found {
            None => Err(netprov_failure::NETPROV_FAILURE_NOT_FOUND),
            Some((_, right)) if right == passphrase => Ok(()),
            Some(_) => Err(netprov_failure::NETPROV_FAILURE_WRONG_PASSWORD),
        })
    }
}

static RADIO: Mutex<Radio> = Mutex::new(Radio::NEW);

/// Resets all state.
pub(crate) fn clear() {
    *lock(&RADIO) = Radio::NEW;
}

/// Adds a network to those in range.
pub(crate) fn add(ssid: &str, passphrase: &str) {
    lock(&RADIO).networks.push((ssid.into(), passphrase.into()));
}

/// Adds a network that never responds.
pub(crate) fn add_mute(ssid: &str) {
    lock(&RADIO).mute = Some(ssid.into());
}

/// Takes all networks out of range. An existing link breaks.
pub(crate) fn remove_networks() {
    lock(&RADIO).remove_networks();
    call(|| netprov_core_link_down(netprov_failure::NETPROV_FAILURE_OTHER as c_int));
}

/// The SSID of the stored network.
pub(crate) fn stored() -> Option<Vec<u8>> {
    lock(&RADIO).stored.as_ref().map(|(ssid, _)| ssid.clone())
}

/// The SSID and the passphrase of the network that is stored.
pub(crate) fn stored_credentials() -> Option<(Vec<u8>, Vec<u8>)> {
    lock(&RADIO).stored.clone()
}

/// The device was provisioned before.
pub(crate) fn store(ssid: &str, passphrase: &str) {
    lock(&RADIO).stored = Some((ssid.into(), passphrase.into()));
}

/// Makes the store fail from now on, or work again.
pub(crate) fn break_store(fails: bool) {
    lock(&RADIO).store_fails = fails;
}

/// Returns the SSID and the passphrase.
///
/// # Safety
///
/// The credentials and the memory that they point to can be read.
unsafe fn texts(credentials: *const netprov_credentials) -> (Vec<u8>, Vec<u8>) {
    // SAFETY: guaranteed by the caller.
    let Some(credentials) = (unsafe { credentials.as_ref() }) else { return Default::default() };
    let passphrase_length = usize::from(credentials.passphrase_length);
    // SAFETY: guaranteed by the caller.
    let ssid = unsafe { bytes(credentials.ssid, credentials.ssid_length.into()) };
    // SAFETY: the same.
    let passphrase = unsafe { bytes(credentials.passphrase, passphrase_length) };
    (ssid, passphrase)
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_scan(_: *const netprov_scan_request) -> c_int {
    if fails("scan") {
        return -ERRNO.eio;
    }
    post(|| {
        let networks = lock(&RADIO).networks.clone();
        for (ssid, _) in networks {
            // SAFETY: it can be read during the call.
            unsafe { netprov_core_scan_result(&access_point(&ssid)) };
        }
        netprov_core_scan_done(0);
    });
    0
}

/// The access point of a network.
fn access_point(ssid: &[u8]) -> netprov_access_point {
    netprov_access_point {
        ssid: std::array::from_fn(|i| ssid.get(i).copied().unwrap_or(0)),
        ssid_length: ssid.len() as u8,
        bssid: [2, 0, 0, 0, 0, 1],
        channel: 6,
        rssi: -40,
        auth: WPA2,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_connect(credentials: *const netprov_credentials) -> c_int {
    if fails("connect") {
        return -ERRNO.eio;
    }
    // SAFETY: guaranteed by the core.
    let (ssid, passphrase) = unsafe { texts(credentials) };
    let mut radio = lock(&RADIO);
    radio.attempt += 1;
    let attempt = radio.attempt;
    if let Some(outcome) = radio.outcome(&ssid, &passphrase) {
        // Later, as on a real radio.
        post(move || {
            let is_wanted = lock(&RADIO).attempt == attempt;
            if is_wanted {
                end_attempt(outcome);
            }
        });
    }
    0
}

fn end_attempt(outcome: Result<(), netprov_failure>) {
    if let Err(failure) = outcome {
        netprov_core_connect_failed(failure as c_int);
        return;
    }
    lock(&RADIO).is_linked = true;
    // SAFETY: it can be read during the call.
    unsafe { netprov_core_link_up(&access_point(b"")) };
    // SAFETY: four bytes.
    unsafe { netprov_core_got_address([192, 0, 2, 7].as_ptr()) };
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_disconnect() {
    let mut radio = lock(&RADIO);
    radio.attempt += 1;
    if std::mem::take(&mut radio.is_linked) {
        post(|| netprov_core_link_down(netprov_failure::NETPROV_FAILURE_OTHER as c_int));
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_store(credentials: *const netprov_credentials) -> c_int {
    // SAFETY: guaranteed by the core.
    let credentials = unsafe { texts(credentials) };
    let mut radio = lock(&RADIO);
    if fails("store") || radio.store_fails {
        return -ERRNO.eio;
    }
    radio.stored = Some(credentials);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_load(index: usize, stored: *mut netprov_stored) -> c_int {
    if fails("load") {
        return -ERRNO.eio;
    }
    let radio = lock(&RADIO);
    let Some((ssid, passphrase)) = radio.stored.as_ref().filter(|_| index == 0) else {
        return -ERRNO.enoent;
    };
    // SAFETY: guaranteed by the core.
    let stored = unsafe { &mut *stored };
    stored.ssid[..ssid.len()].copy_from_slice(ssid);
    stored.ssid_length = ssid.len() as u8;
    stored.passphrase[..passphrase.len()].copy_from_slice(passphrase);
    stored.passphrase_length = passphrase.len() as u8;
    0
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_is_stored() -> bool {
    lock(&RADIO).stored.is_some()
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_erase() -> c_int {
    let mut radio = lock(&RADIO);
    if fails("erase") || radio.store_fails {
        return -ERRNO.eio;
    }
    radio.stored = None;
    0
}
