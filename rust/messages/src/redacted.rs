//! `Debug` without secrets, and wiping on drop, for the two messages that hold a secret.
//!
//! The generator derives no `Debug` for them; the enclosing messages use these implementations.

use alloc::string::String;
use core::fmt::{Debug, Formatter, Result};

use zeroize::Zeroize as _;

use crate::{CmdSetThreadConfig, CmdSetWifiConfig};

/// Printed instead of a secret, whatever its length.
const REDACTED: &str = "[redacted]";

impl Debug for CmdSetWifiConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        // Exhaustive (no `..`): the compiler then points out every new field, which may be secret.
        let Self { ssid, passphrase: _, bssid, channel } = self;
        f.debug_struct("CmdSetWifiConfig")
            .field("ssid", &String::from_utf8_lossy(ssid))
            .field("passphrase", &format_args!("{REDACTED}"))
            .field("bssid", bssid)
            .field("channel", channel)
            .finish()
    }
}

impl Drop for CmdSetWifiConfig {
    fn drop(&mut self) {
        self.passphrase.zeroize();
    }
}

impl Debug for CmdSetThreadConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { dataset: _ } = self;
        f.debug_struct("CmdSetThreadConfig").field("dataset", &format_args!("{REDACTED}")).finish()
    }
}

impl Drop for CmdSetThreadConfig {
    fn drop(&mut self) {
        self.dataset.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use crate::network_config_payload::Payload;
    use crate::{CmdSetThreadConfig, CmdSetWifiConfig, NetworkConfigPayload};

    fn shown(payload: Payload) -> alloc::string::String {
        format!("{:?}", NetworkConfigPayload { msg: 0, payload: Some(payload) })
    }

    #[test]
    fn a_passphrase_is_not_printed() {
        let shown = shown(Payload::CmdSetWifiConfig(CmdSetWifiConfig {
            ssid: b"home".to_vec(),
            passphrase: b"correct horse".to_vec(),
            bssid: Vec::new(),
            channel: 0,
        }));
        assert!(shown.contains("home") && shown.contains("[redacted]"));
        // Neither as text nor as byte values.
        assert!(!shown.contains("horse") && !shown.contains("104, 111, 114"));
    }

    #[test]
    fn a_dataset_is_not_printed() {
        let dataset = Vec::from([17, 18, 19]);
        let shown = shown(Payload::CmdSetThreadConfig(CmdSetThreadConfig { dataset }));
        assert!(shown.contains("[redacted]") && !shown.contains("17, 18"));
    }
}
