//! The console.

use std::io::Write;
use std::process::Stdio;

use netprov_cred::hex;
use sim::client::messages;

use crate::support::{CUSTOM, Device, PASSPHRASE, POP, program};

const OPTIONS: [&str; 4] = ["--no-http", "--console", "--security", "0"];
const COMMAND: &str = "net_prov prov-session 0 5203a20100";

#[test]
fn a_line_is_answered_in_hex() {
    let mut device = Device::start_with(&OPTIONS);
    assert_eq!(device.type_line(COMMAND), "52050801aa0100");
    assert_eq!(device.type_line(&format!("net_prov {CUSTOM} 0 4142")), "6563686f3a4142");
    let version = device.type_line("net_prov proto-ver 9 -");
    assert!(version.starts_with("7b2270726f76223a7b"), "{version}");
}

#[test]
fn a_bad_line_is_answered_with_the_reason() {
    let mut device = Device::start_with(&["--no-http", "--console", "--pop", POP]);
    let long = "00".repeat(100_000);
    for (line, reason) in [
        ("net_prov", "usage: net_prov <endpoint> <session_id> <hex-request>"),
        ("net_prov proto-ver x 00", "the session id is not"),
        ("net_prov proto-ver 0 0", "odd number"),
        ("net_prov proto-ver 0 zz", "not hexadecimal"),
        ("net_prov nonsense 0 00", "no such endpoint"),
        ("net_prov prov-config 0 5200", "no session"),
        ("net_prov prov-config 0", "no session"),
        (&format!("net_prov proto-ver 0 {long}"), "the line is too long"),
        ("help", "unknown command"),
    ] {
        let answer = device.type_line(line);
        assert!(answer.starts_with("error: ") && answer.contains(reason), "{line:.40}: {answer}");
    }
    // The console continues nevertheless.
    assert!(device.type_line("net_prov proto-ver 0 00").starts_with("7b"));
}

#[test]
fn the_end_of_input_is_the_end_if_there_is_no_other_way_in() {
    let mut device = Device::start_with(&OPTIONS);
    device.type_line(COMMAND);
    device.input = None;
    assert_eq!(device.end().code, Some(0));

    let mut device = Device::start_with(&["--http", "127.0.0.1:0", "--console", "--security", "0"]);
    let address = device.address();
    device.type_line(COMMAND);
    device.input = None;
    crate::support::Session::plain(address);
}

#[test]
fn what_is_piped_in_is_provisioned_with() {
    let set = hex::encode(&messages::set_wifi(b"n", PASSPHRASE.as_bytes()));
    let lines = format!("{COMMAND}\nnet_prov prov-config 0 {set}\nnet_prov prov-config 0 0804");
    for (network, code) in [("n", 0), ("m", 1)] {
        let mut child = program()
            .args(OPTIONS)
            .args(["--once", "--wifi-conn-attempts", "1"])
            .args(["--wifi", &format!("{network}:{PASSPHRASE}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{network}");
        let answers = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answers, "52050801aa0100\n08036a00\n08057a00\n");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("credentials received for n"), "{told}");
        assert!(!told.contains(PASSPHRASE), "{told}");
    }
}
