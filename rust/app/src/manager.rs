use core::ffi::CStr;
use core::fmt;
use core::ops::Deref;
use core::time::Duration;

use crate::error::{Error, Result, check};
use crate::{Address, AddressKind, Builder, NetworkState, QrPayload, Scheme, Security};

/// Owns the manager: dropping it stops the service and ends the manager.
///
/// ```no_run
/// use netprov_app::{Provisioner, Scheme};
///
/// # fn main() -> netprov_app::Result<()> {
/// let provisioner = Provisioner::builder(Scheme::console()).init()?;
/// provisioner.connect()?;
/// drop(provisioner); // the network connection stays up
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the manager ends when this is dropped"]
pub struct Provisioner(Manager);

impl Provisioner {
    /// Starts building a manager that uses the transport `scheme`.
    ///
    /// ```no_run
    /// # use netprov_app::{Provisioner, Scheme};
    /// let builder = Provisioner::builder(Scheme::console());
    /// ```
    pub fn builder(scheme: Scheme) -> Builder {
        Builder::new(scheme)
    }

    pub(crate) fn new() -> Self {
        Self(Manager::new())
    }

    /// Stops the service if it runs, then ends the manager. Dropping does the same, without a
    /// result.
    ///
    /// Called from a closure, it takes effect once the closure has returned. Called from elsewhere,
    /// it returns after the closures have been dropped.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] if the transport has not stopped within 10 s. The manager then ends when
    /// the transport does.
    ///
    /// ```no_run
    /// # use netprov_app::{Provisioner, Scheme};
    /// # fn main() -> netprov_app::Result<()> {
    /// let provisioner = Provisioner::builder(Scheme::console()).init()?;
    /// provisioner.deinit()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn deinit(self) -> Result<()> {
        let result = check(netprov_ffi::deinit());
        core::mem::forget(self);
        result
    }
}

impl Drop for Provisioner {
    fn drop(&mut self) {
        netprov_ffi::deinit();
    }
}

impl Deref for Provisioner {
    type Target = Manager;

    fn deref(&self) -> &Manager {
        &self.0
    }
}

/// A handle for controlling the manager from any thread (not from an interrupt). Closures receive
/// one.
///
/// A handle does not keep the manager alive: once the manager has ended, functions return
/// [`Error::NotPermitted`].
///
/// ```no_run
/// # use netprov_app::{Provisioner, Scheme};
/// # fn main() -> netprov_app::Result<()> {
/// let provisioner = Provisioner::builder(Scheme::console()).init()?;
/// let manager = *provisioner; // for another thread
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Manager {
    _private: (),
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Manager")
    }
}

impl Manager {
    pub(crate) const fn new() -> Self {
        Self { _private: () }
    }

    /// Gets the device online with the stored credentials, or else with credentials from a client.
    /// Returns once the device is online, however many credentials fail before that. `name` is the
    /// name that clients see (up to 32 bytes); `key` is the passphrase of the device's own access
    /// point, if it opens one.
    ///
    /// If the stored networks are only out of service for a while, the device finds them later: they
    /// are tried again in turn with the service or, with `CONFIG_NETWORK_PROV_RETRY_BESIDE`, while it
    /// runs.
    ///
    /// # Errors
    ///
    /// [`Error::Canceled`] if the service was stopped before it succeeded; [`Error::NotPermitted`]
    /// from a closure, or without a manager; [`Error::Busy`] if another thread is already
    /// connecting; [`Error::Invalid`] and [`Error::NotSupported`] for bad arguments, before
    /// anything is tried.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// use netprov_app::Security;
    ///
    /// provisioner.connect_or_provision(Security::One(Some(c"abcd1234")), c"PROV_1234", None)
    /// # }
    /// ```
    pub fn connect_or_provision(
        &self,
        security: Security<'_>,
        name: &CStr,
        key: Option<&CStr>,
    ) -> Result<()> {
        check(netprov_ffi::connect_or_provision(security.into(), name, key))
    }

    /// Connects with the stored credentials. Returns once that has succeeded or failed.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if nothing is stored; [`Error::TimedOut`] if all attempts failed;
    /// [`Error::Canceled`] if it was stopped; [`Error::Busy`] if the service runs;
    /// [`Error::NotPermitted`] from a closure, or without a manager.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.connect()
    /// # }
    /// ```
    pub fn connect(&self) -> Result<()> {
        check(netprov_ffi::connect())
    }

    /// Starts the service and returns; see [`Self::connect_or_provision`] for the arguments.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager, or if the service already runs; [`Error::Busy`]
    /// while the device is connecting; [`Error::Invalid`] and [`Error::NotSupported`] for bad
    /// arguments; otherwise the transport's error.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// use netprov_app::Security;
    ///
    /// provisioner.start(Security::One(None), c"PROV_1234", None)?;
    /// provisioner.wait();
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(&self, security: Security<'_>, name: &CStr, key: Option<&CStr>) -> Result<()> {
        check(netprov_ffi::start(security.into(), name, key))
    }

    /// Stops the service and any connecting in progress; does nothing if there is neither. Called
    /// from a closure, it takes effect once the closure has returned.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// provisioner.stop();
    /// # }
    /// ```
    pub fn stop(&self) {
        netprov_ffi::stop();
    }

    /// Waits until provisioning has succeeded or the service has stopped. In a closure it returns
    /// at once.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// provisioner.wait();
    /// # }
    /// ```
    pub fn wait(&self) {
        netprov_ffi::wait();
    }

    /// Returns whether the service is stopped.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// assert!(provisioner.is_idle());
    /// # }
    /// ```
    #[must_use]
    pub fn is_idle(&self) -> bool {
        netprov_ffi::is_idle()
    }

    /// Returns whether credentials are stored.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// if !provisioner.is_provisioned() { /* first boot */ }
    /// # }
    /// ```
    #[must_use]
    pub fn is_provisioned(&self) -> bool {
        netprov_ffi::is_provisioned()
    }

    /// Erases all stored credentials, as for a factory reset. With Thread, the device also leaves its
    /// network.
    ///
    /// # Errors
    ///
    /// Errors of the credential store.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.forget_credentials()
    /// # }
    /// ```
    pub fn forget_credentials(&self) -> Result<()> {
        check(netprov_ffi::forget())
    }

    /// Tries credentials as if a client had sent them. For Wi-Fi. An SSID has 1 to 32 bytes; a
    /// passphrase has up to 63 bytes, or is 64 hexadecimal digits.
    ///
    /// Between [`Event::CredentialsReceived`](crate::Event::CredentialsReceived) and the first
    /// attempt, these credentials replace the received ones.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run, an attempt has started, or other
    /// credentials have worked; [`Error::Invalid`] for a wrong length.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.configure_wifi(c"HomeNet", Some(c"correct-horse"))
    /// # }
    /// ```
    #[cfg(not(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD))]
    pub fn configure_wifi(&self, ssid: &CStr, passphrase: Option<&CStr>) -> Result<()> {
        check(netprov_ffi::configure_wifi(ssid, passphrase))
    }

    /// Tries a dataset as if a client had sent it. For Thread: requires
    /// `CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD`. `dataset` is an active operational dataset in TLV
    /// form, 1 to 254 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run, or another dataset is being tried or
    /// has worked; [`Error::Invalid`] for a dataset that is malformed or incomplete (clients are
    /// then told of a failure).
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner, dataset: &[u8]) -> netprov_app::Result<()> {
    /// provisioner.configure_thread(dataset)
    /// # }
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)]
    pub fn configure_thread(&self, dataset: &[u8]) -> Result<()> {
        check(netprov_ffi::configure_thread(dataset))
    }

    /// Accepts new credentials after a failure.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run, or credentials are being tried or have
    /// worked.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.reset_after_failure()
    /// # }
    /// ```
    pub fn reset_after_failure(&self) -> Result<()> {
        check(netprov_ffi::reset_on_failure())
    }

    /// Disconnects (leaves the Thread network) and accepts new credentials, also after a success.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run; [`Error::Busy`] from a closure that has
    /// already queued too many requests.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.reprovision()
    /// # }
    /// ```
    pub fn reprovision(&self) -> Result<()> {
        check(netprov_ffi::reset_for_reprovision())
    }

    /// Gets the state of the network connection. While the service runs, this is the progress of the
    /// credentials being tried; otherwise, whether the device is, or is getting, online.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// let online = provisioner.network_state()? == netprov_app::NetworkState::Connected;
    /// # Ok(())
    /// # }
    /// ```
    pub fn network_state(&self) -> Result<NetworkState> {
        netprov_ffi::network_state().map(NetworkState::from).map_err(Error::from_code)
    }

    /// Returns why the last credentials failed, or `None` if they have not failed.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// if let Some(reason) = provisioner.fail_reason() { /* show it */ }
    /// # }
    /// ```
    #[must_use]
    pub fn fail_reason(&self) -> Option<crate::FailReason> {
        netprov_ffi::fail_reason().ok().map(crate::FailReason::from)
    }

    /// Returns how many attempts are left, including the one in progress, or `None` if no
    /// credentials are being tried. For Wi-Fi.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// let left = provisioner.remaining_attempts().unwrap_or(0);
    /// # }
    /// ```
    #[cfg(not(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD))]
    #[must_use]
    pub fn remaining_attempts(&self) -> Option<u32> {
        netprov_ffi::remaining_attempts().ok()
    }

    /// Sets whether a lost connection is restored from the stored networks. Retries never stop; the
    /// pauses between them grow up to a minute. Off by default. Takes effect once the device has
    /// been online with stored credentials.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.set_stay_online(true)?;
    /// provisioner.connect()
    /// # }
    /// ```
    pub fn set_stay_online(&self, stay: bool) -> Result<()> {
        check(netprov_ffi::set_stay_online(stay))
    }

    /// Waits until the device has an address of this kind, for at most `timeout`. Returns at once
    /// if it has one. A zero timeout only checks.
    ///
    /// A device for Wi-Fi is online when it has an address. A device for Thread is connected before
    /// it can be reached from outside its network, and may never be: an address of
    /// [`AddressKind::OffMesh`](crate::AddressKind::OffMesh) needs a border router.
    /// [`Event::Address`](crate::Event::Address) reports addresses without waiting.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] if there is none after this time; [`Error::Invalid`] for a kind that
    /// this network type does not have; [`Error::NotPermitted`] from a closure, if there is none
    /// yet.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// use core::time::Duration;
    /// use netprov_app::AddressKind;
    ///
    /// let address = provisioner.wait_for_address(AddressKind::OffMesh, Duration::from_secs(60))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_address(&self, kind: AddressKind, timeout: Duration) -> Result<Address> {
        let ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        let address = netprov_ffi::wait_for_address(kind.into(), ms).map_err(Error::from_code)?;
        Ok(address.into())
    }

    /// Adds an entry to the version information, or replaces the entry with this label.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager; [`Error::Invalid`] for text that is empty or not
    /// UTF-8; [`Error::NoSpace`] for too much text (`CONFIG_NETWORK_PROV_APP_INFO_MAX`).
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.set_app_info(c"my-product", c"1.2", &[c"dimmer"])
    /// # }
    /// ```
    pub fn set_app_info(&self, label: &CStr, version: &CStr, capabilities: &[&CStr]) -> Result<()> {
        check(netprov_ffi::set_app_info(label, version, capabilities))
    }

    /// Returns the text of the QR code that Espressif's apps scan.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run; [`Error::NotSupported`] if no app scans
    /// QR codes for this transport, or without `CONFIG_NETWORK_PROV_QR`.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner, show: fn(&str)) -> netprov_app::Result<()> {
    /// show(&provisioner.qr_payload()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn qr_payload(&self) -> Result<QrPayload> {
        QrPayload::new()
    }

    /// Draws the QR code. Calls `line` for each line of text; the code is drawn for light text on a
    /// dark background.
    ///
    /// # Errors
    ///
    /// As for [`Self::qr_payload`].
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner, print: fn(&str)) -> netprov_app::Result<()> {
    /// provisioner.draw_qr(|line| print(line))
    /// # }
    /// ```
    pub fn draw_qr(&self, mut line: impl FnMut(&str) + Send) -> Result<()> {
        check(netprov_ffi::draw_qr(|text| line(text.to_str().unwrap_or_default())))
    }
}
