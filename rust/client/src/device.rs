//! A device reached over a transport, with a clock for its operations.

use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::operation::{
    ApplyThread, ApplyWifi, Attachment, Connection, GetVersion, PollOptions, SetThread, SetWifi,
    ThreadFailure, WaitThread, WaitWifi, WifiFailure,
};
use crate::transport::{Transport, TransportError};
use crate::{
    Client, Error, Handshake, Notice, Operation, RandomFailed, Scheme, Secret, Step, Version,
};

/// Default time limit for a request. A scan takes up to 15 s.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// The longest time limit for a request: transports add it to the present, which must not overflow.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the device may be unreachable while it connects. Its access point follows the network
/// to another channel, which disconnects clients for a moment.
const LOST_TIME: Duration = Duration::from_secs(20);

/// Fills a buffer with random bytes from the operating system.
pub fn system_random(bytes: &mut [u8]) -> Result<(), RandomFailed> {
    getrandom::fill(bytes).map_err(|_| RandomFailed)
}

/// Why communication with a device failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceError {
    /// The device or the client stopped the exchange.
    Protocol(Error),
    /// The transport got no response.
    Transport(TransportError),
}

impl From<Error> for DeviceError {
    fn from(error: Error) -> Self {
        Self::Protocol(error)
    }
}

impl From<TransportError> for DeviceError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DeviceError {}

/// A device reached over the transport `T`.
///
/// Call [`version`](Self::version), then [`connect`](Self::connect), then [`run`](Self::run)
/// operations. All calls block, with a time limit.
pub struct Device<T> {
    transport: T,
    client: Client,
    /// The scheme of the last session, for establishing a new one.
    scheme: Option<Scheme>,
    request_time: Duration,
    began: Instant,
}

impl<T: Transport> Device<T> {
    /// Creates a device without a session. Nothing is sent yet.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            client: Client::new(),
            scheme: None,
            request_time: REQUEST_TIME,
            began: Instant::now(),
        }
    }

    /// Sets the time limit for a request (default: 30 s; at most a day).
    pub fn set_request_time(&mut self, time: Duration) {
        self.request_time = time.min(REQUEST_TIME_MAX);
    }

    /// Runs an operation until it is done, and passes its notices to `notice`.
    pub fn run<O: Operation>(
        &mut self,
        operation: &mut O,
        mut show: impl FnMut(&Notice),
    ) -> Result<O::Output, DeviceError> {
        loop {
            match self.client.poll(operation, self.began.elapsed())? {
                Step::Send(request) => {
                    let limit = self.request_time;
                    match self.transport.exchange(&request.endpoint, &request.message, limit) {
                        Ok(response) => self.client.receive(operation, &response)?,
                        // The transport's reason is more specific than "no response".
                        Err(error @ TransportError::NoResponse(_)) => {
                            return Err(match operation.no_response() {
                                Error::NoResponse { .. } => error.into(),
                                meaning => meaning.into(),
                            });
                        }
                        Err(error) => {
                            self.client.forget();
                            return Err(error.into());
                        }
                    }
                }
                Step::Wait(time) => sleep(time),
                Step::Notice(notice) => show(&notice),
                Step::Done(output) => return Ok(output),
            }
        }
    }

    /// Requests the device's version and capabilities.
    pub fn version(&mut self) -> Result<Version, DeviceError> {
        self.run(&mut GetVersion::new(), |_| {})
    }

    /// Establishes a session. With security 1 and 2, the device has been authenticated when this
    /// returns.
    pub fn connect(&mut self, scheme: Scheme) -> Result<(), DeviceError> {
        let mut handshake = Handshake::new(scheme.clone(), system_random);
        let channel = self.run(&mut handshake, |_| {})?;
        self.client.establish(channel);
        self.scheme = Some(scheme);
        Ok(())
    }

    /// Sends Wi-Fi credentials and asks the device to connect. The outcome comes from
    /// [`wait_for_wifi`](Self::wait_for_wifi).
    pub fn send_wifi(&mut self, ssid: &[u8], passphrase: &Secret) -> Result<(), DeviceError> {
        self.run(&mut SetWifi::new(ssid, passphrase), |_| {})?;
        self.run(&mut ApplyWifi::new(), |_| {})
    }

    /// Waits until the device has connected or failed to.
    pub fn wait_for_wifi(
        &mut self,
        patience: PollOptions,
        show: impl FnMut(&Notice),
    ) -> Result<Result<Connection, WifiFailure>, DeviceError> {
        self.run_across_sessions(patience, WaitWifi::new, show)
    }

    /// Sends a Thread dataset and asks the device to attach.
    pub fn send_thread(&mut self, dataset: &Secret) -> Result<(), DeviceError> {
        self.run(&mut SetThread::new(dataset), |_| {})?;
        self.run(&mut ApplyThread::new(), |_| {})
    }

    /// Waits until the device has attached or failed to.
    pub fn wait_for_thread(
        &mut self,
        patience: PollOptions,
        show: impl FnMut(&Notice),
    ) -> Result<Result<Attachment, ThreadFailure>, DeviceError> {
        self.run_across_sessions(patience, WaitThread::new, show)
    }

    /// Runs a waiting operation. If the device becomes unreachable for a while, continues in a new
    /// session.
    fn run_across_sessions<O: Operation>(
        &mut self,
        patience: PollOptions,
        operation: fn(PollOptions) -> O,
        mut show: impl FnMut(&Notice),
    ) -> Result<O::Output, DeviceError> {
        let began = Instant::now();
        let mut lost: Option<Instant> = None;
        loop {
            let limit = patience.limit.saturating_sub(began.elapsed());
            let mut waiting = operation(PollOptions { limit, ..patience });
            let mut outcome = Ok(());
            if !self.client.is_established() {
                outcome = self.reestablish();
                lost = lost.filter(|_| outcome.is_err());
            }
            if outcome.is_ok() {
                match self.run(&mut waiting, &mut show) {
                    Ok(output) => return Ok(output),
                    Err(error) => outcome = Err(error),
                }
            }
            let Err(DeviceError::Transport(error)) = &outcome else {
                return outcome.and(Err(Error::NoSession.into()));
            };
            let since = *lost.get_or_insert_with(Instant::now);
            if !error.is_transient() || since.elapsed() >= LOST_TIME.min(limit) {
                return Err(error.clone().into());
            }
            self.client.forget();
            sleep(patience.interval);
        }
    }

    fn reestablish(&mut self) -> Result<(), DeviceError> {
        let scheme = self.scheme.clone().ok_or(Error::NoSession)?;
        self.transport.restart();
        self.connect(scheme)
    }
}
