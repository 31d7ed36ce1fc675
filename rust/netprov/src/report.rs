//! Output: steps for people on standard error, or JSON for programs on standard output.

use std::io::{self, Write as _};
use std::time::Instant;

use netprov_client::operation::{Attachment, Connection};
use netprov_client::{Notice, Version};
use serde_json::{Map, Value, json};

use crate::exit::Failure;
use crate::text::{address, hex, json_line, printable, ssid};

/// Reports progress with the time since program start.
pub struct Report {
    json: bool,
    started: Instant,
}

impl Report {
    /// Creates a report in JSON or in text.
    pub fn new(json: bool) -> Self {
        Self { json, started: Instant::now() }
    }

    /// Returns whether the output is JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Reports a step, as `text` for people and `fields` for JSON.
    pub fn step(&self, event: &str, text: &str, fields: Value) {
        if self.json {
            let mut object = Map::new();
            object.insert("event".into(), event.into());
            let ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
            object.insert("ms".into(), ms.into());
            if let Value::Object(fields) = fields {
                object.extend(fields);
            }
            line(&json_line(&Value::Object(object)));
        } else {
            let seconds = self.started.elapsed().as_secs_f64();
            // Ignore errors: a closed standard error is no reason to stop.
            let _ = writeln!(io::stderr().lock(), "{seconds:7.1} s  {text}");
        }
    }

    /// Reports the version of the device.
    pub fn version(&self, version: &Version) {
        let network = if version.is_for_thread() { "Thread" } else { "Wi-Fi" };
        let protocol = printable(version.protocol.as_bytes());
        let security = version.security();
        self.step(
            "version",
            &format!("the device speaks {protocol}, security {security}, for {network}"),
            json!({
                "protocol": version.protocol,
                "security": security,
                "capabilities": version.capabilities,
            }),
        );
    }

    /// Reports an established session.
    pub fn session(&self, security: u32) {
        let text = match security {
            0 => "session established without encryption".to_owned(),
            _ => {
                format!("session established with security {security}; the device is authenticated")
            }
        };
        self.step("session", &text, json!({ "security": security }));
    }

    /// Reports progress of an operation.
    pub fn notice(&self, notice: &Notice) {
        match notice {
            Notice::Connecting => self.step("connecting", "the device is connecting", json!({})),
            Notice::Attaching => self.step("attaching", "the device is attaching", json!({})),
            Notice::AttemptFailed { remaining } => self.step(
                "attempt_failed",
                &format!("connection attempt failed; {remaining} left"),
                json!({ "remaining": remaining }),
            ),
            Notice::Found { count } => {
                let text = match count {
                    1 => "1 network found".to_owned(),
                    _ => format!("{count} networks found"),
                };
                self.step("found", &text, json!({ "count": count }));
            }
            _ => {}
        }
    }

    /// Reports that the device has connected to Wi-Fi.
    pub fn connected(&self, connection: &Connection) {
        let mut fields = ssid(&connection.ssid);
        fields["address"] = connection.address.as_str().into();
        fields["bssid"] = address(&connection.bssid).into();
        fields["channel"] = connection.channel.into();
        fields["auth"] = connection.auth.to_string().into();
        let name = printable(&connection.ssid);
        let own = printable(connection.address.as_bytes());
        self.step("connected", &format!("connected to {name} with address {own}"), fields);
    }

    /// Reports that the device has attached to a Thread network.
    pub fn attached(&self, attachment: &Attachment) {
        let name = printable(attachment.name.as_bytes());
        self.step(
            "attached",
            &format!(
                "attached to {name}, PAN {:#06x}, channel {}",
                attachment.pan_id, attachment.channel
            ),
            json!({
                "network": attachment.name,
                "pan_id": attachment.pan_id,
                "ext_pan_id": hex(&attachment.ext_pan_id),
                "channel": attachment.channel,
            }),
        );
    }

    /// Prints a result for people to standard output.
    pub fn print(&self, text: &str) {
        if !self.json {
            line(text);
        }
    }

    /// Reports the failure that ends the program.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            let fields = json!({ "kind": failure.kind.name(), "reason": failure.reason });
            self.step("error", "", fields);
        }
        let _ = writeln!(io::stderr().lock(), "netprov: {failure}");
    }
}

fn line(text: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}
