//! A session with one device: what the page starts, polls and feeds.

use core::time::Duration;

use netprov_client::{Client, Error};
use zeroize::Zeroizing;

use crate::bytes::{Truncated, Writer};
pub use crate::running::Next;
use crate::running::{Kept, Run};
use crate::{failure, operations};

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
