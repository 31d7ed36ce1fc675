//! What a discovery finds of Thread networks, and how it reads.

use protocomm::wire::request;
use protocomm::wire::request::network_scan_payload::Payload as Command;
use protocomm::wire::response::ThreadScanResult;
use protocomm::wire::response::network_scan_payload::Payload as Answer;
use protocomm::wire::{NetworkScanMsgType as Msg, Status};

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
    let refused = match (Msg::try_from(request.msg), request.payload) {
        (Ok(Msg::TypeCmdScanThreadStart), Some(Command::CmdScanThreadStart(command))) => {
            let request = ScanRequest { channel_mask: command.channel_mask };
            return Ok(ScanAction::Start { request, blocking: command.blocking });
        }
        (Ok(Msg::TypeCmdScanThreadStatus), _) => return Ok(ScanAction::GetStatus),
        (Ok(Msg::TypeCmdScanThreadResult), Some(Command::CmdScanThreadResult(command))) => {
            let (start, count) = (command.start_index, command.count);
            return Ok(ScanAction::GetResult { start, count });
        }
        (Ok(Msg::TypeCmdScanThreadStart | Msg::TypeCmdScanThreadResult), _) => {
            return Err(RequestError::MissingCommand);
        }
        (Ok(Msg::TypeCmdScanWifiStart), _) => Answer::RespScanWifiStart(Default::default()),
        (Ok(Msg::TypeCmdScanWifiStatus), _) => Answer::RespScanWifiStatus(Default::default()),
        (Ok(Msg::TypeCmdScanWifiResult), _) => Answer::RespScanWifiResult(Default::default()),
        _ => return Err(RequestError::UnknownCommand),
    };
    Ok(ScanAction::OtherNetwork(answers::scan(Status::InvalidArgument, refused)))
}
