//! Wi-Fi credentials in the file.

use provisioning::wifi::{Credentials, Passphrase, Ssid};

use super::{Corrupt, Kept, Lines, Text, unhex};

impl Kept for Credentials {
    const TITLE: &'static str = "network-provisioning credentials 1";
    const OTHER_TITLE: &'static str = "not a Wi-Fi credentials file of this program and version";
    const NO_MORE: &'static str = "expected `sha256`, or `bssid` or `channel` before it";

    fn write(&self, text: &mut Text) {
        text.hex("ssid", self.ssid.as_bytes());
        text.hex("passphrase", self.passphrase.as_bytes());
        if let Some(bssid) = self.bssid {
            text.hex("bssid", &bssid);
        }
        if let Some(channel) = self.channel {
            text.line("channel", &channel.to_string());
        }
    }

    fn read(lines: &mut Lines<'_>) -> Result<Self, Corrupt> {
        let ssid = lines.field("ssid")?.ok_or_else(|| lines.expected("expected `ssid`"))?;
        let ssid = unhex(ssid).and_then(|bytes| Ssid::new(&bytes).ok());
        let ssid = ssid.ok_or_else(|| lines.corrupt("the ssid is not 1 to 32 bytes in hex"))?;
        let passphrase =
            lines.field("passphrase")?.ok_or_else(|| lines.expected("expected `passphrase`"))?;
        let passphrase = unhex(passphrase).and_then(|bytes| Passphrase::new(&bytes).ok());
        let passphrase = passphrase
            .ok_or_else(|| lines.corrupt("the passphrase is not up to 64 bytes in hex"))?;
        let bssid = match lines.field("bssid")? {
            None => None,
            Some(text) => match unhex(text).and_then(|bytes| <[u8; 6]>::try_from(&**bytes).ok()) {
                None => return Err(lines.corrupt("the bssid is not 6 bytes in hex")),
                bssid => bssid,
            },
        };
        let channel = match lines.field("channel")? {
            None => None,
            Some(text) => match text.parse().ok().filter(|n| *n > 0) {
                None => return Err(lines.corrupt("the channel is not a number from 1 to 255")),
                channel => channel,
            },
        };
        Ok(Self { ssid, passphrase, bssid, channel })
    }
}
