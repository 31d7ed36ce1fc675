//! Transports to a device.

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

/// Longest accepted response in bytes. Devices send at most 4096.
pub const RESPONSE_MAX: usize = 64 * 1024;

/// Carries requests to a device and returns the responses.
pub trait Transport {
    /// Sends `message` to `endpoint` and waits up to `limit` for the response.
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError>;

    /// Makes the next request start a new session.
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

/// Why a transport got no response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// The device is unreachable; the request was not sent.
    Unreachable(String),
    /// The device received the request and rejected it without a response. The reason is given if
    /// the transport knows it.
    NoResponse(Option<String>),
    /// The response did not arrive in time.
    TimedOut,
    /// The device is gone for good: the program has exited, or the port has disappeared.
    Lost(String),
    /// The response violates the transport's format.
    Malformed(String),
    /// The response is longer than [`RESPONSE_MAX`].
    TooLong,
}

impl TransportError {
    /// Returns whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::TimedOut | Self::NoResponse(_))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(f, "the device cannot be reached: {reason}"),
            Self::NoResponse(None) => f.write_str("the device sent no response"),
            Self::NoResponse(Some(reason)) => {
                write!(f, "the device rejected the request: {reason}")
            }
            Self::TimedOut => f.write_str("the device did not respond in time"),
            Self::Lost(reason) => write!(f, "lost the device: {reason}"),
            Self::Malformed(reason) => write!(f, "the device's response is malformed: {reason}"),
            Self::TooLong => {
                write!(f, "the device's response is longer than {RESPONSE_MAX} bytes")
            }
        }
    }
}

impl std::error::Error for TransportError {}
