//! The console.

use std::io::{Read as _, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use netprov_client::transport::console::{Console, Style};
use netprov_client::transport::{RESPONSE_MAX, Transport, TransportError};
use serialport::{SerialPort as _, TTYPort};

use super::console_script::Script;
use super::{PATIENCE, SHORT};

/// Sends a request to a console that prints these bytes.
fn with(printed: &[u8], limit: Duration) -> Result<Vec<u8>, TransportError> {
    let printed = printed.to_vec();
    let (mut console, _script) = Script::start(Style::pipe(), move |_| Some(printed.clone()));
    console.exchange("proto-ver", b"ESP", limit)
}

#[test]
fn a_request_is_a_line() {
    let (mut console, script) = Script::start(Style::pipe(), |_| Some(b"0aff\n".to_vec()));
    assert_eq!(console.exchange("prov-config", &[0x08, 0xfa], PATIENCE).unwrap(), [0x0a, 0xff]);
    let line = script.line();
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!((words[0], words[1], words[3]), ("net_prov", "prov-config", "08fa\n"));
    assert!(words[2].parse::<u32>().is_ok());

    console.exchange("prov-config", &[], PATIENCE).unwrap();
    let second = script.line();
    assert!(second.starts_with(&words[..3].join(" ")) && second.ends_with(" -\n"), "{second}");
    console.restart();
    console.exchange("prov-config", &[], PATIENCE).unwrap();
    assert_ne!(script.line(), second, "a new session has a new number");
}

#[test]
fn a_console_may_have_a_command_for_each_endpoint() {
    let style = Style { command: String::new(), ..Style::terminal() };
    let (mut console, script) = Script::start(style, |_| Some(b"\r\n0aff\r\n".to_vec()));
    assert_eq!(console.exchange("prov-scan", &[1], PATIENCE).unwrap(), [0x0a, 0xff]);
    assert_eq!(script.line(), "\r", "an empty line to wake the console");
    let line = script.line();
    assert!(line.starts_with("prov-scan ") && line.ends_with(" 01\r"), "{line:?}");
}

#[test]
fn an_echo_in_pieces_is_skipped() {
    // As a terminal of 80 columns shows a long line, with a prompt before it and log lines in
    // between.
    let (mut console, _script) = Script::start(Style::terminal(), |line| {
        let mut screen = b"uart:~$ ".to_vec();
        for (column, byte) in line.trim_end().bytes().enumerate() {
            if column > 0 && column % 72 == 0 {
                screen.extend(b"\r\n");
            }
            screen.push(byte);
        }
        screen.extend(b"\r\n\x1b[1;31m[00:00:12.123,000] <err> wifi: 0badc0de\x1b[0m\r\n");
        screen.extend(b"0aff\r\nuart:~$ ");
        Some(screen)
    });
    let request: Vec<u8> = (0..=255).collect();
    assert_eq!(console.exchange("prov-config", &request, PATIENCE).unwrap(), [0x0a, 0xff]);
    assert_eq!(console.exchange("prov-config", &request, PATIENCE).unwrap(), [0x0a, 0xff]);
}

#[test]
fn noise_is_skipped() {
    let mut noise: Vec<u8> = (0..=255).cycle().take(70_000).filter(|byte| *byte != 0x0d).collect();
    noise.extend(b"\x1b[\x1b[999999mx\nuart:~$ \n>> \n\n0aff\n");
    assert_eq!(with(&noise, PATIENCE).unwrap(), [0x0a, 0xff]);
}

#[test]
fn a_rejection_reason_is_stripped_of_control_characters() {
    let error = with(b"error: not \x07now\x1b[2J\n", PATIENCE).unwrap_err();
    assert_eq!(error, TransportError::NoResponse(Some("not now".into())));
}

#[test]
fn silence_and_incomplete_lines_time_out() {
    for printed in [&b""[..], b"0aff", b"what?\n", b"0af\n", b"0a ff\n"] {
        let began = Instant::now();
        assert_eq!(with(printed, SHORT), Err(TransportError::TimedOut));
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn the_length_of_a_response_is_limited() {
    let longest = "ab".repeat(RESPONSE_MAX) + "\n";
    assert_eq!(with(longest.as_bytes(), PATIENCE).unwrap().len(), RESPONSE_MAX);
    let longer = "ab".repeat(RESPONSE_MAX + 1000);
    assert_eq!(with(longer.as_bytes(), PATIENCE), Err(TransportError::TooLong));
}

#[test]
fn a_closed_console_is_reported() {
    let (mut console, _script) = Script::start(Style::pipe(), |_| None);
    let error = console.exchange("proto-ver", b"ESP", PATIENCE).unwrap_err();
    assert!(matches!(error, TransportError::Lost(_)), "{error:?}");
}

#[test]
fn output_left_from_an_earlier_request_is_discarded() {
    let mut requests = 0;
    let (mut console, _script) = Script::start(Style::pipe(), move |_| {
        requests += 1;
        // Two lines at once; the second does not belong to any request.
        Some(format!("0{requests}\n0{requests}\nlog\n").into_bytes())
    });
    assert_eq!(console.exchange("a", &[1], PATIENCE).unwrap(), [1]);
    assert_eq!(console.exchange("a", &[1], PATIENCE).unwrap(), [2]);
}

#[test]
fn endpoint_names_cannot_inject_commands() {
    let (mut console, script) = Script::start(Style::pipe(), |_| Some(b"0aff\n".to_vec()));
    for bad in ["", "a b", "a\nreboot", "a\r", "\u{e9}"] {
        let error = console.exchange(bad, &[1], PATIENCE).unwrap_err();
        assert!(matches!(error, TransportError::NoResponse(_)), "{bad:?}");
    }
    console.exchange("good", &[1], PATIENCE).unwrap();
    assert!(script.line().contains("good"), "bad names are not written");
}

#[test]
fn an_exited_program_is_reported() {
    let mut console = Console::spawn(Command::new("sh").args(["-c", "read line; exit 7"])).unwrap();
    let error = console.exchange("proto-ver", b"ESP", PATIENCE).unwrap_err();
    let TransportError::Lost(reason) = error else { panic!("{error:?}") };
    // The output may end just before the exit status is available.
    assert!(reason.contains("exited") || reason.contains("closed"), "{reason}");
    assert!(Console::spawn(&mut Command::new("/nowhere/program")).is_err());
}

#[test]
fn a_pseudo_terminal_works_like_a_serial_port() {
    for baud in [9600, 115_200, 921_600] {
        let (mut device, port) = TTYPort::pair().unwrap();
        device.set_timeout(PATIENCE).unwrap();
        let path = port.name().unwrap();
        // Closes the test's handle to the port.
        drop(port);
        let mut console = Console::open(path.as_ref(), baud).unwrap();
        let client = std::thread::spawn(move || console.exchange("proto-ver", b"ESP", PATIENCE));
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\r") {
            device.read_exact(&mut byte).unwrap();
            // Echoes the character.
            device.write_all(&byte).unwrap();
            // The client sends an empty line to wake the console.
            if byte != *b"\r" || !line.is_empty() {
                line.push(byte[0]);
            }
        }
        assert!(line.starts_with(b"net_prov proto-ver ") && line.ends_with(b" 455350\r"));
        device.write_all(b"\n7b7d\r\nuart:~$ ").unwrap();
        assert_eq!(client.join().unwrap().unwrap(), b"{}", "{baud} baud");
    }
}

#[test]
fn writing_can_be_paced() {
    let (console, script) = Script::start(Style::pipe(), |_| Some(b"0aff\n".to_vec()));
    let mut console = console;
    let pace = Some((16, Duration::from_millis(1)));
    console.set_style(Style { pace, ..console.style().clone() });
    assert_eq!(console.exchange("prov-config", &[7; 300], PATIENCE).unwrap(), [0x0a, 0xff]);
    assert!(script.line().contains(&"07".repeat(300)));
}

#[test]
fn the_client_waits_for_a_console_that_resets_on_open() {
    // The console loses the first line.
    let mut lines = 0;
    let (mut console, script) = Script::start(Style::terminal(), move |line| {
        lines += 1;
        Some(match (lines, line) {
            (1, _) => Vec::new(),
            (_, "\r") => b"\r\nuart:~$ ".to_vec(),
            _ => b"0aff\r\n".to_vec(),
        })
    });
    assert_eq!(console.exchange("proto-ver", b"ESP", PATIENCE).unwrap(), [0x0a, 0xff]);
    assert_eq!((&*script.line(), &*script.line()), ("\r", "\r"));
    assert!(script.line().starts_with("net_prov proto-ver"));

    // A console that never prints anything on its own gets the request anyway.
    let style = Style { wake: Some(SHORT), ..Style::terminal() };
    let (mut console, _script) =
        Script::start(style, |line| Some(if line == "\r" { "" } else { "0aff\r\n" }.into()));
    assert_eq!(console.exchange("proto-ver", b"ESP", PATIENCE).unwrap(), [0x0a, 0xff]);
}
