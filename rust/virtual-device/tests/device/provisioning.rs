//! Whole provisioning runs.

use netprov_messages::{Status, WifiConnectFailedReason};
use serde_json::{Value, json};
use sim::client::answers::{self, WifiStatus};
use sim::client::messages;

use crate::support::{CUSTOM, Connection, Device, PASSPHRASE, SSID, Session, WRONG, text};

#[test]
fn once_ends_with_success_when_the_client_has_read_of_it() {
    let mut device = Device::secure(&["--once"]);
    let address = device.address();
    let mut session = Session::new(address);
    session.provision(SSID, PASSPHRASE);
    let event = device.event("credentials_received");
    assert_eq!(event["ssid"], SSID);
    assert_eq!(device.event("attempt")["of"], 3);
    let connected = device.event("connected");
    let WifiStatus::Connected(state) = session.settle() else { panic!() };
    assert_eq!(connected["address"], *state.ip4_addr);
    assert_eq!(state.ssid, SSID.as_bytes());
    device.event("end");
    let ended = device.end();
    assert_eq!(ended.code, Some(0));
    ended.keeps_secrets();
}

#[test]
fn once_ends_with_failure_when_the_client_has_read_of_it() {
    let mut device = Device::secure(&["--once", "--wifi-conn-attempts", "2"]);
    let mut session = Session::new(device.address());
    session.provision(SSID, WRONG);
    let event = device.event("attempt_failed");
    assert_eq!((&event["reason"], &event["remaining"]), (&"auth_error".into(), &1.into()));
    assert_eq!(device.event("failed")["reason"], "auth_error");
    assert_eq!(session.settle(), WifiStatus::Failed(WifiConnectFailedReason::AuthError));
    let ended = device.end();
    assert_eq!(ended.code, Some(1));
    ended.keeps_secrets();
}

#[test]
fn after_a_failure_the_device_takes_other_credentials() {
    let mut device = Device::secure(&["--wifi-conn-attempts", "1"]);
    let mut session = Session::new(device.address());
    session.provision("Nowhere", PASSPHRASE);
    assert_eq!(device.event("failed")["reason"], "network_not_found");
    assert_eq!(session.status(), WifiStatus::Failed(WifiConnectFailedReason::WifiNetworkNotFound));
    session.provision(SSID, PASSPHRASE);
    assert!(session.settle().address().is_some());
}

#[test]
fn the_status_endpoint_says_it_in_words() {
    let mut device = Device::secure(&["--status", "--wifi-conn-attempts", "1"]);
    let mut session = Session::new(device.address());
    let ask = |session: &mut Session| -> Value {
        let response = session.ask("netprov-status", b"?").expect("a response");
        serde_json::from_slice(&response).expect("JSON")
    };
    let mac = "02005e005301";
    assert_eq!(ask(&mut session), json!({"state": "waiting", "mac": mac}));
    session.provision(SSID, WRONG);
    assert_eq!(ask(&mut session), json!({"state": "connecting", "attempts_left": 1, "mac": mac}));
    device.event("failed");
    assert_eq!(
        ask(&mut session),
        json!({"state": "failed", "reason": "wrong_passphrase", "mac": mac})
    );
    session.provision(SSID, PASSPHRASE);
    let WifiStatus::Connected(state) = session.settle() else { panic!() };
    let status = ask(&mut session);
    assert_eq!((&status["state"], &status["ip"]), (&json!("connected"), &json!(*state.ip4_addr)));
    assert!(status["rssi"].as_i64() < Some(0) && status["channel"].is_u64(), "{status}");
}

#[test]
fn without_its_option_there_is_no_status_endpoint() {
    let mut device = Device::secure(&[]);
    let mut connection = Connection::new(device.address());
    assert_eq!(connection.post("netprov-status", None, b"?").unwrap().status, 404);
}

#[cfg(unix)]
#[test]
fn after_success_the_device_stays_online_until_it_is_told_to_end() {
    for signal in ["TERM", "INT"] {
        let mut device = Device::secure(&["--autostop-ms", "1"]);
        let mut session = Session::new(device.address());
        session.provision(SSID, PASSPHRASE);
        device.event("end");
        device.signal(signal);
        assert_eq!(device.end().code, Some(0), "{signal}");
    }
}

#[test]
fn credentials_outlive_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut device = Device::secure(&["--once", "--state", text(&state)]);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    device.event("connected");
    device.event("stored");
    session.settle();
    assert_eq!(device.end().code, Some(0));

    // It connects by itself and needs nothing else.
    let mut device = Device::secure(&["--once", "--state", text(&state)]);
    assert_eq!(device.event("connecting")["ssid"], SSID);
    assert_eq!(device.event("connected")["ssid"], SSID);
    let ended = device.end();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.text.contains("listening"), "{}", ended.text);
    ended.keeps_secrets();

    // With --reprovision it offers the service. A failure keeps what is stored.
    let stored = std::fs::read(&state).unwrap();
    let mut device = Device::secure(&["--once", "--reprovision", "--state", text(&state)]);
    let mut session = Session::new(device.address());
    session.provision(SSID, WRONG);
    device.event("failed");
    session.status();
    assert_eq!(device.end().code, Some(1));
    assert_eq!(std::fs::read(&state).unwrap(), stored);
}

#[test]
fn a_device_that_cannot_connect_offers_provisioning_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut device = Device::secure(&["--once", "--state", text(&state)]);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    session.settle();
    device.end();
    let stored = std::fs::read(&state).unwrap();

    let elsewhere = folder.path().join("elsewhere.toml");
    std::fs::write(&elsewhere, "[radio]\nscan_ms = 1\n").unwrap();
    let mut device = Device::alone(&[
        "--json",
        "--http",
        "127.0.0.1:0",
        "--state",
        text(&state),
        "--world",
        text(&elsewhere),
    ]);
    let retry = device.event("connect_failed");
    assert_eq!(retry["reason"], "network_not_found");
    assert_eq!(retry["retry_ms"], 1000);
    // Until it gives up.
    device.address();
    assert_eq!(std::fs::read(&state).unwrap(), stored);
}

#[test]
fn provisioning_anew_is_possible_as_long_as_the_service_runs() {
    let mut device = Device::secure(&["--autostop-ms", "0"]);
    let mut session = Session::new(device.address());
    session.provision(SSID, PASSPHRASE);
    assert!(session.settle().address().is_some());
    let answer = session.ask("prov-ctrl", &messages::reprovision()).unwrap();
    assert_eq!(answers::reprovision(&answer), Some(Status::Success));
    device.event("awaiting");
    session.provision("Other Net", WRONG);
    let WifiStatus::Connected(state) = session.settle() else { panic!() };
    assert_eq!(state.ssid, b"Other Net");
}

#[test]
fn a_client_that_waits_for_a_scan_keeps_nobody_else_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("slow.toml");
    let networks = "[radio]\nscan_ms = 3000\n[[access_point]]\nssid = 'A'\n";
    std::fs::write(&world, networks).unwrap();
    let options = ["--json", "--no-pop", "--http", "127.0.0.1:0", "--world", text(&world)];
    let mut device = Device::alone(&options);
    let address = device.address();
    let mut session = Session::with(address, "").unwrap();
    let scan = std::thread::spawn(move || {
        let started = session.ask("prov-scan", &messages::scan_start(true)).unwrap();
        (answers::scan_start(&started), session)
    });
    device.event("scan_started");
    let mut stranger = Connection::new(address);
    assert_eq!(stranger.post("proto-ver", None, b"ESP").unwrap().status, 200);
    assert!(!scan.is_finished());
    let (started, mut session) = scan.join().unwrap();
    assert_eq!(started, Some(Status::Success));
    assert_eq!(device.event("scan_done")["count"], 1);
    let page = session.ask("prov-scan", &messages::scan_result(0, 1)).unwrap();
    assert_eq!(answers::scan_result(&page).unwrap().entries[0].ssid, b"A");
}

#[test]
fn custom_endpoints_echo_and_the_version_text_has_the_applications_entries() {
    for security in ["0", "1"] {
        let options: &[&str] = match security {
            "0" => &["--security", "0"],
            _ => &["--pop", crate::support::POP],
        };
        let entries = ["--app-info", "one:1.0:a,b", "--app-info", "two:2", "--endpoint", "more"];
        let mut device = Device::start(&[options, &entries].concat());
        let address = device.address();
        let mut session =
            if security == "0" { Session::plain(address) } else { Session::new(address) };
        for endpoint in [CUSTOM, "more"] {
            assert_eq!(session.ask(endpoint, b"hello").as_deref(), Some(&b"echo:hello"[..]));
        }
        let mut connection = Connection::new(address);
        let version = connection.post("proto-ver", None, b"ESP").unwrap();
        let version: Value = serde_json::from_slice(&version.body).unwrap();
        assert_eq!(version["one"]["cap"][1], "b");
        assert_eq!(version["two"]["ver"], "2");
        assert_eq!(version["prov"]["sec_ver"].to_string(), security);
    }
}

#[test]
fn security_2_takes_the_right_name_and_password() {
    let made = ["--security", "2"];
    let given = ["--username", "wifiprov", "--password", "abcd1234"];
    for options in [&made[..], &given] {
        let mut device = Device::start(options);
        let (address, ready) = (device.address(), device.event("ready"));
        assert_eq!(ready["security"], 2);
        let password = ready["password"].as_str().unwrap_or("abcd1234").to_owned();
        // The name and password that were given are in no output.
        assert_eq!(ready["password"].is_string(), options.len() == 2);
        assert!(Session::named(address, "wifiprov", "a guess").is_none());
        assert_eq!(device.event("proof_mismatch")["transport"], "http");
        let mut session = Session::named(address, "wifiprov", &password).unwrap();
        assert_eq!(session.ask(CUSTOM, b"hello").as_deref(), Some(&b"echo:hello"[..]));
        let mut connection = Connection::new(address);
        let version = connection.post("proto-ver", None, b"ESP").unwrap();
        let version: Value = serde_json::from_slice(&version.body).unwrap();
        assert_eq!(
            (&version["prov"]["sec_ver"], &version["prov"]["sec_patch_ver"]),
            (&2.into(), &1.into())
        );
    }
}

#[test]
fn guessing_is_told_and_limited() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    for _ in 0..5 {
        assert!(Session::with(address, "a guess").is_none());
        assert_eq!(device.event("proof_mismatch")["transport"], "http");
    }
    assert_eq!(device.event("locked_out")["seconds"], 30);
    assert!(Session::with(address, crate::support::POP).is_none());
    let refused = device.event("request_failed");
    assert_eq!(refused["endpoint"], "prov-session");
}
