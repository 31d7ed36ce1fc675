//! Messages, byte for byte.

use netprov_client::Secret;
use netprov_client::operation::{
    ApplyWifi, Control, GetVersion, GetWifiStatus, Network, ScanOptions, ScanWifi, SetThread,
    SetWifi, WifiFailure, WifiStatus,
};

use crate::script::run;
use crate::{bytes, vectors};

fn payload(name: &str) -> Vec<u8> {
    bytes(&vectors()["payloads"][name])
}

#[test]
fn commands_match_the_vectors() {
    let sent = run(&mut SetWifi::new(b"HomeNet", &Secret::from("correct-horse")), [None]).sent;
    assert_eq!(sent, [("prov-config".to_owned(), payload("set_wifi"))]);
    assert_eq!(run(&mut ApplyWifi::new(), [None]).sent[0].1, payload("apply_wifi"));
    assert_eq!(run(&mut GetWifiStatus::new(), [None]).sent[0].1, [0x52, 0x00]);
    let scan = run(&mut ScanWifi::new(ScanOptions::default()), [None]).sent;
    assert_eq!(scan, [("prov-scan".to_owned(), payload("scan_start_phone_app"))]);
    let options = ScanOptions { group_channels: 5, ..ScanOptions::default() };
    assert_eq!(
        run(&mut ScanWifi::new(options), [None]).sent[0].1,
        payload("scan_start_esp_prov_softap")
    );
    let reset = run(&mut Control::reset(Network::Wifi), [None]).sent;
    assert_eq!(reset[0].0, "prov-ctrl");
    assert!(reset[0].1.starts_with(&payload("ctrl_wifi_reset_esp_prov")));
}

#[test]
fn a_dataset_is_sent_unchanged() {
    let vector = payload("set_thread");
    // The dataset is the last field.
    let dataset = vector.iter().rposition(|byte| *byte == 0x0a).map(|at| &vector[at + 2..]);
    let sent = run(&mut SetThread::new(&Secret::from(dataset.unwrap())), [None]).sent;
    assert_eq!(sent[0].1, vector);
}

#[test]
fn states_are_read_from_the_vectors() {
    let status = |name: &str| run(&mut GetWifiStatus::new(), [Some(payload(name))]).outcome;
    let Ok(WifiStatus::Connected(connection)) = status("status_connected") else { panic!() };
    assert_eq!(connection.address, "192.168.1.7");
    assert_eq!(connection.ssid, b"HomeNet");
    assert_eq!((connection.channel, connection.auth.to_string().as_str()), (6, "WPA2"));
    assert_eq!(status("status_failed_auth"), Ok(WifiStatus::Failed(WifiFailure::Authentication)));
    assert_eq!(status("status_failed_not_found"), Ok(WifiStatus::Failed(WifiFailure::NotFound)));
    assert_eq!(status("status_attempts_4"), Ok(WifiStatus::AttemptFailed { remaining: 4 }));
}

#[test]
fn outcomes_are_read_from_the_vectors() {
    let set = |name: &str| {
        run(&mut SetWifi::new(b"n", &Secret::default()), [Some(payload(name))]).outcome
    };
    assert_eq!(set("set_wifi_resp_ok"), Ok(()));
    assert!(set("set_wifi_resp_invalid_arg").unwrap_err().to_string().contains("invalid argument"));
    assert!(set("apply_wifi_resp_ok").is_err(), "the response to another request");
    let apply = run(&mut ApplyWifi::new(), [Some(payload("apply_wifi_resp_ok"))]);
    assert_eq!(apply.outcome, Ok(()));
    let reset = Some(payload("ctrl_wifi_reset_resp_ok"));
    assert_eq!(run(&mut Control::reset(Network::Wifi), [reset]).outcome, Ok(()));
    let refused = Some(payload("ctrl_wifi_reprov_resp_internal_error"));
    assert!(run(&mut Control::reprovision(Network::Wifi), [refused]).outcome.is_err());
}

#[test]
fn version_texts_of_real_devices_are_read() {
    let version = |text: &str| run(&mut GetVersion::new(), [Some(text.into())]).outcome;
    let compact = version(
        r#"{"my-app":{"ver":"1.0","cap":["led"]},"prov":{"ver":"netprov-v1.2","sec_ver":2,"sec_patch_ver":1,"cap":["wifi_prov","wifi_scan"]}}"#,
    )
    .unwrap();
    assert_eq!((compact.protocol.as_str(), compact.security()), ("netprov-v1.2", 2));
    assert_eq!(compact.sec_patch_ver, 1);
    assert!(compact.has("wifi_scan") && !compact.is_for_thread());
    assert_eq!(compact.document["my-app"]["ver"], "1.0");
    // With white space, and a trailing NUL.
    let pretty =
        version("{\n\t\"prov\":\t{\n\t\t\"ver\":\t\"v1.1\",\n\t\t\"cap\":\t[\"no_sec\"]\n\t}\n}\0");
    assert_eq!(pretty.unwrap().security(), 0);
    assert_eq!(version(r#"{"prov":{"cap":["thread_prov"]}}"#).unwrap().security(), 1);
    for bad in ["", "{}", "[]", "null", "\0", r#"{"prov":1}"#, r#"{"prov":{"sec_ver":-1}}"#, "{"] {
        assert!(version(bad).is_err(), "{bad}");
    }
    assert!(version(&"[".repeat(10_000)).is_err(), "nesting depth is limited");
    assert!(version(&format!("{{\"prov\":{{\"ver\":\"{}\"}}}}", "x".repeat(20_000))).is_err());
}
