//! Faults that the device simulates, set by options and at the control port.

use std::time::{Duration, Instant};

use netprov_messages::WifiConnectFailedReason;
use serde_json::{Value, json};
use sim::client::answers::WifiStatus;

use crate::support::{
    Connection, Device, PASSPHRASE, POP, SSID, Session, complaint, request, text,
};

const CONTROL: [&str; 2] = ["--control", "127.0.0.1:0"];

/// The control port of a device.
struct Control(std::net::SocketAddr);

impl Control {
    fn of(device: &mut Device) -> Self {
        Self(device.event("control")["address"].as_str().unwrap().parse().unwrap())
    }

    fn change(&self, faults: &str) -> (u16, String) {
        let reply = Connection::new(self.0).post("faults", None, faults.as_bytes()).unwrap();
        (reply.status, String::from_utf8(reply.body).unwrap())
    }

    /// Makes changes, and returns the faults in effect.
    fn set(&self, faults: &str) -> Value {
        let (status, text) = self.change(faults);
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

#[test]
fn a_forced_reason_is_what_the_client_reads() {
    for (reason, read) in [
        ("auth_error", WifiConnectFailedReason::AuthError),
        ("network_not_found", WifiConnectFailedReason::WifiNetworkNotFound),
        // The application learns the exact reason, the client the closer one of the protocol's two.
        ("no_address", WifiConnectFailedReason::WifiNetworkNotFound),
    ] {
        let fault = format!("reason={reason}");
        let mut device = Device::secure(&["--wifi-conn-attempts", "1", "--fault", &fault]);
        let mut session = Session::new(device.address());
        session.provision(SSID, PASSPHRASE);
        assert_eq!(session.settle(), WifiStatus::Failed(read));
        assert_eq!(device.event("failed")["reason"], reason);
    }
}

#[test]
fn a_forced_reason_ends_at_run_time() {
    let forced = ["--wifi-conn-attempts", "1", "--fault", "reason=auth_error"];
    let mut device = Device::secure(&[&forced[..], &CONTROL].concat());
    let control = Control::of(&mut device);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    device.event("failed");
    assert_eq!(control.set("reason=off"), json!({}));
    session.provision(SSID, PASSPHRASE);
    assert!(session.settle().address().is_some());
}

#[test]
fn a_device_for_thread_has_reasons_of_its_own() {
    let thread = ["--network", "thread", "--fault"];
    let told = complaint(&[&thread[..], &["reason=auth_error"]].concat());
    assert!(told.contains("dataset_invalid"), "{told}");
    let told = complaint(&["--fault", "reason=dataset_invalid"]);
    assert!(told.contains("no_address"), "{told}");
}

#[test]
fn a_storage_fault_fails_credentials_that_work() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut device = Device::secure(&["--state", text(&state), "--fault", "storage"]);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    assert!(device.event("store_failed")["error"].as_str().unwrap().contains("fault"));
    assert_eq!(device.event("failed")["reason"], "storage");
    assert!(matches!(session.settle(), WifiStatus::Failed(_)));
    assert!(!state.exists());
}

#[test]
fn a_link_is_lost_after_success() {
    let mut device = Device::secure(&["--autostop-ms", "0", "--fault", "link-lost"]);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    device.event("connected");
    device.event("link_lost");
    // The network is still there.
    device.event("connected");
}

#[test]
fn a_link_is_lost_at_run_time() {
    let mut device = Device::secure(&[&["--autostop-ms", "0"], &CONTROL[..]].concat());
    let control = Control::of(&mut device);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    assert!(session.settle().address().is_some());
    // This time the network is gone.
    assert_eq!(
        control.set("reason=network_not_found&link-lost"),
        json!({"reason": "network_not_found", "link-lost": 0})
    );
    device.event("link_lost");
    assert_eq!(device.event("connect_failed")["reason"], "network_not_found");
    control.set("none");
    device.event("connected");
}

#[test]
fn lost_responses_close_the_connection() {
    let mut device = Device::start(&[&["--security", "0"], &CONTROL[..]].concat());
    let control = Control::of(&mut device);
    let address = device.address();
    control.set("lost=2");
    let mut connection = Connection::new(address);
    assert_eq!(connection.post("proto-ver", None, b"ESP").unwrap().status, 200);
    assert!(connection.post("proto-ver", None, b"ESP").is_none());
    let mut connection = Connection::new(address);
    assert_eq!(connection.post("proto-ver", None, b"ESP").unwrap().status, 200);
    control.set("lost=off");
    for _ in 0..4 {
        assert_eq!(connection.post("proto-ver", None, b"ESP").unwrap().status, 200);
    }
}

#[test]
fn a_lost_response_leaves_the_console_silent() {
    let options = ["--no-http", "--console", "--security", "0", "--fault", "lost=2"];
    let mut device = Device::start_with(&options);
    let line = "net_prov custom-data 0 4";
    let answer = |digit| format!("6563686f3a4{digit}");
    device.type_line("net_prov prov-session 0 5203a20100");
    // The response to the next line is lost, so the line after it gets the first response.
    let typed = format!("{line}1\n{line}2");
    assert_eq!(device.type_line(&typed), answer(2));
}

#[test]
fn slow_responses_come_late() {
    let mut device = Device::start(&["--security", "0", "--fault", "slow=300"]);
    let mut connection = Connection::new(device.address());
    let asked = Instant::now();
    assert_eq!(connection.post("proto-ver", None, b"ESP").unwrap().status, 200);
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_locked_out_device_refuses_handshakes_until_it_is_not() {
    let mut device = Device::secure(&[&["--fault", "locked-out"], &CONTROL[..]].concat());
    let control = Control::of(&mut device);
    let address = device.address();
    assert!(Session::with(address, POP).is_none());
    assert_eq!(device.event("request_failed")["endpoint"], "prov-session");
    control.set("none");
    Session::new(address);
}

#[test]
fn the_control_port_refuses_what_makes_no_sense() {
    let mut device = Device::secure(&CONTROL);
    let control = Control::of(&mut device);
    assert_eq!(control.set("slow=1"), json!({"slow": 1}));
    for bad in ["fire", "slow=2&fire", "reason=dataset_invalid", "slow=2&lost=0"] {
        assert_eq!(control.change(bad).0, 400, "{bad}");
    }
    // No part of it takes effect.
    assert_eq!(control.set(""), json!({"slow": 1}));
    for (method, path, headers, status) in [
        ("GET", "/faults", "", 200),
        ("GET", "/", "", 404),
        ("DELETE", "/faults", "", 405),
        ("POST", "/faults", "Origin: http://page.example\r\n", 403),
    ] {
        let mut connection = Connection::new(control.0);
        connection.send(&request(method, path, headers, b""));
        assert_eq!(connection.reply().unwrap().status, status, "{method} {path}");
    }
    assert!(complaint(&["--control", "0.0.0.0:0"]).contains("loopback"));
}
