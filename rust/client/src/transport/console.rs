//! The console of a device. Each request is a line; the response is a line of hexadecimal digits.

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

/// Bytes per read.
const CHUNK: usize = 1024;

/// Chunks buffered for the client; when full, the reader thread blocks.
const CHUNKS: usize = 64;

/// Time between the empty lines that wake a console.
const WAKE_INTERVAL: Duration = Duration::from_millis(500);

/// A console that prints nothing for this long has finished its output.
const QUIET: Duration = Duration::from_millis(200);

/// The console command of this project's devices.
const COMMAND: &str = "net_prov";

/// How to write lines to a console.
#[derive(Clone, Debug)]
pub struct Style {
    /// Command before the endpoint name; empty for consoles with a command per endpoint.
    pub command: String,
    /// Line terminator.
    pub line_end: String,
    /// Number of bytes written at a time and the pause after them, for consoles that lose
    /// characters.
    pub pace: Option<(usize, Duration)>,
    /// How long to wait for the console before the first request, sending empty lines until it
    /// prints something. Some devices reset when their port is opened, and lose earlier input. If
    /// the console prints nothing within this time, the request is sent anyway.
    pub wake: Option<Duration>,
}

impl Style {
    /// Returns the style of a terminal: lines end with a carriage return.
    pub fn terminal() -> Self {
        let wake = Some(Duration::from_secs(5));
        Self { command: COMMAND.into(), line_end: "\r".into(), pace: None, wake }
    }

    /// Returns the style of a pipe: lines end with a line feed.
    pub fn pipe() -> Self {
        Self { line_end: "\n".into(), wake: None, ..Self::terminal() }
    }
}

/// The console of a device.
///
/// Skips prompts, echoed commands, colours and log lines between requests. A line that consists of
/// an even number of hexadecimal digits is the response.
pub struct Console {
    writer: Box<dyn Write + Send>,
    chunks: Receiver<io::Result<Vec<u8>>>,
    style: Style,
    session: u32,
    stop: Arc<AtomicBool>,
    child: Option<Child>,
    /// Whether the console has printed something, or the wait for that has ended.
    awake: bool,
}

impl Console {
    /// Creates a console from a reader and a writer. A thread reads until the reader ends or fails,
    /// or, once the console has been dropped, until a read times out.
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

    /// Opens a serial port, a pseudo-terminal, or another file that leads to a program. Refuses a
    /// regular file, which requests would overwrite.
    ///
    /// `baud` applies to serial ports only, which need the feature `serial`.
    pub fn open(path: &Path, baud: u32) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(path)?;
        if file.metadata().is_ok_and(|found| found.is_file()) {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is a regular file"));
        }
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

    /// Starts a program and uses its standard input and output as the console. The program is
    /// killed when the console is dropped.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(reader), Some(writer)) = (child.stdout.take(), child.stdin.take()) else {
            return Err(io::Error::other("cannot access the program's standard input and output"));
        };
        let mut console = Self::new(reader, writer, Style::pipe())?;
        console.child = Some(child);
        Ok(console)
    }

    /// Changes how lines are written.
    pub fn set_style(&mut self, style: Style) {
        self.style = style;
    }

    /// Returns how lines are written.
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

    /// Waits until the console has printed something and then falls silent, or until `deadline`.
    /// Link errors are left to the request that follows.
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
                    // The console has printed something and is quiet again.
                    Err(RecvTimeoutError::Timeout) if time == QUIET => return,
                    Err(RecvTimeoutError::Timeout) => break,
                    Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }

    /// Discards output left from earlier requests or logged since.
    fn discard_pending(&mut self) {
        while let Ok(Ok(_)) = self.chunks.try_recv() {}
    }

    fn ended(&mut self) -> TransportError {
        let status = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
        TransportError::Lost(match status {
            Some(status) => format!("the program has exited ({status})"),
            None => "the console was closed".into(),
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
        // A space or line terminator would start another command.
        if endpoint.is_empty() || !endpoint.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TransportError::NoResponse(Some(
                "invalid endpoint name for a console".into(),
            )));
        }
        let mut command = Zeroizing::new(String::new());
        if !self.style.command.is_empty() {
            command.push_str(&self.style.command);
            command.push(' ');
        }
        command.push_str(&format!("{endpoint} {} ", self.session));
        // Reserve up front: growing would leave copies of secrets behind.
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
            // The program may have exited already.
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
                // Serial ports report this when no data is available.
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

/// Draws the number of a new session. It must differ from the last one, and from the number that
/// devices use for "none".
fn new_session(last: u32) -> u32 {
    let mut bytes = [0; 4];
    // If no random number is available, any other number works.
    let _ = crate::system_random(&mut bytes);
    let number = u32::from_be_bytes(bytes) >> 1;
    if number == last { number ^ 1 } else { number }
}

fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0xf] {
        text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
    }
}
