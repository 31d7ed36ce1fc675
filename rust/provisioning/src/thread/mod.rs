//! Thread: datasets, networks and their messages.

mod config;
mod dataset;
mod link;
mod manager;
mod scan;
mod types;

use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

pub use self::dataset::{Dataset, DatasetError, Summary};
pub use self::link::ThreadState;
pub use self::types::{
    Addresses, AttachStatus, Attached, FoundNetwork, NetworkName, ScanRequest, ThreadEvent,
};
use crate::error::Error;
use crate::link::Progress;
use crate::network::{Kind, Machine, Offer};
use crate::output::FailReason;

/// The network type Thread.
#[derive(Clone, Copy, Debug)]
pub enum Thread {}

impl Machine for Thread {
    const KIND: Kind = Kind::Thread;
    const CAPABILITIES: [&'static str; 2] = ["thread_prov", "thread_scan"];
    const REFUSED: FailReason = FailReason::DatasetInvalid;

    type Credentials = Dataset;
    type ScanRequest = ScanRequest;
    type Entry = FoundNetwork;
    type Status = AttachStatus;

    fn credentials(payload: &ConfigPayload<'_>) -> Option<Result<Dataset, Error>> {
        match payload {
            // The contents are checked when the client applies them.
            ConfigPayload::CmdSetThreadConfig(command) => Some(Dataset::new(command.dataset)),
            _ => None,
        }
    }

    fn scan_request(payload: &ScanPayload) -> Option<(ScanRequest, bool)> {
        match payload {
            ScanPayload::CmdScanThreadStart(command) => {
                Some((ScanRequest { channel_mask: command.channel_mask }, command.blocking))
            }
            _ => None,
        }
    }

    fn page(payload: &ScanPayload) -> Option<(u32, u32)> {
        match payload {
            ScanPayload::CmdScanThreadResult(command) => Some((command.start_index, command.count)),
            _ => None,
        }
    }

    fn offer(dataset: Dataset, _seen: &[FoundNetwork]) -> Result<Offer<Dataset>, FailReason> {
        dataset.summary().map_err(|_| FailReason::DatasetInvalid)?;
        Ok(Offer { target: dataset, rssi: None, unsupported: None })
    }

    fn status(progress: Progress, state: &ThreadState) -> AttachStatus {
        match progress {
            Progress::Offline(None) => AttachStatus::Detached,
            Progress::Offline(Some(reason)) => AttachStatus::Failed(reason),
            Progress::Connecting | Progress::Retrying { .. } => AttachStatus::Attaching,
            Progress::Online => {
                state.attached().map_or(AttachStatus::Attaching, AttachStatus::Attached)
            }
        }
    }

    fn is_connected(status: AttachStatus) -> bool {
        matches!(status, AttachStatus::Attached(_))
    }

    fn write_status(status: AttachStatus, _: Option<&Dataset>, writer: &mut Writer<'_>) {
        config::write_status(status, writer);
    }
}
