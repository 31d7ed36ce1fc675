//! Thread: datasets, networks, and what a client can ask about them.

mod attachment;
mod config;
mod dataset;
mod reconnector;
mod scan;
mod types;

use protocomm::Instant;
use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

use self::attachment::Attachment;
pub use self::dataset::{Dataset, DatasetError, Summary};
pub use self::reconnector::{Action, Policy, Reconnector};
pub use self::types::{
    AttachStatus, Attached, FoundNetwork, NetworkName, ScanRequest, ThreadEvent,
};
use crate::config::Config;
use crate::error::Error;
use crate::network::{Hopeless, Kind, Machine};
use crate::output::{Event, FailReason, Outputs};

/// Thread, as a type of network.
#[derive(Clone, Copy, Debug)]
pub enum Thread {}

impl Machine for Thread {
    const KIND: Kind = Kind::Thread;
    const CAPABILITIES: [&'static str; 2] = ["thread_prov", "thread_scan"];
    const REFUSED: FailReason = FailReason::DatasetInvalid;

    type Credentials = Dataset;
    type Target = Dataset;
    type ScanRequest = ScanRequest;
    type Entry = FoundNetwork;
    type Status = AttachStatus;
    type Event = ThreadEvent;
    type Link = Attachment;

    fn credentials(payload: &ConfigPayload<'_>) -> Option<Result<Dataset, Error>> {
        match payload {
            // What is in it is looked at when it is to be applied.
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

    fn begin(
        link: &mut Attachment,
        now: Instant,
        dataset: Dataset,
        _seen: &[FoundNetwork],
        config: &Config,
        out: &mut Outputs,
    ) -> Result<(), Hopeless> {
        let invalid = |_| Hopeless::Invalid(FailReason::DatasetInvalid);
        dataset.summary().map_err(invalid)?;
        out.event(Event::CredRecv);
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

    fn write_status(status: AttachStatus, _link: &Attachment, writer: &mut Writer<'_>) {
        config::write_status(status, writer);
    }
}
