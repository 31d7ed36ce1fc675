//! A device for Thread in a simulated world, and a client in session with it.

use std::ops::{Deref, DerefMut};

use netprov_messages::{Message, NetworkConfigMsgType, NetworkScanMsgType, Status};
use netprov_messages::{
    NetworkConfigPayload, NetworkCtrlPayload, NetworkScanPayload, RespGetThreadStatus,
    ThreadScanResult, network_config_payload, network_scan_payload,
};
use protocomm::security::{Scheme, sec0::Sec0};
use protocomm::{SessionId, TransportId};
use provisioning::thread::{Attached, FoundNetwork, NetworkName, Thread};
use provisioning::{Config, RequestError, endpoints};
use sim::{Client, Mesh};

/// A network's dataset, like a commissioner's.
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

/// A device with a client.
pub struct Device {
    device: sim::Device<Thread>,
    session: SessionId,
    client: Client,
}

/// The first client's session.
pub const SESSION: SessionId = SessionId::new(TransportId(0), 1);

impl Deref for Device {
    type Target = sim::Device<Thread>;

    fn deref(&self) -> &Self::Target {
        &self.device
    }
}

impl DerefMut for Device {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.device
    }
}

/// The service's security scheme.
pub fn security() -> Scheme {
    Scheme::Sec0(Sec0)
}

impl Device {
    /// A device whose service runs, with a client in session.
    pub fn in_session(air: Vec<FoundNetwork>) -> Self {
        Self::configured(air, Config::thread())
    }

    pub fn configured(air: Vec<FoundNetwork>, config: Config) -> Self {
        let mut device = Self::idle(air, config);
        device.start(security()).expect("it starts");
        device.pair();
        device
    }

    /// A device whose service does not run.
    pub fn idle(air: Vec<FoundNetwork>, config: Config) -> Self {
        let mut mesh = Mesh::new(air);
        mesh.key = Some(KEY);
        let device = sim::Device::with_mesh(mesh, config);
        Self { device, session: SESSION, client: Client::sec0() }
    }

    fn pair(&mut self) {
        while let Some(message) = self.client.handshake_message() {
            let reply = self.ask(endpoints::SESSION.name, &message).expect("an answer");
            self.client.handle(&reply).expect("the device's response is valid");
        }
    }

    /// Another client opens a session.
    pub fn pair_again(&mut self) {
        self.session = SessionId::new(SESSION.transport, self.session.number + 1);
        self.client = Client::sec0();
        self.pair();
    }

    /// Makes a request and waits for its response.
    pub fn ask(&mut self, endpoint: &str, message: &[u8]) -> Result<Vec<u8>, RequestError> {
        self.device.request(self.session, endpoint, message.to_vec())
    }

    // A client's requests.

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

    /// Like `esp_prov`, without the member (1.12).
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

/// How the stack reports a network that the device is attached to.
pub fn attached(found: &FoundNetwork) -> Attached {
    let &FoundNetwork { name, pan_id, ext_pan_id, channel, .. } = found;
    Attached { name, pan_id, ext_pan_id, channel }
}
