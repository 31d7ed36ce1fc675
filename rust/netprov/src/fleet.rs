//! A production line: provisions many devices at a time from a table.

mod journal;
mod line;
mod summary;
mod table;

use std::collections::VecDeque;
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;

use self::journal::Journal;
use self::line::{Conditions, Outcome};
use self::summary::Summary;
use self::table::{Defaults, Job};
use crate::cli::Fleet;
use crate::command::provision::{check_passphrase, check_ssid};
use crate::exit::{Failure, FailureKind};
use crate::report::Report;
use crate::secrets;
use crate::text::printable;

/// Provisions all devices of the table, except those that the journal lists as done.
pub fn run(options: &Fleet, report: &mut Report) -> Result<(), Failure> {
    let defaults = defaults(options)?;
    let table = secrets::read(&options.table)?;
    let jobs = table::read(table.as_bytes(), &defaults, options.credentials.as_deref())?;
    let total = jobs.len();
    let mut journal = options.journal.as_deref().map(Journal::open).transpose()?;
    let open: VecDeque<Job> = match &journal {
        Some(journal) if !options.again => {
            jobs.into_iter().filter(|job| !journal.is_done(&job.id)).collect()
        }
        _ => jobs.into(),
    };
    let done_before = total - open.len();
    report.step(
        "fleet",
        &match total {
            1 => format!("1 device, {done_before} already done"),
            _ => format!("{total} devices, {done_before} of them already done"),
        },
        json!({ "devices": total, "done_before": done_before }),
    );
    let conditions = Conditions {
        retries: options.retries,
        timeout: Duration::from_secs(options.timeout),
        request_time: Duration::from_secs(options.request_time),
    };
    let mut summary = Summary::new(open.len());
    let workers = usize::from(options.jobs).min(open.len());
    let queue = Mutex::new(open);
    let (sender, outcomes) = channel::<Outcome>();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, queue, conditions) = (sender.clone(), &queue, &conditions);
            scope.spawn(move || {
                while let Some(job) = next(queue) {
                    // Cannot fail: the receiver outlives the workers.
                    let _ = sender.send(line::provision(&job, conditions));
                }
            });
        }
        drop(sender);
        for outcome in outcomes {
            if let Some(journal) = &mut journal
                && let Err(error) = journal.write(&outcome)
            {
                // Start no more devices: their outcomes could not be recorded.
                lock(&queue).clear();
                summary.journal_failed(error);
            }
            summary.count(&outcome);
            report_outcome(&outcome, &summary, report);
        }
    });
    summary.report(report);
    summary.result()
}

fn next(queue: &Mutex<VecDeque<Job>>) -> Option<Job> {
    lock(queue).pop_front()
}

fn lock(queue: &Mutex<VecDeque<Job>>) -> std::sync::MutexGuard<'_, VecDeque<Job>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report_outcome(outcome: &Outcome, summary: &Summary, report: &Report) {
    let id = printable(outcome.id.as_bytes());
    let count = summary.counted();
    let text = match &outcome.result {
        Ok(detail) => format!("{count} {id}: {}", printable(detail.as_bytes())),
        Err(failure) => format!("{count} {id}: FAILED, {failure}"),
    };
    report.step("device", &text, outcome.fields());
}

fn defaults(options: &Fleet) -> Result<Defaults, Failure> {
    if let Some(ssid) = &options.ssid {
        check_ssid(ssid)?;
    }
    let passphrase = if options.open {
        Some(netprov_client::Secret::default())
    } else {
        secrets::given_passphrase(options.passphrase_file.as_deref())?
    };
    if let Some(passphrase) = &passphrase {
        check_passphrase(passphrase)?;
    }
    Ok(Defaults {
        ssid: options.ssid.clone(),
        passphrase,
        dataset: options.dataset_file.as_deref().map(secrets::dataset_file).transpose()?,
        security: options.security,
    })
}

impl Summary {
    /// Returns an error unless all devices are done.
    fn result(self) -> Result<(), Failure> {
        if let Some(error) = self.journal_error {
            return Err(error);
        }
        match self.failed {
            0 => Ok(()),
            failed => Err(Failure::new(
                FailureKind::NotConnected,
                format!("{failed} of {} devices failed", self.total),
            )),
        }
    }
}
