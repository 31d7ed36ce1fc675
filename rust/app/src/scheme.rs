use core::ffi::CStr;
use core::fmt;

#[cfg(CONFIG_NETWORK_PROV_BLE)]
use crate::error::check;
use crate::error::{Error, Result};

/// A transport. Only those selected in Kconfig are available.
///
/// ```no_run
/// use netprov_app::{Provisioner, Scheme};
///
/// let builder = Provisioner::builder(Scheme::console());
/// ```
#[derive(Clone, Copy)]
pub struct Scheme(pub(crate) netprov_ffi::Scheme);

impl Scheme {
    /// The transport that is built in. If there are several: Bluetooth LE, else the access point.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::built_in());
    /// ```
    #[cfg(any(CONFIG_NETWORK_PROV_BLE, CONFIG_NETWORK_PROV_CONSOLE, CONFIG_NETWORK_PROV_SOFTAP))]
    #[must_use]
    pub fn built_in() -> Self {
        #[cfg(CONFIG_NETWORK_PROV_BLE)]
        return Self::ble();
        #[cfg(all(CONFIG_NETWORK_PROV_SOFTAP, not(CONFIG_NETWORK_PROV_BLE)))]
        return Self::softap();
        #[cfg(not(any(CONFIG_NETWORK_PROV_BLE, CONFIG_NETWORK_PROV_SOFTAP)))]
        Self::console()
    }

    /// Bluetooth LE. Requires `CONFIG_NETWORK_PROV_BLE`.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::ble());
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_BLE)]
    #[must_use]
    pub fn ble() -> Self {
        Self(netprov_ffi::Scheme::ble())
    }

    /// The console, for development or over a cable. Requires `CONFIG_NETWORK_PROV_CONSOLE`.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::console());
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_CONSOLE)]
    #[must_use]
    pub fn console() -> Self {
        Self(netprov_ffi::Scheme::console())
    }

    /// HTTP on the device's own access point. Requires `CONFIG_NETWORK_PROV_SOFTAP`.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::softap());
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_SOFTAP)]
    #[must_use]
    pub fn softap() -> Self {
        Self(netprov_ffi::Scheme::softap())
    }
}

/// Bluetooth LE advertising settings. They apply from the next start of the service.
///
/// ```no_run
/// # fn main() -> netprov_app::Result<()> {
/// use netprov_app::Ble;
///
/// // Company identifier, least significant byte first, followed by two bytes of its choice.
/// Ble::set_manufacturer_data(&[0xe5, 0x02, 1, 2])?;
/// # Ok(())
/// # }
/// ```
#[cfg(CONFIG_NETWORK_PROV_BLE)]
#[derive(Debug)]
pub enum Ble {}

#[cfg(CONFIG_NETWORK_PROV_BLE)]
impl Ble {
    /// Sets the 128-bit UUID of the service, least significant byte first. In the UUIDs of the
    /// characteristics, bytes 12 and 13 are replaced by the endpoint's number.
    ///
    /// # Errors
    ///
    /// None today.
    ///
    /// ```no_run
    /// # netprov_app::Ble::set_service_uuid(&[7; 16]).unwrap();
    /// ```
    pub fn set_service_uuid(uuid: &[u8; 16]) -> Result<()> {
        check(netprov_ffi::ble::set_service_uuid(uuid))
    }

    /// Sets the manufacturer data of the scan response, up to 29 bytes. It shares 31 bytes with the
    /// name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for more than 29 bytes.
    ///
    /// ```no_run
    /// # netprov_app::Ble::set_manufacturer_data(&[0xe5, 0x02]).unwrap();
    /// ```
    pub fn set_manufacturer_data(data: &[u8]) -> Result<()> {
        check(netprov_ffi::ble::set_manufacturer_data(data))
    }

    /// Sets the static random address to advertise with, least significant byte first.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if its two highest bits are not both 1.
    ///
    /// ```no_run
    /// # netprov_app::Ble::set_random_address(&[1, 2, 3, 4, 5, 0xc6]).unwrap();
    /// ```
    pub fn set_random_address(address: &[u8; 6]) -> Result<()> {
        check(netprov_ffi::ble::set_random_address(address))
    }

    /// Sets whether Bluetooth stays enabled when the service ends. The default is
    /// `CONFIG_NETWORK_PROV_BLE_KEEP_ON`. Bluetooth that the application had enabled always stays
    /// enabled.
    ///
    /// ```no_run
    /// netprov_app::Ble::keep_on(true);
    /// ```
    pub fn keep_on(keep_on: bool) {
        netprov_ffi::ble::keep_on(keep_on);
    }
}

/// How clients authenticate and messages are encrypted. The parameters are copied, and wiped when
/// the service has stopped.
///
/// ```
/// use netprov_app::Security;
///
/// static SALT: [u8; 16] = [7; 16];
/// static VERIFIER: [u8; 384] = [9; 384];
///
/// let security = Security::Two { salt: &SALT, verifier: &VERIFIER };
/// // Secrets do not appear in logs.
/// assert_eq!(format!("{security:?}"), "Two(..)");
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Security<'a> {
    /// Security 0: no encryption. Anyone in range can read and change everything. For development
    /// only; requires `CONFIG_NETWORK_PROV_SECURITY_0`.
    Zero,
    /// Security 1: X25519 and AES-256-CTR, with an optional proof of possession.
    One(Option<&'a CStr>),
    /// Security 2: SRP-6a and AES-256-GCM. Recommended: the device does not hold the password, only
    /// a salt and verifier derived from it with the host tool `netprov-cred`.
    Two {
        /// 1 to 64 bytes; the first must not be 0.
        salt: &'a [u8],
        /// Big-endian, 384 bytes; shorter if leading zeros were omitted.
        verifier: &'a [u8],
    },
}

impl<'a> Security<'a> {
    /// Reads security 2's parameters from the record that `netprov-cred --raw` writes (and `--blob`
    /// in hexadecimal): a 1, the length of the salt, the salt, and the verifier of 384 bytes. The
    /// record may come from a partition or a setting, or from `include_bytes!()`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if `record` is not of this form.
    ///
    /// ```
    /// use netprov_app::Security;
    ///
    /// let mut record = vec![1, 16];
    /// record.extend([7; 16 + 384]);
    /// assert!(matches!(Security::from_blob(&record), Ok(Security::Two { .. })));
    /// assert!(Security::from_blob(&record[..401]).is_err());
    /// ```
    pub fn from_blob(record: &'a [u8]) -> Result<Self> {
        const VERSION: u8 = 1;
        const SALT_MAX: usize = 64;
        const VERIFIER_LENGTH: usize = 384;

        let [VERSION, length, rest @ ..] = record else { return Err(Error::Invalid) };
        let length = usize::from(*length);
        match rest.split_at_checked(length) {
            Some((salt, verifier))
                if (1..=SALT_MAX).contains(&length) && verifier.len() == VERIFIER_LENGTH =>
            {
                Ok(Self::Two { salt, verifier })
            }
            _ => Err(Error::Invalid),
        }
    }
}

impl fmt::Debug for Security<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zero => "Zero",
            Self::One(_) => "One(..)",
            Self::Two { .. } => "Two(..)",
        })
    }
}

impl<'a> From<Security<'a>> for netprov_ffi::Security<'a> {
    fn from(security: Security<'a>) -> Self {
        match security {
            Security::Zero => Self::Zero,
            Security::One(proof) => Self::One(proof),
            Security::Two { salt, verifier } => Self::Two { salt, verifier },
        }
    }
}
