//! Resets.

use netprov_messages::network_ctrl_payload::Payload;
use netprov_messages::{
    CmdCtrlThreadReprov, CmdCtrlThreadReset, CmdCtrlWifiReprov, CmdCtrlWifiReset, Message as _,
    NetworkCtrlMsgType as Type, NetworkCtrlPayload, Status,
};

use super::endpoint;
use super::exchange::{Exchange, exchange};
use crate::Error;

/// The type of network that a device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Wi-Fi.
    Wifi,
    /// Thread.
    Thread,
}

exchange! {
    /// Asks the device to await credentials again.
    Control -> ()
}

impl Control {
    /// After credentials that did not work.
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

    /// After credentials that worked, if the device still offers the service.
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

const RESET: &str = "await credentials again";
const REPROVISION: &str = "be provisioned anew";

/// The payload of the response is empty, and some devices leave it out.
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
