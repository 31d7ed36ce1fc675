//! The configuration endpoint of a device for Thread: set, apply, and how it went.

use protocomm::wire::request;
use protocomm::wire::request::network_config_payload::Payload as Command;
use protocomm::wire::response::network_config_payload::Payload as Answer;
use protocomm::wire::response::resp_get_thread_status::State;
use protocomm::wire::response::{RespGetThreadStatus, ThreadAttachState};
use protocomm::wire::{
    NetworkConfigMsgType as Msg, Status, ThreadAttachFailedReason, ThreadNetworkState,
};

use super::dataset::Dataset;
use super::types::AttachStatus;
use crate::answers;
use crate::error::RequestError;
use crate::network::ConfigAction;
use crate::output::FailReason;

/// Reads a request.
pub(super) fn action(
    request: &request::NetworkConfigPayload,
) -> Result<ConfigAction<Dataset>, RequestError> {
    let msg = Msg::try_from(request.msg).map_err(|_| RequestError::UnknownCommand)?;
    match (msg, &request.payload) {
        (Msg::TypeCmdGetThreadStatus, _) => Ok(ConfigAction::GetStatus),
        (Msg::TypeCmdApplyThreadConfig, _) => Ok(ConfigAction::Apply),
        (Msg::TypeCmdSetThreadConfig, Some(Command::CmdSetThreadConfig(command))) => {
            // What is in it is looked at when it is to be applied.
            Ok(ConfigAction::Set(Dataset::new(&command.dataset)))
        }
        (Msg::TypeCmdSetThreadConfig, _) => Err(RequestError::MissingCommand),
        (other, _) => answers::refused_config(other).map(ConfigAction::OtherNetwork),
    }
}

/// The answer to a "get status": the truth table.
///
/// | the device | `thread_state` | with it |
/// |---|---|---|
/// | has tried nothing | Dettached | |
/// | tries | Attaching | |
/// | is attached | Attached | `thread_attached` |
/// | has failed | AttachingFailed | `thread_fail_reason` |
///
/// Attached is 0 and left out on the wire; it is never answered by default.
pub(super) fn status_answer(status: AttachStatus) -> Answer {
    let (thread_state, state) = match status {
        AttachStatus::Detached => (ThreadNetworkState::Dettached, None),
        AttachStatus::Attaching => (ThreadNetworkState::Attaching, None),
        AttachStatus::Attached(attached) => {
            let attached = ThreadAttachState {
                pan_id: attached.pan_id.into(),
                ext_pan_id: attached.ext_pan_id.to_vec(),
                channel: attached.channel.into(),
                name: attached.name.as_str().into(),
            };
            (ThreadNetworkState::Attached, Some(State::ThreadAttached(attached)))
        }
        AttachStatus::Failed(reason) => {
            // The wire knows two reasons.
            let reason = match reason {
                FailReason::DatasetInvalid => ThreadAttachFailedReason::DatasetInvalid,
                _ => ThreadAttachFailedReason::ThreadNetworkNotFound,
            };
            (ThreadNetworkState::AttachingFailed, Some(State::ThreadFailReason(reason as i32)))
        }
    };
    let outcome = match status {
        AttachStatus::Failed(FailReason::Storage) => Status::InternalError,
        _ => Status::Success,
    };
    Answer::RespGetThreadStatus(RespGetThreadStatus {
        status: outcome as i32,
        thread_state: thread_state as i32,
        state,
    })
}
