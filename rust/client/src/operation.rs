//! Operations on a device. Each produces requests and processes the responses.

mod config;
mod control;
mod custom;
mod exchange;
mod poll;
mod scan;
mod thread;
mod version;
mod wifi;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::Error;

pub use self::control::{Control, Network};
pub use self::custom::Custom;
pub use self::poll::{PollOptions, WaitThread, WaitWifi};
pub use self::scan::{ScanOptions, ScanThread, ScanWifi};
pub use self::thread::{
    ApplyThread, Attachment, GetThreadStatus, SetThread, ThreadFailure, ThreadNetwork, ThreadStatus,
};
pub use self::version::GetVersion;
pub use self::wifi::{
    ApplyWifi, AuthMode, Connection, GetWifiStatus, SetWifi, WifiFailure, WifiNetwork, WifiStatus,
};

/// Names of the endpoints that every device has.
pub mod endpoint {
    /// The device's version and capabilities.
    pub const VERSION: &str = "proto-ver";
    /// Handshakes.
    pub const SESSION: &str = "prov-session";
    /// Credentials and connection state.
    pub const CONFIG: &str = "prov-config";
    /// Scans for networks.
    pub const SCAN: &str = "prov-scan";
    /// Resets.
    pub const CONTROL: &str = "prov-ctrl";

    /// Returns whether the messages of an endpoint are sent unencrypted.
    pub fn is_plain(endpoint: &str) -> bool {
        matches!(endpoint, VERSION | SESSION)
    }
}

/// A request to an endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The endpoint's name.
    pub endpoint: Cow<'static, str>,
    /// The message; before encryption it may contain secrets.
    pub message: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Request").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// The next action for the caller of an operation.
#[derive(Debug, PartialEq)]
pub enum Step<T> {
    /// Send this request, then call [`Operation::receive`] with the response, or
    /// [`Operation::no_response`].
    Send(Request),
    /// Wait for this long, then call [`Operation::poll`] again.
    Wait(Duration),
    /// Show this to the user, then call [`Operation::poll`] again.
    Notice(Notice),
    /// The operation is done, with this output.
    Done(T),
}

/// Progress to show while an operation runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The device is connecting to Wi-Fi.
    Connecting,
    /// A connection attempt failed; `remaining` more follow.
    AttemptFailed {
        /// Number of attempts left.
        remaining: u32,
    },
    /// The device is attaching to a Thread network.
    Attaching,
    /// A scan has finished with this many networks.
    Found {
        /// Number of networks that the device announced.
        count: u32,
    },
}

/// An exchange with a device, of one or more requests.
pub trait Operation {
    /// The result.
    type Output;

    /// Returns the next action. `now` is the time since an arbitrary start that is the same for all
    /// calls.
    fn poll(&mut self, now: Duration) -> Result<Step<Self::Output>, Error>;

    /// Processes the decrypted response to the last request.
    fn receive(&mut self, response: &[u8]) -> Result<(), Error>;

    /// Reports that the last request got no response and will not get one: the device closed the
    /// connection, or rejected the request at the transport level. Returns the error that this
    /// means for the operation.
    fn no_response(&mut self) -> Error;
}
