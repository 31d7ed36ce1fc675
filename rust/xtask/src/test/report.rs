//! The report for the user: each step as it runs, then the table, the skips and the totals.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Outcome, Skip, Step};

/// Longest progress line in characters; it must not wrap.
const PROGRESS_WIDTH: usize = 76;
/// Shortest interval between changes of the progress line.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(80);

/// Writes the report of a run.
pub struct Report {
    json: bool,
    /// When progress was last shown; `None` if standard error is not a terminal.
    shown: Option<Cell<Instant>>,
}

/// The result of a step.
pub struct Finished {
    pub name: &'static str,
    pub outcome: Outcome,
    pub time: Duration,
    pub log: PathBuf,
}

impl Finished {
    fn verdict(&self) -> &'static str {
        let Outcome { passed, failures, .. } = &self.outcome;
        match (failures.is_empty(), *passed) {
            (false, _) => "failed",
            (true, 0) => "skipped",
            (true, _) => "passed",
        }
    }
}

impl Report {
    pub fn new(json: bool) -> Self {
        Self { json, shown: stderr().is_terminal().then(|| Cell::new(Instant::now())) }
    }

    pub fn start(&self, step: &Step) {
        self.say(&format!("==> {}: {}", step.name, step.about));
    }

    /// Shows the newest line of output until the next one arrives.
    pub fn progress(&self, line: &str) {
        if let Some(shown) = &self.shown
            && shown.get().elapsed() > PROGRESS_INTERVAL
            && !line.trim().is_empty()
        {
            shown.set(Instant::now());
            let visible: String = line
                .chars()
                .filter(|character| !character.is_control())
                .take(PROGRESS_WIDTH)
                .collect();
            eprint!("\r\x1b[2K    {visible}");
            // Ignore errors: a closed terminal is no reason to stop.
            let _ = stderr().flush();
        }
    }

    pub fn finish(&self, step: &Finished) {
        if self.shown.is_some() {
            eprint!("\r\x1b[2K");
        }
        for failure in &step.outcome.failures {
            self.say(&format!("    FAILED {}", failure.name));
            for line in failure.detail.lines() {
                self.say(&format!("    | {line}"));
            }
        }
        if !step.outcome.failures.is_empty() && step.log.exists() {
            self.say(&format!("    complete output: {}", step.log.display()));
        }
        self.say(&format!("    {} ({})", step.verdict(), seconds(step.time)));
        if self.json {
            println!("{}", as_json(step));
        }
    }

    /// Closes the report. Returns whether no step failed.
    pub fn close(&self, steps: &[Finished]) -> bool {
        self.say("");
        self.say(&format!(
            "{:10} {:8} {:>7} {:>7} {:>8} {:>10}",
            "step", "result", "passed", "failed", "skipped", "time"
        ));
        let mut totals = [0; 3];
        for step in steps {
            let counts =
                [step.outcome.passed, step.outcome.failures.len(), step.outcome.skips.len()];
            self.say(&format!(
                "{:10} {:8} {:>7} {:>7} {:>8} {:>10}",
                step.name,
                step.verdict(),
                counts[0],
                counts[1],
                counts[2],
                seconds(step.time)
            ));
            for (total, count) in totals.iter_mut().zip(counts) {
                *total += count;
            }
        }
        let [passed, failed, skipped] = totals;
        if failed > 0 {
            self.say("\nfailed:");
            for step in steps {
                for failure in &step.outcome.failures {
                    self.say(&format!("  {}", label(step.name, &failure.name)));
                }
            }
        }
        if skipped > 0 {
            self.say("\nskipped:");
            for step in steps {
                for (skip, more) in by_reason(&step.outcome.skips) {
                    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
                    let label = label(step.name, &skip.name);
                    self.say(&format!("  {label}{others}: {}", skip.reason));
                    if !skip.remedy.is_empty() {
                        self.say(&format!("    to run it: {}", skip.remedy));
                    }
                }
            }
        }
        self.say(&format!("\n{passed} passed, {failed} failed, {skipped} skipped"));
        failed == 0
    }

    fn say(&self, line: &str) {
        if self.json {
            eprintln!("{line}");
        } else {
            println!("{line}");
        }
    }
}

/// Returns the first skip for each reason, and the number of other skips with the same reason.
fn by_reason(skips: &[Skip]) -> Vec<(&Skip, usize)> {
    let mut reasons: Vec<(&Skip, usize)> = Vec::new();
    for skip in skips {
        let same = |(first, _): &&mut (&Skip, usize)| {
            (&first.reason, &first.remedy) == (&skip.reason, &skip.remedy)
        };
        match reasons.iter_mut().find(same) {
            Some((_, more)) => *more += 1,
            None => reasons.push((skip, 0)),
        }
    }
    reasons
}

fn label(step: &str, name: &str) -> String {
    if step == name { step.to_owned() } else { format!("{step}: {name}") }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn as_json(step: &Finished) -> serde_json::Value {
    let Outcome { passed, failures, skips } = &step.outcome;
    json!({
        "step": step.name,
        "result": step.verdict(),
        "passed": passed,
        "failed": failures.len(),
        "skipped": skips.len(),
        "seconds": step.time.as_secs_f64(),
        "failures": failures.iter().map(|failure| json!({
            "name": failure.name,
            "detail": failure.detail,
        })).collect::<Vec<_>>(),
        "skips": skips.iter().map(|skip| json!({
            "name": skip.name,
            "reason": skip.reason,
            "remedy": skip.remedy,
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_reported_once() {
        let skip = |name: &str, reason: &str| Skip {
            name: name.to_owned(),
            reason: reason.to_owned(),
            remedy: String::new(),
        };
        let skips = [skip("a", "x"), skip("b", "y"), skip("c", "x"), skip("d", "x")];
        let told: Vec<_> =
            by_reason(&skips).iter().map(|(skip, more)| (skip.name.as_str(), *more)).collect();
        assert_eq!(told, [("a", 2), ("b", 0)]);
    }
}
