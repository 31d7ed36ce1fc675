//! The application's additions to the protocol: entries of the version text, and endpoints.

use protocomm::{EndpointClass, EndpointId};
use rand_core::TryCryptoRng;

use super::{Custom, Manager};
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
        if self.custom.is_full() {
            return Err(Error::Full);
        }
        let id = self.protocomm.add_endpoint(name, EndpointClass::Request)?;
        // There is room.
        let _ = self.custom.push(Custom { id, registered: false });
        Ok(id)
    }

    /// Marks an endpoint of the application as having a handler. From now on, requests to it become
    /// [`Handled::Call`](super::Handled::Call), until the service ends or the handler is unregistered.
    pub fn endpoint_register(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.serving()?;
        let custom = self.custom_endpoint(name)?;
        custom.registered = true;
        Ok(custom.id)
    }

    /// Removes the handler of an endpoint.
    pub fn endpoint_unregister(&mut self, name: &str) -> Result<EndpointId, Error> {
        let custom = self.custom_endpoint(name)?;
        custom.registered = false;
        Ok(custom.id)
    }

    pub(super) fn custom_endpoint(&mut self, name: &str) -> Result<&mut Custom, Error> {
        let (id, _) = self.protocomm.endpoints().find(name).ok_or(Error::UnknownEndpoint)?;
        self.custom.iter_mut().find(|custom| custom.id == id).ok_or(Error::UnknownEndpoint)
    }
}
