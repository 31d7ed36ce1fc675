//! Thread: datasets, networks, and what a client can ask about them.

mod attachment;
mod config;
mod dataset;
mod reconnector;
mod scan;
mod types;

use alloc::vec::Vec;

use protocomm::Instant;
use protocomm::wire::response::network_scan_payload::Payload as ScanAnswer;
use protocomm::wire::response::{
    self, RespScanThreadResult, RespScanThreadStart, RespScanThreadStatus, ThreadScanResult,
};
use protocomm::wire::{Status, request};

use self::attachment::Attachment;
pub use self::dataset::{Dataset, DatasetError, Summary};
pub use self::reconnector::{Action, Policy, Reconnector};
pub use self::types::{
    AttachStatus, Attached, FoundNetwork, NetworkName, ScanRequest, ThreadEvent,
};
use crate::answers;
use crate::config::Config;
use crate::error::{Error, RequestError};
use crate::manager::Outputs;
use crate::network::{self, ConfigAction, Hopeless, Kind, Machine, ScanAction};
use crate::output::{Event, FailReason, Output};

/// Thread, as a type of network.
#[derive(Clone, Copy, Debug)]
pub enum Thread {}

impl Machine for Thread {
    const CAPABILITIES: [&'static str; 2] = ["thread_prov", "thread_scan"];
    const REFUSED: FailReason = FailReason::DatasetInvalid;

    type Credentials = Dataset;
    type Target = Dataset;
    type ScanRequest = ScanRequest;
    type Entry = FoundNetwork;
    type Status = AttachStatus;
    type Event = ThreadEvent;
    type Link = Attachment;

    fn begin(
        link: &mut Attachment,
        now: Instant,
        dataset: Dataset,
        _seen: &[FoundNetwork],
        config: &Config,
        out: &mut Outputs<Self>,
    ) -> Result<(), Hopeless> {
        let invalid = |_| Hopeless::Invalid(FailReason::DatasetInvalid);
        let summary = dataset.summary().map_err(invalid)?;
        out.push(Output::Event(Event::DatasetRecv(summary.name)));
        link.begin(now, dataset, config);
        Ok(())
    }

    fn not_connected(reason: Option<FailReason>) -> AttachStatus {
        reason.map_or(AttachStatus::Detached, AttachStatus::Failed)
    }

    fn connecting() -> AttachStatus {
        AttachStatus::Attaching
    }

    fn is_connected(status: AttachStatus) -> bool {
        matches!(status, AttachStatus::Attached(_))
    }

    fn config_action(
        mut request: request::NetworkConfigPayload,
    ) -> Result<ConfigAction<Dataset>, RequestError> {
        let action = config::action(&request);
        network::wipe(&mut request);
        action
    }

    fn set_answer(result: Result<(), Error>) -> response::NetworkConfigPayload {
        config::set_answer(result)
    }

    fn apply_answer(result: Result<(), Error>) -> response::NetworkConfigPayload {
        config::apply_answer(result)
    }

    fn status_answer(status: AttachStatus, _link: &Attachment) -> response::NetworkConfigPayload {
        config::status_answer(status)
    }

    fn is_of(kind: Kind) -> bool {
        kind == Kind::Thread
    }

    fn scan_action(
        request: request::NetworkScanPayload,
    ) -> Result<ScanAction<ScanRequest>, RequestError> {
        scan::action(request)
    }

    fn scan_start_answer(status: Status) -> response::NetworkScanPayload {
        answers::scan(status, ScanAnswer::RespScanThreadStart(RespScanThreadStart {}))
    }

    fn scan_status_answer(scan_finished: bool, result_count: u32) -> response::NetworkScanPayload {
        let state = RespScanThreadStatus { scan_finished, result_count };
        answers::scan(Status::Success, ScanAnswer::RespScanThreadStatus(state))
    }

    fn scan_page_answer(
        status: Status,
        entries: Vec<ThreadScanResult>,
    ) -> response::NetworkScanPayload {
        answers::scan(status, ScanAnswer::RespScanThreadResult(RespScanThreadResult { entries }))
    }
}
