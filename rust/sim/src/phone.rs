//! A client and its connection to a device, with the habits of the phone apps.

use protocomm::Millis;
use std::fmt;

use netprov_messages::Status;
use netprov_messages::WiFiScanResult;
use protocomm::{SessionId, TransportId};
use provisioning::{RequestError, endpoints};

use crate::client::answers::{self, WifiStatus};
use crate::client::{Client, ClientError, messages};
use crate::device::Device;

/// How many networks the phone apps ask for at once.
pub const PAGE: u32 = 4;

/// How often they ask for the status.
const POLL: Millis = Millis::from_secs(5);

/// How often they ask before they give up.
const POLLS: u32 = 60;

/// Why a client gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneError {
    /// The transport signalled an error.
    Request(RequestError),
    /// The handshake failed.
    Client(ClientError),
    /// The answer is none to what was asked.
    Answer,
    /// The device refused.
    Refused(Status),
    /// It took too long.
    Timeout,
}

/// A client and its connection.
pub struct Phone {
    session: SessionId,
    client: Client,
}

impl Phone {
    /// A client on connection `number`.
    pub fn new(number: u32, client: Client) -> Self {
        Self { session: SessionId::new(TransportId(0), number), client }
    }

    /// Its session.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Its end of the protocol.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Goes on with another client on the same connection.
    pub fn replace_client(&mut self, client: Client) {
        self.client = client;
    }

    /// Shakes hands, anew if there is a session.
    pub fn handshake(&mut self, device: &mut Device) -> Result<(), PhoneError> {
        self.client.restart();
        while let Some(message) = self.client.handshake_message() {
            let reply = device.request(self.session, endpoints::SESSION.name, message)?;
            self.client.handle(&reply)?;
        }
        Ok(())
    }

    /// Makes a request in the session.
    pub fn request(
        &mut self,
        device: &mut Device,
        endpoint: &str,
        plain: Vec<u8>,
    ) -> Result<Vec<u8>, PhoneError> {
        let sealed = self.client.seal(plain);
        let reply = device.request(self.session, endpoint, sealed)?;
        Ok(self.client.open(reply)?)
    }

    /// Sets credentials.
    pub fn set(
        &mut self,
        device: &mut Device,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Result<Status, PhoneError> {
        let message = messages::set_wifi(ssid, passphrase);
        let reply = self.request(device, endpoints::CONFIG.name, message)?;
        answers::set_wifi(&reply).ok_or(PhoneError::Answer)
    }

    /// Has the credentials tried.
    pub fn apply(&mut self, device: &mut Device) -> Result<Status, PhoneError> {
        let reply = self.request(device, endpoints::CONFIG.name, messages::apply_wifi())?;
        answers::apply_wifi(&reply).ok_or(PhoneError::Answer)
    }

    /// Asks how the station stands.
    pub fn status(&mut self, device: &mut Device) -> Result<WifiStatus, PhoneError> {
        let reply = self.request(device, endpoints::CONFIG.name, messages::get_status())?;
        answers::status(&reply).ok_or(PhoneError::Answer)
    }

    /// Sets credentials and has them tried.
    pub fn set_and_apply(
        &mut self,
        device: &mut Device,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Result<(), PhoneError> {
        success(self.set(device, ssid, passphrase)?)?;
        success(self.apply(device)?)
    }

    /// Hands credentials over and asks how it goes until it is known.
    pub fn provision(
        &mut self,
        device: &mut Device,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Result<WifiStatus, PhoneError> {
        self.set_and_apply(device, ssid, passphrase)?;
        for _ in 0..POLLS {
            let status = self.status(device)?;
            if !status.is_pending() {
                return Ok(status);
            }
            device.advance(POLL);
        }
        Err(PhoneError::Timeout)
    }

    /// Starts a scan, waits for it, and asks for all that was found, page by page.
    pub fn scan(&mut self, device: &mut Device) -> Result<Vec<WiFiScanResult>, PhoneError> {
        let reply = self.request(device, endpoints::SCAN.name, messages::scan_start(true))?;
        success(answers::scan_start(&reply).ok_or(PhoneError::Answer)?)?;
        let (finished, count) = self.scan_status(device)?;
        if !finished {
            return Err(PhoneError::Timeout);
        }
        let mut found = Vec::new();
        for start in (0..count).step_by(PAGE as usize) {
            found.extend(self.page(device, start, PAGE.min(count - start))?);
        }
        Ok(found)
    }

    /// Asks whether the scan has ended, and how much it found.
    pub fn scan_status(&mut self, device: &mut Device) -> Result<(bool, u32), PhoneError> {
        let reply = self.request(device, endpoints::SCAN.name, messages::scan_status())?;
        answers::scan_status(&reply).ok_or(PhoneError::Answer)
    }

    /// Asks for a page of what the scan found, all of which must exist.
    pub fn page(
        &mut self,
        device: &mut Device,
        start: u32,
        count: u32,
    ) -> Result<Vec<WiFiScanResult>, PhoneError> {
        let message = messages::scan_result(start, count);
        let reply = self.request(device, endpoints::SCAN.name, message)?;
        let page = answers::scan_result(&reply).ok_or(PhoneError::Answer)?;
        success(page.status)?;
        Ok(page.entries)
    }

    /// Asks to await credentials again after a failure.
    pub fn reset(&mut self, device: &mut Device) -> Result<Status, PhoneError> {
        let reply = self.request(device, endpoints::CTRL.name, messages::reset())?;
        answers::reset(&reply).ok_or(PhoneError::Answer)
    }

    /// Asks to await credentials again after a success.
    pub fn reprovision(&mut self, device: &mut Device) -> Result<Status, PhoneError> {
        let reply = self.request(device, endpoints::CTRL.name, messages::reprovision())?;
        answers::reprovision(&reply).ok_or(PhoneError::Answer)
    }
}

fn success(status: Status) -> Result<(), PhoneError> {
    match status {
        Status::Success => Ok(()),
        other => Err(PhoneError::Refused(other)),
    }
}

impl From<RequestError> for PhoneError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<ClientError> for PhoneError {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl fmt::Display for PhoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => write!(f, "the transport failed: {error}"),
            Self::Client(error) => error.fmt(f),
            Self::Answer => f.write_str("the answer is none to what was asked"),
            Self::Refused(status) => write!(f, "the device refused: {}", status.as_str_name()),
            Self::Timeout => f.write_str("it took too long"),
        }
    }
}

impl std::error::Error for PhoneError {}
