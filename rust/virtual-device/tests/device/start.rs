//! What the program prints at the start, and which options it refuses.

use std::process::Stdio;

use crate::support::{Device, POP, complaint, program};

#[test]
fn help_is_help() {
    let output = program().arg("--help").output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Examples:") && text.contains("Exit codes:"), "{text}");
}

#[test]
fn options_that_contradict_each_other_are_refused_with_advice() {
    for (options, advice) in [
        (&["--no-http"][..], "add --console"),
        (&["--pop", "x", "--no-pop"], "--no-pop"),
        (&["--pop", "x", "--security", "0"], "omit one of them"),
        (&["--pop", ""], "use --no-pop"),
        (&["--name", ""], "1 to 32 bytes"),
        (&["--security", "7"], "possible values: 0, 1, 2"),
        (&["--http", "nonsense"], "--http"),
        (&["--wifi", "Home:short"], "8 to 63"),
        (&["--wifi-conn-attempts", "-1"], "'-1'"),
        (&["--app-info", "x"], "LABEL:VERSION:CAP,CAP"),
        (&["--app-info", "prov:1"], "change or shorten it"),
        (&["--endpoint", "proto-ver"], "choose another name"),
        (&["--endpoint", "two words"], "choose another name"),
        (&["--reprovision"], "--state"),
        (&["--salt", "0g", "--verifier", "22"], "--credentials FILE"),
        (&["--http", "192.0.2.1:80"], "127.0.0.1"),
    ] {
        let text = complaint(options);
        assert!(text.contains(advice), "{options:?}: {text}");
    }
}

#[test]
fn a_new_proof_of_possession_is_told_and_a_given_one_is_not() {
    let ready = |options: &[&str]| Device::start(options).event("ready");
    let pop = ready(&[])["pop"].as_str().unwrap().to_owned();
    assert_eq!(pop.len(), 8);
    assert_eq!(ready(&["--pop", POP]).get("pop"), None);
    assert_eq!(ready(&["--no-pop"]).get("pop"), None);
    assert_eq!(ready(&["--security", "0"])["security"], 0);
}

#[cfg(unix)]
#[test]
fn security_0_is_warned_of() {
    let mut device = Device::start(&["--security", "0"]);
    device.event("ready");
    device.signal("TERM");
    let ended = device.end();
    assert!(ended.text.contains("warning: security 0"), "{}", ended.text);
    assert_eq!(ended.code, Some(0));
}

#[test]
fn a_person_is_told_what_to_type() {
    // Without a client, it ends with its input.
    let output = program()
        .args(["--no-http", "--console", "--pop", POP])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(output.stdout.is_empty(), "that is for machines");
    let text = String::from_utf8(output.stderr).unwrap();
    for part in ["waits for Wi-Fi credentials", "HomeNet", POP, "net_prov proto-ver 0 455350"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
