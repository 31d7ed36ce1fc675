//! The text of the QR code that the phone apps scan.

use core::fmt;

use crate::json;

/// The contents of the code. [`Payload::write_json`] writes the text to draw.
#[derive(Clone, Copy, Default)]
pub struct Payload<'a> {
    /// The service's name: that of the Bluetooth device or of the access point.
    pub name: &'a str,
    /// `ble` or `softap`.
    pub transport: &'a str,
    /// The security scheme, 0 to 2. Without it, the apps assume 2.
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
    /// Writes the text, which is pure ASCII. Fails if `out` fails. The text contains the proof of
    /// possession: show it only to the person who holds the device.
    pub fn write_json(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(r#"{"ver":"v1""#)?;
        let strings = [
            (r#","name":"#, Some(self.name)),
            (r#","username":"#, self.username),
            (r#","pop":"#, self.pop),
            (r#","transport":"#, Some(self.transport)),
            (r#","password":"#, self.password),
            (r#","network":"#, self.network),
        ];
        for (key, value) in strings {
            if let Some(value) = value {
                out.write_str(key)?;
                json::string(out, value)?;
            }
        }
        if let Some(security) = self.security {
            out.write_str(r#","security":"#)?;
            out.write_str(json::digit(security))?;
        }
        out.write_char('}')
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn text(payload: &Payload<'_>) -> String {
        let mut text = String::new();
        payload.write_json(&mut text).unwrap();
        text
    }

    #[test]
    fn the_payload_matches_what_the_apps_expect() {
        let payload = Payload {
            name: "PROV_0A1B2C",
            transport: "ble",
            pop: Some("abcd1234"),
            ..Payload::default()
        };
        assert_eq!(
            text(&payload),
            r#"{"ver":"v1","name":"PROV_0A1B2C","pop":"abcd1234","transport":"ble"}"#
        );
        let payload = Payload { pop: None, network: Some("wifi"), security: Some(1), ..payload };
        assert_eq!(
            text(&payload),
            r#"{"ver":"v1","name":"PROV_0A1B2C","transport":"ble","network":"wifi","security":1}"#
        );
    }

    #[test]
    fn any_string_is_valid_json() {
        let payload =
            Payload { name: "a\"b", transport: "softap", pop: Some("\\\n"), ..Payload::default() };
        let value: serde_json::Value = serde_json::from_str(&text(&payload)).unwrap();
        assert_eq!(value["name"], "a\"b");
        assert_eq!(value["pop"], "\\\n");
    }

    #[test]
    fn the_text_is_pure_ascii() {
        let name = "K\u{fc}che \u{6f22}\u{5b57}";
        let json = text(&Payload { name, transport: "ble", ..Payload::default() });
        assert!(json.is_ascii(), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["name"], name);
    }
}
