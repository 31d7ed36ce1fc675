//! Helpers for the messages of `prov-config`.

use alloc::vec::Vec;

use netprov_messages::network_config_payload::Payload;
use netprov_messages::{Message as _, NetworkConfigMsgType, NetworkConfigPayload, Status};

use super::endpoint;
use crate::Error;

pub(super) fn encode(msg: NetworkConfigMsgType, payload: Payload) -> Vec<u8> {
    NetworkConfigPayload { msg: msg as i32, payload: Some(payload) }.encode_to_vec()
}

pub(super) fn decode(response: &[u8], expected: NetworkConfigMsgType) -> Result<Payload, Error> {
    let response = NetworkConfigPayload::decode(response).map_err(|_| malformed())?;
    match response.payload {
        Some(payload) if response.msg == expected as i32 => Ok(payload),
        _ => Err(unexpected()),
    }
}

pub(super) fn check(status: i32, command: &'static str) -> Result<(), Error> {
    match Status::try_from(status) {
        Ok(Status::Success) => Ok(()),
        Ok(status) => Err(Error::Refused { command, status }),
        Err(_) => Err(malformed()),
    }
}

pub(super) fn malformed() -> Error {
    Error::Malformed { endpoint: endpoint::CONFIG.into() }
}

pub(super) fn unexpected() -> Error {
    Error::Unexpected { endpoint: endpoint::CONFIG.into() }
}
