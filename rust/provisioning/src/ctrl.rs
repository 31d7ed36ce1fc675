//! The control endpoint: reset after a failure, and provision anew.

use protocomm::wire::response::network_ctrl_payload::Payload as Answer;
use protocomm::wire::{NetworkCtrlMsgType as Msg, Status, request, response};

use crate::error::{Error, RequestError};
use crate::network::Kind;

/// What a client wants of the control endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Await credentials again after a failure.
    Reset,
    /// Await credentials again after a success.
    Reprovision,
}

/// Reads a request. Clients leave the command's member out: it carries nothing.
pub(crate) fn action(
    request: &request::NetworkCtrlPayload,
) -> Result<(Kind, Action), RequestError> {
    match Msg::try_from(request.msg) {
        Ok(Msg::TypeCmdCtrlWifiReset) => Ok((Kind::Wifi, Action::Reset)),
        Ok(Msg::TypeCmdCtrlWifiReprov) => Ok((Kind::Wifi, Action::Reprovision)),
        Ok(Msg::TypeCmdCtrlThreadReset) => Ok((Kind::Thread, Action::Reset)),
        Ok(Msg::TypeCmdCtrlThreadReprov) => Ok((Kind::Thread, Action::Reprovision)),
        _ => Err(RequestError::UnknownCommand),
    }
}

/// The answer to an action with this result; none if the device is not for that type of network.
pub(crate) fn answer(
    kind: Kind,
    action: Action,
    result: Option<Result<(), Error>>,
) -> response::NetworkCtrlPayload {
    let status = match result {
        Some(Ok(())) => Status::Success,
        Some(Err(_)) => Status::InternalError,
        None => Status::InvalidArgument,
    };
    let (msg, payload) = match (kind, action) {
        (Kind::Wifi, Action::Reset) => {
            (Msg::TypeRespCtrlWifiReset, Answer::RespCtrlWifiReset(Default::default()))
        }
        (Kind::Wifi, Action::Reprovision) => {
            (Msg::TypeRespCtrlWifiReprov, Answer::RespCtrlWifiReprov(Default::default()))
        }
        (Kind::Thread, Action::Reset) => {
            (Msg::TypeRespCtrlThreadReset, Answer::RespCtrlThreadReset(Default::default()))
        }
        (Kind::Thread, Action::Reprovision) => {
            (Msg::TypeRespCtrlThreadReprov, Answer::RespCtrlThreadReprov(Default::default()))
        }
    };
    response::NetworkCtrlPayload { msg: msg as i32, status: status as i32, payload: Some(payload) }
}
