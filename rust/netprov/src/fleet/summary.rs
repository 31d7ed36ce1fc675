//! Counts outcomes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::line::Outcome;
use crate::exit::Failure;
use crate::report::Report;

/// Statistics of a run.
pub struct Summary {
    pub total: usize,
    pub failed: usize,
    /// First error of the journal.
    pub journal_error: Option<Failure>,
    counted: usize,
    retried: usize,
    kinds: BTreeMap<&'static str, usize>,
    times: Vec<Duration>,
    began: Instant,
}

impl Summary {
    /// Starts the statistics of a run with this many devices.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            failed: 0,
            journal_error: None,
            counted: 0,
            retried: 0,
            kinds: BTreeMap::new(),
            times: Vec::new(),
            began: Instant::now(),
        }
    }

    /// Counts a device.
    pub fn count(&mut self, outcome: &Outcome) {
        self.counted += 1;
        self.retried += usize::from(outcome.tries > 1);
        match &outcome.result {
            Ok(_) => self.times.push(outcome.time),
            Err(failure) => {
                self.failed += 1;
                *self.kinds.entry(failure.kind.name()).or_default() += 1;
            }
        }
    }

    /// Records the first error of the journal.
    pub fn journal_failed(&mut self, error: Failure) {
        self.journal_error.get_or_insert(error);
    }

    /// Returns the progress, for people.
    pub fn counted(&self) -> String {
        format!("[{}/{}]", self.counted, self.total)
    }

    /// Reports the statistics.
    pub fn report(&mut self, report: &Report) {
        self.times.sort();
        let done = self.times.len();
        let seconds = self.began.elapsed().as_secs_f64();
        let rate = if seconds > 0.0 { done as f64 / seconds } else { 0.0 };
        let median = self.times.get(done / 2).copied().unwrap_or_default();
        let slowest = self.times.last().copied().unwrap_or_default();
        let mut text = format!(
            "{done} done in {seconds:.1} s, {rate:.1} per second; time per device: \
             {:.1} s (median), {:.1} s at most",
            median.as_secs_f64(),
            slowest.as_secs_f64()
        );
        if self.retried > 0 {
            text += &format!("; {} needed more than one try", self.retried);
        }
        for (kind, count) in &self.kinds {
            text += &format!("; {count} failed: {kind}");
        }
        report.step(
            "summary",
            &text,
            json!({
                "done": done,
                "failed": self.failed,
                "kinds": self.kinds,
                "retried": self.retried,
                "seconds": seconds,
                "per_second": rate,
                "median_ms": u64::try_from(median.as_millis()).unwrap_or(u64::MAX),
                "slowest_ms": u64::try_from(slowest.as_millis()).unwrap_or(u64::MAX),
            }),
        );
    }
}
