use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

/// What has happened. Events are delivered in order, on the provisioning thread.
///
/// ```no_run
/// use netprov_app::Event;
///
/// fn blink(event: Event) -> Option<u32> {
///     match event {
///         Event::Start => Some(500),
///         Event::Attempt { number, .. } => Some(100 * number),
///         Event::CredentialsWorked(_) | Event::End => None,
///         _ => Some(250),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The service has started, or waits for credentials again.
    Start,
    /// A client has completed the handshake.
    SessionEstablished,
    /// A client used a wrong proof of possession or password.
    SessionRefused,
    /// A client used another security version, or its handshake message is malformed.
    SessionInvalid,
    /// Too many handshakes failed; further ones are refused for this long.
    LockedOut(Duration),
    /// A client has sent credentials for this network; they are about to be tried.
    CredentialsReceived(Network),
    /// An attempt to join a network has started.
    Attempt {
        /// Number of the attempt, counted from 1.
        number: u32,
        /// The network.
        network: Network,
    },
    /// The credentials did not work.
    CredentialsFailed(FailReason),
    /// The credentials for this network worked and are stored.
    CredentialsWorked(Network),
    /// The service has stopped.
    End,
    /// The device is online with stored credentials. Delivered only while
    /// [`Manager::set_stay_online`](crate::Manager::set_stay_online) is on.
    Online,
    /// The device has lost its network and is reconnecting. Delivered under the same condition as
    /// [`Event::Online`].
    LinkLost,
    /// The device has an address, or another one of this kind.
    Address(Address),
    /// A client has connected: a Bluetooth LE link to the service, or a station of the device's
    /// access point. There is no such event for the console.
    TransportConnected,
    /// A client of [`Event::TransportConnected`] has disconnected.
    TransportDisconnected,
    /// The manager has ended. No event follows.
    Deinit,
}

/// The network that an event refers to: an SSID, which may contain any bytes, or the name of a
/// Thread network, which is empty if the dataset has none.
///
/// ```
/// use netprov_app::Network;
///
/// let network = Network::new(b"Home");
/// assert_eq!(network.name(), b"Home");
/// assert_eq!(network.to_string(), "Home");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bytes: [u8; 32],
    length: u8,
}

impl Network {
    /// Creates the name of a network, to compare it with that of an event. Names have up to 32
    /// bytes; a longer one is truncated.
    ///
    /// ```
    /// # use netprov_app::Network;
    /// assert_eq!(Network::new(b"Home"), Network::new("Home".as_bytes()));
    /// ```
    #[must_use]
    pub fn new(name: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let mut length = 0;
        for (to, from) in bytes.iter_mut().zip(name) {
            *to = *from;
            length += 1;
        }
        Self { bytes, length }
    }

    /// Returns the name, 0 to 32 bytes.
    ///
    /// ```
    /// # use netprov_app::Network;
    /// assert_eq!(Network::new(b"caf\xc3\xa9").name().len(), 5);
    /// ```
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }
}

/// Writes the name as text, with U+FFFD for bytes that are not UTF-8.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.name().utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.name().escape_ascii())
    }
}

impl From<netprov_ffi::Network> for Network {
    fn from(network: netprov_ffi::Network) -> Self {
        Self::new(network.name())
    }
}

/// An address of the device.
///
/// ```no_run
/// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
/// use core::time::Duration;
/// use netprov_app::AddressKind;
///
/// let address = provisioner.wait_for_address(AddressKind::OffMesh, Duration::from_secs(60))?;
/// assert!(address.ip.is_ipv6());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// What the address reaches.
    pub kind: AddressKind,
    /// The address.
    pub ip: IpAddr,
}

/// Kinds of addresses. A device for Wi-Fi has the first, a device for Thread the others.
///
/// ```
/// use netprov_app::AddressKind;
///
/// assert_ne!(AddressKind::MeshLocal, AddressKind::OffMesh);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// IPv4 address of the Wi-Fi station.
    Ipv4,
    /// IPv6 address with the Thread network's own prefix: reaches the device from within it.
    MeshLocal,
    /// IPv6 address with a prefix of a Thread border router: reaches the device from outside.
    OffMesh,
}

impl From<netprov_ffi::Address> for Address {
    fn from(address: netprov_ffi::Address) -> Self {
        use netprov_ffi::AddressKind as Raw;

        let kind = match address.kind {
            Raw::NETWORK_PROV_ADDRESS_IPV4 => AddressKind::Ipv4,
            Raw::NETWORK_PROV_ADDRESS_MESH_LOCAL => AddressKind::MeshLocal,
            Raw::NETWORK_PROV_ADDRESS_OFF_MESH => AddressKind::OffMesh,
        };
        Self { kind, ip: address.ip }
    }
}

impl From<AddressKind> for netprov_ffi::AddressKind {
    fn from(kind: AddressKind) -> Self {
        match kind {
            AddressKind::Ipv4 => Self::NETWORK_PROV_ADDRESS_IPV4,
            AddressKind::MeshLocal => Self::NETWORK_PROV_ADDRESS_MESH_LOCAL,
            AddressKind::OffMesh => Self::NETWORK_PROV_ADDRESS_OFF_MESH,
        }
    }
}

/// Why credentials failed.
///
/// ```
/// use netprov_app::FailReason;
///
/// fn hint(reason: FailReason) -> &'static str {
///     match reason {
///         FailReason::WrongPassphrase => "check the passphrase",
///         FailReason::NetworkNotFound => "move closer",
///         _ => "try another network",
///     }
/// }
/// # assert_eq!(hint(FailReason::NetworkNotFound), "move closer");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailReason {
    /// The access point rejected the passphrase. Wi-Fi only.
    WrongPassphrase,
    /// The network is not in range. For Thread also: its key is wrong, or it did not accept the
    /// device, which look the same to the device.
    NetworkNotFound,
    /// The network uses a security mode that a passphrase cannot satisfy. Wi-Fi only.
    UnsupportedSecurity,
    /// The network is in range but weak, and the attempt ended without a refusal. Wi-Fi only.
    WeakSignal,
    /// The network is in range, and the handshake with it timed out. Wi-Fi only.
    HandshakeTimeout,
    /// The network assigned no address. Wi-Fi only.
    NoAddress,
    /// The credentials worked but could not be stored.
    Storage,
    /// The Thread dataset is malformed or incomplete.
    DatasetInvalid,
}

/// State of the network connection, for Wi-Fi and Thread alike.
///
/// ```no_run
/// # fn f(provisioner: &netprov_app::Provisioner) {
/// use netprov_app::NetworkState;
///
/// let online = provisioner.network_state() == Ok(NetworkState::Connected);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkState {
    /// An attempt is under way.
    Connecting,
    /// Wi-Fi: the station has an address. Thread: the device is attached to the network, which does
    /// not mean that an address outside it can be reached.
    Connected,
    /// No credentials are being tried, or the last ones failed.
    Disconnected,
    /// An attempt failed and another will follow. Wi-Fi only: OpenThread reports no single attempts.
    AttemptFailed,
}

impl From<netprov_ffi::Event> for Event {
    fn from(event: netprov_ffi::Event) -> Self {
        use netprov_ffi::Event as Raw;

        match event {
            Raw::Start => Self::Start,
            Raw::CredentialsReceived(network) => Self::CredentialsReceived(network.into()),
            Raw::CredentialsFailed(reason) => Self::CredentialsFailed(reason.into()),
            Raw::CredentialsWorked(network) => Self::CredentialsWorked(network.into()),
            Raw::Online => Self::Online,
            Raw::LinkLost => Self::LinkLost,
            Raw::End => Self::End,
            Raw::Deinit => Self::Deinit,
            Raw::SessionEstablished => Self::SessionEstablished,
            Raw::SessionRefused => Self::SessionRefused,
            Raw::SessionInvalid => Self::SessionInvalid,
            Raw::LockedOut(ms) => Self::LockedOut(Duration::from_millis(ms.into())),
            Raw::Attempt(number, network) => Self::Attempt { number, network: network.into() },
            Raw::Address(address) => Self::Address(address.into()),
            Raw::TransportConnected => Self::TransportConnected,
            Raw::TransportDisconnected => Self::TransportDisconnected,
        }
    }
}

impl From<netprov_ffi::FailReason> for FailReason {
    fn from(reason: netprov_ffi::FailReason) -> Self {
        use netprov_ffi::FailReason as Raw;

        match reason {
            Raw::NETWORK_PROV_WIFI_AUTH_ERROR => Self::WrongPassphrase,
            Raw::NETWORK_PROV_WIFI_NETWORK_NOT_FOUND => Self::NetworkNotFound,
            Raw::NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY => Self::UnsupportedSecurity,
            Raw::NETWORK_PROV_WIFI_NO_ADDRESS => Self::NoAddress,
            Raw::NETWORK_PROV_STORAGE_ERROR => Self::Storage,
            Raw::NETWORK_PROV_DATASET_INVALID => Self::DatasetInvalid,
            Raw::NETWORK_PROV_THREAD_NOT_FOUND => Self::NetworkNotFound,
            Raw::NETWORK_PROV_WIFI_WEAK_SIGNAL => Self::WeakSignal,
            Raw::NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT => Self::HandshakeTimeout,
        }
    }
}

impl From<netprov_ffi::NetworkState> for NetworkState {
    fn from(state: netprov_ffi::NetworkState) -> Self {
        use netprov_ffi::NetworkState as Raw;

        match state {
            Raw::Connecting => Self::Connecting,
            Raw::Connected => Self::Connected,
            Raw::Disconnected => Self::Disconnected,
            Raw::AttemptFailed => Self::AttemptFailed,
        }
    }
}
