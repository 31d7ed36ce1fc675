//! The application's additions to the protocol: entries of the version text, and endpoints.

use protocomm::EndpointId;
use protocomm::limits::CUSTOM_ENDPOINTS_MAX;
use rand_core::TryCryptoRng;

use super::Manager;
use crate::config::endpoints;
use crate::error::Error;
use crate::network::Network;

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Adds an entry to the version text, or replaces the entry with this label.
    pub fn set_app_info(&mut self, label: &str, version: &str, caps: &[&str]) -> Result<(), Error> {
        self.app_info.set(label, version, caps)
    }

    /// Adds an endpoint of the application. Transports announce it from the next start.
    pub fn endpoint_create(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.only_stopped()?;
        Ok(self.protocomm.add_endpoint(name)?)
    }

    /// Marks an endpoint of the application as having a handler. From now on, requests to it become
    /// [`Handled::Call`](super::Handled::Call), until the service ends or the handler is unregistered.
    pub fn endpoint_register(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.serving()?;
        let (endpoint, bit) = self.custom_endpoint(name)?;
        self.handlers |= bit;
        Ok(endpoint)
    }

    /// Removes the handler of an endpoint.
    pub fn endpoint_unregister(&mut self, name: &str) -> Result<EndpointId, Error> {
        let (endpoint, bit) = self.custom_endpoint(name)?;
        self.handlers &= !bit;
        Ok(endpoint)
    }

    fn custom_endpoint(&self, name: &str) -> Result<(EndpointId, u32), Error> {
        let (endpoint, _) = self.protocomm.endpoints().find(name).ok_or(Error::UnknownEndpoint)?;
        let bit = handler_bit(endpoint).ok_or(Error::UnknownEndpoint)?;
        Ok((endpoint, bit))
    }
}

const _: () = assert!(CUSTOM_ENDPOINTS_MAX <= u32::BITS as usize, "there is one bit for each");

/// The bit of an endpoint of the application in `Manager::handlers`; `None` for the protocol's.
pub(super) fn handler_bit(endpoint: EndpointId) -> Option<u32> {
    let custom = endpoint.index().checked_sub(endpoints::ALL.len())?;
    if CUSTOM_ENDPOINTS_MAX == 0 { None } else { Some(1u32.wrapping_shl(custom as u32)) }
}
