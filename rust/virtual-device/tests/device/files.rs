//! Files: damaged ones are named and not changed, good ones survive everything.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use provisioning::wifi::{Credentials, Passphrase, Ssid};

use crate::support::{complaint, text};

type Store = virtual_device::store::Store<Credentials>;

#[test]
fn a_damaged_state_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    Store::open(&path).unwrap().0.save(&credentials(0)).unwrap();
    let good = fs::read(&path).unwrap();
    let mut changed = good.clone();
    changed[60] ^= 1;
    for (content, reason) in [
        (&b""[..], "line 1: the file is empty"),
        (b"{}\n", "line 1: not a Wi-Fi credentials file"),
        (b"\xff\xfe\n", "line 1: the line is not text"),
        (&[b'x'; 100_000], "line 1: the line does not end"),
        (&good[..50], "line 2: the line does not end"),
        (&changed, "line "),
    ] {
        fs::write(&path, content).unwrap();
        let complaint = complaint(&["--http", "127.0.0.1:0", "--state", text(&path)]);
        assert!(complaint.contains(text(&path)) && complaint.contains(reason), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert_eq!(fs::read(&path).unwrap(), content, "the file was touched");
    }
}

#[test]
fn a_damaged_world_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.toml");
    for (content, reason) in [
        ("# 1\n# 2\n[[access_point]\n", "line 3: "),
        ("[[access_point]]\nssid = 'a'\nrssi = 5\n", "line 3: rssi is not -120 to 0 dBm"),
        ("[[access_point]]\nssid = 'a'\nrsi = -5\n", "line 3: unknown field `rsi`"),
    ] {
        fs::write(&path, content).unwrap();
        let complaint = complaint(&["--http", "127.0.0.1:0", "--world", text(&path)]);
        assert!(complaint.contains(text(&path)) && complaint.contains(reason), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    for options in [
        ["--world", text(&absent)],
        ["--world", text(folder.path())],
        ["--state", text(folder.path())],
        ["--state", text(&absent.join("state"))],
    ] {
        let complaint = complaint(&options);
        assert!(complaint.contains(options[1]), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

const VICTIM: &str = "VIRTUAL_DEVICE_TEST_STORE";

/// Credentials number `n`. Their lengths differ, so a mixture of two would show.
fn credentials(n: usize) -> Credentials {
    let passphrase = "p".repeat(8 + n % 50);
    Credentials {
        ssid: Ssid::new(format!("network {n}").as_bytes()).unwrap(),
        passphrase: Passphrase::new(passphrase.as_bytes()).unwrap(),
        bssid: n.is_multiple_of(2).then_some([2, 0, 0, 0, 0, 1]),
        channel: None,
    }
}

/// Not a test on its own: the process that the next test kills.
#[test]
fn victim_saves_for_ever() {
    let Some(path) = std::env::var_os(VICTIM) else { return };
    let (store, stored) = Store::open(path.as_ref()).unwrap();
    // Continue counting from what is stored.
    let start = stored.map_or(0, |stored| number(&stored) + 1);
    println!();
    for n in start.. {
        store.save(&credentials(n)).unwrap();
        println!("saved {n}");
    }
}

#[test]
fn a_kill_at_any_instant_leaves_the_old_or_the_new_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut last = None;
    for round in 0..60u64 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "files::victim_saves_for_ever", "--nocapture"])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let mut saved = || -> Option<usize> {
            lines
                .by_ref()
                .map_while(Result::ok)
                .find_map(|l| l.strip_prefix("saved ")?.parse().ok())
        };
        saved().expect("the victim saves");
        // Not a wait for anything: it hits another instant of the loop each time.
        std::thread::sleep(Duration::from_micros(round * 97 % 3000));
        victim.kill().unwrap();
        victim.wait().unwrap();
        let told = std::iter::from_fn(saved).last();
        let (_, stored) = Store::open(&path).unwrap_or_else(|fault| panic!("{fault}"));
        let stored = stored.expect("something was saved");
        let n = number(&stored);
        assert_eq!(stored, credentials(n), "no mixture of two");
        // Whatever was reported as saved is there, and at most one more.
        assert!(told.is_none_or(|told| n == told || n == told + 1), "{n} after {told:?}");
        assert!(last.is_none_or(|last| n > last), "{n} after {last:?}");
        last = Some(n);
    }
}

fn number(credentials: &Credentials) -> usize {
    let name = str::from_utf8(credentials.ssid.as_bytes()).unwrap();
    name.strip_prefix("network ").unwrap().parse().unwrap()
}
