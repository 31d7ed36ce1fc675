//! Reports to the person or program that watches the device. Nothing here is a secret, but the proof of
//! possession in [`Ready`], which a person must be able to type.

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
    /// As the core numbers it.
    pub const fn id(self) -> TransportId {
        match self {
            Self::Http => TransportId(0),
            Self::Console => TransportId(1),
        }
    }

    /// The transport of this number.
    pub fn of(id: TransportId) -> Self {
        if id == Self::Console.id() { Self::Console } else { Self::Http }
    }

    /// As scripts call it.
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
    /// The same of a device for Thread, whose dataset may tell the network's name.
    Attaching(Option<NetworkName>),
    /// The device could not connect. It tries again after a pause, or gives up.
    ConnectFailed {
        /// Why.
        reason: FailReason,
        /// When it is tried again.
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
    /// A dataset was received. Its network's name, if it has one.
    DatasetReceived(Option<NetworkName>),
    /// A connection attempt has started.
    Attempt {
        /// Number of the attempt, from 1.
        number: u32,
        /// Number of attempts in all.
        of: u32,
    },
    /// The attempt failed.
    AttemptFailed {
        /// Why.
        reason: FailReason,
        /// How many are left.
        remaining: u32,
    },
    /// The device is on the network.
    Connected {
        /// Which.
        ssid: &'a Ssid,
        /// With this address.
        address: Ipv4Addr,
    },
    /// The device is attached to this Thread network.
    Attached(&'a Attached),
    /// The device is no longer on its network.
    LinkLost,
    /// What has worked is in the file.
    Stored,
    /// It could not be written to the file.
    StoreFailed(&'a std::io::Error),
    /// The credentials did not work.
    Failed(FailReason),
    /// A client asked to be heard again with other credentials.
    AwaitingAgain,
    /// A request was refused: a transport error, to its client.
    RequestFailed {
        /// How it came.
        transport: Transport,
        /// The endpoint it was for.
        endpoint: &'a str,
        /// Why.
        reason: &'a dyn std::fmt::Display,
    },
    /// The service has ended.
    End {
        /// The device goes on without it, connected.
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
    /// It was made up by the program: nobody knows it yet.
    pub pop_is_new: bool,
    /// Where HTTP is served.
    pub http: Option<SocketAddr>,
    /// Whether the page for browsers is there.
    pub page: bool,
    /// Whether the console takes lines.
    pub console: bool,
    /// The networks in range.
    pub networks: InRange,
}

/// The networks in range.
#[derive(Clone)]
pub enum InRange {
    /// Of Wi-Fi.
    Wifi(Vec<WifiInRange>),
    /// Of Thread.
    Thread(Mesh),
}

/// A Wi-Fi network in range, as it is shown.
#[derive(Clone)]
pub struct WifiInRange {
    /// Its name.
    pub ssid: Ssid,
    /// Its security.
    pub auth: AuthMode,
    /// Its strength in dBm.
    pub rssi: i8,
    /// Scans do not see it.
    pub hidden: bool,
    /// Its passphrase, if that is one that everybody may know.
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
