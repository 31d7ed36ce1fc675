//! Operations that consist of a single request and its response.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use super::{Operation, Request, Step};
use crate::Error;

/// A request, and the function that reads its response.
pub(super) struct Exchange<T> {
    endpoint: Cow<'static, str>,
    message: Option<Zeroizing<Vec<u8>>>,
    read: fn(&[u8]) -> Result<T, Error>,
    output: Option<T>,
}

impl<T> Exchange<T> {
    pub(super) fn new(
        endpoint: impl Into<Cow<'static, str>>,
        message: Vec<u8>,
        read: fn(&[u8]) -> Result<T, Error>,
    ) -> Self {
        let message = Some(Zeroizing::new(message));
        Self { endpoint: endpoint.into(), message, read, output: None }
    }
}

impl<T> Operation for Exchange<T> {
    type Output = T;

    fn poll(&mut self, _: Duration) -> Result<Step<T>, Error> {
        if let Some(message) = self.message.take() {
            return Ok(Step::Send(Request { endpoint: self.endpoint.clone(), message }));
        }
        match self.output.take() {
            Some(output) => Ok(Step::Done(output)),
            None => Err(Error::Unexpected { endpoint: self.endpoint.clone() }),
        }
    }

    fn receive(&mut self, response: &[u8]) -> Result<(), Error> {
        self.output = Some((self.read)(response)?);
        Ok(())
    }

    fn no_response(&mut self) -> Error {
        Error::NoResponse { endpoint: self.endpoint.clone() }
    }
}

/// Declares an operation that is a single exchange.
macro_rules! exchange {
    ($(#[$attribute:meta])* $name:ident -> $output:ty) => {
        $(#[$attribute])*
        pub struct $name($crate::operation::exchange::Exchange<$output>);

        impl $crate::operation::Operation for $name {
            type Output = $output;

            fn poll(
                &mut self,
                now: core::time::Duration,
            ) -> Result<$crate::operation::Step<$output>, $crate::Error> {
                self.0.poll(now)
            }

            fn receive(&mut self, response: &[u8]) -> Result<(), $crate::Error> {
                self.0.receive(response)
            }

            fn no_response(&mut self) -> $crate::Error {
                self.0.no_response()
            }
        }
    };
}

pub(super) use exchange;
