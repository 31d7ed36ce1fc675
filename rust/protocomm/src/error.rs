//! Reasons for which a single request fails.
//!
//! The client sees each of them as a **transport error**: an ATT error, a closed socket, a console
//! error. None is reported in a message, because an empty or default message of this protocol reads
//! as success.

use core::fmt;

use crate::wire::Overflow;

/// Why a request got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No endpoint has that name.
    UnknownEndpoint,
    /// The session has not completed a handshake, or another session has displaced it.
    NoSession,
    /// The session is still processing its previous request.
    Busy,
    /// The message is longer than any valid request to this endpoint.
    RequestTooLarge,
    /// The response would be longer than the transport can carry. Nothing was sealed.
    ResponseTooLarge,
    /// The handshake failed.
    Handshake(HandshakeError),
    /// The message was not sealed with the session's keys.
    Unauthentic,
    /// The session has used up its nonces. The client must do a new handshake.
    Exhausted,
    /// The service has no security scheme.
    NoSecurity,
}

/// Why a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
// As wide as a length on a 32-bit processor, which also sets the width of the errors that contain
// it. A length or an error is then returned in two registers without packing.
#[repr(u32)]
pub enum HandshakeError {
    /// The message is not a `SessionData`.
    Undecodable,
    /// The message belongs to another security scheme than the service uses.
    WrongScheme,
    /// The message has no command, or another one than it announces.
    MissingCommand,
    /// The second command arrived without a first.
    OutOfOrder,
    /// A key or a proof has the wrong length.
    BadLength,
    /// Anybody can compute the shared secret from the client's public key.
    WeakKey,
    /// The client's proof is wrong: it does not know the proof of possession.
    ProofMismatch,
    /// Handshakes are refused for a while after too many failed proofs.
    LockedOut,
    /// Handshakes are refused for a moment, because too many started recently and were not
    /// completed.
    TooMany,
    /// The source of randomness failed.
    Rng,
}

/// Why an endpoint could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// The name is empty or too long, or has a character or a part that a transport cannot carry.
    BadName,
    /// An endpoint of that name exists.
    Exists,
    /// The table is full.
    Full,
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error)
    }
}

impl From<Overflow> for Error {
    fn from(_: Overflow) -> Self {
        Self::ResponseTooLarge
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownEndpoint => f.write_str("no such endpoint"),
            Self::NoSession => f.write_str("no session: complete the handshake first"),
            Self::Busy => f.write_str("the last request of this session is still being answered"),
            Self::RequestTooLarge => f.write_str("the request is too large"),
            Self::ResponseTooLarge => f.write_str("the response is too large for this transport"),
            Self::Handshake(error) => write!(f, "handshake: {error}"),
            Self::Unauthentic => f.write_str("the request was not made with this session's keys"),
            Self::Exhausted => {
                f.write_str("the session has used up its nonces: start a new handshake")
            }
            Self::NoSecurity => f.write_str("the service has no security scheme"),
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undecodable => "the message is not a SessionData",
            Self::WrongScheme => "the client uses another security scheme",
            Self::MissingCommand => "the message lacks its command",
            Self::OutOfOrder => "the second command arrived without a first",
            Self::BadLength => "a key or proof has the wrong length",
            Self::WeakKey => "the client's public key is weak",
            Self::ProofMismatch => "wrong proof of possession",
            Self::LockedOut => "refused for a while after too many wrong proofs",
            Self::TooMany => "too many handshakes have started recently: try again",
            Self::Rng => "the source of randomness failed",
        })
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadName => "the endpoint's name is empty, too long or has a character that no transport can carry",
            Self::Exists => "an endpoint of that name exists",
            Self::Full => "there is no room for another endpoint",
        })
    }
}

impl core::error::Error for Error {}
impl core::error::Error for HandshakeError {}
impl core::error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn each_error_has_its_own_text() {
        let handshake = [
            HandshakeError::Undecodable,
            HandshakeError::WrongScheme,
            HandshakeError::MissingCommand,
            HandshakeError::OutOfOrder,
            HandshakeError::BadLength,
            HandshakeError::WeakKey,
            HandshakeError::ProofMismatch,
            HandshakeError::LockedOut,
            HandshakeError::TooMany,
            HandshakeError::Rng,
        ];
        let request = [
            Error::UnknownEndpoint,
            Error::NoSession,
            Error::Busy,
            Error::RequestTooLarge,
            Error::ResponseTooLarge,
            Error::Unauthentic,
            Error::Exhausted,
            Error::NoSecurity,
        ];
        let endpoint = [EndpointError::BadName, EndpointError::Exists, EndpointError::Full];
        let texts: BTreeSet<_> = handshake
            .iter()
            .map(|error| Error::from(*error).to_string())
            .chain(request.iter().map(ToString::to_string))
            .chain(endpoint.iter().map(ToString::to_string))
            .collect();
        assert_eq!(texts.len(), handshake.len() + request.len() + endpoint.len());
        assert!(texts.iter().all(|text| text.len() > 10), "{texts:?}");
    }
}
