//! Requests the device's version.

use super::endpoint;
use super::exchange::{Exchange, exchange};
use crate::Version;

exchange! {
    /// Gets the device's version and capabilities. Needs no session.
    GetVersion -> Version
}

impl GetVersion {
    /// Creates the operation.
    pub fn new() -> Self {
        // Devices ignore the body, but some refuse an empty one.
        Self(Exchange::new(endpoint::VERSION, b"ESP".to_vec(), Version::parse))
    }
}

impl Default for GetVersion {
    fn default() -> Self {
        Self::new()
    }
}
