//! A client.

use netprov_host::Device;
use sim::Client;
use sim::client::{answers, messages};

/// As the protocol numbers it.
const SUCCESS: i32 = 0;

/// A client on a connection to the device.
pub struct Phone<'a> {
    device: &'a Device,
    connection: u32,
    client: Client,
}

/// Why the device does not answer: the negative errno that its transport was told.
pub type Refusal = i32;

impl<'a> Phone<'a> {
    /// One of security 1 that knows this proof of possession.
    pub fn new(device: &'a Device, proof: &str) -> Self {
        Self::with(device, Client::sec1(proof.as_bytes(), [7; 32]))
    }

    /// Any.
    pub fn with(device: &'a Device, client: Client) -> Self {
        Self { device, connection: 1, client }
    }

    /// The same client on another connection.
    pub fn on(self, connection: u32) -> Self {
        Self { connection, ..self }
    }

    /// Shakes hands, anew if there is a session.
    pub fn handshake(&mut self) -> Result<(), Refusal> {
        self.client.restart();
        while let Some(message) = self.client.handshake_message() {
            let answer = self.device.request(self.connection, "prov-session", &message)?;
            self.client.handle(&answer).expect("an answer to this");
        }
        Ok(())
    }

    /// One that has shaken hands.
    pub fn connected(device: &'a Device, proof: &str) -> Self {
        let mut phone = Self::new(device, proof);
        phone.handshake().expect("a session");
        phone
    }

    /// Asks in the session.
    pub fn ask(&mut self, endpoint: &str, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        let sealed = self.client.seal(request.to_vec());
        let answer = self.device.request(self.connection, endpoint, &sealed)?;
        Ok(self.client.open(answer).expect("it is sealed for this session"))
    }

    /// Brings credentials and has them tried.
    pub fn bring(&mut self, ssid: &str, passphrase: &str) {
        let set = messages::set_wifi(ssid.as_bytes(), passphrase.as_bytes());
        let answer = self.ask("prov-config", &set).expect("an answer");
        assert_eq!(answers::set_wifi(&answer).map(|status| status as i32), Some(SUCCESS));
        let answer = self.ask("prov-config", &messages::apply_wifi()).expect("an answer");
        assert_eq!(answers::apply_wifi(&answer).map(|status| status as i32), Some(SUCCESS));
    }

    /// Asks how the station stands.
    pub fn status(&mut self) -> answers::WifiStatus {
        let answer = self.ask("prov-config", &messages::get_status()).expect("an answer");
        answers::status(&answer).expect("a status")
    }

    /// The version information, which everybody reads.
    pub fn version(&self) -> String {
        let answer = self.device.request(self.connection, "proto-ver", b"ESP").expect("an answer");
        String::from_utf8(answer).expect("text")
    }
}
