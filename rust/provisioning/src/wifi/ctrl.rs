//! The control endpoint: reset after a failure, and provision anew.

use protocomm::wire::response::network_ctrl_payload::Payload as Answer;
use protocomm::wire::{NetworkCtrlMsgType as Msg, Status, request, response};

use crate::error::{Error, RequestError};

/// What a client wants of the control endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Await credentials again after a failure.
    Reset,
    /// Await credentials again after a success.
    Reprovision,
    /// The same, for the other type of network.
    OtherNetwork(Msg),
}

/// Reads a request. Clients leave the command's member out: it carries nothing.
pub(crate) fn action(request: &request::NetworkCtrlPayload) -> Result<Action, RequestError> {
    match Msg::try_from(request.msg) {
        Ok(Msg::TypeCmdCtrlWifiReset) => Ok(Action::Reset),
        Ok(Msg::TypeCmdCtrlWifiReprov) => Ok(Action::Reprovision),
        Ok(msg @ (Msg::TypeCmdCtrlThreadReset | Msg::TypeCmdCtrlThreadReprov)) => {
            Ok(Action::OtherNetwork(msg))
        }
        _ => Err(RequestError::UnknownCommand),
    }
}

/// The answer to an action with this result.
pub(crate) fn answer(action: Action, result: Result<(), Error>) -> response::NetworkCtrlPayload {
    let status = if result.is_ok() { Status::Success } else { Status::InternalError };
    let (msg, status, payload) = match action {
        Action::Reset => {
            (Msg::TypeRespCtrlWifiReset, status, Answer::RespCtrlWifiReset(Default::default()))
        }
        Action::Reprovision => {
            (Msg::TypeRespCtrlWifiReprov, status, Answer::RespCtrlWifiReprov(Default::default()))
        }
        Action::OtherNetwork(Msg::TypeCmdCtrlThreadReset) => (
            Msg::TypeRespCtrlThreadReset,
            Status::InvalidArgument,
            Answer::RespCtrlThreadReset(Default::default()),
        ),
        Action::OtherNetwork(_) => (
            Msg::TypeRespCtrlThreadReprov,
            Status::InvalidArgument,
            Answer::RespCtrlThreadReprov(Default::default()),
        ),
    };
    response::NetworkCtrlPayload { msg: msg as i32, status: status as i32, payload: Some(payload) }
}
