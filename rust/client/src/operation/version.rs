//! Asking for the device's version.

use super::endpoint;
use super::exchange::{Exchange, exchange};
use crate::Version;

exchange! {
    /// Asks for the device's version and capabilities; takes no session.
    GetVersion -> Version
}

impl GetVersion {
    /// The operation.
    pub fn new() -> Self {
        // The body is ignored; some devices refuse an empty one.
        Self(Exchange::new(endpoint::VERSION, b"ESP".to_vec(), Version::parse))
    }
}

impl Default for GetVersion {
    fn default() -> Self {
        Self::new()
    }
}
