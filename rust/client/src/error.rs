//! Why an operation fails.

use alloc::borrow::Cow;
use core::fmt;

use netprov_messages::Status;

/// The source of random numbers failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomFailed;

/// Why an operation fails. None of the variants holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The response cannot be decoded.
    Malformed {
        /// The endpoint that responded.
        endpoint: Cow<'static, str>,
    },
    /// The response is a message of the protocol, but not the one that belongs to the request.
    Unexpected {
        /// The endpoint that responded.
        endpoint: Cow<'static, str>,
    },
    /// The device refused a command with this status.
    Refused {
        /// What was asked for, as in "the device refused to …".
        command: &'static str,
        /// The device's status.
        status: Status,
    },
    /// The device gave no response to the request: its way to say that a request failed.
    NoResponse {
        /// The endpoint.
        endpoint: Cow<'static, str>,
    },
    /// The device refused the proof of possession, or the user name and password.
    WrongProof,
    /// The device could not prove that it knows the proof of possession or has the verifier. No
    /// credentials were sent.
    FalseDevice,
    /// The response was not encrypted with the session's keys, or was changed on the way.
    Forged,
    /// No session is established, or the last one is out of step: do a handshake first.
    NoSession,
    /// The session has encrypted as many messages as its keys may: do a handshake first.
    SessionWornOut,
    /// The device offers another security scheme than the one that was demanded.
    OtherSecurity {
        /// What the device offers.
        offered: u32,
        /// What was demanded, or what the secret at hand is for.
        demanded: u32,
    },
    /// The device offers security 0, which was not demanded: nothing would be encrypted.
    Unprotected,
    /// The device's security scheme is not known to this client.
    UnknownSecurity(u32),
    /// The device asks for a proof of possession (security 1), or a user name and a password
    /// (security 2), and none was given.
    ProofMissing {
        /// The scheme that the device offers.
        security: u32,
    },
    /// Something took longer than its limit.
    TimedOut {
        /// What did not end, as in "… did not end in time".
        what: &'static str,
    },
    /// The device announced or sent more than this client takes.
    TooMuch {
        /// The endpoint.
        endpoint: Cow<'static, str>,
    },
    /// The source of random numbers failed.
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
                write!(f, "the response of {endpoint} is not a message of the protocol")
            }
            Self::Unexpected { endpoint } => {
                write!(f, "the response of {endpoint} belongs to another request")
            }
            Self::Refused { command, status } => {
                write!(f, "the device refused to {command}: {}", text(*status))
            }
            Self::NoResponse { endpoint } => write!(
                f,
                "the device did not respond to {endpoint}: it does not have this endpoint, or \
                 refused the request"
            ),
            Self::WrongProof => f.write_str(
                "the device refused the proof: check the proof of possession, or the user name and \
                 the password",
            ),
            Self::FalseDevice => f.write_str(
                "the device could not prove itself: it is not the device that this secret belongs \
                 to; no credentials were sent",
            ),
            Self::Forged => f.write_str(
                "a response was not encrypted by this session's device; the session has ended",
            ),
            Self::NoSession => f.write_str("there is no session with the device: connect first"),
            Self::SessionWornOut => {
                f.write_str("the session has encrypted too many messages: connect again")
            }
            Self::OtherSecurity { offered, demanded } => write!(
                f,
                "the device offers security {offered}, but security {demanded} is demanded: use \
                 the secret of this device, or demand security {offered} if that is safe here"
            ),
            Self::Unprotected => f.write_str(
                "the device offers security 0, which encrypts nothing: demand security 0 if that \
                 is safe here",
            ),
            Self::UnknownSecurity(number) => {
                write!(f, "the device offers security {number}, which this client does not know")
            }
            Self::ProofMissing { security: 2 } => {
                f.write_str("the device asks for a user name and a password (security 2)")
            }
            Self::ProofMissing { .. } => {
                f.write_str("the device asks for a proof of possession (security 1)")
            }
            Self::TimedOut { what } => write!(f, "{what} did not end in time"),
            Self::TooMuch { endpoint } => {
                write!(f, "the device sent more at {endpoint} than this client takes")
            }
            Self::Random => f.write_str("the source of random numbers failed"),
        }
    }
}

impl core::error::Error for Error {}

/// A status in words.
fn text(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::InvalidSecScheme => "invalid security scheme",
        Status::InvalidProto => "invalid protocol",
        Status::TooManySessions => "too many sessions",
        Status::InvalidArgument => "invalid argument",
        Status::InternalError => "internal error, or not possible in its present state",
        Status::CryptoError => "cryptographic error",
        Status::InvalidSession => "invalid session",
    }
}
