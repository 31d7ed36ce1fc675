//! A scripted console.

use std::io::{BufRead as _, BufReader, PipeReader, PipeWriter, Write as _, pipe};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use netprov_client::transport::console::{Console, Style};

use super::PATIENCE;

/// The device's side of a console.
pub struct Script {
    lines: Receiver<String>,
}

impl Script {
    /// Starts a console whose device prints the result of `print` after each line it receives.
    pub fn start(
        style: Style,
        print: impl FnMut(&str) -> Option<Vec<u8>> + Send + 'static,
    ) -> (Console, Self) {
        let (from_device, to_client): (PipeReader, PipeWriter) = pipe().unwrap();
        let (from_client, to_device): (PipeReader, PipeWriter) = pipe().unwrap();
        let end = style.line_end.as_bytes()[0];
        let lines = device(from_client, to_client, end, print);
        (Console::new(from_device, to_device, style).unwrap(), Self { lines })
    }

    /// Returns the next line that the client wrote.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }
}

/// Runs the device until `print` returns `None`.
fn device(
    from_client: PipeReader,
    mut to_client: PipeWriter,
    end: u8,
    mut print: impl FnMut(&str) -> Option<Vec<u8>> + Send + 'static,
) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(from_client);
        loop {
            let mut line = Vec::new();
            if reader.read_until(end, &mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = String::from_utf8(line).unwrap();
            let _ = sender.send(line.clone());
            let Some(text) = print(&line) else { return };
            if to_client.write_all(&text).is_err() {
                return;
            }
        }
    });
    lines
}
