//! The text of the QR code that the phone apps scan.

use alloc::string::String;
use core::fmt;

use crate::json;

/// What the code tells a phone. [`Payload::to_json`] is the text to draw.
#[derive(Clone, Copy, Default)]
pub struct Payload<'a> {
    /// The service's name: of the Bluetooth device or of the access point.
    pub name: &'a str,
    /// `ble` or `softap`.
    pub transport: &'a str,
    /// The security scheme. Left out, the apps take 2.
    pub security: Option<u32>,
    /// The proof of possession, or the password of security 2.
    pub pop: Option<&'a str>,
    /// The user name of security 2.
    pub username: Option<&'a str>,
    /// The password of the access point.
    pub password: Option<&'a str>,
    /// `wifi` or `thread`.
    pub network: Option<&'a str>,
}

impl Payload<'_> {
    /// The text, in ASCII: other characters are escaped (`\u00fc`). It holds the proof of
    /// possession: show it to the owner only.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write_json(&mut text);
        text
    }

    /// Writes the text, without an allocation; fails where `out` fails.
    pub fn write_json(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(r#"{"ver":"v1""#)?;
        let strings = [
            ("name", Some(self.name)),
            ("username", self.username),
            ("pop", self.pop),
            ("transport", Some(self.transport)),
            ("password", self.password),
            ("network", self.network),
        ];
        for (name, value) in strings {
            if let Some(value) = value {
                write!(out, r#","{name}":{}"#, json::Quoted(value))?;
            }
        }
        if let Some(security) = self.security {
            write!(out, r#","security":{security}"#)?;
        }
        out.write_char('}')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_the_one_the_apps_know() {
        let payload = Payload {
            name: "PROV_0A1B2C",
            transport: "ble",
            pop: Some("abcd1234"),
            ..Payload::default()
        };
        assert_eq!(
            payload.to_json(),
            r#"{"ver":"v1","name":"PROV_0A1B2C","pop":"abcd1234","transport":"ble"}"#
        );
        let payload = Payload { pop: None, network: Some("wifi"), security: Some(1), ..payload };
        assert_eq!(
            payload.to_json(),
            r#"{"ver":"v1","name":"PROV_0A1B2C","transport":"ble","network":"wifi","security":1}"#
        );
    }

    #[test]
    fn any_string_is_valid_json() {
        let payload =
            Payload { name: "a\"b", transport: "softap", pop: Some("\\\n"), ..Payload::default() };
        let value: serde_json::Value = serde_json::from_str(&payload.to_json()).unwrap();
        assert_eq!(value["name"], "a\"b");
        assert_eq!(value["pop"], "\\\n");
    }

    #[test]
    fn the_payload_is_ascii() {
        let payload = Payload {
            name: "T\u{fc}r \u{95e8}",
            transport: "ble",
            pop: Some("\u{1f511}"),
            ..Payload::default()
        };
        assert_eq!(
            payload.to_json(),
            r#"{"ver":"v1","name":"T\u00fcr \u95e8","pop":"\ud83d\udd11","transport":"ble"}"#
        );
    }
}
