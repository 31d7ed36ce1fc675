//! The envelopes of the three endpoints, which all network types share.
//!
//! Each request identifies its command by a number and carries the command's body in its own
//! member. Responses do the same. Three rules of the protocol's definitions are used throughout,
//! and checked below: a response's number is its command's number plus one; the member's field
//! number is the message's number plus [`BODY`]; and both network types come in the same order.

use protocomm::wire::{self, NetworkConfigMsgType, NetworkCtrlMsgType, NetworkScanMsgType};
use protocomm::wire::{Mark, Status, Writer};

use crate::error::RequestError;
use crate::network::Kind;

/// Commands of the configuration endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigCommand {
    /// Report the state of the connection.
    GetStatus,
    /// Store credentials for the next apply.
    Set,
    /// Try the credentials that were set.
    Apply,
}

/// Commands of the scan endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanCommand {
    /// Start a scan.
    Start,
    /// Report whether the scan has ended and how many networks it found.
    GetStatus,
    /// Report networks that it found.
    GetResult,
}

/// Commands of the control endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CtrlCommand {
    /// Await credentials again after a failure.
    Reset,
    /// Await credentials again after a success.
    Reprovision,
}

/// The network type and command for a message number of the configuration endpoint.
pub(crate) fn config_command(msg: i32) -> Result<(Kind, ConfigCommand), RequestError> {
    use NetworkConfigMsgType as Msg;

    Ok(match Msg::try_from(msg) {
        Ok(Msg::TypeCmdGetWifiStatus) => (Kind::Wifi, ConfigCommand::GetStatus),
        Ok(Msg::TypeCmdSetWifiConfig) => (Kind::Wifi, ConfigCommand::Set),
        Ok(Msg::TypeCmdApplyWifiConfig) => (Kind::Wifi, ConfigCommand::Apply),
        Ok(Msg::TypeCmdGetThreadStatus) => (Kind::Thread, ConfigCommand::GetStatus),
        Ok(Msg::TypeCmdSetThreadConfig) => (Kind::Thread, ConfigCommand::Set),
        Ok(Msg::TypeCmdApplyThreadConfig) => (Kind::Thread, ConfigCommand::Apply),
        _ => return Err(RequestError::UnknownCommand),
    })
}

/// The network type and command for a message number of the scan endpoint.
pub(crate) fn scan_command(msg: i32) -> Result<(Kind, ScanCommand), RequestError> {
    use NetworkScanMsgType as Msg;

    Ok(match Msg::try_from(msg) {
        Ok(Msg::TypeCmdScanWifiStart) => (Kind::Wifi, ScanCommand::Start),
        Ok(Msg::TypeCmdScanWifiStatus) => (Kind::Wifi, ScanCommand::GetStatus),
        Ok(Msg::TypeCmdScanWifiResult) => (Kind::Wifi, ScanCommand::GetResult),
        Ok(Msg::TypeCmdScanThreadStart) => (Kind::Thread, ScanCommand::Start),
        Ok(Msg::TypeCmdScanThreadStatus) => (Kind::Thread, ScanCommand::GetStatus),
        Ok(Msg::TypeCmdScanThreadResult) => (Kind::Thread, ScanCommand::GetResult),
        _ => return Err(RequestError::UnknownCommand),
    })
}

/// The network type and command for a message number of the control endpoint. Clients omit the
/// command's empty member.
pub(crate) fn ctrl_command(msg: i32) -> Result<(Kind, CtrlCommand), RequestError> {
    use NetworkCtrlMsgType as Msg;

    Ok(match Msg::try_from(msg) {
        Ok(Msg::TypeCmdCtrlWifiReset) => (Kind::Wifi, CtrlCommand::Reset),
        Ok(Msg::TypeCmdCtrlWifiReprov) => (Kind::Wifi, CtrlCommand::Reprovision),
        Ok(Msg::TypeCmdCtrlThreadReset) => (Kind::Thread, CtrlCommand::Reset),
        Ok(Msg::TypeCmdCtrlThreadReprov) => (Kind::Thread, CtrlCommand::Reprovision),
        _ => return Err(RequestError::UnknownCommand),
    })
}

/// The number of the command that starts a scan.
pub(crate) fn scan_start(kind: Kind) -> i32 {
    match kind {
        Kind::Wifi => NetworkScanMsgType::TypeCmdScanWifiStart as i32,
        Kind::Thread => NetworkScanMsgType::TypeCmdScanThreadStart as i32,
    }
}

/// The difference between the field number of a body and the number of its message.
const BODY: u32 = 10;

/// Field of the three envelopes that holds the message's number.
const MSG: u32 = wire::response::network_scan_payload::MSG;
/// Field of the scan and control envelopes that holds the outcome. The configuration endpoint has
/// it in the body, under the number [`BODY_STATUS`].
const STATUS: u32 = wire::response::network_scan_payload::STATUS;
/// Field of the configuration endpoint's bodies that holds the outcome.
pub(crate) const BODY_STATUS: u32 = wire::response::resp_set_wifi_config::STATUS;
/// Field of the status bodies that holds the state.
const BODY_STATE: u32 = wire::response::resp_get_wifi_status::WIFI_STA_STATE;

/// Writes a response to the command with the number `command`. `status` is the envelope's status,
/// for the endpoints that have one. `body` receives the mark of the body and must not end it.
pub(crate) fn respond(
    buffer: &mut [u8],
    command: i32,
    status: Option<Status>,
    body: &mut dyn FnMut(&mut Writer<'_>, &Mark),
) -> Result<usize, RequestError> {
    let mut writer = Writer::new(buffer);
    let msg = command.saturating_add(1);
    writer.int(MSG, msg);
    if let Some(status) = status {
        writer.int(STATUS, status as i32);
    }
    let mark = writer.begin(BODY.saturating_add_signed(msg));
    body(&mut writer, &mark);
    writer.end(mark);
    writer.finish().map_err(|_| protocomm::Error::ResponseTooLarge.into())
}

/// Writes the refusal of a command to the configuration endpoint that is for the other network
/// type.
pub(crate) fn refuse_config(
    buffer: &mut [u8],
    msg: i32,
    command: ConfigCommand,
) -> Result<usize, RequestError> {
    respond(buffer, msg, None, &mut |writer, _| {
        writer.int(BODY_STATUS, Status::InvalidArgument as i32);
        if command == ConfigCommand::GetStatus {
            // Any state except the default, which a client that ignores the status would read as
            // success.
            writer.int(BODY_STATE, wire::WifiStationState::Disconnected as i32);
        }
    })
}

// Checks these rules for every message that is written with them.
const _: () = {
    use wire::response as r;

    assert!(r::network_config_payload::MSG == MSG && r::network_ctrl_payload::MSG == MSG);
    assert!(r::network_ctrl_payload::STATUS == STATUS);
    assert!(r::resp_apply_wifi_config::STATUS == BODY_STATUS);
    assert!(r::resp_get_wifi_status::STATUS == BODY_STATUS);
    assert!(r::resp_set_thread_config::STATUS == BODY_STATUS);
    assert!(r::resp_apply_thread_config::STATUS == BODY_STATUS);
    assert!(r::resp_get_thread_status::STATUS == BODY_STATUS);
    assert!(r::resp_get_thread_status::THREAD_STATE == BODY_STATE);
    assert!(
        wire::ThreadNetworkState::Dettached as i32 == wire::WifiStationState::Disconnected as i32
    );

    const fn follows(command: i32, response: i32, field: u32) {
        assert!(response == command + 1 && field == BODY + response as u32);
    }
    {
        use NetworkConfigMsgType::*;
        use r::network_config_payload as f;
        follows(TypeCmdGetWifiStatus as _, TypeRespGetWifiStatus as _, f::RESP_GET_WIFI_STATUS);
        follows(TypeCmdSetWifiConfig as _, TypeRespSetWifiConfig as _, f::RESP_SET_WIFI_CONFIG);
        follows(
            TypeCmdApplyWifiConfig as _,
            TypeRespApplyWifiConfig as _,
            f::RESP_APPLY_WIFI_CONFIG,
        );
        follows(
            TypeCmdGetThreadStatus as _,
            TypeRespGetThreadStatus as _,
            f::RESP_GET_THREAD_STATUS,
        );
        follows(
            TypeCmdSetThreadConfig as _,
            TypeRespSetThreadConfig as _,
            f::RESP_SET_THREAD_CONFIG,
        );
        follows(
            TypeCmdApplyThreadConfig as _,
            TypeRespApplyThreadConfig as _,
            f::RESP_APPLY_THREAD_CONFIG,
        );
    }
    {
        use NetworkScanMsgType::*;
        use r::network_scan_payload as f;
        follows(TypeCmdScanWifiStart as _, TypeRespScanWifiStart as _, f::RESP_SCAN_WIFI_START);
        follows(TypeCmdScanWifiStatus as _, TypeRespScanWifiStatus as _, f::RESP_SCAN_WIFI_STATUS);
        follows(TypeCmdScanWifiResult as _, TypeRespScanWifiResult as _, f::RESP_SCAN_WIFI_RESULT);
        follows(
            TypeCmdScanThreadStart as _,
            TypeRespScanThreadStart as _,
            f::RESP_SCAN_THREAD_START,
        );
        follows(
            TypeCmdScanThreadStatus as _,
            TypeRespScanThreadStatus as _,
            f::RESP_SCAN_THREAD_STATUS,
        );
        follows(
            TypeCmdScanThreadResult as _,
            TypeRespScanThreadResult as _,
            f::RESP_SCAN_THREAD_RESULT,
        );
    }
    {
        use NetworkCtrlMsgType::*;
        use r::network_ctrl_payload as f;
        follows(TypeCmdCtrlWifiReset as _, TypeRespCtrlWifiReset as _, f::RESP_CTRL_WIFI_RESET);
        follows(TypeCmdCtrlWifiReprov as _, TypeRespCtrlWifiReprov as _, f::RESP_CTRL_WIFI_REPROV);
        follows(
            TypeCmdCtrlThreadReset as _,
            TypeRespCtrlThreadReset as _,
            f::RESP_CTRL_THREAD_RESET,
        );
        follows(
            TypeCmdCtrlThreadReprov as _,
            TypeRespCtrlThreadReprov as _,
            f::RESP_CTRL_THREAD_REPROV,
        );
    }
};
