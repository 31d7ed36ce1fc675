//! Why something failed, as a number that the page has words for.

use netprov_client::Error;

use crate::bytes::Writer;

/// Writes the kind of a failure, two numbers that belong to it, and the endpoint.
pub(crate) fn write(error: &Error, out: &mut Writer) {
    let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let (kind, first, second, endpoint) = match error {
        Error::Malformed { endpoint } => (1, 0, 0, &**endpoint),
        Error::Unexpected { endpoint } => (2, 0, 0, &**endpoint),
        Error::Refused { status, .. } => (3, u8::try_from(*status as i32).unwrap_or(0), 0, ""),
        Error::NoResponse { endpoint } => (4, 0, 0, &**endpoint),
        Error::WrongProof => (5, 0, 0, ""),
        Error::UntrustedDevice => (6, 0, 0, ""),
        Error::Forged => (7, 0, 0, ""),
        Error::NoSession => (8, 0, 0, ""),
        Error::SessionExhausted => (9, 0, 0, ""),
        Error::SecurityMismatch { offered, required } => (10, byte(*offered), byte(*required), ""),
        Error::Unprotected => (11, 0, 0, ""),
        Error::UnknownSecurity(number) => (12, byte(*number), 0, ""),
        Error::ProofMissing { security } => (13, byte(*security), 0, ""),
        Error::TimedOut { .. } => (14, 0, 0, ""),
        Error::LimitExceeded { endpoint } => (15, 0, 0, &**endpoint),
        Error::Random => (16, 0, 0, ""),
        // What a later version of the library adds.
        _ => (0, 0, 0, ""),
    };
    out.u8(kind).u8(first).u8(second).field(endpoint.as_bytes());
}

/// The page called the module in a way that makes no sense: its own defect.
pub(crate) const MISUSED: u8 = 17;
