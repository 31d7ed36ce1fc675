//! A simulated client.

use netprov_host::Device;
use sim::Client;
#[cfg(not(feature = "thread"))]
use sim::client::{answers, messages};

/// The protocol's status for success.
#[cfg(not(feature = "thread"))]
const SUCCESS: i32 = 0;

/// A client on a connection to the device.
pub struct Phone<'a> {
    device: &'a Device,
    connection: u32,
    client: Client,
}

/// The negative errno that the transport got for the request.
pub type Errno = i32;

impl<'a> Phone<'a> {
    /// Creates a security 1 client that uses this proof of possession.
    pub fn new(device: &'a Device, proof: &str) -> Self {
        Self::with(device, Client::sec1(proof.as_bytes(), [7; 32]))
    }

    /// Wraps a client of any security.
    pub fn with(device: &'a Device, client: Client) -> Self {
        Self { device, connection: 1, client }
    }

    /// Moves the client to another connection.
    pub fn on(self, connection: u32) -> Self {
        Self { connection, ..self }
    }

    /// Performs a handshake, replacing any session.
    pub fn handshake(&mut self) -> Result<(), Errno> {
        self.client.restart();
        while let Some(message) = self.client.handshake_message() {
            let response = self.device.request(self.connection, "prov-session", &message)?;
            self.client.handle(&response).expect("a handshake response");
        }
        Ok(())
    }

    /// Creates a client with an established session.
    pub fn connected(device: &'a Device, proof: &str) -> Self {
        let mut phone = Self::new(device, proof);
        phone.handshake().expect("a session");
        phone
    }

    /// Sends a request in the session.
    pub fn request(&mut self, endpoint: &str, request: &[u8]) -> Result<Vec<u8>, Errno> {
        let sealed = self.client.seal(request.to_vec());
        let response = self.device.request(self.connection, endpoint, &sealed)?;
        Ok(self.client.open(response).expect("a response encrypted for this session"))
    }

    /// Sends credentials and applies them.
    #[cfg(not(feature = "thread"))]
    pub fn send_credentials(&mut self, ssid: &str, passphrase: &str) {
        let set = messages::set_wifi(ssid.as_bytes(), passphrase.as_bytes());
        let response = self.request("prov-config", &set).expect("a response");
        assert_eq!(answers::set_wifi(&response).map(|status| status as i32), Some(SUCCESS));
        let response = self.request("prov-config", &messages::apply_wifi()).expect("a response");
        assert_eq!(answers::apply_wifi(&response).map(|status| status as i32), Some(SUCCESS));
    }

    /// Requests the station state.
    #[cfg(not(feature = "thread"))]
    pub fn status(&mut self) -> answers::WifiStatus {
        let response = self.request("prov-config", &messages::get_status()).expect("a response");
        answers::status(&response).expect("a status")
    }

    /// Requests the version information, which needs no session.
    pub fn version(&self) -> String {
        let response =
            self.device.request(self.connection, "proto-ver", b"ESP").expect("a response");
        String::from_utf8(response).expect("text")
    }
}
