//! What the core needs from the platform's Wi-Fi and store.

use core::ffi::c_int;
use core::ptr;

use provisioning::wifi::{ConnectRequest, ScanRequest, Security};
use zeroize::Zeroize;

use crate::port::errno;

/// @brief Parameters of a scan.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_scan_request {
    /// Whether the scan is passive.
    pub passive: bool,
    /// Number of channels to scan without a pause; 0 for all.
    pub group_channels: u8,
    /// Time on each channel in milliseconds; 0 for the driver's default.
    pub dwell_ms: u16,
}

/// @brief Security type for joining a network.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum netprov_security {
    /// Open, without a passphrase.
    NETPROV_OPEN = 0,
    /// WPA or WPA2.
    NETPROV_PSK = 1,
    /// WPA3.
    NETPROV_SAE = 2,
    /// WPA2 or WPA3.
    NETPROV_PSK_OR_SAE = 3,
    /// Unknown, because no scan has found the network. The driver chooses.
    NETPROV_UNKNOWN = 4,
}

/// @brief Credentials to join a network. Pointers are valid during the call.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_credentials {
    /// SSID. It may contain any bytes and is not terminated.
    pub ssid: *const u8,
    /// Length of the SSID, 1 to 32 bytes.
    pub ssid_length: u8,
    /// Passphrase, not terminated. Do not log or keep it.
    pub passphrase: *const u8,
    /// Length of the passphrase, 0 to 64 bytes.
    pub passphrase_length: u8,
    /// Address of the access point, 6 bytes, or NULL for any.
    pub bssid: *const u8,
    /// Channel, or 0 for any.
    pub channel: u8,
    /// Security type, of `enum netprov_security`: the one to join with, or, for credentials to
    /// store, the one that the network was joined with.
    pub security: c_int,
}

/// @brief A stored network.
///
/// When the port is asked to fill it in, it is zeroed and its security type is `NETPROV_UNKNOWN`.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_stored {
    /// SSID. It may contain any bytes and is not terminated.
    pub ssid: [u8; 32],
    /// Length of the SSID, 1 to 32 bytes.
    pub ssid_length: u8,
    /// Passphrase, not terminated. The core wipes it. Do not keep a copy.
    pub passphrase: [u8; 64],
    /// Length of the passphrase, 0 to 64 bytes.
    pub passphrase_length: u8,
    /// Security type as stored, of `enum netprov_security`.
    pub security: c_int,
}

unsafe extern "C" {
    /// @brief Starts a scan.
    ///
    /// On success, `netprov_core_scan_result()` is called for each network, then
    /// `netprov_core_scan_done()` once.
    ///
    /// @return 0, or another value if the scan could not be started.
    fn netprov_port_scan(request: *const netprov_scan_request) -> c_int;
    /// @brief Leaves the current network, if any, and starts to join another one.
    ///
    /// On success, `netprov_core_link_up()`, `netprov_core_got_address()`,
    /// `netprov_core_link_down()` or `netprov_core_connect_failed()` follow.
    ///
    /// @return 0, -EINVAL if the passphrase is unusable, or another negative errno.
    fn netprov_port_connect(credentials: *const netprov_credentials) -> c_int;
    /// @brief Stops joining, or leaves the network.
    fn netprov_port_disconnect();
    /// @brief Stores credentials with the security type that the network was joined with, all or
    /// nothing. Returns 0 or a negative errno.
    fn netprov_port_store(credentials: *const netprov_credentials) -> c_int;
    /// @brief Gets a stored network.
    ///
    /// @param index Index of the network, counted from 0.
    /// @param stored Receives the network.
    ///
    /// @return 0, -ENOENT if there are no more networks, or another negative errno if this one
    ///     cannot be read.
    fn netprov_port_load(index: usize, stored: *mut netprov_stored) -> c_int;
}

/// Starts a scan.
pub(crate) fn scan(request: &ScanRequest) -> bool {
    let dwell = request.dwell.map_or(0, |dwell| dwell.as_millis());
    let request = netprov_scan_request {
        passive: request.passive,
        group_channels: request.group_channels,
        dwell_ms: u16::try_from(dwell).unwrap_or(u16::MAX),
    };
    // SAFETY: the port reads the request during the call.
    unsafe { netprov_port_scan(&request) == 0 }
}

/// Starts to join a network. Returns 0 or a negative errno.
pub(crate) fn connect(request: &ConnectRequest) -> c_int {
    // SAFETY: the port reads the credentials, and what they point to, during the call.
    unsafe { netprov_port_connect(&lend(request)) }
}

/// Starts to join the stored network with this index. Returns 0 or a negative errno.
pub(crate) fn connect_stored(index: usize) -> c_int {
    let mut stored = NOTHING_STORED;
    let error = load(index, &mut stored);
    let result = if error == 0 {
        // SAFETY: the port reads the credentials, and what they point to, during the call.
        unsafe { netprov_port_connect(&stored.lend()) }
    } else {
        error
    };
    stored.passphrase.zeroize();
    result
}

/// Returns the number of stored networks.
pub(crate) fn count_stored() -> usize {
    let mut stored = NOTHING_STORED;
    let mut count = 0;
    while count < STORED_MAX && load(count, &mut stored) != -errno().enoent {
        count += 1;
    }
    stored.passphrase.zeroize();
    count
}

/// Further networks in a store are not tried.
const STORED_MAX: usize = 64;

/// All zeros, so it takes no flash as a constant.
const NOTHING_STORED: netprov_stored = netprov_stored {
    ssid: [0; 32],
    ssid_length: 0,
    passphrase: [0; 64],
    passphrase_length: 0,
    security: 0,
};

/// Loads the stored network with this index. Returns 0 or a negative errno.
fn load(index: usize, stored: &mut netprov_stored) -> c_int {
    *stored = NOTHING_STORED;
    stored.security = netprov_security::NETPROV_UNKNOWN as c_int;
    // SAFETY: the port writes to `stored` during the call.
    let error = unsafe { netprov_port_load(index, stored) };
    let fits = usize::from(stored.ssid_length) <= stored.ssid.len()
        && usize::from(stored.passphrase_length) <= stored.passphrase.len();
    if error == 0 && !fits { -errno().einval } else { error }
}

impl netprov_stored {
    fn lend(&self) -> netprov_credentials {
        use netprov_security::{NETPROV_OPEN, NETPROV_UNKNOWN};

        let known = NETPROV_OPEN as c_int..NETPROV_UNKNOWN as c_int;
        netprov_credentials {
            ssid: self.ssid.as_ptr(),
            ssid_length: self.ssid_length,
            passphrase: self.passphrase.as_ptr(),
            passphrase_length: self.passphrase_length,
            // The network is found by its name, because its access point may have been replaced.
            bssid: ptr::null(),
            channel: 0,
            security: if known.contains(&self.security) {
                self.security
            } else {
                NETPROV_UNKNOWN as c_int
            },
        }
    }
}

/// Leaves the network, or stops joining.
pub(crate) fn disconnect() {
    // SAFETY: no pointers.
    unsafe { netprov_port_disconnect() }
}

/// Stores credentials and how the network was joined, all or nothing.
pub(crate) fn store(joined: &ConnectRequest) -> bool {
    // SAFETY: the port reads the credentials, and what they point to, during the call.
    unsafe { netprov_port_store(&lend(joined)) == 0 }
}

fn lend(request: &ConnectRequest) -> netprov_credentials {
    let credentials = &request.credentials;
    let (ssid, passphrase) = (credentials.ssid.as_bytes(), credentials.passphrase.as_bytes());
    netprov_credentials {
        ssid: ssid.as_ptr(),
        ssid_length: ssid.len() as u8,
        passphrase: passphrase.as_ptr(),
        passphrase_length: passphrase.len() as u8,
        bssid: credentials.bssid.as_ref().map_or(ptr::null(), |bssid| bssid.as_ptr()),
        channel: credentials.channel.unwrap_or(0),
        security: match request.security {
            Security::Open => netprov_security::NETPROV_OPEN,
            Security::Psk => netprov_security::NETPROV_PSK,
            Security::Sae => netprov_security::NETPROV_SAE,
            Security::PskOrSae => netprov_security::NETPROV_PSK_OR_SAE,
            Security::Unknown => netprov_security::NETPROV_UNKNOWN,
        } as c_int,
    }
}
