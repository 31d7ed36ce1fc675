//! The prompts, on a pseudo-terminal that echoes like a person's terminal.

use std::io::{Read as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

use nix::sys::termios::LocalFlags;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::{Device, PASSPHRASE, PATIENCE, POP, SSID};

/// The program, running on a terminal.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    chunks: Receiver<Vec<u8>>,
    /// Everything that the terminal has shown.
    shown: String,
    /// Length of the part of `shown` that [`await_text`](Self::await_text) has searched.
    passed: usize,
    child: Box<dyn Child + Send + Sync>,
}

impl Terminal {
    fn start(arguments: &[&str]) -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_netprov"));
        command.args(arguments);
        command.env_remove("NETPROV_POP");
        command.env_remove("NETPROV_PASSPHRASE");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let (sender, chunks) = channel();
        thread::spawn(move || {
            let mut chunk = [0; 1024];
            // When the program ends, the read fails or returns 0, depending on the operating system.
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                if sender.send(chunk[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self { master: pair.master, input, chunks, shown: String::new(), passed: 0, child }
    }

    fn read(&mut self) -> Result<(), RecvTimeoutError> {
        let chunk = self.chunks.recv_timeout(PATIENCE)?;
        self.shown += &String::from_utf8_lossy(&chunk);
        Ok(())
    }

    /// Waits until the terminal shows this text, after the text awaited before.
    fn await_text(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.passed..].find(text) {
                self.passed += at + text.len();
                return;
            }
            if let Err(error) = self.read() {
                panic!("no {text:?} ({error}) in:\n{}", self.shown);
            }
        }
    }

    fn type_line(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Types a secret at its prompt, once the program has switched the echo off.
    fn type_secret(&mut self, prompt: &str, secret: &str) {
        self.await_text(prompt);
        let limit = Instant::now() + PATIENCE;
        while self.master.get_termios().unwrap().local_flags.contains(LocalFlags::ECHO) {
            assert!(Instant::now() < limit, "the terminal echoes at {prompt:?}");
            thread::yield_now();
        }
        self.type_line(secret);
    }

    /// Waits until the program exits. Returns the exit code and everything that the terminal has
    /// shown.
    fn end(mut self) -> (u32, String) {
        while self.read().is_ok() {}
        let status = self.child.wait().unwrap();
        (status.exit_code(), self.shown)
    }
}

#[test]
fn missing_values_are_prompted_for_and_secrets_are_not_shown() {
    let mut device = Device::secure();
    let mut terminal = Terminal::start(&["provision", "--http", &device.address]);
    terminal.type_secret("Proof of possession: ", POP);
    terminal.await_text("Test Net");
    terminal.await_text("Network (number or name): ");
    terminal.type_line("1");
    terminal.type_secret("Passphrase of Test Net (Enter for none): ", PASSPHRASE);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("connected to Test Net with address"), "{shown}");
    // The terminal does echo input that is not secret.
    assert!(shown.contains("Network (number or name): 1\r\n"), "{shown}");
    assert!(!shown.contains(POP) && !shown.contains(PASSPHRASE), "{shown}");
    assert_eq!(device.event("connected")["ssid"], SSID);
}

#[test]
fn ctrl_c_at_a_prompt_ends_the_program_and_restores_the_terminal() {
    let device = Device::secure();
    let mut terminal = Terminal::start(&["provision", "--http", &device.address, "--ssid", SSID]);
    terminal.type_secret("Passphrase of Test Net (Enter for none): ", PASSPHRASE);
    terminal.type_secret("Proof of possession: ", "\x03");
    while terminal.read().is_ok() {}
    assert!(!terminal.child.wait().unwrap().success(), "{}", terminal.shown);
    let restored = LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
    assert!(terminal.master.get_termios().unwrap().local_flags.contains(restored));
    assert!(!device.events().contains(&"credentials_received".to_owned()));
}

#[test]
fn a_response_is_escaped_for_a_terminal() {
    let device = Device::secure();
    let options = ["send", "custom-data", "--http", &device.address, "--pop", POP];
    let message = ["--hex", "1b5b324aff"];
    let (code, shown) = Terminal::start(&[&options[..], &message].concat()).end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.ends_with("echo:\\u{1b}[2J\\xff\r\n"), "{shown}");
}

#[test]
fn security_2_prompts_for_the_password_of_the_user() {
    let device = Device::start(&["--username", "wifiprov", "--password", POP]);
    let options = ["provision", "--http", &device.address, "--ssid", "Open Net", "--open"];
    let mut terminal = Terminal::start(&options);
    terminal.type_secret("Password of wifiprov: ", POP);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(POP), "{shown}");
}

#[test]
fn an_open_network_prompts_for_no_passphrase() {
    let device = Device::secure();
    let options = ["provision", "--http", &device.address, "--pop", POP];
    let mut terminal = Terminal::start(&options);
    terminal.await_text("Network (number or name): ");
    terminal.type_line("2");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("Passphrase"), "{shown}");
}

#[test]
fn a_number_that_is_not_in_the_list_is_asked_for_again() {
    let device = Device::secure();
    let options = ["provision", "--http", &device.address, "--pop", POP];
    let mut terminal = Terminal::start(&options);
    for number in ["99", "0"] {
        terminal.await_text("Network (number or name): ");
        terminal.type_line(number);
        terminal.await_text(&format!("For a network that is named {number}, use --ssid"));
    }
    terminal.await_text("Network (number or name): ");
    // By its name, as it is in the list: it needs no passphrase.
    terminal.type_line("Open Net");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("Passphrase"), "{shown}");
}

#[test]
fn empty_answers_are_not_sent_to_the_device() {
    let device = Device::secure();
    let mut terminal = Terminal::start(&["provision", "--http", &device.address]);
    terminal.type_secret("Proof of possession: ", "");
    let (code, shown) = terminal.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("use --pop"), "{shown}");

    let options = ["provision", "--http", &device.address, "--pop", POP];
    let mut terminal = Terminal::start(&options);
    terminal.await_text("Network (number or name): ");
    terminal.type_line("");
    let (code, shown) = terminal.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("no network chosen"), "{shown}");
}

#[test]
fn a_wrong_proof_is_not_shown_either() {
    let device = Device::secure();
    let mut terminal = Terminal::start(&["status", "--http", &device.address]);
    terminal.type_secret("Proof of possession: ", "a-mistyped-proof");
    let (code, shown) = terminal.end();
    assert_eq!(code, 4, "{shown}");
    assert!(!shown.contains("a-mistyped-proof"), "{shown}");
}
