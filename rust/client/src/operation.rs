//! What a client can do with a device: each operation says what to send and reads the response.

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
pub use self::poll::{Patience, WaitThread, WaitWifi};
pub use self::scan::{ScanOptions, ScanThread, ScanWifi};
pub use self::thread::{
    ApplyThread, Attachment, GetThreadStatus, SetThread, ThreadFailure, ThreadNetwork, ThreadStatus,
};
pub use self::version::GetVersion;
pub use self::wifi::{
    ApplyWifi, AuthMode, Connection, GetWifiStatus, SetWifi, WifiFailure, WifiNetwork, WifiStatus,
};

/// The names of the endpoints that every device has.
pub mod endpoint {
    /// The device's version and capabilities.
    pub const VERSION: &str = "proto-ver";
    /// Handshakes.
    pub const SESSION: &str = "prov-session";
    /// Credentials and the connection's state.
    pub const CONFIG: &str = "prov-config";
    /// Networks in range.
    pub const SCAN: &str = "prov-scan";
    /// Resets.
    pub const CONTROL: &str = "prov-ctrl";

    /// Whether messages of an endpoint are not encrypted.
    pub fn is_plain(endpoint: &str) -> bool {
        matches!(endpoint, VERSION | SESSION)
    }
}

/// A request to a device.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The endpoint's name.
    pub endpoint: Cow<'static, str>,
    /// The bytes. Plain ones may hold a secret.
    pub message: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Request").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// What to do next.
#[derive(Debug, PartialEq)]
pub enum Step<T> {
    /// Send this request, then call [`Operation::receive`] with the response, or
    /// [`Operation::no_response`].
    Send(Request),
    /// Call [`Operation::poll`] again after this time.
    Wait(Duration),
    /// Something to show; then call [`Operation::poll`] again.
    Notice(Notice),
    /// The operation has ended.
    Done(T),
}

/// Something to show while an operation runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A device for Wi-Fi is connecting.
    Connecting,
    /// A connection attempt failed; the device tries `remaining` more times.
    AttemptFailed {
        /// Attempts that are left.
        remaining: u32,
    },
    /// A device for Thread is attaching.
    Attaching,
    /// A scan has ended and found this many networks.
    Found {
        /// Networks that the device announces.
        count: u32,
    },
}

/// Something that a client does with a device, in one request or in many.
pub trait Operation {
    /// What it ends with.
    type Output;

    /// What to do next. `now` is the time since any moment, the same in all calls; only
    /// differences count.
    fn poll(&mut self, now: Duration) -> Result<Step<Self::Output>, Error>;

    /// Takes the response to the last request, decrypted.
    fn receive(&mut self, response: &[u8]) -> Result<(), Error>;

    /// Tells that the device gave no response to the last request, and that none will come: it
    /// closed the connection, or refused the request by its transport's means. Returns what that
    /// means.
    fn no_response(&mut self) -> Error;
}
