//! Runs a command: every line of its output goes to the log and to the screen's last line.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, PipeReader, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::Environment;

/// How often to look whether the command still runs while it prints nothing.
const POLL: Duration = Duration::from_millis(100);
/// How long a command may print nothing before it is taken for stuck. The longest silence of one
/// that works is the link of the release build of everything, well below a minute.
const SILENCE: Duration = Duration::from_secs(15 * 60);
/// How long to read on after the command has ended: a process it left behind may hold the pipe.
const GRACE: Duration = Duration::from_secs(2);
/// How much of an output is repeated when a step fails; the log has all of it.
const TAIL: usize = 80;

/// What a command has printed and how it ended.
pub struct Run {
    pub status: ExitStatus,
    pub lines: Vec<String>,
}

impl Run {
    /// The end of the output, and how the command ended when that was not by its own decision.
    pub fn tail(&self) -> String {
        let from = self.lines.len().saturating_sub(TAIL);
        let mut tail = self.lines[from..].join("\n");
        if self.status.code().is_none() {
            tail.push_str(&format!("\nended by {}", self.status));
        }
        tail
    }
}

/// Runs `command` in the root folder without an input.
///
/// It stays in this process group, so that an interrupt from the keyboard ends it as well.
pub fn run(environment: &Environment<'_>, mut command: Command) -> Result<Run> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&environment.log)
        .with_context(|| format!("cannot write {}", environment.log.display()))?;
    writeln!(log, "$ {command:?}")?;

    let (reader, writer) = std::io::pipe()?;
    command
        .current_dir(environment.root)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = command.spawn().with_context(|| format!("cannot run {program}"))?;
    // The command holds our ends of the pipe, which would never end otherwise.
    drop(command);

    let (sender, receiver) = channel();
    thread::spawn(move || send_lines(reader, &sender));
    let mut lines = Vec::new();
    let mut heard = Instant::now();
    let status = loop {
        match receiver.recv_timeout(POLL) {
            Ok(line) => {
                heard = Instant::now();
                writeln!(log, "{line}")?;
                environment.report.progress(&line);
                lines.push(line);
            }
            Err(RecvTimeoutError::Disconnected) => break child.wait()?,
            Err(RecvTimeoutError::Timeout) => {
                if heard.elapsed() > SILENCE {
                    child.kill()?;
                    heard = Instant::now();
                    lines.push(format!("killed: it printed nothing for {} s", SILENCE.as_secs()));
                }
                if let Some(status) = child.try_wait()? {
                    lines.extend(rest(&receiver));
                    break status;
                }
            }
        }
    };
    Ok(Run { status, lines })
}

/// Whether a command can be run at all and succeeds; its output is of no interest.
pub fn succeeds(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn send_lines(reader: PipeReader, sender: &Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        if sender.send(text).is_err() {
            return;
        }
        line.clear();
    }
}

fn rest(receiver: &Receiver<String>) -> Vec<String> {
    let end = Instant::now() + GRACE;
    std::iter::from_fn(|| {
        let left = end.saturating_duration_since(Instant::now());
        receiver.recv_timeout(left).ok()
    })
    .collect()
}
