//! Ways to reach a device.

#[cfg(feature = "ble")]
pub mod ble;
#[cfg(feature = "console")]
pub mod console;
#[cfg(feature = "http")]
mod http;

use std::fmt;
use std::time::Duration;

#[cfg(feature = "http")]
pub use self::http::{BadAddress, Http};

/// Longest response that is taken, in bytes. Devices send 4096 at most.
pub const RESPONSE_MAX: usize = 64 * 1024;

/// Carries requests to a device and brings the responses.
pub trait Transport {
    /// Sends `message` to `endpoint` and waits for the response, for `limit` at most.
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError>;

    /// Makes the next request the first of a new session.
    fn restart(&mut self);
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        (**self).exchange(endpoint, message, limit)
    }

    fn restart(&mut self) {
        (**self).restart();
    }
}

/// Why a transport brings no response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// The device cannot be reached; the request was not sent.
    Unreachable(String),
    /// The device took the request and gave no response: it refused it. The reason is there if the
    /// transport can tell.
    NoResponse(Option<String>),
    /// There was no response in time.
    TimedOut,
    /// The link was lost for good: the program has ended, or the port is gone.
    Lost(String),
    /// The response breaks the rules of the transport.
    Malformed(String),
    /// The response is longer than [`RESPONSE_MAX`].
    TooLong,
}

impl TransportError {
    /// Whether the same request may get through later: nothing is wrong with what was sent.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::TimedOut | Self::NoResponse(_))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(f, "the device cannot be reached: {reason}"),
            Self::NoResponse(None) => f.write_str("the device gave no response"),
            Self::NoResponse(Some(reason)) => {
                write!(f, "the device refused the request: {reason}")
            }
            Self::TimedOut => f.write_str("the device did not respond in time"),
            Self::Lost(reason) => write!(f, "the link to the device was lost: {reason}"),
            Self::Malformed(reason) => write!(f, "the device's response makes no sense: {reason}"),
            Self::TooLong => {
                write!(f, "the device's response is longer than {RESPONSE_MAX} bytes")
            }
        }
    }
}

impl std::error::Error for TransportError {}
