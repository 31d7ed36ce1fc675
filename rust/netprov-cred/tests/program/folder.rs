//! The output folder: all files of a device or none, and recovery from interrupted runs.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

use netprov_cred::{forms, hex};

use crate::support::{json_lines, program, run, text};

const ENDINGS: [&str; 5] = ["json", "h", "hex", "svg", "png"];

/// Returns how many of a device's files exist.
fn count(folder: &Path, name: &str) -> usize {
    ENDINGS.iter().filter(|ending| folder.join(format!("made/{name}.{ending}")).exists()).count()
}

/// Returns the number of entries in the folder, including hidden ones.
fn entries(folder: &Path) -> usize {
    fs::read_dir(folder.join("made")).unwrap().count()
}

#[test]
fn existing_devices_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in.csv"), "serial,name\nA1,PROV_1\nA2,\nA3,PROV_3\n").unwrap();
    let output = run(path, &["batch", "in.csv", "--out", "made", "--json"]);
    assert_eq!(output.status.code(), Some(1), "one row is refused");
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["row"]["serial"], "A1");
    assert_eq!(lines[1]["row"]["serial"], "A2");
    assert!(lines[1]["error"].is_string());
    assert_eq!((count(path, "PROV_1"), count(path, "PROV_3"), entries(path)), (5, 5, 10));
    let kept = fs::read_to_string(path.join("made/PROV_1.json")).unwrap();
    let salt = hex::encode(&forms::from_json(&kept).unwrap().salt);
    assert_eq!(lines[0]["credential"]["salt"], salt.as_str());

    // A second run must keep the devices' credentials.
    let output = run(path, &["batch", "in.csv", "--out", "made"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("use --resume to keep this device or --force to replace it")
    );
    assert_eq!(fs::read_to_string(path.join("made/PROV_1.json")).unwrap(), kept);
    assert_eq!(run(path, &["batch", "in.csv", "--out", "made", "--force"]).status.code(), Some(1));
    assert_ne!(fs::read_to_string(path.join("made/PROV_1.json")).unwrap(), kept);
    assert_eq!(entries(path), 10);
}

#[cfg(unix)]
#[test]
fn files_are_readable_only_by_their_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), "name\nP\n").unwrap();
    assert!(run(folder.path(), &["batch", "in.csv", "--out", "made"]).status.success());
    for ending in ENDINGS {
        let metadata = fs::metadata(folder.path().join(format!("made/P.{ending}"))).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{ending}");
    }
}

/// Reported rows are durable, however the program ends.
#[test]
fn a_killed_run_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut child = program(path)
        .args(["batch", "-", "--json", "--out", "made"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    input.write_all(b"name\nP1\n").unwrap();
    let mut reported = String::new();
    output.read_line(&mut reported).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let made = fs::read(path.join("made/P1.json")).unwrap();

    fs::write(path.join("in.csv"), "name\nP1\nP2\n").unwrap();
    let output = run(path, &["batch", "in.csv", "--out", "made", "--json", "--resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(fs::read(path.join("made/P1.json")).unwrap(), made);
    let lines = json_lines(&output);
    let reported: serde_json::Value = serde_json::from_str(&reported).unwrap();
    assert_eq!(lines[0]["credential"], reported["credential"]);
    assert_eq!((&lines[0]["kept"], &lines[1]["kept"]), (&true.into(), &().into()));
    assert_eq!((count(path, "P1"), count(path, "P2"), entries(path)), (5, 5, 10));
    assert!(
        text(&output.stderr).contains("created: 1, kept from an earlier run: 1, rows refused: 0")
    );
}

/// The program stops while moving files, because a directory blocks one of them. After the next
/// run, a committed device is complete and has the same credential.
#[test]
fn the_next_run_completes_an_interrupted_move() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir_all(path.join("made/P2.hex/in the way")).unwrap();
    fs::write(path.join("in.csv"), "name\nP1\nP2\nP3\n").unwrap();
    let output = run(path, &["batch", "in.csv", "--out", "made", "--force", "--json"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty(), "nothing is reported before it is complete");
    assert_eq!((count(path, "P1"), count(path, "P3")), (5, 0), "the run must stop midway");

    // As long as the directory is there, no run starts.
    let output = run(path, &["batch", "in.csv", "--out", "made", "--resume"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("earlier run"), "{}", text(&output.stderr));

    fs::remove_dir_all(path.join("made/P2.hex")).unwrap();
    let output = run(path, &["batch", "in.csv", "--out", "made", "--resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("kept from an earlier run: 3"));
    for name in ["P1", "P2", "P3"] {
        assert_eq!(count(path, name), 5, "{name}");
        let read = |ending| fs::read_to_string(path.join(format!("made/{name}.{ending}"))).unwrap();
        let credential = forms::from_json(&read("json")).unwrap();
        assert_eq!(hex::decode(&read("hex")).unwrap(), forms::blob(&credential));
    }
    assert_eq!(entries(path), 15);
}

#[test]
fn uncommitted_files_are_discarded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir_all(path.join("made/.netprov-cred/pending")).unwrap();
    fs::write(path.join("made/.netprov-cred/pending/P1.json"), "{").unwrap();
    fs::write(path.join("in.csv"), "name\nP1\n").unwrap();
    let output = run(path, &["batch", "in.csv", "--out", "made"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!((count(path, "P1"), entries(path)), (5, 5));
}

#[test]
fn a_device_that_does_not_match_its_row_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let resume = |table: &str| {
        fs::write(path.join("in.csv"), table).unwrap();
        run(path, &["batch", "in.csv", "--out", "made", "--resume"])
    };
    assert!(resume("name,password\nP1,one\n").status.success());
    assert!(resume("name\nP1\n").status.success());
    let output = resume("name,password\nP1,two\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("its `password` differs"), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("two"));

    fs::remove_file(path.join("made/P1.svg")).unwrap();
    let output = resume("name\nP1\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("P1.svg does not"), "{}", text(&output.stderr));
}

/// Two runs in one folder would discard each other's files.
#[cfg(unix)]
#[test]
fn a_folder_is_locked_by_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut child = program(path)
        .args(["batch", "-", "--json", "--out", "made"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"name\nP1\n").unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    fs::write(path.join("in.csv"), "name\nP2\n").unwrap();
    let second = run(path, &["batch", "in.csv", "--out", "made"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("another run is using it"), "{}", text(&second.stderr));
    drop(input);
    assert!(child.wait().unwrap().success());
    assert!(run(path, &["batch", "in.csv", "--out", "made"]).status.success());
}

/// More devices than one group.
#[test]
fn a_long_table_is_processed_in_groups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let rows: String = (0..300).map(|n| format!("P{n},proof\n")).collect();
    fs::write(path.join("in.csv"), format!("name,pop\n{rows}")).unwrap();
    let options = ["batch", "in.csv", "--out", "made", "--security", "1", "--json"];
    let output = run(path, &options);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(entries(path), 300 * 5);
    let lines: Vec<u64> =
        json_lines(&output).iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, (2..302).collect::<Vec<u64>>(), "rows are reported in table order");
}
