//! Over a console: a child's standard input and output.

use crate::support::{PASSPHRASE, POP, SSID, netprov, run_with, virtual_device, world};

/// Provisions the virtual device as a child.
fn provision(own: &[&str], theirs: &[&str], passphrase: &str) -> crate::support::Ended {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path(), own);
    let mut options = vec!["--json", "provision", "--child", "--passphrase-file", "-"];
    options.extend(["--ssid", SSID]);
    options.extend(theirs);
    options.extend(["--", virtual_device().to_str().unwrap(), "--no-http", "--console"]);
    options.extend(world.iter().map(String::as_str));
    options.extend(own);
    run_with(netprov(&options), passphrase)
}

#[test]
fn a_child_is_provisioned_with_every_scheme() {
    for (own, theirs) in [
        (&["--security", "0"][..], &["--security", "0"][..]),
        (&["--pop", POP], &["--pop", POP]),
        (&["--username", "wifiprov", "--password", POP], &["--username", "wifiprov", "--pop", POP]),
    ] {
        assert_eq!(provision(own, theirs, PASSPHRASE).is(0).event("connected")["ssid"], SSID);
    }
}

#[test]
fn log_lines_between_are_skipped() {
    // The events of the device, as JSON on the same output.
    let own = ["--pop", POP, "--json"];
    provision(&own, &["--pop", POP], PASSPHRASE).is(0).event("connected");
}

#[test]
fn a_refusal_has_the_device_s_reason() {
    provision(&["--pop", POP], &["--pop", "mistyped"], PASSPHRASE).is(4);
    let error = provision(&["--pop", POP], &["--pop", POP], "a-wrong-passphrase").is(1);
    assert_eq!(error.event("error")["kind"], "not_connected");
}

#[test]
fn a_program_that_ends_at_once_is_told() {
    let options = ["--json", "info", "--child", "--", "true"];
    let error = run_with(netprov(&options), "").is(3).event("error");
    assert!(error["reason"].as_str().unwrap().contains("ended"), "{error}");
}
