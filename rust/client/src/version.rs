//! Version information, which a device sends before a session (`proto-ver`).

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::Value;

use crate::Error;
use crate::operation::endpoint;

/// Longest accepted version text in bytes.
const TEXT_MAX: usize = 16 * 1024;

/// Version information of a device. None of it is authenticated.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Protocol version, such as `netprov-v1.2`; empty if the device does not report it.
    pub protocol: String,
    /// Security version, if the device reports it.
    pub sec_ver: Option<u32>,
    /// Revision of the security version. With security 2, 1 means that each message uses its own
    /// nonce.
    pub sec_patch_ver: u32,
    /// Capabilities, such as `wifi_scan` or `no_pop`.
    pub capabilities: Vec<String>,
    /// The whole JSON document, including the application's entries.
    pub document: Value,
}

impl Version {
    /// What a device said in JSON that the caller has read: a browser has a reader of its own.
    /// `security` is absent if the device does not tell it.
    pub fn of(
        protocol: String,
        security: Option<u32>,
        patch: u32,
        capabilities: Vec<String>,
    ) -> Self {
        let sec_patch_ver = u32::from(patch == 1);
        Self { protocol, sec_ver: security, sec_patch_ver, capabilities, document: Value::Null }
    }

    /// Parses the response of `proto-ver`: JSON with an object `prov`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::Malformed { endpoint: endpoint::VERSION.into() };
        if bytes.len() > TEXT_MAX {
            return Err(Error::LimitExceeded { endpoint: endpoint::VERSION.into() });
        }
        // Some devices include a terminating NUL.
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let document: Value = serde_json::from_slice(&bytes[..end]).map_err(|_| malformed())?;
        let prov = document.get("prov").and_then(Value::as_object).ok_or_else(malformed)?;
        let sec_ver = match prov.get("sec_ver") {
            None => None,
            Some(number) => {
                let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
                Some(number.ok_or_else(malformed)?)
            }
        };
        let capabilities = prov.get("cap").and_then(Value::as_array).into_iter().flatten();
        Ok(Self {
            protocol: prov.get("ver").and_then(Value::as_str).unwrap_or_default().to_string(),
            sec_ver,
            sec_patch_ver: match prov.get("sec_patch_ver").and_then(Value::as_u64) {
                Some(1) => 1,
                _ => 0,
            },
            capabilities: capabilities.filter_map(Value::as_str).map(Into::into).collect(),
            document,
        })
    }

    /// Returns whether the device has a capability.
    pub fn has(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|own| own == capability)
    }

    /// Returns the security version. If the device does not report it, it is 0 for devices with the
    /// capability `no_sec`, else 1.
    pub fn security(&self) -> u32 {
        self.sec_ver.unwrap_or_else(|| u32::from(!self.has("no_sec")))
    }

    /// Returns whether the device expects a Thread dataset instead of Wi-Fi credentials.
    pub fn is_for_thread(&self) -> bool {
        self.has("thread_prov") || self.has("thread_scan")
    }
}
