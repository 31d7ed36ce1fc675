//! When the program ends, and with which exit code.

use protocomm::Millis;

use protocomm::Instant;

use crate::Fault;

/// The exit code for credentials that did not work, with `--once`.
const FAILED: u8 = 1;
/// The exit code after a second signal, as shells count it: 128 and SIGINT.
const INTERRUPTED: u8 = 130;

/// How long a client has to read that its credentials failed.
const READ_TIME: Millis = Millis::from_secs(10);
/// How long the response that says so has to arrive.
const ARRIVAL_TIME: Millis = Millis::from_secs(1);

/// What is known about the program's end.
pub(super) struct Exit {
    once: bool,
    /// How the first credentials did.
    outcome: Option<bool>,
    /// The program ends at this time: the client has had time to read of the failure.
    at: Option<Instant>,
    /// The program ends as soon as nothing is in progress.
    when_idle: bool,
    /// The end has been requested.
    asked: bool,
    signals: u32,
    over: bool,
}

impl Exit {
    pub(super) fn new(once: bool) -> Self {
        Self {
            once,
            outcome: None,
            at: None,
            when_idle: false,
            asked: false,
            signals: 0,
            over: false,
        }
    }

    /// Credentials worked.
    pub(super) fn succeeded(&mut self) {
        self.outcome.get_or_insert(true);
    }

    /// Credentials did not work.
    pub(super) fn failed(&mut self, now: Instant) {
        let first = self.outcome.is_none();
        if first && self.once {
            self.at = Some(now.after(READ_TIME));
        }
        self.outcome.get_or_insert(false);
    }

    /// A client has read something from the configuration endpoint.
    pub(super) fn was_read(&mut self, now: Instant) {
        if let Some(at) = &mut self.at {
            *at = (*at).min(now.after(ARRIVAL_TIME));
        }
    }

    /// The service has ended, or there was none. With `--once`, the program ends.
    pub(super) fn service_ended(&mut self) {
        if self.once {
            self.when_idle = true;
        }
    }

    /// Ends the program as soon as nothing is in progress.
    pub(super) fn when_idle(&mut self) {
        self.when_idle = true;
    }

    /// A signal came. Tells whether to end in good order; the second one does not wait for that.
    pub(super) fn interrupt(&mut self) -> bool {
        self.signals += 1;
        !std::mem::replace(&mut self.asked, true)
    }

    /// Everything has ended.
    pub(super) fn over(&mut self) {
        self.over = true;
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.at
    }

    /// Whether to end now: the time has come, or nothing is in progress any more. True only once.
    pub(super) fn is_asked_for(&mut self, now: Instant, busy: bool) -> bool {
        let due = self.at.take_if(|at| *at <= now).is_some();
        (due || self.when_idle && !busy) && !std::mem::replace(&mut self.asked, true)
    }

    /// The exit code, once everything has ended.
    pub(super) fn code(&self) -> Option<u8> {
        if self.signals > 1 {
            return Some(INTERRUPTED);
        }
        let failed = self.once && self.outcome != Some(true);
        self.over.then_some(if failed { FAILED } else { 0 })
    }
}

/// Signals of the system: Ctrl-C, or a request to terminate.
pub(super) struct Signals {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Signals {
    pub(super) fn new() -> Result<Self, Fault> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let signal =
                |kind| signal(kind).map_err(|error| Fault::new(format!("no signals: {error}")));
            let signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
            Ok(Self { signals })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(not(unix))]
        {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(1000);

    fn over(mut exit: Exit) -> Option<u8> {
        exit.over();
        exit.code()
    }

    #[test]
    fn the_first_credentials_decide() {
        let mut exit = Exit::new(true);
        assert_eq!(exit.code(), None);
        exit.failed(NOW);
        exit.succeeded();
        assert_eq!(over(exit), Some(1));

        let mut exit = Exit::new(true);
        exit.succeeded();
        exit.failed(NOW);
        assert_eq!(exit.next_timeout(), None);
        assert_eq!(over(exit), Some(0));

        assert_eq!(over(Exit::new(true)), Some(1), "nobody came");
    }

    #[test]
    fn without_once_an_end_is_a_good_end() {
        let mut exit = Exit::new(false);
        exit.failed(NOW);
        exit.service_ended();
        assert_eq!(exit.next_timeout(), None);
        assert!(!exit.is_asked_for(NOW, false));
        assert_eq!(over(exit), Some(0));
    }

    #[test]
    fn a_client_has_time_to_read_of_the_failure() {
        let mut exit = Exit::new(true);
        exit.was_read(NOW);
        assert_eq!(exit.next_timeout(), None);
        exit.failed(NOW);
        assert_eq!(exit.next_timeout(), Some(NOW.after(READ_TIME)));
        exit.was_read(NOW);
        let end = NOW.after(ARRIVAL_TIME);
        exit.was_read(NOW.after(READ_TIME));
        assert_eq!(exit.next_timeout(), Some(end));
        assert!(!exit.is_asked_for(NOW, false));
        assert!(exit.is_asked_for(end, true));
        assert!(!exit.is_asked_for(end, true), "asked once");
    }

    #[test]
    fn what_is_under_way_is_finished_first() {
        let mut exit = Exit::new(false);
        exit.when_idle();
        assert!(!exit.is_asked_for(NOW, true));
        assert!(exit.is_asked_for(NOW, false));
        assert!(!exit.is_asked_for(NOW, false), "asked once");
    }

    #[test]
    fn a_second_signal_does_not_wait() {
        let mut exit = Exit::new(false);
        assert!(exit.interrupt());
        assert_eq!(exit.code(), None);
        assert!(!exit.interrupt());
        assert_eq!(exit.code(), Some(130));
    }
}
