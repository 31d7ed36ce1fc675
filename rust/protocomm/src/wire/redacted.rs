//! `Debug` for the messages that hold a secret, without the secret.
//!
//! The code generator leaves these implementations out; the enclosing messages print through them.

use alloc::string::String;
use core::fmt::{Debug, Formatter, Result};

use super::request::{CmdSetThreadConfig, CmdSetWifiConfig};

/// Stands where a secret would be, whatever its length, which is nobody's business either.
const REDACTED: &str = "[redacted]";

impl Debug for CmdSetWifiConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        // Without `..`: a new field must be judged before it is printed.
        let Self { ssid, passphrase: _, bssid, channel } = self;
        f.debug_struct("CmdSetWifiConfig")
            .field("ssid", &String::from_utf8_lossy(ssid))
            .field("passphrase", &format_args!("{REDACTED}"))
            .field("bssid", bssid)
            .field("channel", channel)
            .finish()
    }
}

impl Debug for CmdSetThreadConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { dataset: _ } = self;
        f.debug_struct("CmdSetThreadConfig").field("dataset", &format_args!("{REDACTED}")).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::super::request::network_config_payload::Payload;
    use super::super::request::{CmdSetThreadConfig, CmdSetWifiConfig, NetworkConfigPayload};

    #[test]
    fn a_passphrase_is_not_printed() {
        let message = NetworkConfigPayload {
            payload: Some(Payload::CmdSetWifiConfig(CmdSetWifiConfig {
                ssid: b"home".to_vec(),
                passphrase: b"correct horse".to_vec(),
                ..Default::default()
            })),
            ..Default::default()
        };
        let shown = format!("{message:?}");
        assert!(shown.contains("home") && shown.contains("[redacted]"));
        // Neither as text nor as the numbers of its bytes.
        assert!(!shown.contains("horse") && !shown.contains("104, 111, 114"));
    }

    #[test]
    fn a_dataset_is_not_printed() {
        let message = NetworkConfigPayload {
            payload: Some(Payload::CmdSetThreadConfig(CmdSetThreadConfig {
                dataset: [17, 18, 19].to_vec(),
            })),
            ..Default::default()
        };
        let shown = format!("{message:?}");
        assert!(shown.contains("[redacted]") && !shown.contains("17, 18"));
    }
}
