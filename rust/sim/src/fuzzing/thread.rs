//! Target `thread`: the counterpart of `config` and `scan` for a Thread device.

use netprov_messages::resp_get_thread_status::State as Detail;
use netprov_messages::{
    CmdScanThreadResult, Message, NetworkConfigPayload, NetworkScanMsgType, NetworkScanPayload,
    Status, ThreadNetworkState, ThreadScanResult, network_config_payload, network_scan_payload,
};
use protocomm::security::{Scheme, sec0::Sec0};
use protocomm::{Instant, Millis, Peer, SessionId, TransportId};
use provisioning::thread::{Attached, FoundNetwork, NetworkName, Thread, ThreadEvent};
use provisioning::{
    Config, Event, Handled, Manager, Output, RequestError, RequestId, ScanFailure, State,
    endpoints, limits,
};

use super::{STEPS_MAX, Script};
use crate::Client;
use crate::device::{REPLY_MAX, SimRng, request_in};

const SESSION: SessionId = SessionId::new(TransportId(0), 1);

/// Arbitrary messages to a Thread device, interleaved with arbitrary events of its stack.
///
/// Failed datasets are never kept, a client reads "attached" only from an attached device, and the
/// list of networks has the same properties as for Wi-Fi.
pub fn thread(data: &[u8]) {
    let mut script = Script(data);
    let mut device = Device::in_session();
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
                device.call(|manager, now| manager.thread_event(now, event));
            }
            7 => {
                if let Some(found) = script.thread_network() {
                    device.call(|manager, _| manager.scan_result(found));
                }
            }
            8 => {
                let result = if script.flag() { Ok(()) } else { Err(ScanFailure) };
                device.call(|manager, now| manager.scan_done(now, result));
            }
            9 => device.keeps = script.flag(),
            10 => device.check_list(script.byte().unwrap_or(1).max(1).into()),
            _ => device.advance(u32::from(script.byte().unwrap_or(0)) * 100),
        }
        device.check_status();
    }
    device.advance(60_000);
    assert_eq!(device.waiting, 0, "a client was kept waiting");
    let succeeded = device.events.iter().filter(|event| **event == Event::CredSuccess).count();
    assert_eq!(device.kept, succeeded, "kept and succeeded are not the same");
    let ends = device.events.iter().filter(|event| **event == Event::End).count();
    assert_eq!(ends, usize::from(device.manager.state() == State::Idle), "the end is told once");
}

/// A device whose stack reports nothing by itself.
struct Device {
    manager: Manager<SimRng, Thread>,
    now: Instant,
    keeps: bool,
    kept: usize,
    events: Vec<Event>,
    waiting: usize,
    /// The network that the stack reported last.
    attached: Option<[u8; 8]>,
    reply: Option<Result<Vec<u8>, RequestError>>,
    /// Buffer of a deferred request.
    buffer: Vec<u8>,
}

impl Device {
    fn in_session() -> Self {
        let mut device = Self {
            manager: Manager::new(Config::thread(), SimRng::new(1)),
            now: Instant::from_millis(1),
            keeps: true,
            kept: 0,
            events: Vec::new(),
            waiting: 0,
            attached: None,
            reply: None,
            buffer: Vec::new(),
        };
        let started = device.call(|manager, _| manager.start(Scheme::Sec0(Sec0)));
        assert_eq!(started, Ok(()));
        let command = Client::sec0().handshake_message().unwrap_or_default();
        assert!(matches!(device.ask(endpoints::SESSION.name, &command), Some(Ok(_))));
        device
    }

    fn call<T>(&mut self, call: impl FnOnce(&mut Manager<SimRng, Thread>, Instant) -> T) -> T {
        let result = call(&mut self.manager, self.now);
        let mut outputs = Vec::new();
        loop {
            outputs.extend(std::iter::from_fn(|| self.manager.poll_output()));
            assert!(outputs.len() <= limits::OUTPUTS_MAX);
            if outputs.is_empty() {
                return result;
            }
            self.bring_about(outputs.remove(0));
        }
    }

    fn bring_about(&mut self, output: Output) {
        match output {
            Output::Respond(request) => {
                let mut buffer = std::mem::take(&mut self.buffer);
                let result = self.manager.respond(request, &mut buffer);
                self.replied(buffer, result);
            }
            Output::Event(event) => self.events.push(event),
            Output::StartService => self.manager.service_started(self.now, true),
            Output::StopService => self.manager.service_stopped(),
            Output::Store => {
                let dataset = self.manager.target().expect("there is something to store");
                let of = dataset.summary().ok().map(|summary| summary.ext_pan_id);
                assert!(of.is_some(), "a dataset that is none has worked");
                assert_eq!(of, self.attached, "the word of another network is taken");
                self.kept += usize::from(self.keeps);
                self.manager.credentials_stored(self.now, self.keeps.then_some(1));
            }
            Output::Connect => {
                let dataset = self.manager.target().expect("there is something to try");
                assert!(dataset.summary().is_ok(), "a dataset that is none is tried");
            }
            Output::ConnectStored(_) => panic!("nobody has asked to connect"),
            Output::Scan | Output::Disconnect => {}
        }
    }

    /// Returns `None` if the response is deferred.
    fn ask(&mut self, endpoint: &str, message: &[u8]) -> Option<Result<Vec<u8>, RequestError>> {
        // A client sends one request at a time.
        if self.waiting > 0 {
            return None;
        }
        self.waiting += 1;
        self.reply = None;
        let (id, manager) = (RequestId(1), &mut self.manager);
        let (handled, buffer) = request_in(
            manager,
            self.now,
            id,
            (SESSION, Peer::UNKNOWN),
            endpoint,
            message,
            REPLY_MAX,
        );
        match handled {
            Ok(Handled::Response(length)) => self.replied(buffer, Ok(length)),
            Ok(Handled::Call(_)) => panic!("there is no endpoint of the application"),
            Ok(Handled::Deferred) => self.buffer = buffer,
            Err(error) => self.replied(buffer, Err(error)),
        }
        self.call(|_, _| ());
        self.reply.take()
    }

    fn replied(&mut self, mut buffer: Vec<u8>, result: Result<usize, RequestError>) {
        self.waiting -= 1;
        self.reply = Some(result.map(|length| {
            buffer.truncate(length);
            buffer
        }));
    }

    fn advance(&mut self, ms: u32) {
        let until = self.now.after(Millis::from_millis(ms));
        while let Some(due) = self.manager.next_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.call(|manager, now| manager.handle_timeout(now));
        }
        self.now = until;
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

        // Reading the status after a success ends the service, so compare with the state before.
        let attached = self.manager.thread_status();
        let succeeded = self.events.contains(&Event::CredSuccess);
        let reads_attached = matches!(attached, provisioning::thread::AttachStatus::Attached(_));
        assert!(!reads_attached || succeeded, "attached without success");
        if reads_attached {
            return;
        }
        let reply = self.ask(endpoints::CONFIG.name, &[0x08, 0x06, 0x82, 0x01, 0x00]);
        let Some(Ok(reply)) = reply else { return };
        let read = NetworkConfigPayload::decode(&*reply).ok().and_then(|read| read.payload);
        let Some(Payload::RespGetThreadStatus(status)) = read else {
            panic!("the status is no status")
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
        assert!(status.scan_finished || count == 0, "a list in the making is announced");
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
            assert!(!list[..n].iter().any(twin), "twice the same network");
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
