//! Resets.

use netprov_messages::network_ctrl_payload::Payload;
use netprov_messages::{
    CmdCtrlThreadReprov, CmdCtrlThreadReset, CmdCtrlWifiReprov, CmdCtrlWifiReset, Message as _,
    NetworkCtrlMsgType as Type, NetworkCtrlPayload, Status,
};

use super::endpoint;
use super::exchange::{Exchange, exchange};
use crate::Error;

/// The network type of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Wi-Fi.
    Wifi,
    /// Thread.
    Thread,
}

exchange! {
    /// Asks the device to accept new credentials.
    Control -> ()
}

impl Control {
    /// Resets the device after credentials have failed.
    pub fn reset(network: Network) -> Self {
        match network {
            Network::Wifi => Self::new(
                Type::TypeCmdCtrlWifiReset,
                Payload::CmdCtrlWifiReset(CmdCtrlWifiReset {}),
                |response| read(response, Type::TypeRespCtrlWifiReset, RESET),
            ),
            Network::Thread => Self::new(
                Type::TypeCmdCtrlThreadReset,
                Payload::CmdCtrlThreadReset(CmdCtrlThreadReset {}),
                |response| read(response, Type::TypeRespCtrlThreadReset, RESET),
            ),
        }
    }

    /// Resets the device after credentials have worked, while its service still runs.
    pub fn reprovision(network: Network) -> Self {
        match network {
            Network::Wifi => Self::new(
                Type::TypeCmdCtrlWifiReprov,
                Payload::CmdCtrlWifiReprov(CmdCtrlWifiReprov {}),
                |response| read(response, Type::TypeRespCtrlWifiReprov, REPROVISION),
            ),
            Network::Thread => Self::new(
                Type::TypeCmdCtrlThreadReprov,
                Payload::CmdCtrlThreadReprov(CmdCtrlThreadReprov {}),
                |response| read(response, Type::TypeRespCtrlThreadReprov, REPROVISION),
            ),
        }
    }

    fn new(msg: Type, payload: Payload, read: fn(&[u8]) -> Result<(), Error>) -> Self {
        let message = NetworkCtrlPayload { msg: msg as i32, status: 0, payload: Some(payload) };
        Self(Exchange::new(endpoint::CONTROL, message.encode_to_vec(), read))
    }
}

const RESET: &str = "accept new credentials";
const REPROVISION: &str = "be provisioned again";

/// The payload of the response is empty; some devices omit it.
fn read(response: &[u8], expected: Type, command: &'static str) -> Result<(), Error> {
    let endpoint = endpoint::CONTROL;
    let response = NetworkCtrlPayload::decode(response)
        .map_err(|_| Error::Malformed { endpoint: endpoint.into() })?;
    if response.msg != expected as i32 {
        return Err(Error::Unexpected { endpoint: endpoint.into() });
    }
    match Status::try_from(response.status) {
        Ok(Status::Success) => Ok(()),
        Ok(status) => Err(Error::Refused { command, status }),
        Err(_) => Err(Error::Malformed { endpoint: endpoint.into() }),
    }
}
