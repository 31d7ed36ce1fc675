//! Missing or invalid options.

use crate::support::{Device, PASSPHRASE, POP, SSID, file, provision, run};

#[test]
fn missing_options_are_named() {
    let device = Device::secure();
    let http = &device.address;
    for (options, reason) in [
        (&["provision", "--ssid", SSID, "--open"][..], "--http HOST"),
        (&["info"], "--http HOST"),
        (&["provision", "--http", http, "--pop", POP], "--ssid"),
        (&["provision", "--http", http, "--pop", POP, "--ssid", SSID], "--passphrase-file"),
        (&["provision", "--http", http, "--ssid", SSID, "--open"], "--pop-file"),
        (&["status", "--http", http], "--pop-file"),
        (&["send", "custom-data", "--http", http, "--pop", POP], "--text"),
    ] {
        let ended = run(options).is(2);
        assert!(ended.errors.contains(reason), "{options:?}: {}", ended.errors);
    }
    assert!(!device.events().contains(&"credentials_received".to_owned()));
}

#[test]
fn invalid_options_are_refused_before_contacting_the_device() {
    let (_folder, garbage) = file("no JSON");
    let (_other, short) = file("short\n");
    let (_third, long) = file(&"l".repeat(65_537));
    let fourth = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(fourth.path(), b"\xff\xfea\0").unwrap();
    let utf_16 = fourth.path().to_str().unwrap();
    for (options, reason) in [
        (&["--ssid", &"s".repeat(33), "--open"][..], "33 bytes"),
        (&["--ssid", "", "--open"], "0 bytes"),
        (&["--ssid", SSID, "--passphrase-file", &short], "5 bytes"),
        (&["--ssid", SSID, "--passphrase-file", "/nowhere/file"], "cannot read"),
        (&["--ssid", SSID, "--open", "--qr", &garbage], "QR code"),
        (&["--ssid", SSID, "--open", "--pop-file", &long], "longer than 65536 bytes"),
        (&["--ssid", SSID, "--open", "--pop-file", utf_16], "save it as UTF-8"),
        (&["--ssid", SSID, "--open", "--credentials", &garbage], "netprov-cred"),
        (&["--ssid", SSID, "--open", "--pop-file", "/nowhere/file"], "cannot read"),
        (&["--ssid", SSID, "--open", "--http", "a b"], "not a device address"),
    ] {
        // The default address has no server and must not be contacted.
        let here = ["--http", "127.0.0.1:1"];
        let link = if options.contains(&"--http") { &[][..] } else { &here };
        let ended = run(&[&["provision"], options, link].concat()).is(2);
        assert!(ended.errors.contains(reason), "{options:?}: {}", ended.errors);
        assert!(!ended.errors.contains("no JSON") && !ended.errors.contains("short\n"));
    }
}

#[test]
fn an_absent_device_is_reported() {
    let options = ["--pop", POP, "--ssid", SSID];
    let ended = provision("127.0.0.1:1", PASSPHRASE, &options).is(3);
    assert_eq!(ended.event("error")["kind"], "unreachable");
    let advice = "check that the device at 127.0.0.1:1 is on";
    assert!(ended.errors.contains(advice) && ended.errors.contains("--wait"), "{}", ended.errors);
    assert!(run(&["info", "--console", "/nowhere/port"]).is(3).errors.contains("cannot open"));
    assert!(
        run(&["info", "--child", "--", "/nowhere/program"]).is(3).errors.contains("cannot start")
    );
}

#[test]
fn a_console_is_not_a_regular_file() {
    let (_folder, path) = file("a passphrase");
    let ended = run(&["info", "--console", &path]).is(3);
    assert!(ended.errors.contains("name a serial port"), "{}", ended.errors);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a passphrase", "it is unchanged");
}

#[test]
fn times_that_are_too_long_are_refused() {
    let longest = u64::MAX.to_string();
    for option in ["--wait", "--retry-time", "--request-time"] {
        let ended = run(&["info", "--http", "127.0.0.1:1", option, &longest]).is(2);
        assert!(ended.errors.contains(option), "{}", ended.errors);
    }
    let longest = (365 * 24 * 60 * 60).to_string();
    let options = ["--request-time", &longest, "--retry-time", &longest];
    run(&[&["info", "--http", "127.0.0.1:1"], &options[..]].concat()).is(3);
}

#[cfg(not(feature = "ble"))]
#[test]
fn options_for_bluetooth_name_the_feature_that_they_need() {
    for options in [
        &["discover"][..],
        &["info", "--ble", "PROV_1"],
        &["provision", "--ble", "PROV_1", "--pop", POP, "--ssid", SSID, "--open"],
    ] {
        let ended = run(options).is(2);
        assert!(ended.errors.contains("--features ble"), "{options:?}: {}", ended.errors);
    }
    let help = run(&["provision", "--help"]).is(0).output + &run(&["--help"]).is(0).output;
    assert!(!help.contains("--ble") && !help.contains("discover"), "{help}");
}

#[test]
fn help_and_completions_are_complete() {
    let help = run(&["--help"]).is(0).output;
    assert!(help.contains("Exit codes:") && help.contains("NETPROV_PASSPHRASE"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]).is(0).output;
        assert!(script.contains("provision") && script.contains("passphrase-file"), "{shell}");
    }
}
