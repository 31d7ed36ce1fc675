//! Why the program ends without success, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use netprov_client::transport::TransportError;
use netprov_client::{DeviceError, Error};

/// A kind of failure: what a script may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The device took the credentials and could not connect with them.
    NotConnected,
    /// The command line is wrong, or something was not given.
    Usage,
    /// The device cannot be reached, or has stopped responding.
    Unreachable,
    /// The device refused the proof of possession, or user name and password.
    WrongProof,
    /// The device could not prove itself.
    FalseDevice,
    /// The device refused a request.
    Refused,
    /// A response makes no sense.
    BadResponse,
    /// Something took too long.
    TimedOut,
    /// The device offers another security scheme than the demanded one, or one that must be demanded.
    OtherSecurity,
}

impl Kind {
    /// The exit code; 0 is success.
    fn code(self) -> u8 {
        match self {
            Self::NotConnected => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::WrongProof => 4,
            Self::FalseDevice => 5,
            Self::Refused => 6,
            Self::BadResponse => 7,
            Self::TimedOut => 8,
            Self::OtherSecurity => 9,
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::Usage => "usage",
            Self::Unreachable => "unreachable",
            Self::WrongProof => "wrong_proof",
            Self::FalseDevice => "false_device",
            Self::Refused => "refused",
            Self::BadResponse => "bad_response",
            Self::TimedOut => "timed_out",
            Self::OtherSecurity => "other_security",
        }
    }

    /// Whether another try, with the same credentials, may succeed.
    pub fn is_passing(self) -> bool {
        match self {
            Self::Unreachable | Self::Refused | Self::BadResponse | Self::TimedOut => true,
            Self::NotConnected
            | Self::Usage
            | Self::WrongProof
            | Self::FalseDevice
            | Self::OtherSecurity => false,
        }
    }
}

/// A failure and its reason, in a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub kind: Kind,
    /// The reason.
    pub reason: String,
}

impl Failure {
    /// A failure for a reason.
    pub fn new(kind: Kind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    /// The command line is wrong, or something was not given.
    pub fn usage(reason: impl Into<String>) -> Self {
        Self::new(Kind::Usage, reason)
    }

    /// The exit code.
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

fn kind(error: &DeviceError) -> Kind {
    match error {
        DeviceError::Protocol(error) => match error {
            Error::WrongProof => Kind::WrongProof,
            Error::FalseDevice | Error::Forged => Kind::FalseDevice,
            Error::ProofMissing { .. } => Kind::Usage,
            Error::TimedOut { .. } => Kind::TimedOut,
            Error::OtherSecurity { .. } | Error::Unprotected | Error::UnknownSecurity(_) => {
                Kind::OtherSecurity
            }
            Error::Malformed { .. } | Error::Unexpected { .. } | Error::TooMuch { .. } => {
                Kind::BadResponse
            }
            _ => Kind::Refused,
        },
        DeviceError::Transport(error) => match error {
            TransportError::NoResponse(_) => Kind::Refused,
            TransportError::Malformed(_) | TransportError::TooLong => Kind::BadResponse,
            _ => Kind::Unreachable,
        },
        _ => Kind::Refused,
    }
}
