//! An operation in progress, and its steps.

use core::time::Duration;

use netprov_client::{Client, Error, Notice, Operation, Step, Version};

use crate::bytes::Writer;

/// What the page does next. The details are in
/// [`Machine::output`](crate::machine::Machine::output).
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
    /// The operation has failed: kind, two numbers of one byte each, and a field with the endpoint.
    Failed = 4,
    /// Poll.
    Poll = 5,
}

/// Writes the result of an operation. The client is passed for a session that starts.
pub(crate) type Write<T> = fn(T, &mut Client, &mut Kept, &mut Writer);

/// Data that outlives an operation.
#[derive(Default)]
pub(crate) struct Kept {
    /// The device's version.
    pub(crate) version: Option<Version>,
}

/// An operation in progress, whatever its result.
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
