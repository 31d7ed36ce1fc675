//! Custom endpoints of the application.

use alloc::string::String;
use alloc::vec::Vec;

use super::exchange::{Exchange, exchange};

exchange! {
    /// Sends a message to a custom endpoint and returns the response.
    Custom -> Vec<u8>
}

impl Custom {
    /// Creates the operation for sending `message` to `endpoint`.
    pub fn new(endpoint: impl Into<String>, message: Vec<u8>) -> Self {
        let endpoint: String = endpoint.into();
        Self(Exchange::new(endpoint, message, |response| Ok(response.to_vec())))
    }
}
