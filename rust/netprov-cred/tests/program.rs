//! The program, as it is called.

use std::fs;
use std::process::{Command, Output};

use netprov_cred::forms;
use protocomm::security::sec2::Sec2;

fn run(folder: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netprov-cred"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn one_device_in_every_form() {
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
    // A device takes it.
    assert!(Sec2::new(&credential.salt, &credential.verifier).is_ok());
    let password = credential.password.clone().unwrap();
    assert!(text(&output.stdout).contains(&password));
    assert!(text(&read("c.txt")).contains(&format!(r#""username":"wifiprov","pop":"{password}""#)));
    assert!(!text(&read("c.h")).contains(&password));
    assert_eq!(forms::unhex(&text(&read("c.hex"))).unwrap(), forms::blob(&credential));
    assert!(text(&read("c.svg")).starts_with("<svg") && read("c.png").starts_with(b"\x89PNG"));

    // Nothing is written over, and nothing else written then.
    fs::remove_file(path.join("c.h")).unwrap();
    let output = run(path, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--force") && !path.join("c.h").exists());
    assert_eq!(forms::from_json(&text(&read("c.json"))).unwrap(), credential);
    assert!(run(path, &[&arguments[..], &["--force"]].concat()).status.success());
}

#[test]
fn standard_output_is_for_what_was_asked_for_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["new", "--name", "n", "--json", "-"]);
    assert!(forms::from_json(&text(&output.stdout)).is_ok());
}

#[test]
fn what_contradicts_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["new", "--name", "n", "--pop", "x"][..],
        &["new", "--name", "n", "--security", "1", "--password", "x"],
        &["new", "--name", "n", "--security", "0"],
        &["new", "--name", "n", "--salt", "0g"],
        &["new", "--name", ""],
        &["batch", "nowhere.csv", "--json"],
        &["batch", "nowhere.csv"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_table_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in.csv"), "serial,name\nA1,PROV_1\nA2,\nA3,PROV_3\n").unwrap();
    let output = run(path, &["batch", "in.csv", "--out", "made", "--json"]);
    assert_eq!(output.status.code(), Some(1), "one row is wrong");
    assert!(text(&output.stderr).contains("in.csv: line 3: the service name"));
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["row"]["serial"], "A1");
    assert!(lines[1]["error"].is_string());
    for name in ["PROV_1", "PROV_3"] {
        for ending in ["json", "h", "hex", "svg", "png"] {
            assert!(path.join(format!("made/{name}.{ending}")).exists());
        }
    }
    let kept = fs::read_to_string(path.join("made/PROV_1.json")).unwrap();
    let salt = forms::hex(&forms::from_json(&kept).unwrap().salt);
    assert_eq!(lines[0]["credential"]["salt"], salt.as_str());

    // Once more: the devices' credentials stay.
    let output = run(path, &["batch", "in.csv", "--out", "made"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(path.join("made/PROV_1.json")).unwrap(), kept);
}
