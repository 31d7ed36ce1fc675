//! A session with one device: what the page starts, polls and feeds.

use core::time::Duration;

use netprov_client::{Client, Error, Notice, Operation, Step, Version};
use zeroize::Zeroizing;

use crate::bytes::{Truncated, Writer};
use crate::failure;
use crate::operations;

/// What the page does next. The details are in [`Machine::output`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Next {
    /// Send a request: a field with the endpoint's name and one with the message.
    Send = 0,
    /// Poll again after some time: milliseconds in four bytes.
    Wait = 1,
    /// Show something, and poll again: its kind in one byte, a number in four.
    Notice = 2,
    /// The operation has ended: its result.
    Done = 3,
    /// It has failed: kind, two numbers of one byte each, and a field with the endpoint.
    Failed = 4,
    /// Poll.
    Poll = 5,
}

/// How the result of an operation is written; the client is there for a session that begins.
pub(crate) type Write<T> = fn(T, &mut Client, &mut Kept, &mut Writer);

/// What outlives an operation.
#[derive(Default)]
pub(crate) struct Kept {
    /// What the device said of itself.
    pub(crate) version: Option<Version>,
}

/// An operation in progress, whatever it ends with.
pub(crate) trait Run {
    fn poll(
        &mut self,
        client: &mut Client,
        kept: &mut Kept,
        now: Duration,
        out: &mut Writer,
    ) -> Result<Next, Error>;
    fn receive(&mut self, client: &mut Client, response: &[u8]) -> Result<(), Error>;
    fn no_response(&mut self) -> Error;
}

pub(crate) struct Running<O: Operation> {
    pub(crate) operation: O,
    pub(crate) write: Write<O::Output>,
}

impl<O: Operation> Run for Running<O> {
    fn poll(
        &mut self,
        client: &mut Client,
        kept: &mut Kept,
        now: Duration,
        out: &mut Writer,
    ) -> Result<Next, Error> {
        Ok(match client.poll(&mut self.operation, now)? {
            Step::Send(request) => {
                out.field(request.endpoint.as_bytes()).field(&request.message);
                Next::Send
            }
            Step::Wait(time) => {
                out.u32(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
                Next::Wait
            }
            Step::Notice(notice) => {
                let (kind, number) = match notice {
                    Notice::Connecting => (1, 0),
                    Notice::AttemptFailed { remaining } => (2, remaining),
                    Notice::Attaching => (3, 0),
                    Notice::Found { count } => (4, count),
                    _ => (0, 0),
                };
                out.u8(kind).u32(number);
                Next::Notice
            }
            Step::Done(output) => {
                (self.write)(output, client, kept, out);
                Next::Done
            }
        })
    }

    fn receive(&mut self, client: &mut Client, response: &[u8]) -> Result<(), Error> {
        client.receive(&mut self.operation, response)
    }

    fn no_response(&mut self) -> Error {
        self.operation.no_response()
    }
}

/// A session with one device. One operation runs at a time; starting another ends it.
#[derive(Default)]
pub struct Machine {
    client: Client,
    kept: Kept,
    running: Option<Box<dyn Run>>,
    output: Zeroizing<Vec<u8>>,
}

impl Machine {
    /// A machine without a session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the operation of this number; the arguments are as [`crate::bytes`] says.
    pub fn start(&mut self, operation: u32, arguments: &[u8]) -> Next {
        self.running = None;
        match operations::start(operation, arguments, &mut self.kept) {
            Ok(running) => {
                self.running = Some(running);
                self.put(Writer::new());
                Next::Poll
            }
            Err(operations::Refusal::Misused(Truncated)) => self.misused(),
            Err(operations::Refusal::Failed(error)) => self.fail(&error),
        }
    }

    /// Takes the next step. `now` is the time since any moment, the same in all calls.
    pub fn poll(&mut self, now: Duration) -> Next {
        let Some(running) = &mut self.running else { return self.misused() };
        let mut out = Writer::new();
        match running.poll(&mut self.client, &mut self.kept, now, &mut out) {
            Ok(next) => {
                if next == Next::Done {
                    self.running = None;
                }
                self.put(out);
                next
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Takes the response to the last request.
    pub fn receive(&mut self, response: &[u8]) -> Next {
        let Some(running) = &mut self.running else { return self.misused() };
        match running.receive(&mut self.client, response) {
            Ok(()) => Next::Poll,
            Err(error) => self.fail(&error),
        }
    }

    /// The device gave no response to the last request, and none will come.
    pub fn no_response(&mut self) -> Next {
        let Some(running) = &mut self.running else { return self.misused() };
        let error = running.no_response();
        // The device did not take the request, so the two ends may be out of step.
        self.client.forget();
        self.fail(&error)
    }

    /// Forgets the session and the operation.
    pub fn forget(&mut self) {
        self.running = None;
        self.client.forget();
    }

    /// The details of the last step.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    fn put(&mut self, out: Writer) {
        self.output = Zeroizing::new(out.into_bytes());
    }

    fn fail(&mut self, error: &Error) -> Next {
        self.running = None;
        let mut out = Writer::new();
        failure::write(error, &mut out);
        self.put(out);
        Next::Failed
    }

    fn misused(&mut self) -> Next {
        let mut out = Writer::new();
        out.u8(failure::MISUSED).u8(0).u8(0).field(&[]);
        self.put(out);
        Next::Failed
    }
}
