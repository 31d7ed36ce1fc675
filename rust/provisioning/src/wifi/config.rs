//! The configuration endpoint: set, apply, and how it went.

use alloc::string::String;
use core::net::Ipv4Addr;

use protocomm::wire::request::network_config_payload::Payload as Command;
use protocomm::wire::request::{self, CmdSetWifiConfig};
use protocomm::wire::response::network_config_payload::Payload as Answer;
use protocomm::wire::response::resp_get_wifi_status::State;
use protocomm::wire::response::{RespGetWifiStatus, WifiAttemptFailed, WifiConnectedState};
use protocomm::wire::{
    NetworkConfigMsgType as Msg, Status, WifiConnectFailedReason, WifiStationState,
};

use super::{Credentials, Passphrase, Ssid, StationStatus};
use crate::answers;
use crate::error::{Error, RequestError};
use crate::json::append;
use crate::network::ConfigAction;
use crate::output::FailReason;

/// Reads a request.
pub(super) fn action(
    request: &request::NetworkConfigPayload,
) -> Result<ConfigAction<Credentials>, RequestError> {
    let msg = Msg::try_from(request.msg).map_err(|_| RequestError::UnknownCommand)?;
    match (msg, &request.payload) {
        (Msg::TypeCmdGetWifiStatus, _) => Ok(ConfigAction::GetStatus),
        (Msg::TypeCmdApplyWifiConfig, _) => Ok(ConfigAction::Apply),
        (Msg::TypeCmdSetWifiConfig, Some(Command::CmdSetWifiConfig(command))) => {
            Ok(ConfigAction::Set(credentials(command)))
        }
        (Msg::TypeCmdSetWifiConfig, _) => Err(RequestError::MissingCommand),
        (other, _) => answers::refused_config(other).map(ConfigAction::OtherNetwork),
    }
}

/// The answer to a "get status": the truth table.
///
/// | the station | `wifi_sta_state` | with it |
/// |---|---|---|
/// | has tried nothing | Disconnected | |
/// | tries | Connecting | |
/// | tries again | Connecting | `attempt_failed` |
/// | has an address | Connected | `wifi_connected` |
/// | has failed | ConnectionFailed | `wifi_fail_reason` |
///
/// Connected is 0 and left out on the wire; it is never answered by default.
pub(super) fn status_answer(status: StationStatus, ssid: Option<&Ssid>) -> Answer {
    let (state, detail) = match status {
        StationStatus::Disconnected => (WifiStationState::Disconnected, None),
        StationStatus::Connecting => (WifiStationState::Connecting, None),
        StationStatus::AttemptFailed { remaining } => {
            let detail = WifiAttemptFailed { attempts_remaining: remaining };
            (WifiStationState::Connecting, Some(State::AttemptFailed(detail)))
        }
        StationStatus::Connected { link, address } => {
            let detail = WifiConnectedState {
                ip4_addr: text(address),
                auth_mode: link.auth as i32,
                ssid: ssid.map(|ssid| ssid.as_bytes().to_vec()).unwrap_or_default(),
                bssid: link.bssid.to_vec(),
                channel: link.channel.into(),
            };
            (WifiStationState::Connected, Some(State::WifiConnected(detail)))
        }
        StationStatus::Failed(reason) => {
            // The wire knows two reasons. All but one are about a network that is there.
            let reason = match reason {
                FailReason::NetworkNotFound => WifiConnectFailedReason::WifiNetworkNotFound,
                _ => WifiConnectFailedReason::AuthError,
            };
            (WifiStationState::ConnectionFailed, Some(State::WifiFailReason(reason as i32)))
        }
    };
    let outcome = match status {
        StationStatus::Failed(FailReason::Storage) => Status::InternalError,
        _ => Status::Success,
    };
    Answer::RespGetWifiStatus(RespGetWifiStatus {
        status: outcome as i32,
        wifi_sta_state: state as i32,
        state: detail,
    })
}

/// An address as its reader expects it. (That of the standard library could panic, in theory.)
fn text(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    let mut text = String::new();
    append(&mut text, format_args!("{a}.{b}.{c}.{d}"));
    text
}

/// Checks credentials of a client, or of the application.
pub(crate) fn credentials(command: &CmdSetWifiConfig) -> Result<Credentials, Error> {
    let bssid = match command.bssid.as_slice() {
        [] => None,
        bytes => Some(bytes.try_into().map_err(|_| Error::Argument)?),
    };
    // The highest channel number of any band.
    let channel = match command.channel {
        0 => None,
        n => Some(u8::try_from(n).ok().filter(|n| *n <= 233).ok_or(Error::Argument)?),
    };
    Ok(Credentials {
        ssid: Ssid::new(&command.ssid)?,
        passphrase: Passphrase::new(&command.passphrase)?,
        bssid,
        channel,
    })
}
