//! Thread datasets, and the state of the attachment.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use netprov_messages::network_config_payload::Payload;
use netprov_messages::resp_get_thread_status::State;
use netprov_messages::{
    CmdApplyThreadConfig, CmdGetThreadStatus, CmdSetThreadConfig, NetworkConfigMsgType as Type,
    RespGetThreadStatus, ThreadNetworkState, ThreadScanResult,
};

use super::exchange::{Exchange, exchange};
use super::{config, endpoint};
use crate::{Error, Secret};

exchange! {
    /// Sends a Thread dataset to the device, to be used by [`ApplyThread`].
    SetThread -> ()
}

exchange! {
    /// Asks the device to attach with the dataset sent before.
    ApplyThread -> ()
}

exchange! {
    /// Gets the state of the attachment once.
    GetThreadStatus -> ThreadStatus
}

/// A Thread network found by a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadNetwork {
    /// PAN ID.
    pub pan_id: u32,
    /// Channel.
    pub channel: u32,
    /// Signal strength in dBm.
    pub rssi: i32,
    /// Link quality, 0 to 255.
    pub lqi: u32,
    /// Extended address of the node that responded.
    pub ext_addr: Vec<u8>,
    /// Network name.
    pub name: String,
    /// Extended PAN ID.
    pub ext_pan_id: Vec<u8>,
}

/// State of a device's attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadStatus {
    /// The device has attached to the network.
    Attached(Attachment),
    /// The device is attaching.
    Attaching,
    /// The device has not tried to attach.
    Detached,
    /// The dataset failed.
    Failed(ThreadFailure),
}

/// The Thread network that a device has attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// PAN ID.
    pub pan_id: u32,
    /// Extended PAN ID.
    pub ext_pan_id: Vec<u8>,
    /// Channel.
    pub channel: u32,
    /// Network name.
    pub name: String,
}

/// Why a dataset failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadFailure {
    /// The dataset is malformed or incomplete.
    DatasetInvalid,
    /// The network is not in range.
    NotFound,
    /// The device gave up without reporting a reason.
    GaveUp,
    /// A reason unknown to this client, as the protocol's number.
    Other(i32),
}

impl SetThread {
    /// Creates the operation. `dataset` is a list of TLVs of at most 254 bytes.
    pub fn new(dataset: &Secret) -> Self {
        let command = CmdSetThreadConfig { dataset: dataset.expose().to_vec() };
        let payload = Payload::CmdSetThreadConfig(command);
        let message = config::encode(Type::TypeCmdSetThreadConfig, payload);
        Self(Exchange::new(endpoint::CONFIG, message, |response| {
            match config::decode(response, Type::TypeRespSetThreadConfig)? {
                Payload::RespSetThreadConfig(response) => {
                    config::check(response.status, "accept the dataset")
                }
                _ => Err(config::unexpected()),
            }
        }))
    }
}

impl ApplyThread {
    /// Creates the operation.
    pub fn new() -> Self {
        let payload = Payload::CmdApplyThreadConfig(CmdApplyThreadConfig {});
        let message = config::encode(Type::TypeCmdApplyThreadConfig, payload);
        Self(Exchange::new(endpoint::CONFIG, message, |response| {
            match config::decode(response, Type::TypeRespApplyThreadConfig)? {
                Payload::RespApplyThreadConfig(response) => {
                    config::check(response.status, "attach with the dataset")
                }
                _ => Err(config::unexpected()),
            }
        }))
    }
}

impl Default for ApplyThread {
    fn default() -> Self {
        Self::new()
    }
}

impl GetThreadStatus {
    /// Creates the operation.
    pub fn new() -> Self {
        Self(Exchange::new(endpoint::CONFIG, request(), read))
    }
}

impl Default for GetThreadStatus {
    fn default() -> Self {
        Self::new()
    }
}

pub(super) fn request() -> Vec<u8> {
    let payload = Payload::CmdGetThreadStatus(CmdGetThreadStatus {});
    config::encode(Type::TypeCmdGetThreadStatus, payload)
}

/// Refuses a state without its payload, as for Wi-Fi.
pub(super) fn read(response: &[u8]) -> Result<ThreadStatus, Error> {
    let Payload::RespGetThreadStatus(RespGetThreadStatus { status, thread_state, state }) =
        config::decode(response, Type::TypeRespGetThreadStatus)?
    else {
        return Err(config::unexpected());
    };
    config::check(status, "report its state")?;
    let network = ThreadNetworkState::try_from(thread_state).map_err(|_| config::malformed())?;
    Ok(match (network, state) {
        (ThreadNetworkState::Attached, Some(State::ThreadAttached(state))) => {
            ThreadStatus::Attached(Attachment {
                pan_id: state.pan_id,
                ext_pan_id: state.ext_pan_id,
                channel: state.channel,
                name: state.name,
            })
        }
        (ThreadNetworkState::Attaching, _) => ThreadStatus::Attaching,
        (ThreadNetworkState::Dettached, _) => ThreadStatus::Detached,
        (ThreadNetworkState::AttachingFailed, Some(State::ThreadFailReason(reason))) => {
            ThreadStatus::Failed(match reason {
                0 => ThreadFailure::DatasetInvalid,
                1 => ThreadFailure::NotFound,
                other => ThreadFailure::Other(other),
            })
        }
        _ => return Err(config::malformed()),
    })
}

impl From<ThreadScanResult> for ThreadNetwork {
    fn from(result: ThreadScanResult) -> Self {
        Self {
            pan_id: result.pan_id,
            channel: result.channel,
            rssi: result.rssi,
            lqi: result.lqi,
            ext_addr: result.ext_addr,
            name: result.network_name,
            ext_pan_id: result.ext_pan_id,
        }
    }
}

impl fmt::Display for ThreadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DatasetInvalid => f.write_str("the dataset is malformed or incomplete"),
            Self::NotFound => f.write_str("the network is not in range of the device"),
            Self::GaveUp => f.write_str("the device gave up without reporting a reason"),
            Self::Other(number) => write!(f, "the device failed with unknown reason {number}"),
        }
    }
}
