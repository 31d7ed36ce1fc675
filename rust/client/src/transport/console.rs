//! The console of a device: a line for each request, the response as a line of hexadecimal digits.

pub(crate) mod lines;
#[cfg(feature = "serial")]
mod serial;

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use self::lines::{Found, Lines};
use super::{Transport, TransportError};

/// Bytes that are read at a time.
const CHUNK: usize = 1024;

/// Chunks that wait to be looked at; more make the reader wait.
const CHUNKS: usize = 64;

/// Time between two empty lines that wake a console.
const WAKE_INTERVAL: Duration = Duration::from_millis(500);

/// A console that has said nothing for this long has said what it had to.
const QUIET: Duration = Duration::from_millis(200);

/// The command of this project's devices.
const COMMAND: &str = "net_prov";

/// How a console takes lines.
#[derive(Clone, Debug)]
pub struct Style {
    /// The command before the endpoint's name; empty for consoles that have a command for each
    /// endpoint.
    pub command: String,
    /// What ends a line.
    pub line_end: String,
    /// Bytes that are written at a time, and the pause after them: for consoles that lose characters.
    pub pace: Option<(usize, Duration)>,
    /// How long the console is waited for before the first request, by empty lines until it says
    /// something: some devices start when their port is opened, and lose what is written before. A
    /// console that never says anything on its own is written to after this time.
    pub wake: Option<Duration>,
}

impl Style {
    /// For a terminal: a carriage return ends a line.
    pub fn terminal() -> Self {
        let wake = Some(Duration::from_secs(5));
        Self { command: COMMAND.into(), line_end: "\r".into(), pace: None, wake }
    }

    /// For a pipe: a line feed ends a line.
    pub fn pipe() -> Self {
        Self { line_end: "\n".into(), wake: None, ..Self::terminal() }
    }
}

/// The console of a device.
///
/// Prompts, echoed commands, colours and log lines between requests are skipped. A line of nothing
/// but an even number of hexadecimal digits is taken for the response.
pub struct Console {
    writer: Box<dyn Write + Send>,
    chunks: Receiver<io::Result<Vec<u8>>>,
    style: Style,
    session: u32,
    stop: Arc<AtomicBool>,
    child: Option<Child>,
    /// Whether the console has said something, or was waited for.
    awake: bool,
}

impl Console {
    /// The console behind a reader and a writer. A thread reads until the reader ends, fails, or
    /// times out after the console was dropped.
    pub fn new(
        reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
        style: Style,
    ) -> io::Result<Self> {
        let (sender, chunks) = sync_channel(CHUNKS);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        thread::Builder::new()
            .name("console".into())
            .spawn(move || read(reader, &sender, &stopped))?;
        let session = new_session(0);
        let writer = Box::new(writer);
        Ok(Self { writer, chunks, style, session, stop, child: None, awake: false })
    }

    /// Opens a serial port, a pseudo-terminal, or any other file that is read and written.
    ///
    /// `baud` counts for serial ports only, and those take the feature `serial`.
    pub fn open(path: &Path, baud: u32) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(path)?;
        if file.is_terminal() {
            drop(file);
            return Self::open_terminal(path, baud);
        }
        let reader = file.try_clone()?;
        Self::new(reader, file, Style::pipe())
    }

    #[cfg(feature = "serial")]
    fn open_terminal(path: &Path, baud: u32) -> io::Result<Self> {
        let (reader, writer) = serial::open(path, baud)?;
        Self::new(reader, writer, Style::terminal())
    }

    #[cfg(not(feature = "serial"))]
    fn open_terminal(_: &Path, _: u32) -> io::Result<Self> {
        Err(io::Error::new(ErrorKind::Unsupported, "built without the feature `serial`"))
    }

    /// Starts a program and takes its standard input and output for the console. The program is
    /// killed when the console is dropped.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(reader), Some(writer)) = (child.stdout.take(), child.stdin.take()) else {
            return Err(io::Error::other("the program has no standard input and output"));
        };
        let mut console = Self::new(reader, writer, Style::pipe())?;
        console.child = Some(child);
        Ok(console)
    }

    /// Changes how the console takes lines.
    pub fn set_style(&mut self, style: Style) {
        self.style = style;
    }

    /// How the console takes lines.
    pub fn style(&self) -> &Style {
        &self.style
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        match self.style.pace {
            None => self.writer.write_all(line.as_bytes())?,
            Some((size, pause)) => {
                for piece in line.as_bytes().chunks(size.max(1)) {
                    self.writer.write_all(piece)?;
                    self.writer.flush()?;
                    sleep(pause);
                }
            }
        }
        self.writer.flush()
    }

    /// Waits for a console to say something, then for it to have said it all, until `deadline` at
    /// most. What is wrong with the link comes to light with the request.
    fn wake(&mut self, deadline: Instant) {
        let Some(time) = self.style.wake.filter(|_| !self.awake) else { return };
        self.awake = true;
        let deadline = deadline.min(Instant::now() + time);
        let line_end = self.style.line_end.clone();
        while Instant::now() < deadline && self.write(&line_end).is_ok() {
            let mut time = WAKE_INTERVAL;
            while Instant::now() < deadline {
                match self.chunks.recv_timeout(time) {
                    Ok(Ok(_)) => time = QUIET,
                    // It has spoken, and is quiet.
                    Err(RecvTimeoutError::Timeout) if time == QUIET => return,
                    Err(RecvTimeoutError::Timeout) => break,
                    Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }

    /// What is left of an earlier request, or was logged since.
    fn discard_pending(&mut self) {
        while let Ok(Ok(_)) = self.chunks.try_recv() {}
    }

    fn ended(&mut self) -> TransportError {
        let status = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
        TransportError::Lost(match status {
            Some(status) => format!("the program has ended ({status})"),
            None => "the console has ended".into(),
        })
    }
}

impl Transport for Console {
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let deadline = Instant::now() + limit;
        // A space or a line end would make it another command.
        if endpoint.is_empty() || !endpoint.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TransportError::NoResponse(Some("no console has such an endpoint".into())));
        }
        let mut command = Zeroizing::new(String::new());
        if !self.style.command.is_empty() {
            command.push_str(&self.style.command);
            command.push(' ');
        }
        command.push_str(&format!("{endpoint} {} ", self.session));
        // Reserved at once: growing would leave copies behind.
        command.reserve(2 * message.len() + self.style.line_end.len());
        match message {
            [] => command.push('-'),
            bytes => bytes.iter().for_each(|byte| push_hex(&mut command, *byte)),
        }
        let mut lines = Lines::new(&command);
        command.push_str(&self.style.line_end);

        self.wake(deadline);
        self.discard_pending();
        if let Err(error) = self.write(&command) {
            return Err(match error.kind() {
                ErrorKind::BrokenPipe => self.ended(),
                ErrorKind::TimedOut => TransportError::TimedOut,
                _ => TransportError::Lost(error.to_string()),
            });
        }
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TransportError::TimedOut);
            }
            match self.chunks.recv_timeout(left) {
                Ok(Ok(chunk)) => {
                    for byte in chunk {
                        match lines.feed(byte) {
                            None => {}
                            Some(Found::Response(response)) => return Ok(response),
                            Some(Found::Refused(reason)) => {
                                return Err(TransportError::NoResponse(Some(reason)));
                            }
                            Some(Found::TooLong) => return Err(TransportError::TooLong),
                        }
                    }
                }
                Ok(Err(error)) => return Err(TransportError::Lost(error.to_string())),
                Err(RecvTimeoutError::Timeout) => return Err(TransportError::TimedOut),
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
            }
        }
    }

    fn restart(&mut self) {
        self.session = new_session(self.session);
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(child) = &mut self.child {
            // It may have ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn read(mut reader: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>, stopped: &AtomicBool) {
    let mut chunk = vec![0; CHUNK];
    while !stopped.load(Ordering::Relaxed) {
        let read = match reader.read(&mut chunk) {
            Ok(0) => return,
            Ok(length) => Ok(chunk[..length].to_vec()),
            Err(error) => match error.kind() {
                // A serial port's way to say that there is nothing yet.
                ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted => continue,
                _ => Err(error),
            },
        };
        let failed = read.is_err();
        if sender.send(read).is_err() || failed {
            return;
        }
    }
}

/// The number of a new session: another one than the last, since that is what makes it new, and
/// not the one that devices keep for "none".
fn new_session(last: u32) -> u32 {
    let mut bytes = [0; 4];
    // Without random numbers any other number will do.
    let _ = crate::system_random(&mut bytes);
    let number = u32::from_be_bytes(bytes) >> 1;
    if number == last { number ^ 1 } else { number }
}

fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0xf] {
        text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
    }
}
