//! What can go wrong with one request.
//!
//! All of these are **transport errors** to the client: an ATT error, a closed socket, a console
//! error. None of them is answered with a message, because an empty or a default message of this
//! protocol reads as success.

use core::fmt;

use crate::wire::Overflow;

/// Why a request was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no endpoint of that name.
    UnknownEndpoint,
    /// The session has not completed a handshake, or another session has displaced it.
    NoSession,
    /// The session's last request is still being answered.
    Busy,
    /// The message is longer than this endpoint ever needs.
    RequestTooLarge,
    /// The response would be longer than the transport can carry. Nothing was sealed.
    ResponseTooLarge,
    /// The handshake failed.
    Handshake(HandshakeError),
    /// The message could not be opened: it was not made with the session's keys.
    Unauthentic,
    /// The session has used up its nonces; it takes a new handshake.
    Exhausted,
    /// The service has no security scheme.
    NoSecurity,
}

/// Why a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
// As wide as a length on a 32-bit processor, and so are the errors that it is a part of: a length or
// an error then comes back in two registers as it is, and is not packed and unpacked.
#[repr(u32)]
pub enum HandshakeError {
    /// The message is no `SessionData`.
    Undecodable,
    /// The message is of another security scheme than this service's.
    WrongScheme,
    /// The message has no command, or another than the one it announces.
    MissingCommand,
    /// The second command came without a first.
    OutOfOrder,
    /// A key or a proof has a wrong length.
    BadLength,
    /// The client's public key makes the shared secret known to anybody.
    WeakKey,
    /// The client's proof does not fit: it does not know the proof of possession.
    ProofMismatch,
    /// Handshakes are refused for a while, after too many failed proofs.
    LockedOut,
    /// Handshakes are refused for a moment: too many have begun of late and were not completed.
    TooMany,
    /// The source of randomness failed.
    Rng,
}

/// Why an endpoint could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// The name is empty, too long or not made of printable ASCII without spaces, `/` and `"`.
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
            Self::Exhausted => f.write_str("the session has used up its nonces"),
            Self::NoSecurity => f.write_str("the service has no security scheme"),
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undecodable => "the message is no SessionData",
            Self::WrongScheme => "the client speaks another security scheme",
            Self::MissingCommand => "the message lacks its command",
            Self::OutOfOrder => "the second command came without a first",
            Self::BadLength => "a key or proof has a wrong length",
            Self::WeakKey => "the client's public key is weak",
            Self::ProofMismatch => "wrong proof of possession",
            Self::LockedOut => "refused for a while after too many wrong proofs",
            Self::TooMany => "too many handshakes have begun of late",
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
    fn each_error_has_words_of_its_own() {
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
