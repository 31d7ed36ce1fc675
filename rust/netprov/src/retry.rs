//! Retries the start of a session while the device is busy with other clients.
//!
//! A device has few handshake slots, and refuses further handshakes until one is free. It expects
//! its clients to try again (`docs/resources.md`). A wrong proof is never retried, because the
//! device counts each one as a guess: once a proof has been sent, the outcome is final.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use netprov_client::messages::Status;
use netprov_client::transport::{Transport, TransportError};
use netprov_client::{DeviceError, Error, system_random};
use serde_json::json;

use crate::report::Report;

/// Bounds of the pause before a retry; the pause is random, so clients do not keep meeting. It is
/// short: a free slot goes to the first client that asks.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_millis(150);

/// Interval between two lines for people.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// The endpoint of the handshake.
const SESSION: &str = "prov-session";

/// Reasons of consoles and of Bluetooth for a refusal that passes. Bluetooth has only a number.
const BUSY: [&str; 4] = ["busy", "for a while", "too many handshakes", "ATT error"];

/// How far the handshake has come.
#[derive(Default)]
pub struct Progress {
    /// The device has responded to the first command.
    has_responded: AtomicBool,
    /// The second command, which contains the proof, may have been sent.
    is_proof_sent: AtomicBool,
    /// The next request must be in a new session.
    restarts: AtomicBool,
}

impl Progress {
    /// Prepares for the first command of another handshake.
    fn begin(&self) {
        self.restarts.store(true, Ordering::Relaxed);
        self.has_responded.store(false, Ordering::Relaxed);
        self.is_proof_sent.store(false, Ordering::Relaxed);
    }
}

/// A transport that records the progress of the handshake.
pub struct Watched {
    transport: Box<dyn Transport + Send>,
    progress: Arc<Progress>,
}

impl Watched {
    /// Records the requests through `transport`.
    pub fn new(transport: Box<dyn Transport + Send>) -> (Self, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        (Self { transport, progress: progress.clone() }, progress)
    }
}

impl Transport for Watched {
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let progress = &self.progress;
        if progress.restarts.swap(false, Ordering::Relaxed) {
            self.transport.restart();
        }
        if endpoint == SESSION && progress.has_responded.load(Ordering::Relaxed) {
            progress.is_proof_sent.store(true, Ordering::Relaxed);
        }
        let response = self.transport.exchange(endpoint, message, limit);
        if endpoint == SESSION && response.is_ok() {
            progress.has_responded.store(true, Ordering::Relaxed);
        }
        response
    }

    fn restart(&mut self) {
        self.transport.restart();
    }
}

/// Retries until a time limit, and reports each one.
pub struct Retries<'a> {
    progress: Arc<Progress>,
    limit: Duration,
    deadline: Instant,
    /// Number of retries so far.
    pub count: u32,
    /// Where to report retries.
    report: Option<&'a Report>,
    /// When the last line for people was written.
    shown: Option<Instant>,
}

impl<'a> Retries<'a> {
    /// Retries for up to `limit` from now. With a limit of zero, everything is tried once.
    pub fn new(progress: Arc<Progress>, limit: Duration, report: Option<&'a Report>) -> Self {
        let deadline = Instant::now() + limit;
        Self { progress, limit, deadline, count: 0, report, shown: None }
    }

    /// Requests the version with `request`, and retries while the device closes the connection.
    pub fn version<T>(
        &mut self,
        mut request: impl FnMut() -> Result<T, DeviceError>,
    ) -> Result<T, DeviceError> {
        loop {
            match request() {
                Err(error) if is_busy(&error) && self.pause(&error) => {}
                settled => return settled,
            }
        }
    }

    /// Establishes a session with `connect`, and retries while the device refuses the first command
    /// of the handshake.
    pub fn session<T>(
        &mut self,
        mut connect: impl FnMut() -> Result<T, DeviceError>,
    ) -> Result<T, DeviceError> {
        loop {
            match connect() {
                Err(error) if self.may_connect_again(&error) && self.pause(&error) => {
                    self.progress.begin();
                }
                settled => return settled,
            }
        }
    }

    fn may_connect_again(&self, error: &DeviceError) -> bool {
        let is_unreachable =
            matches!(error, DeviceError::Transport(TransportError::Unreachable(_)));
        let is_proof_sent = self.progress.is_proof_sent.load(Ordering::Relaxed);
        !is_proof_sent && (is_unreachable || is_busy(error))
    }

    /// Waits before a retry. Returns false without waiting if the time is over.
    fn pause(&mut self, error: &DeviceError) -> bool {
        let now = Instant::now();
        let pause = random_pause();
        if self.limit.is_zero() || now + pause > self.deadline {
            return false;
        }
        self.count += 1;
        if let Some(report) = self.report {
            let is_due = self.shown.is_none_or(|shown| now - shown >= LINE_INTERVAL);
            if is_due || report.is_json() {
                self.shown = Some(now);
                let count = self.count;
                let text = format!("the device is busy with other clients; trying again ({count})");
                report.step("busy", &text, json!({ "retry": count, "reason": error.to_string() }));
            }
        }
        sleep(pause);
        true
    }
}

/// Returns whether the refusal may pass: the device closed the connection, which is how it refuses
/// a handshake over HTTP, or says that it is busy.
fn is_busy(error: &DeviceError) -> bool {
    match error {
        DeviceError::Transport(TransportError::NoResponse(None)) => true,
        DeviceError::Transport(TransportError::NoResponse(Some(reason))) => {
            match reason.strip_prefix("HTTP ") {
                Some(status) => status.starts_with("503") || status.starts_with("429"),
                None => BUSY.iter().any(|text| reason.contains(text)),
            }
        }
        DeviceError::Protocol(Error::Refused { status, .. }) => *status == Status::TooManySessions,
        _ => false,
    }
}

fn random_pause() -> Duration {
    let mut random = [0; 4];
    // Without random numbers, the pause is the shortest.
    let _ = system_random(&mut random);
    let share = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
    PAUSE_MIN + (PAUSE_MAX - PAUSE_MIN).mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(120);

    fn refused(reason: Option<&str>) -> TransportError {
        TransportError::NoResponse(reason.map(str::to_owned))
    }

    /// A transport that gives these results in turn, and counts its sessions.
    struct Script(Vec<Result<(), TransportError>>, Arc<std::sync::atomic::AtomicU32>);

    impl Transport for Script {
        fn exchange(&mut self, _: &str, _: &[u8], _: Duration) -> Result<Vec<u8>, TransportError> {
            self.0.remove(0).map(|()| Vec::new())
        }

        fn restart(&mut self) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Runs handshakes of two commands over the results. Returns the outcome, the number of retries
    /// and the number of new sessions.
    fn connect(
        results: Vec<Result<(), TransportError>>,
        limit: Duration,
    ) -> (Result<(), DeviceError>, u32, u32) {
        let sessions = Arc::default();
        let script = Script(results, Arc::clone(&sessions));
        let (mut watched, progress) = Watched::new(Box::new(script));
        let mut retries = Retries::new(progress, limit, None);
        let outcome = retries.session(|| {
            watched.exchange(SESSION, b"first", LIMIT)?;
            watched.exchange(SESSION, b"proof", LIMIT)?;
            Ok(())
        });
        (outcome, retries.count, sessions.load(Ordering::Relaxed))
    }

    #[test]
    fn a_refused_first_command_is_retried_in_a_new_session() {
        let lost = TransportError::Unreachable("the link was lost".into());
        let results = vec![Err(refused(None)), Err(lost), Ok(()), Ok(())];
        assert_eq!(connect(results, LIMIT), (Ok(()), 2, 2));
    }

    #[test]
    fn nothing_is_retried_once_the_proof_was_sent() {
        let lost = TransportError::Unreachable("the link was lost".into());
        for error in [refused(None), refused(Some("HTTP 503 Service Unavailable")), lost] {
            let results = vec![Err(refused(None)), Ok(()), Err(error.clone())];
            assert_eq!(connect(results, LIMIT), (Err(error.into()), 1, 1));
        }
    }

    #[test]
    fn without_time_everything_is_tried_once() {
        let results = vec![Err(refused(None))];
        let outcome = connect(results, Duration::ZERO);
        assert_eq!(outcome, (Err(refused(None).into()), 0, 0));
    }

    #[test]
    fn refusals_that_pass_are_told_from_those_that_do_not() {
        for (reason, busy) in [
            ("HTTP 503 Service Unavailable", true),
            ("HTTP 429 Too Many Requests", true),
            ("HTTP 404 Not Found", false),
            ("HTTP 500 Internal Server Error", false),
            ("handshake: refused for a while after too many wrong proofs", true),
            ("handshake: too many handshakes have started recently: try again", true),
            ("the device is busy with another request (-16)", true),
            ("ATT error 0x0e", true),
            ("no such endpoint", false),
            ("handshake: the client uses another security scheme", false),
        ] {
            assert_eq!(is_busy(&refused(Some(reason)).into()), busy, "{reason}");
        }
        let status = |status| DeviceError::from(Error::Refused { command: "x", status });
        assert!(is_busy(&status(Status::TooManySessions)));
        assert!(!is_busy(&status(Status::InvalidSecScheme)));
        for error in [Error::WrongProof, Error::UntrustedDevice, Error::Forged] {
            assert!(!is_busy(&error.into()));
        }
        assert!(!is_busy(&TransportError::TimedOut.into()));
    }

    #[test]
    fn pauses_differ_within_their_bounds() {
        let pauses: Vec<_> = (0..20).map(|_| random_pause()).collect();
        assert!(pauses.iter().all(|pause| (PAUSE_MIN..=PAUSE_MAX).contains(pause)), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
    }
}
