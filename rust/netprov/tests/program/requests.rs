//! Commands other than `provision` and `fleet`.

use crate::support::{Device, PASSPHRASE, POP, SSID, WRONG, netprov, provision, run, run_with};

fn command(device: &Device, arguments: &[&str]) -> crate::support::Ended {
    run(&[arguments, &["--http", &device.address, "--pop", POP]].concat())
}

#[test]
fn a_scan_lists_networks() {
    let device = Device::secure();
    let ended = command(&device, &["--json", "scan"]).is(0);
    let networks: Vec<_> =
        ended.events().into_iter().filter(|event| event["event"] == "network").collect();
    let names: Vec<&str> = networks.iter().map(|n| n["ssid"].as_str().unwrap()).collect();
    assert_eq!(names, [SSID, "Open Net", "Flaky", "Café \\u{1b}[2J\\xff"]);
    assert_eq!((&networks[0]["auth"], &networks[0]["rssi"]), (&"WPA2".into(), &(-40).into()));
    assert_eq!(networks[3]["ssid_hex"], "436166c3a9201b5b324aff");

    let text = command(&device, &["scan"]).is(0).output;
    assert_eq!(text.lines().count(), 4);
    assert!(!text.contains('\x1b'), "SSIDs are escaped for the terminal");
}

#[test]
fn a_scan_of_many_networks_has_pages() {
    let wifi: Vec<String> = (0..14).map(|n| format!("Net {n}")).collect();
    let options: Vec<&str> = wifi.iter().flat_map(|name| ["--wifi", name.as_str()]).collect();
    let device = Device::start(&[&["--pop", POP][..], &options].concat());
    let text = command(&device, &["scan"]).is(0).output;
    // The device keeps the 16 strongest networks; each must be listed once.
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 16, "{text}");
}

#[test]
fn a_thread_device_scans_too() {
    let thread = ["--network", "thread", "--thread", "Home:1234:15", "--pop", POP];
    let device = Device::start(&thread);
    let network = command(&device, &["--json", "scan"]).is(0).event("network");
    assert_eq!((&network["network"], &network["pan_id"]), (&"Home".into(), &0x1234.into()));
    let state = command(&device, &["--json", "status"]).is(0);
    assert_eq!(state.events().len(), 3, "version, session, state: {}", state.output);
}

#[test]
fn the_status_reflects_the_state_of_the_device() {
    let device = Device::start(&["--pop", POP, "--autostop-ms", "0"]);
    command(&device, &["--json", "status"]).is(0);
    provision(&device.address, WRONG, &["--pop", POP, "--ssid", SSID]).is(1);
    let failed = command(&device, &["--json", "status"]).is(0).event("failed");
    assert!(failed["reason"].as_str().unwrap().contains("passphrase"));
    command(&device, &["reset"]).is(0);
    provision(&device.address, PASSPHRASE, &["--pop", POP, "--ssid", SSID]).is(0);
    assert_eq!(command(&device, &["--json", "status"]).is(0).event("connected")["ssid"], SSID);
    // After a success, only `--reprovision` works.
    command(&device, &["reset"]).is(6);
    command(&device, &["reset", "--reprovision"]).is(0);
    provision(&device.address, PASSPHRASE, &["--pop", POP, "--ssid", "Open Net"]).is(1);
}

#[test]
fn a_message_reaches_the_endpoint_unchanged() {
    let device = Device::secure();
    assert_eq!(command(&device, &["send", "custom-data", "--text", "hi"]).is(0).output, "echo:hi");
    assert_eq!(
        command(&device, &["send", "custom-data", "--hex", "41 42"]).is(0).output,
        "echo:AB"
    );
    let options = ["--json", "send", "custom-data", "--file", "-", "--http", &device.address];
    let mut program = netprov(&options);
    program.env("NETPROV_POP", POP);
    let response = run_with(program, "from a file").is(0).event("response");
    assert_eq!(response["hex"], "6563686f3a66726f6d20612066696c65");
    let refused = command(&device, &["send", "nonsense", "--text", "hi"]).is(6);
    assert!(refused.errors.contains("has an endpoint nonsense"), "{}", refused.errors);
    command(&device, &["send", "custom-data", "--hex", "0"]).is(2);

    let binary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(binary.path(), b"\xef\xbb\xbf\0\xff").unwrap();
    let binary = binary.path().to_str().unwrap();
    let ended = command(&device, &["--json", "send", "custom-data", "--file", binary]).is(0);
    assert_eq!(ended.event("response")["hex"], "6563686f3aefbbbf00ff");
}

#[test]
fn info_needs_no_secret() {
    let device = Device::start(&["--pop", POP, "--app-info", "my-app:1.0:led,button"]);
    let text = run(&["info", "--http", &device.address]).is(0).output;
    assert!(text.contains("netprov-v1.2") && text.contains("wifi_scan") && text.contains("my-app"));
    let info = run(&["--json", "info", "--http", &device.address]).is(0).event("info");
    assert_eq!(info["version"]["my-app"]["ver"], "1.0");
    assert_eq!(info["version"]["prov"]["sec_ver"], 1);
}
