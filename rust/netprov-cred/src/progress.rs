//! Progress of reading a table.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::output::report;

/// Interval between reports on separate lines.
const LINES: Duration = Duration::from_secs(1);
/// Interval between reports on a terminal, where each report replaces the last one.
const TERMINAL: Duration = Duration::from_millis(100);

/// Reports progress to standard error.
pub(crate) struct Progress {
    interval: Option<Duration>,
    is_terminal: bool,
    started: Instant,
    reported: Option<Instant>,
    /// Length of the table in bytes, if known.
    length: Option<u64>,
    /// Whether the last line on the terminal is a report.
    is_shown: bool,
}

impl Progress {
    /// Reports on a terminal only, unless `always` is set.
    pub(crate) fn new(always: bool, length: Option<u64>) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let interval = if is_terminal { Some(TERMINAL) } else { always.then_some(LINES) };
        let length = length.filter(|length| *length > 0);
        Self {
            interval,
            is_terminal,
            started: Instant::now(),
            reported: None,
            length,
            is_shown: false,
        }
    }

    /// Reports that `rows` rows are done, up to byte `offset` of the table.
    pub(crate) fn rows(&mut self, rows: u64, offset: u64) {
        let Some(interval) = self.interval else { return };
        if self.reported.is_some_and(|at| at.elapsed() < interval) {
            return;
        }
        self.reported = Some(Instant::now());
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = rows as f64 / seconds.max(0.001);
        let mut line = format!("{rows} rows done, {rate:.0} per second");
        if let Some(length) = self.length {
            let done = (offset as f64 / length as f64).clamp(0.001, 1.0);
            let left = seconds / done - seconds;
            line += &format!(", {:.0} %, about {left:.0} s left", done * 100.0);
        }
        if self.is_terminal {
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            self.is_shown = true;
        } else {
            report(format_args!("netprov-cred: {line}"));
        }
    }

    /// Writes a separate line.
    pub(crate) fn report(&mut self, line: fmt::Arguments<'_>) {
        if std::mem::take(&mut self.is_shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        report(line);
    }
}
