//! One device of a fleet: tries, pauses, the outcome.

use std::thread::sleep;
use std::time::{Duration, Instant};

use netprov_client::operation::Patience;
use netprov_client::{Scheme, Secret, Version};
use serde_json::{Value, json};

use super::table::Job;
use crate::command::provision::Target;
use crate::exit::{Failure, Kind};
use crate::link::{self, AnyDevice};

/// Pause before the second try; it doubles with each one.
const PAUSE: Duration = Duration::from_secs(1);

/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// How often and how long a device is tried.
pub struct Conditions {
    pub retries: u32,
    pub timeout: Duration,
    pub request_time: Duration,
}

/// What became of a device.
pub struct Outcome {
    pub id: String,
    /// Columns of the table that are not ours, for the journal.
    kept: Value,
    /// What the device is connected to, or why it is not.
    pub result: Result<String, Failure>,
    pub tries: u32,
    /// Time for all tries.
    pub time: Duration,
}

impl Outcome {
    /// For the journal, and for machines.
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
    let began = Instant::now();
    let mut tries = 0;
    let mut pause = PAUSE;
    let result = loop {
        tries += 1;
        match attempt(job, conditions) {
            Err(failure) if failure.kind.is_passing() && tries <= conditions.retries => {
                sleep(pause);
                pause = (2 * pause).min(PAUSE_MAX);
            }
            settled => break settled,
        }
    };
    Outcome { id: job.id.clone(), kept: json!(job.kept), result, tries, time: began.elapsed() }
}

fn attempt(job: &Job, conditions: &Conditions) -> Result<String, Failure> {
    let deadline = Instant::now() + conditions.timeout;
    let mut device = link::open(&job.link)?;
    let mut within = |device: &mut AnyDevice| {
        let left = deadline.saturating_duration_since(Instant::now());
        device.set_request_time(conditions.request_time.min(left.max(Duration::from_millis(1))));
        match left.is_zero() {
            true => Err(Failure::new(Kind::TimedOut, "the device took too long")),
            false => Ok(left),
        }
    };
    within(&mut device)?;
    let version = device.version()?;
    check(job, &version)?;
    let scheme = Scheme::choose(&version, &job.proof, job.security)?;
    within(&mut device)?;
    device.connect(scheme)?;
    within(&mut device)?;
    match &job.target {
        Target::Wifi(ssid, passphrase) => wifi(&mut device, ssid, passphrase, &mut within),
        Target::Thread(dataset) => thread(&mut device, dataset, &mut within),
    }
}

fn check(job: &Job, version: &Version) -> Result<(), Failure> {
    match (&job.target, version.is_for_thread()) {
        (Target::Wifi(..), true) => Err(Failure::usage("the device takes a Thread dataset")),
        (Target::Thread(_), false) => Err(Failure::usage("the device takes Wi-Fi credentials")),
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
        .wait_for_wifi(Patience { limit, ..Patience::default() }, |_| {})?
        .map_err(|failure| Failure::new(Kind::NotConnected, failure.to_string()))?;
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
        .wait_for_thread(Patience { limit, ..Patience::default() }, |_| {})?
        .map_err(|failure| Failure::new(Kind::NotConnected, failure.to_string()))?;
    Ok(format!("attached to {}", attachment.name))
}
