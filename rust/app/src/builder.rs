use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::time::Duration;

use netprov_ffi::{Application, Endpoint};

use crate::error::{Error, Result, check};
use crate::{Event, Manager, Provisioner, Scheme};

/// Returned by an endpoint handler to reject a request. The client sees an error of its transport,
/// since the protocol has no error response for custom endpoints; the reason is logged.
///
/// ```no_run
/// # use netprov_app::{Provisioner, Refused, Scheme};
/// let builder = Provisioner::builder(Scheme::console()).endpoint(c"volume", |_, request| {
///     match request {
///         [volume @ 0..=10] => Ok(vec![*volume]),
///         [volume] => Err(Refused::because(format!("volume {volume} is over 10"))),
///         _ => Err("one byte expected".into()),
///     }
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    reason: Cow<'static, str>,
}

impl Refused {
    /// Rejects a request for this reason, which appears in the device's log as a warning. Keep
    /// secrets out of it.
    ///
    /// ```no_run
    /// let refused = netprov_app::Refused::because("the lamp is locked");
    /// ```
    #[must_use]
    pub fn because(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into() }
    }
}

impl From<&'static str> for Refused {
    fn from(reason: &'static str) -> Self {
        Self::because(reason)
    }
}

impl From<String> for Refused {
    fn from(reason: String) -> Self {
        Self::because(reason)
    }
}

/// Configures a manager; created by [`Provisioner::builder`] and finished by [`Builder::init`].
///
/// ```no_run
/// use core::time::Duration;
/// use netprov_app::{Provisioner, Scheme};
///
/// # fn main() -> netprov_app::Result<()> {
/// let provisioner = Provisioner::builder(Scheme::console())
///     .attempts(3)
///     .app_info(c"my-product", c"1.2", &[c"dimmer"])
///     .stays_until_stopped(Duration::from_millis(500))
///     .init()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until init() is called"]
pub struct Builder {
    scheme: Scheme,
    attempts: u32,
    on_event: OnEvent,
    endpoints: Vec<Endpoint>,
    app_info: Vec<AppInfo>,
    cleanup_delay: Option<Duration>,
}

type OnEvent = Box<dyn FnMut(&Manager, Event) + Send>;

struct AppInfo {
    label: CString,
    version: CString,
    capabilities: Vec<CString>,
}

impl Builder {
    pub(crate) fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            attempts: 0,
            on_event: Box::new(|_, _| {}),
            endpoints: Vec::new(),
            app_info: Vec::new(),
            cleanup_delay: None,
        }
    }

    /// Sets how many connection attempts are made before the credentials count as failed. 0 (the
    /// default) and 1 both mean a single attempt.
    ///
    /// ```no_run
    /// # use netprov_app::{Provisioner, Scheme};
    /// let builder = Provisioner::builder(Scheme::console()).attempts(3);
    /// ```
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the closure called for each [`Event`], replacing any set before. To use a channel, send
    /// to it from this closure.
    ///
    /// ```no_run
    /// # use netprov_app::{Event, Provisioner, Scheme};
    /// let mut failures = 0;
    /// let builder = Provisioner::builder(Scheme::console()).on_event(move |manager, event| {
    ///     if let Event::CredentialsFailed(_) = event {
    ///         failures += 1;
    ///         if failures == 3 {
    ///             manager.stop();
    ///         }
    ///     }
    /// });
    /// ```
    pub fn on_event(mut self, on_event: impl FnMut(&Manager, Event) + Send + 'static) -> Self {
        self.on_event = Box::new(on_event);
        self
    }

    /// Adds an endpoint; `name` is copied. `handler` gets each request that a client with an established session
    /// sends to it, and returns the response. The request fails if the response is longer than the
    /// transport can carry, or does not fit Zephyr's heap
    /// (`CONFIG_HEAP_MEM_POOL_ADD_SIZE_NETWORK_PROV`).
    ///
    /// ```no_run
    /// # use netprov_app::{Provisioner, Scheme};
    /// let builder = Provisioner::builder(Scheme::console())
    ///     .endpoint(c"echo", |_, request| Ok(request.to_vec()));
    /// ```
    pub fn endpoint(
        mut self,
        name: &CStr,
        mut handler: impl FnMut(&Manager, &[u8]) -> core::result::Result<Vec<u8>, Refused>
        + Send
        + 'static,
    ) -> Self {
        let label = CString::from(name);
        let handler = move |request: &[u8]| match handler(&Manager::new(), request) {
            Ok(response) => Some(response),
            Err(Refused { reason }) => {
                log::warn!("{label:?}: request refused: {reason}");
                None
            }
        };
        self.endpoints.push(Endpoint::new(name.into(), Box::new(handler)));
        self
    }

    /// Adds an entry to the version information that clients read. The texts are copied, so they may
    /// be made at run time, as a serial number is.
    ///
    /// ```no_run
    /// # use netprov_app::{Provisioner, Scheme};
    /// use std::ffi::CString; // `alloc::ffi::CString` on a device
    ///
    /// # fn f(serial: u32) -> Result<(), std::ffi::NulError> {
    /// let serial = CString::new(format!("{serial:08x}"))?;
    /// let builder = Provisioner::builder(Scheme::console())
    ///     .app_info(c"my-product", c"1.2", &[c"dimmer"])
    ///     .app_info(c"serial", &serial, &[]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn app_info(mut self, label: &CStr, version: &CStr, capabilities: &[&CStr]) -> Self {
        self.app_info.push(AppInfo {
            label: label.into(),
            version: version.into(),
            capabilities: capabilities.iter().map(|&text| text.into()).collect(),
        });
        self
    }

    /// Keeps the service running after a success until the application calls [`Manager::stop`]. The
    /// service then keeps responding for `cleanup_delay`; values between 0 and 100 ms are raised to
    /// 100 ms.
    ///
    /// ```no_run
    /// # use core::time::Duration;
    /// # use netprov_app::{Provisioner, Scheme};
    /// let builder = Provisioner::builder(Scheme::console()).stays_until_stopped(Duration::ZERO);
    /// ```
    pub fn stays_until_stopped(mut self, cleanup_delay: Duration) -> Self {
        self.cleanup_delay = Some(cleanup_delay);
        self
    }

    /// Creates the manager.
    ///
    /// # Errors
    ///
    /// [`Error::Already`] if a manager exists or two endpoints have the same name;
    /// [`Error::Invalid`] for an invalid name or text; [`Error::NoSpace`] for too many endpoints
    /// (`CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS`) or too much text. On an error, nothing is left
    /// behind.
    ///
    /// ```no_run
    /// use netprov_app::{Error, Provisioner, Scheme};
    ///
    /// # fn main() -> Result<(), Error> {
    /// let first = Provisioner::builder(Scheme::console()).init()?;
    /// let second = Provisioner::builder(Scheme::console()).init();
    /// assert_eq!(second.err(), Some(Error::Already));
    /// # Ok(())
    /// # }
    /// ```
    pub fn init(self) -> Result<Provisioner> {
        let mut on_event = self.on_event;
        let on_event =
            move |event: netprov_ffi::Event| on_event(&Manager::new(), Event::from(event));
        let application = Application::new(Box::new(on_event), self.endpoints);
        netprov_ffi::init(self.scheme.0, self.attempts, application).map_err(Error::from_code)?;
        // From here on, dropping `provisioner` on an error also ends the manager.
        let provisioner = Provisioner::new();
        for AppInfo { label, version, capabilities } in self.app_info {
            let capabilities: Vec<&CStr> = capabilities.iter().map(CString::as_c_str).collect();
            provisioner.set_app_info(&label, &version, &capabilities)?;
        }
        if let Some(delay) = self.cleanup_delay {
            let ms = u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
            check(netprov_ffi::disable_auto_stop(ms))?;
        }
        Ok(provisioner)
    }
}
