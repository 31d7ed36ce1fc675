//! Target `thread`: the counterpart of `config` and `scan` for a Thread device.

use netprov_messages::resp_get_thread_status::State as Detail;
use netprov_messages::{
    CmdScanThreadResult, Message, NetworkConfigPayload, NetworkScanMsgType, NetworkScanPayload,
    Status, ThreadNetworkState, ThreadScanResult, network_config_payload, network_scan_payload,
};
use protocomm::security::{Scheme, sec0::Sec0};
use protocomm::{Millis, SessionId, TransportId};
use provisioning::thread::{Attached, FoundNetwork, NetworkName, Thread, ThreadEvent};
use provisioning::{Config, Event, RequestError, RequestId, ScanFailure, State, endpoints, limits};

use super::{STEPS_MAX, Script};
use crate::device::REPLY_MAX;
use crate::mesh::{MeshEvent, MeshFaults};
use crate::{Client, Mesh};

const SESSION: SessionId = SessionId::new(TransportId(0), 1);

/// Arbitrary messages to a Thread device, interleaved with arbitrary events of its stack.
///
/// Failed datasets are never kept, a client reads "attached" only from an attached device, and the
/// list of networks has the same properties as for Wi-Fi.
pub fn thread(data: &[u8]) {
    let mut script = Script(data);
    let mut device = Tested::in_session();
    for _ in 0..STEPS_MAX {
        let Some(step) = script.byte() else { break };
        match step % 12 {
            0 | 1 => drop(device.ask(endpoints::CONFIG.name, script.bytes())),
            2 => drop(device.ask(endpoints::CTRL.name, script.bytes())),
            3 => drop(device.ask(endpoints::SCAN.name, script.bytes())),
            4 | 5 => device.set_and_apply(&mut script),
            6 => {
                let event = script.thread_event();
                if let ThreadEvent::Attached(attached) | ThreadEvent::Alone(attached) = event {
                    device.attached = Some(attached.ext_pan_id);
                }
                device.device.side_reports(MeshEvent::Thread(event));
            }
            7 => {
                if let Some(found) = script.thread_network() {
                    device.device.side_reports(MeshEvent::Found(found));
                }
            }
            8 => {
                let result = if script.flag() { Ok(()) } else { Err(ScanFailure) };
                device.device.side_reports(MeshEvent::ScanDone(result));
            }
            9 => device.device.mesh_mut().faults.cannot_keep = !script.flag(),
            10 => device.check_list(script.byte().unwrap_or(1).max(1).into()),
            _ => device.advance(u32::from(script.byte().unwrap_or(0)) * 100),
        }
        device.check_status();
    }
    device.advance(60_000);
    device.check_kept();
    let Tested { device, .. } = device;
    assert_eq!(device.unanswered(), 0, "a request is waiting");
    assert!(device.outputs_peak() <= limits::OUTPUTS_MAX);
    let succeeded = device.count(&Event::CredSuccess);
    assert_eq!(device.mesh().kept, succeeded, "the stored datasets do not match the outcomes");
    let is_idle = device.manager().state() == State::Idle;
    assert_eq!(device.count(&Event::End), usize::from(is_idle), "the end is reported once");
}

/// A device whose stack reports nothing by itself, and a client in session with it.
struct Tested {
    device: crate::Device<Thread>,
    /// The network that the stack reported last.
    attached: Option<[u8; 8]>,
    /// The request that the client waits for.
    waiting: Option<RequestId>,
    /// Numbers of attempts and of kept datasets that were checked.
    checked: (usize, usize),
}

impl Tested {
    fn in_session() -> Self {
        let mut mesh = Mesh::new(Vec::new());
        mesh.faults = MeshFaults { is_silent: true, ..MeshFaults::default() };
        let mut device = crate::Device::with_mesh(mesh, Config::thread());
        assert_eq!(device.start(Scheme::Sec0(Sec0)), Ok(()));
        let mut this = Self { device, attached: None, waiting: None, checked: (0, 0) };
        let command = Client::sec0().handshake_message().unwrap_or_default();
        assert!(matches!(this.ask(endpoints::SESSION.name, &command), Some(Ok(_))));
        this
    }

    /// Returns `None` if the response is deferred.
    fn ask(&mut self, endpoint: &str, message: &[u8]) -> Option<Result<Vec<u8>, RequestError>> {
        // A client sends one request at a time.
        if self.waiting.is_some_and(|request| self.device.reply(request).is_none()) {
            return None;
        }
        let request = self.device.post(SESSION, endpoint, message.to_vec());
        self.waiting = Some(request);
        self.check_kept();
        self.device.reply(request).cloned()
    }

    fn advance(&mut self, ms: u32) {
        self.device.advance(Millis::from_millis(ms));
    }

    /// Only a valid dataset is tried, and only that of the attached network is kept.
    fn check_kept(&mut self) {
        let mesh = self.device.mesh();
        let (attaches, kept) = std::mem::replace(&mut self.checked, (mesh.attaches, mesh.kept));
        if mesh.attaches > attaches {
            let tried = mesh.tried.as_ref().expect("there is something to try");
            assert!(tried.summary().is_ok(), "an invalid dataset was tried");
        }
        if mesh.kept > kept {
            let dataset = mesh.stored.as_ref().expect("there is something to store");
            let of = dataset.summary().ok().map(|summary| summary.ext_pan_id);
            assert!(of.is_some(), "an invalid dataset has worked");
            assert_eq!(of, self.attached, "the report of another network was accepted");
        }
    }

    /// Sends a dataset that is valid, has one byte changed, or is truncated.
    fn set_and_apply(&mut self, script: &mut Script<'_>) {
        let mut dataset = vec![14, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 15, 2, 8];
        dataset.extend([script.byte().unwrap_or(0) % 3; 8]);
        dataset.extend(b"\x07\x08\xfd\x01\x02\x03\x04\x05\x06\x07\x05\x10network-key-0123");
        dataset.extend(b"\x03\x04home\x01\x02\x12\x34");
        if script.flag() {
            let at = usize::from(script.byte().unwrap_or(0)) % dataset.len();
            dataset[at] = script.byte().unwrap_or(0);
            dataset.truncate(dataset.len() - usize::from(script.byte().unwrap_or(0)) % 4);
        }
        let mut set = vec![0x08, 0x08, 0x92, 0x01, dataset.len() as u8 + 2, 0x0a];
        set.push(dataset.len() as u8);
        set.extend(dataset);
        let _ = self.ask(endpoints::CONFIG.name, &set);
        let _ = self.ask(endpoints::CONFIG.name, &[0x08, 0x0a]);
    }

    fn check_status(&mut self) {
        use network_config_payload::Payload;

        self.check_kept();
        // Reading the status after a success ends the service, so compare with the state before.
        let attached = self.device.manager().thread_status();
        let succeeded = self.device.count(&Event::CredSuccess) > 0;
        let reads_attached = matches!(attached, provisioning::thread::AttachStatus::Attached(_));
        assert!(!reads_attached || succeeded, "attached without success");
        if reads_attached {
            return;
        }
        let reply = self.ask(endpoints::CONFIG.name, &[0x08, 0x06, 0x82, 0x01, 0x00]);
        let Some(Ok(reply)) = reply else { return };
        let read = NetworkConfigPayload::decode(&*reply).ok().and_then(|read| read.payload);
        let Some(Payload::RespGetThreadStatus(status)) = read else {
            panic!("not a status response")
        };
        let is_attached = status.thread_state == ThreadNetworkState::Attached as i32;
        assert!(!is_attached && !matches!(status.state, Some(Detail::ThreadAttached(_))));
    }

    fn scan(&mut self, message: NetworkScanPayload) -> Option<NetworkScanPayload> {
        let reply = self.ask(endpoints::SCAN.name, &message.encode_to_vec())?.ok()?;
        assert!(reply.len() <= REPLY_MAX);
        NetworkScanPayload::decode(&*reply).ok()
    }

    fn check_list(&mut self, page: u32) {
        use network_scan_payload::Payload;

        let msg = NetworkScanMsgType::TypeCmdScanThreadStatus as i32;
        let ask = NetworkScanPayload { msg, ..Default::default() };
        let Some(Payload::RespScanThreadStatus(status)) = self.scan(ask).and_then(|r| r.payload)
        else {
            return;
        };
        let count = status.result_count;
        assert!(status.scan_finished || count == 0, "an incomplete list is announced");
        let mut list: Vec<ThreadScanResult> = Vec::new();
        while (list.len() as u32) < count {
            let start_index = list.len() as u32;
            let count = page.min(count - start_index);
            let command = CmdScanThreadResult { start_index, count };
            let ask = NetworkScanPayload {
                msg: NetworkScanMsgType::TypeCmdScanThreadResult as i32,
                payload: Some(Payload::CmdScanThreadResult(command)),
                ..Default::default()
            };
            let Some(read) = self.scan(ask) else { return };
            let Some(Payload::RespScanThreadResult(page)) = read.payload else {
                panic!("no page: {:?}", Status::try_from(read.status))
            };
            assert!(!page.entries.is_empty(), "an empty page crashes a phone (docs/traps.md, 51)");
            list.extend(page.entries);
        }
        assert!(list.is_sorted_by(|a, b| a.rssi >= b.rssi), "the strongest first");
        assert!(
            list.iter().all(|found| !found.network_name.is_empty()),
            "no name (docs/traps.md, 60)"
        );
        for (n, found) in list.iter().enumerate() {
            let twin = |other: &ThreadScanResult| {
                other.network_name == found.network_name && other.ext_pan_id == found.ext_pan_id
            };
            assert!(!list[..n].iter().any(twin), "a network is listed twice");
        }
    }
}

impl Script<'_> {
    /// A small alphabet makes duplicate names likely; few lengths make long names likely.
    fn thread_name(&mut self) -> Option<NetworkName> {
        let length = [1, 2, 15, 16][usize::from(self.byte().unwrap_or(0)) % 4];
        NetworkName::new(&vec![b'a' + self.byte().unwrap_or(0) % 3; length]).ok()
    }

    fn thread_network(&mut self) -> Option<FoundNetwork> {
        let name = self.thread_name()?;
        let byte = self.byte().unwrap_or(0);
        let rssi = self.byte().unwrap_or(0) as i8;
        Some(FoundNetwork {
            name,
            pan_id: u16::from(byte) << 8,
            ext_pan_id: [byte % 3; 8],
            ext_addr: [byte; 8],
            channel: 11 + byte % 16,
            rssi,
            lqi: byte,
        })
    }

    fn thread_event(&mut self) -> ThreadEvent {
        let Some(name) = self.thread_name() else { return ThreadEvent::Detached };
        let kind = self.byte().unwrap_or(0) % 7;
        match kind {
            0 => ThreadEvent::Detached,
            1 => ThreadEvent::Refused,
            2 => ThreadEvent::Failed,
            _ => {
                let ext_pan_id = [self.byte().unwrap_or(0) % 3; 8];
                let attached = Attached { name, pan_id: 1, ext_pan_id, channel: 15 };
                if kind == 6 {
                    ThreadEvent::Alone(attached)
                } else {
                    ThreadEvent::Attached(attached)
                }
            }
        }
    }
}
