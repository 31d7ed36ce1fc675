//! Polls the connection state until the credentials have worked or failed.

use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use super::thread::{self, Attachment, ThreadFailure, ThreadStatus};
use super::wifi::{self, Connection, WifiFailure, WifiStatus};
use super::{Notice, Operation, Request, Step, endpoint};
use crate::Error;

/// How often and for how long the connection state is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollOptions {
    /// Time before each request, including the first: devices start to connect about a second after
    /// the credentials were applied.
    pub interval: Duration,
    /// Time limit for the whole operation.
    pub limit: Duration,
}

impl Default for PollOptions {
    /// Polls every second for two minutes, since some devices make several attempts of 30 s.
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), limit: Duration::from_secs(120) }
    }
}

/// Polls until the device has connected or failed to.
pub struct WaitWifi(Poll<Result<Connection, WifiFailure>>);

/// Polls until the device has attached or failed to.
pub struct WaitThread(Poll<Result<Attachment, ThreadFailure>>);

impl WaitWifi {
    /// Creates the operation.
    pub fn new(options: PollOptions) -> Self {
        Self(Poll::new(options, wifi::request, |response| {
            Ok(match wifi::read(response)? {
                WifiStatus::Connected(connection) => Progress::Settled(Ok(connection)),
                WifiStatus::Failed(failure) => Progress::Settled(Err(failure)),
                WifiStatus::AttemptFailed { remaining } => {
                    Progress::Pending(Notice::AttemptFailed { remaining })
                }
                WifiStatus::Connecting => Progress::Pending(Notice::Connecting),
                WifiStatus::Disconnected => Progress::Idle(Err(WifiFailure::GaveUp)),
            })
        }))
    }
}

impl WaitThread {
    /// Creates the operation.
    pub fn new(options: PollOptions) -> Self {
        Self(Poll::new(options, thread::request, |response| {
            Ok(match thread::read(response)? {
                ThreadStatus::Attached(attachment) => Progress::Settled(Ok(attachment)),
                ThreadStatus::Failed(failure) => Progress::Settled(Err(failure)),
                ThreadStatus::Attaching => Progress::Pending(Notice::Attaching),
                ThreadStatus::Detached => Progress::Idle(Err(ThreadFailure::GaveUp)),
            })
        }))
    }
}

enum Progress<T> {
    Pending(Notice),
    Settled(T),
    /// The device is idle: it has not started yet, or it has given up with this outcome.
    Idle(T),
}

struct Poll<T> {
    options: PollOptions,
    request: fn() -> Vec<u8>,
    read: fn(&[u8]) -> Result<Progress<T>, Error>,
    started: Option<Duration>,
    next: Next<T>,
    /// The last notice shown, so that none is shown twice.
    shown: Option<Notice>,
}

enum Next<T> {
    Wait,
    Ask,
    Show(Notice),
    Done(T),
    Ended,
}

impl<T> Poll<T> {
    fn new(
        options: PollOptions,
        request: fn() -> Vec<u8>,
        read: fn(&[u8]) -> Result<Progress<T>, Error>,
    ) -> Self {
        Self { options, request, read, started: None, next: Next::Wait, shown: None }
    }

    fn poll(&mut self, now: Duration) -> Result<Step<T>, Error> {
        let started = *self.started.get_or_insert(now);
        match core::mem::replace(&mut self.next, Next::Ended) {
            Next::Wait if now.saturating_sub(started) >= self.options.limit => {
                Err(Error::TimedOut { what: "the device's attempt to connect" })
            }
            Next::Wait => {
                self.next = Next::Ask;
                Ok(Step::Wait(self.options.interval))
            }
            Next::Ask => Ok(Step::Send(Request {
                endpoint: endpoint::CONFIG.into(),
                message: Zeroizing::new((self.request)()),
            })),
            Next::Show(notice) => {
                self.next = Next::Wait;
                Ok(Step::Notice(notice))
            }
            Next::Done(output) => Ok(Step::Done(output)),
            Next::Ended => Err(Error::Unexpected { endpoint: endpoint::CONFIG.into() }),
        }
    }

    fn receive(&mut self, response: &[u8]) -> Result<(), Error> {
        self.next = match (self.read)(response)? {
            Progress::Settled(output) => Next::Done(output),
            Progress::Idle(_) if self.shown.is_none() => Next::Wait,
            Progress::Idle(output) => Next::Done(output),
            Progress::Pending(notice) if self.shown.as_ref() == Some(&notice) => Next::Wait,
            Progress::Pending(notice) => {
                self.shown = Some(notice.clone());
                Next::Show(notice)
            }
        };
        Ok(())
    }
}

macro_rules! poll {
    ($name:ident -> $output:ty) => {
        impl Operation for $name {
            type Output = $output;

            fn poll(&mut self, now: Duration) -> Result<Step<Self::Output>, Error> {
                self.0.poll(now)
            }

            fn receive(&mut self, response: &[u8]) -> Result<(), Error> {
                self.0.receive(response)
            }

            fn no_response(&mut self) -> Error {
                Error::NoResponse { endpoint: endpoint::CONFIG.into() }
            }
        }
    };
}

poll!(WaitWifi -> Result<Connection, WifiFailure>);
poll!(WaitThread -> Result<Attachment, ThreadFailure>);
