//! What a discovery finds of Thread networks, and how it reads.

use protocomm::wire::NetworkScanMsgType as Msg;
use protocomm::wire::request;
use protocomm::wire::request::network_scan_payload::Payload as Command;
use protocomm::wire::response::ThreadScanResult;

use super::types::{FoundNetwork, ScanRequest};
use crate::answers;
use crate::error::RequestError;
use crate::network::{Entry, ScanAction};

/// Several routers answer for one network: the strongest stands for it.
impl Entry for FoundNetwork {
    type Wire = ThreadScanResult;

    fn rssi(&self) -> i8 {
        self.rssi
    }

    fn is_same(&self, other: &Self) -> bool {
        self.ext_pan_id == other.ext_pan_id && self.name == other.name
    }

    fn to_wire(&self) -> ThreadScanResult {
        ThreadScanResult {
            pan_id: self.pan_id.into(),
            channel: self.channel.into(),
            rssi: self.rssi.into(),
            lqi: self.lqi.into(),
            ext_addr: self.ext_addr.to_vec(),
            network_name: self.name.as_str().into(),
            ext_pan_id: self.ext_pan_id.to_vec(),
        }
    }
}

/// Reads a request.
pub(super) fn action(
    request: request::NetworkScanPayload,
) -> Result<ScanAction<ScanRequest>, RequestError> {
    let msg = Msg::try_from(request.msg).map_err(|_| RequestError::UnknownCommand)?;
    match (msg, request.payload) {
        (Msg::TypeCmdScanThreadStart, Some(Command::CmdScanThreadStart(command))) => {
            let request = ScanRequest { channel_mask: command.channel_mask };
            Ok(ScanAction::Start { request, blocking: command.blocking })
        }
        (Msg::TypeCmdScanThreadStatus, _) => Ok(ScanAction::GetStatus),
        (Msg::TypeCmdScanThreadResult, Some(Command::CmdScanThreadResult(command))) => {
            Ok(ScanAction::GetResult { start: command.start_index, count: command.count })
        }
        (Msg::TypeCmdScanThreadStart | Msg::TypeCmdScanThreadResult, _) => {
            Err(RequestError::MissingCommand)
        }
        (other, _) => answers::refused_scan(other).map(ScanAction::OtherNetwork),
    }
}
