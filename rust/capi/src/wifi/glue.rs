//! The C glue's reports about Wi-Fi, for the provisioning thread only.

use core::ffi::c_int;

use provisioning::wifi::{AccessPoint, AuthMode, ConnectFailure, Link, Ssid, WifiEvent};

use crate::service::{self, tell};

/// @brief Reasons why the link failed.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum netprov_failure {
    /// Any other reason.
    NETPROV_FAILURE_OTHER = 0,
    /// The access point rejected the passphrase.
    NETPROV_FAILURE_WRONG_PASSWORD = 1,
    /// The access point was not found.
    NETPROV_FAILURE_NOT_FOUND = 2,
    /// The attempt timed out.
    NETPROV_FAILURE_TIMEOUT = 3,
}

/// @brief Security types of access points.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum netprov_auth {
    /// Joined without a passphrase.
    NETPROV_AUTH_OPEN = 0,
    /// WEP.
    NETPROV_AUTH_WEP = 1,
    /// WPA.
    NETPROV_AUTH_WPA_PSK = 2,
    /// WPA2.
    NETPROV_AUTH_WPA2_PSK = 3,
    /// WPA or WPA2.
    NETPROV_AUTH_WPA_WPA2_PSK = 4,
    /// Any other type that cannot be joined with a passphrase.
    NETPROV_AUTH_ENTERPRISE = 5,
    /// WPA3.
    NETPROV_AUTH_WPA3_PSK = 6,
    /// WPA2 or WPA3.
    NETPROV_AUTH_WPA2_WPA3_PSK = 7,
}

// These have the protocol's numbers, so a conversion needs no code.
const _: () = {
    assert!(netprov_auth::NETPROV_AUTH_OPEN as i32 == AuthMode::Open as i32);
    assert!(netprov_auth::NETPROV_AUTH_WEP as i32 == AuthMode::Wep as i32);
    assert!(netprov_auth::NETPROV_AUTH_WPA_PSK as i32 == AuthMode::WpaPsk as i32);
    assert!(netprov_auth::NETPROV_AUTH_WPA2_PSK as i32 == AuthMode::Wpa2Psk as i32);
    assert!(netprov_auth::NETPROV_AUTH_WPA_WPA2_PSK as i32 == AuthMode::WpaWpa2Psk as i32);
    assert!(netprov_auth::NETPROV_AUTH_ENTERPRISE as i32 == AuthMode::Wpa2Enterprise as i32);
    assert!(netprov_auth::NETPROV_AUTH_WPA3_PSK as i32 == AuthMode::Wpa3Psk as i32);
    assert!(netprov_auth::NETPROV_AUTH_WPA2_WPA3_PSK as i32 == AuthMode::Wpa2Wpa3Psk as i32);
};

/// @brief An access point that a scan found, or that the station has joined.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_access_point {
    /// SSID, not terminated.
    pub ssid: [u8; 32],
    /// Length of the SSID; 0 if it is hidden.
    pub ssid_length: u8,
    /// Address of the access point.
    pub bssid: [u8; 6],
    /// Channel.
    pub channel: u8,
    /// Signal strength in dBm.
    pub rssi: i8,
    /// Security type, of `enum netprov_auth`.
    pub auth: u8,
}

/// @brief Reports a network that the scan found.
///
/// # Safety
///
/// `found` can be read during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_scan_result(found: *const netprov_access_point) {
    // SAFETY: the caller's promise.
    let Some(found) = (unsafe { found.as_ref() }) else { return };
    let found = AccessPoint {
        ssid: found.ssid.get(..found.ssid_length.into()).and_then(|ssid| Ssid::new(ssid).ok()),
        bssid: found.bssid,
        channel: found.channel,
        rssi: found.rssi,
        auth: auth_mode(found.auth),
    };
    tell(|manager| manager.scan_result(found));
}

/// @brief Reports that the station has joined an access point. It has no IP address yet.
///
/// # Safety
///
/// `joined` can be read during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_link_up(joined: *const netprov_access_point) {
    // SAFETY: the caller's promise.
    let Some(joined) = (unsafe { joined.as_ref() }) else { return };
    let auth = auth_mode(joined.auth);
    let link = Link { bssid: joined.bssid, channel: joined.channel, auth };
    service::network_event(WifiEvent::LinkUp(link));
}

/// @brief Reports the station's IPv4 address, 4 bytes in network order.
///
/// # Safety
///
/// `address` is four bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_got_address(address: *const u8) {
    // SAFETY: the caller's promise.
    let Some(address) = (unsafe { address.cast::<[u8; 4]>().as_ref() }) else { return };
    service::network_event(WifiEvent::GotAddress((*address).into()));
}

/// @brief Reports that the attempt failed before the link was up. `failure` is of `enum
/// netprov_failure`.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_connect_failed(failure: c_int) {
    service::network_event(WifiEvent::ConnectFailed(cause(failure)));
}

/// @brief Reports that the link is down. `failure` is of `enum netprov_failure`.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_link_down(failure: c_int) {
    service::network_event(WifiEvent::LinkDown(cause(failure)));
}

/// Converts a value of [`netprov_auth`]. An unknown value becomes enterprise, which no passphrase
/// joins.
fn auth_mode(number: u8) -> AuthMode {
    AuthMode::try_from(i32::from(number)).unwrap_or(AuthMode::Wpa2Enterprise)
}

fn cause(failure: c_int) -> ConnectFailure {
    if failure == netprov_failure::NETPROV_FAILURE_WRONG_PASSWORD as c_int {
        ConnectFailure::WrongPassword
    } else if failure == netprov_failure::NETPROV_FAILURE_NOT_FOUND as c_int {
        ConnectFailure::NotFound
    } else if failure == netprov_failure::NETPROV_FAILURE_TIMEOUT as c_int {
        ConnectFailure::Timeout
    } else {
        ConnectFailure::Other
    }
}
