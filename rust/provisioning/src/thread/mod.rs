//! Thread: datasets, networks, and what a client can ask about them.

mod config;
mod dataset;
mod reconnector;
mod scan;
mod types;

use alloc::vec::Vec;

use protocomm::wire::response::network_config_payload::Payload as ConfigAnswer;
use protocomm::wire::response::network_scan_payload::Payload as ScanAnswer;
use protocomm::wire::response::{
    RespApplyThreadConfig, RespScanThreadResult, RespScanThreadStart, RespScanThreadStatus,
    RespSetThreadConfig, ThreadScanResult,
};

pub use self::dataset::{Dataset, DatasetError, Summary};
pub use self::reconnector::{Action, Policy, Reconnector};
pub use self::types::{
    AttachStatus, Attached, FoundNetwork, NetworkName, ScanRequest, ThreadEvent,
};
use crate::link::Progress;
pub use crate::link::ThreadState;
use crate::network::{ConfigReader, Hopeless, Kind, Machine, Offer, ScanReader};
use crate::output::{Event, FailReason, Output, Outputs};

/// Thread, as a type of network.
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

    const CONFIG_ACTION: ConfigReader<Dataset> = config::action;
    const SET_ANSWER: fn(i32) -> ConfigAnswer =
        |status| ConfigAnswer::RespSetThreadConfig(RespSetThreadConfig { status });
    const APPLY_ANSWER: fn(i32) -> ConfigAnswer =
        |status| ConfigAnswer::RespApplyThreadConfig(RespApplyThreadConfig { status });
    const SCAN_ACTION: ScanReader<ScanRequest> = scan::action;
    const SCAN_START_ANSWER: ScanAnswer = ScanAnswer::RespScanThreadStart(RespScanThreadStart {});
    const SCAN_STATUS_ANSWER: fn(bool, u32) -> ScanAnswer = |scan_finished, result_count| {
        ScanAnswer::RespScanThreadStatus(RespScanThreadStatus { scan_finished, result_count })
    };
    const SCAN_PAGE_ANSWER: fn(Vec<ThreadScanResult>) -> ScanAnswer =
        |entries| ScanAnswer::RespScanThreadResult(RespScanThreadResult { entries });

    fn offer(
        dataset: Dataset,
        _seen: &[FoundNetwork],
        out: &mut Outputs<Self>,
    ) -> Result<Offer<Dataset>, Hopeless> {
        let invalid = |_| Hopeless::Invalid(FailReason::DatasetInvalid);
        let summary = dataset.summary().map_err(invalid)?;
        out.push(Output::Event(Event::DatasetRecv(summary.name)));
        Ok(Offer { target: dataset, in_range: false })
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

    fn status_answer(status: AttachStatus, _: Option<&Dataset>) -> ConfigAnswer {
        config::status_answer(status)
    }
}
