//! Reports to the person or program that watches the device. None contains a secret, except the
//! proof of possession in [`Ready`], which a person must be able to type.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use protocomm::TransportId;
use provisioning::FailReason;
use provisioning::thread::{Attached, NetworkName};
use provisioning::wifi::{AuthMode, Ssid};

use crate::mesh::Mesh;

/// A transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTP.
    Http,
    /// Lines on standard input.
    Console,
}

impl Transport {
    /// The transport's number in the core.
    pub const fn id(self) -> TransportId {
        match self {
            Self::Http => TransportId(0),
            Self::Console => TransportId(1),
        }
    }

    /// The transport with this number.
    pub fn of(id: TransportId) -> Self {
        if id == Self::Console.id() { Self::Console } else { Self::Http }
    }

    /// The name for scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Console => "console",
        }
    }
}

/// What has happened.
#[derive(Clone, Copy)]
pub enum Report<'a> {
    /// HTTP is served at this address.
    Listening(SocketAddr),
    /// The console takes lines.
    ConsoleOpen,
    /// Faults can be changed at this address.
    ControlOpen(SocketAddr),
    /// The service awaits a client.
    Ready(&'a Ready),
    /// The device was provisioned before and connects by itself.
    Connecting(&'a Ssid),
    /// Like the one before, for a Thread device. The dataset may contain the network's name.
    Attaching(Option<NetworkName>),
    /// The device could not connect. It tries again after a pause, or gives up.
    ConnectFailed {
        /// The reason.
        reason: FailReason,
        /// When the next attempt is.
        again: Option<Duration>,
    },
    /// A client has completed the handshake.
    SessionEstablished {
        /// Transport.
        transport: Transport,
        /// Number of the session.
        session: u32,
    },
    /// A client does not know the proof of possession.
    ProofMismatch {
        /// Transport.
        transport: Transport,
        /// Number of the session.
        session: u32,
    },
    /// A client uses another security version, or its handshake message is malformed.
    HandshakeInvalid {
        /// Transport.
        transport: Transport,
        /// Number of the session.
        session: u32,
    },
    /// Handshakes are refused for this time.
    LockedOut(Duration),
    /// A client has asked for a scan.
    ScanStarted,
    /// The scan has found this number of networks.
    ScanDone(u32),
    /// Credentials for this network were received.
    CredentialsReceived(&'a Ssid),
    /// A dataset was received. The value is its network's name, if it has one.
    DatasetReceived(Option<NetworkName>),
    /// A connection attempt has started.
    Attempt {
        /// Number of the attempt, from 1.
        number: u32,
        /// Number of attempts in total.
        of: u32,
    },
    /// The attempt failed.
    AttemptFailed {
        /// The reason.
        reason: FailReason,
        /// Number of attempts left.
        remaining: u32,
    },
    /// The device has joined the network.
    Connected {
        /// The network.
        ssid: &'a Ssid,
        /// The address.
        address: Ipv4Addr,
    },
    /// The device is attached to this Thread network.
    Attached(&'a Attached),
    /// The device is no longer on its network.
    LinkLost,
    /// The credentials or the dataset are in the file.
    Stored,
    /// Writing them to the file failed.
    StoreFailed(&'a std::io::Error),
    /// The credentials did not work.
    Failed(FailReason),
    /// A client asked to send other credentials.
    AwaitingAgain,
    /// A request was refused: its client got a transport error.
    RequestFailed {
        /// The transport.
        transport: Transport,
        /// The endpoint.
        endpoint: &'a str,
        /// The reason.
        reason: &'a dyn std::fmt::Display,
    },
    /// The service has ended.
    End {
        /// Whether the device continues without it, connected.
        online: bool,
    },
}

/// What one must know to provision the device.
#[derive(Clone)]
pub struct Ready {
    /// The service's name.
    pub name: String,
    /// The security scheme.
    pub security: u32,
    /// The user name of security 2, if it is known.
    pub username: Option<String>,
    /// The proof of possession, or the password of security 2.
    pub pop: Option<String>,
    /// Whether the program generated it, so nobody knows it yet.
    pub pop_is_new: bool,
    /// The address of the HTTP server.
    pub http: Option<SocketAddr>,
    /// Whether the page for browsers is served.
    pub page: bool,
    /// Whether the console takes lines.
    pub console: bool,
    /// The networks in range.
    pub networks: InRange,
}

/// The networks in range.
#[derive(Clone)]
pub enum InRange {
    /// Wi-Fi networks.
    Wifi(Vec<WifiInRange>),
    /// Thread networks.
    Thread(Mesh),
}

/// A Wi-Fi network in range, for display.
#[derive(Clone)]
pub struct WifiInRange {
    /// Name.
    pub ssid: Ssid,
    /// Security.
    pub auth: AuthMode,
    /// Signal strength in dBm.
    pub rssi: i8,
    /// Whether scans do not show it.
    pub hidden: bool,
    /// The passphrase, if everybody may know it.
    pub passphrase: Option<String>,
}

/// Returns the name of a reason in JSON.
pub fn reason_name(reason: FailReason) -> &'static str {
    match reason {
        FailReason::AuthError => "auth_error",
        FailReason::NetworkNotFound => "network_not_found",
        FailReason::UnsupportedSecurity => "unsupported_security",
        FailReason::WeakSignal => "weak_signal",
        FailReason::HandshakeTimeout => "handshake_timeout",
        FailReason::NoAddress => "no_address",
        FailReason::Storage => "storage",
        FailReason::DatasetInvalid => "dataset_invalid",
        _ => "other",
    }
}
