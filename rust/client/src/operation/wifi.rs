//! Wi-Fi credentials, and the state of the station.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use netprov_messages::network_config_payload::Payload;
use netprov_messages::resp_get_wifi_status::State;
use netprov_messages::{
    CmdApplyWifiConfig, CmdGetWifiStatus, CmdSetWifiConfig, NetworkConfigMsgType as Type,
    RespGetWifiStatus, WiFiScanResult, WifiStationState,
};

use super::exchange::{Exchange, exchange};
use super::{config, endpoint};
use crate::{Error, Secret};

exchange! {
    /// Sends Wi-Fi credentials to the device, to be used by [`ApplyWifi`].
    SetWifi -> ()
}

exchange! {
    /// Asks the device to connect with the credentials sent before.
    ApplyWifi -> ()
}

exchange! {
    /// Gets the station state once.
    GetWifiStatus -> WifiStatus
}

/// A Wi-Fi network found by a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WifiNetwork {
    /// SSID: up to 32 arbitrary bytes.
    pub ssid: Vec<u8>,
    /// Channel.
    pub channel: u32,
    /// Signal strength in dBm.
    pub rssi: i32,
    /// Address of the access point; empty if the device does not report it.
    pub bssid: Vec<u8>,
    /// Authentication mode.
    pub auth: AuthMode,
}

/// Authentication mode of a Wi-Fi network, as the protocol's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthMode(pub i32);

/// Names of the authentication modes, by number.
const AUTH_MODES: [&str; 8] =
    ["open", "WEP", "WPA", "WPA2", "WPA/WPA2", "WPA2 enterprise", "WPA3", "WPA2/WPA3"];

/// State of a Wi-Fi station.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WifiStatus {
    /// The device has joined the network and has an address.
    Connected(Connection),
    /// The device is connecting.
    Connecting,
    /// An attempt failed and another will follow.
    AttemptFailed {
        /// Number of attempts left.
        remaining: u32,
    },
    /// The device has not tried to connect.
    Disconnected,
    /// The credentials failed.
    Failed(WifiFailure),
}

/// The Wi-Fi network that a device has connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// IP address of the device, as text.
    pub address: String,
    /// Authentication mode.
    pub auth: AuthMode,
    /// SSID.
    pub ssid: Vec<u8>,
    /// Address of the access point.
    pub bssid: Vec<u8>,
    /// Channel.
    pub channel: i32,
}

/// Why credentials failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WifiFailure {
    /// The access point rejected the passphrase.
    Authentication,
    /// The network is not in range.
    NotFound,
    /// The device gave up without reporting a reason.
    GaveUp,
    /// A reason unknown to this client, as the protocol's number.
    Other(i32),
}

impl SetWifi {
    /// Creates the operation. `passphrase` is empty for an open network.
    pub fn new(ssid: &[u8], passphrase: &Secret) -> Self {
        let command = CmdSetWifiConfig {
            ssid: ssid.to_vec(),
            passphrase: passphrase.expose().to_vec(),
            bssid: Vec::new(),
            channel: 0,
        };
        let message =
            config::encode(Type::TypeCmdSetWifiConfig, Payload::CmdSetWifiConfig(command));
        Self(Exchange::new(endpoint::CONFIG, message, |response| {
            match config::decode(response, Type::TypeRespSetWifiConfig)? {
                Payload::RespSetWifiConfig(response) => {
                    config::check(response.status, "accept the credentials")
                }
                _ => Err(config::unexpected()),
            }
        }))
    }
}

impl ApplyWifi {
    /// Creates the operation.
    pub fn new() -> Self {
        let payload = Payload::CmdApplyWifiConfig(CmdApplyWifiConfig {});
        let message = config::encode(Type::TypeCmdApplyWifiConfig, payload);
        Self(Exchange::new(endpoint::CONFIG, message, |response| {
            match config::decode(response, Type::TypeRespApplyWifiConfig)? {
                Payload::RespApplyWifiConfig(response) => {
                    config::check(response.status, "connect with the credentials")
                }
                _ => Err(config::unexpected()),
            }
        }))
    }
}

impl Default for ApplyWifi {
    fn default() -> Self {
        Self::new()
    }
}

impl GetWifiStatus {
    /// Creates the operation.
    pub fn new() -> Self {
        Self(Exchange::new(endpoint::CONFIG, request(), read))
    }
}

impl Default for GetWifiStatus {
    fn default() -> Self {
        Self::new()
    }
}

pub(super) fn request() -> Vec<u8> {
    config::encode(Type::TypeCmdGetWifiStatus, Payload::CmdGetWifiStatus(CmdGetWifiStatus {}))
}

/// Refuses a state without its payload: an empty message would otherwise decode as connected.
pub(super) fn read(response: &[u8]) -> Result<WifiStatus, Error> {
    let Payload::RespGetWifiStatus(RespGetWifiStatus { status, wifi_sta_state, state }) =
        config::decode(response, Type::TypeRespGetWifiStatus)?
    else {
        return Err(config::unexpected());
    };
    config::check(status, "report its state")?;
    let station = WifiStationState::try_from(wifi_sta_state).map_err(|_| config::malformed())?;
    Ok(match (station, state) {
        (WifiStationState::Connected, Some(State::WifiConnected(state))) => {
            WifiStatus::Connected(Connection {
                address: state.ip4_addr,
                auth: AuthMode(state.auth_mode),
                ssid: state.ssid,
                bssid: state.bssid,
                channel: state.channel,
            })
        }
        (WifiStationState::Connecting, Some(State::AttemptFailed(failed))) => {
            WifiStatus::AttemptFailed { remaining: failed.attempts_remaining }
        }
        (WifiStationState::Connecting, _) => WifiStatus::Connecting,
        (WifiStationState::Disconnected, _) => WifiStatus::Disconnected,
        (WifiStationState::ConnectionFailed, Some(State::WifiFailReason(reason))) => {
            WifiStatus::Failed(match reason {
                0 => WifiFailure::Authentication,
                1 => WifiFailure::NotFound,
                other => WifiFailure::Other(other),
            })
        }
        _ => return Err(config::malformed()),
    })
}

impl From<WiFiScanResult> for WifiNetwork {
    fn from(result: WiFiScanResult) -> Self {
        Self {
            ssid: result.ssid,
            channel: result.channel,
            rssi: result.rssi,
            bssid: result.bssid,
            auth: AuthMode(result.auth),
        }
    }
}

impl AuthMode {
    /// Returns whether the network is open (needs no passphrase).
    pub fn is_open(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for AuthMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match usize::try_from(self.0).ok().and_then(|number| AUTH_MODES.get(number)) {
            Some(name) => f.pad(name),
            None => write!(f, "type {}", self.0),
        }
    }
}

impl fmt::Display for WifiFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authentication => f.write_str("the access point rejected the passphrase"),
            Self::NotFound => f.write_str("the network is not in range of the device"),
            Self::GaveUp => f.write_str("the device gave up without reporting a reason"),
            Self::Other(number) => write!(f, "the device failed with unknown reason {number}"),
        }
    }
}
