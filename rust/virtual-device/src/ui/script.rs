//! The events of `--json`, written by a thread of their own: the device goes on when nobody reads
//! them.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Lines that may wait to be read, beside those in the pipe. Later ones are lost.
const BACKLOG: usize = 1024;

/// How long the program waits at its end for the rest to be read.
const END_TIME: Duration = Duration::from_secs(1);

/// Writes lines to standard output in order.
pub(super) struct Writer {
    lines: Option<SyncSender<String>>,
    /// Disconnected when all is written.
    done: Receiver<()>,
    lost: AtomicU64,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start() -> Self {
        let (lines, waiting) = sync_channel::<String>(BACKLOG);
        let (end, done) = sync_channel::<()>(1);
        thread::spawn(move || {
            for line in waiting {
                let mut output = io::stdout().lock();
                // Nobody may be there to read it.
                let _ = output.write_all(line.as_bytes()).and_then(|()| output.flush());
            }
            drop(end);
        });
        Self { lines: Some(lines), done, lost: AtomicU64::new(0) }
    }

    /// Writes a line, or counts it as lost. Does not wait.
    pub(super) fn write(&self, line: String) {
        let Some(lines) = &self.lines else { return };
        let lost = self.lost.load(Ordering::Relaxed);
        if lost > 0 {
            let note = format!("{{\"event\":\"events_lost\",\"count\":{lost}}}\n");
            if lines.try_send(note).is_ok() {
                self.lost.store(0, Ordering::Relaxed);
            }
        }
        if lines.try_send(line + "\n").is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.lines = None;
        // It ends by a disconnection in any case.
        let _ = self.done.recv_timeout(END_TIME);
    }
}
