//! Tables: reading, refusing and reporting rows.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Output, Stdio};

use crate::support::{json_lines, program, run, text};

/// Runs `batch` with this table.
fn batch(table: impl AsRef<[u8]>, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), table).unwrap();
    run(folder.path(), &[&["batch", "in.csv", "--json"], options].concat())
}

/// Returns the names of the devices created.
fn names(output: &Output) -> Vec<String> {
    let lines = json_lines(output);
    let names = lines.iter().filter_map(|line| line["credential"]["name"].as_str());
    names.map(str::to_owned).collect()
}

/// Returns the line numbers of the refused rows.
fn refused(output: &Output) -> Vec<u64> {
    let lines = json_lines(output);
    let refused = lines.iter().filter(|line| line["error"].is_string());
    refused.map(|line| line["line"].as_u64().unwrap()).collect()
}

#[test]
fn an_unclosed_quote_is_reported_and_affects_one_row() {
    for (table, lines, made) in [
        ("serial,name\nA0,P0\nA1,\"P1\nA2,P2\nA3,P3\n", &[3][..], &["P0", "P2", "P3"][..]),
        ("serial,name\nA0,P0\n\"A1,P1\nA2,P2\nA3\",P3\nA4,P4\n", &[3, 5], &["P0", "P2", "P4"]),
        ("note,name\n\"lost,P1\ny,P2\n\"z\",P3\n", &[2], &["P2", "P3"]),
        ("note,name\nx,P1\"\ny,P2\n", &[2], &["P2"]),
        ("note,name\n\"x\"y,P1\ny,P2", &[2], &["P2"]),
    ] {
        let output = batch(table, &[]);
        assert_eq!(output.status.code(), Some(1), "{table}");
        assert_eq!(refused(&output), lines, "{table}");
        assert_eq!(names(&output), made, "{table}");
        for line in lines {
            let wanted = format!("in.csv: line {line}: ");
            let errors = text(&output.stderr);
            let error = errors.lines().find(|error| error.starts_with(&wanted));
            assert!(error.is_some_and(|error| error.contains("quote")), "{errors}");
        }
    }
}

#[test]
fn line_numbers_are_correct_for_all_line_terminators() {
    for end in ["\n", "\r\n", "\r"] {
        let table = ["", "name,x", "", "P1,", "", "", "P2", "P1,", "P3,"].join(end);
        let output = batch(table, &[]);
        assert_eq!(refused(&output), [7, 8], "{end:?}");
        assert!(text(&output.stderr).contains("line 8: line 4 has the same"), "{end:?}");
        assert_eq!(names(&output), ["P1", "P3"]);
    }
}

#[test]
fn spaces_in_quotes_are_kept() {
    let output = batch("name,password\n P1 ,\" a b \"\nP2, c d \n", &[]);
    let lines = json_lines(&output);
    assert_eq!(lines[0]["credential"]["name"], "P1");
    assert_eq!(lines[0]["credential"]["password"], " a b ");
    assert_eq!(lines[1]["credential"]["password"], "c d");
}

#[test]
fn an_empty_name_is_reported() {
    let output = batch("serial,name\nA1,\nA2,\nA3,\"\"\n", &[]);
    assert_eq!(refused(&output), [2, 3, 4]);
    assert_eq!(text(&output.stderr).matches("`name` is empty").count(), 3);
}

#[test]
fn an_unreadable_table_is_refused_with_the_cause() {
    for (table, cause) in [
        (&b"serial;name\nA;P1\n"[..], "--separator \";\""),
        (b"serial\tname\nA\tP1\n", "--separator \"tab\""),
        (b"\xff\xfen\0a\0m\0e\0\n\0P\0", "UTF-16"),
        (b"\xfe\xff\0n\0a\0m\0e\0\n", "UTF-16"),
        (b"Name\nP1\n", "must be written `name`"),
        (b"name,Password\nP1,x\n", "must be written `password`"),
        (b"# from the ERP\nname\nP1\n", "comments"),
        (b"name,\"serial\nP1,x\n", "not closed"),
        (b"A1,s3cret\n", "add a line with the column names"),
        (b"", "empty"),
        (b"name\n\n", "no rows"),
    ] {
        let output = batch(table, &[]);
        assert_eq!(output.status.code(), Some(2), "{cause}");
        let error = text(&output.stderr);
        assert!(error.contains("in.csv") && error.contains(cause), "{cause}: {error}");
        assert!(!error.contains("s3cret"), "the first line may contain a password");
    }
    assert_eq!(names(&batch("a;name\n;P1\n", &["--separator", ";"])), ["P1"]);
    assert_eq!(names(&batch("a\tname\n\tP1\n", &["--separator", "tab"])), ["P1"]);
    assert_eq!(names(&batch("\u{feff}name\nP1\n", &[])), ["P1"]);
    let output = batch(b"name\nP\xfc\nP2\n", &[]);
    assert!(text(&output.stderr).contains("line 2: byte 2 of the line is not UTF-8"));
    assert_eq!(names(&output), ["P2"]);
}

#[test]
fn access_point_passwords_are_checked() {
    let table = "name,ap_password\nP1,12345678\nP2,\nP3,short\n";
    let output = batch(table, &["--transport", "softap"]);
    assert_eq!(refused(&output), [4]);
    let lines = json_lines(&output);
    assert_eq!(lines[0]["credential"]["ap_password"], "12345678");
    assert!(lines[0]["qr"].as_str().unwrap().contains(r#""password":"12345678""#));
    assert!(!lines[1]["qr"].as_str().unwrap().contains(r#""password""#));
    assert_eq!(refused(&batch(table, &[])), [2, 4], "Bluetooth has no access point");
}

#[test]
fn a_name_too_long_for_bluetooth_is_refused() {
    // 29 bytes; and 30 bytes, where the limit would cut a two-byte character in half.
    let table = format!("name\n{}\n{}\u{fc}\n", "n".repeat(29), "m".repeat(28));
    let output = batch(&table, &[]);
    assert_eq!(refused(&output), [3]);
    assert!(text(&output.stderr).contains("29"));
    assert_eq!(batch(&table, &["--transport", "softap"]).status.code(), Some(0));
}

#[test]
fn a_non_ascii_proof_causes_a_warning_with_its_line() {
    let output = batch("name,pop\nP1,sesame\nP2,s\u{e9}same\n", &["--security", "1"]);
    assert_eq!(output.status.code(), Some(0));
    let warnings = text(&output.stderr);
    assert!(warnings.contains("in.csv: line 3: warning"), "{warnings}");
    assert!(!warnings.contains("line 2"));
    let lines = json_lines(&output);
    assert!(lines[0]["warning"].is_null() && lines[1]["warning"].is_string());
}

/// Each row is reported before the next one is written, so that a machine can wait for it.
#[test]
fn rows_are_processed_as_they_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path())
        .args(["batch", "-", "--json", "--out", "made"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    write!(input, "name\r\n").unwrap();
    for (end, number) in ["\n", "\r\n", "\r"].iter().zip(1..) {
        write!(input, "P{number}{end}").unwrap();
        input.flush().unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.contains(&format!(r#""name":"P{number}""#)), "{line}");
        assert!(folder.path().join(format!("made/P{number}.png")).exists());
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_closed_pipe_is_an_error_without_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), "name\nP1\n").unwrap();
    for arguments in [
        &["batch", "in.csv", "--json"][..],
        &["new", "--name", "n"],
        &["new", "--name", "n", "--json", "-"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program(folder.path()).args(arguments).stdout(writer).output().unwrap();
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains("cannot write to standard output"), "{errors}");
        assert!(!errors.contains("panic"), "{errors}");
    }
}

#[test]
fn progress_is_reported() {
    let output = batch("name\nP1\nP2\n", &["--progress"]);
    let errors = text(&output.stderr);
    assert!(errors.contains("2 rows done") || errors.contains("1 rows done"), "{errors}");
    assert!(errors.contains(" %") && errors.contains("devices created: 2"), "{errors}");
}
