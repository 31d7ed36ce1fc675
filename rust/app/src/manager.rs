use core::ffi::CStr;
use core::fmt;
use core::ops::Deref;

use crate::error::{Error, Result, check};
use crate::{Builder, QrPayload, Scheme, Security, WifiState};

/// The owner of the manager: when it is dropped, the service ends, and the manager.
///
/// ```no_run
/// use netprov_app::{Provisioner, Scheme};
///
/// # fn main() -> netprov_app::Result<()> {
/// let provisioner = Provisioner::builder(Scheme::console()).init()?;
/// provisioner.connect()?;
/// drop(provisioner); // the connection stays
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the manager ends when this is dropped"]
pub struct Provisioner(Manager);

impl Provisioner {
    /// Begins to say what the manager is to be like.
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

    /// Ends the service if it runs, then the manager: what dropping it does, with the result.
    ///
    /// From a closure it takes effect after that has returned. From elsewhere it returns when the
    /// closures have been dropped.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] if the transport has not stopped after 10 s: then the manager ends when
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

/// What can be asked of the manager, from any thread but an interrupt. Closures are handed one.
///
/// It is no proof that there still is a manager: what needs one says [`Error::NotPermitted`].
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

    /// Gets the device online: with what is stored, else with what a client brings. It returns when
    /// it is, after any number of credentials that do not work. A name has up to 32 bytes; a key is
    /// the passphrase of a device's own access point.
    ///
    /// # Errors
    ///
    /// [`Error::Canceled`] if the service was stopped without a success; [`Error::NotPermitted`]
    /// from a closure, or without a manager; [`Error::Busy`] if another thread is at it;
    /// [`Error::Invalid`] and [`Error::NotSupported`] for arguments, before anything is tried.
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

    /// Connects with the stored credentials. It returns when that has succeeded or failed.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if nothing is stored, [`Error::TimedOut`] if all attempts have failed,
    /// [`Error::Canceled`] if somebody has stopped it, [`Error::Busy`] if the service runs;
    /// [`Error::NotPermitted`] as above.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.connect()
    /// # }
    /// ```
    pub fn connect(&self) -> Result<()> {
        check(netprov_ffi::connect())
    }

    /// Starts the service.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager, or if the service runs; [`Error::Busy`] while
    /// something connects; [`Error::Invalid`] and [`Error::NotSupported`] for arguments; or what the
    /// transport says.
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

    /// Stops the service, and what connects; nothing if there is neither. From a closure it takes
    /// effect after that has returned.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// provisioner.stop();
    /// # }
    /// ```
    pub fn stop(&self) {
        netprov_ffi::stop();
    }

    /// Waits until provisioning has succeeded or the service has ended; not in a closure.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// provisioner.wait();
    /// # }
    /// ```
    pub fn wait(&self) {
        netprov_ffi::wait();
    }

    /// Whether the service does not run.
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

    /// Whether credentials are stored.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// if !provisioner.is_provisioned() { /* say hello */ }
    /// # }
    /// ```
    #[must_use]
    pub fn is_provisioned(&self) -> bool {
        netprov_ffi::is_provisioned()
    }

    /// Erases all stored credentials: the way back to a new device.
    ///
    /// # Errors
    ///
    /// The store's.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.forget_credentials()
    /// # }
    /// ```
    pub fn forget_credentials(&self) -> Result<()> {
        check(netprov_ffi::forget())
    }

    /// Tries credentials as if a client had brought them. An SSID has 1 to 32 bytes, a passphrase up
    /// to 63, or 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run, or others are being tried or have
    /// worked; [`Error::Invalid`] for a length.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.configure_wifi(c"HomeNet", Some(c"correct-horse"))
    /// # }
    /// ```
    pub fn configure_wifi(&self, ssid: &CStr, passphrase: Option<&CStr>) -> Result<()> {
        check(netprov_ffi::configure_wifi(ssid, passphrase))
    }

    /// Awaits credentials again after a failure.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run, or some are being tried or have worked.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.reset_after_failure()
    /// # }
    /// ```
    pub fn reset_after_failure(&self) -> Result<()> {
        check(netprov_ffi::reset_on_failure())
    }

    /// Leaves the network and awaits credentials again, after a success too.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run; [`Error::Busy`] from a closure that has
    /// asked for much already.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.reprovision()
    /// # }
    /// ```
    pub fn reprovision(&self) -> Result<()> {
        check(netprov_ffi::reset_for_reprovision())
    }

    /// How the station stands.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// let online = provisioner.wifi_state()? == netprov_app::WifiState::Connected;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wifi_state(&self) -> Result<WifiState> {
        netprov_ffi::wifi_state().map(WifiState::from).map_err(Error::from_code)
    }

    /// Why the last credentials did not work; none if they have not failed.
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

    /// Attempts left, the one under way included; none if no credentials are being tried.
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) {
    /// let left = provisioner.remaining_attempts().unwrap_or(0);
    /// # }
    /// ```
    #[must_use]
    pub fn remaining_attempts(&self) -> Option<u32> {
        netprov_ffi::remaining_attempts().ok()
    }

    /// Sets whether the device stays online: whether a link that is lost is restored from the stored
    /// networks, without end, with pauses that grow to a minute. Off by default. It takes effect
    /// once the device has been online with stored credentials.
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

    /// Adds an entry to the version information, or replaces the one with this label.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] without a manager, [`Error::Invalid`] for a text that is empty or not
    /// UTF-8, [`Error::NoSpace`] for too much of it (`CONFIG_NETWORK_PROV_APP_INFO_MAX`).
    ///
    /// ```no_run
    /// # fn f(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
    /// provisioner.set_app_info(c"my-product", c"1.2", &[c"dimmer"])
    /// # }
    /// ```
    pub fn set_app_info(&self, label: &CStr, version: &CStr, capabilities: &[&CStr]) -> Result<()> {
        check(netprov_ffi::set_app_info(label, version, capabilities))
    }

    /// The text of the QR code that Espressif's apps scan.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] if the service does not run; [`Error::NotSupported`] if no app scans
    /// for this transport, or without `CONFIG_NETWORK_PROV_QR`.
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

    /// Draws the QR code, line by line, for light text on a dark ground.
    ///
    /// # Errors
    ///
    /// As [`Self::qr_payload`].
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
