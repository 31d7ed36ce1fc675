//! Provisions one device of a fleet, with retries.

use std::thread::sleep;
use std::time::{Duration, Instant};

use netprov_client::operation::PollOptions;
use netprov_client::{Scheme, Secret, Version};
use serde_json::{Value, json};

use super::table::Job;
use crate::command::provision::Target;
use crate::exit::{Failure, FailureKind};
use crate::link::{self, AnyDevice};
use crate::retry::Retries;

/// Pause before the first retry; doubles with each retry.
const PAUSE: Duration = Duration::from_secs(1);

/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Retry and time limits for a device.
pub struct Conditions {
    pub retries: u32,
    pub timeout: Duration,
    pub request_time: Duration,
    /// How long to retry while a device is busy with other clients.
    pub retry_time: Duration,
}

/// Outcome of a device.
pub struct Outcome {
    pub id: String,
    /// Unknown columns of the table, kept for the journal.
    kept: Value,
    /// Where the device is connected, or why it failed.
    pub result: Result<String, Failure>,
    pub tries: u32,
    /// Total time of all tries.
    pub time: Duration,
}

impl Outcome {
    /// Returns the outcome as JSON, for the journal and for `--json`.
    pub fn fields(&self) -> Value {
        let mut fields = json!({
            "id": self.id,
            "done": self.result.is_ok(),
            "tries": self.tries,
            "time_ms": u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX),
            "row": self.kept,
        });
        match &self.result {
            Ok(detail) => fields["detail"] = detail.as_str().into(),
            Err(failure) => {
                fields["kind"] = failure.kind.name().into();
                fields["reason"] = failure.reason.as_str().into();
            }
        }
        fields
    }
}

/// Provisions one device.
pub fn provision(job: &Job, conditions: &Conditions) -> Outcome {
    let started = Instant::now();
    let mut tries = 0;
    let mut pause = PAUSE;
    let result = loop {
        tries += 1;
        match attempt(job, conditions) {
            Err(failure) if failure.kind.is_transient() && tries <= conditions.retries => {
                sleep(pause);
                pause = (2 * pause).min(PAUSE_MAX);
            }
            settled => break settled,
        }
    };
    Outcome { id: job.id.clone(), kept: json!(job.kept), result, tries, time: started.elapsed() }
}

fn attempt(job: &Job, conditions: &Conditions) -> Result<String, Failure> {
    let deadline = Instant::now() + conditions.timeout;
    let (mut device, progress) = link::open(&job.link)?;
    let mut within = |device: &mut AnyDevice| {
        let left = deadline.saturating_duration_since(Instant::now());
        device.set_request_time(conditions.request_time.min(left.max(Duration::from_millis(1))));
        match left.is_zero() {
            true => Err(Failure::new(FailureKind::TimedOut, "the device exceeded --timeout")),
            false => Ok(left),
        }
    };
    let left = within(&mut device)?;
    let mut retries = Retries::new(progress, conditions.retry_time.min(left), None);
    let version = retries.version(|| device.version())?;
    check(job, &version)?;
    let scheme = Scheme::choose(&version, &job.proof, job.security)?;
    within(&mut device)?;
    retries.session(|| device.connect(scheme.clone()))?;
    within(&mut device)?;
    match &job.target {
        Target::Wifi(ssid, passphrase) => wifi(&mut device, ssid, passphrase, &mut within),
        Target::Thread(dataset) => thread(&mut device, dataset, &mut within),
    }
}

fn check(job: &Job, version: &Version) -> Result<(), Failure> {
    match (&job.target, version.is_for_thread()) {
        (Target::Wifi(..), true) => Err(Failure::usage("the device needs a Thread dataset")),
        (Target::Thread(_), false) => Err(Failure::usage("the device needs Wi-Fi credentials")),
        _ => Ok(()),
    }
}

fn wifi(
    device: &mut AnyDevice,
    ssid: &str,
    passphrase: &Secret,
    within: &mut impl FnMut(&mut AnyDevice) -> Result<Duration, Failure>,
) -> Result<String, Failure> {
    device.send_wifi(ssid.as_bytes(), passphrase)?;
    let limit = within(device)?;
    let connection = device
        .wait_for_wifi(PollOptions { limit, ..PollOptions::default() }, |_| {})?
        .map_err(|failure| Failure::new(FailureKind::NotConnected, failure.to_string()))?;
    Ok(format!("connected with address {}", connection.address))
}

fn thread(
    device: &mut AnyDevice,
    dataset: &Secret,
    within: &mut impl FnMut(&mut AnyDevice) -> Result<Duration, Failure>,
) -> Result<String, Failure> {
    device.send_thread(dataset)?;
    let limit = within(device)?;
    let attachment = device
        .wait_for_thread(PollOptions { limit, ..PollOptions::default() }, |_| {})?
        .map_err(|failure| Failure::new(FailureKind::NotConnected, failure.to_string()))?;
    Ok(format!("attached to {}", attachment.name))
}
