//! Failures and their exit codes.

use std::fmt;
use std::process::ExitCode;

use netprov_client::transport::TransportError;
use netprov_client::{DeviceError, Error};

/// Kinds of failure that scripts may distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The device accepted the credentials but could not connect.
    NotConnected,
    /// Invalid command line, or missing input.
    Usage,
    /// The device is unreachable or has stopped responding.
    Unreachable,
    /// The device rejected the proof of possession, or the user name and password.
    WrongProof,
    /// The device failed to authenticate.
    UntrustedDevice,
    /// The device rejected a request.
    Refused,
    /// The device sent a malformed response.
    BadResponse,
    /// A time limit was exceeded.
    TimedOut,
    /// The device offers another security version than required, or one that must be required
    /// explicitly.
    SecurityMismatch,
}

impl FailureKind {
    /// Returns the exit code; 0 means success.
    fn code(self) -> u8 {
        match self {
            Self::NotConnected => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::WrongProof => 4,
            Self::UntrustedDevice => 5,
            Self::Refused => 6,
            Self::BadResponse => 7,
            Self::TimedOut => 8,
            Self::SecurityMismatch => 9,
        }
    }

    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::Usage => "usage",
            Self::Unreachable => "unreachable",
            Self::WrongProof => "wrong_proof",
            Self::UntrustedDevice => "false_device",
            Self::Refused => "refused",
            Self::BadResponse => "bad_response",
            Self::TimedOut => "timed_out",
            Self::SecurityMismatch => "other_security",
        }
    }

    /// Returns whether a retry with the same credentials may succeed.
    pub fn is_transient(self) -> bool {
        match self {
            Self::Unreachable | Self::Refused | Self::BadResponse | Self::TimedOut => true,
            Self::NotConnected
            | Self::Usage
            | Self::WrongProof
            | Self::UntrustedDevice
            | Self::SecurityMismatch => false,
        }
    }
}

/// A failure with its reason: a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The reason.
    pub reason: String,
}

impl Failure {
    /// Creates a failure.
    pub fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    /// Creates a failure for an invalid command line or missing input.
    pub fn usage(reason: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, reason)
    }

    /// Returns the exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.kind.code())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl From<DeviceError> for Failure {
    fn from(error: DeviceError) -> Self {
        Self::new(kind(&error), error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        DeviceError::from(error).into()
    }
}

fn kind(error: &DeviceError) -> FailureKind {
    match error {
        DeviceError::Protocol(error) => match error {
            Error::WrongProof => FailureKind::WrongProof,
            Error::UntrustedDevice | Error::Forged => FailureKind::UntrustedDevice,
            Error::ProofMissing { .. } => FailureKind::Usage,
            Error::TimedOut { .. } => FailureKind::TimedOut,
            Error::SecurityMismatch { .. } | Error::Unprotected | Error::UnknownSecurity(_) => {
                FailureKind::SecurityMismatch
            }
            Error::Malformed { .. } | Error::Unexpected { .. } | Error::LimitExceeded { .. } => {
                FailureKind::BadResponse
            }
            _ => FailureKind::Refused,
        },
        DeviceError::Transport(error) => match error {
            TransportError::NoResponse(_) => FailureKind::Refused,
            TransportError::Malformed(_) | TransportError::TooLong => FailureKind::BadResponse,
            _ => FailureKind::Unreachable,
        },
        _ => FailureKind::Refused,
    }
}
