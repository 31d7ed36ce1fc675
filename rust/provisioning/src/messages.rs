//! The envelopes of the three endpoints, which are the same for every type of network.
//!
//! Each request names its command by a number, and carries the command's body in a member of its
//! own; each response does the same. Three rules of the protocol's definitions hold throughout,
//! and are checked below: a response's number is that of its command plus one; the member's field
//! number is the message's number plus [`BODY`]; and the two types of network come in the same
//! order.

use protocomm::wire::{self, NetworkConfigMsgType, NetworkCtrlMsgType, NetworkScanMsgType};
use protocomm::wire::{Mark, Status, Writer};

use crate::error::RequestError;
use crate::network::Kind;

/// What a client wants of the configuration endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigCommand {
    /// Tell how it goes.
    GetStatus,
    /// Keep credentials for the next apply.
    Set,
    /// Try the credentials that were set.
    Apply,
}

/// What a client wants of the scan endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanCommand {
    /// Start a scan.
    Start,
    /// Tell whether the scan has ended, and how much it found.
    GetStatus,
    /// Tell what it found.
    GetResult,
}

/// What a client wants of the control endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CtrlCommand {
    /// Await credentials again after a failure.
    Reset,
    /// Await credentials again after a success.
    Reprovision,
}

/// The type of network and the command that a number of the configuration endpoint stands for.
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

/// The same for the scan endpoint.
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

/// The same for the control endpoint. Clients leave the command's member out: it carries nothing.
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

/// What the number of a message falls short of the field number of its body.
const BODY: u32 = 10;

/// Field of the three envelopes: the message's number.
const MSG: u32 = wire::response::network_scan_payload::MSG;
/// Field of the scan and control envelopes: the outcome. The configuration endpoint has it in the
/// body, under the number [`BODY_STATUS`].
const STATUS: u32 = wire::response::network_scan_payload::STATUS;
/// Field of the bodies of the configuration endpoint: the outcome.
pub(crate) const BODY_STATUS: u32 = wire::response::resp_set_wifi_config::STATUS;
/// Field of the status bodies: the state.
const BODY_STATE: u32 = wire::response::resp_get_wifi_status::WIFI_STA_STATE;

/// Writes a response to the command with the number `command`. `status` is the envelope's, for the
/// endpoints that have one there; `body` gets the mark of the body, which it does not end.
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

/// Writes the refusal of a command to the configuration endpoint, which is for the other type of
/// network.
pub(crate) fn refuse_config(
    buffer: &mut [u8],
    msg: i32,
    command: ConfigCommand,
) -> Result<usize, RequestError> {
    respond(buffer, msg, None, &mut |writer, _| {
        writer.int(BODY_STATUS, Status::InvalidArgument as i32);
        if command == ConfigCommand::GetStatus {
            // A state other than the default, which would read as success to a client that does
            // not look at the status.
            writer.int(BODY_STATE, wire::WifiStationState::Disconnected as i32);
        }
    })
}

// The rules above, for all that is written by them.
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
