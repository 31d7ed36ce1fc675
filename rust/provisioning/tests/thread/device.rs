//! A device for Thread in a simulated world, and a client in session with it.

use std::collections::{BTreeMap, VecDeque};

use netprov_messages::{Message, NetworkConfigMsgType, NetworkScanMsgType, Status};
use netprov_messages::{
    NetworkConfigPayload, NetworkCtrlPayload, NetworkScanPayload, RespGetThreadStatus,
    ThreadScanResult, network_config_payload, network_scan_payload,
};
use protocomm::security::{Scheme, sec0::Sec0};
use protocomm::{Instant, Millis, Peer, SessionId, TransportId};
use provisioning::thread::{Attached, Dataset, FoundNetwork, NetworkName, Thread, ThreadEvent};
use provisioning::{
    Config, Error, Event, Handled, Manager, Output, RequestError, RequestId, ScanFailure, endpoints,
};
use sim::Client;
use sim::device::request_in;

/// A dataset of a network, as a commissioner makes it.
pub fn dataset(name: &str, ext_pan_id: u8) -> Vec<u8> {
    let mut bytes = vec![14, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 15, 53, 4, 0x07, 0xff, 0xf8, 0];
    bytes.extend([2, 8]);
    bytes.extend([ext_pan_id; 8]);
    bytes.extend([7, 8, 0xfd, 1, 2, 3, 4, 5, 6, 7]);
    bytes.extend([5, 16]);
    bytes.extend(KEY);
    bytes.extend([3, name.len() as u8]);
    bytes.extend(name.as_bytes());
    bytes.extend([1, 2, 0x12, 0x34, 4, 16]);
    bytes.extend([0x55; 16]);
    bytes.extend([12, 4, 2, 0xa0, 0xf7, 0xf8]);
    bytes
}

pub const KEY: [u8; 16] = *b"network-key-0123";

/// A network in range.
pub fn network(name: &str, ext_pan_id: u8, rssi: i8) -> FoundNetwork {
    FoundNetwork {
        name: NetworkName::new(name.as_bytes()).expect("a name"),
        pan_id: 0x1234,
        ext_pan_id: [ext_pan_id; 8],
        ext_addr: [rssi as u8; 8],
        channel: 15,
        rssi,
        lqi: 3,
    }
}

/// What a test may break.
#[derive(Default)]
pub struct Faults {
    pub refuses_dataset: bool,
    pub cannot_attach: bool,
    pub cannot_keep: bool,
    pub cannot_scan: bool,
    /// The device never becomes a router: out of range of its network, it stays detached.
    pub is_end_device: bool,
    /// The stack never says that a discovery has ended.
    pub scans_for_ever: bool,
}

/// One step of the device.
enum Work {
    Do(Output),
    Send { request: u32, reply: Result<Vec<u8>, RequestError> },
}

pub struct Device {
    pub manager: Manager<Rng, Thread>,
    pub now: Instant,
    pub faults: Faults,
    /// The networks in range.
    pub air: Vec<FoundNetwork>,
    /// The dataset that is active, and whether it has been kept.
    pub active: Option<Dataset>,
    pub stored: Option<Dataset>,
    pub events: Vec<Event>,
    pub attaches: usize,
    pub detaches: usize,
    pub masks: Vec<u32>,
    replies: BTreeMap<u32, Result<Vec<u8>, RequestError>>,
    /// The buffers of requests whose response was deferred.
    deferred: BTreeMap<u32, Vec<u8>>,
    requests: u32,
    session: SessionId,
    client: Client,
    /// What the stack does, and when.
    pending: Vec<(Instant, Happening)>,
    /// What the manager wants done.
    work: VecDeque<Work>,
    /// The most outputs that one call has left behind.
    pub outputs_peak: usize,
    /// Outputs brought about, and things that the stack has told.
    pub steps: u32,
    interrupt: Option<(u32, Interrupt)>,
    pub is_powered: bool,
}

type Interrupt = Box<dyn FnOnce(&mut Device)>;

enum Happening {
    Attached,
    Discovered,
}

/// No randomness is needed here.
pub struct Rng;

impl rand_core::TryRng for Rng {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(4)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(4)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(4);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Rng {}

/// The first client's session.
pub const SESSION: SessionId = SessionId::new(TransportId(0), 1);

impl Device {
    /// A device whose service runs, with a client in session.
    pub fn in_session(air: Vec<FoundNetwork>) -> Self {
        Self::configured(air, Config::thread())
    }

    pub fn configured(air: Vec<FoundNetwork>, config: Config) -> Self {
        let mut device = Self::idle(air, config);
        device.start().expect("it starts");
        device.pair();
        device
    }

    /// A device whose service does not run.
    pub fn idle(air: Vec<FoundNetwork>, config: Config) -> Self {
        Self {
            manager: Manager::new(config, Rng),
            now: Instant::from_millis(1),
            faults: Faults::default(),
            air,
            active: None,
            stored: None,
            events: Vec::new(),
            attaches: 0,
            detaches: 0,
            masks: Vec::new(),
            replies: BTreeMap::new(),
            deferred: BTreeMap::new(),
            requests: 0,
            session: SESSION,
            client: Client::sec0(),
            pending: Vec::new(),
            work: VecDeque::new(),
            outputs_peak: 0,
            steps: 0,
            interrupt: None,
            is_powered: true,
        }
    }

    pub fn start(&mut self) -> Result<(), Error> {
        self.call(|manager, _| manager.start(Scheme::Sec0(Sec0)))
    }

    fn pair(&mut self) {
        while let Some(message) = self.client.handshake_message() {
            let reply = self.ask(endpoints::SESSION.name, &message).expect("an answer");
            self.client.handle(&reply).expect("the other half");
        }
    }

    /// Another client opens a session.
    pub fn pair_again(&mut self) {
        self.session = SessionId::new(SESSION.transport, self.session.number + 1);
        self.client = Client::sec0();
        self.pair();
    }

    /// Does something just before step `n`.
    pub fn interrupt_at(&mut self, n: u32, what: impl FnOnce(&mut Self) + 'static) {
        self.interrupt = Some((n, Box::new(what)));
    }

    /// Whether the interrupt has not happened yet.
    pub fn awaits_interrupt(&self) -> bool {
        self.interrupt.is_some()
    }

    pub fn power_off(&mut self) {
        self.is_powered = false;
    }

    fn step(&mut self) {
        self.steps += 1;
        if let Some((_, interrupt)) = self.interrupt.take_if(|(at, _)| *at == self.steps) {
            interrupt(self);
        }
    }

    pub fn call<T>(&mut self, f: impl FnOnce(&mut Manager<Rng, Thread>, Instant) -> T) -> T {
        let result = f(&mut self.manager, self.now);
        self.settle();
        result
    }

    fn settle(&mut self) {
        self.collect();
        while !self.work.is_empty() {
            self.step();
            // An interrupt may have done all of it, or cut the power.
            if !self.is_powered {
                return;
            }
            match self.work.pop_front() {
                Some(Work::Do(output)) => self.perform(output),
                Some(Work::Send { request, reply }) => {
                    let before = self.replies.insert(request, reply);
                    assert!(before.is_none(), "two answers");
                }
                None => {}
            }
            self.collect();
        }
    }

    fn collect(&mut self) {
        let before = self.work.len();
        while let Some(output) = self.manager.poll_output() {
            self.work.push_back(Work::Do(output));
        }
        self.outputs_peak = self.outputs_peak.max(self.work.len() - before);
    }

    fn perform(&mut self, output: Output) {
        match output {
            Output::Respond(request) => {
                let mut buffer = self.deferred.remove(&request.0).expect("a deferred response");
                let result = self.manager.respond(request, &mut buffer);
                self.send(request.0, buffer, result);
            }
            Output::Event(event) => self.events.push(event),
            Output::StartService => self.manager.service_started(self.now, true),
            Output::StopService => self.manager.service_stopped(),
            Output::Scan => self.discover(self.manager.scan_request().channel_mask),
            Output::Connect => {
                // An attempt that was ended meanwhile has no target any more.
                if let Some(dataset) = self.manager.target().cloned() {
                    self.attach(dataset);
                }
            }
            Output::ConnectStored(index) => {
                assert_eq!(index, 0, "there is one dataset");
                match self.stored.clone() {
                    Some(dataset) => self.attach(dataset),
                    None => self.manager.thread_event(self.now, ThreadEvent::Failed),
                }
            }
            Output::Disconnect => {
                self.detaches += 1;
                self.pending.retain(|(_, what)| !matches!(what, Happening::Attached));
                self.active = self.stored.clone();
                self.manager.thread_event(self.now, ThreadEvent::Detached);
            }
            Output::Store => {
                let kept = !self.faults.cannot_keep;
                if kept {
                    self.stored = self.manager.target().cloned();
                }
                self.manager.credentials_stored(self.now, kept.then_some(1));
            }
        }
    }

    fn discover(&mut self, mask: u32) {
        self.masks.push(mask);
        if self.faults.cannot_scan {
            self.manager.scan_done(self.now, Err(ScanFailure));
        } else if !self.faults.scans_for_ever {
            self.pending.push((self.now.after(Millis::from_secs(2)), Happening::Discovered));
        }
    }

    fn attach(&mut self, dataset: Dataset) {
        self.attaches += 1;
        if self.faults.refuses_dataset {
            self.manager.thread_event(self.now, ThreadEvent::Refused);
            return;
        }
        if self.faults.cannot_attach {
            self.manager.thread_event(self.now, ThreadEvent::Failed);
            return;
        }
        self.active = Some(dataset);
        self.pending.retain(|(_, what)| !matches!(what, Happening::Attached));
        // A stack says so when it begins anew.
        self.manager.thread_event(self.now, ThreadEvent::Detached);
        self.pending.push((self.now.after(Millis::from_secs(3)), Happening::Attached));
    }

    /// Lets time pass.
    pub fn advance(&mut self, by: Millis) {
        let until = self.now.after(by);
        loop {
            let next = self.pending.iter().map(|(at, _)| *at).chain(self.manager.next_timeout());
            let due = next.min().filter(|next| self.is_powered && *next <= until);
            let Some(next) = due else { break };
            self.now = self.now.max(next);
            if self.manager.next_timeout().is_some_and(|at| at <= self.now) {
                self.call(|manager, now| manager.handle_timeout(now));
            }
            let now = self.now;
            let due = self.pending.iter().position(|(at, _)| *at <= now);
            if let Some(due) = due {
                let (_, what) = self.pending.remove(due);
                self.step();
                if self.is_powered {
                    self.happen(what);
                }
            }
        }
        self.now = until;
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Attached => {
                let active = self.active.as_ref().expect("a dataset");
                let summary = active.summary().expect("valid");
                // Without the network's key, nobody there hears the device.
                let has_key = active.as_bytes().windows(KEY.len()).any(|bytes| bytes == KEY);
                let is_it = |found: &&FoundNetwork| {
                    has_key
                        && found.ext_pan_id == summary.ext_pan_id
                        && u16::from(found.channel) == summary.channel
                };
                let found = self.air.iter().find(is_it);
                let event = match found {
                    Some(found) => ThreadEvent::Attached(attached(found)),
                    None if self.faults.is_end_device => return,
                    // A router that finds nobody becomes the leader of a network of its own.
                    None => ThreadEvent::Alone(Attached {
                        name: summary.name.expect("a name"),
                        pan_id: summary.pan_id,
                        ext_pan_id: summary.ext_pan_id,
                        channel: 15,
                    }),
                };
                self.call(|manager, now| manager.thread_event(now, event));
            }
            Happening::Discovered => {
                for found in self.air.clone() {
                    self.call(|manager, _| manager.scan_result(found));
                }
                self.call(|manager, now| manager.scan_done(now, Ok(())));
            }
        }
    }

    /// Makes a request and waits for its answer.
    pub fn ask(&mut self, endpoint: &str, message: &[u8]) -> Result<Vec<u8>, RequestError> {
        self.requests += 1;
        let request = self.requests;
        let session = self.session;
        let (manager, now) = (&mut self.manager, self.now);
        let id = RequestId(request);
        let (handled, buffer) =
            request_in(manager, now, id, (session, Peer::UNKNOWN), endpoint, message, 512);
        match handled {
            Ok(Handled::Response(length)) => self.send(request, buffer, Ok(length)),
            Ok(Handled::Call(_)) => panic!("there is no endpoint of the application"),
            Ok(Handled::Deferred) => drop(self.deferred.insert(request, buffer)),
            Err(error) => self.send(request, buffer, Err(error)),
        }
        self.settle();
        for _ in 0..600 {
            if let Some(reply) = self.replies.get(&request) {
                return reply.clone();
            }
            if !self.is_powered {
                return Err(RequestError::NotRunning);
            }
            self.advance(Millis::from_millis(100));
        }
        panic!("no answer within a minute");
    }

    /// The transport is to send a response, before anything else is done.
    fn send(&mut self, request: u32, mut buffer: Vec<u8>, result: Result<usize, RequestError>) {
        let reply = result.map(|length| {
            buffer.truncate(length);
            buffer
        });
        self.work.push_front(Work::Send { request, reply });
    }

    /// Requests without an answer.
    pub fn unanswered(&self) -> usize {
        self.requests as usize - self.replies.len()
    }

    // What a client asks.

    pub fn config(
        &mut self,
        message: &NetworkConfigPayload,
    ) -> Result<NetworkConfigPayload, RequestError> {
        let reply = self.ask(endpoints::CONFIG.name, &message.encode_to_vec())?;
        Ok(NetworkConfigPayload::decode(&*reply).expect("a message"))
    }

    pub fn set(&mut self, dataset: &[u8]) -> Status {
        self.try_set(dataset).expect("an answer")
    }

    pub fn try_set(&mut self, dataset: &[u8]) -> Result<Status, RequestError> {
        use netprov_messages::network_config_payload::Payload;

        let command = netprov_messages::CmdSetThreadConfig { dataset: dataset.to_vec() };
        let answer = self.config(&NetworkConfigPayload {
            msg: NetworkConfigMsgType::TypeCmdSetThreadConfig as i32,
            payload: Some(Payload::CmdSetThreadConfig(command)),
        });
        match answer?.payload {
            Some(Payload::RespSetThreadConfig(answer)) => {
                Ok(answer.status.try_into().expect("a status"))
            }
            other => panic!("{other:?}"),
        }
    }

    /// As `esp_prov` does, without the member (1.12).
    pub fn apply(&mut self) -> Status {
        self.try_apply().expect("an answer")
    }

    pub fn try_apply(&mut self) -> Result<Status, RequestError> {
        let answer = self.config(&NetworkConfigPayload {
            msg: NetworkConfigMsgType::TypeCmdApplyThreadConfig as i32,
            payload: None,
        });
        match answer?.payload {
            Some(network_config_payload::Payload::RespApplyThreadConfig(answer)) => {
                Ok(answer.status.try_into().expect("a status"))
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn status(&mut self) -> RespGetThreadStatus {
        self.try_status().expect("an answer")
    }

    pub fn try_status(&mut self) -> Result<RespGetThreadStatus, RequestError> {
        let answer = self.config(&NetworkConfigPayload {
            msg: NetworkConfigMsgType::TypeCmdGetThreadStatus as i32,
            payload: None,
        });
        match answer?.payload {
            Some(network_config_payload::Payload::RespGetThreadStatus(answer)) => Ok(answer),
            other => panic!("{other:?}"),
        }
    }

    pub fn ctrl(&mut self, msg: i32) -> NetworkCtrlPayload {
        let message = NetworkCtrlPayload { msg, payload: None, ..Default::default() };
        let reply = self.ask(endpoints::CTRL.name, &message.encode_to_vec()).expect("an answer");
        NetworkCtrlPayload::decode(&*reply).expect("a message")
    }

    fn scan_request(
        &mut self,
        msg: NetworkScanMsgType,
        payload: Option<network_scan_payload::Payload>,
    ) -> Result<NetworkScanPayload, RequestError> {
        let message = NetworkScanPayload { msg: msg as i32, payload, ..Default::default() };
        let reply = self.ask(endpoints::SCAN.name, &message.encode_to_vec())?;
        Ok(NetworkScanPayload::decode(&*reply).expect("a message"))
    }

    pub fn scan(&mut self, channel_mask: u32) -> Status {
        self.try_scan(channel_mask).expect("an answer")
    }

    pub fn try_scan(&mut self, channel_mask: u32) -> Result<Status, RequestError> {
        use netprov_messages::network_scan_payload::Payload;

        let command = netprov_messages::CmdScanThreadStart { blocking: true, channel_mask };
        let payload = Payload::CmdScanThreadStart(command);
        let answer =
            self.scan_request(NetworkScanMsgType::TypeCmdScanThreadStart, Some(payload))?;
        Ok(answer.status.try_into().expect("a status"))
    }

    pub fn scan_status(&mut self) -> (bool, u32) {
        let answer = self.scan_request(NetworkScanMsgType::TypeCmdScanThreadStatus, None);
        match answer.expect("an answer").payload {
            Some(network_scan_payload::Payload::RespScanThreadStatus(answer)) => {
                (answer.scan_finished, answer.result_count)
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn page(&mut self, start_index: u32, count: u32) -> (Status, Vec<ThreadScanResult>) {
        use netprov_messages::network_scan_payload::Payload;

        let command = netprov_messages::CmdScanThreadResult { start_index, count };
        let payload = Payload::CmdScanThreadResult(command);
        let answer = self
            .scan_request(NetworkScanMsgType::TypeCmdScanThreadResult, Some(payload))
            .expect("an answer");
        match answer.payload {
            Some(Payload::RespScanThreadResult(page)) => {
                (answer.status.try_into().expect("a status"), page.entries)
            }
            other => panic!("{other:?}"),
        }
    }
}

/// How the stack tells of a network that the device is part of.
pub fn attached(found: &FoundNetwork) -> Attached {
    let &FoundNetwork { name, pan_id, ext_pan_id, channel, .. } = found;
    Attached { name, pan_id, ext_pan_id, channel }
}
