use core::time::Duration;

/// What the application is told, in order, on the provisioning thread.
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
    /// The service runs, or awaits credentials anew.
    Start,
    /// A client has completed the handshake.
    SessionEstablished,
    /// A client did not know the proof of possession, or the password.
    SessionRefused,
    /// Too many did not: handshakes are refused for so long.
    LockedOut(Duration),
    /// Credentials came in and are going to be tried.
    CredentialsReceived,
    /// A connection is being tried: which attempt, from 1.
    Attempt(u32),
    /// The credentials did not work.
    CredentialsFailed(FailReason),
    /// The credentials worked and are stored.
    CredentialsWorked,
    /// The service has ended.
    End,
    /// The device is online with stored credentials. Delivered while
    /// [`Manager::set_stay_online`](crate::Manager::set_stay_online) is on.
    Online,
    /// The link is lost, and is being restored. Delivered as [`Event::Online`] is.
    LinkLost,
    /// There is no manager any more: the last event.
    Deinit,
}

/// Why credentials did not work.
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
    /// The network refused the passphrase.
    WrongPassphrase,
    /// No such network is in range.
    NetworkNotFound,
    /// The network has a security that a passphrase does not open.
    UnsupportedSecurity,
    /// The network gave the device no address.
    NoAddress,
    /// The credentials worked but could not be stored.
    Storage,
    /// The Thread dataset is none, or lacks something.
    DatasetInvalid,
}

/// How the station stands.
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
    /// No credentials are being tried, or the last ones did not work.
    Disconnected,
    /// An attempt failed and another follows.
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
