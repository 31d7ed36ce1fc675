//! Errors of the application's calls and of clients' requests.

use core::fmt;

use protocomm::EndpointError;

/// Why a call of the application was refused. The call has changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The call is only for a manager that is not running.
    Running,
    /// The call is only for a manager that is running.
    NotRunning,
    /// The state does not allow it: credentials are being tried or have worked.
    State,
    /// Stored networks are being tried. Stop that first, or wait for its end.
    Connecting,
    /// No network is stored. Start the service instead.
    NothingStored,
    /// The build lacks it: the feature `connect` is off.
    NotBuiltIn,
    /// An argument is too long, too short or out of range.
    Argument,
    /// There is no room for it.
    Full,
    /// The endpoint's name is not accepted.
    Endpoint(EndpointError),
    /// There is no such endpoint.
    UnknownEndpoint,
}

/// Why a request got no response. The client sees an error of the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The protocol refused it.
    Protocol(protocomm::Error),
    /// The service is not running, or was stopped before the response.
    NotRunning,
    /// The request is not a message of its endpoint.
    Undecodable,
    /// The request names no command, or one that its endpoint does not have.
    UnknownCommand,
    /// The request lacks what its command needs.
    MissingCommand,
    /// The application has created the endpoint but registered no handler.
    NoHandler,
    /// The application's handler failed.
    HandlerFailed,
    /// Another session was established before the response.
    Displaced,
}

impl From<protocomm::Error> for RequestError {
    fn from(error: protocomm::Error) -> Self {
        Self::Protocol(error)
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Full => Self::Full,
            other => Self::Endpoint(other),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "provisioning is running",
            Self::NotRunning => "provisioning is not running",
            Self::State => "not now: credentials are being tried or have worked",
            Self::Connecting => "stored networks are being tried: stop first, or wait",
            Self::NothingStored => "no network is stored: start provisioning instead",
            Self::NotBuiltIn => "not built in: enable connecting with stored networks",
            Self::Argument => "an argument is too long, too short or out of range",
            Self::Full => "the table is full",
            Self::Endpoint(error) => return error.fmt(f),
            Self::UnknownEndpoint => "there is no such endpoint",
        })
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protocol(error) => return error.fmt(f),
            Self::NotRunning => "provisioning is not running",
            Self::Undecodable => "the request is not a message of this endpoint",
            Self::UnknownCommand => "the endpoint has no such command",
            Self::MissingCommand => "the request lacks what its command needs",
            Self::NoHandler => "the application has not registered a handler",
            Self::HandlerFailed => "the application's handler failed",
            Self::Displaced => "another session took over",
        })
    }
}

impl core::error::Error for Error {}
impl core::error::Error for RequestError {}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    use super::*;
    use crate::output::FailReason;

    #[test]
    fn each_error_has_its_own_text() {
        let calls = [
            Error::Running,
            Error::State,
            Error::Connecting,
            Error::NothingStored,
            Error::NotBuiltIn,
            Error::Argument,
            Error::Full,
            Error::Endpoint(EndpointError::BadName),
            Error::UnknownEndpoint,
        ];
        let requests = [
            RequestError::Protocol(protocomm::Error::Busy),
            RequestError::NotRunning,
            RequestError::Undecodable,
            RequestError::UnknownCommand,
            RequestError::MissingCommand,
            RequestError::NoHandler,
            RequestError::HandlerFailed,
            RequestError::Displaced,
        ];
        let reasons = [
            FailReason::AuthError,
            FailReason::NetworkNotFound,
            FailReason::UnsupportedSecurity,
            FailReason::WeakSignal,
            FailReason::HandshakeTimeout,
            FailReason::NoAddress,
            FailReason::Storage,
            FailReason::DatasetInvalid,
        ];
        let texts: BTreeSet<_> = calls
            .iter()
            .map(ToString::to_string)
            .chain(requests.iter().map(ToString::to_string))
            .chain(reasons.iter().map(ToString::to_string))
            .collect();
        assert_eq!(texts.len(), calls.len() + requests.len() + reasons.len());
        // The application and a client get the same text for the same state.
        assert_eq!(Error::NotRunning.to_string(), RequestError::NotRunning.to_string());
    }
}
