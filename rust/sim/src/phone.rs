//! A client and its connection to a device, behaving like the phone apps.

use protocomm::Millis;
use std::fmt;

use netprov_messages::Status;
use netprov_messages::WiFiScanResult;
use protocomm::{SessionId, TransportId};
use provisioning::{RequestError, endpoints};

use crate::client::answers::{self, WifiStatus};
use crate::client::{Client, ClientError, messages};
use crate::device::Device;

/// Number of networks that the phone apps request at a time.
pub const PAGE: u32 = 4;

/// Poll interval of the phone apps.
const POLL: Millis = Millis::from_secs(5);

/// Number of polls before the apps give up.
const POLLS: u32 = 60;

/// Why a client gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneError {
    /// The transport reported an error.
    Request(RequestError),
    /// The handshake failed.
    Client(ClientError),
    /// The response does not match the request.
    Answer,
    /// The device rejected the command.
    Refused(Status),
    /// The client ran out of polls.
    Timeout,
}

/// A client and its connection.
pub struct Phone {
    session: SessionId,
    client: Client,
}

impl Phone {
    /// Creates a client on connection `number`.
    pub fn new(number: u32, client: Client) -> Self {
        Self { session: SessionId::new(TransportId(0), number), client }
    }

    /// Returns its session.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Returns its side of the protocol.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Continues with another client on the same connection.
    pub fn replace_client(&mut self, client: Client) {
        self.client = client;
    }

    /// Performs a handshake, replacing any session.
    pub fn handshake(&mut self, device: &mut Device) -> Result<(), PhoneError> {
        self.client.restart();
        while let Some(message) = self.client.handshake_message() {
            let reply = device.request(self.session, endpoints::SESSION.name, message)?;
            self.client.handle(&reply)?;
        }
        Ok(())
    }

    /// Sends a request in the session.
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

    /// Applies the credentials that were set.
    pub fn apply(&mut self, device: &mut Device) -> Result<Status, PhoneError> {
        let reply = self.request(device, endpoints::CONFIG.name, messages::apply_wifi())?;
        answers::apply_wifi(&reply).ok_or(PhoneError::Answer)
    }

    /// Requests the station state.
    pub fn status(&mut self, device: &mut Device) -> Result<WifiStatus, PhoneError> {
        let reply = self.request(device, endpoints::CONFIG.name, messages::get_status())?;
        answers::status(&reply).ok_or(PhoneError::Answer)
    }

    /// Sets and applies credentials.
    pub fn set_and_apply(
        &mut self,
        device: &mut Device,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Result<(), PhoneError> {
        success(self.set(device, ssid, passphrase)?)?;
        success(self.apply(device)?)
    }

    /// Sets and applies credentials, and polls until the outcome is known.
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

    /// Starts a scan, waits for it, and requests all results page by page.
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

    /// Requests whether the scan has finished, and the number of networks.
    pub fn scan_status(&mut self, device: &mut Device) -> Result<(bool, u32), PhoneError> {
        let reply = self.request(device, endpoints::SCAN.name, messages::scan_status())?;
        answers::scan_status(&reply).ok_or(PhoneError::Answer)
    }

    /// Requests a page of scan results, all of which must exist.
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

    /// Resets the device after a failure.
    pub fn reset(&mut self, device: &mut Device) -> Result<Status, PhoneError> {
        let reply = self.request(device, endpoints::CTRL.name, messages::reset())?;
        answers::reset(&reply).ok_or(PhoneError::Answer)
    }

    /// Resets the device after a success.
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
            Self::Answer => f.write_str("the response does not match the request"),
            Self::Refused(status) => {
                write!(f, "the device rejected the command: {}", status.as_str_name())
            }
            Self::Timeout => f.write_str("timed out"),
        }
    }
}

impl std::error::Error for PhoneError {}
