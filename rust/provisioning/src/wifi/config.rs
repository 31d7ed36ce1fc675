//! The configuration endpoint: set, apply, and how it went.

use alloc::string::String;
use core::net::Ipv4Addr;

use protocomm::wire::request::network_config_payload::Payload as Command;
use protocomm::wire::request::{self, CmdSetWifiConfig};
use protocomm::wire::response::network_config_payload::Payload as Answer;
use protocomm::wire::response::resp_get_wifi_status::State;
use protocomm::wire::response::{self, RespGetWifiStatus, WifiAttemptFailed, WifiConnectedState};
use protocomm::wire::{
    NetworkConfigMsgType as Msg, Status, WifiConnectFailedReason, WifiStationState,
};
use zeroize::Zeroize;

use super::{Credentials, Passphrase, Ssid, StationStatus};
use crate::error::{Error, RequestError};
use crate::json::append;
use crate::output::FailReason;

/// What a client wants of the configuration endpoint.
pub(crate) enum Action {
    /// Keep these credentials for the next apply, or learn that they make no sense.
    Set(Result<Credentials, Error>),
    /// Try the credentials that were set.
    Apply,
    /// Tell how it goes.
    GetStatus,
    /// A command for the other type of network, with the answer that refuses it.
    OtherNetwork(response::NetworkConfigPayload),
}

/// Reads a request, and wipes the passphrase that came with it, wanted or not.
pub(crate) fn action(mut request: request::NetworkConfigPayload) -> Result<Action, RequestError> {
    let action = read(&request);
    if let Some(Command::CmdSetWifiConfig(command)) = &mut request.payload {
        command.passphrase.zeroize();
    }
    action
}

fn read(request: &request::NetworkConfigPayload) -> Result<Action, RequestError> {
    let msg = Msg::try_from(request.msg).map_err(|_| RequestError::UnknownCommand)?;
    let status = Status::InvalidArgument as i32;
    let refusal = match (msg, &request.payload) {
        (Msg::TypeCmdGetWifiStatus, _) => return Ok(Action::GetStatus),
        (Msg::TypeCmdApplyWifiConfig, _) => return Ok(Action::Apply),
        (Msg::TypeCmdSetWifiConfig, Some(Command::CmdSetWifiConfig(command))) => {
            return Ok(Action::Set(credentials(command)));
        }
        (Msg::TypeCmdSetWifiConfig, _) => return Err(RequestError::MissingCommand),
        (Msg::TypeCmdGetThreadStatus, _) => {
            let refusal = response::RespGetThreadStatus { status, ..Default::default() };
            Answer::RespGetThreadStatus(refusal)
        }
        (Msg::TypeCmdSetThreadConfig, _) => {
            Answer::RespSetThreadConfig(response::RespSetThreadConfig { status })
        }
        (Msg::TypeCmdApplyThreadConfig, _) => {
            Answer::RespApplyThreadConfig(response::RespApplyThreadConfig { status })
        }
        _ => return Err(RequestError::UnknownCommand),
    };
    Ok(Action::OtherNetwork(answer(refusal)))
}

/// The answer to a "set".
pub(crate) fn set_answer(result: Result<(), Error>) -> response::NetworkConfigPayload {
    let status = if result.is_ok() { Status::Success } else { Status::InvalidArgument };
    answer(Answer::RespSetWifiConfig(response::RespSetWifiConfig { status: status as i32 }))
}

/// The answer to an "apply".
pub(crate) fn apply_answer(result: Result<(), Error>) -> response::NetworkConfigPayload {
    let status = if result.is_ok() { Status::Success } else { Status::InternalError };
    answer(Answer::RespApplyWifiConfig(response::RespApplyWifiConfig { status: status as i32 }))
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
pub(crate) fn status_answer(
    status: StationStatus,
    ssid: Option<&Ssid>,
) -> response::NetworkConfigPayload {
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
    answer(Answer::RespGetWifiStatus(RespGetWifiStatus {
        status: outcome as i32,
        wifi_sta_state: state as i32,
        state: detail,
    }))
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

fn answer(payload: Answer) -> response::NetworkConfigPayload {
    let msg = match payload {
        Answer::RespGetWifiStatus(_) => Msg::TypeRespGetWifiStatus,
        Answer::RespSetWifiConfig(_) => Msg::TypeRespSetWifiConfig,
        Answer::RespApplyWifiConfig(_) => Msg::TypeRespApplyWifiConfig,
        Answer::RespGetThreadStatus(_) => Msg::TypeRespGetThreadStatus,
        Answer::RespSetThreadConfig(_) => Msg::TypeRespSetThreadConfig,
        Answer::RespApplyThreadConfig(_) => Msg::TypeRespApplyThreadConfig,
    };
    response::NetworkConfigPayload { msg: msg as i32, payload: Some(payload) }
}
