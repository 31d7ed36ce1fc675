//! The configuration endpoint of a device for Thread: the state of its attachment.

use protocomm::wire::response::resp_get_thread_status as field;
use protocomm::wire::response::thread_attach_state as attach;
use protocomm::wire::{Status, ThreadAttachFailedReason, ThreadNetworkState, Writer};

use super::types::AttachStatus;
use crate::output::FailReason;

/// Writes the response to a "get status": the truth table.
///
/// | the device | `thread_state` | with it |
/// |---|---|---|
/// | has tried nothing | Dettached | |
/// | tries | Attaching | |
/// | is attached | Attached | `thread_attached` |
/// | has failed | AttachingFailed | `thread_fail_reason` |
///
/// Attached is 0 and left out on the wire; it is never sent by default.
pub(super) fn write_status(status: AttachStatus, writer: &mut Writer<'_>) {
    if status == AttachStatus::Failed(FailReason::Storage) {
        writer.int(field::STATUS, Status::InternalError as i32);
    }
    let state = match status {
        AttachStatus::Detached => ThreadNetworkState::Dettached,
        AttachStatus::Attaching => ThreadNetworkState::Attaching,
        AttachStatus::Attached(_) => ThreadNetworkState::Attached,
        AttachStatus::Failed(_) => ThreadNetworkState::AttachingFailed,
    };
    writer.int(field::THREAD_STATE, state as i32);
    match status {
        AttachStatus::Detached | AttachStatus::Attaching => {}
        AttachStatus::Attached(attached) => {
            let mark = writer.begin(field::THREAD_ATTACHED);
            writer.uint(attach::PAN_ID, attached.pan_id.into());
            writer.bytes(attach::EXT_PAN_ID, &attached.ext_pan_id);
            writer.uint(attach::CHANNEL, attached.channel.into());
            writer.bytes(attach::NAME, attached.name.as_str().as_bytes());
            writer.end(mark);
        }
        AttachStatus::Failed(reason) => {
            // The protocol has two reasons.
            let reason = match reason {
                FailReason::DatasetInvalid => ThreadAttachFailedReason::DatasetInvalid,
                _ => ThreadAttachFailedReason::ThreadNetworkNotFound,
            };
            writer.int_always(field::THREAD_FAIL_REASON, reason as i32);
        }
    }
}
