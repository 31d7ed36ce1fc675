//! The program as a child, and clients for it. Every wait is for an event and has a time limit.

mod http;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

pub use self::http::{Connection, Reply, Session, request};

/// Longer than anything takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub const POP: &str = "a-proof-of-possession";
pub const SSID: &str = "Test Net";
pub const PASSPHRASE: &str = "a-good-passphrase";
pub const WRONG: &str = "another-passphrase";
pub const CUSTOM: &str = "custom-data";

/// One fast network and one slow network.
const WORLD: &str = r#"
[radio]
scan_ms = 20
[[access_point]]
ssid = "Test Net"
passphrase = "a-good-passphrase"
join_ms = 20
dhcp_ms = 20
[[access_point]]
ssid = "Other Net"
passphrase = "another-passphrase"
join_ms = 20
dhcp_ms = 20
"#;

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_virtual-device"));
    command.env("NO_COLOR", "1");
    command
}

/// A running device that reports its events as JSON. It is killed when dropped.
pub struct Device {
    child: Child,
    pub input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Everything written to standard output so far.
    output: String,
    errors: Option<JoinHandle<String>>,
    folder: Option<tempfile::TempDir>,
}

/// How a device has ended.
pub struct Ended {
    pub code: Option<i32>,
    /// Both outputs.
    pub text: String,
}

impl Device {
    /// A device in the world above with a custom endpoint and HTTP on a free port.
    pub fn start(options: &[&str]) -> Self {
        Self::start_with(&[&["--http", "127.0.0.1:0"], options].concat())
    }

    /// Like start(), with the usual proof of possession.
    pub fn secure(options: &[&str]) -> Self {
        Self::start(&[&["--pop", POP], options].concat())
    }

    /// A device in that world with these options.
    pub fn start_with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = folder.path().join("world.toml");
        std::fs::write(&world, WORLD).unwrap();
        let usual = ["--json", "--endpoint", CUSTOM, "--world", text(&world)];
        let mut device = Self::alone(&[&usual, options].concat());
        device.folder = Some(folder);
        device
    }

    /// A device with only these options.
    pub fn alone(options: &[&str]) -> Self {
        let mut child = program()
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut stderr = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let input = child.stdin.take();
        let errors = Some(errors);
        Self { child, input, lines, output: String::new(), errors, folder: None }
    }

    /// The next line of standard output; `None` when there are no more.
    pub fn line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.output += &line;
                self.output += "\n";
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing more after:\n{}", self.output),
        }
    }

    /// Waits for an event and returns it.
    pub fn event(&mut self, name: &str) -> Value {
        let Some(line) = self.line() else { panic!("no event {name} in:\n{}", self.output) };
        match serde_json::from_str::<Value>(&line) {
            Ok(event) if event["event"] == name => event,
            _ => self.event(name),
        }
    }

    /// Waits for the server.
    pub fn address(&mut self) -> SocketAddr {
        let event = self.event("listening");
        match event["address"].as_str() {
            Some(address) => address.parse().unwrap(),
            // A line of the console.
            None => self.address(),
        }
    }

    /// The console's two directions: its input, and the lines that the program prints from now on.
    pub fn console(&mut self) -> (ChildStdin, impl Read + Send + use<>) {
        let (_, none) = channel();
        let lines = std::mem::replace(&mut self.lines, none);
        (self.input.take().unwrap(), Lines { lines, rest: Default::default() })
    }

    /// Types a line and returns the response.
    pub fn type_line(&mut self, line: &str) -> String {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        loop {
            let answer = self.line().expect("an answer");
            if !answer.starts_with('{') {
                return answer;
            }
        }
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for the end.
    pub fn end(mut self) -> Ended {
        while self.line().is_some() {}
        // Its outputs are closed, so the end follows soon.
        let limit = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() < limit => std::thread::yield_now(),
                None => panic!("the program does not end:\n{}", self.output),
            }
        };
        let errors = self.errors.take().unwrap().join().unwrap();
        assert!(!errors.contains("panicked"), "{errors}");
        Ended { code: status.code(), text: format!("{}{errors}", self.output) }
    }
}

/// The lines that a program prints, as a stream.
struct Lines {
    lines: Receiver<String>,
    rest: std::collections::VecDeque<u8>,
}

impl Read for Lines {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.is_empty()
            && let Ok(line) = self.lines.recv()
        {
            self.rest.extend(line.bytes().chain(*b"\n"));
        }
        self.rest.read(to)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Checks that no secret of the tests was printed.
    pub fn keeps_secrets(&self) {
        for secret in [POP, PASSPHRASE, WRONG] {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for spelling in [secret.to_owned(), hex.to_uppercase(), hex] {
                assert!(!self.text.contains(&spelling), "{spelling} in:\n{}", self.text);
            }
        }
    }
}

/// Runs the program where it cannot start, and returns its one-line error.
pub fn complaint(options: &[&str]) -> String {
    let output = program().args(options).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{options:?}: {text}");
    assert!(output.stdout.is_empty(), "{options:?}");
    assert!(text.starts_with("error: "), "{options:?}: {text}");
    text
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
