//! Provisioning over consoles: standard input and output of a child process, and a serial port.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use serialport::{SerialPort as _, TTYPort};

use crate::support::{PASSPHRASE, POP, SSID, netprov, run_with, virtual_device, world};

/// Provisions the virtual device as a child process.
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
fn a_child_process_is_provisioned_with_every_security_version() {
    for (own, theirs) in [
        (&["--security", "0"][..], &["--security", "0"][..]),
        (&["--pop", POP], &["--pop", POP]),
        (&["--username", "wifiprov", "--password", POP], &["--username", "wifiprov", "--pop", POP]),
    ] {
        assert_eq!(provision(own, theirs, PASSPHRASE).is(0).event("connected")["ssid"], SSID);
    }
}

#[test]
fn log_lines_are_skipped() {
    // The device prints its events as JSON to the same output.
    let own = ["--pop", POP, "--json"];
    provision(&own, &["--pop", POP], PASSPHRASE).is(0).event("connected");
}

#[test]
fn a_rejection_shows_the_reason_given_by_the_device() {
    provision(&["--pop", POP], &["--pop", "mistyped"], PASSPHRASE).is(4);
    let error = provision(&["--pop", POP], &["--pop", POP], "a-wrong-passphrase").is(1);
    assert_eq!(error.event("error")["kind"], "not_connected");
}

#[test]
fn a_program_that_exits_at_once_is_reported() {
    let options = ["--json", "info", "--child", "--", "true"];
    let error = run_with(netprov(&options), "").is(3).event("error");
    let reason = error["reason"].as_str().unwrap();
    // The output may end just before the exit status is available.
    assert!(reason.contains("exited") || reason.contains("closed"), "{error}");
}

/// Connects the virtual device to a serial port, with a simulated shell in between: it echoes
/// input, wraps lines at 80 columns, and logs.
fn serial_device(mut port: TTYPort, own: &[&str]) -> (tempfile::TempDir, std::process::Child) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(virtual_device())
        .args(["--no-http", "--console"])
        .args(world(folder.path(), own))
        .args(own)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    port.set_timeout(crate::support::PATIENCE).unwrap();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let (mut line, mut byte) = (Vec::new(), [0]);
        while port.read_exact(&mut byte).is_ok() {
            let end = byte[0] == b'\r';
            line.push(if end { b'\n' } else { byte[0] });
            let echo = if end || line.len() % 72 == 0 { &b"\r\n"[..] } else { b"" };
            let shown = if end { b"" } else { &byte[..] };
            port.write_all(&[shown, echo].concat()).unwrap();
            if end {
                let mut answer = String::new();
                if line.len() > 1 {
                    input.write_all(&line).unwrap();
                    output.read_line(&mut answer).unwrap();
                }
                line.clear();
                let log = "\x1b[1;32m[00:00:01.000] <inf> app: 42\x1b[0m\r\n";
                let screen = format!("{log}{}\r\n\x1b[1muart:~$ \x1b[0m", answer.trim_end());
                port.write_all(screen.as_bytes()).unwrap();
            }
        }
    });
    (folder, child)
}

#[test]
fn a_serial_port_with_a_shell_is_provisioned() {
    for (own, baud) in [
        (&["--pop", POP][..], "115200"),
        (&["--username", "wifiprov", "--password", POP], "921600"),
    ] {
        let (device, port) = TTYPort::pair().unwrap();
        let path = port.name().unwrap();
        let (_folder, mut child) = serial_device(device, own);
        let console = ["--console", &path, "--baud", baud];
        let options = ["--json", "provision", "--passphrase-file", "-", "--pop", POP];
        let options = [&options[..], &["--ssid", SSID], &console].concat();
        let ended = run_with(netprov(&options), PASSPHRASE).is(0);
        assert_eq!(ended.event("connected")["ssid"], SSID);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
