use core::time::Duration;

/// What has happened. Events are delivered in order, on the provisioning thread.
///
/// ```no_run
/// use netprov_app::Event;
///
/// fn blink(event: Event) -> Option<u32> {
///     match event {
///         Event::Start => Some(500),
///         Event::Attempt(number) => Some(100 * number),
///         Event::CredentialsWorked | Event::End => None,
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
    /// Too many handshakes failed; further ones are refused for this long.
    LockedOut(Duration),
    /// A client has sent credentials; they are about to be tried.
    CredentialsReceived,
    /// Connection attempt `n` has started (counted from 1).
    Attempt(u32),
    /// The credentials did not work.
    CredentialsFailed(FailReason),
    /// The credentials worked and are stored.
    CredentialsWorked,
    /// The service has stopped.
    End,
    /// The device is online with stored credentials. Delivered only while
    /// [`Manager::set_stay_online`](crate::Manager::set_stay_online) is on.
    Online,
    /// The device has lost its network and is reconnecting. Delivered under the same condition as
    /// [`Event::Online`].
    LinkLost,
    /// The manager has ended. No event follows.
    Deinit,
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
    /// The access point rejected the passphrase.
    WrongPassphrase,
    /// No network of this name is in range.
    NetworkNotFound,
    /// The network uses a security mode that a passphrase cannot satisfy.
    UnsupportedSecurity,
    /// The network assigned no address.
    NoAddress,
    /// The credentials worked but could not be stored.
    Storage,
    /// The Thread dataset is malformed or incomplete.
    DatasetInvalid,
}

/// State of the Wi-Fi station.
///
/// ```no_run
/// # fn f(provisioner: &netprov_app::Provisioner) {
/// use netprov_app::WifiState;
///
/// let online = provisioner.wifi_state() == Ok(WifiState::Connected);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WifiState {
    /// An attempt is under way.
    Connecting,
    /// The station has an address.
    Connected,
    /// No credentials are being tried, or the last ones failed.
    Disconnected,
    /// An attempt failed and another will follow.
    AttemptFailed,
}

impl From<netprov_ffi::Event> for Event {
    fn from(event: netprov_ffi::Event) -> Self {
        use netprov_ffi::Event as Raw;

        match event {
            Raw::Start => Self::Start,
            Raw::CredentialsReceived => Self::CredentialsReceived,
            Raw::CredentialsFailed(reason) => Self::CredentialsFailed(reason.into()),
            Raw::CredentialsWorked => Self::CredentialsWorked,
            Raw::Online => Self::Online,
            Raw::LinkLost => Self::LinkLost,
            Raw::End => Self::End,
            Raw::Deinit => Self::Deinit,
            Raw::SessionEstablished => Self::SessionEstablished,
            Raw::SessionRefused => Self::SessionRefused,
            Raw::LockedOut(ms) => Self::LockedOut(Duration::from_millis(ms.into())),
            Raw::Attempt(number) => Self::Attempt(number),
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
        }
    }
}

impl From<netprov_ffi::WifiState> for WifiState {
    fn from(state: netprov_ffi::WifiState) -> Self {
        use netprov_ffi::WifiState as Raw;

        match state {
            Raw::NETWORK_PROV_WIFI_STA_CONNECTING => Self::Connecting,
            Raw::NETWORK_PROV_WIFI_STA_CONNECTED => Self::Connected,
            Raw::NETWORK_PROV_WIFI_STA_DISCONNECTED => Self::Disconnected,
            Raw::NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED => Self::AttemptFailed,
        }
    }
}
