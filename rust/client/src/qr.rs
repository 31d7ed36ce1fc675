//! The text of the QR code on a device's label.

use alloc::string::String;
use core::fmt;

use serde_json::Value;

use crate::{Proof, Secret};

/// The fields of a QR code: JSON in the format of the phone apps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The service name: the Bluetooth device name, or the SSID of the access point.
    pub name: Option<String>,
    /// `ble` or `softap`, in lower case.
    pub transport: Option<String>,
    /// The security version.
    pub security: Option<u32>,
    /// The proof of possession, or the security 2 password.
    pub pop: Option<Secret>,
    /// The user name for security 2.
    pub username: Option<String>,
    /// The password of the access point.
    pub password: Option<Secret>,
    /// `wifi` or `thread`.
    pub network: Option<String>,
}

/// The text is not a provisioning QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPayload;

impl fmt::Display for NotAPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a provisioning QR code: expected JSON with a \"ver\"")
    }
}

impl core::error::Error for NotAPayload {}

impl Payload {
    /// Parses the text of a QR code.
    pub fn parse(text: &str) -> Result<Self, NotAPayload> {
        let document: Value = serde_json::from_str(text.trim()).map_err(|_| NotAPayload)?;
        let object = document.as_object().ok_or(NotAPayload)?;
        if !object.contains_key("ver") {
            return Err(NotAPayload);
        }
        let string = |name: &str| match object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(NotAPayload),
        };
        // Some generators quote the number.
        let security = match object.get("security") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.parse().map_err(|_| NotAPayload)?),
            Some(number) => {
                let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
                Some(number.ok_or(NotAPayload)?)
            }
        };
        Ok(Self {
            name: string("name")?,
            transport: string("transport")?.map(|text| text.to_ascii_lowercase()),
            security,
            pop: string("pop")?.map(Secret::from),
            username: string("username")?,
            password: string("password")?.map(Secret::from),
            network: string("network")?.map(|text| text.to_ascii_lowercase()),
        })
    }

    /// Returns the proof: the proof of possession, or user name and password.
    pub fn proof(&self) -> Proof {
        match (&self.username, &self.pop) {
            (Some(username), Some(password)) => {
                Proof::Account { username: username.clone(), password: password.clone() }
            }
            (None, Some(pop)) => Proof::Pop(pop.clone()),
            (_, None) => Proof::None,
        }
    }
}
