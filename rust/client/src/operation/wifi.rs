//! Wi-Fi credentials and the state of the station.

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
    /// Hands the device the credentials of a Wi-Fi network, for [`ApplyWifi`].
    SetWifi -> ()
}

exchange! {
    /// Asks the device to connect with the credentials that were set.
    ApplyWifi -> ()
}

exchange! {
    /// Asks for the state of the device's station, once.
    GetWifiStatus -> WifiStatus
}

/// A network that a device found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WifiNetwork {
    /// Its name: any bytes, 32 at most.
    pub ssid: Vec<u8>,
    /// The channel.
    pub channel: u32,
    /// The signal's strength in dBm.
    pub rssi: i32,
    /// The address of the access point; empty if the device does not tell.
    pub bssid: Vec<u8>,
    /// How stations prove themselves.
    pub auth: AuthMode,
}

/// How stations prove themselves to a Wi-Fi network: the protocol's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthMode(pub i32);

/// The names of [`AuthMode`], by number.
const AUTH_MODES: [&str; 8] =
    ["open", "WEP", "WPA", "WPA2", "WPA/WPA2", "WPA2 enterprise", "WPA3", "WPA2/WPA3"];

/// The state of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WifiStatus {
    /// It is on the network and has an address.
    Connected(Connection),
    /// It is connecting.
    Connecting,
    /// An attempt failed; it tries again.
    AttemptFailed {
        /// Attempts that are left.
        remaining: u32,
    },
    /// It has not tried anything.
    Disconnected,
    /// The credentials did not work.
    Failed(WifiFailure),
}

/// The network that a device has connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The device's address, as text.
    pub address: String,
    /// How it proved itself.
    pub auth: AuthMode,
    /// The network's name.
    pub ssid: Vec<u8>,
    /// The address of the access point.
    pub bssid: Vec<u8>,
    /// The channel.
    pub channel: i32,
}

/// Why credentials did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WifiFailure {
    /// The network refused the passphrase.
    Authentication,
    /// The network is not in range.
    NotFound,
    /// The device stopped trying and does not tell why.
    GaveUp,
    /// A reason that this client does not know, by the protocol's number.
    Other(i32),
}

impl SetWifi {
    /// The credentials: `passphrase` is empty for an open network.
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
                    config::check(response.status, "take the credentials")
                }
                _ => Err(config::unexpected()),
            }
        }))
    }
}

impl ApplyWifi {
    /// The operation.
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
    /// The operation.
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

/// A state without the detail that belongs to it is refused: an empty message would read as
/// connected.
pub(super) fn read(response: &[u8]) -> Result<WifiStatus, Error> {
    let Payload::RespGetWifiStatus(RespGetWifiStatus { status, wifi_sta_state, state }) =
        config::decode(response, Type::TypeRespGetWifiStatus)?
    else {
        return Err(config::unexpected());
    };
    config::check(status, "tell its state")?;
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
    /// Whether stations need no passphrase.
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
            Self::Authentication => f.write_str("the network refused the passphrase"),
            Self::NotFound => f.write_str("the network is not in range of the device"),
            Self::GaveUp => f.write_str("the device gave up and does not tell why"),
            Self::Other(number) => write!(f, "the device failed for reason {number}"),
        }
    }
}
