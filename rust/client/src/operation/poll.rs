//! Asking for the state until the credentials have worked or failed.

use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use super::thread::{self, Attachment, ThreadFailure, ThreadStatus};
use super::wifi::{self, Connection, WifiFailure, WifiStatus};
use super::{Notice, Operation, Request, Step, endpoint};
use crate::Error;

/// How often and how long a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Time between two requests. Devices begin to connect about a second after the credentials
    /// were applied, so the first request waits as long, too.
    pub interval: Duration,
    /// Time for the whole operation.
    pub limit: Duration,
}

impl Default for Patience {
    /// Every second, for two minutes: some devices make several attempts of 30 s.
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), limit: Duration::from_secs(120) }
    }
}

/// Waits until the device has connected, or has failed to.
pub struct WaitWifi(Poll<Result<Connection, WifiFailure>>);

/// Waits until the device has attached, or has failed to.
pub struct WaitThread(Poll<Result<Attachment, ThreadFailure>>);

impl WaitWifi {
    /// Asks as often and as long as `patience` says.
    pub fn new(patience: Patience) -> Self {
        Self(Poll::new(patience, wifi::request, |response| {
            Ok(match wifi::read(response)? {
                WifiStatus::Connected(connection) => Verdict::Settled(Ok(connection)),
                WifiStatus::Failed(failure) => Verdict::Settled(Err(failure)),
                WifiStatus::AttemptFailed { remaining } => {
                    Verdict::Pending(Notice::AttemptFailed { remaining })
                }
                WifiStatus::Connecting => Verdict::Pending(Notice::Connecting),
                WifiStatus::Disconnected => Verdict::Idle(Err(WifiFailure::GaveUp)),
            })
        }))
    }
}

impl WaitThread {
    /// Asks as often and as long as `patience` says.
    pub fn new(patience: Patience) -> Self {
        Self(Poll::new(patience, thread::request, |response| {
            Ok(match thread::read(response)? {
                ThreadStatus::Attached(attachment) => Verdict::Settled(Ok(attachment)),
                ThreadStatus::Failed(failure) => Verdict::Settled(Err(failure)),
                ThreadStatus::Attaching => Verdict::Pending(Notice::Attaching),
                ThreadStatus::Detached => Verdict::Idle(Err(ThreadFailure::GaveUp)),
            })
        }))
    }
}

enum Verdict<T> {
    Pending(Notice),
    Settled(T),
    /// The device does nothing: it has not begun, or it has given up, which this value says.
    Idle(T),
}

struct Poll<T> {
    patience: Patience,
    request: fn() -> Vec<u8>,
    read: fn(&[u8]) -> Result<Verdict<T>, Error>,
    began: Option<Duration>,
    next: Next<T>,
    /// What was shown last: a notice is not repeated.
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
        patience: Patience,
        request: fn() -> Vec<u8>,
        read: fn(&[u8]) -> Result<Verdict<T>, Error>,
    ) -> Self {
        Self { patience, request, read, began: None, next: Next::Wait, shown: None }
    }

    fn poll(&mut self, now: Duration) -> Result<Step<T>, Error> {
        let began = *self.began.get_or_insert(now);
        match core::mem::replace(&mut self.next, Next::Ended) {
            Next::Wait if now.saturating_sub(began) >= self.patience.limit => {
                Err(Error::TimedOut { what: "the device's attempt to connect" })
            }
            Next::Wait => {
                self.next = Next::Ask;
                Ok(Step::Wait(self.patience.interval))
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
            Verdict::Settled(output) => Next::Done(output),
            Verdict::Idle(_) if self.shown.is_none() => Next::Wait,
            Verdict::Idle(output) => Next::Done(output),
            Verdict::Pending(notice) if self.shown.as_ref() == Some(&notice) => Next::Wait,
            Verdict::Pending(notice) => {
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
