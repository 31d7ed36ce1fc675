//! Errors of operations.

use alloc::borrow::Cow;
use core::fmt;

use netprov_messages::Status;

/// The random number generator failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomFailed;

/// Why an operation failed. No variant holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The response cannot be decoded.
    Malformed {
        /// The endpoint of the response.
        endpoint: Cow<'static, str>,
    },
    /// The response is a valid message, but does not match the request.
    Unexpected {
        /// The endpoint of the response.
        endpoint: Cow<'static, str>,
    },
    /// The device rejected a command with this status.
    Refused {
        /// The command, as in "the device refused to …".
        command: &'static str,
        /// The device's status.
        status: Status,
    },
    /// The device sent no response to the request, which is how devices report a failed request.
    NoResponse {
        /// The endpoint.
        endpoint: Cow<'static, str>,
    },
    /// The device rejected the proof of possession, or the user name and password.
    WrongProof,
    /// The device failed to authenticate: it does not know the proof of possession, or does not
    /// have the verifier. No credentials were sent.
    UntrustedDevice,
    /// The response was not encrypted with the session's keys, or was modified in transit.
    Forged,
    /// No session is established, or the session is out of step. Perform a handshake first.
    NoSession,
    /// The session has reached the message limit of its keys. Perform a handshake first.
    SessionExhausted,
    /// The device offers another security version than the one required.
    SecurityMismatch {
        /// The version that the device offers.
        offered: u32,
        /// The version required by the caller or by the given secret.
        required: u32,
    },
    /// The device offers security 0, which encrypts nothing and was not explicitly required.
    Unprotected,
    /// The client does not support the device's security version.
    UnknownSecurity(u32),
    /// The device requires a proof of possession (security 1) or a user name and password (security
    /// 2), but none was given.
    ProofMissing {
        /// The security version that the device offers.
        security: u32,
    },
    /// The operation exceeded its time limit.
    TimedOut {
        /// What took too long, as in "… timed out".
        what: &'static str,
    },
    /// The device announced or sent more than this client accepts.
    LimitExceeded {
        /// The endpoint.
        endpoint: Cow<'static, str>,
    },
    /// The random number generator failed.
    Random,
}

impl From<RandomFailed> for Error {
    fn from(_: RandomFailed) -> Self {
        Self::Random
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { endpoint } => {
                write!(f, "cannot decode the response from {endpoint}")
            }
            Self::Unexpected { endpoint } => {
                write!(f, "the response from {endpoint} does not match the request")
            }
            Self::Refused { command, status } => {
                write!(f, "the device refused to {command}: {}", text(*status))
            }
            Self::NoResponse { endpoint } => write!(
                f,
                "the device did not respond to {endpoint}: it has no such endpoint, or \
                 refused the request"
            ),
            Self::WrongProof => f.write_str(
                "the device rejected the proof: check the proof of possession, or the user name \
                 and the password",
            ),
            Self::UntrustedDevice => f.write_str(
                "the device failed to authenticate: the given secret belongs to another device; no \
                 credentials were sent",
            ),
            Self::Forged => f.write_str(
                "a response was not encrypted with this session's keys; the session has ended",
            ),
            Self::NoSession => f.write_str("no session with the device: connect first"),
            Self::SessionExhausted => {
                f.write_str("the session has reached its message limit: connect again")
            }
            Self::SecurityMismatch { offered, required } => write!(
                f,
                "the device offers security {offered}, but security {required} is required: use \
                 this device's secret, or require security {offered} if that is safe here"
            ),
            Self::Unprotected => f.write_str(
                "the device offers security 0, which encrypts nothing: require security 0 if that \
                 is safe here",
            ),
            Self::UnknownSecurity(number) => {
                write!(f, "the device offers security {number}, which this client does not support")
            }
            Self::ProofMissing { security: 2 } => {
                f.write_str("the device requires a user name and a password (security 2)")
            }
            Self::ProofMissing { .. } => {
                f.write_str("the device requires a proof of possession (security 1)")
            }
            Self::TimedOut { what } => write!(f, "{what} timed out"),
            Self::LimitExceeded { endpoint } => {
                write!(f, "the response from {endpoint} exceeds this client's limits")
            }
            Self::Random => f.write_str("the random number generator failed"),
        }
    }
}

impl core::error::Error for Error {}

/// Describes a status.
fn text(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::InvalidSecScheme => "invalid security scheme",
        Status::InvalidProto => "invalid protocol",
        Status::TooManySessions => "too many sessions",
        Status::InvalidArgument => "invalid argument",
        Status::InternalError => "internal error, or not possible in its current state",
        Status::CryptoError => "cryptographic error",
        Status::InvalidSession => "invalid session",
    }
}
