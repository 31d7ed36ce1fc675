//! Provisioning over HTTP.

use netprov_cred::{Credential, forms, qr};

use crate::support::{
    Device, PASSPHRASE, POP, SSID, WRONG, file, netprov, provision, provision_usual, run, run_with,
};

#[test]
fn the_network_of_a_connected_device_is_reported() {
    let mut device = Device::secure();
    let ended = provision_usual(&device.address).is(0);
    let connected = ended.event("connected");
    assert_eq!(connected["ssid"], SSID);
    assert_eq!(connected["auth"], "WPA2");
    assert_eq!(device.event("connected")["address"], connected["address"]);
    let names: Vec<_> = ended.events().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(names[..3], ["version", "session", "credentials_sent"]);
    assert_eq!(names.last().unwrap(), "connected");
}

#[test]
fn every_security_version_works() {
    for (own, theirs) in [
        (&["--security", "0"][..], &["--security", "0"][..]),
        (&["--no-pop"], &["--security", "1"]),
        (&["--pop", POP], &["--pop", POP]),
        (&["--username", "wifiprov", "--password", POP], &["--username", "wifiprov", "--pop", POP]),
        // The default user name of the phone apps.
        (&["--security", "2", "--password", POP], &["--pop", POP]),
    ] {
        let device = Device::start(own);
        let options = [&["--ssid", SSID][..], theirs].concat();
        provision(&device.address, PASSPHRASE, &options).is(0).event("connected");
    }
}

#[test]
fn a_wrong_passphrase_can_be_corrected() {
    let device = Device::secure();
    let options = ["--pop", POP, "--ssid", SSID];
    let ended = provision(&device.address, WRONG, &options).is(1);
    let error = ended.event("error");
    assert_eq!(error["kind"], "not_connected");
    assert!(error["reason"].as_str().unwrap().contains("passphrase"));
    // No reset is needed.
    provision_usual(&device.address).is(0);
}

#[test]
fn a_network_out_of_range_is_reported() {
    let device = Device::secure();
    let options = ["--pop", POP, "--ssid", "Nowhere"];
    let error = provision(&device.address, PASSPHRASE, &options).is(1).event("error");
    assert!(error["reason"].as_str().unwrap().contains("not in range"));
}

#[test]
fn failed_attempts_are_reported() {
    let device = Device::start(&["--pop", POP, "--wifi-conn-attempts", "3"]);
    let options = ["--pop", POP, "--ssid", "Flaky"];
    let ended = provision(&device.address, "third-time-lucky", &options).is(0);
    assert_eq!(ended.event("connected")["ssid"], "Flaky");
}

#[test]
fn an_open_network_needs_no_passphrase() {
    let device = Device::secure();
    let options = ["provision", "--http", &device.address, "--pop", POP, "--ssid", "Open Net"];
    run(&[&options[..], &["--open"]].concat()).is(0);
}

#[test]
fn a_wrong_proof_stops_before_credentials_are_sent() {
    for own in [&["--pop", POP][..], &["--username", "wifiprov", "--password", POP]] {
        let device = Device::start(own);
        let options = ["--pop", "mistyped", "--ssid", SSID];
        let error = provision(&device.address, PASSPHRASE, &options).is(4).event("error");
        assert_eq!(error["kind"], "wrong_proof");
        let told = device.events();
        assert!(!told.contains(&"credentials_received".to_owned()), "{told:?}");
    }
}

#[test]
fn a_device_with_a_weaker_security_version_is_refused() {
    let plain = Device::start(&["--security", "0"]);
    let first = Device::secure();
    for (device, options) in [
        (&plain, &["--pop", POP][..]),
        (&plain, &["--security", "1", "--pop", POP]),
        (&first, &["--username", "wifiprov", "--pop", POP]),
        (&first, &["--security", "2", "--pop", POP]),
        (&first, &["--security", "0"]),
    ] {
        let options = [&["--ssid", SSID][..], options].concat();
        let ended = provision(&device.address, PASSPHRASE, &options).is(9);
        assert_eq!(ended.event("error")["kind"], "other_security");
        assert!(!device.events().contains(&"session_established".to_owned()));
    }
}

#[test]
fn a_qr_code_or_a_credential_file_suffices() {
    for credential in [
        Credential::security_1("PROV_1", Some(POP)).unwrap(),
        Credential::security_2("PROV_1", "wifiprov", Some(POP), None).unwrap(),
    ] {
        let (_folder, json) = file(&forms::json(&credential));
        let (_other, code) = file(&qr::payload(&credential, "softap", None).unwrap());
        for options in [["--credentials", &json], ["--qr", &code]] {
            let device = Device::start(&["--credentials", &json]);
            let options = [&options[..], &["--ssid", SSID]].concat();
            provision(&device.address, PASSPHRASE, &options).is(0);
        }
        // Each states a security version, and no other is accepted.
        let device = Device::start(if credential.security == 1 {
            &["--username", "wifiprov", "--password", POP]
        } else {
            &["--pop", POP]
        });
        let options = ["--credentials", &json, "--ssid", SSID];
        provision(&device.address, PASSPHRASE, &options).is(9);
    }
}

#[test]
fn secrets_come_from_files_and_the_environment() {
    let device = Device::secure();
    // Some editors begin a file with a byte order mark.
    let (_folder, pop) = file(&format!("\u{feff}{POP}\n"));
    let (_other, passphrase) = file(&format!("{PASSPHRASE}\nanother line\n"));
    let options = ["provision", "--http", &device.address, "--ssid", SSID, "--pop-file", &pop];
    run(&[&options[..], &["--passphrase-file", &passphrase]].concat()).is(0);

    let device = Device::secure();
    let mut command = netprov(&["provision", "--http", &device.address, "--ssid", SSID]);
    command.env("NETPROV_POP", POP).env("NETPROV_PASSPHRASE", PASSPHRASE);
    run_with(command, "").is(0);
}

#[test]
fn steps_are_printed_with_times() {
    let device = Device::secure();
    let mut command = netprov(&["provision", "--http", &device.address, "--ssid", SSID]);
    command.env("NETPROV_POP", POP).env("NETPROV_PASSPHRASE", PASSPHRASE);
    let ended = run_with(command, "").is(0);
    assert_eq!(ended.output, "", "steps go to standard error");
    let steps: Vec<&str> = ended.errors.lines().collect();
    assert!(steps.iter().all(|step| step.contains(" s  ")), "{steps:?}");
    assert!(steps.last().unwrap().contains("connected to Test Net with address"), "{steps:?}");
}

/// A dataset for the network `Home`, PAN ID 1234, channel 15.
const DATASET: &str = "0e080000000000010000000300000f\
    35060004001fffe0\
    0208dead00beef00cafe\
    0708fd11223344556677\
    051000112233445566778899aabbccddeeff\
    0304486f6d65\
    01021234\
    0410445f2b5ca6f2a93a55ce570a70efeecb\
    0c0402a0f7f8";

#[test]
fn a_thread_device_attaches() {
    for own in [&["--pop", POP][..], &["--username", "threadprov", "--password", POP]] {
        let thread = ["--network", "thread", "--thread", "Home:1234:15"];
        let device = Device::start(&[&thread[..], own].concat());
        let (_folder, dataset) = file(&format!("{DATASET}\n"));
        let options = ["--json", "provision", "--http", &device.address, "--pop", POP];
        let ended = run(&[&options[..], &["--dataset-file", &dataset]].concat()).is(0);
        assert_eq!(ended.event("attached")["network"], "Home");
        assert!(!format!("{}{}", ended.output, ended.errors).contains("00112233445566778899"));
    }
}

#[test]
fn a_failed_dataset_is_reported() {
    let device = Device::start(&["--network", "thread", "--pop", POP]);
    // The dataset lacks a network name and a key.
    let options = ["provision", "--http", &device.address, "--pop", POP, "--dataset", "01021234"];
    let ended = run(&options);
    assert!(matches!(ended.code, Some(1 | 6)), "{}", ended.errors);
    for (bad, reason) in [("0g", "hexadecimal"), ("", "0 bytes"), (&"00".repeat(255), "255 bytes")]
    {
        let options = ["provision", "--http", &device.address, "--pop", POP, "--dataset", bad];
        let ended = run(&options).is(2);
        assert!(ended.errors.contains(reason), "{}", ended.errors);
    }
}

#[test]
fn credentials_for_the_other_network_type_are_refused() {
    let device = Device::start(&["--network", "thread", "--pop", POP]);
    let options = ["--pop", POP, "--ssid", SSID];
    let ended = provision(&device.address, PASSPHRASE, &options).is(2);
    assert!(ended.errors.contains("Thread dataset"), "{}", ended.errors);
    let device = Device::secure();
    let options = ["provision", "--http", &device.address, "--pop", POP, "--dataset", "01021234"];
    assert!(run(&options).is(2).errors.contains("Wi-Fi credentials"));
}
