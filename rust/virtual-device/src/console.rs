//! The console: lines on standard input, responses on standard output.
//!
//! It has a thread of its own, because reading standard input cannot be cancelled. A request gets
//! its response before the next line is read.

use std::io::{self, BufRead, Read};

use netprov_cred::hex;
use protocomm::transport::console::{USAGE, parse_line};
use tokio::sync::{mpsc, oneshot};

use crate::device::message::{Incoming, Message, Origin};
use crate::ui;

/// Longest request and longest response in bytes.
pub const MESSAGE_MAX: usize = 4096;

/// Longest line in bytes: the longest request in hexadecimal, and what precedes it.
const LINE_MAX: usize = 2 * MESSAGE_MAX + 256;

/// Reads standard input in a thread of its own, up to its end.
pub fn start(inbox: mpsc::Sender<Message>) -> io::Result<()> {
    let thread = std::thread::Builder::new().name("console".into());
    thread.spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(line)) = read_line(&mut input) {
            let Some(answer) = answer(&line, &inbox) else { continue };
            match answer {
                Ok(text) => ui::answer(&text),
                Err(reason) => ui::answer(&format!("error: {reason}")),
            }
        }
        // The program may be ending for another reason.
        let _ = inbox.blocking_send(Message::ConsoleEnded);
    })?;
    Ok(())
}

/// The response to a line, or why there is none; `None` for an empty line.
fn answer(line: &Line, inbox: &mpsc::Sender<Message>) -> Option<Result<String, String>> {
    let Line::Text(line) = line else {
        return Some(Err("the line is too long".into()));
    };
    let Ok(line) = str::from_utf8(line) else {
        return Some(Err("the line is not text".into()));
    };
    if line.trim().is_empty() {
        return None;
    }
    let mut message = vec![0; MESSAGE_MAX];
    let parsed = match parse_line(line, &mut message) {
        None => return Some(Err(format!("unknown command; {USAGE}"))),
        Some(Err(error)) => return Some(Err(error.to_string())),
        Some(Ok(parsed)) => parsed,
    };
    message.truncate(parsed.length);
    let (reply, answer) = oneshot::channel();
    let request = Incoming {
        origin: Origin::Console { session: parsed.session },
        endpoint: parsed.endpoint.to_owned(),
        message,
        reply,
    };
    let sent = inbox.blocking_send(Message::Request(request));
    let sent = sent.map_err(|_| "the device has ended".to_owned());
    if let Err(reason) = sent {
        return Some(Err(reason));
    }
    // The loss of a response is not reported.
    let answer = answer.blocking_recv().ok()?;
    Some(answer.result.map(|bytes| hex::encode(&bytes)).map_err(|error| error.to_string()))
}

#[derive(Debug, PartialEq, Eq)]
enum Line {
    Text(Vec<u8>),
    /// The line was too long, and its content was dropped.
    TooLong,
}

/// The next line without its line end; `None` when there are no more.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    input.by_ref().take(LINE_MAX as u64 + 1).read_until(b'\n', &mut line)?;
    if line.pop_if(|byte| *byte == b'\n').is_some() {
        return Ok(Some(Line::Text(line)));
    }
    if line.len() <= LINE_MAX {
        return Ok((!line.is_empty()).then_some(Line::Text(line)));
    }
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(Some(Line::TooLong));
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(Line::TooLong));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<Line> {
        // A buffer smaller than a line, so that a line comes in pieces.
        let mut input = io::BufReader::with_capacity(7, input);
        std::iter::from_fn(|| read_line(&mut input).unwrap()).collect()
    }

    #[test]
    fn lines_are_bounded() {
        let text = |text: &str| Line::Text(text.into());
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"a\n\nb\n"), [text("a"), text(""), text("b")]);
        assert_eq!(lines(b"a\nb"), [text("a"), text("b")]);
        let longest = "x".repeat(LINE_MAX);
        assert_eq!(lines(format!("{longest}\n").as_bytes()), [text(&longest)]);
        assert_eq!(lines(format!("{longest}x\nb\n").as_bytes()), [Line::TooLong, text("b")]);
        assert_eq!(lines(format!("{longest}xxxxx").as_bytes()), [Line::TooLong]);
    }

    #[test]
    fn the_longest_request_fits_a_line() {
        let head = format!("net_prov {} {} ", "n".repeat(64), u32::MAX);
        assert!(head.len() + 2 * MESSAGE_MAX <= LINE_MAX);
    }
}
