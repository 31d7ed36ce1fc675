//! Reports for scripts: one JSON object a line. The events and their fields are listed in this
//! crate's README; they are an interface.

use provisioning::thread::NetworkName;
use provisioning::wifi::Ssid;
use serde_json::{Value, json};

use crate::report::{Report, reason_name};

/// The line, without its line end.
pub fn line(report: Report<'_>) -> String {
    let (event, fields) = match report {
        Report::Listening(address) => {
            ("listening", json!({"transport": "http", "address": address.to_string()}))
        }
        Report::ConsoleOpen => ("listening", json!({"transport": "console"})),
        Report::ControlOpen(address) => ("control", json!({"address": address.to_string()})),
        Report::LinkLost => ("link_lost", json!({})),
        Report::Ready(ready) => {
            let mut fields = json!({"name": ready.name, "security": ready.security});
            // A proof from the command line is known to those who need it, and concerns nobody
            // else.
            if let (Some(pop), true) = (&ready.pop, ready.pop_is_new) {
                if let Some(username) = &ready.username {
                    fields["username"] = json!(username);
                }
                fields[if ready.security == 2 { "password" } else { "pop" }] = json!(pop);
            }
            ("ready", fields)
        }
        Report::Connecting(ssid) => ("connecting", named(ssid)),
        Report::Attaching(name) => ("attaching", of_network(name)),
        Report::ConnectFailed { reason, again } => {
            let mut fields = json!({"reason": reason_name(reason)});
            if let Some(again) = again {
                fields["retry_ms"] = json!(u64::try_from(again.as_millis()).unwrap_or(u64::MAX));
            }
            ("connect_failed", fields)
        }
        Report::SessionEstablished { transport, session } => {
            let fields = json!({"transport": transport.name(), "session": session});
            ("session_established", fields)
        }
        Report::ProofMismatch { transport, session } => {
            ("proof_mismatch", json!({"transport": transport.name(), "session": session}))
        }
        Report::HandshakeInvalid { transport, session } => {
            ("handshake_invalid", json!({"transport": transport.name(), "session": session}))
        }
        Report::LockedOut(time) => {
            ("locked_out", json!({"seconds": time.as_millis().div_ceil(1000) as u64}))
        }
        Report::ScanStarted => ("scan_started", json!({})),
        Report::ScanDone(count) => ("scan_done", json!({"count": count})),
        Report::CredentialsReceived(ssid) => ("credentials_received", named(ssid)),
        Report::DatasetReceived(name) => ("dataset_received", of_network(name)),
        Report::Attached(network) => {
            let fields = json!({
                "network": network.name.as_str(),
                "pan_id": network.pan_id,
                "channel": network.channel,
                "ext_pan_id": netprov_cred::hex::encode(&network.ext_pan_id),
            });
            ("attached", fields)
        }
        Report::Attempt { number, of } => ("attempt", json!({"number": number, "of": of})),
        Report::AttemptFailed { reason, remaining } => {
            let fields = json!({"reason": reason_name(reason), "remaining": remaining});
            ("attempt_failed", fields)
        }
        Report::Connected { ssid, address } => {
            let mut fields = named(ssid);
            fields["address"] = json!(address.to_string());
            ("connected", fields)
        }
        Report::Stored => ("stored", json!({})),
        Report::StoreFailed(error) => ("store_failed", json!({"error": error.to_string()})),
        Report::Failed(reason) => ("failed", json!({"reason": reason_name(reason)})),
        Report::AwaitingAgain => ("awaiting", json!({})),
        Report::RequestFailed { transport, endpoint, reason } => {
            let fields = json!({
                "transport": transport.name(), "endpoint": endpoint, "reason": reason.to_string(),
            });
            ("request_failed", fields)
        }
        Report::End { .. } => ("end", json!({})),
    };
    // The event's name comes first, for people who read along.
    match fields.to_string().split_at(1) {
        (_, "}") => format!(r#"{{"event":"{event}"}}"#),
        (_, fields) => format!(r#"{{"event":"{event}",{fields}"#),
    }
}

/// The name of a Thread network, if its dataset contains it.
fn of_network(name: Option<NetworkName>) -> Value {
    name.map_or_else(|| json!({}), |name| json!({"network": name.as_str()}))
}

/// A network's name as text and, if it is not text, as bytes too.
fn named(ssid: &Ssid) -> Value {
    match str::from_utf8(ssid.as_bytes()) {
        Ok(text) => json!({"ssid": text}),
        Err(_) => {
            let hex = netprov_cred::hex::encode(ssid.as_bytes());
            json!({"ssid": ssid.to_string(), "ssid_hex": hex})
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use provisioning::FailReason;

    use super::*;
    use crate::report::{Ready, Transport};

    fn ready(pop: Option<&str>, pop_is_new: bool) -> Ready {
        Ready {
            name: "PROV_012345".into(),
            security: 1,
            username: None,
            pop: pop.map(Into::into),
            pop_is_new,
            http: None,
            page: true,
            console: true,
            networks: crate::report::InRange::Wifi(Vec::new()),
        }
    }

    #[test]
    fn events_are_what_scripts_rely_on() {
        let ssid = Ssid::new(b"Home \"Net\"").unwrap();
        let address = "127.0.0.1:40001".parse().unwrap();
        for (report, expected) in [
            (
                Report::Listening(address),
                r#"{"event":"listening","transport":"http","address":"127.0.0.1:40001"}"#,
            ),
            (
                Report::SessionEstablished { transport: Transport::Console, session: 7 },
                r#"{"event":"session_established","transport":"console","session":7}"#,
            ),
            (
                Report::LockedOut(Duration::from_millis(29_001)),
                r#"{"event":"locked_out","seconds":30}"#,
            ),
            (
                Report::CredentialsReceived(&ssid),
                r#"{"event":"credentials_received","ssid":"Home \"Net\""}"#,
            ),
            (Report::Attempt { number: 1, of: 3 }, r#"{"event":"attempt","number":1,"of":3}"#),
            (
                Report::AttemptFailed { reason: FailReason::AuthError, remaining: 2 },
                r#"{"event":"attempt_failed","reason":"auth_error","remaining":2}"#,
            ),
            (
                Report::Connected { ssid: &ssid, address: [192, 168, 1, 23].into() },
                r#"{"event":"connected","ssid":"Home \"Net\"","address":"192.168.1.23"}"#,
            ),
            (
                Report::Failed(FailReason::NetworkNotFound),
                r#"{"event":"failed","reason":"network_not_found"}"#,
            ),
            (Report::End { online: true }, r#"{"event":"end"}"#),
        ] {
            let found: Value = serde_json::from_str(&line(report)).unwrap();
            assert_eq!(found, serde_json::from_str::<Value>(expected).unwrap());
        }
    }

    #[test]
    fn a_name_that_is_no_text_comes_in_hex_too() {
        let ssid = Ssid::new(b"a\xff\n").unwrap();
        let event: Value = serde_json::from_str(&line(Report::Connecting(&ssid))).unwrap();
        assert_eq!(event["ssid_hex"], "61ff0a");
        assert_eq!(event["ssid"], r"a\xff\n");
    }

    #[test]
    fn only_a_new_proof_of_possession_is_told() {
        let text = line(Report::Ready(&ready(Some("K7QM2XPA"), true)));
        assert!(text.contains(r#""pop":"K7QM2XPA""#));
        assert!(!line(Report::Ready(&ready(Some("K7QM2XPA"), false))).contains("K7QM2XPA"));
        assert!(!line(Report::Ready(&ready(None, false))).contains("pop"));
    }

    #[test]
    fn an_event_is_one_line() {
        let ssid = Ssid::new(b"\n\r\x1b[2J").unwrap();
        let text = line(Report::CredentialsReceived(&ssid));
        assert!(text.bytes().all(|byte| byte >= b' '), "{text}");
    }
}
