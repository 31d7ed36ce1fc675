//! Tests the program through its command line.

mod batch;
mod folder;
mod scanned;
mod support;

use std::fs;

use netprov_cred::{forms, hex};
use protocomm::security::sec2::Sec2;

use crate::support::{run, text};

#[test]
fn one_device_in_all_formats() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let arguments = [
        "new", "--name", "PROV_1", "--header", "c.h", "--json", "c.json", "--blob", "c.hex",
        "--qr", "c.txt", "--svg", "c.svg", "--png", "c.png",
    ];
    let output = run(path, &arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read = |name: &str| fs::read(path.join(name)).unwrap();
    let credential = forms::from_json(&text(&read("c.json"))).unwrap();
    // A device accepts it.
    assert!(Sec2::new(&credential.salt, &credential.verifier).is_ok());
    let password = credential.password.clone().unwrap();
    assert!(text(&output.stdout).contains(&password));
    assert!(text(&read("c.txt")).contains(&format!(r#""username":"wifiprov","pop":"{password}""#)));
    assert!(!text(&read("c.h")).contains(&password));
    assert_eq!(hex::decode(&text(&read("c.hex"))).unwrap(), forms::blob(&credential));
    assert!(text(&read("c.svg")).starts_with("<svg") && read("c.png").starts_with(b"\x89PNG"));

    // Existing files are not overwritten, and nothing else is written either.
    fs::remove_file(path.join("c.h")).unwrap();
    let output = run(path, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--force") && !path.join("c.h").exists());
    assert_eq!(forms::from_json(&text(&read("c.json"))).unwrap(), credential);
    assert!(run(path, &[&arguments[..], &["--force"]].concat()).status.success());
}

#[test]
fn standard_output_has_the_requested_format_only() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["new", "--name", "n", "--json", "-"]);
    assert!(forms::from_json(&text(&output.stdout)).is_ok());
}

#[test]
fn two_outputs_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["-", "one"] {
        let arguments = ["new", "--name", "n", "--force", "--json", file, "--qr", file];
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(text(&output.stderr).contains("a file of its own"), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty() && !folder.path().join("one").exists());
    }
}

#[test]
fn a_failed_write_leaves_no_part_of_a_credential() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["new", "--name", "n", "--json", "c.json", "--png", "nowhere/c.png"];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write nowhere/c.png"));
    assert!(!folder.path().join("c.json").exists());
}

#[test]
fn conflicting_options_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["new", "--name", "n", "--pop", "x"][..],
        &["new", "--name", "n", "--security", "1", "--password", "x"],
        &["new", "--name", "n", "--security", "0"],
        &["new", "--name", "n", "--salt", "0g"],
        &["new", "--name", ""],
        &["new", "--name", "a name of thirty bytes in all.."],
        &["new", "--name", "n", "--ap-password", "12345678"],
        &["new", "--name", "n", "--transport", "softap", "--ap-password", "1234567"],
        &["new", "--name", "n", "--transport", "softap", "--ap-password", "pässwort"],
        &["batch", "nowhere.csv", "--json"],
        &["batch", "nowhere.csv"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn an_access_point_may_have_a_password_and_a_longer_name() {
    let folder = tempfile::tempdir().unwrap();
    let name = "an access point's name: 32 bytes";
    let softap = ["new", "--name", name, "--transport", "softap", "--ap-password", "open sesame"];
    let files = ["--json", "c.json", "--qr", "c.txt", "--header", "c.h"];
    let output = run(folder.path(), &[&softap[..], &files].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("AP password   open sesame"));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let credential = forms::from_json(&read("c.json")).unwrap();
    assert_eq!(credential.ap_password.as_deref(), Some("open sesame"));
    assert!(read("c.txt").contains(r#""transport":"softap","password":"open sesame""#));
    assert!(read("c.h").contains(r#"#define NETPROV_AP_PASSWORD "open sesame""#));

    let output = run(folder.path(), &["new", "--name", &name[..30]]);
    assert!(text(&output.stderr).contains("29"), "too long for Bluetooth");
    assert!(run(folder.path(), &["new", "--name", &name[..29]]).status.success());
}

#[test]
fn a_proof_that_breaks_some_clients_causes_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (pop, warned) in [("sesam", false), ("sésame", true)] {
        let output = run(folder.path(), &["new", "--name", "n", "--security", "1", "--pop", pop]);
        assert!(output.status.success());
        assert_eq!(text(&output.stderr).contains("warning"), warned, "{pop}");
    }
}
