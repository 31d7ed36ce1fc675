//! Runs the program and the virtual device as child processes. Every wait has a time limit.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Longer than any step takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub const POP: &str = "a-proof-of-possession";
pub const SSID: &str = "Test Net";
pub const PASSPHRASE: &str = "a-good-passphrase";
pub const WRONG: &str = "another-passphrase";

/// Networks for every outcome, all of them fast.
const WORLD: &str = r#"
[radio]
scan_ms = 20
[[access_point]]
ssid = "Test Net"
passphrase = "a-good-passphrase"
rssi = -40
join_ms = 20
dhcp_ms = 20
[[access_point]]
ssid = "Open Net"
auth = "open"
rssi = -50
join_ms = 20
dhcp_ms = 20
[[access_point]]
ssid = "Flaky"
passphrase = "third-time-lucky"
rssi = -60
flaky = 2
join_ms = 20
dhcp_ms = 20
[[access_point]]
ssid_hex = "436166c3a9201b5b324aff"
auth = "open"
rssi = -70
"#;

/// Builds the virtual device on first use and returns its path. It belongs to another package, so
/// cargo does not build it for these tests.
pub fn virtual_device() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_netprov")).parent().unwrap();
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--package", "virtual-device", "--bin", "virtual-device"]);
        build.arg("--target-dir").arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(built.success());
        folder.join("virtual-device")
    })
}

/// A running virtual device, killed on drop.
pub struct Device {
    child: Child,
    lines: Receiver<String>,
    pub address: String,
    /// The control port, with `--control`.
    control: String,
    _folder: tempfile::TempDir,
}

impl Device {
    /// Starts a device in the world above, with HTTP on a free port.
    pub fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(virtual_device())
            .args(["--json", "--endpoint", "custom-data"])
            .args(["--http", "127.0.0.1:0"].iter().filter(|_| !options.contains(&"--http")))
            .args(world(folder.path(), options))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let (address, control) = (String::new(), String::new());
        let mut device = Self { child, lines, address, control, _folder: folder };
        if options.contains(&"--control") {
            device.control = device.event("control")["address"].as_str().unwrap().to_owned();
        }
        let listening = device.event("listening");
        device.address = listening["address"].as_str().unwrap().to_owned();
        device
    }

    /// Starts a device with the tests' proof of possession.
    pub fn secure() -> Self {
        Self::start(&["--pop", POP])
    }

    /// Changes the faults of a device with a control port.
    pub fn set_faults(&self, faults: &str) {
        let mut stream = std::net::TcpStream::connect(&self.control).unwrap();
        let length = faults.len();
        let head = format!(
            "POST /faults HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{faults}").as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    }

    /// Waits for an event and returns it.
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect(name);
            match serde_json::from_str::<Value>(&line) {
                Ok(event) if event["event"] == name => return event,
                _ => {}
            }
        }
    }

    /// Returns the events so far, without waiting.
    pub fn events(&self) -> Vec<String> {
        let lines = self.lines.try_iter();
        let event = |line: String| {
            Some(serde_json::from_str::<Value>(&line).ok()?["event"].as_str()?.to_owned())
        };
        lines.filter_map(event).collect()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the options for the world above; none if the device is for Thread.
pub fn world(folder: &Path, options: &[&str]) -> Vec<String> {
    if options.contains(&"thread") {
        return Vec::new();
    }
    let path = folder.join("world.toml");
    std::fs::write(&path, WORLD).unwrap();
    vec!["--world".into(), path.to_str().unwrap().into()]
}

/// The result of a program run.
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl Ended {
    /// Returns the output's JSON lines.
    pub fn events(&self) -> Vec<Value> {
        self.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the event of this name.
    pub fn event(&self, name: &str) -> Value {
        let found = self.events().into_iter().find(|event| event["event"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {}{}", self.output, self.errors))
    }

    /// Checks the exit code, and that the output contains none of the tests' secrets.
    #[track_caller]
    pub fn is(self, code: i32) -> Self {
        let all = format!("{}{}", self.output, self.errors);
        assert_eq!(self.code, Some(code), "{all}");
        assert!(!all.contains("panicked"), "{all}");
        for secret in [POP, PASSPHRASE, WRONG] {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!all.contains(secret) && !all.contains(&hex), "{secret} in {all}");
        }
        self
    }
}

/// Returns a command for the program with these arguments, without a terminal.
pub fn netprov(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netprov"));
    command.args(arguments).env_remove("NETPROV_POP").env_remove("NETPROV_PASSPHRASE");
    command
}

/// Runs a command until it exits, with `input` as its standard input.
pub fn run_with(mut command: Command, input: &str) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may exit without reading its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        output: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program until it exits.
pub fn run(arguments: &[&str]) -> Ended {
    run_with(netprov(arguments), "")
}

/// Provisions a device over HTTP, with the passphrase on standard input.
pub fn provision(address: &str, passphrase: &str, arguments: &[&str]) -> Ended {
    let usual = ["--json", "provision", "--http", address, "--passphrase-file", "-"];
    run_with(netprov(&[&usual, arguments].concat()), &format!("{passphrase}\n"))
}

/// Provisions a device for the tests' network, with the tests' proof.
pub fn provision_usual(address: &str) -> Ended {
    provision(address, PASSPHRASE, &["--pop", POP, "--ssid", SSID])
}

/// Creates a file with this text in a temporary folder.
pub fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}
