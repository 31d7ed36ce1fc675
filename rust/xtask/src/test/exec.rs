//! Runs a command: every line of its output goes to the log and to the progress line.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, PipeReader, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::Environment;

/// How often to check that the command still runs while it prints nothing.
const POLL: Duration = Duration::from_millis(100);
/// How long a command may print nothing before it is killed as stuck. The longest silence of a
/// working command is the link step of the complete release build, well below a minute.
const SILENCE: Duration = Duration::from_secs(15 * 60);
/// How long to continue reading after the command has ended: a process that it left behind may keep
/// the pipe open.
const GRACE: Duration = Duration::from_secs(2);
/// Number of lines of output that are repeated when a step fails; the log has all of them.
const TAIL: usize = 80;

/// The output of a command, and how it ended.
pub struct Run {
    pub status: ExitStatus,
    pub lines: Vec<String>,
}

impl Run {
    /// Returns the end of the output, and how the command ended if it did not exit by itself.
    pub fn tail(&self) -> String {
        let from = self.lines.len().saturating_sub(TAIL);
        let mut tail = self.lines[from..].join("\n");
        if self.status.code().is_none() {
            tail.push_str(&format!("\nended by {}", self.status));
        }
        tail
    }
}

/// Runs `command` in the root folder unless it names another, without input.
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
    if command.get_current_dir().is_none() {
        command.current_dir(environment.root);
    }
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("cannot run {program}"))?;
    // The command holds our write ends of the pipe; while they are open, the reader sees no end.
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
                    lines.push(format!(
                        "killed because it printed nothing for {} s",
                        SILENCE.as_secs()
                    ));
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

/// Returns whether a command can be run and succeeds. Ignores its output.
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
